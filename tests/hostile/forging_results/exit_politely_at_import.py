"""Leaves Python while its file is imported.

Mechanism: `sys.exit(0)` at the top of the file.
Must happen: it is an exception like any other.
Verdicts: raised
"""

import sys

sys.exit(0)
