"""Puts the playground together: one self-contained page, whose policy allows its own style and script and no other."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files as resources
from string import Template

PLAYGROUND_FILE = "playground.html"
_SCRIPTS = ("model.js", "drawing.js", "challenges.js", "page.js")
"""In this order: each uses what those before it define."""


def playground_page() -> str:
    """Return the playground as HTML; the same each time."""
    style = _read("style.css")
    script = '"use strict";\n' + "\n".join(map(_read, _SCRIPTS))
    return Template(_read("page.html")).substitute(
        style=style, style_hash=_hash(style), script=script, script_hash=_hash(script)
    )


def _read(name: str) -> str:
    return (resources(__package__) / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
