"""The line of each key and element of a TOML text, held against tomllib's own reading of generated documents."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openness.policy.toml_lines import Path, lines_of

BARE = st.text("abcdeXYZ_-09", min_size=1, max_size=4)
KEYS = BARE | st.text("ab. é'#[]=\"\\", min_size=1, max_size=4)
TEXTS = st.text("ab#[]{},='\"\n\\ é", max_size=8)
SPACES = st.sampled_from(["", " ", "  ", "\t"])
BREAKS = st.sampled_from(["", " ", "\n", '\n# a comment, with ] and "\n', " # x\n  "])


def key(text: str) -> str:
    return (
        text if text and all(c.isascii() and (c.isalnum() or c in "-_") for c in text) else json.dumps(text, ensure_ascii=False)
    )


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    kinds = ["number", "basic", "literal", "long", "date", "word"] + (["array", "inline"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "array":
        parts = draw(st.lists(values(depth=depth - 1), max_size=3))
        body = "".join(f"{draw(BREAKS)}{part}{draw(BREAKS)}," for part in parts)
        return f"[{body}{draw(BREAKS)}]"
    if kind == "inline":
        names = draw(st.lists(KEYS, max_size=3, unique=True))
        return "{" + ", ".join(f"{key(name)} = {draw(one_line(depth - 1))}" for name in names) + "}"
    return draw(one_line(0)) if kind != "long" else draw(long_strings())


@st.composite
def long_strings(draw: st.DrawFn) -> str:
    text = draw(TEXTS)
    if draw(st.booleans()):
        return '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + draw(st.sampled_from(["", '"', '""'])) + '"""'
    return "'''" + text.replace("'", "") + draw(st.sampled_from(["", "'"])) + "'''"


@st.composite
def one_line(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(["number", "basic", "literal", "date", "word"] + (["inline"] if depth > 0 else [])))
    if kind == "number":
        return str(draw(st.integers(-99, 99)))
    if kind == "basic":
        return json.dumps(draw(TEXTS), ensure_ascii=False)
    if kind == "literal":
        return "'" + draw(TEXTS).replace("'", "").replace("\n", "") + "'"
    if kind == "inline":
        return "{" + f"{key(draw(KEYS))} = {draw(one_line(depth - 1))}" + "}"
    return "2027-03-01" if kind == "date" else "true"


@st.composite
def documents(draw: st.DrawFn) -> str:
    lines = [
        f"{key(name)}{draw(SPACES)}={draw(SPACES)}{draw(values())}" for name in draw(st.lists(KEYS, max_size=3, unique=True))
    ]
    for number in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(["[tool.one]", "[[rows]]", "[[rows]]", "[[rows.inner]]", "[ deep . 'er' ]"]))
        name = name if "[[" in name else name.replace("]", f".n{number}]")
        lines += [draw(st.sampled_from(["", "# a [comment]"])), name + draw(st.sampled_from(["", "  # said"]))]
        lines += [f"{key(k)} = {draw(values())}" for k in draw(st.lists(BARE, max_size=2, unique=True))]
    return "\n".join(lines) + "\n"


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*path, name), part
            yield from leaves(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield (*path, index), part
            yield from leaves(part, (*path, index))


@settings(deadline=None)
@given(documents())
def test_every_key_and_element_has_a_line_on_which_it_begins(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # two tables of one name: not a document
    found, rows = lines_of(text), text.split("\n")
    for path, value in leaves(data):
        if path not in found:
            assert isinstance(value, (dict, list)), path  # a table that only longer headers name
            continue
        row = rows[found[path] - 1]
        if isinstance(path[-1], str):
            assert path[-1] in row or json.dumps(path[-1], ensure_ascii=False)[1:-1] in row
        elif isinstance(value, bool):
            assert "true" in row
        elif isinstance(value, int):
            assert str(value) in row


def test_lines_of_a_policy() -> None:
    text = 'use = [\n  "product",\n  # no\n  "internal",\n]\n\n[allow]\nlicenses = ["mit"]\n\n[[exceptions]]\nmodel = "a"\n[[exceptions]]\nmodel = """x\n"""\nuntil = 2027-01-01\n'
    assert lines_of(text) == {
        ("use",): 1, ("use", 0): 2, ("use", 1): 4, ("allow",): 7, ("allow", "licenses"): 8, ("allow", "licenses", 0): 8,
        ("exceptions", 0): 10, ("exceptions", 0, "model"): 11, ("exceptions", 1): 12, ("exceptions", 1, "model"): 13,
        ("exceptions", 1, "until"): 15,
    }  # fmt: skip


@settings(deadline=None)
@given(st.text("ab=[]{}\"'#\n. ,\\", max_size=30))
def test_any_text_that_is_toml_is_scanned_to_its_end(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines_of(text)
