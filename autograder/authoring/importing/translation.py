"""Turns a test that runs beside the student's code into one that calls it across the boundary.

A name of the hand-in becomes `student.call`, `student.new` or `student.get_constant`; everything else stays as it is.
What would mean something else on this side is refused, with the reason: an identity, a change of an argument, a
function that calls back while it is called.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

from autograder.authoring.importing.agreements import as_replied, asserted, tested
from autograder.authoring.importing.draft import ImportedTest, Known, Names
from autograder.authoring.importing.names import imports_of
from autograder.authoring.slips import MAKERS

_NO_MEANING = frozenset(
    {"globals", "locals", "vars", "dir", "exec", "eval", "compile", "input", "open", "callable", "hasattr", "getattr",
     "setattr", "id", "get_ipython", "__import__"}
)  # fmt: skip
_SAME_OBJECT = frozenset({"shares_memory", "may_share_memory", "getsource", "signature"})
_DRAWN = "drawn"
_NUMPY = "import numpy as np"
_SHOWN = "shown_at_the_end"
_THIS_FILE = "__file__"
_PATHS = frozenset(
    {"join", "dirname", "abspath", "realpath", "normpath", "Path", "resolve", "absolute", "joinpath", "with_name",
     "str", "fspath", "as_posix"}
)  # fmt: skip
"""Functions and methods that make a path of another one."""
SET_SCORE = "set_score"
"""The argument by which gradescope-utils has a test say how many of its points are earned."""
_OURS = frozenset({"student", "check", _DRAWN})
_OF_OBJECTS = frozenset(dir(str) + dir(list) + dir(dict) + dir(tuple) + dir(float))
_OF_ARRAYS = frozenset(
    {"shape", "dtype", "size", "ndim", "T", "sum", "mean", "std", "var", "min", "max", "argmax", "argmin", "all", "any",
     "tolist", "copy", "reshape", "ravel", "flatten", "astype", "round", "dot", "item", "nbytes", "real", "imag"}
)  # fmt: skip


_BY_METHOD = {"len": "__len__", "str": "__str__", "repr": "__repr__", "float": "__float__", "int": "__int__",
              "bool": "__bool__", "abs": "__abs__"}  # fmt: skip
"""What Python asks an object for a function's value, by the function."""


class CannotTranslateError(Exception):
    """A test cannot be translated: why, what to do instead, and the line."""

    def __init__(self, node: ast.AST, why: str, remedy: str) -> None:
        super().__init__(why)
        self.line = getattr(node, "lineno", 0)
        self.why, self.remedy = why, remedy


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
    translation = _Translation(names, set(), rebuilding)
    decorators = tuple(
        ast.unparse(ast.fix_missing_locations(translation.expression(it))) for it in test.marks
    )
    if translation.uses:
        raise _refused(test.marks[0], "its cases come from the student's code")
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
        earning = ast.Call(_fixture("check", "earning"), [_points(out_of)], [])
        statements = [
            ast.With([ast.withitem(earning, ast.Name(SET_SCORE, ast.Store()))], statements, lineno=0)
        ]
    if translation.drawn and not translation.seeded:
        statements[:0] = ast.parse(f"{_DRAWN} = np.random.RandomState(0)").body
        translation.imports.add(names.imports.get("np", _NUMPY))
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


@dataclass
class _Translation:
    names: Names
    bound: set[str]
    rebuilding: bool
    handles: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    """Names whose values come from the hand-in."""
    hoisted: set[str] = field(default_factory=set)
    """Names that the test imports itself, as its file does."""
    outer: set[str] = field(default_factory=set)
    """Names that the test has taken from outside."""
    lent: set[str] = field(default_factory=set)
    """Names whose values were given to the hand-in, which may have changed them there and not here."""
    read: set[str] = field(default_factory=set)
    """Variables that students were given and that are read from the hand-in."""
    calling_back: set[str] = field(default_factory=set)
    """Functions of the test that call the hand-in."""
    of_tests: set[str] = field(default_factory=set)
    """Names whose values depend on where the file of the test lies."""
    places: set[str] = field(default_factory=set)
    """Those of them that are paths."""
    uses: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    drawn: bool = False
    seeded: bool = False
    attempts: int = 0
    """How many attempts are around the statement."""
    conditional: int = 0
    """How many conditions around the statement depend on the hand-in."""

    # --- statements -----------------------------------------------------------------------------------

    def statement(self, node: ast.stmt) -> Iterator[ast.stmt]:
        """Yield what a statement becomes."""
        match node:
            case ast.Assert():
                test = self.expression(node.test)
                self._require_touched(node, test)
                yield from asserted(test, self.expression(node.msg) if node.msg else None, self._is_touched)
            case ast.Expr(ast.Constant()):
                return
            case ast.Expr(ast.Call() as call) if seed := _seed_of(call):
                yield from self._seed(seed)
            case ast.Expr():
                value = self.expression(node.value)
                self._asserting_call(node, value)
                if self._is_touched(value):
                    self._touch(_receiver(value))
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
            case ast.Raise():
                yield ast.Raise(self.expression(node.exc) if node.exc else None, None)
            case ast.With(items=[ast.withitem(context_expr=context)]) if error := _raised_by(context):
                if isinstance(context, ast.Call) and context.keywords:
                    self.notes.append("the message of the exception is not compared any more")
                yield self._raises(node, error, node.body)
            case ast.With():
                yield self._with(node)
            case ast.Try():
                yield from self._try(node)
            case _:
                raise _refused(node, f"a statement of this kind ({type(node).__name__.lower()})")

    def earning(self, node: ast.Expr, of: Fraction) -> Iterator[ast.stmt]:
        """Yield the statements for a value that says how many points are earned if it is a number, all if it is not."""
        whole = _points(of)
        self._bind(node, _SHOWN)
        self.imports.add(self.names.imports.get("np", _NUMPY))
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
        self.imports.add(self.names.imports.get("np", _NUMPY))
        yield from ast.parse(f"{_DRAWN} = np.random.RandomState({number})").body
        yield from ast.parse(f"student.seed({number})").body

    def _assign(self, node: ast.Assign) -> Iterator[ast.stmt]:
        match node:
            case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old)) if new == old:
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

    def _change(self, node: ast.AugAssign) -> ast.stmt:
        if isinstance(node.target, ast.Name) and node.target.id not in self.bound:
            raise _refused(node, f"it changes {node.target.id} of the notebook")
        value = self.expression(node.value)
        self._refuse_handles(node.target)
        changed = _stored(self.expression(node.target))
        if self._is_touched(value):
            self._touch(_base(node.target))
        return ast.AugAssign(changed, node.op, value)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[ast.stmt]:
        if self._is_of_hand_in(node):
            return  # its names are known already
        for name, line in imports_of(node).items():
            if self.names.imports.get(name, _NUMPY) == line:
                self.imports.add(line)
                self.hoisted.add(name)
                continue
            self._bind(node, name)
            yield from ast.parse(line).body

    def _define(self, node: ast.FunctionDef) -> ast.stmt:
        self._bind(node, node.name)
        with self._scope(_parameters(node.args)):
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
        required = _required_exception(node)
        if required is not None:
            yield self._raises(node, *required)
            return
        if node.finalbody:
            inner = ast.copy_location(ast.Try(node.body, node.handlers, node.orelse, []), node)
            body = self._block([inner] if node.handlers else node.body)
            yield ast.Try(body, [], [], self._block(node.finalbody))
            return
        if not self.attempts and all(map(_only_fails, node.handlers)):
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
            branches.insert(0, (ast.UnaryOp(ast.Not(), _method(name, "raised", [])), otherwise))
        named = [_errors(it.type) for it in node.handlers]
        if any("" in it for it in named):
            raise _refused(node, "what it catches is computed")
        errors: list[ast.expr] = [ast.Constant(it) for of in named for it in of] if all(named) else []
        attempt = ast.withitem(ast.Call(_fixture("check", "attempt"), errors, []))
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
        test = _method(attempt, "raised", [ast.Constant(it) for it in _errors(handler.type)])
        body = [] if _says_nothing(handler.body) else handler.body
        if not body:
            return test, []
        if any(isinstance(it, ast.Raise) and it.exc is None for part in body for it in ast.walk(part)):
            raise _refused(handler, "it raises again what the student's code raised")
        if handler.name and any(
            isinstance(it, ast.Name) and it.id == handler.name for part in body for it in ast.walk(part)
        ):
            if not all(_only_told(part, handler.name) for part in body):
                raise CannotTranslateError(
                    handler,
                    "it computes with the exception that the student's code raised",
                    'ask for its class alone: student.raises("ValueError", "module.function", ...), below `with '
                    "check.attempt():` where only a part of the points depends on it",
                )
            error = ast.Attribute(ast.Name(attempt, ast.Load()), "error", ast.Load())
            self._bind(handler, handler.name)
            if not all(isinstance(it, (ast.Assert, ast.Raise)) for it in body):
                self.notes.append("the text of an exception reads otherwise here")
            told = [ast.Assign([ast.Name(handler.name, ast.Store())], error, lineno=0)]
        else:
            told = []
        self.conditional += 1
        made = self._block(body)
        self.conditional -= 1
        return test, [*told, *made]

    def _raises(self, node: ast.stmt, error: str, body: Sequence[ast.stmt]) -> ast.stmt:
        """Return the statement for a call that must raise."""
        call = body[0].value if len(body) == 1 and isinstance(body[0], (ast.Expr, ast.Assign)) else None
        made = as_replied(self.expression(call)) if call is not None else None
        if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Attribute):
            raise _refused(node, "more than one call must raise")
        owner, how = made.func.value, made.func.attr
        name = ast.Constant(error)
        if isinstance(owner, ast.Name) and owner.id == "student" and how in ("call", "new"):
            arguments: list[ast.expr] = [name, *made.args]
            keywords = made.keywords
        elif how == "call" and self._is_touched(owner):
            bound = ast.Call(ast.Attribute(owner, "bind", ast.Load()), made.args, made.keywords)
            arguments, keywords = [name, _lambda(["code"], bound)], []
        else:
            raise _refused(node, "what must raise is no call of the student's code")
        return ast.Expr(ast.Call(_student("raises"), arguments, keywords))

    def _setting(self, target: ast.Attribute, value: ast.expr) -> ast.stmt:
        owner = self.expression(target.value, as_object=True)
        return ast.Expr(
            ast.Call(ast.Attribute(owner, "set", ast.Load()), [ast.Constant(target.attr), value], [])
        )

    def _target(self, target: ast.expr, value: ast.expr) -> ast.expr:
        """Return what is assigned to, and note what its names hold from now on."""
        touched = self._is_touched(value)
        for name in (it for it in ast.walk(target) if isinstance(it, ast.Name)):
            if isinstance(name.ctx, ast.Store):
                self._bind(name, name.id)
                for kept in (self.touched, self.handles, self.lent, self.calling_back):
                    kept.discard(name.id)
                if touched:
                    self.touched.add(name.id)
        if isinstance(target, ast.Name):
            is_of_tests, is_place = self._is_of_tests(value), self._is_place_of_tests(value)
            (self.of_tests.add if is_of_tests else self.of_tests.discard)(target.id)
            (self.places.add if is_place else self.places.discard)(target.id)
        if isinstance(target, ast.Name) and self._makes_object(value):
            self.handles.add(target.id)
        if isinstance(target, ast.Name) and isinstance(value, ast.Lambda) and touched:
            self.calling_back.add(target.id)
        if isinstance(target, (ast.Subscript, ast.Attribute)):
            self._refuse_handles(target)
            if touched:
                self._touch(_base(target))
            return _stored(self.expression(target))
        return target

    def _bind(self, node: ast.AST, name: str) -> None:
        """Note that a name is one of the test's from now on."""
        if name in _OURS:
            raise _refused(node, f"it has a variable called {name}, which is a fixture here")
        if name in self.outer:
            raise _refused(node, f"{name} means something else from here on")
        self.bound.add(name)

    # --- what depends on the hand-in ------------------------------------------------------------------

    def _is_touched(self, node: ast.AST) -> bool:
        return any(
            isinstance(it, ast.Name) and (it.id == "student" or it.id in self.touched)
            for it in ast.walk(node)
        )

    def _is_of_tests(self, node: ast.AST) -> bool:
        """Return whether an expression depends on where the test lies: a file beside it, or what one holds."""
        return any(
            isinstance(it, ast.Name) and (it.id == _THIS_FILE or it.id in self.of_tests)
            for it in ast.walk(node)
        )

    def _opens_own_file(self, node: ast.Call) -> bool:
        """Return whether a call opens a file that lies beside the tests, to read it."""
        match node:
            case ast.Call(func=ast.Name(id="open"), args=[path, *others]):
                modes = [*others[:1], *(it.value for it in node.keywords if it.arg == "mode")]
                reads = all(isinstance(it, ast.Constant) and it.value in ("r", "rt", "rb") for it in modes)
                return reads and "open" not in self.bound and self._is_of_tests(path)
        return False

    def _touch(self, name: str | None) -> None:
        if name in self.bound:  # no module, such as the np of np.testing
            self.touched.add(name)

    def _require_touched(self, node: ast.AST, test: ast.AST) -> None:
        """Refuse an assertion about a value that the hand-in got and that only a copy of it can have changed."""
        if self._is_touched(test) or self.conditional:
            return
        changed = sorted({it.id for it in ast.walk(test) if isinstance(it, ast.Name)} & self.lent)
        if changed:
            raise CannotTranslateError(
                node,
                f"it asserts what a call does to {changed[0]}, and the call gets a copy of it",
                'compare what is left: unchanged("module.function", ...) where arguments must stay as they are',
            )

    def _asserting_call(self, node: ast.AST, value: ast.expr) -> None:
        name = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
        if ".testing." in f".{name}" or name.startswith("assert_"):
            self._require_touched(node, value)

    # --- expressions ----------------------------------------------------------------------------------

    def expression(self, node: ast.expr, as_object: bool = False) -> ast.expr:
        """Return what an expression becomes; `as_object` where an object of the worker may stand."""
        if known := self._meant(node):
            return self._value_of(node, known)
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                return self._name(node, name, as_object)
            case ast.Call():
                return self._call(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Lambda():
                with self._scope(_parameters(node.args)):
                    return ast.Lambda(self._defaults(node.args), self.expression(node.body))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node)
            case ast.NamedExpr():
                value = self.expression(node.value)
                self._target(node.target, value)
                return ast.NamedExpr(node.target, value)
            case ast.Compare(ops=ops) if any(isinstance(it, (ast.Is, ast.IsNot)) for it in ops):
                return self._identity(node)
            case ast.Subscript(value=of, slice=place, ctx=ast.Load()) if self._has_method(of, "__getitem__"):
                return self._asked(of, "__getitem__", self.expression(place))
            case ast.Compare(left=part, ops=[ast.In() | ast.NotIn() as op], comparators=[of]) if (
                self._has_method(of, "__contains__")
            ):
                found = self._asked(of, "__contains__", self.expression(part))
                return ast.UnaryOp(ast.Not(), found) if isinstance(op, ast.NotIn) else found
        return self._parts(node)

    def _parts(self, node: ast.expr) -> ast.expr:
        """Return an expression with each expression in it as it becomes."""
        made = ast.copy_location(type(node)(), node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                value = self.expression(value)
            elif isinstance(value, list):
                value = [self.expression(it) if isinstance(it, ast.expr) else it for it in value]
            setattr(made, name, value)
        return made

    def _name(self, node: ast.Name, name: str, as_object: bool) -> ast.expr:
        if name in self.bound:
            if name in self.handles and not as_object:
                raise _refused(node, f"an object of the student's ({name}) is used as a whole")
            return node
        self.outer.add(name)
        if name in self.names.given:
            self.given.add(name)
        elif name in self.names.imports:
            self.imports.add(self.names.imports[name])
        elif name in self.hoisted or name == _THIS_FILE:
            pass
        elif name in self.names.modules:
            raise _refused(node, f"the module {name} is used as a whole")
        elif name in _NO_MEANING:
            raise _refused(node, f"{name} would look at this side, where the student's code is not")
        elif not hasattr(builtins, name):
            raise CannotTranslateError(
                node, f"{name} is defined nowhere that was imported", f"define {name} in the test"
            )
        return node

    def _meant(self, node: ast.expr) -> Known | None:
        """Return what of the hand-in an expression names."""
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name not in self.bound:
                return self.names.known.get(name)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if (
                module not in self.bound and module in self.names.modules
            ):
                known = self.names.known.get(f"{self.names.modules[module]}.{name}")
                if known is None:
                    raise _refused(node, f"{module}.{name} is not defined by the reference")
                return known
        return None

    def _value_of(self, node: ast.expr, known: Known) -> ast.expr:
        self.uses.add(known.target)
        target = ast.Constant(known.target)
        if known.kind == "constant":
            if known.handed_out:
                self.read.add(known.target)
            return self._rebuilt(ast.Call(_student("get_constant"), [target], []))
        if known.kind == "class":
            raise _refused(node, f"the class {known.target} is used as a whole")
        arguments = [target, ast.Starred(ast.Name("args", ast.Load()), ast.Load())]
        keywords = [ast.keyword(None, ast.Name("keywords", ast.Load()))]
        call = ast.Call(_student("call"), arguments, keywords)
        parameters = ast.arguments([], [], ast.arg("args"), [], [], ast.arg("keywords"), [])
        return ast.Lambda(parameters, self._rebuilt(call))

    def _call(self, node: ast.Call) -> ast.expr:
        function = node.func
        if (known := self._meant(function)) is not None:
            self.uses.add(known.target)
            how = "new" if known.kind == "class" else "call"
            return self._calling(node, _student(how), [ast.Constant(known.target)])
        match node:
            case ast.Call(func=ast.Name(id=name), args=[of], keywords=[]) if name in _BY_METHOD:
                if name not in self.bound and self._has_method(of, _BY_METHOD[name]):
                    return self._asked(of, _BY_METHOD[name])
        if isinstance(function, ast.Attribute):
            if (drawn := self._drawing(function)) is not None:
                return ast.Call(drawn, *self._arguments(node))
            if self._is_handle(function.value) or self._is_method(function):
                owner = self.expression(function.value, as_object=True)
                return self._calling(
                    node, ast.Attribute(owner, "call", ast.Load()), [ast.Constant(function.attr)]
                )
            if function.attr in _SAME_OBJECT:
                raise _refused(node, f"{function.attr} looks at the student's own object or source")
        if self._opens_own_file(node):
            return ast.Call(function, *self._arguments(node))
        if _is_unseeded_maker(node):
            self.notes.append("it drew other numbers in every run, and now draws the same: seed 0")
            return ast.Call(self.expression(function), [ast.Constant(0)], [])
        return ast.Call(self.expression(function), *self._arguments(node))

    def _calling(self, node: ast.Call, how: ast.expr, first: list[ast.expr]) -> ast.expr:
        """Return a call across the boundary, which classes and functions of the hand-in may be given to by name."""
        args = [self._given(it) for it in node.args]
        keywords = [ast.keyword(it.arg, self._given(it.value)) for it in node.keywords]
        made = ast.Call(how, [*first, *args], keywords)
        return made if isinstance(how, ast.Attribute) and how.attr == "new" else self._rebuilt(made)

    def _rebuilt(self, reply: ast.expr) -> ast.expr:
        """Return a reply with which a test can compute, whatever library it may be of."""
        return ast.Call(_fixture("check", "rebuilt"), [reply], []) if self.rebuilding else reply

    def _given(self, node: ast.expr) -> ast.expr:
        known = self._meant(node)
        if known is not None and known.kind != "constant":
            self.uses.add(known.target)
            return ast.Call(_student("ref"), [ast.Constant(known.target)], [])
        made = self.expression(node, as_object=True)
        if isinstance(node, (ast.BinOp, ast.Call, ast.Name)) and self._is_place_of_tests(node):
            raise CannotTranslateError(
                node,
                "the student's code is to read a file that lies beside the tests, where it cannot look",
                "if students may have it, name the file in a [[data]] table of assignment.toml and pass its name alone",
            )
        called_back = isinstance(made, ast.Lambda) and self._is_touched(made)
        if called_back or (isinstance(made, ast.Name) and made.id in self.calling_back):
            raise _refused(node, "a function that calls the student's code is passed to the student's code")
        self.lent |= {it.id for it in ast.walk(node) if isinstance(it, ast.Name) and it.id in self.bound}
        return made

    def _is_place_of_tests(self, node: ast.expr) -> bool:
        """Return whether an expression is the path of a file beside the tests, and not what the file holds."""
        match node:
            case ast.Name(id=name):
                return name == _THIS_FILE or name in self.places
            case ast.BinOp(left=left, op=ast.Div()):
                return self._is_place_of_tests(left)
            case ast.Call(func=function, args=args):
                name = ast.unparse(function).rpartition(".")[2]
                made_of = [*args, *([function.value] if isinstance(function, ast.Attribute) else [])]
                return name in _PATHS and any(map(self._is_place_of_tests, made_of))
            case ast.Attribute(value=of, attr="parent"):
                return self._is_place_of_tests(of)
        return False

    def _arguments(self, node: ast.Call) -> tuple[list[ast.expr], list[ast.keyword]]:
        args = [self.expression(it) for it in node.args]
        return args, [ast.keyword(it.arg, self.expression(it.value)) for it in node.keywords]

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        if (drawn := self._drawing(node)) is not None:
            return drawn
        if self._is_handle(node.value):
            owner = self.expression(node.value, as_object=True)
            return self._rebuilt(
                ast.Call(ast.Attribute(owner, "get", ast.Load()), [ast.Constant(node.attr)], [])
            )
        if node.attr.startswith("__"):
            raise _refused(node, f"{node.attr} looks at the student's own object")
        return ast.Attribute(self.expression(node.value), node.attr, node.ctx)

    def _drawing(self, node: ast.Attribute) -> ast.expr | None:
        """Return what a use of NumPy's global generator becomes: one of the test's own with the same numbers."""
        match node:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id=module), attr="random"), attr=name) if (
                module in ("np", "numpy") and module not in self.bound and name not in MAKERS
            ):
                self.drawn = True
                return ast.Attribute(ast.Name(_DRAWN, ast.Load()), name, ast.Load())
        return None

    def _is_handle(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.handles and node.id in self.bound
        known = self._meant(node.func) if isinstance(node, ast.Call) else None
        return known is not None and known.kind == "class"

    def _is_method(self, node: ast.Attribute) -> bool:
        """Return whether a method is called on what the hand-in returned, and only its own classes have that method."""
        if node.attr in _OF_OBJECTS or node.attr in _OF_ARRAYS:
            return False
        of_classes = {it for known in self.names.known.values() for it in known.methods}
        return node.attr in of_classes and (
            (isinstance(node.value, ast.Name) and node.value.id in self.touched)
            or isinstance(node.value, ast.Call)
        )

    def _has_method(self, node: ast.expr, name: str) -> bool:
        """Return whether an object of the student's is asked for what one of its methods with underscores gives."""
        of_classes = {it for known in self.names.known.values() for it in known.methods}
        if name == "__str__" and "__repr__" in of_classes:
            return self._is_handle(node)
        return name in of_classes and self._is_handle(node)

    def _asked(self, node: ast.expr, name: str, *arguments: ast.expr) -> ast.expr:
        owner = self.expression(node, as_object=True)
        return self._rebuilt(
            ast.Call(ast.Attribute(owner, "call", ast.Load()), [ast.Constant(name), *arguments], [])
        )

    def _makes_object(self, value: ast.expr) -> bool:
        return isinstance(value, ast.Call) and ast.unparse(value.func) == "student.new"

    def _refuse_handles(self, target: ast.expr) -> None:
        inner: ast.expr = target
        while isinstance(inner, (ast.Attribute, ast.Subscript)):
            inner = inner.value
            if isinstance(inner, ast.Attribute) and self._is_handle(inner.value):
                raise CannotTranslateError(
                    target,
                    f"it changes {ast.unparse(inner)} in place, of which it would have a copy",
                    f'set it as a whole: {ast.unparse(inner.value)}.set("{inner.attr}", ...)',
                )

    def _identity(self, node: ast.Compare) -> ast.expr:
        made = self._parts(node)
        sides = [node.left, *node.comparators]
        plain = any(
            (isinstance(it, ast.Constant) and it.value in (None, True, False)) or _is_type_of(it)
            for it in sides
        )
        if self._is_touched(made) and not plain:
            raise _refused(node, "it asks whether two things are the same object")
        return made

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> ast.expr:
        bound, touched, handles = set(self.bound), set(self.touched), set(self.handles)
        generators = []
        for it in node.generators:
            iterated = self.expression(it.iter)
            target = self._target(it.target, iterated)
            generators.append(
                ast.comprehension(target, iterated, [self.expression(x) for x in it.ifs], it.is_async)
            )
        if isinstance(node, ast.DictComp):
            made: ast.expr = ast.DictComp(self.expression(node.key), self.expression(node.value), generators)
        else:
            made = type(node)(self.expression(node.elt), generators)
        self.bound, self.handles = bound, handles
        self.touched = touched
        return made

    # --- scopes ---------------------------------------------------------------------------------------

    @contextmanager
    def _scope(self, names: Sequence[str]) -> Iterator[None]:
        bound = set(self.bound)
        self.bound |= set(names)
        yield
        self.bound = bound

    def _defaults(self, arguments: ast.arguments) -> ast.arguments:
        return ast.arguments(
            arguments.posonlyargs,
            [ast.arg(it.arg) for it in arguments.args],
            arguments.vararg,
            arguments.kwonlyargs,
            [self.expression(it) if it else None for it in arguments.kw_defaults],
            arguments.kwarg,
            [self.expression(it) for it in arguments.defaults],
        )

    def _is_of_hand_in(self, node: ast.Import | ast.ImportFrom) -> bool:
        return all(name in self.names.known or name in self.names.modules for name in imports_of(node))

    def need(self, name: str) -> None:
        """Add what a copied definition needs itself."""
        for it in ast.walk(self.names.given[name]):
            if not isinstance(it, ast.Name):
                continue
            if it.id in self.names.imports:
                self.imports.add(self.names.imports[it.id])
            if it.id in self.names.given and it.id not in self.given:
                self.given.add(it.id)
                self.need(it.id)


def _points(points: Fraction) -> ast.Constant:
    return ast.Constant(int(points) if points.denominator == 1 else str(points))


def _is_type_of(node: ast.expr) -> bool:
    """Return whether an expression asks for a value's type, which is the same on both sides of the boundary."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"


def _raised_by(context: ast.expr) -> str:
    """Return the exception that a `with` statement requires, empty if it is of another kind."""
    if isinstance(context, ast.Call) and context.args:
        name = ast.unparse(context.func)
        if name in ("pytest.raises", "raises", "np.testing.assert_raises", "assert_raises"):
            return _error_name(context.args[0])
    return ""


def _required_exception(node: ast.Try) -> tuple[str, list[ast.stmt]] | None:
    """Return what a `try` requires, an exception and of what, where that is all that it does."""
    if len(node.handlers) != 1 or node.finalbody or not _says_nothing(node.handlers[0].body):
        return None
    before, failing = (node.body, node.orelse) if node.orelse else (node.body[:-1], node.body[-1:])
    error = _error_name(node.handlers[0].type)
    requires = len(before) == 1 and len(failing) == 1 and _always_fails(failing[0])
    return (error, before) if requires and error not in ("", "AssertionError") else None


def _errors(node: ast.expr | None) -> list[str]:
    """Return the names of the exceptions that a handler is for; none if it is for all."""
    found = [_error_name(it) for it in (node.elts if isinstance(node, ast.Tuple) else [node])]
    return [] if {"Exception", "BaseException"} & {*found} or node is None else found


def _only_fails(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler does nothing but have the test fail."""
    *before, last = handler.body
    again = isinstance(last, ast.Raise) and last.exc is None
    return _says_nothing(before) and (again or _always_fails(last))


def _texts_in(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the texts that an expression joins or lists, whatever they are made of."""
    match node:
        case ast.JoinedStr() | ast.Call(func=ast.Name(id="str" | "repr")):
            yield node
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from (*_texts_in(left), *_texts_in(right))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for it in parts:
                yield from _texts_in(it)


def _only_told(statement: ast.stmt, name: str) -> bool:
    """Return whether an exception is used in what a statement says only, where it may read otherwise."""
    said: list[ast.expr | None] = []
    match statement:
        case ast.Assert(msg=message):
            said = [message]
        case ast.Raise(exc=ast.Call(args=args)):
            said = list(args)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append" | "write"), args=[text])) | (
            ast.Assign(value=text) | ast.AugAssign(value=text)
        ):
            said = list(_texts_in(text))
    inside = {id(it) for part in said if part is not None for it in ast.walk(part)}
    uses = [it for it in ast.walk(statement) if isinstance(it, ast.Name) and it.id == name]
    return all(id(it) in inside for it in uses)


def _error_name(node: ast.expr | None) -> str:
    return ast.unparse(node).rpartition(".")[2] if isinstance(node, (ast.Name, ast.Attribute)) else ""


def _always_fails(node: ast.stmt) -> bool:
    match node:
        case ast.Assert(test=ast.Constant(value=False)):
            return True
        case ast.Raise(exc=exc) if exc is not None:
            return "AssertionError" in ast.unparse(exc)
        case ast.Expr(value=ast.Call(func=function)):
            return ast.unparse(function) in ("self.fail", "pytest.fail")
    return False


def _says_nothing(body: Sequence[ast.stmt]) -> bool:
    return all(
        isinstance(it, ast.Pass)
        or (isinstance(it, ast.Expr) and isinstance(it.value, ast.Constant))
        or (
            isinstance(it, ast.Expr)
            and isinstance(it.value, ast.Call)
            and ast.unparse(it.value.func) == "print"
        )
        for it in body
    )


def _seed_of(call: ast.Call) -> ast.expr | None:
    seeds = ast.unparse(call.func) in ("np.random.seed", "numpy.random.seed")
    return call.args[0] if seeds and len(call.args) == 1 else None


def _is_unseeded_maker(node: ast.Call) -> bool:
    name = ast.unparse(node.func)
    return name.rpartition(".")[2] in ("RandomState", "default_rng") and not node.args and not node.keywords


def _parameters(arguments: ast.arguments) -> list[str]:
    named = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    return [it.arg for it in named if it is not None]


def _receiver(value: ast.expr) -> str | None:
    """Return the name whose method a call is: what it is given may end up there."""
    return (
        _base(value.func) if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else None
    )


def _base(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _stored(node: ast.expr) -> ast.Name | ast.Attribute | ast.Subscript:
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        raise _refused(node, "it sets something of the student's")
    made = copy.copy(node)  # the same node may be read elsewhere
    made.ctx = ast.Store()
    return made


def _student(method: str) -> ast.expr:
    return _fixture("student", method)


def _fixture(name: str, method: str) -> ast.expr:
    return ast.Attribute(ast.Name(name, ast.Load()), method, ast.Load())


def _method(owner: str, method: str, arguments: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Attribute(ast.Name(owner, ast.Load()), method, ast.Load()), arguments, [])


def _lambda(parameters: Sequence[str], body: ast.expr) -> ast.expr:
    return ast.Lambda(ast.arguments([], [ast.arg(it) for it in parameters], None, [], [], None, []), body)


def _refused(node: ast.AST, why: str) -> CannotTranslateError:
    return CannotTranslateError(node, why, "write this test by hand with the fixtures student and check")
