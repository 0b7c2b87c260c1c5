"""Pages of the documentation that are made from the code and from files beside it, so that they cannot disagree."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
import msgspec
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from autograder.cli import app, register
from autograder.course.toml import AssignmentToml, GradingToml, MistakeToml
from autograder.grading import plugin
from autograder.sandbox.code import Code

ROOT = Path(__file__).parents[1]
COPIED = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie nowhere in `docs/`."""
    pages = {
        "commands.md": commands(),
        "fixtures.md": fixtures(),
        "assignment-toml.md": keys("assignment.toml", AssignmentToml),
        "grading-toml.md": keys("grading.toml", GradingToml),
        "mistakes-toml.md": keys("mistakes.toml", MistakeToml, "of each table"),
        **{page: copied(name) for name, page in COPIED.items()},
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    for name in ("iframe-worker.js", "tables.css"):
        content = (Path(__file__).parent / name).read_text(encoding="utf-8")
        files.append(File.generated(config, f"assets/{name}", content=content))
    return files


def copied(name: str) -> str:
    """Return a file from beside `docs/` with the links that it needs inside."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
    for other, page in COPIED.items():
        text = text.replace(f"]({other})", f"]({page})")
    return re.sub(r"\[([^]]+)\]\((?:LICENSE|\.[^)]*)\)", r"\1", text)


def commands() -> str:
    """Return the page of all commands, as their own `--help` says it."""
    register()
    lines = ["# Commands", "", "Each says the same with `--help`.", ""]
    for name, command in app.commands.items():
        if not command.hidden:
            lines += _command(name, command)
    return "\n".join(lines)


def _command(name: str, command: Any) -> Iterator[str]:
    context = click.Context(command, info_name=f"autograder {name}")
    yield from (f"## {name}", "", "```text", command.get_usage(context).removeprefix("Usage: "), "```", "")
    yield from (inspect.cleandoc(command.help or ""), "")
    rows = [row for parameter in command.params if (row := _parameter(parameter, context))]
    if rows:
        yield from ("| argument or option | |", "|---|---|", *rows, "")


def _parameter(parameter: Any, context: click.Context) -> str:
    record = parameter.get_help_record(context)
    if parameter.name == "help" or record is None or record[1] in ("", "[required]"):
        return ""
    name = re.sub(r" <[^>]*>$", "", record[0])  # a type of Python's, which nobody types
    return f"| `{name}` | {_cell(record[1])} |"


def fixtures() -> str:
    """Return the page of the fixtures, each with the calls that a test makes."""
    about = "What tests take as arguments; [Writing assignments](assignments.md#tests) shows them at work."
    lines = ["# Fixtures", "", about, ""]
    made_of = (it for it in vars(plugin).values() if type(it) is type(plugin.compare))
    for function in (inspect.unwrap(it) for it in made_of):
        name = function.__name__
        if name == "trial":  # what the others are made of
            continue
        made = get_type_hints(function).get("return")
        lines += [f"## {name}", "", inspect.getdoc(function) or "", ""]
        for method, of in _methods(made):
            shown = name if method == "__call__" else f"{name}.{method}"
            lines += [f"### `{shown}{_signature(of)}`", "", *_numpy_style(inspect.getdoc(of) or ""), ""]
    lines += ["## Marks", "", "| mark | |", "|---|---|"]
    lines += [
        f"| `{mark}` | {_cell(text)} |" for mark, _, text in (it.partition(": ") for it in plugin.MARKERS)
    ]
    return "\n".join(lines)


def _methods(made: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(made, type) or made is Code:  # the reference is called as the hand-in is
        return
    for name, of in inspect.getmembers(made, inspect.isfunction):
        if (name == "__call__" or not name.startswith("_")) and inspect.getdoc(of):
            yield name, of


def _signature(of: Any) -> str:
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for name, parameter in inspect.signature(of).parameters.items()
        if name != "self"
    ]
    return str(inspect.Signature(parameters))


def _numpy_style(text: str) -> Iterator[str]:
    """Yield a docstring as Markdown: its sections with parameters become lists."""
    head, *sections = re.split(r"\n(?=\w[\w ]*\n-+\n)", text)
    yield head
    for section in sections:
        title, _, *body = section.split("\n")
        yield from ("", f"**{title}**", "")
        for name, words in described("\n".join(body)).items():
            yield f"- `{name}`: {words}"


def described(body: str) -> dict[str, str]:
    """Return what a section of a docstring says of each name in it; `a, b` stands for both."""
    entries = re.findall(r"^(\S.*)\n((?:[ \t]+.*\n?|\n(?=[ \t]))+)", body + "\n", re.MULTILINE)
    return {name.strip(): " ".join(words.split()) for names, words in entries for name in names.split(",")}


def keys(file: str, shape: type[msgspec.Struct], of: str = "") -> str:
    """Return the page of a toml file's keys: type, default and meaning of each."""
    about = (inspect.getdoc(shape) or "").partition("\n\n")[0]
    scope = f"Every key {of}".strip()
    lines = [
        f"# {file}",
        "",
        about,
        "",
        f"{scope}; what is not here is refused, with the closest one that is.",
        "",
    ]
    return "\n".join([*lines, *_table(shape, "", "")])


def _table(shape: type[msgspec.Struct], table: str, about: str) -> Iterator[str]:
    """Yield the table of a struct's keys and, behind it, those of the tables in it."""
    if table:
        yield from (f"## `{table}`", "", about, "")
    meanings = meanings_of(shape)
    yield from ("| key | what it says | value | default |", "|---|---|---|---|")
    inner = list[tuple[type[msgspec.Struct], str]]()
    hints = get_type_hints(shape, include_extras=True)
    for field in msgspec.structs.fields(shape):
        hint = hints[field.name]
        struct = _struct_in(hint)
        if struct is not None:
            many = get_origin(hint) is tuple
            name = f"{table.strip('[]')}.{field.encode_name}".lstrip(".")
            inner.append((struct, f"[[{name}]]" if many else f"[{name}]"))
            continue
        default = "" if field.required else f"`{_toml(_default(field))}`"
        yield f"| `{field.encode_name}` | {_cell(meanings[field.name])} | {_in_words(hint)} | {default} |"
    yield ""
    for struct, name in inner:
        yield from _table(struct, name, (inspect.getdoc(struct) or "").partition("\n\n")[0])


def meanings_of(shape: type[msgspec.Struct]) -> dict[str, str]:
    """Return what the docstring of a struct says of each field; a struct with one field may say it as a whole."""
    whole, _, rest = (inspect.getdoc(shape) or "").partition("Attributes\n----------\n")
    fields = msgspec.structs.fields(shape)
    alone = {fields[0].name: whole.strip()} if len(fields) == 1 else {}
    return alone | described(rest)


def _struct_in(hint: Any) -> type[msgspec.Struct] | None:
    for part in (hint, *get_args(hint)):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return part
    return None


def _default(field: msgspec.structs.FieldInfo) -> Any:
    factory = field.default_factory
    return field.default if factory is msgspec.NODEFAULT else factory()


def _toml(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return "[]"
    if isinstance(value, dict):
        return "{}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _in_words(hint: Any) -> str:
    """Return a type as somebody writes it in toml."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        extra = [it.description for it in parts[1:] if getattr(it, "description", None)]
        return _in_words(parts[0]) + (f"; {extra[0]}" if extra else "")
    if origin is Literal:
        return " or ".join(f'`"{it}"`' for it in parts)
    if origin in (Union, types.UnionType):
        return _in_words(next(it for it in parts if it is not type(None)))
    if origin is tuple:
        return f"a list: {_in_words(parts[0])}"
    if origin is dict:
        return f"a table: {_in_words(parts[1])} for each name"
    return _WORDS[hint]


_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "`true` or `false`",
    Fraction: "a whole number, or text such as `'7/2'`",
}


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
