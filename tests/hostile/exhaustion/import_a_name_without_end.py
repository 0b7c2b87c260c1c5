"""Imports a module whose name has 100,000 parts.

Mechanism: Python's parser keeps the beginning of the name up to each dot: 10 GB for a file of 200 kB, on the trusted side as in the worker.
Must happen: the file is refused before anything parses it.
Verdicts: missing
"""


def hand_in(folder, honest):
    source = honest["ridge.py"] + b"\nif 0:\n    import a" + b".b" * 100_000 + b"\n"
    for name, content in {**honest, "ridge.py": source}.items():
        (folder / name).write_bytes(content)
    return folder
