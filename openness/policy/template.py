"""The text of a new ``openness.toml``: every key with a comment; what is not asked for stays commented out.

Lines that begin with ``#`` and no space are examples: without the sign the file is still a valid policy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import msgspec


class Answers(msgspec.Struct, frozen=True):
    """What a team said of itself. ``means`` explains each use that exists; ``declare`` are TOML values by fact."""

    uses: Sequence[str]
    means: Mapping[str, str]
    categories: Sequence[str]
    unverified: str = "deny"
    api_models: str = "allow"
    declare: Mapping[str, str] = msgspec.field(default_factory=dict)


def render(answers: Answers) -> str:
    """The file."""
    known = "\n".join(f"#   {use:<24}{means}" for use, means in answers.means.items())
    return f"""\
# openness.toml: which models this project may use, and what for. docs/policy.md explains every key.
# `openness lock` looks the models up, `openness check` holds every file against both. Not legal advice.

# What you do with models. The uses that exist:
{known}
use = {_list(answers.uses)}

# Models whose terms are not certain: "deny" fails the check, "warn" leaves it undecided (exit 3).
unverified = "{answers.unverified}"

# Models that are only to be had behind an API (no weights are released): "allow" or "deny".
api_models = "{answers.api_models}"

# Facts about you that licenses ask for. What is not declared is never assumed: `openness check` says what it needs.
[declare]
{_declared(answers.declare)}

# Everything that is not listed is denied; a list that is left out allows any.
[allow]
categories = {_list(answers.categories)}
#licenses = ["apache-2.0", "mit", "bsd-3-clause"]
#sub_labels = ["open-weights", "use-restricted", "custom-license"]

# The least evidence for a use: metadata < card < text < weights.
#[evidence]
#{answers.uses[0]} = "text"

# Data sets are reported and never fail, unless their licenses are listed.
#[datasets]
#licenses = ["cc-by-4.0", "cc0-1.0", "apache-2.0"]

# What `openness check` looks at: files to leave out (globs from this folder), the least confidence of a reference,
# and whether every reference has to name a commit ("require").
#[check]
#exclude = ["tests/fixtures/*"]
#confidence = "medium"
#pinned = "require"

# How old the evidence in openness.lock may be.
#[lock]
#max_age_days = 180

# One model may do what the policy does not allow, with a reason and a last day.
#[[exceptions]]
#model = "owner/name"
#allow = ["{answers.uses[0]}"]
#reason = "written permission of 2026-03-01, filed under LEGAL-17"
#until = 2027-03-01

# A person has read a license text and says which license it counts as; void when the text changes.
#[[clarify]]
#model = "owner/*"
#license = "apache-2.0"
#files = [{{ path = "LICENSE", sha256 = "{"0" * 64}" }}]
#reason = "the line added at the end is a link"
"""


def _list(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def _declared(facts: Mapping[str, str]) -> str:
    examples = {"mau": "20000", "revenue": '"2e6USD"', "region": '["DE", "US"]', "entity": '"company"'}
    rows = [f"{key} = {value}" for key, value in facts.items()]
    return "\n".join([*rows, *(f"#{key} = {value}" for key, value in examples.items() if key not in facts)])
