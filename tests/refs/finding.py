"""What a text holds, in few words, for tests."""

from __future__ import annotations

import textwrap

from openness.refs import Reference, find_in


def references(name: str, text: str) -> list[Reference]:
    """The references of a text, which is dedented; each must stand where it says."""
    text = textwrap.dedent(text).lstrip("\n")
    found = find_in(name, text.encode())
    lines = text.split("\n")
    for each in found:
        assert lines[each.line - 1][each.column - 1 :].startswith(each.text), each
    return found


def models(name: str, text: str) -> list[str]:
    """The names of a text, in the order of the file."""
    return [found.model for found in references(name, text)]
