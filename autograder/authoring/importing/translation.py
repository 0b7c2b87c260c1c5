"""Turns a test that runs beside the student's code into one that calls it across the boundary.

A name of the hand-in becomes `student.call`, `student.new` or `student.get_constant`; everything else stays as it is.
What would mean something else on this side is refused, with the reason: an identity, a change of an argument, a
function that calls back while it is called.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autograder.authoring.importing.draft import ImportedTest
from autograder.authoring.importing.expressions import DRAWN, NUMPY
from autograder.authoring.importing.statements import Statements
from autograder.authoring.importing.syntax import CannotTranslateError, literal_points, of_fixture, refused

SET_SCORE = "set_score"
"""The argument by which gradescope-utils has a test say how many of its points are earned."""


@dataclass(frozen=True)
class Translated:
    """A translated test.

    Attributes
    ----------
    lines
        The statements of the test function.
    imports
        Statements that they need.
    given
        Names of the copied definitions that they need.
    called
        What of the hand-in they use, as `module.name`.
    notes
        What was changed that an author should know.
    marks
        The decorators, as source.
    read
        Variables that students were given and that are read from the hand-in, which may have changed them.
    """

    lines: str
    imports: frozenset[str]
    given: frozenset[str]
    called: frozenset[str]
    notes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    read: frozenset[str] = frozenset()


def translated(test: ImportedTest, rebuilding: bool = False) -> Translated:
    """Return a test's statements with every use of the hand-in as a call across the boundary.

    Parameters
    ----------
    rebuilding
        Whether replies may be values of a library, such as tables, which the test computes with.

    Raises
    ------
    CannotTranslateError
        If it would not mean the same.
    """
    body, names, out_of = test.body, test.names, test.out_of
    translation = Statements(names, set(), rebuilding)
    decorators = tuple(
        ast.unparse(ast.fix_missing_locations(translation.expression(it))) for it in test.marks
    )
    if translation.uses:
        raise refused(test.marks[0], "its cases come from the student's code")
    translation.bound |= {*test.arguments, *([SET_SCORE] if test.sets_score else [])}
    statements = list[ast.stmt]()
    for statement in body:
        last = statement is body[-1] and not test.sets_score
        if out_of is not None and last and isinstance(statement, ast.Expr):
            statements += translation.earning(statement, out_of)
        else:
            statements += translation.statement(statement)
    if not translation.uses:
        raise CannotTranslateError(
            body[0] if body else ast.Pass(lineno=1),
            "it uses nothing that the hand-in defines",
            "write a test that calls the hand-in, or remove it",
        )
    if test.sets_score and out_of is not None:
        earning = ast.Call(of_fixture("check", "earning"), [literal_points(out_of)], [])
        statements = [
            ast.With([ast.withitem(earning, ast.Name(SET_SCORE, ast.Store()))], statements, lineno=0)
        ]
    if translation.drawn and not translation.seeded:
        statements[:0] = ast.parse(f"{DRAWN} = np.random.RandomState(0)").body
        translation.imports.add(names.imports.get("np", NUMPY))
        translation.notes.append("it drew other numbers in every run, and now draws the same: seed 0")
    for given in list(translation.given):
        translation.need(given)
    text = "\n".join(ast.unparse(ast.fix_missing_locations(it)) for it in statements)
    return Translated(
        text,
        frozenset(translation.imports),
        frozenset(translation.given),
        frozenset(translation.uses),
        tuple(dict.fromkeys(translation.notes)),
        decorators,
        frozenset(translation.read),
    )
