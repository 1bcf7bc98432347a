"""Markup dropped from a document, unless it speaks: tags, attributes, comments, scripts, styles, link targets.

Everything that a reader may see, or that someone may hide in markup, is searched for words that can limit a permission; a hit
stays in the text as words. Each search is bounded, so the time is linear in the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

from openness.evidence.restrictive import RestrictiveWords

#: Struck-out text is no text of a license: its tags stay as a word, and so change it.
_STRUCK = re.compile(r"</?(?:del|s|strike)(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|address|article|aside|b|big|blockquote|body|br|center|cite|code|dd|details|dfn|div|dl|dt|em|font|footer|h[1-6]|head"
    r"|header|hr|html|i|img|ins|kbd|label|li|link|main|mark|meta|nav|ol|p|pre|q|samp|section|small|span|strong|sub|summary|sup|svg"
    r"|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|var|wbr)(?:\s[^<>]{0,4000})?/?>|<!doctype[^<>]{0,300}>|<\?xml[^<>]{0,200}\?>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([\w:.-]{1,60})\s{0,5}=\s{0,5}(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
#: Four words in a row are read as a sentence in any language, wherever they hide.
_PROSE = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,40}(?:[ \t]{1,4}[^\W\d_]{1,40}){3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{6}")
_TITLE = re.compile(r"<title>([^<>]{1,300})</title>", re.IGNORECASE)
#: What a script or a style shows or says: string literals and comments.
_SPOKEN = re.compile(r"\"[^\"\n]{1,500}\"|'[^'\n]{1,500}'|`[^`]{1,500}`|//[^\n]{1,500}|/\*[^*]{1,2000}\*")
_MODE = re.compile(r"[\"']use strict[\"']")
_HIDDEN = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0|opacity\s{0,3}:\s{0,3}0(?![.\d])",
    re.IGNORECASE,
)
#: Attributes that style or link, whose words are names of classes.
_CLASS_ATTRIBUTES = frozenset(["class", "id", "rel"])
#: A tag's name and attributes that need no value.
_BARE = frozenset(
    "controls async defer open disabled checked selected readonly reversed itemscope nowrap compact noshade".split()
)
_MAX_BARE = 3
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]{0,300})\]\(\s{0,9}<?([^()\s<>]{1,2000})>?(\s{1,9}\"[^\"\n]{0,300}\")?\s{0,9}\)")
_RST_TARGET = re.compile(r"<(https?://[^<>\s]{1,500})>(?='_)")
#: Words of addresses of documents.
_TARGET_WORDS = frozenset(
    "use terms conditions agreement condition provisions changes permissions license licenses nc gpl lgpl agpl".split()
)
_MAX_TARGET_WORDS = 14


def blank(part: str) -> str:
    """The same number of characters and lines, without words."""
    if "\n" not in part:
        return " " * len(part)
    return "\n".join(" " * len(line) for line in part.split("\n"))


def without_markup(text: str, restrictive: RestrictiveWords) -> str:
    """Without tags, comments, scripts and styles; character references are still there."""
    if "<" not in text:
        return text

    def code_speaks(part: str) -> bool:
        spoken = _SPOKEN.findall(_MODE.sub("", part))
        return any(_PROSE.search(found) or restrictive.speaks(found) for found in spoken) or bool(_HIDDEN.search(part))

    for name in ("script", "style"):
        text = _without_sections(text, re.compile(rf"<{name}\b", re.IGNORECASE), f"</{name}", code_speaks)
    text = _without_sections(text, re.compile("<!--"), "-->", lambda part: bool(_PROSE.search(part)) or restrictive.speaks(part))

    def drop(match: re.Match[str]) -> str:
        tag = match.group()
        bare = re.findall(r"[^\W_]+", _ATTRIBUTE.sub(" ", tag))[1:]
        if len(bare) >= _MAX_BARE or restrictive.speaks(" ".join(word for word in bare if word.casefold() not in _BARE)):
            return tag  # brackets around words
        kept = [value for name, value in _ATTRIBUTE.findall(tag) if _says_something(name.casefold(), value, restrictive)]
        if "hidden" in (word.casefold() for word in bare):
            kept.append("hidden")
        return (
            " " + " ".join(value.strip("\"'") for value in kept).replace("\n", " ") + " " + "\n" * tag.count("\n")
            if kept
            else blank(tag)
        )

    return _TAG.sub(drop, _STRUCK.sub(" struck ", _TITLE.sub(_drop_repeated, text)))


def _drop_repeated(match: re.Match[str]) -> str:
    """The title of a page, when it only repeats how the text begins (it may break off within a word)."""
    body = " ".join(re.findall(r"[^\W_]+", _TAG.sub(" ", html.unescape(match.string[match.end() : match.end() + 6000]))))
    title = " ".join(re.findall(r"[^\W_]+", html.unescape(match[1])))
    return blank(match.group()) if title and title.casefold() in body.casefold() else match.group()


def _without_sections(text: str, begins: re.Pattern[str], ends: str, speaks: Callable[[str], bool]) -> str:
    """Drop what stands from ``begins`` to ``ends``; an opening without an end is left as it is."""
    parts: list[str] = []
    at = 0
    lowered = text.lower() if ends.isalpha() or "/" in ends else text
    if len(lowered) != len(text):
        lowered = text
    while (found := begins.search(text, at)) is not None:
        end = lowered.find(ends, found.end())
        if end < 0:
            break
        stop = text.find(">", end)
        stop = stop + 1 if stop >= 0 else len(text)
        part = text[found.start() : stop]
        parts += [text[at : found.start()], part if speaks(part[len(found.group()) : end - found.start()]) else blank(part)]
        at = stop
    return "".join([*parts, text[at:]])


def _says_something(name: str, value: str, restrictive: RestrictiveWords) -> bool:
    if name == "style":
        return bool(_HIDDEN.search(value)) or restrictive.strongly(value)
    if name in _CLASS_ATTRIBUTES:
        return restrictive.strongly(re.sub(r"[_-]", " ", value))
    if name in {"href", "src"}:
        return target_speaks(value.strip("\"'"), restrictive)
    return bool(_PROSE.search(value)) or restrictive.speaks(value)


def target_speaks(target: str, restrictive: RestrictiveWords) -> bool:
    """A link's path may speak (``/no-commercial-use``); the usual words of a document's address do not."""
    path = unquote(html.unescape(target))
    words = re.findall(r"[^\W\d_]+", path)
    parts = [*re.split(r"[/?#&=_.,;:+-]+", path), *re.split(r"[/?#&=.,;:+]+", path.replace("-", "").replace("_", ""))]
    rest = " ".join(word for word in parts if word.casefold() not in _TARGET_WORDS)
    return len(words) > _MAX_TARGET_WORDS or restrictive.in_text(rest) or (not path.isascii() and bool(_PROSE.search(path)))


def without_link_targets(text: str, restrictive: RestrictiveWords) -> str:
    """Without the targets of Markdown and reStructuredText links."""
    if ">'_" in text:
        text = _RST_TARGET.sub(lambda m: m.group() if target_speaks(m[1], restrictive) else blank(m.group()), text)
    if "](" not in text:
        return text

    def drop(match: re.Match[str]) -> str:
        shown = match[1].strip().rstrip("/")
        speaks = not (shown and shown == match[2].rstrip("/")) and target_speaks(match[2], restrictive)
        if speaks or (match[3] and restrictive.speaks(match[3])):
            return match.group()
        cut = match.end(1) - match.start() + 1
        return match.group()[:cut] + blank(match.group()[cut:])

    return _MARKDOWN_LINK.sub(drop, text)
