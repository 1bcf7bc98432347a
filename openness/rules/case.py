"""What is known of one model, in the words that all definitions share: the input of frameworks, dimensions and categories.

The reader of evidence fills these records; nothing here reads or judges. ``rules/components.yaml`` lists the components and the
facts and says when each availability is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Availability(StrEnum):
    """How far a component is to be had. ``UNSTATED``: nothing was found about it, which is never the same as withheld."""

    PUBLISHED = "published"
    PARTIAL = "partial"
    GATED = "gated"
    DESCRIBED = "described"
    WITHHELD = "withheld"
    UNSTATED = "unstated"


class LicenseClass(StrEnum):
    """What all licenses of a component come to together. ``NONE``: it is known that no license was given."""

    OPEN = "open"
    RESTRICTED = "restricted"
    NONE = "none"
    UNKNOWN = "unknown"


#: What is more open than what. Gated and partial are not compared: one is whole behind a gate, the other free but in part.
MORE_OPEN: Mapping[str, frozenset[str]] = {
    "withheld": frozenset({"described", "partial", "gated", "published"}),
    "described": frozenset({"partial", "gated", "published"}),
    "partial": frozenset({"published"}),
    "gated": frozenset({"published"}),
    "published": frozenset(),
    "none": frozenset({"open"}),
    "restricted": frozenset({"open"}),
    "open": frozenset(),
}


class ComponentState(msgspec.Struct, frozen=True):
    """One component of a model. ``licenses`` all apply; for weights they include what the bases pass on (the strictest
    decides ``license_class``). ``evidence`` holds ids of facts."""

    component: str
    availability: Availability = Availability.UNSTATED
    licenses: tuple[str, ...] = ()
    license_class: LicenseClass = LicenseClass.UNKNOWN
    evidence: tuple[str, ...] = ()


class FactState(msgspec.Struct, frozen=True):
    """A fact that is no component. Not ``complete``: the values are known to hold, but there may be more of them (limits of a
    license whose text was read in part)."""

    values: frozenset[str]
    evidence: tuple[str, ...] = ()
    complete: bool = True


class Case(msgspec.Struct, frozen=True):
    """Everything a definition may look at.

    ``searched`` names components that were looked for wherever the publisher points and not found: they stay unstated, and a
    definition takes them as not shown. ``levels`` are those of the four dimensions, for the conditions of categories.
    """

    states: Mapping[str, ComponentState] = msgspec.field(default_factory=dict)
    facts: Mapping[str, FactState] = msgspec.field(default_factory=dict)
    searched: frozenset[str] = frozenset()
    levels: Mapping[str, str] = msgspec.field(default_factory=dict)

    def state(self, component: str) -> ComponentState:
        """The state of a component; unstated where none was given."""
        return self.states.get(component) or ComponentState(component)
