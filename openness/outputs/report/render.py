"""Pages from templates: everything is escaped and made printable, styles and the one script stand in the page, and a content
security policy allows those alone, so that nothing that a card says can run or be fetched."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from openness import __version__
from openness.outputs.report import words
from openness.outputs.report.cells import cells
from openness.outputs.report.landing import landing
from openness.outputs.report.lineage import picture
from openness.outputs.report.page import page_values
from openness.outputs.report.records import DIMENSIONS, Entry, Report
from openness.printable import printable

TEMPLATES = Path(__file__).parent / "templates"
#: Longer words of a document are cut; the JSON beside the page has them whole.
LONGEST, LONGEST_NAME = 4000, 200
#: From this many rows on cells say only the first reason, rows out of sight are not laid out, and those after the first come
#: right behind the first paint (a noscript element holds them, so that they are there without scripts as well).
MANY, FIRST = 200, 100
HEADS = ("model", "category", *DIMENSIONS, "license")


@functools.cache
def environment() -> jinja2.Environment:
    """The templates of this package; every value that is put into them passes ``printable`` and is escaped."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        finalize=_shown,
        auto_reload=False,
    )
    found.filters["name"] = lambda value: printable(str(value), LONGEST_NAME)
    return found


def _shown(value: Any) -> Any:
    """Plain text without control characters and of bounded length; what the templates themselves made stays."""
    return printable(value, LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def index_page(report: Report, stems: Sequence[str]) -> str:
    """The landing page with the matrix; ``stems`` are the names of the models' pages, in order."""
    heads = [*HEADS, *report.uses]
    rows = [
        {"name": entry.name, "stem": stem, "cells": list(cells(entry, report)), "words": _words(entry)}
        for entry, stem in zip(report.entries, stems, strict=True)
    ]
    found = landing(report)
    values = {
        "title": "How open these models are, and what you may do with them",
        "sentence": _sentence(report, found.passing),
        "landing": found,
        "heads": heads,
        "many": len(rows) > MANY,
        "parts": [rows] if len(rows) <= MANY else [rows[:FIRST], rows[FIRST:]],
        "stems": list(stems),
        "categories": list(words.CATEGORIES.values()),
        "verdicts": list(words.VERDICTS.values()),
    }
    return _page("index.html", report, values, css=_css() + _columns(len(report.uses)), script=_text("matrix.js"))


def model_page(entry: Entry, report: Report, *, data: str | None, means: Mapping[str, str]) -> str:
    """The page of one model or build. ``data`` is the file with its JSON; without one the page stands alone. ``means`` says what
    each use is."""
    values = page_values(entry, report, means) | {
        "title": f"{printable(entry.name, LONGEST_NAME)}: {words.category_mark(entry.category).word}",
        "entry": entry,
        "picture": picture(entry),
        "data_link": data,
        "alone": data is None,
    }
    return _page("page.html", report, values, css=_css())


def _page(template: str, report: Report, values: Mapping[str, Any], *, css: str, script: str = "") -> str:
    policy = f"default-src 'none'; style-src '{_hash(css)}'; base-uri 'none'; form-action 'none'"
    if script:
        policy += f"; script-src '{_hash(script)}'"
    # both are files of this package: nothing of a model is in them
    inline = {"css": Markup(css), "script": Markup(script)}  # noqa: S704
    own = inline | {"policy": policy, "version": __version__, "report": report}
    return environment().get_template(template).render(own | dict(values)) + "\n"


@functools.cache
def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@functools.cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def _css() -> str:
    return _text("style.css")


def _columns(uses: int) -> str:
    """The columns of the matrix, which are the same for every row; narrow screens show cards instead."""
    fixed = "minmax(10.75rem,2fr) minmax(8.4rem,1fr) repeat(4,minmax(4.75rem,.6fr)) minmax(6.25rem,1fr)"
    tracks = f".matrix tr{{grid-template-columns:{fixed} repeat({uses},minmax(5.9rem,.7fr))}}"
    least = f"@media screen and (min-width:48.01rem){{.matrix{{min-width:{44.4 + 5.9 * uses:.2f}rem}}}}"
    return f"@media print,(min-width:48.01rem){{{tracks}}}\n{least}\n"


def _words(entry: Entry) -> str:
    """What the filter looks through."""
    said = " ".join([entry.name, entry.category or "not-released", entry.sub_label or "", *entry.licenses])
    return printable(said, 400).lower()


def _sentence(report: Report, passing: int) -> str:
    total, uses = len(report.entries), words.listed(report.uses)
    what = "model or build" if total == 1 else "models and builds" if any(e.build for e in report.entries) else "models"
    if passing == total:
        return f"{total} {what}: every one may be used for {uses}; keep the duties."
    few = "none" if passing == 0 else f"{passing}"
    every = f"for all of {uses}" if len(report.uses) > 1 else f"for {uses}"
    return f"Of {total} {what}, {few} may be used {every}. What stands in the way of the others is listed below."


def plain_page(template: str, rules: str, values: Mapping[str, Any], *, css: str) -> str:
    """A page of its own that is no report: the same looks, with ``css`` added. ``rules`` is the version of the rules."""
    return _page(template, Report((), (), rules), values, css=_css() + css)
