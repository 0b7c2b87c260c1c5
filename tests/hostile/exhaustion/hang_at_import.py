"""Never ends to be imported.

Mechanism: `while True` at the top of the file.
Must happen: it is stopped at its deadline like a call; other files are imported all the same.
Verdicts: timed_out
"""

while True:
    pass
