"""Changes of layout that leave the license what it is: width, comment marks, encodings, the shape that PDF extraction gives."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable

from openness.evidence.license_text import decode

LIST_ITEM = re.compile(r"\s*(?:\(?[0-9]{1,2}[.)]|\(?[a-zA-Z][.)]|\([ivx]+\)|[-*•·])\s")
HOLDER = re.compile(r"\s*(?:portions )?(?:copyright\b.*\d{4}|\(c\)\s|©|all rights reserved|spdx-)", re.IGNORECASE)
LIGATURES = {"ffi": "ﬃ", "ffl": "ﬄ", "ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ"}


def paragraphs(text: str) -> list[str]:
    """Paragraphs as single lines; a list item begins a new one, copyright lines stay lines."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\f", "\n\n")):
        current: list[str] = []
        for line in block.split("\n"):
            if current and (LIST_ITEM.match(line) or HOLDER.match(line) or HOLDER.match(current[0])):
                found.append(" ".join(current))
                current = []
            if line.strip():
                current.append(line.strip())
        if current:
            found.append(" ".join(current))
    return found


def title_of(text: str) -> str | None:
    """The first paragraph if it reads like a title."""
    parts = paragraphs(text)
    if len(parts) < 2:
        return None
    first = parts[0]
    short = len(first.split()) <= 12 and not first.rstrip().endswith((",", ";", ":"))
    return first if short and not first.lower().startswith(("copyright", "permission", "redistribution")) else None


def wrap(text: str, width: int, join: str = "\n\n") -> str:
    return (
        join.join(textwrap.fill(part, width, break_long_words=False, break_on_hyphens=False) for part in paragraphs(text)) + "\n"
    )


def wrapped(width: int) -> Callable[[str, random.Random], str]:
    return lambda text, rng: wrap(text, width)


def unwrapped(text: str, rng: random.Random) -> str:
    return "\n\n".join(paragraphs(text)) + "\n"


def one_line(text: str, rng: random.Random) -> str:
    return " ".join(text.split())


def double_blank(text: str, rng: random.Random) -> str:
    return "\n\n\n".join(paragraphs(text)) + "\n\n"


def line_spaced(text: str, rng: random.Random) -> str:
    return wrap(text, 78).replace("\n", "\n\n")


def indented(text: str, rng: random.Random) -> str:
    """As in a Debian copyright file: one blank before each line, a point for an empty one."""
    return "".join(f" {line}\n" if line.strip() else " .\n" for line in wrap(text, 76).split("\n"))


def tabbed(text: str, rng: random.Random) -> str:
    return "".join(f"\t{line}   \n" if rng.random() < 0.5 else f"{line}\t\n" for line in wrap(text, 70).split("\n"))


def centered(text: str, rng: random.Random) -> str:
    first, *rest = paragraphs(text)
    return "\n\n".join([first.center(78), *(textwrap.fill(part, 70, initial_indent="    ") for part in rest)])


def justified(text: str, rng: random.Random) -> str:
    """Blanks spread between the words, as old text formatters do."""
    return "\n".join(re.sub(" ", lambda m: "  " if rng.random() < 0.25 else " ", line) for line in wrap(text, 66).split("\n"))


def prefixed(mark: str, width: int = 74) -> Callable[[str, random.Random], str]:
    return lambda text, rng: "".join(f"{mark} {line}".rstrip() + "\n" for line in wrap(text, width).rstrip().split("\n"))


def block_comment(text: str, rng: random.Random) -> str:
    body = "".join(f" * {line}".rstrip() + "\n" for line in wrap(text.replace("*/", "* /"), 74).rstrip().split("\n"))
    return f"/*\n{body} */\n"


def boxed_comment(text: str, rng: random.Random) -> str:
    edge = "/" + "*" * 76 + "\n"
    return edge + "".join(f" * {line:<72} *\n" for line in wrap(text, 72).rstrip().split("\n")) + " " + "*" * 75 + "/\n"


def lisp_comment(text: str, rng: random.Random) -> str:
    return "".join(f";;; {line}".rstrip() + "\n" for line in wrap(text, 70).rstrip().split("\n"))


def html_comment(text: str, rng: random.Random) -> str:
    return f"<!--\n{wrap(text.replace('--', '- -'), 78)}-->\n"


def docstring(text: str, rng: random.Random) -> str:
    return f'"""\n{wrap(text, 76)}"""\n'


def utf16(text: str, rng: random.Random) -> str:
    order = rng.choice(["utf-16-le", "utf-16-be"])
    mark = b"\xff\xfe" if order == "utf-16-le" else b"\xfe\xff"
    return decode(mark + text.replace("\n", "\r\n").encode(order))


def utf8_marked(text: str, rng: random.Random) -> str:
    return decode(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())


def latin1(text: str, rng: random.Random) -> str:
    text = text.translate(str.maketrans("“”‘’–—", "\"\"''--"))
    return decode(("Copyright © 2015 Société Générale d'Édition\n\n" + text).encode("latin-1", "ignore"))


def old_mac(text: str, rng: random.Random) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r")


def _hyphenate(line: str, rng: random.Random) -> tuple[str, str]:
    """Break the last long word of a line; the rest of the word goes to the next line."""
    head, blank, last = line.rpartition(" ")
    if not blank or len(last) < 8 or not last.isalpha():
        return line, ""
    cut = rng.randint(3, len(last) - 3)
    return f"{head} {last[:cut]}-", last[cut:]


def hyphenated(text: str, rng: random.Random) -> str:
    out: list[str] = []
    for part in paragraphs(text):
        lines, carried = textwrap.wrap(part, 64, break_long_words=False, break_on_hyphens=False), ""
        for number, line in enumerate(lines):
            whole, carried = f"{carried} {line}".strip() if carried else line, ""
            if number < len(lines) - 1 and rng.random() < 0.4:
                whole, carried = _hyphenate(whole, rng)
            # the rest of the word was written without a blank before it
            out.append(whole)
        out.append("")
    return "\n".join(out)


def ligatures(text: str, rng: random.Random) -> str:
    return re.sub("ffi|ffl|ff|fi|fl", lambda match: LIGATURES[match[0]], text)


def soft_hyphens(text: str, rng: random.Random) -> str:
    return re.sub(r"\b([a-z]{4,6})([a-z]{3,})\b", lambda m: f"{m[1]}\u00ad{m[2]}" if rng.random() < 0.3 else m[0], text)


def pdf(text: str, rng: random.Random) -> str:
    """Pages with a running header, a page number and a form feed; words broken at line ends; ligatures."""
    lines = ligatures(hyphenated(text, rng), rng).rstrip().split("\n")
    size = 46
    pages = [lines[at : at + size] for at in range(0, len(lines), size)]
    header = title_of(text)
    style = rng.choice(["Page {n} of {total}", "- {n} -", "{n}", "{n} / {total}"])
    out = []
    for number, page in enumerate(pages, 1):
        top = [header, ""] if number > 1 and header else []
        out.append("\n".join([*top, *page, "", style.format(n=number, total=len(pages)).center(64).rstrip()]))
    return "\n\f".join(out)


LAYOUT: dict[str, Callable[[str, random.Random], str]] = {
    "wrap-50": wrapped(50),
    "wrap-72": wrapped(72),
    "wrap-100": wrapped(100),
    "unwrapped": unwrapped,
    "one-line": one_line,
    "double-blank": double_blank,
    "line-spaced": line_spaced,
    "debian-indent": indented,
    "tabs": tabbed,
    "centered": centered,
    "justified": justified,
    "c-block": block_comment,
    "c-box": boxed_comment,
    "c-line": prefixed("//"),
    "shell": prefixed("#"),
    "sql": prefixed("--"),
    "tex": prefixed("%"),
    "m4": prefixed("dnl"),
    "batch": prefixed("REM"),
    "quoted": prefixed(">"),
    "lisp": lisp_comment,
    "html-comment-marks": html_comment,
    "docstring": docstring,
    "utf-16": utf16,
    "bom-crlf": utf8_marked,
    "latin-1": latin1,
    "cr-only": old_mac,
    "hyphenated": hyphenated,
    "ligatures": ligatures,
    "soft-hyphens": soft_hyphens,
    "pdf": pdf,
}
