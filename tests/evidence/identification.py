"""Identifying licenses in tests: through a small index or the packaged one; texts with a restriction put into them."""

from __future__ import annotations

from collections.abc import Callable

from openness.evidence.identify import Identification, identify
from tests.evidence.license_texts import packaged_index, tiny_index
from tests.shared import license_text

UNCHANGED = {"exact", "same"}


def tiny(text: str) -> Identification:
    return identify(text, tiny_index())


def packaged(text: str) -> Identification:
    return identify(text, packaged_index())


def ids(found: Identification) -> list[str]:
    return [license.id for license in found.licenses]


def shared(id: str) -> str:
    return license_text(id).read_text("utf-8")


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


LANGUAGES = {
    "English": "No commercial use.",
    "French": "Usage commercial interdit.",
    "German": "Keine gewerbliche Nutzung.",
    "Spanish": "Solo para fines acad\u00e9micos.",
    "Portuguese": "Vedado o uso comercial.",
    "Russian": "\u0422\u043e\u043b\u044c\u043a\u043e \u0434\u043b\u044f \u0438\u0441\u0441\u043b\u0435\u0434\u043e\u0432\u0430\u043d\u0438\u0439.",
    "Chinese": "\u7981\u6b62\u5546\u7528\u3002",
    "Japanese": "\u5546\u7528\u5229\u7528\u4e0d\u53ef\u3002",
    "Korean": "\uc0c1\uc5c5\uc801 \uc0ac\uc6a9 \uae08\uc9c0.",
    "Hindi": "\u0915\u0947\u0935\u0932 \u0905\u0928\u0941\u0938\u0902\u0927\u093e\u0928 \u0939\u0947\u0924\u0941\u0964",
    "Arabic": "\u064a\u0645\u0646\u0639 \u0627\u0644\u0627\u0633\u062a\u062e\u062f\u0627\u0645 \u0627\u0644\u062a\u062c\u0627\u0631\u064a.",
    "Thai": "\u0e2b\u0e49\u0e32\u0e21\u0e43\u0e0a\u0e49\u0e40\u0e0a\u0e34\u0e07\u0e1e\u0e32\u0e13\u0e34\u0e0a\u0e22\u0e4c",
}

PLACES: dict[str, Callable[[str, str], str]] = {
    "appended": lambda text, clause: f"{text.rstrip()}\n\n{clause}\n",
    "appended to the last line": lambda text, clause: f"{text.rstrip()} {clause}\n",
    "prepended": lambda text, clause: f"{clause}\n\n{text}",
    "inside": lambda text, clause: changed(text, ". ", f". {clause} "),
    "in a copyright line": lambda text, clause: f"Copyright (c) 2031 Wren Tarn. {clause}\n\n{text}",
    "in a comment": lambda text, clause: f"<!-- {clause} -->\n{text}",
    "in an attribute": lambda text, clause: f'<p title="{clause}">\n{text}</p>',
    "in a link's title": lambda text, clause: f'[terms](https://example.org "{clause}")\n\n{text}',
    "in brackets": lambda text, clause: f"{text}\n[{clause.rstrip('.')}]\n",
    "far below": lambda text, clause: text + "\n" * 80 + " " * 200 + clause,
    "behind the end of the terms": lambda text, clause: f"{text}\nEND OF TERMS AND CONDITIONS\n\n{clause}\n",
}
