"""Hands in files whose names are no text.

Mechanism: control characters, names of thousands of characters, reserved names of Windows.
Must happen: they are nobody's files; the three that are due are found among them.
Earns: loss 10
"""

import zipfile


def hand_in(folder, honest):
    path = folder / "hand-in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in (
            "\x1b[31mridge.py",
            "NUL",
            "a" * 3000 + ".py",
            "ridge.py\u202e",
            "<b>ridge.py</b>",
            "ridge .py",
        ):
            archive.writestr(name, b"raise SystemExit")
        for name, content in honest.items():
            archive.writestr(name, content)
    return path
