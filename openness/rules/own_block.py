"""The block that ``openness badge --write`` puts into a card: recognized, so that an answer is never read as evidence for itself.

Between the markers of a card anyone can write anything. So the text there is left out only where every line is one that we
would print, word for word, by the tables that it is printed from; a block with anything else in it is read like all of the card.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from openness.packaged import packaged

BEGIN = "<!-- openness:begin -->"
END = "<!-- openness:end -->"
#: A block has some 16 lines; a longer one is none of ours.
MAX_LINES = 40
#: An id of a license as a block shows it; anything else that stands for one is shown in these words.
ID = re.compile(r"[\w.+-]{1,60}", re.ASCII)
UNKNOWN_LICENSE = "a license that is not known here"
#: Sums such as 5.5-6/12.
SUM = r"\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?/\d+"


class _Lines(msgspec.Struct, frozen=True):
    """What the lines of a block look like: pictures as (label, message, address), all others as one pattern."""

    picture: re.Pattern[str]
    other: re.Pattern[str]


def without_own_block(data: bytes) -> bytes:
    """A card's bytes with the lines of our own block emptied; the number of lines stays, and so does all else."""
    if BEGIN.encode() not in data:
        return data
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return data
    stripped = [line.strip("\r") for line in lines]
    if stripped.count(BEGIN) != 1 or stripped.count(END) != 1:
        return data
    first, last = stripped.index(BEGIN), stripped.index(END)
    if not first < last < first + MAX_LINES or not all(_ours(line) for line in stripped[first + 1 : last]):
        return data
    for number in range(first, last + 1):
        lines[number] = lines[number][len(stripped[number]) :]
    return "\n".join(lines).encode("utf-8")


def _ours(line: str) -> bool:
    known = _lines()
    if (found := known.picture.fullmatch(line)) is None:
        return known.other.fullmatch(line) is not None
    address = found["address"]
    if "shields.io" not in address.lower():
        return True  # a picture is not read, whatever it shows
    label, message = (words.replace(" ", "_") for words in (found["label"], found["message"]))
    return re.fullmatch(rf"https://img\.shields\.io/badge/{_quoted(label)}-{_quoted(message)}-[0-9a-f]{{6}}", address) is not None


def _quoted(words: str) -> str:
    from urllib.parse import quote

    return re.escape(quote(words.replace("-", "--"), safe=""))


@cache
def _lines() -> _Lines:
    from openness.rules import definitions
    from openness.rules.loader import read_yaml

    table = read_yaml(packaged("rules") / "outputs" / "badges.yaml")

    def words(*names: str) -> str:
        return _any(row["word"] for name in names for row in table[name].values())

    frameworks = definitions.load().frameworks.values()
    titles = [rank.title for framework in frameworks for rank in (*framework.classes, *framework.labels)]
    titles += [framework.none for framework in frameworks if framework.none]
    subs = _any(table["sub_labels"].values())
    category = f"{words('categories')}(?: \\((?:{subs}|{words('statuses')})\\))?|{words('statuses')}"
    awarded = f"{words('outcomes')}|(?:{_any(titles)}|{SUM})(?:, not settled)?"
    basis = f"{words('bases')}(?: \\d{{4}}-\\d\\d-\\d\\d)?"
    level = f"(?:weights|code|data|recipe) {words('levels')}"
    labels = _any(row["label"] for row in table["variants"].values())
    sign = _any(row["sign"] for row in table["glyphs"].values())
    message = f"(?:{category}|{awarded}|{basis}|{level}(?:, {level})*)"
    picture = rf"!\[(?P<label>{labels}): (?P<message>{message})\]\((?P<address>[^\s()<>]{{1,500}})\)"
    id = f"(?:{ID.pattern}|{UNKNOWN_LICENSE})"
    rows: tuple[Any, ...] = (
        "",
        r"\| openness \| \|",
        r"\|---\|---\|",
        rf"\| category \| {sign} (?:{category}) \|",
        rf"\| (?:weights|code|data|recipe) \| {sign} {words('levels')}, \d{{1,3}} of 100 \|",
        rf"\| license of the weights \| (?:none known|{id}(?:, {id})*(?: and \d+ more)?): {words('bases')} \|",
        rf"\| {labels} \| {sign} (?:{awarded}) \|",
        r"Worked out(?: at revision [0-9a-f]{7,40})? by openness [\w.+]{1,30} with the rules of [\d-]{10}, from what is "
        r"published with the model\. To check: `openness classify [\w./@:+=-]{1,200}`\. Not legal advice\.",
    )
    return _Lines(re.compile(picture, re.ASCII), re.compile("|".join(f"(?:{row})" for row in rows), re.ASCII))


def _any(words: Any) -> str:
    return "(?:" + "|".join(re.escape(str(word)) for word in sorted(set(words), key=len, reverse=True)) + ")"
