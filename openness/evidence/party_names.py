"""Whether a piece of text can be nothing but names of people and institutions, years and addresses.

Such a piece may be ignored in a notice of copyright, in a slot, or in a signature. The answer is no unless everything in it
looks like a name: words with a capital, a few that connect them, and no word that can limit a permission.
"""

from __future__ import annotations

import re

from openness.evidence.restrictive import RestrictiveWords

#: Words in lower case that stand in names and notices.
CONNECTORS = frozenset(
    """
    the of and by for inc ltd llc gmbh corp co et al de van von der den la le du di da dos das del do y e und a an c
    copyright copyrights contributors contributor authors author others project projects team developers developer
    maintainers all rights reserved present to portions parts affiliates subsidiaries its his her their respective
    holders holder owners owner file files see list names name email mail at dot com org net io year years yyyy fullname
    organization company university department institute above listed entity from in on date day signed title is are
    original initial first last updated dated current some this software package library code module documentation text version
    """.split()
)
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} (?:at|AT|\(at\)|\[at\]) [\w.-]{1,64}(?:\s(?:dot|DOT|\(dot\)|\[dot\])[\s\W]{1,4}[\w.-]{1,64}){1,4}"
    r"|<?(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,100}>?|(?:https?://|www\.)[^\s<>()\"]{1,300}"
    r"|(?<![\w.-])[\w-]{1,64}\.(?:com|org|net|io|dev|ai|edu)(?:/[^\s<>()\"]{0,300})?",
    re.IGNORECASE,
)
#: A number at a word is a part of it: XFree86.
_WORD = re.compile(r"[^\W\d_]+(?:\d{1,2}(?!\d))?|\d+")
_ACRONYM = re.compile(r"\b(?:[A-Za-z]\.){2,8}")
_PARENTHESES = re.compile(r"\(([^()]{3,100})\)")
_BRACKETS = re.compile(r"[<\[{]([^<>\[\]{}]{1,200})[>\]}]")
#: A word behind a mark, at the beginning of a line, or behind a blank.
_PART = re.compile(r"(\A|[,;:.()\[\]{}<>\n|-][ \t*#/;>%\"'-]*|[ ])\b([^\W\d_]+)")
_POSTAL_CODE = re.compile(r"(?<![A-Za-z])(?!(?:TO|UP|OF|AT|BY|IN|IS|NO|MY|OR|ON)\b)[A-Z]{2}\.?,? \d{5}(?:-\d{4})?\b")
_CASELESS = re.compile(r"[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_NOTICE = re.compile(r"copyright|\u00a9", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
#: 1998-99, or a date in digits
_SHORT_YEAR = re.compile(r"(?:19|20)\d\d\s?[-/,.]\s?\d\d?\b|\b\d\d?[-/.]\d\d?[-/.](?:19|20)?\d\d")
_AMOUNT = re.compile(r"[$\u20ac\u00a3\u00a5%<>=](?=\s?\d)|\d\s?[$\u20ac\u00a3\u00a5%]")
_MONTHS = frozenset("jan feb mar apr may jun jul aug sep oct nov dec".split())
_MAX_TEXT = 2_000
_MAX_WORDS = 24
_MAX_UNKNOWN = 2
_MAX_CASELESS = 2
_MAX_CJK = 12
_MAX_LETTERS = 4
_MAX_YEARS = 6


def without_addresses(text: str) -> str:
    """The text without addresses of mail and pages."""
    return _ADDRESS.sub(" ", text)


def _leads(text: str, restrictive: RestrictiveWords) -> bool:
    """Whether a part says for whom, where or until when, which no institution's name explains."""
    for match in _PART.finditer(text):
        word = match[2].lower()
        begins = match[1] != " " and word in restrictive.leading
        if begins or word == "for":
            before = re.findall(r"[^\W\d_]+", text[max(0, match.start() - 60) : match.start(2)].lower())[-3:]
            if restrictive.institutions.isdisjoint(before):
                return True
    return False


def _is_remark(inner: str) -> bool:
    """Words in brackets that are neither names nor a placeholder."""
    return any(word[0].islower() and word not in CONNECTORS for word in _WORD.findall(inner))


def only_names(text: str, restrictive: RestrictiveWords, unknown: int = _MAX_UNKNOWN) -> bool:
    """True where every word may be part of a name, a date or an address. ``unknown`` words in lower case are accepted."""
    if len(text) > _MAX_TEXT or _AMOUNT.search(text) or restrictive.in_text(text):
        return False
    joined = _ACRONYM.sub(lambda match: match[0].replace(".", "") + " ", text)
    if any(restrictive.speaks(inner) for inner in _PARENTHESES.findall(joined)):
        return False
    if _leads(joined, restrictive) or any(_is_remark(inner) for inner in _BRACKETS.findall(without_addresses(joined))):
        return False
    words = _WORD.findall(_POSTAL_CODE.sub(" ", _ADDRESS.sub(" ", joined)))
    if len(_CJK.findall(text)) > _MAX_CJK or sum(1 for word in words if _CASELESS.fullmatch(word)) > _MAX_CASELESS:
        return False
    letters = sum(
        1 for word in words if len(word) == 1 and word.isalpha() and word.lower() not in CONNECTORS and not _CJK.match(word)
    )
    lower = [word for word in words if word[0].islower() and word.lower() not in CONNECTORS]
    numbers = [word for word in words if word.isdigit()]
    years = [word for word in numbers if _YEAR.fullmatch(word)]
    dated = any(word.lower()[:3] in _MONTHS for word in words if word[0].isupper())
    odd = [
        word
        for word in numbers
        if not _YEAR.fullmatch(word) and not (len(word) <= 2 and (dated or (years and _SHORT_YEAR.search(text))))
    ]
    notices = max(1, len(_NOTICE.findall(text)))
    named = max(notices, min(len(years), _MAX_YEARS))  # each may have a name of its own
    names = len(words) - len(numbers)
    return names <= _MAX_WORDS * named and letters <= _MAX_LETTERS * named and len(lower) <= unknown * notices and not odd
