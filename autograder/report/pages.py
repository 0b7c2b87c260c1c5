"""Makes HTML from templates: one file each, without anything from a network and no script but our own."""

from __future__ import annotations

import base64
import functools
import hashlib
from importlib.resources import files as resources
from typing import Any

import jinja2
from markupsafe import Markup


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, **values: Any) -> str:
    """Return the page that a template makes from `values`; every text is escaped."""
    return _environment().get_template(template).render(values)


def script(name: str) -> tuple[Markup, str]:
    """Return a script of ours as it stands in a page, and the hash by which the page allows it and no other."""
    source = (resources(__package__) / "templates" / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return Markup(source), f"sha256-{digest}"  # it is a file of this package
