"""Turns the assertions of unittest and nose, which are methods and functions, into plain `assert` statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence

_COMPARED: Mapping[str, ast.cmpop] = {
    "assertEqual": ast.Eq(),
    "assertEquals": ast.Eq(),
    "assertSequenceEqual": ast.Eq(),
    "assertMultiLineEqual": ast.Eq(),
    "assertNotEqual": ast.NotEq(),
    "assertIs": ast.Is(),
    "assertIsNot": ast.IsNot(),
    "assertIn": ast.In(),
    "assertNotIn": ast.NotIn(),
    "assertGreater": ast.Gt(),
    "assertGreaterEqual": ast.GtE(),
    "assertLess": ast.Lt(),
    "assertLessEqual": ast.LtE(),
}

_OF_ONE_KIND: Mapping[str, str] = {
    "assertListEqual": "list",
    "assertTupleEqual": "tuple",
    "assertDictEqual": "dict",
    "assertSetEqual": "(set, frozenset)",
}
"""Those that hold of one type only: an array may be equal to a list, and is none."""


def plain(body: Sequence[ast.stmt], assertion_of: Callable[[ast.expr], str | None]) -> list[ast.stmt]:
    """Return statements with plain assertions.

    Parameters
    ----------
    assertion_of
        Returns which assertion of unittest the function of a call is, such as "assertEqual"; None for another.
    """
    visitor = _Assertions(assertion_of)
    return [visitor.visit(it) for it in body]


def of_self(function: ast.expr) -> str | None:
    """Return the assertion that `self.assertEqual` is."""
    match function:
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if name.startswith("assert"):
            return name
    return None


def of_nose(imported: Mapping[str, str]) -> Callable[[ast.expr], str | None]:
    """Return what tells which assertion of nose a name is; `imported` has the statement that imports each name."""

    def assertion_of(function: ast.expr) -> str | None:
        name = ast.unparse(function)
        alone = name.rpartition(".")[2]
        if "nose" not in imported.get(name.partition(".")[0], ""):
            return None
        usual = {"eq_": "assert_equal", "ok_": "assert_true"}.get(alone, alone)
        return re.sub(r"_(\w)", lambda letter: letter[1].upper(), usual)

    return assertion_of


class _Assertions(ast.NodeTransformer):
    def __init__(self, assertion_of: Callable[[ast.expr], str | None]) -> None:
        self.assertion_of = assertion_of

    def visit_With(self, node: ast.With) -> ast.AST:
        for item in node.items:
            call = item.context_expr
            if not isinstance(call, ast.Call):
                continue
            name = self.assertion_of(call.func)
            if name == "assertRaisesRegex" and len(call.args) == 2:
                call.keywords.append(ast.keyword("match", call.args.pop()))
            if name in ("assertRaises", "assertRaisesRegex"):
                call.func = _pytest_raises()
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if not isinstance(node.value, ast.Call):
            return node
        name = self.assertion_of(node.value.func)
        made = _plain(name, node.value) if name else None
        return ast.fix_missing_locations(ast.copy_location(made, node)) if made is not None else node


def _plain(name: str, call: ast.Call) -> ast.stmt | None:
    """Return the statement for one assertion; None if it has no plain form."""
    args, message = list(call.args), next((it.value for it in call.keywords if it.arg == "msg"), None)
    others = {it.arg: it.value for it in call.keywords if it.arg != "msg"}

    def asserted(test: ast.expr, used: int) -> ast.stmt:
        return ast.Assert(test, message or (args[used] if len(args) > used else None))

    def called(function: str, *arguments: ast.expr) -> ast.expr:
        return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])

    match name:
        case _ if name in _COMPARED and len(args) >= 2 and not others:
            return asserted(ast.Compare(args[0], [_COMPARED[name]], [args[1]]), 2)
        case _ if name in _OF_ONE_KIND and len(args) >= 2 and not others:
            same = f"lambda left, right: isinstance(left, {_OF_ONE_KIND[name]}) and left == right"
            return asserted(ast.Call(ast.parse(same, mode="eval").body, args[:2], []), 2)
        case "assertTrue" if args and not others:
            return asserted(args[0], 1)
        case "assertFalse" if args and not others:
            return asserted(ast.UnaryOp(ast.Not(), args[0]), 1)
        case "assertIsNone" | "assertIsNotNone" if args and not others:
            how = ast.Is() if name == "assertIsNone" else ast.IsNot()
            return asserted(ast.Compare(args[0], [how], [ast.Constant(None)]), 1)
        case "assertIsInstance" if len(args) >= 2 and not others:
            return asserted(called("isinstance", args[0], args[1]), 2)
        case "assertAlmostEqual" | "assertAlmostEquals" if len(args) >= 2 and not others.keys() - {
            "places",
            "delta",
        }:
            difference = ast.BinOp(args[0], ast.Sub(), args[1])
            if "delta" in others:
                return asserted(ast.Compare(called("abs", difference), [ast.LtE()], [others["delta"]]), 4)
            places = others.get("places") or (args[2] if len(args) > 2 else ast.Constant(7))
            rounded = called("round", called("abs", difference), places)
            return asserted(ast.Compare(rounded, [ast.Eq()], [ast.Constant(0)]), 3)
        case "assertCountEqual" if len(args) >= 2 and not others:
            return asserted(
                ast.Compare(called("sorted", args[0]), [ast.Eq()], [called("sorted", args[1])]), 2
            )
        case "assertRaises" if len(args) >= 2:
            return _raising([args[0]], [], ast.Call(args[1], args[2:], call.keywords))
        case "assertRaisesRegex" if len(args) >= 3:
            match = ast.keyword("match", args[1])
            return _raising([args[0]], [match], ast.Call(args[2], args[3:], call.keywords))
    return None


def _raising(error: list[ast.expr], match: list[ast.keyword], call: ast.Call) -> ast.stmt:
    raises = ast.Call(_pytest_raises(), error, match)
    return ast.With([ast.withitem(raises, None)], [ast.Expr(call)])


def _pytest_raises() -> ast.expr:
    return ast.parse("pytest.raises", mode="eval").body
