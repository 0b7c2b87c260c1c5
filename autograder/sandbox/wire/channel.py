"""Frames over a stream socket: a length-prefixed msgpack header, then the arrays' raw bytes."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np

from autograder.values.nodes import ALIGNMENT, WireError

PREFIX = struct.Struct("<IQ")
REQUEST_HEADER_BYTES = 64 << 20
"""Limit on a header to a worker, which holds the files of a hand-in."""
REPLY_HEADER_BYTES = 4 << 20
"""Limit on a header from a worker; decoded, it can take 64 times as much."""
WATCH_SECONDS = 0.1
"""How often a wait is interrupted at least to check on the worker."""
SMALL_FRAME_BYTES = 1 << 16
_PADDING = bytes(ALIGNMENT)

Sent = TypeVar("Sent")
Received = TypeVar("Received")


class ChannelClosed(Exception):
    """The other side is gone."""


class DeadlinePassed(Exception):
    """The deadline passed before a whole frame had been sent or received."""


class Channel(Generic[Sent, Received]):
    """Sends and receives messages with the arrays that belong to them.

    Parameters
    ----------
    stream
        A connected stream socket.
    receives
        The union of messages that may arrive; anything else is a `WireError`.
    max_payload_bytes
        Limit on the bytes of arrays in one frame; checked before anything is allocated.
    max_header_bytes, max_sent_header_bytes
        Limits on the bytes of a header that is received, and of one that is sent.
    watch
        Called repeatedly while `receive` waits for a deadline; what it raises ends the wait. It returns the seconds
        until it should be called again.
    """

    def __init__(
        self,
        stream: socket.socket,
        receives: Any,
        max_payload_bytes: int = 1 << 34,
        max_header_bytes: int = REQUEST_HEADER_BYTES,
        max_sent_header_bytes: int = REPLY_HEADER_BYTES,
        watch: Callable[[], float] | None = None,
    ) -> None:
        self._stream = stream
        self._max_header_bytes = max_header_bytes
        self._max_sent_header_bytes = max_sent_header_bytes
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[Received] = msgspec.msgpack.Decoder(receives)
        self._watch = watch
        self._poll: Any = None
        if hasattr(select, "poll"):  # not on Windows
            self._poll = select.poll()
            self._poll.register(stream, select.POLLIN)
        self._prefix = bytearray(PREFIX.size)
        self._looked_at = time.monotonic()
        self._look_after = WATCH_SECONDS
        self.max_payload_bytes = max_payload_bytes

    def send(self, message: Sent, arrays: Sequence[np.ndarray] = (), deadline: float | None = None) -> None:
        """Send one frame; `deadline` is a reading of `time.monotonic`, in seconds.

        Raises
        ------
        WireError
            If the frame is larger than allowed; nothing has been sent then.
        ChannelClosed, DeadlinePassed
            If it could not be sent.
        """
        header = self._encoder.encode(message)
        if len(header) > self._max_sent_header_bytes:
            raise WireError("a frame is larger than allowed")
        parts: list[Any] = []
        payload_bytes = 0
        for array in arrays:
            gap = -array.nbytes % ALIGNMENT
            if 0 < array.nbytes < SMALL_FRAME_BYTES:
                parts.append(array.tobytes())  # is done sooner than a view is made
            elif array.nbytes:
                parts.append(array.reshape(-1).view(np.uint8).data)
            if gap:
                parts.append(_PADDING[:gap])
            payload_bytes += array.nbytes + gap
        parts.insert(0, PREFIX.pack(len(header), payload_bytes) + header)
        if payload_bytes < SMALL_FRAME_BYTES:
            parts = [b"".join(parts)]  # wakes the other side up once, not for every array
        self._send_all(parts, deadline)

    def receive(self, deadline: float | None = None) -> tuple[Received, np.ndarray]:
        """Return the next message and its payload, (bytes,) uint8.

        Raises
        ------
        WireError
            If the format does not allow such a frame.
        ChannelClosed, DeadlinePassed
            If it never came.
        """
        self._fill(memoryview(self._prefix), deadline)
        header_bytes, payload_bytes = PREFIX.unpack(self._prefix)
        if header_bytes > self._max_header_bytes or payload_bytes > self.max_payload_bytes:
            raise WireError("a frame is larger than allowed")
        payload: np.ndarray | None = None
        if header_bytes + payload_bytes <= SMALL_FRAME_BYTES:
            # Both at once, with the payload where it is aligned.
            gap = -header_bytes % ALIGNMENT
            whole = self._receive_exactly(header_bytes + payload_bytes, deadline, gap)
            header, payload = whole[gap : gap + header_bytes], whole[gap + header_bytes :]
        else:
            header = self._receive_exactly(header_bytes, deadline)
        try:
            message = self._decoder.decode(header.data)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise WireError("a frame holds no message of the protocol") from error
        return message, self._receive_exactly(payload_bytes, deadline) if payload is None else payload

    def require_silence(self) -> None:
        """Raise `WireError` if bytes have come that nobody asked for."""
        if self._poll is not None and not self._poll.poll(0):
            return
        self._stream.settimeout(0.0)
        with contextlib.suppress(OSError):  # nothing came, or the other side is gone, as `send` will notice
            if self._stream.recv(1, socket.MSG_PEEK):
                raise WireError("an answer came before it was asked for")

    def has_more(self) -> bool:
        """Return whether something lies here that has not been received yet, if only the end."""
        self._stream.settimeout(0.0)
        try:
            self._stream.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def _send_all(self, parts: list[Any], deadline: float | None) -> None:
        for part in parts:
            view = memoryview(part)
            while view:
                self._set_timeout(deadline)
                try:
                    view = view[self._stream.send(view) :]
                except (TimeoutError, BlockingIOError):
                    raise DeadlinePassed from None
                except OSError as error:
                    raise ChannelClosed from error

    def _receive_exactly(self, count: int, deadline: float | None, gap: int = 0) -> np.ndarray:
        """Return so many bytes, after a gap that nothing is written to."""
        buffer = np.empty(gap + count, dtype=np.uint8)
        self._fill(buffer.data[gap:], deadline)
        return buffer

    def _fill(self, view: memoryview, deadline: float | None) -> None:
        while view:
            if self._watch is not None and time.monotonic() - self._looked_at >= self._look_after:
                self._look_after = self._watch()
                self._looked_at = time.monotonic()
            is_over = self._set_timeout(deadline, self._look_after if self._watch else None)
            try:
                received = self._stream.recv_into(view)
            except (TimeoutError, BlockingIOError):
                if is_over:
                    raise DeadlinePassed from None
                continue
            except OSError as error:
                raise ChannelClosed from error
            if not received:
                raise ChannelClosed
            view = view[received:]

    def _set_timeout(self, deadline: float | None, at_most: float | None = None) -> bool:
        """Have the stream wait until the deadline; return whether that is over, so that only what is there is taken.

        This side may have been stopped itself since it asked.
        """
        seconds = None
        if deadline is not None:
            remaining = max(0.0, deadline - time.monotonic())
            seconds = remaining if at_most is None else min(remaining, at_most)
        if seconds != self._stream.gettimeout():
            self._stream.settimeout(seconds)
        return seconds == 0.0
