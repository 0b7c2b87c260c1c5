"""Turns a group of hand-ins that nothing explains into an entry of the bank, for the instructor to finish."""

from __future__ import annotations

import ast
import difflib
import itertools
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom.class_session import GroupOnDisk
from autograder.classroom.examples import node_of, source_of, tree_of
from autograder.classroom.grade_one import open_grader
from autograder.classroom.work import Work
from autograder.course.toml import MistakeToml, read_bank, read_text
from autograder.errors import CourseError, GraderError
from autograder.files.private_folder import PrivateFolder
from autograder.grading.explain.bank import BANK_FILE, FUNCTIONS_FILE, TODO, load_bank
from autograder.grading.grader import Grader
from autograder.model.scoring import score
from autograder.report.unexplained import group_id

MOST_EDITS, MOST_EDITED_LINES = 3, 6
"""A larger difference from the reference is told better by the whole function."""
MOST_CONTEXT = 2
"""Lines that an edit quotes before those that it changes, until they stand there exactly once."""
TITLE = f"{TODO}: what was done, in a few words"
HINT = f"{TODO}: an observation that is true of all who do this, then a question"


@dataclass(frozen=True)
class Entry:
    """An entry of the bank as text.

    Attributes
    ----------
    changes
        The lines that say what is changed.
    functions
        What belongs into `mistakes.py`; empty for edits.
    title, hint
        As far as they have been written.
    """

    id: str
    changes: str
    functions: str = ""
    title: str = TITLE
    hint: str = HINT

    @property
    def toml(self) -> str:
        """The table for `mistakes.toml`."""
        return f"[{self.id}]\ntitle = {_quoted(self.title)}\nhint = {_quoted(self.hint)}\n{self.changes}\n"


def entry_of(work: Work, group: GroupOnDisk, id: str) -> Entry:
    """Return an entry that behaves as a group does.

    Every candidate is graded; the first that fails the same tests with the same values is taken.

    Parameters
    ----------
    id
        The group's.

    Raises
    ------
    CourseError
        If the assignment has changed since, the bank cannot be read, or no entry for the functions of the
        question does the same.
    """
    name = id.replace("-", "_")
    if name in _tables(work):
        raise CourseError(
            f"{work.solution.folder / BANK_FILE} has an entry {name} already; finish or rename that one."
        )
    with open_grader(work) as grader:
        for sources in group.sources.values():
            for candidate in _candidates(work, group.question, sources, name):
                entry = replace(candidate, title=group.title or TITLE, hint=group.hint or HINT)
                if _group_of(work, grader, group.question, entry) == id:
                    return entry
    # Another entry of the bank changes nothing of this, so a change is the reason only where nothing agrees.
    if group.hashes.get("assignment") != work.hash:
        raise CourseError(
            f"{work.assignment.name} has changed since this class was graded; grade it again, "
            "then take the group's name from the new report."
        )
    raise CourseError(
        f"nothing that the group {id} wrote in the functions of {group.question} does the same inside the reference: "
        f"it depends on more of the hand-in. Write an entry by hand; the class report shows the code."
    )


def add_entry(work: Work, entry: Entry) -> list[Path]:
    """Add an entry at the end of the bank's files, which otherwise stay as they are; return those that were changed.

    Raises
    ------
    GraderError
        If a file cannot be written.
    """
    folder = work.solution.folder
    changed = []
    if entry.functions:
        head = f'"""Functions of known mistakes that {BANK_FILE} names."""\n\nimport numpy as np\n'
        changed.append(_append(folder / FUNCTIONS_FILE, entry.functions, "\n\n", head))
    changed.append(_append(folder / BANK_FILE, entry.toml, "\n", "# Known mistakes.\n"))
    return changed


def _append(path: Path, text: str, gap: str, head: str) -> Path:
    try:
        with path.open("a+b") as file:
            file.seek(0)
            there = file.read()
            end = "\n" if there and not there.endswith(b"\n") else ""
            file.write(f"{end if there else head}{gap}{text}".encode())
    except OSError as error:
        raise GraderError(f"{path} cannot be written ({error.strerror or 'unknown reason'}).") from error
    return path


def _tables(work: Work) -> Mapping[str, MistakeToml]:
    mistakes, _ = read_bank(work.solution.folder / BANK_FILE)
    return mistakes


def _functions_text(work: Work) -> str:
    path = work.solution.folder / FUNCTIONS_FILE
    return read_text(path) if path.exists() else ""


def _group_of(work: Work, grader: Grader, question: str, entry: Entry) -> str:
    """Return the group that an entry is in when it is graded; empty if it cannot be made."""
    files = _files_of(work, entry)
    if files is None:
        return ""
    verdicts = grader.grade(files, only=lambda test: not test.public and test.question == question)
    results = score(work.plan, work.assignment, verdicts)
    return next(group_id(it) for it in results if it.id == question)


def _files_of(work: Work, entry: Entry) -> dict[str, bytes] | None:
    """Return the hand-in that makes a mistake, None if the entry cannot be loaded."""
    finished = replace(entry, title="title", hint="hint")
    with PrivateFolder("bank") as path:
        folder = Path(path)
        for file, content in work.solution.reference_files(work.assignment).items():
            (folder / file).write_bytes(content)
        (folder / BANK_FILE).write_text(finished.toml, encoding="utf-8")
        (folder / FUNCTIONS_FILE).write_text(
            f"{_functions_text(work)}\n\n{entry.functions}", encoding="utf-8"
        )
        try:
            (variant,) = load_bank(work.assignment, replace(work.solution, folder=folder)).variants
        except (CourseError, SyntaxError):
            return None
    return dict(variant.files)


# --- candidates -------------------------------------------------------------------------------------------


def _candidates(work: Work, question: str, sources: Mapping[str, str], id: str) -> Iterator[Entry]:
    """Yield entries that may do what a hand-in does, those that say least first."""
    reference = {
        name: content.decode("utf-8", errors="replace")
        for name, content in work.solution.reference_files(work.assignment).items()
    }
    functions = [
        function
        for function in work.assignment.question(question).functions
        if source_of(sources, function) and source_of(reference, function)
    ]
    for function in functions:
        edits = _edits(function, reference, sources)
        if edits:
            yield Entry(id, f"edits.{_key(function, reference)} = {edits}")
    taken = set(_bound(tree_of(_functions_text(work)) or ast.Module([], [])))
    for function, everything in itertools.product(functions, (False, True)):
        text = _replacement(function, reference, sources, id, everything, taken)
        if text:
            yield Entry(id, f"replaced_by.{_key(function, reference)} = {_quoted(id)}", text)


def _key(function: str, reference: Mapping[str, str]) -> str:
    """Return what an entry calls a function: without its module where that is clear."""
    name = function.partition(".")[2]
    having = [file for file, text in reference.items() if (tree := tree_of(text)) and node_of(tree, name)]
    key = name if len(having) == 1 else function
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    """Return a text as TOML and JSON write it."""
    return json.dumps(text, ensure_ascii=False)


def _edits(function: str, reference: Mapping[str, str], sources: Mapping[str, str]) -> str:
    """Return the edits that make the student's function of the reference's as TOML; empty if there are too many."""
    right, wrong = (source_of(side, function).split("\n") for side in (reference, sources))
    wanted = _without_docstring(tree_of(textwrap.dedent("\n".join(wrong))) or ast.Module([], []))
    for context in range(MOST_CONTEXT + 1):
        pairs = _pairs(right, wrong, context)
        if not pairs:
            return ""
        if _without_docstring(_edited("\n".join(right), pairs)) == wanted:
            lines = "".join(f"    [{_quoted(old)}, {_quoted(new)}],\n" for old, new in pairs)
            return f"[\n{lines}]" if len(pairs) > 1 else f"[{', '.join(map(_quoted, pairs[0]))}]"
    return ""


def _pairs(right: Sequence[str], wrong: Sequence[str], context: int) -> list[tuple[str, str]]:
    """Return old and new text of each difference, with some lines before it; none if there are too many."""
    ours, theirs = _code_lines(right), _code_lines(wrong)
    matcher = difflib.SequenceMatcher(
        None, [right[it] for it in ours], [wrong[it] for it in theirs], autojunk=False
    )
    pairs, changed = [], 0
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        changed += max(i_end - i, j_end - j)
        before = max(0, i - max(context, i_end == i))
        quoted = right[ours[before] : ours[i_end - 1] + 1] if i_end > before else []
        kept = right[ours[before] : ours[i]] if i > before and i < len(ours) else right[ours[before] :]
        kept = [] if i == before else kept
        new = [*kept, *(wrong[it] for it in theirs[j:j_end])]
        pairs.append((_dedented(quoted, quoted), _dedented(new, quoted)))
    return pairs if len(pairs) <= MOST_EDITS and changed <= MOST_EDITED_LINES else []


def _code_lines(lines: Sequence[str]) -> list[int]:
    """Return the numbers of the lines of a function that are code: no comment, no docstring, not empty."""
    tree = tree_of(textwrap.dedent("\n".join(lines)))
    skipped = set[int]()
    first = tree.body[0] if tree else None
    if isinstance(first, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(first) is not None:
        skipped = set(range(first.body[0].lineno - 1, first.body[0].end_lineno or 0))
    return [
        number
        for number, line in enumerate(lines)
        if line.strip() and not line.lstrip().startswith("#") and number not in skipped
    ]


def _dedented(lines: Sequence[str], like: Sequence[str]) -> str:
    """Return lines without the indentation of the first quoted one."""
    margin = len(like[0]) - len(like[0].lstrip()) if like else 0
    return "\n".join(line[margin:] if not line[:margin].strip() else line.lstrip() for line in lines)


def _edited(source: str, pairs: Sequence[tuple[str, str]]) -> ast.Module:
    """Return a function with edits made; what is not there exactly once stays, so that nothing is equal to it."""
    for old, new in pairs:
        first = old.partition("\n")[0]
        for match in re.finditer(re.escape(first), source):
            line = source[source.rfind("\n", 0, match.start()) + 1 :]
            margin = "\n" + line[: len(line) - len(line.lstrip())]
            quoted = old.replace("\n", margin)
            if source.startswith(quoted, match.start()) and source.count(quoted) == 1:
                source = source.replace(quoted, new.replace("\n", margin))
                break
    return tree_of(textwrap.dedent(source)) or ast.Module([], [])


def _without_docstring(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def _replacement(
    function: str,
    reference: Mapping[str, str],
    sources: Mapping[str, str],
    id: str,
    everything: bool,
    taken: set[str],
) -> str:
    """Return the student's function as `mistakes.py` has it, with what else it needs; empty if that cannot be said.

    With `everything` it also brings what it uses under a name that the reference has too.
    """
    module, _, name = function.partition(".")
    text = sources[f"{module}.py"]
    ours, theirs = tree_of(reference[f"{module}.py"]), tree_of(text)
    node = node_of(theirs, name) if theirs else None
    if ours is None or theirs is None or not isinstance(node, ast.FunctionDef):
        return ""
    own = _bound(theirs)
    known = set(_bound(ours))
    methods = _own_methods(ours, theirs, name.rpartition(".")[0])
    parts: dict[str, str] = {}
    renamed: dict[str, str] = {}
    waiting: list[tuple[str, ast.stmt]] = [("", node)]
    done: set[int] = set()
    while waiting:
        part, statement = waiting.pop(0)
        if statement.lineno in done:
            continue
        done.add(statement.lineno)
        parts[part] = _plain_text(text, statement)
        for used in _used(statement):
            helper = own.get(used)
            if helper is not None and helper is not node and (everything or used not in known):
                if not isinstance(helper, (ast.Import, ast.ImportFrom)):
                    renamed.setdefault(used, f"{id}_{used}" if used in taken | known else used)
                waiting.append((used, helper))
        for method in _attributes(statement) & methods.keys():
            renamed.setdefault(f".{method}", f"{id}_{method}")
            waiting.append((method, methods[method]))
    main = parts.pop("")
    main = re.sub(
        rf"^def {re.escape(node.name)}\(\s*(\)?)",
        lambda match: f"def {id}(original{')' if match[1] else ', '}",
        main,
        count=1,
    )
    texts = [*reversed(list(dict.fromkeys(parts.values()))), main]
    return "\n\n\n".join(_renamed(it, renamed) for it in texts) + "\n"


def _plain_text(text: str, statement: ast.stmt) -> str:
    """Return a statement without decorators and without the indentation of its class."""
    return textwrap.dedent("\n".join(text.split("\n")[statement.lineno - 1 : statement.end_lineno]))


def _bound(tree: ast.Module) -> dict[str, ast.stmt]:
    """Return what is defined at the top of a file, by name."""
    found: dict[str, ast.stmt] = {}
    for statement in tree.body:
        match statement:
            case ast.FunctionDef() | ast.ClassDef():
                found[statement.name] = statement
            case ast.Import() | ast.ImportFrom():
                names = [(alias.asname or alias.name).partition(".")[0] for alias in statement.names]
                found |= dict.fromkeys(names, statement)
            case ast.Assign():
                names = [
                    it.id
                    for target in statement.targets
                    for it in ast.walk(target)
                    if isinstance(it, ast.Name)
                ]
                found |= dict.fromkeys(names, statement)
    return found


def _used(statement: ast.stmt) -> list[str]:
    names = [it.id for it in ast.walk(statement) if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Load)]
    return list(dict.fromkeys(names))


def _attributes(statement: ast.stmt) -> set[str]:
    return {
        it.attr
        for it in ast.walk(statement)
        if isinstance(it, ast.Attribute) and isinstance(it.value, ast.Name) and it.value.id == "self"
    }


def _own_methods(ours: ast.Module, theirs: ast.Module, owner: str) -> dict[str, ast.stmt]:
    """Return the methods of a class that the reference's does not have."""
    sides = []
    for tree in (ours, theirs):
        node = node_of(tree, owner) if owner else None
        body = node.body if isinstance(node, ast.ClassDef) else []
        sides.append({it.name: it for it in body if isinstance(it, ast.FunctionDef)})
    return {name: it for name, it in sides[1].items() if name not in sides[0]}


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Return source in which helpers have the names that they have in `mistakes.py`, methods those of functions."""
    for old, new in names.items():
        if old.startswith("."):
            text = re.sub(rf"\bself\{old}\(\s*\)", f"{new}(self)", text)
            text = re.sub(rf"\bself\{old}\(", f"{new}(self, ", text)
            text = re.sub(rf"^def {re.escape(old[1:])}\(", f"def {new}(", text)
        elif old != new:
            text = re.sub(rf"(?<![.\w]){re.escape(old)}\b(?!\s*=[^=])", new, text)
    return text
