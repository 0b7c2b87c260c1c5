"""Turns the expressions of a test into what they are on this side of the boundary."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from autograder.authoring.importing.draft import Known, Names
from autograder.authoring.importing.exceptions import caught_by, error_name
from autograder.authoring.importing.names import imports_of
from autograder.authoring.importing.syntax import (
    CannotTranslateError,
    base_of,
    is_type_of,
    is_unseeded_maker,
    method_of,
    of_fixture,
    of_student,
    parameters_of,
    refused,
    stored,
)
from autograder.authoring.slips import MAKERS

_NO_MEANING = frozenset(
    {"globals", "locals", "vars", "dir", "exec", "eval", "compile", "input", "open", "callable", "hasattr", "getattr",
     "setattr", "id", "get_ipython", "__import__"}
)  # fmt: skip
_SAME_OBJECT = frozenset({"shares_memory", "may_share_memory", "getsource", "signature"})
DRAWN = "drawn"
NUMPY = "import numpy as np"
_THIS_FILE = "__file__"
_PATHS = frozenset(
    {"join", "dirname", "abspath", "realpath", "normpath", "Path", "resolve", "absolute", "joinpath", "with_name",
     "str", "fspath", "as_posix"}
)  # fmt: skip
"""Functions and methods that make a path of another one."""
_OURS = frozenset({"student", "check", DRAWN})
_OF_OBJECTS = frozenset(dir(str) + dir(list) + dir(dict) + dir(tuple) + dir(float))
_OF_ARRAYS = frozenset(
    {"shape", "dtype", "size", "ndim", "T", "sum", "mean", "std", "var", "min", "max", "argmax", "argmin", "all", "any",
     "tolist", "copy", "reshape", "ravel", "flatten", "astype", "round", "dot", "item", "nbytes", "real", "imag"}
)  # fmt: skip


_OF_TABLES = frozenset({"values", "index", "columns", "data", "name", "indices", "indptr", "dtypes"})
BY_METHOD = {"len": "__len__", "str": "__str__", "repr": "__repr__", "float": "__float__", "int": "__int__",
              "bool": "__bool__", "abs": "__abs__"}  # fmt: skip
"""What Python asks an object for a function's value, by the function."""


@dataclass
class Expressions:
    """What is known of a test while its expressions are read one by one."""

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
    exceptions: dict[str, bool] = field(default_factory=dict)
    """Names of what is known of an exception, and whether the exception is its value, as of `pytest.raises`."""
    attempts: int = 0
    """How many attempts are around the statement."""
    conditional: int = 0
    """How many conditions around the statement depend on the hand-in."""

    def _target(self, target: ast.expr, value: ast.expr) -> ast.expr:
        """Return what is assigned to, and note what its names hold from now on."""
        touched = self._is_touched(value)
        for name in (it for it in ast.walk(target) if isinstance(it, ast.Name)):
            if isinstance(name.ctx, ast.Store):
                self._bind(name, name.id)
                for kept in (self.touched, self.handles, self.lent, self.calling_back):
                    kept.discard(name.id)
                self.exceptions.pop(name.id, None)
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
                self._touch(base_of(target))
            return stored(self.expression(target))
        return target

    def _bind(self, node: ast.AST, name: str) -> None:
        """Note that a name is one of the test's from now on."""
        if name in _OURS:
            raise refused(node, f"it has a variable called {name}, which is a fixture here")
        if name in self.outer:
            raise refused(node, f"{name} means something else from here on")
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
        if self.exceptions and (asked := self._asked_of_exception(node)) is not None:
            return asked
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                return self._name(node, name, as_object)
            case ast.Call():
                return self._call(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Lambda():
                with self._scope(parameters_of(node.args)):
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

    def said(self, node: ast.expr) -> ast.expr:
        """Return what an expression becomes that is only shown: of an exception, its text."""
        error = self._exception(node)
        return ast.Attribute(error, "text", ast.Load()) if error is not None else self.expression(node)

    def _asked_of_exception(self, node: ast.expr) -> ast.expr | None:
        """Return what a question about an exception becomes, one that its text and class answer; None if it is none."""
        match node:
            case ast.Call(func=ast.Name(id="str"), args=[of], keywords=[]) | (
                ast.FormattedValue(value=of, conversion=-1 | 115, format_spec=None)
            ) if (error := self._exception(of)) is not None:
                text = ast.Attribute(error, "text", ast.Load())
                return text if isinstance(node, ast.Call) else ast.FormattedValue(text, -1)
            case ast.Call(func=ast.Name(id="print"), args=args, keywords=[]) if any(
                map(self._exception, args)
            ):
                return ast.Call(ast.Name("print", ast.Load()), [self.said(it) for it in args], [])
            case ast.Call(func=ast.Name(id="isinstance"), args=[of, kinds]) if (
                error := self._exception(of)
            ) is not None and "" not in (names := caught_by(kinds)):
                return method_of(error.id, "raised", [ast.Constant(it) for it in names])
            case ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[kind]) if (
                error := self._class_of_exception(left)
            ) is not None and error_name(kind):
                name = ast.Attribute(error, "type_name", ast.Load())
                return ast.Compare(name, [ast.Eq()], [ast.Constant(error_name(kind))])
            case ast.Attribute(value=of, attr="__name__") if (
                error := self._class_of_exception(of)
            ) is not None:
                return ast.Attribute(error, "type_name", ast.Load())
            case ast.Attribute(value=of, attr="args") if (error := self._exception(of)) is not None:
                return ast.Attribute(error, "args", ast.Load())
            case ast.Name(id=name) if name in self.exceptions:
                raise CannotTranslateError(
                    node,
                    "it computes with the exception that the student's code raised",
                    "ask for its class, its text and its arguments: "
                    'student.raises("ValueError", "module.function", ...).text or .args, or '
                    "attempt.text behind `with check.attempt() as attempt:`",
                )
        return None

    def _exception(self, node: ast.expr) -> ast.Name | None:
        """Return the name of what is known of an exception, if an expression is that exception."""
        match node:
            case ast.Name(id=name) if self.exceptions.get(name) is False:
                return node
            case ast.Attribute(value=ast.Name(id=name) as of, attr="value" | "exception") if (
                self.exceptions.get(name)
            ):
                return of
        return None

    def _class_of_exception(self, node: ast.expr) -> ast.Name | None:
        match node:
            case ast.Call(func=ast.Name(id="type"), args=[of]) | ast.Attribute(value=of, attr="__class__"):
                return self._exception(of)
            case ast.Attribute(value=ast.Name(id=name) as of, attr="type") if self.exceptions.get(name):
                return of
        return None

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
                raise refused(node, f"an object of the student's ({name}) is used as a whole")
            return node
        self.outer.add(name)
        if name in self.names.given:
            self.given.add(name)
        elif name in self.names.imports:
            self.imports.add(self.names.imports[name])
        elif name in self.hoisted or name == _THIS_FILE:
            pass
        elif name in self.names.modules:
            raise refused(node, f"the module {name} is used as a whole")
        elif name in _NO_MEANING:
            raise refused(node, f"{name} would look at this side, where the student's code is not")
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
                    raise refused(node, f"{module}.{name} is not defined by the reference")
                return known
        return None

    def _value_of(self, node: ast.expr, known: Known) -> ast.expr:
        self.uses.add(known.target)
        target = ast.Constant(known.target)
        if known.kind == "constant":
            if known.handed_out:
                self.read.add(known.target)
            return self._rebuilt(ast.Call(of_student("get_constant"), [target], []))
        if known.kind == "class":
            raise refused(node, f"the class {known.target} is used as a whole")
        arguments = [target, ast.Starred(ast.Name("args", ast.Load()), ast.Load())]
        keywords = [ast.keyword(None, ast.Name("keywords", ast.Load()))]
        call = ast.Call(of_student("call"), arguments, keywords)
        parameters = ast.arguments([], [], ast.arg("args"), [], [], ast.arg("keywords"), [])
        return ast.Lambda(parameters, self._rebuilt(call))

    def _call(self, node: ast.Call) -> ast.expr:
        function = node.func
        if (known := self._meant(function)) is not None:
            self.uses.add(known.target)
            how = "new" if known.kind == "class" else "call"
            return self._calling(node, of_student(how), [ast.Constant(known.target)])
        match node:
            case ast.Call(func=ast.Name(id=name), args=[of], keywords=[]) if name in BY_METHOD:
                if name not in self.bound and self._has_method(of, BY_METHOD[name]):
                    return self._asked(of, BY_METHOD[name])
        if isinstance(function, ast.Attribute):
            if (drawn := self._drawing(function)) is not None:
                return ast.Call(drawn, *self._arguments(node))
            if self._is_handle(function.value) or self._is_method(function):
                owner = self.expression(function.value, as_object=True)
                return self._calling(
                    node, ast.Attribute(owner, "call", ast.Load()), [ast.Constant(function.attr)]
                )
            if function.attr in _SAME_OBJECT:
                raise refused(node, f"{function.attr} looks at the student's own object or source")
        if self._opens_own_file(node):
            return ast.Call(function, *self._arguments(node))
        if is_unseeded_maker(node):
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
        return ast.Call(of_fixture("check", "rebuilt"), [reply], []) if self.rebuilding else reply

    def _given(self, node: ast.expr) -> ast.expr:
        known = self._meant(node)
        if known is not None and known.kind != "constant":
            self.uses.add(known.target)
            return ast.Call(of_student("ref"), [ast.Constant(known.target)], [])
        made = self.expression(node, as_object=True)
        if isinstance(node, (ast.BinOp, ast.Call, ast.Name)) and self._is_place_of_tests(node):
            raise CannotTranslateError(
                node,
                "the student's code is to read a file that lies beside the tests, where it cannot look",
                "if students may have it, name the file in a [[data]] table of assignment.toml and pass its name alone",
            )
        called_back = isinstance(made, ast.Lambda) and self._is_touched(made)
        if called_back or (isinstance(made, ast.Name) and made.id in self.calling_back):
            raise refused(node, "a function that calls the student's code is passed to the student's code")
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
            raise refused(node, f"{node.attr} looks at the student's own object")
        if isinstance(node.ctx, ast.Load) and self._is_attribute(node):
            return self._rebuilt(
                ast.Call(
                    ast.Attribute(self.expression(node.value), "get", ast.Load()),
                    [ast.Constant(node.attr)],
                    [],
                )
            )
        return ast.Attribute(self.expression(node.value), node.attr, node.ctx)

    def _drawing(self, node: ast.Attribute) -> ast.expr | None:
        """Return what a use of NumPy's global generator becomes: one of the test's own with the same numbers."""
        match node:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id=module), attr="random"), attr=name) if (
                module in ("np", "numpy") and module not in self.bound and name not in MAKERS
            ):
                self.drawn = True
                return ast.Attribute(ast.Name(DRAWN, ast.Load()), name, ast.Load())
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
        return node.attr in of_classes and self._is_reply(node.value)

    def _is_attribute(self, node: ast.Attribute) -> bool:
        """Return whether an attribute is read of what the hand-in returned, and only its own classes have it."""
        if node.attr in _OF_ARRAYS or (self.rebuilding and node.attr in _OF_TABLES):
            return False
        of_classes = {it for known in self.names.known.values() for it in known.attributes}
        return node.attr in of_classes and self._is_reply(node.value)

    def _is_reply(self, node: ast.expr) -> bool:
        """Return whether an expression may be what a call of the hand-in returned."""
        match node:
            case ast.Name(id=name):
                return name in self.touched
            case ast.Call(func=function):
                return self._meant(function) is not None or self._is_reply_of_method(function)
        return False

    def _is_reply_of_method(self, function: ast.expr) -> bool:
        return isinstance(function, ast.Attribute) and (
            self._is_handle(function.value) or self._is_method(function)
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
            (isinstance(it, ast.Constant) and it.value in (None, True, False)) or is_type_of(it)
            for it in sides
        )
        if self._is_touched(made) and not plain:
            raise refused(node, "it asks whether two things are the same object")
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
