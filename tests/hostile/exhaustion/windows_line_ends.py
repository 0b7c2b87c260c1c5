"""Hands in files with Windows line ends and a byte order mark.

Mechanism: CRLF, a BOM, and a form feed.
Must happen: they are read as any other file; an honest file keeps its points.
Earns: loss 10
"""


def hand_in(folder, honest):
    honest["ridge.py"] = b"\xef\xbb\xbf" + honest["ridge.py"].replace(b"\n", b"\r\n")
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
