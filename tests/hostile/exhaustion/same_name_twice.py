"""Hands in two files of the same name.

Mechanism: the first is zeros and the second right, in one archive, under exactly the same name.
Must happen: one of them counts, always the same, and a note says which.
Earns: loss 10
"""

import warnings
import zipfile

ZEROS = b"import numpy as np\n\n\ndef loss(w, X, y, reg):\n    return 0.0, np.zeros_like(w)\n"


def hand_in(folder, honest):
    path = folder / "hand-in.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content in honest.items():
            archive.writestr(name, content)
        archive.writestr("deeper/ridge.py", ZEROS)
    return path
