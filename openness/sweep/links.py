"""Addresses of licenses that say the same, brought to one: nearly every row that links to a license has an address of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openness.rules.expressions import parse, terms
from openness.rules.license_urls import is_address
from openness.rules.loader import Ruleset
from openness.rules.names import is_unknown_address
from openness.verdict.own_terms import LicenseWords


class Links:
    """The first address of each kind stands for all of them."""

    def __init__(self, ruleset: Ruleset, words: LicenseWords) -> None:
        self._ruleset = ruleset
        self._words = words
        self._first: dict[tuple[Any, ...], str] = {}

    def alike(self, links: Iterable[str]) -> dict[str, str]:
        """Of each link the one that says the same of the license: it stands for the same ids and names the same limits."""
        different = list(dict.fromkeys(links))
        return {
            link: self._first.setdefault(self._said(link, quiet), link)
            for link, quiet in zip(different, self._quiet(different), strict=True)
        }

    def _said(self, link: str, quiet: bool) -> tuple[Any, ...]:
        if is_unknown_address(link, self._ruleset):
            return None, frozenset() if quiet else self._words.limits_of(link), True
        expression = parse(link, self._ruleset)
        resolved = all(term.resolved.ids for term in terms(expression))
        return repr(expression) if resolved else None, self._words.limits_of(link), is_address(link)

    def _quiet(self, links: list[str]) -> list[bool]:
        """Which links, if they are plain addresses, certainly name no limit: looked at for all of them together."""
        import pyarrow as arrow
        from pyarrow import compute

        patterns = "|".join(f"(?:{row['pattern']})" for row in self._words.named_limits)
        try:
            found = compute.match_substring_regex(arrow.array(links, arrow.string()), patterns or "$^", ignore_case=True)
        except arrow.ArrowInvalid:  # a form of pattern that only Python knows
            return [False] * len(links)
        return list(compute.invert(found).to_pylist())
