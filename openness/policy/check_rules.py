"""The rules of ``openness check`` as data (``rules/check.yaml``): id, title, severity and help, for every output alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec

from openness.packaged import quick_data
from openness.policy.checked import Severity


class CheckRule(msgspec.Struct, frozen=True):
    """One rule. ``title`` is a short phrase, ``help`` Markdown of a few sentences on what it means, ``fix`` what to do.

    ``about``: ``reference`` for a rule that speaks of a model, ``notice`` for one about policy, lock or a comment.
    """

    id: str
    title: str
    severity: Severity
    about: str
    help: str
    fix: str = ""


@cache
def check_rules() -> Mapping[str, CheckRule]:
    """All rules by id, in the order of the file."""
    return {row["id"]: CheckRule(**row) for row in quick_data("rules/check.yaml")["rules"]}
