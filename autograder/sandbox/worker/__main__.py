"""Starts a worker, or what forks workers: `python -I -S __main__.py WHERE [libraries:NAME,...] PATH...`, with the
libraries that are offered besides NumPy and the paths to import from.

WHERE is the descriptor of a worker's channel, or `PORT:TOKEN` where sockets cannot be inherited, or `forks:DESCRIPTOR`
for a fork server, whose paths come through that socket instead.

It runs before the process is confined, so all it does is find NumPy and the wire format.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from socket import socket


def main() -> None:
    """Serve the channel: the inherited one, or the one that this process was forked for."""
    where, *paths = sys.argv[1:]
    libraries = (
        paths.pop(0).partition(":")[2].split(",") if paths and paths[0].startswith("libraries:") else []
    )
    sys.argv = [""]
    kind, _, rest = where.rpartition(":")
    stream = _forked(int(rest)) if kind == "forks" else _connected(kind, rest, paths)

    from autograder.sandbox.wire.channel import Channel, ChannelClosed
    from autograder.sandbox.wire.messages import Request
    from autograder.sandbox.worker.serve import Server, touch_workspace

    if kind != "forks":
        _import(libraries)  # in no call's time
        touch_workspace()
    _import_from_libraries_alone(paths, libraries)
    try:
        Server(Channel(stream, Request)).run()
    except (ChannelClosed, KeyboardInterrupt):
        os._exit(0)
    except BaseException:  # such as no memory for a request
        os._exit(1)  # Python itself would wait for every thread that student code has left


def _connected(port: str, rest: str, paths: list[str]) -> socket:
    """Return the channel of this process."""
    import socket

    _import_from(paths)
    if not port:
        return socket.socket(fileno=int(rest))
    stream = socket.create_connection(("127.0.0.1", int(port)))  # sockets cannot be inherited on Windows
    stream.sendall(rest.encode())
    return stream


def _forked(descriptor: int) -> socket:
    """Fork workers for as long as that is asked for; return in each of them, with its channel."""
    import json
    import socket

    control = socket.socket(fileno=descriptor)
    message, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 1)
    if not descriptors:
        os._exit(0)
    settings = json.loads(message)
    paths = settings["import_paths"]
    _import_from(paths)

    from autograder.sandbox.worker import serve  # noqa: F401 - so that every worker has it
    from autograder.sandbox.worker.forks import ForkServer

    _import(settings["libraries"])  # so that no worker has to
    _import_from_libraries_alone(paths, settings["libraries"])
    os.dup2(0, 2)  # where it said until now what kept it from starting
    return ForkServer(control, descriptors[0], settings["process_tables"]).run()


def _import(libraries: list[str]) -> None:
    from autograder.values.libraries import preloaded

    for library in libraries:
        for module in preloaded(library):
            __import__(module)


def _import_from(paths: list[str]) -> None:
    sys.path[:] = [path for path in sys.path if not path.endswith(".zip")] + paths


def _import_from_libraries_alone(paths: list[str], libraries: list[str]) -> None:
    for path in paths:
        # pathlib is slow to import
        if not any(os.path.isdir(os.path.join(path, name)) for name in ("numpy", *libraries)):  # noqa: PTH112, PTH118
            sys.path.remove(path)


if __name__ == "__main__":
    main()
