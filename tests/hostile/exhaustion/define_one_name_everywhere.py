"""Binds one name 40,000 times, each time to itself.

Mechanism: what follows names through a source may visit all definitions of a name for each use of it: 1.6e9 steps, on the trusted side, outside every deadline.
Must happen: the values count as usual, in time.
Earns: loss 10
"""


def hand_in(folder, honest):
    source = honest["ridge.py"] + b"\nf = 0\n" + b"f=f\n" * 40_000
    source = source.replace(b"):\n", b"):\n    f\n", 1)
    for name, content in {**honest, "ridge.py": source}.items():
        (folder / name).write_bytes(content)
    return folder
