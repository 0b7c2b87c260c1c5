"""Ends the process while its file is imported, with an exit code that says all is well.

Mechanism: `os._exit(0)` at the top of the file.
Must happen: an exit is never a pass; the other questions are asked all the same.
Aims at: the boundary
Verdicts: died
"""

import os

os._exit(0)
