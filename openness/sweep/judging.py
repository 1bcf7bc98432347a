"""What a row states and inherits, judged by the verdict layer: each different combination once, however many rows share it.

No rule is written here. The terms of a statement are those of ``verdict.own_terms``, of a base ``verdict.lineage_terms``, the
stack is ``verdict.weights_terms`` and the category ``rules.categories``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from openness.evidence.base_names import owner_of
from openness.evidence.card import facts_of_data
from openness.knowledge import knowledge
from openness.records import Fact, Place, Standing
from openness.rules import categories
from openness.rules.case import Availability, Case, ComponentState, FactState, LicenseClass
from openness.rules.definitions import Definitions
from openness.rules.limits import limits_of
from openness.rules.loader import Ruleset
from openness.rules.model import CATEGORIES, License
from openness.rules.releases import Release
from openness.sweep.distinctions import Distinctions
from openness.sweep.inheritance import Atom, Inheritance
from openness.sweep.links import Links
from openness.sweep.statements import LICENSE_KEYS
from openness.sweep.summary import NO_LICENSE
from openness.verdict.classification import WEIGHTS
from openness.verdict.license_class import UNKNOWN_CLASS, class_of_id
from openness.verdict.lineage_edges import is_looser, losses
from openness.verdict.lineage_terms import BARRED, EVIDENCE, terms_of_base, unresolved_base
from openness.verdict.own_terms import OwnTerms, own_terms
from openness.verdict.weights_terms import STRICTEST, InheritedTerms, weights_terms

PLACE = Place("Hub API")


class Row(msgspec.Struct, frozen=True):
    """What of a row decides beside its terms. ``weights``: whether its files show any, None where they are not known;
    ``copied``: every base of it is stated as the same in another number format; ``mirrored``: of a gated original."""

    weights: bool | None
    complete: bool
    derived: bool
    copied: bool = False
    leaked: bool = False
    mirrored: bool = False
    owner: str | None = None


class Judged(msgspec.Struct, frozen=True):
    """The result of a row: what stands in its columns."""

    category: str | None
    sub_label: str | None
    status: str
    contradictions: tuple[str, ...]
    licenses: tuple[str, ...]


class Judge:
    """The verdict layer over distinct inputs."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.known = knowledge(ruleset)
        self._own: dict[bytes, OwnTerms] = {}
        self._links = Links(ruleset, self.known.words)
        self._doubts: dict[tuple[Any, ...], bool] = {}
        self._looser: dict[tuple[Any, ...], bool] = {}
        self._forbidding: dict[str, bool] = {}
        self._classes: dict[str, str] = {}
        self._limits: dict[str, frozenset[str]] = {}
        self._judged: dict[tuple[Any, ...], Judged] = {}
        self._cases: dict[tuple[Any, ...], categories.CategoryResult] = {}
        self._distinctions = Distinctions(self.known.definitions)
        self._owners = frozenset(owner for row in self.known.models.releases.rows for owner in row.owners)

    def owns(self, statements: Iterable[bytes]) -> list[OwnTerms]:
        """The terms that rows state: those of a card's front matter and of the Hub's tag."""
        said = [msgspec.json.decode(statement) for statement in statements]
        alike = self._links.alike(link for given in said if isinstance(link := given.get("license_link"), str))
        found = []
        for given in said:
            link = given.get("license_link")
            if isinstance(link, str):
                given["license_link"] = alike[link]
            key = msgspec.json.encode(given)
            if key not in self._own:
                self._own[key] = self._settled(given)
            found.append(self._own[key])
        return found

    def _settled(self, given: Mapping[str, Any]) -> OwnTerms:
        facts = facts_of_data({name: given[name] for name in LICENSE_KEYS if name in given}, PLACE)
        tags = given.get("tags")
        if tags:
            facts.append(Fact("hub:license", "license", tags[0] if len(tags) == 1 else tags, "", Standing.CARD, PLACE))
        found = own_terms(facts, self.ruleset, self.known.words, self.known.definitions)
        contradictions = tuple(msgspec.structs.replace(c, evidence=()) for c in found.contradictions)
        return msgspec.structs.replace(found, evidence=(), findings=(), contradictions=contradictions)

    def release(self, base: str) -> Release | None:
        """The released model that an id belongs to; asked only where its owner has released any."""
        releases = self.known.models.releases
        if owner_of(base) in self._owners:
            return releases.of_id(base)
        return None if "/" in base else next(iter(releases.of_name(base)), None)

    def leaked(self, name: str) -> bool:
        return self.known.leaks.of_model(name) is not None

    def atom(
        self,
        own: OwnTerms | None,
        release: Release | None,
        *,
        own_publisher: bool,
        passes_through: bool,
        leaked: bool,
        owner: str | None,
    ) -> Atom:
        """What a linked base brings. ``own`` is None where it is not in the table; ``owner`` is set where it matters."""
        terms = own or OwnTerms()
        ids, how = terms_of_base(terms, release, own_publisher=own_publisher, passes_through=passes_through)
        return Atom(
            ids=ids,
            limits=terms.limits,
            unresolved=unresolved_base(how, terms),
            unknown=bool(terms.unresolved),
            contradicted=terms.contradicted,
            read=how == EVIDENCE,
            leaked=leaked,
            owner=owner,
        )

    def act(self, relation: str) -> str:
        return self.known.lineage.act(relation)

    def may_forbid(self, ids: Iterable[str]) -> bool:
        """Whether a license among these may leave no right to pass on what is made: then it matters who does."""
        return any(map(self._may_forbid, ids))

    def _may_forbid(self, id: str) -> bool:
        found = self._forbidding.get(id)
        if found is None:
            acts = set(self.known.lineage.acts.values())
            found = self._forbidding[id] = any(self._doubtful(id, act, OwnTerms(), any_row=True) for act in acts)
        return found

    def _doubtful(self, id: str, act: str, own: OwnTerms, *, any_row: bool = False) -> bool:
        """Whether a base's license leaves no right to the act (``rules/lineage.yaml``, rows with doubt)."""
        key = (id, act, own.ids if own.known else (), any_row)
        found = self._doubts.get(key)
        if found is None:
            found = id in self.ruleset.license_ids and any(
                row.doubt == "yes" and (any_row or own.known or row.clause != "RELICENSE")
                for row, _, _ in losses(id, act, self._declared(own), self.ruleset, self.known.lineage)
            )
            self._doubts[key] = found
        return found

    def _declared(self, own: OwnTerms) -> dict[str, frozenset[str]]:
        declared = {"name": frozenset({"model"})}
        if own.known:
            declared["license"] = frozenset(own.ids)
            category = self.strictest(own.ids)
            if category:
                declared["license_category"] = frozenset({category})
        return declared

    def strictest(self, ids: Iterable[str]) -> str | None:
        classes = [self._class(id) for id in ids]
        if not classes or not all(name in CATEGORIES for name in classes):
            return None
        return max(classes, key=CATEGORIES.index)

    def _class(self, id: str) -> str:
        found = self._classes.get(id)
        if found is None:
            found = self._classes[id] = class_of_id(id, self.ruleset)
        return found

    def declared_class(self, own: OwnTerms) -> str:
        """The class of what a row itself declares: open, source-available, research-only, unknown or none."""
        if not own.stated:
            return NO_LICENSE
        if BARRED in own.limits or any(self._class(id) == STRICTEST for id in own.ids):
            return STRICTEST
        return (self.strictest(own.ids) if own.known else None) or UNKNOWN_CLASS

    def looser(self, base: tuple[str, ...], own: OwnTerms) -> bool:
        """Whether a row declares less than what binds a base of it."""
        key = (base, own.ids)
        found = self._looser.get(key)
        if found is None:
            found = self._looser[key] = is_looser(base, own.ids, self.ruleset)
        return found and own.known

    def judged(self, own: OwnTerms, found: Inheritance, row: Row) -> Judged:
        """The category of a row, with what contradicts what."""
        loose = any(self.looser(ids, own) for ids in {atom.ids for atom, _ in found.atoms})
        doubt = (row.mirrored and not own.stated) or (found.owned and self._doubted(own, found, row))
        key = (
            own, found.ids, found.limits, found.unresolved, found.unknown, found.contradicted, found.read, found.leaked, doubt,
            loose, msgspec.structs.replace(row, owner=None, mirrored=False),
        )  # fmt: skip
        known = self._judged.get(key)
        if known is None:
            known = self._judged[key] = self._concluded(own, found, row, doubt=doubt, loose=loose)
        return known

    def _doubted(self, own: OwnTerms, found: Inheritance, row: Row) -> bool:
        """Whether the license of a base leaves whoever uploaded this no right to do so."""
        return any(
            self._doubtful(id, act, own)
            for atom, act in found.atoms
            if atom.owner is not None and not (atom.owner and atom.owner == row.owner)
            for id in atom.ids
        )

    def _concluded(self, own: OwnTerms, found: Inheritance, row: Row, *, doubt: bool, loose: bool) -> Judged:
        carried = not own.stated and row.copied and found.read and bool(found.ids) and not found.unresolved
        inherited = InheritedTerms(found.ids, found.limits, unresolved=found.unresolved or found.unknown, carried=carried)
        stack = weights_terms(own, inherited, self.ruleset, self.known.definitions, self._limits_of)
        facts = dict(stack.facts)
        if row.derived:
            facts["derived"] = FactState(frozenset({"yes"}))
            facts["base-terms"] = FactState(frozenset({"unresolved" if found.unresolved else "known"}))
        facts["terms-contradiction"] = FactState(frozenset({"yes" if own.contradicted or found.contradicted else "no"}))
        if row.leaked or found.leaked:
            facts["status"] = FactState(frozenset({"leaked"}))
        if doubt:
            facts["right-holder-doubt"] = FactState(frozenset({"yes"}))
        result = self._categorized(stack.ids, stack.license_class, facts, row)
        about = dict.fromkeys([*(c.about for c in own.contradictions), *(["license-of-base"] if loose else [])])
        return Judged(result.category, result.sub_label, result.status, tuple(about), stack.ids)

    def _limits_of(self, license: License, definitions: Definitions) -> frozenset[str]:
        found = self._limits.get(license.id)
        if found is None:
            found = self._limits[license.id] = limits_of(license, definitions)
        return found

    def _categorized(
        self, ids: tuple[str, ...], license: LicenseClass, facts: Mapping[str, FactState], row: Row
    ) -> categories.CategoryResult:
        seen = self._distinctions
        key = (license, seen.of_licenses(ids, license), seen.of_facts(facts), row.weights, row.complete)
        found = self._cases.get(key)
        if found is None:
            there = Availability.PUBLISHED if row.weights else Availability.UNSTATED
            state = ComponentState(WEIGHTS, there, ids, license)
            definitions = self.known.definitions
            silent = {id for id in definitions.components if not (id == WEIGHTS and row.weights)}
            case = Case({WEIGHTS: state}, facts, frozenset(silent) if row.complete else frozenset())
            found = self._cases[key] = categories.categorize(case, definitions)
        return found
