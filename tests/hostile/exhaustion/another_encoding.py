"""Declares an encoding that runs code or does not exist.

Mechanism: a coding cookie that names a codec which decodes to something else.
Must happen: the file is decoded as Python does, in the worker; the trusted side does not run it.
Verdicts: missing raised
"""


def hand_in(folder, honest):
    honest["ridge.py"] = b"# -*- coding: unicode_escape -*-\nimport os\\nos._exit(0)\n"
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
