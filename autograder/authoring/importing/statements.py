"""Turns the statements of a test into what they are on this side of the boundary."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from autograder.authoring.importing.agreements import as_replied, asserted, tested
from autograder.authoring.importing.exceptions import (
    Required,
    caught_by,
    only_fails,
    required_by,
    required_by_try,
    says_nothing,
)
from autograder.authoring.importing.expressions import DRAWN, NUMPY, Expressions
from autograder.authoring.importing.names import imports_of
from autograder.authoring.importing.syntax import (
    base_of,
    lambda_of,
    literal_points,
    method_of,
    of_fixture,
    of_student,
    parameters_of,
    receiver_of,
    refused,
    seed_of,
    stored,
)

_SHOWN = "shown_at_the_end"


class Statements(Expressions):
    """Reads the statements of a test one by one."""

    def statement(self, node: ast.stmt) -> Iterator[ast.stmt]:
        """Yield what a statement becomes."""
        match node:
            case ast.Assert():
                test = self.expression(node.test)
                self._require_touched(node, test)
                yield from asserted(test, self.said(node.msg) if node.msg else None, self._is_touched)
            case ast.Expr(ast.Constant()):
                return
            case ast.Expr(ast.Call() as call) if seed := seed_of(call):
                yield from self._seed(seed)
            case ast.Expr(
                ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="match"), args=[pattern])
            ) if self.exceptions.get(name):
                yield self._matching(name, pattern)
            case ast.Expr(value=value) if (required := required_by(value)) is not None and required.call:
                body = [ast.copy_location(ast.Expr(required.call), node)]
                yield from self._required(node, required, body)
            case ast.Expr():
                value = self.expression(node.value)
                self._asserting_call(node, value)
                if self._is_touched(value):
                    self._touch(receiver_of(value))
                yield tested(value, self._is_touched)
            case ast.Assign():
                yield from self._assign(node)
            case ast.AnnAssign(value=ast.expr() as given):
                value = self.expression(given)
                yield ast.Assign([self._target(node.target, value)], value, lineno=0)
            case ast.AugAssign():
                yield self._change(node)
            case ast.For():
                iterated = self.expression(node.iter)
                target = self._target(node.target, iterated)
                yield ast.For(
                    target, iterated, self._block(node.body), self._block(node.orelse), lineno=node.lineno
                )
            case ast.If() | ast.While():
                test = self.expression(node.test)
                depends = self._is_touched(test)
                self.conditional += depends
                yield type(node)(test, self._block(node.body), self._block(node.orelse))
                self.conditional -= depends
            case ast.Import() | ast.ImportFrom():
                yield from self._import(node)
            case ast.FunctionDef():
                yield self._define(node)
            case ast.Return(value=None) | ast.Pass() | ast.Break() | ast.Continue():
                yield node
            case ast.Return(value=ast.expr() as given):
                yield ast.Return(self.expression(given))
            case ast.Raise(exc=ast.Call(func=function, args=args)):
                yield ast.Raise(ast.Call(self.expression(function), [self.said(it) for it in args], []), None)
            case ast.Raise():
                yield ast.Raise(self.expression(node.exc) if node.exc else None, None)
            case ast.With(items=[ast.withitem(context, None | ast.Name() as name)]) if (
                required := required_by(context)
            ) is not None:
                yield from self._required(node, required, node.body, name.id if name else "", is_value=True)
            case ast.With():
                yield self._with(node)
            case ast.Try():
                yield from self._try(node)
            case _:
                raise refused(node, f"a statement of this kind ({type(node).__name__.lower()})")

    def earning(self, node: ast.Expr, of: Fraction) -> Iterator[ast.stmt]:
        """Yield the statements for a value that says how many points are earned if it is a number, all if it is not."""
        whole = literal_points(of)
        self._bind(node, _SHOWN)
        self.imports.add(self.names.imports.get("np", NUMPY))
        yield ast.Assign([ast.Name(_SHOWN, ast.Store())], self.expression(node.value), lineno=0)
        numbers = "int, float, np.integer, np.floating"
        yield from ast.parse(
            f"if isinstance({_SHOWN}, ({numbers})) and not isinstance({_SHOWN}, bool):\n"
            f"    check.earn({_SHOWN}, {whole.value!r})"
        ).body

    def _block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        made = [it for statement in body for it in self.statement(statement)]
        return made or ([ast.Pass()] if body else [])

    def _seed(self, seed: ast.expr) -> Iterator[ast.stmt]:
        """Yield what seeds the numbers that the test draws, and those that the hand-in draws."""
        number = ast.unparse(self.expression(seed))
        self.seeded = self.drawn = True
        self.imports.add(self.names.imports.get("np", NUMPY))
        yield from ast.parse(f"{DRAWN} = np.random.RandomState({number})").body
        yield from ast.parse(f"student.seed({number})").body

    def _assign(self, node: ast.Assign) -> Iterator[ast.stmt]:
        match node:
            case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old)) if new == old:
                return
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if (
                self._are_apart(targets, values)
            ):
                for target, of in zip(targets, values, strict=True):
                    yield from self._assign(ast.copy_location(ast.Assign([target], of), node))
                return
            case ast.Assign(targets=[ast.Name(id=new)], value=of) if (
                not self.conditional and (known := self._meant(of)) is not None and known.kind != "constant"
            ):
                self.names = replace(self.names, known={**self.names.known, new: known})
                return
            case ast.Assign(targets=[ast.Name() as new], value=ast.Name() as of) if self._is_handle(of):
                self._target(new, of)
                self.handles.add(new.id)
                yield node
                return
        value = self.expression(node.value)
        for it in node.targets:
            if isinstance(it, ast.Attribute) and self._is_handle(it.value):
                yield self._setting(it, value)
                return
        yield ast.Assign([self._target(it, value) for it in node.targets], value, lineno=0)

    def _are_apart(self, targets: Sequence[ast.expr], values: Sequence[ast.expr]) -> bool:
        """Return whether names take values of the hand-in by name, one by one as well as together."""
        return len(targets) == len(values) and all(
            isinstance(target, ast.Name)
            and isinstance(value, ast.Name)
            and (
                target.id == value.id
                or ((known := self._meant(value)) is not None and known.kind != "constant")
            )
            for target, value in zip(targets, values, strict=True)
        )

    def _change(self, node: ast.AugAssign) -> ast.stmt:
        if isinstance(node.target, ast.Name) and node.target.id not in self.bound:
            raise refused(node, f"it changes {node.target.id} of the notebook")
        value = self.expression(node.value)
        self._refuse_handles(node.target)
        changed = stored(self.expression(node.target))
        if self._is_touched(value):
            self._touch(base_of(node.target))
        return ast.AugAssign(changed, node.op, value)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[ast.stmt]:
        if self._is_of_hand_in(node):
            return  # its names are known already
        for name, line in imports_of(node).items():
            if self.names.imports.get(name, NUMPY) == line:
                self.imports.add(line)
                self.hoisted.add(name)
                continue
            self._bind(node, name)
            yield from ast.parse(line).body

    def _define(self, node: ast.FunctionDef) -> ast.stmt:
        self._bind(node, node.name)
        with self._scope(parameters_of(node.args)):
            body = self._block(node.body)
        if any(map(self._is_touched, body)):
            self.touched.add(node.name)
            self.calling_back.add(node.name)
        return ast.FunctionDef(node.name, self._defaults(node.args), body, [], lineno=0)

    def _with(self, node: ast.With) -> ast.stmt:
        items = []
        for item in node.items:
            value = self.expression(item.context_expr)
            target = self._target(item.optional_vars, value) if item.optional_vars else None
            items.append(ast.withitem(value, target))
        return ast.With(items, self._block(node.body), lineno=0)

    def _try(self, node: ast.Try) -> Iterator[ast.stmt]:
        """Yield what a `try` becomes: an exception that must be raised, or an attempt and what is done behind it."""
        if (required := required_by_try(node)) is not None:
            what, body, handler = required
            asked = [] if says_nothing(handler.body) else handler.body
            yield from self._required(node, what, body, handler.name or "" if asked else "")
            for statement in asked:
                yield from self.statement(statement)
            return
        if node.finalbody:
            inner = ast.copy_location(ast.Try(node.body, node.handlers, node.orelse, []), node)
            body = self._block([inner] if node.handlers else node.body)
            yield ast.Try(body, [], [], self._block(node.finalbody))
            return
        if not self.attempts and all(map(only_fails, node.handlers)):
            yield from self._block([*node.body, *node.orelse])  # the test fails, and says better why
            return
        uses = set(self.uses)
        self.attempts += 1
        body = self._block(node.body)
        if self.uses == uses and not any(map(self._is_touched, body)):
            self.attempts -= 1
            handlers = [ast.ExceptHandler(it.type, it.name, self._block(it.body)) for it in node.handlers]
            yield ast.Try(body, handlers, self._block(node.orelse), [])
            return
        name = "attempt" if self.attempts == 1 else f"attempt_{self.attempts}"
        self.attempts -= 1
        branches = [self._behind(name, it) for it in node.handlers]
        otherwise = self._block(node.orelse)
        if otherwise:
            branches.insert(0, (ast.UnaryOp(ast.Not(), method_of(name, "raised", [])), otherwise))
        named = [caught_by(it.type) for it in node.handlers]
        if any("" in it for it in named):
            raise refused(node, "what it catches is computed")
        errors: list[ast.expr] = [ast.Constant(it) for of in named for it in of] if all(named) else []
        attempt = ast.withitem(ast.Call(of_fixture("check", "attempt"), errors, []))
        while branches and not branches[-1][1]:
            branches.pop()
        if branches:
            self._bind(node, name)
            attempt.optional_vars = ast.Name(name, ast.Store())
        yield ast.With([attempt], body, lineno=0)
        chain: list[ast.stmt] = []
        for test, made in reversed(branches):
            chain = [ast.If(test, made or [ast.Pass()], chain)]
        yield from chain

    def _behind(self, attempt: str, handler: ast.ExceptHandler) -> tuple[ast.expr, list[ast.stmt]]:
        """Return when a handler runs, and what it does; nothing if it only says something."""
        test = method_of(attempt, "raised", [ast.Constant(it) for it in caught_by(handler.type)])
        body = [] if says_nothing(handler.body) else handler.body
        if not body:
            return test, []
        if any(isinstance(it, ast.Raise) and it.exc is None for part in body for it in ast.walk(part)):
            raise refused(handler, "it raises again what the student's code raised")
        told: list[ast.stmt] = []
        if handler.name and any(
            isinstance(it, ast.Name) and it.id == handler.name for part in body for it in ast.walk(part)
        ):
            self._know(handler, handler.name, is_value=False)
            told.append(
                ast.Assign([ast.Name(handler.name, ast.Store())], ast.Name(attempt, ast.Load()), lineno=0)
            )
        self.conditional += 1
        made = self._block(body)
        self.conditional -= 1
        self.exceptions.pop(handler.name or "", None)
        return test, [*told, *made]

    def _required(
        self,
        node: ast.stmt,
        required: Required,
        body: Sequence[ast.stmt],
        name: str = "",
        is_value: bool = False,
    ) -> Iterator[ast.stmt]:
        """Yield the statements for something that must raise, and for a pattern that the text must match.

        Parameters
        ----------
        name, is_value
            What the test calls the exception, or that of which it is the value; empty if it asks nothing of it.
        """
        call = self._raising(required.error, body)
        name = name or ("raised" if required.pattern is not None or call is None else "")
        if call is not None:
            yield ast.Assign([ast.Name(name, ast.Store())], call, lineno=0) if name else ast.Expr(call)
        else:
            uses = set(self.uses)
            made = self._block(body)
            if self.uses == uses and not any(map(self._is_touched, made)):
                raise refused(node, "what must raise is no call of the student's code")
            error = ast.Constant(required.error)
            attempt = ast.Call(of_fixture("check", "attempt"), [error], [])
            yield ast.With([ast.withitem(attempt, ast.Name(name, ast.Store()))], made, lineno=0)
            sentence = ast.Constant(f"it should raise {required.error} here, and does not")
            condition = method_of(name, "raised", [error])
            yield ast.Expr(ast.Call(ast.Name("check", ast.Load()), [condition, sentence], []))
        if name:
            self._know(node, name, is_value)
        if required.pattern is not None:
            yield self._matching(name, required.pattern)

    def _know(self, node: ast.AST, name: str, is_value: bool) -> None:
        """Note that a name is what is known of an exception from now on."""
        self._bind(node, name)
        self.exceptions[name] = is_value
        self.touched.add(name)

    def _matching(self, name: str, pattern: ast.expr) -> ast.stmt:
        """Return the statement for a pattern that the text of an exception has to match."""
        self.imports.add(self.names.imports.get("re", "import re"))
        text = ast.Attribute(ast.Name(name, ast.Load()), "text", ast.Load())
        how = ast.parse("lambda got, wanted: re.search(wanted, got) is not None", mode="eval").body
        message = ast.Constant("The text of the exception should match the pattern that is expected.")
        keywords = [ast.keyword("how", how), ast.keyword("message", message)]
        arguments = [text, self.expression(pattern), ast.Constant(f"{name}.text")]
        return ast.Expr(ast.Call(of_fixture("check", "agree"), arguments, keywords))

    def _raising(self, error: str, body: Sequence[ast.stmt]) -> ast.expr | None:
        """Return the requirement that a body raises, where all that it does is one call of the student's code."""
        call = body[0].value if len(body) == 1 and isinstance(body[0], (ast.Expr, ast.Assign)) else None
        made = as_replied(self.expression(call)) if call is not None else None
        if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Attribute):
            return None
        owner, how = made.func.value, made.func.attr
        if isinstance(owner, ast.Name) and owner.id == "student" and how in ("call", "new"):
            return ast.Call(of_student("raises"), [ast.Constant(error), *made.args], made.keywords)
        if how == "call" and self._is_touched(owner):
            bound = ast.Call(ast.Attribute(owner, "bind", ast.Load()), made.args, made.keywords)
            return ast.Call(of_student("raises"), [ast.Constant(error), lambda_of(["code"], bound)], [])
        return None

    def _setting(self, target: ast.Attribute, value: ast.expr) -> ast.stmt:
        owner = self.expression(target.value, as_object=True)
        return ast.Expr(
            ast.Call(ast.Attribute(owner, "set", ast.Load()), [ast.Constant(target.attr), value], [])
        )
