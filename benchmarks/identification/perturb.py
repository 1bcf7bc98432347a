"""Benign variants: whatever people do to a license text without changing what it says.

Header lines and placeholders, title, signature, letter case, quotes and dashes, bullets, spelling; layout and markup come
from their own modules. Every variant is a function of the text and of random numbers that depend on the item's name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from .layout import LAYOUT, paragraphs, title_of
from .markup import MARKUP
from .texts import Known

Variant = Callable[[str, random.Random], str]
PLACEHOLDERS = [
    (re.compile(r"<year>|\[year\]|\[yyyy\]|\{yyyy\}|<yyyy>|\{year\}", re.IGNORECASE), "2021"),
    (
        re.compile(
            r"<(?:copyright holders?|owner|name of author|name|organization|author)>"
            r"|\[(?:fullname|name of copyright owner|copyright holder|owner|organization)\]"
            r"|\{(?:name of copyright owner|fullname|owner|organization)\}",
            re.IGNORECASE,
        ),
        "Jane Q. Developer",
    ),
]
HEADERS = [
    "Copyright (c) 2019-2024 Jane Q. Developer <jane@example.org>",
    "Copyright © 2023, The Foo Project Authors. All rights reserved.",
    "(C) 2011 ACME Corp.",
    "© 2020 Müller GmbH & Co. KG",
    "Copyright 1998, 2001, 2004, 2007-2012 Foo Bar Foundation, Inc.",
    "Copyright (c) 2015 - present, the quux contributors (see AUTHORS)",
    "Copyright (C) 2014 by Bjørn Åsen and others\nAll Rights Reserved.",
    "Copyright (c) 2004 Jean Dupont\nCopyright (c) 2009-2010 Example Labs, https://example.org\n"
    "Portions Copyright (c) 2012 Universität Beispiel",
    "Copyright 2022 Example Robotics Inc. and its affiliates",
    "   Copyright (c) 2007 Ada Example.\n   All rights reserved.\n",
    "Copyright(c) 2010,2011 John Doe (john.doe AT example DOT com)",
    "Copyright © 2024 小林 太郎",
    "SPDX-FileCopyrightText: 2021 Jane Developer <jane@example.org>",
    "Copyright holder: Example University, 2018\n",
]
SIGNATURES = [
    "Jane Q. Developer\nMay 4, 2016",
    "-- \nThe Foo Project",
    "Last updated: 2024-03-01",
    "END OF LICENSE",
    "Signed: Jane Developer, 12 March 2019",
    "Berlin, 1 April 2020\nJ. Developer",
]
TO_ASCII = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "•": "*", "·": "*", "\u00a0": " ", "©": "(c)", "…": "..."}
)


def filled(text: str) -> str:
    for pattern, value in PLACEHOLDERS:
        text = pattern.sub(value, text)
    return text


def headed(text: str, rng: random.Random) -> str:
    """Copyright lines on top, the placeholders filled."""
    return f"{rng.choice(HEADERS)}\n\n{filled(text)}"


def headed_after_title(text: str, rng: random.Random) -> str:
    title, header = title_of(text), rng.choice(HEADERS)
    body = filled(text)
    if title is None:
        return f"License\n=======\n\n{header}\n\n{body}"
    parts = paragraphs(body)
    return "\n\n".join([parts[0], header, *parts[1:]]) + "\n"


def many_holders(text: str, rng: random.Random) -> str:
    chosen = rng.sample(HEADERS, 5)
    return "\n".join(line.strip() for line in chosen) + "\n\n" + filled(text)


def untitled(text: str, rng: random.Random) -> str | None:
    return "\n\n".join(paragraphs(text)[1:]) + "\n" if title_of(text) else None


def titled(known: Known) -> Variant:
    """A title in other words: the name that lists give the license, with its short id."""
    name = re.sub(r"\s*\([^)]*\)$", "", known.title)
    short = known.spdx or known.id
    forms = [
        f"The {name} ({short})",
        f"{name}",
        f"LICENSE: {name}",
        f"{name.upper()} ({short})",
        f"License\n\n{name}",
        f"Software License ({short})",
    ]

    def variant(text: str, rng: random.Random) -> str:
        parts = paragraphs(text)
        body = parts[1:] if title_of(text) else parts
        return "\n\n".join([rng.choice(forms).replace("The The", "The").replace("The the", "The"), *body]) + "\n"

    return variant


def signed(text: str, rng: random.Random) -> str:
    return f"{text.rstrip()}\n\n{rng.choice(SIGNATURES)}\n"


def upper(text: str, rng: random.Random) -> str:
    return text.upper()


def lower(text: str, rng: random.Random) -> str:
    return text.lower()


def ascii_marks(text: str, rng: random.Random) -> str:
    return text.translate(TO_ASCII)


def typographic(text: str, rng: random.Random) -> str:
    text = re.sub(r"(?<!\w)\"(?=\w)", "“", text).replace('"', "”")
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    return re.sub(r" --? ", " — ", text)


def latex_quotes(text: str, rng: random.Random) -> str:
    return re.sub(r"[\"“](\w[^\"“”\n]{0,60})[\"”]", r"``\1''", text)


def hard_blanks(text: str, rng: random.Random) -> str:
    return re.sub(r"(?<=\w) (?=\w)", lambda m: rng.choice([" ", " ", "\u00a0", "\u2009", "\u202f"]), text)


def rebulleted(text: str, rng: random.Random) -> str:
    """List marks changed: numbers to bullets, (a) to a), stars to dashes."""
    mark = rng.choice(["-", "*", "•", "·", "o"])
    text = re.sub(r"^(\s*)\(([a-z]|[0-9]{1,2})\)\s", r"\1\2) ", text, flags=re.MULTILINE)
    return re.sub(r"^(\s*)[-*•]\s+", rf"\1{mark} ", text, flags=re.MULTILINE)


def numbered(text: str, rng: random.Random) -> str:
    """The conditions numbered, as in most copies of the BSD licenses, or without the numbers that they have."""
    if re.search(r"^\s*[1-3]\.\s", text, re.MULTILINE):
        return re.sub(r"^(\s*)[0-9]\.\s+", r"\1* ", text, flags=re.MULTILINE)
    count = 0
    out = []
    for part in paragraphs(text):
        if part.lower().startswith(("redistributions", "neither the name", "the above", "altered", "this notice")):
            count += 1
            out.append(f"{count}. {part}")
        else:
            out.append(part)
    return "\n\n".join(out) + "\n"


def secure_links(text: str, rng: random.Random) -> str:
    return text.replace("https://", "\0").replace("http://", "https://").replace("\0", "http://")


def with_marker(text: str, rng: random.Random) -> str:
    """Harmless words around the text: where one license file of several begins and ends."""
    return f"{'-' * 70}\nLICENSE\n{'-' * 70}\n\n{text.strip()}\n\n{'-' * 70}\n"


WORDING: dict[str, Callable[[str, random.Random], str | None]] = {
    "header": headed,
    "header-after-title": headed_after_title,
    "many-holders": many_holders,
    "no-title": untitled,
    "signature": signed,
    "upper": upper,
    "lower": lower,
    "ascii-marks": ascii_marks,
    "typographic": typographic,
    "latex-quotes": latex_quotes,
    "hard-blanks": hard_blanks,
    "bullets": rebulleted,
    "numbers": numbered,
    "https": secure_links,
    "ruled": with_marker,
}
BENIGN: dict[str, Callable[[str, random.Random], str | None]] = {**WORDING, **LAYOUT, **MARKUP}


def variants_of(known: Known) -> dict[str, Callable[[str, random.Random], str | None]]:
    return {**BENIGN, "other-title": titled(known)}


def both(first: str, second: str, known: Known) -> Variant:
    """Two variants one after the other; people rarely do only one thing to a text."""
    table = variants_of(known)

    def variant(text: str, rng: random.Random) -> str:
        return table[second](table[first](text, rng) or text, rng) or text

    return variant


PAIRS = [
    ("header", "c-block"),
    ("header-after-title", "markdown"),
    ("header", "html-page"),
    ("other-title", "markdown-quote"),
    ("many-holders", "shell"),
    ("header", "pdf"),
    ("typographic", "html-fragment"),
    ("other-title", "utf-16"),
    ("header-after-title", "wrap-100"),
    ("signature", "debian-indent"),
    ("no-title", "one-line"),
    ("header", "docstring"),
    ("bullets", "bom-crlf"),
    ("hard-blanks", "wrap-72"),
    ("many-holders", "html-br"),
    ("ligatures", "wrap-50"),
]
