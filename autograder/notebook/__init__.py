"""What notebooks use besides data and plots: checks, steps that say what is not written yet, timings, saved changes.

Import it before NumPy: it has NumPy compute in one thread. The products of these notebooks are small, and on a machine
with other work to do a second thread makes them ten times slower.
"""

from __future__ import annotations

import os

for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_variable, "1")  # NumPy looks at it when it is imported

from autograder.notebook.checking import checker  # noqa: E402
from autograder.notebook.stand_ins import stand_in  # noqa: E402
from autograder.notebook.steps import best_time, step  # noqa: E402

__all__ = ["best_time", "checker", "stand_in", "step"]
