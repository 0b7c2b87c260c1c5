"""Is a file that is small to store and large to parse.

Mechanism: thousands of brackets, and constants that the compiler folds into gigabytes.
Must happen: neither the worker nor what reads the file on the trusted side falls over it.
Verdicts: raised out_of_memory timed_out died
"""


def hand_in(folder, honest):
    for name in ("descent.py", "scale.py"):
        (folder / name).write_bytes(honest[name])
    source = "def loss(w, X, y, reg):\n    return 0.0, w\n"
    (folder / "ridge.py").write_text(
        source + "x = " + "(" * 5_000 + ")" * 5_000 + "\n" + "y = " + "-" * 100_000 + "1\n"
    )
    return folder
