"""Hands in an archive of a hundred thousand members.

Mechanism: 100,000 empty files with long names, among them those that are due.
Must happen: it is refused in a sentence, before the members are looked at.
Earns: descent 0, scale 0
Verdicts: not_run missing
"""

import zipfile


def hand_in(folder, honest):
    path = folder / "hand-in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in honest.items():
            archive.writestr(name, content)
        for number in range(100_000):
            archive.writestr(f"{'folder/' * 5}{number}.txt", b"")
    return path
