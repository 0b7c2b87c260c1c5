"""Makes and reads the pieces of Python that translated tests consist of."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from fractions import Fraction

from autograder.model.exact import read_rounded_points


class CannotTranslateError(Exception):
    """A test cannot be translated: why, what to do instead, and the line."""

    def __init__(self, node: ast.AST, why: str, remedy: str) -> None:
        super().__init__(why)
        self.line = getattr(node, "lineno", 0)
        self.why, self.remedy = why, remedy


def refused(node: ast.AST, why: str) -> CannotTranslateError:
    """Return the error for a test that only a person can write."""
    return CannotTranslateError(node, why, "write this test by hand with the fixtures student and check")


def number_in(node: ast.expr | None) -> Fraction | None:
    """Return the number that constants and the four operations between them give, exactly; None for all else."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return read_rounded_points(str(value))
        case ast.BinOp(left=left, op=op, right=right):
            a, b = number_in(left), number_in(right)
            if a is None or b is None:
                return None
            match op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b if a >= b else None
                case ast.Mult():
                    return a * b
                case ast.Div():
                    return a / b if b else None
    return None


def literal_points(points: Fraction) -> ast.Constant:
    """Return points as `check.earn` takes them: an integer, or a fraction as text."""
    return ast.Constant(int(points) if points.denominator == 1 else str(points))


def is_type_of(node: ast.expr) -> bool:
    """Return whether an expression asks for a value's type, which is the same on both sides of the boundary."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"


def seed_of(call: ast.Call) -> ast.expr | None:
    """Return what a call seeds NumPy's global generator with; None if it is another call."""
    seeds = ast.unparse(call.func) in ("np.random.seed", "numpy.random.seed")
    return call.args[0] if seeds and len(call.args) == 1 else None


def is_unseeded_maker(node: ast.Call) -> bool:
    """Return whether a call makes a generator that draws other numbers in every run."""
    name = ast.unparse(node.func)
    return name.rpartition(".")[2] in ("RandomState", "default_rng") and not node.args and not node.keywords


def parameters_of(arguments: ast.arguments) -> list[str]:
    """Return the names of all parameters of a function."""
    named = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    return [it.arg for it in named if it is not None]


def receiver_of(value: ast.expr) -> str | None:
    """Return the name whose method a call is: what it is given may end up there."""
    return (
        base_of(value.func) if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else None
    )


def base_of(node: ast.expr) -> str | None:
    """Return the name that attributes and entries are those of; None if it is no name."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def stored(node: ast.expr) -> ast.Name | ast.Attribute | ast.Subscript:
    """Return a copy of an expression as something that is assigned to."""
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        raise refused(node, "it sets something of the student's")
    made = copy.copy(node)  # the same node may be read elsewhere
    made.ctx = ast.Store()
    return made


def of_student(method: str) -> ast.expr:
    """Return `student.method`."""
    return of_fixture("student", method)


def of_fixture(name: str, method: str) -> ast.expr:
    """Return `name.method`."""
    return ast.Attribute(ast.Name(name, ast.Load()), method, ast.Load())


def method_of(owner: str, method: str, arguments: list[ast.expr]) -> ast.expr:
    """Return `owner.method(*arguments)`."""
    return ast.Call(ast.Attribute(ast.Name(owner, ast.Load()), method, ast.Load()), arguments, [])


def lambda_of(parameters: Sequence[str], body: ast.expr) -> ast.expr:
    """Return a lambda with these parameters."""
    return ast.Lambda(ast.arguments([], [ast.arg(it) for it in parameters], None, [], [], None, []), body)
