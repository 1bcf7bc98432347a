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
    original initial first last current some this software package library code module documentation text version
    """.split()
)
_ADDRESS = re.compile(
    r"[\w.+-]+ (?:at|AT|\(at\)|\[at\]) [\w.-]+(?:\s+(?:dot|DOT|\(dot\)|\[dot\])[\s\W]{1,4}[\w.-]+)+|<?[\w.+-]+@[\w.-]+>?|(?:https?://|www\.)[^\s<>()\"]+|\b[\w-]+\.(?:com|org|net|io|dev|ai|edu)(?:/[^\s<>()\"]*)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+|\d+")
_CASELESS = re.compile(r"[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_NOTICE = re.compile(r"copyright|\u00a9", re.IGNORECASE)
_MAX_WORDS = 24
_MAX_UNKNOWN = 2
_MAX_CASELESS = 2
_MAX_CJK = 12
_MAX_LETTERS = 4


def only_names(text: str, restrictive: RestrictiveWords) -> bool:
    """True where every word may be part of a name, a date or an address."""
    if restrictive.in_text(text):
        return False
    words = _WORD.findall(_ADDRESS.sub(" ", text))
    if len(_CJK.findall(text)) > _MAX_CJK or sum(1 for word in words if _CASELESS.fullmatch(word)) > _MAX_CASELESS:
        return False
    letters = sum(
        1 for word in words if len(word) == 1 and word.isalpha() and word.lower() not in CONNECTORS and not _CJK.match(word)
    )
    unknown = [word for word in words if word[0].islower() and word.lower() not in CONNECTORS]
    numbers = [word for word in words if word.isdigit() and len(word) > 4]
    years = sum(1 for word in words if word.isdigit())
    notices = max(1, len(_NOTICE.findall(text)), years)  # each may have a name of its own
    return (
        len(words) - years <= _MAX_WORDS * notices
        and letters <= _MAX_LETTERS * notices
        and len(unknown) <= _MAX_UNKNOWN * notices
        and not numbers
    )
