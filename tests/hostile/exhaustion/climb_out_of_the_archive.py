"""Hands in an archive whose members climb out of it.

Mechanism: `../`, absolute paths, drive letters and backslashes, aimed at the results and at the reference.
Must happen: nothing is written anywhere; files count only by their own names.
Aims at: the boundary
"""

import zipfile

ZEROS = b"import numpy as np\n\n\ndef loss(w, X, y, reg):\n    return 0.0, np.zeros_like(w)\n"


def hand_in(folder, honest):
    path = folder / "hand-in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("descent.py", "scale.py"):
            archive.writestr(name, honest[name])
        for prefix in ("../", "../../../../tmp/", "/autograder/source/solutions/ridge/", "C:\\", "..\\..\\"):
            archive.writestr(prefix + "ridge.py", ZEROS)
        archive.writestr("../results/results.json", b'{"score": 18}')
    return path
