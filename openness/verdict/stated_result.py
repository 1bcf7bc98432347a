"""Our own evidence file read back: facts are taken on the file's word, conclusions never are.

Licenses are resolved, and their classes, terms and limits worked out again (``stated.settled``); a component that is listed
nowhere is not published; what the file concludes is compared with what its facts give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from openness.printable import printable
from openness.records import Absent, Fact, Finding, Place, Standing
from openness.rules.case import Availability, Case, ComponentState, FactState, LicenseClass
from openness.sources.evidence_file import Malformed
from openness.sources.snapshot import Document
from openness.verdict import stated_lineage
from openness.verdict.classification import WEIGHTS, Knowledge
from openness.verdict.classified import BoundLicense, LineageEntry
from openness.verdict.export import BaseRow, ComponentRow, FactRow, LicenseRow, ResultRow, claimed
from openness.verdict.lineage_terms import spdx_of
from openness.verdict.stated import Named, Stated, class_of_ids, merged, named, nearest, settled

#: ``source`` of a result → the kind of reference it was made of.
KINDS: Mapping[str, str] = {"hub": "hub-model", "github": "github", "folder": "folder", "evidence-file": "evidence-file"}
BINDS_WEIGHTS = "weights"
LISTING = "components"


class File(msgspec.Struct, frozen=True):
    """What is read: the document, and the lines of its entries where they are known."""

    document: Document
    lines: Mapping[str, int]


def stated_result(content: Mapping[str, Any], index: int, file: File, knowledge: Knowledge) -> Stated:
    """What entry ``index`` of ``results`` states. Raises Malformed for an entry that is not what it must be."""
    where = f"line {file.lines[path]}: " if (path := f"results/{index}") in file.lines else ""
    if "components" not in content:
        raise Malformed(f"{where}results[{index}] lists no components; write `components: []` if nothing is published")
    try:
        row = msgspec.convert(safe(content), ResultRow)
    except msgspec.ValidationError as error:
        text, _, at = str(error).partition(" - at `$")
        said = printable(f"results[{index}]{at.rstrip('`')}: {text[:1].lower()}{text[1:]}", 300)
        raise Malformed(where + said) from None
    if row.source not in KINDS:
        raise Malformed(f"{where}results[{index}].source: {printable(row.source, 40)} is none of {', '.join(KINDS)}")
    return _Result(row, by_hand="evidence" not in content, index=index, file=file, knowledge=knowledge).stated(claimed(content))


def safe(value: Any) -> Any:
    """The same with every text made safe to print; depth was bounded when the file was parsed."""
    if isinstance(value, str):
        return printable(value, None, multiline=True)
    if isinstance(value, Mapping):
        return {printable(str(key), 200): safe(entry) for key, entry in value.items()}
    return [safe(entry) for entry in value] if isinstance(value, list) else value


class _Result:
    """One entry while it is read. ``by_hand``: the file lists no evidence of its own, so its rows are the evidence."""

    def __init__(self, row: ResultRow, *, by_hand: bool, index: int, file: File, knowledge: Knowledge) -> None:
        self.row, self.by_hand, self.path, self.file, self.knowledge = row, by_hand, f"results/{index}", file, knowledge
        self.definitions, self.ruleset = knowledge.definitions, knowledge.ruleset
        self.facts: list[Fact] = list(row.evidence)
        self.findings: list[Finding] = []
        self.limits: frozenset[str] = frozenset()
        self.listing = (self._listing(),) if by_hand else ()

    def stated(self, claims: Mapping[str, Any]) -> Stated:
        row = self.row
        lineage = tuple(self._base(base) for base in row.lineage)
        licenses = [self._bound(license) for license in row.licenses if license.component == BINDS_WEIGHTS]
        states = self._states(lineage, licenses)
        case = settled(Case(states, self._facts(lineage, states), self._known(row.searched)), self.knowledge)
        if not licenses and WEIGHTS in states:
            licenses = self._of_weights(states[WEIGHTS], lineage)
        kept = [finding for finding in row.findings if not _concludes(finding)]
        return Stated(
            model=row.model,
            case=case,
            evidence=tuple(self.facts),
            source=KINDS[row.source],
            url=row.url,
            revision=row.revision,
            licenses=(*licenses, *self._brought(lineage, licenses)),
            lineage=lineage,
            contradictions=tuple(row.contradictions),
            findings=(*kept, *merged(self.findings)),
            absences=tuple(Absent(absent.what, absent.reason) for absent in row.absences),
            claimed=claims,
        )

    # --- components

    def _states(self, lineage: Sequence[LineageEntry], licenses: Sequence[BoundLicense]) -> dict[str, ComponentState]:
        states: dict[str, ComponentState] = {}
        for number, row in enumerate(self.row.components):
            path = f"{self.path}/components/{number}"
            if row.component not in self.definitions.components:
                self.findings.append(self._unknown(row.component))
            elif row.component in states:
                raise Malformed(f"{self._line(path)}the component {row.component} stands twice")
            else:
                own = [license.id for license in licenses] if row.component == WEIGHTS else []
                states[row.component] = self._state(row, path, own)
        unstated = self._known(self.row.unstated)
        for id in self.definitions.components:
            if id not in states and id not in unstated:
                states[id] = ComponentState(id, Availability.WITHHELD, evidence=self.listing)
        if WEIGHTS in states:
            bound = [*(license.id for license in licenses), *(id for entry in lineage for id in entry.license)]
            states[WEIGHTS] = self._bound_by(states[WEIGHTS], bound)
        return states

    def _state(self, row: ComponentRow, path: str, own: Sequence[str]) -> ComponentState:
        written = row.licenses or (own if row.license_class is None else [])
        evidence = tuple(row.evidence)
        if row.source or row.note or (self.by_hand and not evidence):
            value = {"availability": str(row.availability), "license": ", ".join(written) or None}
            said = row.note or f"{row.component}: {row.availability}, {', '.join(written) or 'no license'}"
            evidence += (self._fact(f"file:{row.component}", f"component:{row.component}", value, said, row.source, path),)
        terms = self._terms(written, evidence)
        self.findings += terms.findings
        kind = terms.license_class
        if row.license_class is not None and not (row.license_class is LicenseClass.OPEN and terms.unresolved):
            kind = row.license_class
        if row.license_class is None and row.component == WEIGHTS:
            self.limits = terms.limits
        return ComponentState(row.component, row.availability, terms.ids, kind, evidence)

    def _terms(self, written: Sequence[str], evidence: tuple[str, ...]) -> Named:
        """Ids stay what they are; other names are resolved."""
        if not written:
            return Named((), LicenseClass.NONE)
        if all(name in self.ruleset.spdx or name in self.ruleset.license_ids for name in written):
            found = named(written, evidence, self.knowledge)
            return msgspec.structs.replace(found, ids=tuple(written), license_class=class_of_ids(written, self.knowledge))
        return named(written[0] if len(written) == 1 else written, evidence, self.knowledge)

    def _bound_by(self, weights: ComponentState, ids: Iterable[str]) -> ComponentState:
        """Licenses that the file lists for the weights and their bases bind, whether the component names them or not."""
        everything = tuple(dict.fromkeys((*weights.licenses, *ids)))
        kind = weights.license_class
        if kind is LicenseClass.OPEN and everything != weights.licenses:
            kind = class_of_ids(everything, self.knowledge)
        return msgspec.structs.replace(weights, licenses=everything, license_class=kind)

    def _known(self, ids: Sequence[str]) -> frozenset[str]:
        known = frozenset(ids) & frozenset(self.definitions.components)
        self.findings += [self._unknown(id) for id in ids if id not in known]
        return known

    def _unknown(self, name: str) -> Finding:
        hint = nearest(name, self.definitions.components) or "rules/components.yaml lists the known ones"
        message = f"'{name}' is no component that is known here and was left out; {hint}."
        return Finding(f"unknown-component:{name}", "component-known", "unknown", message, self.listing)

    # --- facts

    def _facts(self, lineage: Sequence[LineageEntry], states: Mapping[str, ComponentState]) -> dict[str, FactState]:
        facts = {id: self._fact_state(id, value) for id, value in self.row.facts.items()}
        for id, follows in stated_lineage.facts_of(lineage, self.listing).items():
            if id not in facts or (facts[id].values != follows.values and "unresolved" in follows.values):
                facts[id] = follows
        if self.limits:
            before = facts.get("limits", FactState(frozenset()))
            facts["limits"] = FactState(before.values | self.limits, before.evidence or states[WEIGHTS].evidence, complete=False)
        return facts

    def _fact_state(self, id: str, value: FactRow | list[str | bool] | str | bool) -> FactState:
        path = f"{self.path}/facts/{id}"
        kind = self.definitions.facts.get(id)
        if kind is None:
            raise Malformed(f"{self._line(path)}'{id}' is no fact that is known here{_hint(id, self.definitions.facts)}")
        row = value if isinstance(value, FactRow) else FactRow(value if isinstance(value, list) else [value])
        words = [("yes" if word else "no") if isinstance(word, bool) else word for word in row.values]  # YAML 1.1 reads them so
        allowed = kind.values or tuple(self.definitions.limits)
        for word in words:
            if word not in allowed:
                raise Malformed(f"{self._line(path)}{id} is never '{word}'{_hint(word, allowed)}")
        if len(words) != 1 and kind.many != "yes":
            raise Malformed(f"{self._line(path)}{id} has one value")
        evidence = tuple(row.evidence)
        if row.source or row.note or (self.by_hand and not evidence):
            said = row.note or f"{id}: {', '.join(words) or 'none'}"
            evidence += (self._fact(f"file:{id}", id, words, said, row.source, path),)
        return FactState(frozenset(words), evidence, row.complete)

    def _fact(self, id: str, claim: str, value: Any, quote: str, source: str, path: str) -> str:
        document = self.file.document
        place = Place(printable(document.path, 200), source or None, None, document.sha256, self.file.lines.get(path))
        self.facts.append(Fact(id, claim, value, printable(quote, 500), Standing.USER, place))
        return id

    def _listing(self) -> str:
        ids = [row.component for row in self.row.components]
        quote = f"lists {len(ids)} components" + (f": {', '.join(ids)}" if ids else "")
        return self._fact(LISTING, "components-listed", ids, quote, "", f"{self.path}/components")

    def _line(self, path: str) -> str:
        line = self.file.lines.get(path)
        return f"line {line}: " if line else f"{self.path.replace('/', '[')}]: "

    # --- licenses and lineage

    def _bound(self, row: LicenseRow) -> BoundLicense:
        found = self._terms([row.id], ())
        id = found.ids[0] if len(found.ids) == 1 else row.id
        return BoundLicense(row.component, id, spdx_of(id, self.ruleset), row.basis, tuple(row.evidence), row.source)

    def _of_weights(self, weights: ComponentState, lineage: Sequence[LineageEntry]) -> list[BoundLicense]:
        brought = {id for entry in lineage for id in entry.license}
        ids = [id for id in weights.licenses if id not in brought]
        return [self._license(id, Standing.USER, weights.evidence, self.row.model) for id in ids]

    def _brought(self, lineage: Sequence[LineageEntry], licenses: Sequence[BoundLicense]) -> Iterator[BoundLicense]:
        """Licenses of bases that the file's list of licenses lacks."""
        listed = {license.id for license in licenses}
        for entry in lineage:
            for id in dict.fromkeys(entry.license):
                if id not in listed:
                    yield self._license(id, "lineage", self.listing, entry.model)

    def _license(self, id: str, basis: str, evidence: tuple[str, ...], source: str) -> BoundLicense:
        return BoundLicense(BINDS_WEIGHTS, id, spdx_of(id, self.ruleset), str(basis), evidence, source)

    def _base(self, row: BaseRow) -> LineageEntry:
        names = row.license.split(" AND ") if row.license else []
        ids = tuple(id for name in names for id in self._terms([name], ()).ids or (name,))
        parent = self.row.model if row.parent is None else row.parent
        entry = LineageEntry(row.model, row.relation, ids, None, parent, row.known_by)
        return stated_lineage.completed(entry, self.knowledge.models.releases, self.ruleset)


def _concludes(finding: Finding) -> bool:
    """Findings that the engine gives again."""
    return finding.id.startswith(("dimension:", "category:", "not-borne-out:"))


def _hint(name: str, known: Iterable[str]) -> str:
    found = nearest(name, known)
    return f"; {found}" if found else ""
