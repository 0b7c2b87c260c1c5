"""The bank of known mistakes: what each changes in the reference, and the hint that belongs to it.

`solutions/NAME/mistakes.toml` lists them as edits of the reference. Where no edit says a mistake well, a function
of `mistakes.py` beside it takes the place of the reference's. As a hand-in either is plain text: the reference's
file with the edit made, or with the function and what it needs at the end.
"""

from __future__ import annotations

import ast
import difflib
import functools
import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.toml import MistakeToml, read_bank, read_text
from autograder.errors import CourseError
from autograder.model.assignment import Assignment, Solution, unknown
from autograder.model.known_mistake import KnownMistake
from autograder.sandbox.wire.cells import with_addition
from autograder.text import first_few

BANK_FILE = "mistakes.toml"
FUNCTIONS_FILE = "mistakes.py"
TODO = "TODO"
"""A title or hint that begins with it is still to be written: it must not reach a student."""
FORMER_FILE = "misconceptions.py"

Made = tuple[str, dict[str, bytes], str]
"""A function in which a mistake is made, the hand-in, and the lines that a student would have written."""

_APPLIED = """def _mistaken(original, wrong):
    def mistaken(*args, **keywords):
        return wrong(original, *args, **keywords)

    return mistaken


{name} = _mistaken({name}, {function})
"""


@dataclass(frozen=True)
class Variant:
    """The reference with a known mistake in one function.

    Attributes
    ----------
    target
        That function, `module.function` or `module.Class.method`.
    files
        The hand-in: every file by name.
    convention
        Id of the convention that it follows besides, if any.
    """

    mistake: KnownMistake
    target: str
    files: Mapping[str, bytes] = field(compare=False, repr=False)
    convention: str = ""

    @property
    def name(self) -> str:
        """A name that is unique in its bank."""
        besides = f" and {self.convention}" if self.convention else ""
        return f"{self.mistake.id}{besides}@{self.target}"


@dataclass(frozen=True)
class Bank:
    """The known mistakes of one assignment in the order of their file, and every mistake in each of its functions.

    Attributes
    ----------
    combined
        The mistakes of code that follows a convention, for each convention that can be followed with them.
    """

    mistakes: tuple[KnownMistake, ...] = ()
    variants: tuple[Variant, ...] = ()
    combined: tuple[Variant, ...] = ()


def load_bank(assignment: Assignment, solution: Solution) -> Bank:
    """Read the bank of an assignment from `mistakes.toml`; an absent file is an empty bank.

    Raises
    ------
    CourseError
        With file and entry: where an edit does not apply exactly once, where the reference has no such function,
        or where the file is not what it should be.
    """
    path = solution.folder / BANK_FILE
    if not path.exists():
        if (solution.folder / FORMER_FILE).exists():
            raise CourseError(
                f"{solution.folder / FORMER_FILE} is no longer read; move its entries to {BANK_FILE}"
            )
        return Bank()
    tables, _ = read_bank(path)
    reference = solution.reference_files(assignment)
    functions = _Functions(solution.folder / FUNCTIONS_FILE)
    mistakes, variants = [], []
    for id, table in tables.items():
        made = list(_Maker(f"{path}: {id}", reference, functions).variants(table))
        mistakes.append(_mistake(f"{path}: {id}", id, table, made))
        variants += [Variant(mistakes[-1], target, files) for target, files, _ in made]
    combined = _combined(tables, mistakes, reference, functions)
    return Bank(tuple(mistakes), tuple(variants), tuple(combined))


def combine(
    assignment: Assignment, solution: Solution, one: Variant, other: Variant
) -> dict[str, bytes] | None:
    """Return the hand-in with two mistakes in one function, None where their edits do not fit together."""
    tables, _ = read_bank(solution.folder / BANK_FILE)
    both = [tables[one.mistake.id], tables[other.mistake.id]]
    functions = _Functions(solution.folder / FUNCTIONS_FILE)
    made = _made_in_some_order(both, one.target, solution.reference_files(assignment), functions)
    return None if made is None else made[1]


def in_all_functions(assignment: Assignment, solution: Solution, id: str) -> tuple[str, dict[str, bytes]]:
    """Return the title of a known mistake, and the reference with it in every function that its entry names.

    Raises
    ------
    CourseError
        If the bank has no such mistake.
    """
    path = solution.folder / BANK_FILE
    tables, _ = read_bank(path)
    if id not in tables:
        raise CourseError(unknown("mistake", id, list(tables), str(path)))
    files: Mapping[str, bytes] = solution.reference_files(assignment)
    functions = _Functions(solution.folder / FUNCTIONS_FILE)
    for name in tables[id].names:
        _, files, _ = _Maker(f"{path}: {id}", files, functions).made(tables[id], name)
    return tables[id].title, dict(files)


def _made_in_some_order(
    tables: Sequence[MistakeToml], target: str, reference: Mapping[str, bytes], functions: _Functions
) -> tuple[str, dict[str, bytes]] | None:
    """Return target and files with the changes of several entries to one function, in whichever order they apply."""
    for order in itertools.permutations(tables):
        files = reference
        try:
            for table in order:
                name = next(it for it in table.names if target == it or target.endswith(f".{it}"))
                place, files, _ = _Maker("", files, functions).made(table, name)
        except CourseError:
            continue
        return place, dict(files)
    return None


def _combined(
    tables: Mapping[str, MistakeToml],
    mistakes: Sequence[KnownMistake],
    reference: Mapping[str, bytes],
    functions: _Functions,
) -> Iterator[Variant]:
    """Yield every mistake together with every convention, where the edits of both apply, in whichever order."""
    known = {entry.id: entry for entry in mistakes}
    for id, table in tables.items():
        for convention, accepted in tables.items():
            if known[id].accepted or not known[convention].accepted:
                continue
            for name in (it for it in table.names if it in accepted.names):
                made = _made_in_some_order((accepted, table), name, reference, functions)
                if made is not None:
                    yield Variant(known[id], *made, convention)


def _mistake(where: str, id: str, table: MistakeToml, made: Sequence[Made]) -> KnownMistake:
    if bool(table.note) == bool(table.title and table.hint) or bool(table.title) != bool(table.hint):
        raise CourseError(f"{where} needs a title and a hint, or a note if it is accepted")
    if table.title.startswith(TODO) or table.hint.startswith(TODO):
        raise CourseError(f"{where} is not finished; write its title and its hint in place of {TODO}")
    targets: dict[str, list[str]] = {}
    for target, _, example in made:
        targets.setdefault(example, []).append(target.partition(".")[2])
    examples = [f"# {', '.join(names)}\n{text}" for text, names in targets.items()]
    return KnownMistake(
        id=id,
        title=table.title or table.note,
        hint=table.hint or table.note,
        example="\n\n".join(examples) if len(examples) > 1 else next(iter(targets)),
        also_affects=table.also_affects,
        same_as=table.same_as,
        structural=table.structural,
        accepted=bool(table.note),
    )


@dataclass(frozen=True)
class _Maker:
    """Makes the variants of one mistake; `where` begins the sentence about what is wrong with its entry."""

    where: str
    reference: Mapping[str, bytes]
    functions: _Functions

    def variants(self, table: MistakeToml) -> Iterator[Made]:
        """Yield target, files and example of each function in which the mistake is made."""
        if not table.edits and not table.replaced_by:
            raise CourseError(f"{self.where} changes nothing; add edits or replaced_by for a function")
        for name in table.names:
            yield self.made(table, name)

    def made(self, table: MistakeToml, name: str) -> Made:
        """Return target, files and example of one function of the mistake."""
        if name in table.edits:
            return self._edited(name, table.edits[name])
        return self._replaced(name, table.replaced_by[name])

    def _edited(self, name: str, edits: tuple[str | tuple[str, str], ...]) -> Made:
        file, name = self._place(name)
        lines = self.reference[file].decode().splitlines()
        node = _members("\n".join(lines).encode()).get(name)
        if node is None:
            raise CourseError(
                f"{self.where} edits {name}, which its class does not define; name the class that does"
            )
        right = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        wrong = right
        for old, new in self._pairs(name, edits):
            wrong = self._with_edit(wrong, name, old.strip("\n"), new.strip("\n"))
        source = "\n".join([*lines[: node.lineno - 1], wrong, *lines[node.end_lineno :], ""])
        error = _error_in(textwrap.dedent(wrong)) and _error_in(source)  # the function alone is read sooner
        if error:
            raise CourseError(f"{self.where} turns {name} into what is not valid Python ({error})")
        return f"{file[:-3]}.{name}", {**self.reference, file: source.encode()}, _difference(right, wrong)

    def _pairs(self, name: str, edits: tuple[str | tuple[str, str], ...]) -> list[tuple[str, str]]:
        pairs = [edit for edit in edits if not isinstance(edit, str)]
        if not pairs and len(edits) == 2:
            pairs = [(str(edits[0]), str(edits[1]))]
        elif not pairs or len(pairs) != len(edits):
            raise CourseError(f"{self.where} edits {name} by neither [old, new] nor [[old, new], ...]")
        return pairs

    def _with_edit(self, source: str, name: str, old: str, new: str) -> str:
        """Return the function with an edit made, whose further lines are indented as the line of the first is."""
        found = []
        for match in re.finditer(re.escape(old.partition("\n")[0]), source):
            line = source[source.rfind("\n", 0, match.start()) + 1 :]
            margin = "\n" + line[: len(line) - len(line.lstrip())]
            if source.startswith(old.replace("\n", margin), match.start()):
                found.append((match.start(), margin))
        if not old or len(found) != 1:
            times = f"stands there {len(found)} times" if found else "does not stand there"
            raise CourseError(
                f"{self.where} edits {name} of the reference: {old!r} {times}; quote what stands there exactly once"
            )
        start, margin = found[0]
        end = start + len(old.replace("\n", margin))
        before, after = source[:start], source[end:]
        if not new and before.endswith(margin) and after[:1] in ("", "\n"):
            return before.removesuffix(margin) + after  # whole lines go without a trace
        return before + new.replace("\n", margin) + after

    def _replaced(self, name: str, function: str) -> Made:
        file, name = self._place(name)
        found = self.functions.source(function)
        if found is None:
            raise CourseError(f"{self.where} names {function}, which {self.functions.path} does not define")
        needed, example = found
        applied = _APPLIED.format(name=name, function=function)
        wrong = with_addition(self.reference[file], "\n\n\n".join([*needed, applied]).encode())
        return f"{file[:-3]}.{name}", {**self.reference, file: wrong}, example

    def _place(self, name: str) -> tuple[str, str]:
        """Return the file of a function and its name there; the module may be left out where only one has it."""
        module, _, rest = name.partition(".")
        places = [(f"{module}.py", rest)] if rest and f"{module}.py" in self.reference else []
        places = places or [(file, name) for file in self.reference if file.endswith(".py")]
        there = [place for place in places if _defines(self.reference[place[0]], place[1])]
        if not there and any(place[1] in _variables(self.reference[place[0]]) for place in places):
            raise CourseError(
                f"{self.where} names {name}, which is a variable, and only functions are edited; compute it in a "
                "function that students write, or leave this entry out"
            )
        if len(there) != 1:
            several = f"several files of the reference ({', '.join(file for file, _ in there)}) have"
            methods = [it for file, source in self.reference.items() for it in _methods(file, source, name)]
            modules = [f"{file.removesuffix('.py')}.{rest}" for file, rest in there]
            meant = first_few(modules or methods) or "function, Class.method or module.function"
            raise CourseError(
                f"{self.where} names {name}, but {several if there else 'the reference does not have'} that "
                f"function; name it {meant}"
            )
        return there[0]


class _Functions:
    """The functions of `mistakes.py`; the file is read, never run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._statements: dict[str, ast.stmt] = {}
        if not path.exists():
            return
        self._text = read_text(path)
        try:
            tree = ast.parse(self._text)
        except SyntaxError as error:
            raise CourseError(f"{path}, line {error.lineno}: not valid Python ({error.msg})") from error
        for statement in tree.body:
            self._statements |= dict.fromkeys(_bound_by(statement), statement)

    def source(self, name: str) -> tuple[list[str], str] | None:
        """Return a function with all that it needs of its file, in the file's order, and the function alone."""
        function = self._statements.get(name)
        if not isinstance(function, ast.FunctionDef):
            return None
        needed: set[ast.stmt] = {function}
        open_statements: list[ast.stmt] = [function]
        while open_statements:
            for node in ast.walk(open_statements.pop()):
                statement = self._statements.get(node.id) if isinstance(node, ast.Name) else None
                if statement is not None and statement not in needed:
                    needed.add(statement)
                    open_statements.append(statement)
        ordered = sorted(needed, key=lambda statement: statement.lineno)
        return [self._text_of(statement) for statement in ordered], self._text_of(function)

    def _text_of(self, statement: ast.stmt) -> str:
        first = min([statement.lineno, *(it.lineno for it in getattr(statement, "decorator_list", []))])
        return "\n".join(self._text.splitlines()[first - 1 : statement.end_lineno])


def _bound_by(statement: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a file defines."""
    match statement:
        case ast.FunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Import() | ast.ImportFrom():
            return [(alias.asname or alias.name).partition(".")[0] for alias in statement.names]
        case ast.Assign():
            return [
                node.id for it in statement.targets for node in ast.walk(it) if isinstance(node, ast.Name)
            ]
    return []


def _difference(right: str, wrong: str) -> str:
    """Return the lines that an edit leads to, without the indentation that they share; lines left out as comments."""
    old, new = right.splitlines(), wrong.splitlines()
    there = {line.strip() for line in old}
    shown: list[str] = []
    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        written = [line for line in new[j:j_end] if line.strip()]
        if tag == "equal":
            continue
        if not written:
            shown += [re.sub(r"^(\s*)", r"\1# without: ", line) for line in old[i:i_end] if line.strip()]
        elif all(line.strip() in there for line in written):
            shown += new[max(0, j - 1) : j_end + 1]  # they only moved: what stands around them tells where
        else:
            shown += written
    return textwrap.dedent("\n".join(shown))


def _error_in(source: str) -> str:
    """Return what is wrong with a source, empty if it is valid Python."""
    try:
        compile(source, "", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.msg or "a syntax error"
    return ""


@functools.lru_cache(maxsize=64)
def _members(source: bytes) -> Mapping[str, ast.stmt]:
    """Return the functions and classes of a file and what these hold, by name; every entry asks the same few files."""
    members: dict[str, ast.stmt] = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            members[statement.name] = statement
        if isinstance(statement, ast.ClassDef):
            members |= {f"{statement.name}.{getattr(it, 'name', '')}": it for it in statement.body}
    return members


def _variables(source: bytes) -> set[str]:
    """Return the names that statements outside of functions and classes assign."""
    return {
        node.id
        for statement in ast.parse(source).body
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _methods(file: str, source: bytes, name: str) -> list[str]:
    """Return the methods of that name in a file, each with its class."""
    members = _members(source) if file.endswith(".py") else {}
    return [
        it for it, what in members.items() if isinstance(what, ast.FunctionDef) and it.endswith(f".{name}")
    ]


def _defines(source: bytes, name: str) -> bool:
    """Return whether a file defines a function, or a class with a method, which may be inherited."""
    members = _members(source)
    owner = members.get(name.rpartition(".")[0])
    inherited = isinstance(owner, ast.ClassDef) and bool(owner.bases)
    return isinstance(members.get(name), ast.FunctionDef) or inherited
