"""Uses what the kernel says of the process itself.

Mechanism: reads `/proc/self/maps`, `mountinfo`, `status` and `environ`, and opens everything in `/proc/self/fd` again.
Must happen: nothing of the course is there; what is printed and raised is not shown.
Aims at: the boundary
"""

import os


def loss(w, X, y, reg):
    text = []
    for name in ("maps", "mountinfo", "status", "environ", "cmdline", "net/tcp", "net/unix"):
        try:
            with open(f"/proc/self/{name}", errors="replace") as file:
                text.append(file.read())
        except OSError:
            continue
    for descriptor in range(3, 64):
        try:
            again = os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR)
            text.append(os.read(again, 65536).decode(errors="replace"))
        except OSError:
            continue
    print("\n".join(text))
    raise ValueError("\n".join(text))
