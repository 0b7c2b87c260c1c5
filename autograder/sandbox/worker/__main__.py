"""Starts a worker: `python -I -S __main__.py DESCRIPTOR PATH...`, with the paths to import from.

It runs before the process is confined, so all it does is find NumPy and the wire format.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Connect the inherited channel and serve it."""
    where, *paths = sys.argv[1:]
    sys.argv = [""]
    sys.path[:] = [path for path in sys.path if not path.endswith(".zip")] + paths
    import socket

    if ":" in where:  # sockets cannot be inherited on Windows
        port, token = where.split(":")
        stream = socket.create_connection(("127.0.0.1", int(port)))
        stream.sendall(token.encode())
    else:
        stream = socket.socket(fileno=int(where))

    from autograder.sandbox.wire.channel import Channel, ChannelClosed
    from autograder.sandbox.wire.messages import Request
    from autograder.sandbox.worker.serve import Server

    for path in paths:
        if not os.path.isdir(os.path.join(path, "numpy")):  # noqa: PTH112, PTH118 - pathlib is slow to import
            sys.path.remove(path)
    try:
        Server(Channel(stream, Request)).run()
    except (ChannelClosed, KeyboardInterrupt):
        os._exit(0)


if __name__ == "__main__":
    main()
