"""The wording around a license's terms, from ``corpus/standard_wording.yaml``: what titles, notices and addresses consist of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class StandardWording:
    """The lists, ready for look-up; ``data`` is the parsed YAML, whose comments say what each list is for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.title = frozenset(data["title"])
        self.title_phrases = tuple(sorted((tuple(phrase.split()) for phrase in data["title_phrases"]), key=len, reverse=True))
        self.dated = frozenset(data["dated"])
        self.months = frozenset(data["months"])
        self.end = frozenset(data["end"])
        self.joining = frozenset(data["joining"])
        self.party = frozenset(data["party"])
        self.party_nouns = frozenset(data["party_nouns"])
        self.before_party = frozenset(data["before_party"])
        self.after_party = frozenset(data["after_party"])
        self.counterparties = frozenset(data["counterparties"])
        self.notice = frozenset(data["notice"])
        self.placeholder = frozenset(data["placeholder"])
        self.notice_leads = frozenset(data["notice_leads"])
        self.own_terms = frozenset(data["own_terms"])
        self.filed = frozenset(data["filed"])
        self.pointer = re.compile(data["pointer"].replace("ADDRESS", r"(https?://[^\s<>]{1,200})"), re.IGNORECASE)
        self.appendix = re.compile("|".join(data["appendix"]), re.IGNORECASE | re.DOTALL)
        #: A number, the name of a street, and what follows as long as it is made of names and numbers.
        self.address = re.compile(
            rf"\b\d{{1,5}}(?:\s+[A-Z][\w.'-]{{0,24}}){{1,4}}?\s+(?i:{'|'.join(data['streets'])})\b"
            r"\.?(?:,?(?:[ \t]+|[ \t]*\n[ \t]*)(?:[A-Z][\w.'-]{0,24}|\d{1,6}(?:-\d{4})?)(?![\w'-])){0,12}"
        )
