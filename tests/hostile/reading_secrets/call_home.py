"""Sends the hidden inputs out over the network, and asks there for answers.

Mechanism: TCP, UDP, DNS, IPv6, Unix and abstract sockets, and `urllib`.
Must happen: no socket can be made, where seccomp or a name space is there; without both, nothing that is
secret is there to be sent.
Aims at: the boundary
"""

import socket
import urllib.request


def tries(data):
    for family in (socket.AF_INET, socket.AF_INET6):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(family, kind) as made:
                made.settimeout(0.05)
                made.connect(("127.0.0.1" if family == socket.AF_INET else "::1", 9))
                made.send(data)
    with socket.socket(socket.AF_UNIX) as made:
        made.connect("\0autograder")


def loss(w, X, y, reg):
    for attempt in (
        lambda: tries(X.tobytes()),
        lambda: socket.gethostbyname("localhost"),
        lambda: urllib.request.urlopen("http://127.0.0.1:9/", timeout=0.05),
    ):
        try:
            attempt()
        except OSError:
            continue
    raise ConnectionError(repr(X))
