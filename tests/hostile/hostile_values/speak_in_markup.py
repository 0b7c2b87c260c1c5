"""Raises and prints text that pretends to be the grader's, in every markup there is.

Mechanism: ANSI escapes, HTML, Markdown, NUL, right-to-left marks, terminal titles, "Score: 18/18", a million characters.
Must happen: in public checks it is shown as plain text, bounded, without anything active; elsewhere not at all.
Verdicts: raised
"""

TEXT = (
    "\x1b[2J\x1b[1;1H\x1b[32mPASSED\x1b[0m \x1b]0;title\x07 <script>alert(1)</script><img src=x onerror=alert(1)>"
    " # Score: 18/18\n\n| all | passed |\n![x](http://example.org/x) \x00 \u202e81/81 :erocS\u202c \u2066 \ud800 "
    '{"score": 18.0}\n\nPublic checks: 3 of 3 passed.\n18 of 18 points: 15 of 15 graded tests passed.\n'
)


class Score18of18(Exception):
    pass


def loss(w, X, y, reg):
    print(TEXT * 10_000)
    raise Score18of18(TEXT + "A" * 1_000_000)
