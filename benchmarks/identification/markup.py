"""The same license as a web page, as markdown, as reStructuredText."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable

from .layout import LIST_ITEM, paragraphs, title_of, wrap

URL = re.compile(r"https?://[^\s<>()\[\]\"']+[^\s<>()\[\]\"'.,;:]")
CAPITALS = re.compile(r"\b(?:[A-Z]{3,}[ ,]+){2,}[A-Z]{3,}\b(?!['’])")
NUMBERED = re.compile(r"\s*(?:[0-9]{1,2}[.)]|\([a-z]\)|[-*•])\s+")


def _is_heading(part: str) -> bool:
    return len(part.split()) <= 10 and not part.rstrip().endswith((".", ",", ";")) and not part.lower().startswith("copyright")


def markdown(text: str, rng: random.Random) -> str:
    out = []
    for number, part in enumerate(paragraphs(text)):
        if _is_heading(part):
            out.append(("# " if number == 0 else "## ") + part)
            continue
        line = URL.sub(lambda m: f"[{m[0]}]({m[0]})", part)
        line = CAPITALS.sub(lambda m: f"**{m[0]}**", line)
        out.append(re.sub(r"^\s*([0-9]{1,2})\)\s", r"\1. ", line))
    return "\n\n".join(out) + "\n"


def markdown_emphasis(text: str, rng: random.Random) -> str:
    """Bold defined terms, italics, escapes, and a rule under the title."""
    first, *rest = paragraphs(text)
    body = "\n\n".join(re.sub(r"([\"“])(\w+)([\"”])", r'**"\2"**', part) for part in rest)
    body = re.sub(r"\b(THE SOFTWARE IS PROVIDED|the Work|this License)\b", r"_\1_", body)
    return f"**{first}**\n\n---\n\n{body}\n"


def markdown_setext(text: str, rng: random.Random) -> str:
    first, *rest = paragraphs(text)
    rule = "=" * max(len(first), 3)
    return "\n\n".join(
        [f"{first}\n{rule}" if _is_heading(first) else first, *(f"- {p}" if LIST_ITEM.match(p) else p for p in rest)]
    )


def markdown_quote(text: str, rng: random.Random) -> str:
    return "".join(f"> {line}".rstrip() + "\n" for line in wrap(text, 90).split("\n"))


def markdown_fence(text: str, rng: random.Random) -> str:
    return f"# License\n\n```text\n{text.strip()}\n```\n"


def markdown_list(text: str, rng: random.Random) -> str:
    """List numbers written as bullets."""
    return "\n\n".join(NUMBERED.sub("* ", part, count=1) if NUMBERED.match(part) else part for part in paragraphs(text)) + "\n"


def rst(text: str, rng: random.Random) -> str:
    out = []
    for part in paragraphs(text):
        out.append(f"{part}\n{'-' * len(part)}" if _is_heading(part) else URL.sub(lambda m: f"`{m[0]} <{m[0]}>`_", part))
    return "\n\n".join(out) + "\n"


def _linked(line: str) -> str:
    return re.sub(r"https?://[^\s<>()&]+[^\s<>()&.,;:]", lambda m: f'<a href="{m[0]}" rel="nofollow">{m[0]}</a>', line)


def web_page(text: str, rng: random.Random) -> str:
    parts = paragraphs(text)
    body = []
    for number, part in enumerate(parts):
        line = html.escape(part, quote=False).replace('"', rng.choice(["&quot;", "&ldquo;", '"']))
        tag = ("h1" if number == 0 else "h3") if _is_heading(part) else "p"
        body.append(f'<{tag} class="{rng.choice(["lic", "text body", "x-1"])}">{_linked(line)}</{tag}>')
    title = html.escape(title_of(text) or "License")
    head = f'<head><meta charset="utf-8"><title>{title}</title><style>p {{ margin: 1em; }}</style></head>'
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n{head}\n<body>\n<div id="content">\n'
        + "\n".join(body)
        + "\n</div>\n</body>\n</html>\n"
    )


def web_breaks(text: str, rng: random.Random) -> str:
    lines = [html.escape(line).replace("  ", "&nbsp; ") for line in wrap(text, 80).split("\n")]
    return "<html><body><tt>" + "<br />\n".join(lines) + "</tt></body></html>"


def web_pre(text: str, rng: random.Random) -> str:
    return f"<pre style='white-space: pre-wrap'>\n{html.escape(text)}\n</pre>\n"


def web_fragment(text: str, rng: random.Random) -> str:
    """Paragraphs and lists without a page around them, typographic entities, some words bold."""
    out, opened = [], False
    for part in paragraphs(text):
        item = NUMBERED.match(part)
        line = html.escape(part[item.end() :] if item else part, quote=False).replace("'", "&rsquo;").replace(" - ", " &mdash; ")
        line = re.sub(r"\b(THE|this|License)\b", r"<strong>\1</strong>", line, count=2)
        if bool(item) != opened:
            out.append("<ul>" if item else "</ul>")
            opened = bool(item)
        out.append(f"<li>{line}</li>" if item else f"<p>{line}</p>")
    return "\n".join(out) + ("\n</ul>" if opened else "")


MARKUP: dict[str, Callable[[str, random.Random], str]] = {
    "markdown": markdown,
    "markdown-emphasis": markdown_emphasis,
    "markdown-setext": markdown_setext,
    "markdown-quote": markdown_quote,
    "markdown-fence": markdown_fence,
    "markdown-bullets": markdown_list,
    "rst": rst,
    "html-page": web_page,
    "html-br": web_breaks,
    "html-pre": web_pre,
    "html-fragment": web_fragment,
}
