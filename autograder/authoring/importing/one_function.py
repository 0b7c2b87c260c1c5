"""Makes one function of a test: with what its class sets up, the helpers and the fixtures that it uses written out."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autograder.authoring.importing.files_of_tests import FoundTest, TestFile


def run_before(test: FoundTest) -> list[ast.stmt]:
    """Return what runs before a test, and those helpers of its class that it needs."""
    helpers = {it.name: it for it in test.helpers if isinstance(it, ast.FunctionDef)}
    needed, waiting = list[str](), [test.function]
    while waiting:
        for node in ast.walk(waiting.pop()):
            match node:
                case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if (
                    name in helpers and name not in needed
                ):
                    needed.append(name)
                    waiting.append(helpers[name])
    made = list[ast.stmt]()
    for name in reversed(needed):
        helper = helpers[name]
        args = ast.arguments(**{**dict(ast.iter_fields(helper.args)), "args": helper.args.args[1:]})
        alone = ast.FunctionDef(f"self_{name}", args, helper.body, [], None)
        made.append(ast.fix_missing_locations(ast.copy_location(alone, helper)))
    return [*test.setting, *made]


def from_fixtures(wanted: Sequence[str], file: TestFile) -> tuple[list[ast.stmt], str]:
    """Return the statements that give a test its fixtures, and the name of one that cannot be given."""
    made, strange = list[ast.stmt](), ""
    for name in wanted:
        fixture = file.fixtures.get(name)
        if fixture is None or any(isinstance(it, (ast.Yield, ast.YieldFrom)) for it in ast.walk(fixture)):
            return made, name
        above, strange = from_fixtures([it.arg for it in fixture.args.args], file)
        *before, last = fixture.body
        if strange or not isinstance(last, ast.Return) or last.value is None:
            return made, strange or name
        value = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], last.value), last)
        made += [*above, *before, ast.fix_missing_locations(value)]
    return made, strange


class WithoutSelf(ast.NodeTransformer):
    """Makes a local variable of each attribute of `self`, and a block of each `with self.subTest(...)`."""

    def block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return statements without `self`."""
        return [made for it in body for made in self._statements(it)]

    def _statements(self, node: ast.stmt) -> list[ast.stmt]:
        match node:
            case ast.With(items=[ast.withitem(context_expr=ast.Call(func=ast.Attribute(attr="subTest")))]):
                return self.block(node.body)
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="fail"), args=args)
            ):
                said = args[0] if args else None
                return [
                    ast.fix_missing_locations(ast.copy_location(ast.Assert(ast.Constant(False), said), node))
                ]
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                setattr(node, name, self.block(inner))
        for handler in getattr(node, "handlers", []):
            handler.body = self.block(handler.body)
        return [self.visit(node)]

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Return the local variable that stands for an attribute of `self`."""
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if not name.startswith("assert"):
                return ast.copy_location(ast.Name(f"self_{name}", node.ctx), node)
        return self.generic_visit(node)
