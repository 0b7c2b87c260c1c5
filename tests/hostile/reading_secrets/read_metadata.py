"""Reads what the platform says of the submission: other members of the group, dates, earlier results.

Mechanism: looks for `submission_metadata.json` in every folder upwards and in the usual places.
Must happen: it cannot be read by the user that student code runs as.
Aims at: the boundary
"""

import os


def loss(w, X, y, reg):
    folders = [
        "/autograder",
        "/autograder/source",
        "/autograder/submission",
        "/autograder/results",
        os.getcwd(),
    ]
    for folder in folders:
        for name in ("submission_metadata.json", "results.json", "stdout", "submission_metadata.yml"):
            try:
                with open(os.path.join(folder, name)) as file:
                    print(file.read())
                return 1.0, "the metadata can be read"
            except OSError:
                continue
    raise LookupError("no metadata")
