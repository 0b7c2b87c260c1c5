"""Forks workers from this process, which holds Python, NumPy and the worker's code, and never runs student code.

It learns nothing of any hand-in, not even a worker's folder or user: those come over the worker's own channel.
So there is nothing in its memory that a worker, which begins as a copy of it, must not have.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import select
import signal
import socket
import struct

import msgspec
import numpy as np
import numpy.ma  # NumPy imports both late: workers would each do so, from a file system that hides them
import numpy.random

from autograder.sandbox.wire.messages import Request
from autograder.sandbox.worker.serve import touch_workspace

_STATUS = struct.Struct("<i")
_SEED_BYTES = 32
_CLONE_NEWPID = 0x20000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4


class _Worker:
    """A child, until the trusted side lets go of it.

    Attributes
    ----------
    report
        Where its end is reported. When the other side closes it, the child is over.
    """

    def __init__(self, pid: int, report: socket.socket) -> None:
        self.pid = pid
        self.report = report
        self.pidfd = os.pidfd_open(pid)
        self.has_ended = False
        self.is_released = False


class ForkServer:
    """Answers requests to fork until the trusted side is gone.

    Parameters
    ----------
    control
        Where the requests come from.
    grader
        A descriptor of the process that sends them.
    process_tables
        Whether each worker is process 1 of a table of its own.
    """

    def __init__(self, control: socket.socket, grader: int, process_tables: bool) -> None:
        self._control = control
        self._grader = grader
        self._libc = ctypes.CDLL(None, use_errno=True)
        # No process of our user, such as a worker under the weakest tier, may look into this one.
        self._libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        self._own_table = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC) if process_tables else None
        self._workers: list[_Worker] = []
        self._by_descriptor: dict[int, _Worker] = {}
        self._poll = select.poll()
        for descriptor in (control.fileno(), grader):
            self._poll.register(descriptor, select.POLLIN)

    def run(self) -> socket.socket:
        """Fork whenever that is asked for, and return in each worker, with its channel.

        The server itself ends in here.
        """
        self._prepare()
        ourselves = os.pidfd_open(os.getpid())
        socket.send_fds(self._control, [b"ready"], [ourselves])
        os.close(ourselves)
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._grader:
                    self._end()
                if descriptor == self._control.fileno():
                    channel = self._fork()
                    if channel is not None:
                        return channel
                elif descriptor in self._by_descriptor:
                    self._look_after(self._by_descriptor[descriptor], descriptor)

    @staticmethod
    def _prepare() -> None:
        """Do once what every worker would do first."""
        msgspec.msgpack.Decoder(Request)
        touch_workspace()
        gc.collect()
        gc.freeze()  # the workers' collections pass over all this, so that its pages stay shared

    def _fork(self) -> socket.socket | None:
        """Carry out one request; return the channel in the child, None in this process."""
        try:
            _, descriptors, _, _ = socket.recv_fds(self._control, 100, 2)
        except OSError:
            descriptors = []
        if len(descriptors) != 2:
            self._end()
        channel, report = descriptors[0], socket.socket(fileno=descriptors[1])
        try:
            self._enter_new_table()
            pid = os.fork()
        except OSError as error:
            with contextlib.suppress(OSError):
                report.send(f"{error.strerror}".encode())
            report.close()
            os.close(channel)
            return None
        if pid == 0:
            return self._as_worker(channel, report)
        self._leave_new_table()
        os.close(channel)
        worker = _Worker(pid, report)
        self._workers.append(worker)
        for descriptor in (worker.pidfd, report.fileno()):
            self._by_descriptor[descriptor] = worker
            self._poll.register(descriptor, select.POLLIN)
        with contextlib.suppress(OSError):
            socket.send_fds(report, [b"started"], [worker.pidfd])
        return None

    def _as_worker(self, channel: int, report: socket.socket) -> socket.socket:
        """Give up everything of the server's but its code."""
        self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.setsid()
        for stream in (self._control, report, *(worker.report for worker in self._workers)):
            stream.detach()
        self._workers.clear()
        self._by_descriptor.clear()
        os.closerange(3, channel)
        os.closerange(channel + 1, os.sysconf("SC_OPEN_MAX"))
        # Python seeds `random` by itself in a child. NumPy could as well, at ten times the cost.
        np.random.seed(np.frombuffer(os.urandom(_SEED_BYTES), np.uint32))
        return socket.socket(fileno=channel)

    def _enter_new_table(self) -> None:
        """Have the next child be process 1 of a new table of processes."""
        if self._own_table is not None and self._libc.unshare(_CLONE_NEWPID):
            raise OSError(ctypes.get_errno(), f"no new table of processes: {os.strerror(ctypes.get_errno())}")

    def _leave_new_table(self) -> None:
        if self._own_table is not None and self._libc.setns(self._own_table, _CLONE_NEWPID):
            self._end()  # every further worker would be in the table of the first

    def _look_after(self, worker: _Worker, descriptor: int) -> None:
        """Report the end of a worker, or end it because nobody waits for it; reap it after both."""
        self._poll.unregister(descriptor)
        del self._by_descriptor[descriptor]
        if descriptor == worker.pidfd:
            worker.has_ended = True
            # Until it is reaped, its id cannot be used again: whoever still looks at it looks at the right one.
            ended = os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
            if ended is not None:
                code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
                with contextlib.suppress(OSError):
                    worker.report.send(_STATUS.pack(code))
        else:
            worker.is_released = True
            self._kill(worker)
        if worker.has_ended and worker.is_released:
            os.waitpid(worker.pid, 0)
            os.close(worker.pidfd)
            worker.report.close()
            self._workers.remove(worker)

    @staticmethod
    def _kill(worker: _Worker) -> None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(worker.pidfd, signal.SIGKILL)

    def _end(self) -> None:
        for worker in self._workers:
            self._kill(worker)
        os._exit(0)
