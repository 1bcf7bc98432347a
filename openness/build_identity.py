"""Which model a build is, by the best evidence there is: its hash, its weights, its keys, the family of its shapes.

Better evidence is looked for first; each kind may do what docs/identity.md says. What is found is returned with facts about
the license terms of that model. They bind beside what the build claims, so they can only lower a verdict, with one exception:
where the file is, by its hash, exactly one that a stored repository lists, the license text stored with it is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec

from openness.errors import IntegrityError
from openness.identity import families, known_builds
from openness.identity.families import FamilyMatch
from openness.identity.fingerprint_files import FILE, lines_with
from openness.identity.signature import disagreements, signature_of
from openness.identity.vectors import layout_of, vectors_of
from openness.packaged import quick_data
from openness.printable import printable
from openness.records import BuildIdentity, Fact, Finding, Place, Standing
from openness.rules.expressions import parse, terms
from openness.rules.loader import Ruleset
from openness.sources.build_head import BuildHead
from openness.sources.snapshot import Kind, Source

if TYPE_CHECKING:
    from openness.identity.fingerprint import WeightPrint
    from openness.identity.fingerprint_table import Known
    from openness.identity.likeness import Likeness


class HeldFile(Protocol):
    """A file that a store's listing names."""

    @property
    def kind(self) -> Kind: ...
    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str | None: ...
    @property
    def path(self) -> str: ...


@runtime_checkable
class Holder(Protocol):
    """A source that can tell which repositories list a file."""

    def holding(self, sha256: str) -> Sequence[HeldFile]: ...


class Identified(msgspec.Struct, frozen=True):
    """The identity, facts about the terms of what it is, and findings. ``weights_of`` is the model whose weights it has,
    ``proven`` are the ids of the licenses under which that is released; ``exact``: the build is that release itself.
    ``family`` is what the shapes fit."""

    identity: BuildIdentity
    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    weights_of: str | None = None
    proven: tuple[str, ...] = ()
    exact: bool = False
    family: FamilyMatch | None = None


class Likened(msgspec.Struct, frozen=True):
    """A known checkpoint that the weights are like."""

    known: Known
    likeness: Likeness


def identify(
    head: BuildHead,
    sha256: Callable[[], str | None],
    descriptor: int | None,
    ruleset: Ruleset,
    *,
    said: str | None = None,
    cached: str | None = None,
    source: Source | None = None,
    own: Path | None = None,
) -> Identified:
    """The identity of a build. ``said`` is the model that the user names, ``cached`` the one whose cache folder it lies in;
    ``sha256`` is asked last, since it may still be computed; ``own`` is the folder with the user's fingerprints."""
    findings = list(_about_shapes(head))
    family = families.match(signature_of(head, descriptor))
    likened, copied = _by_weights(head, own)
    findings += copied
    by_weights = _of_weights(likened, source, ruleset) if likened is not None else None
    by_hash = _by_hash(sha256(), source, ruleset)
    best = by_hash or by_weights
    if best is not None:
        weights = by_weights or Identified(best.identity)
        return msgspec.structs.replace(
            weights,
            identity=best.identity,
            facts=(*(by_hash.facts if by_hash else ()), *weights.facts),
            findings=(*(by_hash.findings if by_hash else ()), *weights.findings, *findings),
            family=family,
        )
    if said is not None:
        identity = BuildIdentity(printable(said), "user", "none", None, _confidence("user"))
    elif cached is not None:
        identity = BuildIdentity(printable(cached), "metadata", "none", None, _confidence("metadata"))
    elif (claimed := _claimed(head)) is not None:
        identity = BuildIdentity(claimed, "metadata", "none", None, _confidence("metadata"))
    elif family is not None and family.shaped:
        identity = BuildIdentity(None, "family", "family", None, _confidence("family"), family.families)
    else:
        identity = BuildIdentity()
    return Identified(identity, (), tuple(findings), family=family)


def _confidence(basis: str) -> float:
    value = quick_data("rules/identity/weights.yaml")["confidence"][basis]
    return float(value) if isinstance(value, (int, float)) else 0.0


def _about_shapes(head: BuildHead) -> list[Finding]:
    found = disagreements(head)
    message = f"The keys of the header and the tensors disagree ({'; '.join(found)}); the tensors count."
    return [Finding("shapes-disagree", "identity-shapes", "lowers", message)] if found else []


def _claimed(head: BuildHead) -> str | None:
    """The one repository that the file's own keys say it was made from."""
    from openness.evidence.lineage import hub_name

    for key in ("general.source.huggingface.repository", "general.source.repo_url", "general.source.url", "general.repo_url"):
        value = head.claims.get(key)
        name = hub_name(printable(value, 300)) if isinstance(value, (bytes, str)) else None
        if name is not None:
            return name
    bases = [value for key, value in head.claims.items() if key.startswith("general.base_model.") and key.endswith("repo_url")]
    name = hub_name(printable(bases[0], 300)) if len(bases) == 1 and isinstance(bases[0], (bytes, str)) else None
    return name


def _by_hash(sha256: str | None, source: Source | None, ruleset: Ruleset) -> Identified | None:
    """What the store lists under the hash, else what the table of known builds does."""
    if sha256 is None:
        return None
    if isinstance(source, Holder):
        held = next((one for one in source.holding(sha256) if one.kind == "hub-model"), None)
        if held is not None and source is not None:
            return _stored(held, sha256, source, ruleset)
    listed = known_builds.lookup(sha256)
    if not listed:
        return None
    facts = []
    for number, row in enumerate(listed):
        resolved = _resolved(row.license, ruleset)
        if resolved:
            quote = printable(f"{row.repository}, {row.file}: {row.license}, as a gallery lists it", 200)
            place = Place(known_builds.PLACE, sha256=sha256)
            facts.append(Fact(f"known-build:{number}", "base-license", resolved, quote, Standing.NAME, place))
    identity = BuildIdentity(printable(listed[0].repository), "sha256", "exact", 1.0, _confidence("sha256"))
    names = ", ".join(dict.fromkeys(printable(f"{row.repository} ({row.file})", 160) for row in listed[:3]))
    message = (
        f"The sha256 of the file is listed for {names}; the license in that list is a third party's word and permits nothing."
    )
    return Identified(identity, tuple(facts), (Finding("known-build", "identity-sha256", "info", message),))


def _resolved(name: str, ruleset: Ruleset) -> list[str]:
    if not name:
        return []
    return list(dict.fromkeys(id for term in terms(parse(name, ruleset)) for id in term.resolved.ids))


def _stored(held: HeldFile, sha256: str, source: Source, ruleset: Ruleset) -> Identified:
    """The file is the repository's own: its stored license text speaks of exactly these bytes."""
    from openness.model_terms import facts_of_model

    facts = [
        msgspec.structs.replace(fact, standing=Standing.WEIGHTS) if fact.claim == "license-text" and fact.value else fact
        for fact in facts_of_model(held.name, source, ruleset)
    ]
    identity = BuildIdentity(held.name, "sha256", "exact", 1.0, _confidence("sha256"))
    message = f"The file is {printable(held.path, 120)} of {held.name} at {held.revision}: the store lists its sha256."
    finding = Finding("stored-file", "identity-sha256", "info", message)
    return Identified(identity, tuple(facts), (finding,))


def _by_weights(head: BuildHead, own: Path | None) -> tuple[Likened | None, list[Finding]]:
    """The known checkpoint that the weights are most like; and a finding for weights that only pretend to be one."""
    if head.tensors is None or head.role not in ("model", "draft"):
        return None, []
    vectors = vectors_of(head.tensors.tensors)
    if not vectors:
        return None, []
    lines = list(lines_with(layout_of(vectors), own))
    if not lines:
        return None, []
    from openness.identity.fingerprint_table import candidates
    from openness.identity.likeness import compare

    best: Likened | None = None
    findings = []
    for known in candidates(lines):
        try:
            reference = known.print()
        except IntegrityError as error:
            findings.append(Finding(f"fingerprint:{known.model}", "identity-weights", "info", printable(error.message, None)))
            continue
        print_ = _print(head, reference)
        if print_ is None:
            continue
        likeness = compare(print_, reference)
        if likeness.copied_vectors:
            findings.append(_copied(known))
        if likeness.match != "none" and (best is None or _rank(likeness) > _rank(best.likeness)):
            best = Likened(known, likeness)
    return best, findings


def _print(head: BuildHead, reference: WeightPrint) -> WeightPrint | None:
    from openness.identity.fingerprint import fingerprint

    return fingerprint(head.tensors, [(row.name, row.row) for row in reference.rows]) if head.tensors is not None else None


def _rank(likeness: Likeness) -> tuple[float, float]:
    return likeness.confidence, likeness.equal


def _copied(known: Known) -> Finding:
    model = printable(known.model)
    message = f"The normalization weights are those of {model}, the matrices are not: such a build was made to look like it."
    return Finding(f"copied-vectors:{model}", "identity-weights", "unknown", message)


def _of_weights(likened: Likened, source: Source | None, ruleset: Ruleset) -> Identified:
    known, likeness = likened.known, likened.likeness
    model = printable(known.model)
    identity = BuildIdentity(model, "weights", likeness.match, likeness.equal, likeness.confidence)
    facts = _terms(known, source, ruleset)
    ids = tuple(dict.fromkeys(str(id) for fact in facts for id in fact.value))
    text = {
        "exact": f"The weights are those of {model}",
        "adapter-merged": f"The weights are those of {model} with the matrices changed, as by an adapter that was merged in",
        "fine-tuned": f"The weights are those of {model}, trained further",
    }[likeness.match]
    sampled = (
        f", and {likeness.rows} sampled rows of matrices differ by {likeness.error:.3f}" if likeness.error is not None else ""
    )
    message = f"{text}: {likeness.equal:.1%} of its one-dimensional values are equal{sampled}."
    finding = Finding("weights", "identity-weights", "info", message, tuple(fact.id for fact in facts))
    return Identified(identity, tuple(facts), (finding,), f"{model} ({likeness.match})", ids, likeness.match == "exact")


def _terms(known: Known, source: Source | None, ruleset: Ruleset) -> list[Fact]:
    """The model's terms from the store, else as the table of fingerprints has them; they bind whatever the build is called."""
    if source is not None:
        from openness.model_terms import facts_of_bases

        stored = list(facts_of_bases([known.model], source, ruleset))
        if stored:
            return [msgspec.structs.replace(fact, id=f"weights:{known.model}", standing=Standing.WEIGHTS) for fact in stored]
    ids = [id for id in known.licenses if id in ruleset.license_ids]
    if not ids:
        return []
    place = Place(f"corpus/{FILE}" if not known.own else "your fingerprints", sha256=known.sha256)
    quote = printable(f"{known.model}: {', '.join(ids)}", 200)
    return [Fact(f"weights:{printable(known.model)}", "base-license", ids, quote, Standing.WEIGHTS, place)]
