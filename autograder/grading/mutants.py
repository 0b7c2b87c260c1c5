"""Makes mutants of right code: the same with one small mistake, as a slip of fingers or mind makes it.

Tests that are worth their points fail on each of them: graded tests on those of the reference, a student's own tests on
those of the student's functions. Which mutants are made depends on the text of the function alone, so that every run
speaks of the same ones.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import random
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from autograder.handin.cell_lines import CellLines
from autograder.model.assignment import Assignment

MOST = 100
"""Mutants of one function; where more can be made, all kinds get their turn."""

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_NEIGHBOURS = (
    ("maximum", "minimum"),
    ("max", "min"),
    ("argmax", "argmin"),
    ("sum", "mean"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("exp", "expm1"),
    ("log", "log1p"),
    ("floor", "ceil"),
    ("any", "all"),
    ("std", "var"),
    ("hstack", "vstack"),
    ("rows", "columns"),
    ("standard_normal", "random"),
    ("normal", "uniform"),
    ("append", "extend"),
    ("sin", "cos"),
)
_OTHER = {one: other for pair in _NEIGHBOURS for one, other in (pair, pair[::-1])} | {"argsort": "sort"}
_SYMMETRIC = {
    "maximum",
    "minimum",
    "max",
    "min",
    "add",
    "multiply",
    "logaddexp",
    "hypot",
    "vdot",
    "inner",
    "allclose",
    "array_equal",
    "isinstance",
    "zip",
}
_CONVERSIONS = {
    "float",
    "int",
    "list",
    "tuple",
    "bool",
    "str",
    "print",
    "array",
    "asarray",
    "ascontiguousarray",
    "len",
}
_POSITIVE = {"abs", "absolute", "fabs", "norm", "square"}
_BY_COLUMN = {"reduce", "accumulate", "concatenate", "stack", "array_split", "split"}
"""Functions along the first axis unless they are told otherwise."""
_WITHOUT_EFFECT = {"out", "strict", "verbose", "copy", "optimize", "order"}
"""Keywords that change how something is computed, not what."""


@dataclass(frozen=True)
class Mutant:
    """Right code with one small mistake.

    Attributes
    ----------
    target
        The function that it is in, `module.function` or `module.Class.method`.
    kind
        What sort of mistake it is.
    number
        Of the line of the right code.
    was, line
        The code as it is right, and as it is here.
    file, source
        The file that differs from the right one, and its content.
    questions
        Ids of the questions whose tests ought to find it.
    """

    target: str
    kind: str
    number: int
    was: str
    line: str
    file: str
    source: bytes = field(repr=False)
    questions: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """File and line, or notebook, cell and line, for a sentence."""
        file, line = CellLines({self.file: self.source}).place(self.file, self.number)
        return f"{file}:{line}" if file == self.file else f"{file}, line {line}"


def mutants_of(assignment: Assignment, files: Mapping[str, bytes], most: int = MOST) -> tuple[Mutant, ...]:
    """Return the mutants of all functions of an assignment's questions, and of what these call in the same file.

    Parameters
    ----------
    files
        Right code by name: the reference's, or a student's own; of what is no module, nothing is made.
    most
        How many of one function.

    Raises
    ------
    SyntaxError, UnicodeDecodeError
        If a module is no Python in UTF-8.
    """
    found: list[Mutant] = []
    for file, source in files.items():
        if not file.endswith(".py"):
            continue
        text = source.decode("utf-8-sig")
        functions = functions_of(ast.parse(text))
        module = file.removesuffix(".py")
        for name, questions in _questions_by_function(assignment, module, functions).items():
            made = _chosen(list(_candidates(text, functions[name])), functions[name], most)
            found += [
                Mutant(f"{module}.{name}", kind, number, was, line, file, changed.encode(), questions)
                for kind, number, was, line, changed in made
            ]
    return tuple(found)


def functions_of(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return every function and method of a module, by name."""
    found = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.ClassDef):
            members = (it for it in statement.body if isinstance(it, ast.FunctionDef))
            found |= {f"{statement.name}.{member.name}": member for member in members}
    return found


def _questions_by_function(
    assignment: Assignment, module: str, functions: Mapping[str, ast.FunctionDef]
) -> dict[str, tuple[str, ...]]:
    """Return the questions that ask for a function, or for one that calls it in the same file."""
    asked = {
        name: [question.id for question in assignment.questions_of(f"{module}.{name}")] for name in functions
    }
    helpers = {name for name, questions in asked.items() if not questions}
    changed = True
    while changed:  # a helper may call another
        changed = False
        for name, function in functions.items():
            for helper in helpers & set(_called(function, name)):
                new = [id for id in asked[name] if id not in asked[helper]]
                asked[helper] += new
                changed |= bool(new)
    return {name: tuple(questions) for name, questions in asked.items() if questions}


def _called(function: ast.FunctionDef, name: str) -> Iterator[str]:
    """Yield the names, as functions of the file have them, that a function uses."""
    owner = name.rpartition(".")[0]
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
            yield f"{node.id}.__init__"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{owner}.{node.attr}" if node.value.id == "self" else f"{node.value.id}.{node.attr}"


# --- choosing -----------------------------------------------------------------------------------------

Made = tuple[str, int, str, str, str]
"""Kind, number of the line, the line as it was and as it is, and the text of the whole file."""


def _chosen(candidates: list[Made], function: ast.FunctionDef, most: int) -> list[Made]:
    """Return at most so many, one of each kind in turn, in the order of the lines."""
    if len(candidates) <= most:
        return candidates
    seed = hashlib.sha256(ast.unparse(function).encode()).digest()
    generator = random.Random(seed)
    by_kind: dict[str, list[Made]] = {}
    for made in candidates:
        by_kind.setdefault(made[0], []).append(made)
    for group in by_kind.values():
        generator.shuffle(group)
    turns = (made for turn in zip_longest(*by_kind.values()) for made in turn if made is not None)
    chosen = [made for made, _ in zip(turns, range(most), strict=False)]
    return sorted(chosen, key=lambda made: candidates.index(made))


def _candidates(text: str, function: ast.FunctionDef) -> Iterator[Made]:
    """Yield every mutant of a function that is other code."""
    lines = text.splitlines(keepends=True)
    seen = {_compiled(text)}
    for unit in _units(function):
        before = ast.unparse(unit.node)
        for kind, changed in unit.changes():
            line = unit.shown(changed)
            source = _with_text(lines, unit.node, changed)
            code = _compiled(source)
            if code is None or code in seen:
                continue
            seen.add(code)
            yield kind, unit.node.lineno, unit.shown(before), line, source


def _compiled(source: str) -> tuple[object, ...] | None:
    """Return what tells one program from another, whatever its lines look like; None if it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a mistake that was made on purpose
            return _instructions(compile(source, "mutant", "exec", dont_inherit=True))
    except SyntaxError:
        return None


def _instructions(code: object) -> tuple[object, ...]:
    constants = tuple(
        _instructions(it) if hasattr(it, "co_code") else (type(it), repr(it))
        for it in code.co_consts  # type: ignore[attr-defined]
    )
    return code.co_code, code.co_names, code.co_varnames, constants  # type: ignore[attr-defined]


def _with_text(lines: list[str], node: ast.stmt | ast.expr, text: str) -> str:
    """Return a file with a node's text replaced; positions count bytes of a line."""
    first, last = lines[node.lineno - 1].encode(), lines[(node.end_lineno or node.lineno) - 1].encode()
    before, after = first[: node.col_offset].decode(), last[node.end_col_offset or 0 :].decode()
    if isinstance(node, ast.stmt):
        text = textwrap.indent(text, " " * node.col_offset).lstrip(" ")
    kept = lines[: node.lineno - 1], lines[node.end_lineno or node.lineno :]
    return "".join([*kept[0], before, text, after, *kept[1]])


# --- changing -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Unit:
    """A statement that is written anew if something in it changes, or the expression in the head of one."""

    node: ast.stmt | ast.expr
    head: str = "{}"
    drops: tuple[tuple[str, str], ...] = ()
    parameters: tuple[str, ...] = ()

    def changes(self) -> Iterator[tuple[str, str]]:
        """Yield kind and text of every change."""
        for parent, name, index, node in _children(self.node):
            if not isinstance(node, ast.expr):
                continue
            for kind, change in [*_expressions(node), *_wrong_names(node, self.parameters)]:
                if not _changes_nothing(kind, node, parent):
                    yield kind, self._written(parent, name, index, change(copy.deepcopy(node)))
        if isinstance(self.node, ast.expr):
            for kind, change in [*_expressions(self.node), *_wrong_names(self.node, self.parameters)]:
                yield kind, ast.unparse(ast.fix_missing_locations(change(copy.deepcopy(self.node))))
        else:
            for kind, statement in _statements(self.node):
                yield kind, ast.unparse(ast.fix_missing_locations(statement))
        yield from self.drops

    def _written(self, parent: ast.AST, name: str, index: int | None, changed: ast.expr) -> str:
        place = getattr(parent, name)
        kept = place if index is None else place[index]
        _put(parent, name, index, changed)
        try:
            return ast.unparse(self.node)
        finally:
            _put(parent, name, index, kept)

    def shown(self, text: str) -> str:
        """Return a text of the unit as the line that it stands in."""
        return self.head.format(text.strip() or "pass").partition("\n")[0]


def _changes_nothing(kind: str, node: ast.expr, parent: ast.AST) -> bool:
    """Return whether a change would not matter: of how something is computed, or of what is made positive anyway."""
    if kind == "constant" and isinstance(parent, ast.keyword):
        return parent.arg in {"axis", *_WITHOUT_EFFECT}
    if kind == "swapped operands" and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        squared = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and parent.left is node
        return squared or (isinstance(parent, ast.Call) and _name_of(parent.func) in _POSITIVE)
    return False


def _put(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Yield every node below one, with what it takes to replace it; nothing of texts and of what is assigned to."""
    for name, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, (ast.JoinedStr, ast.stmt)):
                continue
            if (
                isinstance(node, ast.Call)
                and _name_of(node.func) == "reshape"
                and isinstance(child, ast.UnaryOp)
            ):
                continue  # any number below 0 stands for what is left
            yield node, name, index, child
            yield from _children(child)


def _units(function: ast.FunctionDef) -> Iterator[_Unit]:
    """Yield what can be changed in a function, from top to bottom."""
    names = [it.arg for it in ast.walk(function.args) if isinstance(it, ast.arg)]
    parameters = tuple(name for name in names if name != "self")
    for unit in _units_in(function.body, set(names)):
        yield replace(unit, parameters=parameters)


def _units_in(body: list[ast.stmt], known: set[str]) -> Iterator[_Unit]:
    for statement in body:
        if _only_prints(statement):
            continue
        match statement:
            case (
                ast.Expr(value=ast.Constant()) | ast.Raise() | ast.Assert() | ast.Import() | ast.ImportFrom()
            ):
                continue
            case ast.FunctionDef():
                yield from _units_in(statement.body, known | {it.arg for it in statement.args.args})
            case ast.If() | ast.While():
                word = "if" if isinstance(statement, ast.If) else "while"
                yield _Unit(statement.test, f"{word} {{}}:", tuple(_conditions(statement.test)))
                yield from _units_in(statement.body, known)
                yield from _units_in(statement.orelse, known)
            case ast.For():
                yield _Unit(statement.iter, f"for {ast.unparse(statement.target)} in {{}}:")
                yield from _units_in([*statement.body, *statement.orelse], known)
            case ast.With() | ast.Try():
                yield from _units_in(statement.body, known)
            case ast.Break() | ast.Continue():
                other = "continue" if isinstance(statement, ast.Break) else "break"
                yield _Unit(statement, drops=((f"{other} for another", other),))
            case _:
                yield _Unit(statement, drops=tuple(_dropped(statement, known)))
        known |= set(_assigned(statement))


def _only_prints(statement: ast.stmt) -> bool:
    """Return whether all that a statement does is to print: no test looks at that."""
    if isinstance(statement, ast.If):
        return all(map(_only_prints, [*statement.body, *statement.orelse]))
    is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    return is_call and _name_of(statement.value.func) == "print"  # type: ignore[attr-defined]


def _assigned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _dropped(statement: ast.stmt, known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the statement left out, where what it assigns to has a value without it."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    plain = [target.id for target in targets if isinstance(target, ast.Name)]
    if isinstance(statement, (ast.AugAssign, ast.Expr)) or (targets and set(plain) <= known):
        yield "dropped statement", f"pass  # without: {ast.unparse(statement)}"


def _conditions(test: ast.expr) -> Iterator[tuple[str, str]]:
    yield "condition", f"not ({ast.unparse(test)})"
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield "condition", ast.unparse(value)
    yield "condition", "True"


def _statements(statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """Yield other forms of a whole statement."""
    match statement:
        case ast.AugAssign(target=target, op=operator, value=value):
            if type(operator) in _OPERATORS:
                yield (
                    "sign or operator of an update",
                    ast.AugAssign(target, _OPERATORS[type(operator)](), value),
                )
            yield "update for an assignment", ast.Assign([target], value, lineno=statement.lineno)
        case ast.Return(value=ast.Tuple(elts=[first, second, *rest])):
            yield "order of results", ast.Return(ast.Tuple([second, first, *rest], ast.Load()))
            for number, part in enumerate([first, second, *rest]):
                if not isinstance(part, ast.Constant):
                    parts = [first, second, *rest]
                    parts[number] = ast.UnaryOp(ast.USub(), part)
                    yield "sign", ast.Return(ast.Tuple(parts, ast.Load()))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, (ast.Constant, ast.Tuple)):
            yield "sign", ast.Return(ast.UnaryOp(ast.USub(), value))


Change = Callable[[ast.expr], ast.expr]


def _expressions(node: ast.expr) -> Iterator[tuple[str, Change]]:
    """Yield kind and change of everything that can be done to one expression."""
    match node:
        case ast.BinOp(op=operator) if type(operator) in _OPERATORS and not _is_text(node):
            yield "operator", lambda it: _set(it, op=_OPERATORS[type(it.op)]())  # type: ignore[attr-defined]
            if isinstance(operator, (ast.Sub, ast.Div, ast.MatMult)):
                yield "swapped operands", lambda it: _set(it, left=it.right, right=it.left)  # type: ignore[attr-defined]
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARISONS:
            yield "comparison", lambda it: _set(it, ops=[_COMPARISONS[type(it.ops[0])]()])  # type: ignore[attr-defined]
        case ast.BoolOp():
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield "and or or", lambda it: _set(it, op=other())
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield "sign", lambda it: it.operand  # type: ignore[attr-defined]
        case ast.IfExp():
            yield "condition", lambda it: _set(it, body=it.orelse, orelse=it.body)  # type: ignore[attr-defined]
        case ast.Constant():
            yield from _constants(node)
        case ast.Attribute(attr="T"):
            yield "transposed", lambda it: it.value  # type: ignore[attr-defined]
        case ast.Subscript():
            yield from _subscripts(node)
        case ast.Call():
            yield from _calls(node)
        case ast.ListComp() | ast.GeneratorExp() if node.generators[0].ifs:
            yield "condition", _without_condition


def _is_text(node: ast.AST) -> bool:
    return any(
        isinstance(it, ast.JoinedStr) or (isinstance(it, ast.Constant) and isinstance(it.value, str))
        for it in ast.walk(node)
    )


def _set(node: ast.expr, **fields: object) -> ast.expr:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _constants(node: ast.Constant) -> Iterator[tuple[str, Change]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", lambda it: _set(it, value=not value)
    elif isinstance(value, int):
        yield "constant", lambda it: _set(it, value=value + 1)
        if value:
            yield "constant", lambda it: _set(it, value=value - 1)
    elif isinstance(value, float):
        yield "constant", lambda it: _set(it, value=2 * value if value else 1.0)


def _without_condition(node: ast.expr) -> ast.expr:
    node.generators[0].ifs.pop()  # type: ignore[attr-defined]
    return node


def _subscripts(node: ast.Subscript) -> Iterator[tuple[str, Change]]:
    slices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for number, part in enumerate(slices):
        if isinstance(part, ast.Slice):
            yield "slice", _with_bound(number, "lower")
            yield "slice", _with_bound(number, "upper")
            if part.step is not None:
                yield "slice", _with_bound(number, "step")
    if isinstance(node.slice, ast.Tuple) and len(slices) == 2:
        yield "swapped indices", lambda it: _set(it, slice=_reversed(it.slice))  # type: ignore[attr-defined]


def _with_bound(number: int, bound: str) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        part = node.slice  # type: ignore[attr-defined]
        part = part.elts[number] if isinstance(part, ast.Tuple) else part
        before = getattr(part, bound)
        if bound == "step":
            after: ast.expr | None = None
        elif before is None:
            after = ast.Constant(1 if bound == "lower" else -1)
        else:
            after = ast.BinOp(before, ast.Add() if bound == "lower" else ast.Sub(), ast.Constant(1))
        setattr(part, bound, after)
        return node

    return changed


def _reversed(pair: ast.expr) -> ast.expr:
    return ast.Tuple(pair.elts[::-1], ast.Load())  # type: ignore[attr-defined]


def _calls(node: ast.Call) -> Iterator[tuple[str, Change]]:
    name = _name_of(node.func)
    if name in _OTHER:
        yield "neighbour of a function", lambda it: _set(it, func=_renamed(it.func, _OTHER[name]))  # type: ignore[attr-defined]
    plain = [it for it in node.args if not isinstance(it, ast.Starred)]
    if len(plain) == len(node.args) >= 2:
        if name not in _SYMMETRIC:
            yield "swapped arguments", lambda it: _set(it, args=[it.args[1], it.args[0], *it.args[2:]])  # type: ignore[attr-defined]
        for number in range(1, len(node.args)):
            yield "wrong neighbour in a call", _repeated(number)
    if name == "range" and len(node.args) == 1:
        yield "range", lambda it: _set(it, args=[ast.Constant(1), *it.args])  # type: ignore[attr-defined]
        yield "range", lambda it: _set(it, args=[ast.BinOp(it.args[0], ast.Sub(), ast.Constant(1))])  # type: ignore[attr-defined]
    if (
        len(node.args) == 1
        and not node.keywords
        and name not in _CONVERSIONS | {"range"}
        and name[:1].islower()
    ):
        yield "dropped call", lambda it: it.args[0]  # type: ignore[attr-defined]
    if not node.args and not node.keywords and name == "copy" and isinstance(node.func, ast.Attribute):
        yield "dropped call", lambda it: it.func.value  # type: ignore[attr-defined]
    if name == "len":
        yield "length of another axis", _other_length
    for number, keyword in enumerate(node.keywords):
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            yield "axis", _other_axis(number)
            if name in _BY_COLUMN and keyword.value.value == 0:
                continue  # that is what they do anyway
        if keyword.arg not in _WITHOUT_EFFECT | {None}:
            yield "axis" if keyword.arg == "axis" else "dropped keyword", _without_keyword(number)


def _wrong_names(node: ast.expr, parameters: tuple[str, ...]) -> Iterator[tuple[str, Change]]:
    """Yield a call with another parameter of the function around it in the place of each that it is given."""
    if not isinstance(node, ast.Call) or _name_of(node.func) == "len":
        return  # what belongs together is of one length
    for places, number, value in (
        *(("args", number, it) for number, it in enumerate(node.args)),
        *(("keywords", number, it.value) for number, it in enumerate(node.keywords)),
    ):
        if isinstance(value, ast.Name) and value.id in parameters and len(parameters) > 1:
            other = parameters[(parameters.index(value.id) + 1) % len(parameters)]
            yield "wrong neighbour in a call", _named(places, number, other)


def _named(places: str, number: int, name: str) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        place = getattr(node, places)
        if places == "keywords":
            place[number].value = ast.Name(name, ast.Load())
        else:
            place[number] = ast.Name(name, ast.Load())
        return node

    return changed


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _renamed(function: ast.expr, name: str) -> ast.expr:
    return _set(function, **{"attr" if isinstance(function, ast.Attribute) else "id": name})


def _repeated(number: int) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        node.args[number] = copy.deepcopy(node.args[number - 1])  # type: ignore[attr-defined]
        return node

    return changed


def _other_length(node: ast.expr) -> ast.expr:
    return _set(node, args=[ast.Subscript(node.args[0], ast.Constant(0), ast.Load())])  # type: ignore[attr-defined]


def _other_axis(number: int) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        constant = node.keywords[number].value  # type: ignore[attr-defined]
        constant.value = 1 if constant.value == 0 else 0
        return node

    return changed


def _without_keyword(number: int) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        del node.keywords[number]  # type: ignore[attr-defined]
        return node

    return changed
