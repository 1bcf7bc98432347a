"""What the documents of all formats say of a model, once: names, addresses, terms, ancestors, data. Every string is harmless
but the texts of licenses, which stay as they are: the documents are ASCII, where JSON escapes whatever could do harm.

Folders of this machine are nobody's business: a folder is known by its last name alone, and has no address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from urllib.parse import quote, urlsplit

import msgspec

from openness.evidence.repository_evidence import RepositoryEvidence
from openness.outputs.badge import category_look
from openness.printable import printable
from openness.records import AuditResult
from openness.rules.loader import Ruleset
from openness.sources.hub_names import is_hub_id
from openness.sources.model_reference import is_github_name
from openness.verdict.classified import BoundLicense, Classification

MOST_NAME = 300
MOST_TEXT = 4000
#: Models whose answers taught this one are no ancestors: nothing of their weights is in it.
TEACHER = "teacher"
REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]{1,120}")
#: Reasons why a license is not what the weights come under; the expression is then not asserted.
UNVERIFIED = "unverified"


class Terms(msgspec.Struct, frozen=True):
    """A license in a document. ``spdx`` is an id of the SPDX list, or a LicenseRef where ``listed`` is false; ``text`` is the
    user's own copy, None where there is none; ``url`` says where the text is published."""

    spdx: str
    listed: bool
    title: str
    basis: str
    text: str | None = None
    url: str | None = None


class Related(msgspec.Struct, frozen=True):
    """Another repository: a model that this one was made from, or data it was trained on."""

    name: str
    relation: str
    purl: str | None
    url: str | None
    terms: tuple[Terms, ...] = ()


class Subject(msgspec.Struct, frozen=True):
    """One model, or one build of it with its ``sha256``. ``notes`` are (property name, value) pairs: what openness found, for the
    places that formats leave for this."""

    name: str
    group: str
    revision: str | None
    date: str | None
    url: str | None
    purl: str | None
    category: str
    why: str
    terms: tuple[Terms, ...]
    declared: tuple[Terms, ...]
    asserted: bool
    bases: tuple[Related, ...]
    data: tuple[Related, ...]
    notes: tuple[tuple[str, str], ...]
    sha256: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.group}/{self.name}" if self.group else self.name


def subject(found: Classification, model: RepositoryEvidence, copies: Mapping[str, str], ruleset: Ruleset) -> Subject:
    """The facts of a document about one model. ``copies``: license id → the user's own copy of its text."""
    kind, full = found.source, _name(found)
    group, _, name = full.rpartition("/")
    weights = [row for row in found.licenses if row.component == "weights"]
    revision = printable(found.revision, 80) if found.revision else None
    own = [row for row in weights if row.source in ("", found.model)]
    return Subject(
        name=name,
        group=group,
        revision=revision,
        date=model.date[:10] if model.date and re.match(r"\d{4}-\d\d-\d\d", model.date) else None,
        url=_web(found.url) if kind in ("hub-model", "github") else None,
        purl=_purl(kind, full, revision),
        category=category_look(found).word,
        why=printable(found.result.why, MOST_TEXT),
        terms=_unique(_terms(row, copies, ruleset) for row in weights),
        declared=_unique(_terms(row, copies, ruleset) for row in own if row.basis in ("card", "user", "metadata", "text")),
        asserted=bool(weights) and found.result.category not in (None, UNVERIFIED),
        bases=tuple(_bases(found, copies, ruleset)),
        data=tuple(_data(model)),
        notes=tuple(_notes(found, ruleset)),
    )


def subject_of_build(result: AuditResult, copies: Mapping[str, str], ruleset: Ruleset) -> Subject:
    """The facts of a document about an audited build of this machine: its name without the folder, its hash, its verdicts."""
    basis = str(result.strength or "name")
    terms = _unique(terms_of(id, ruleset, basis=basis, text=copies.get(id)) for id in result.licenses)
    known = result.identity.model if result.identity.basis in ("sha256", "weights") else None
    name = printable(known, MOST_NAME) if known else ""
    notes = [("openness:category", result.category), ("openness:evidence-strength", basis)]
    notes += [(f"openness:use:{use.use}", str(use.verdict)) for use in result.uses]
    return Subject(
        name=PurePath(result.build.path).name or "unnamed",
        group="",
        revision=None,
        date=None,
        url=None,
        purl=None,
        category=result.category,
        why=f"licenses: {', '.join(result.licenses) or 'none identified'}; evidence strength: {basis}",
        terms=terms,
        declared=terms,
        asserted=bool(terms) and result.category != UNVERIFIED,
        bases=(Related(name, f"a build, by its {result.identity.basis},", _purl("hub-model", name, None), None),)
        if known
        else (),
        data=(),
        notes=(*notes, ("openness:rules", ruleset.version)),
        sha256=result.build.sha256 if len(result.build.files) < 2 else None,
    )


def _name(found: Classification) -> str:
    shown = printable(found.model, MOST_NAME).strip() or "unnamed"
    if found.source == "folder":
        return PurePath(shown).name or "unnamed"
    return shown


def _purl(kind: str, name: str, revision: str | None) -> str | None:
    """The package URL, of the types ``huggingface`` and ``github`` (purl-spec), None for what is on neither."""
    if kind == "hub-model" and is_hub_id(name):
        version = f"@{quote(revision.lower(), safe='')}" if revision else ""
        return f"pkg:huggingface/{name}{version}"
    if kind == "github" and is_github_name(name):
        return f"pkg:github/{name.lower()}" + (f"@{quote(revision, safe='')}" if revision else "")
    return None


def _web(url: str | None) -> str | None:
    """An address of the web in plain characters, else None."""
    if not url or not re.fullmatch(r"[\w.~:/?#@!$&'()*+,;=%-]{1,500}", url, re.ASCII):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else None


def _terms(row: BoundLicense, copies: Mapping[str, str], ruleset: Ruleset) -> Terms:
    return terms_of(row.id, ruleset, basis=str(row.basis), text=copies.get(row.id), changed=row.changed)


def terms_of(id: str, ruleset: Ruleset, *, basis: str, text: str | None = None, changed: bool = False) -> Terms:
    """A license by its id, or a name that stands for none."""
    listed = ruleset.spdx.get(id) if not changed else None
    basis = printable(basis, 60)
    if listed is not None:
        return Terms(listed, True, listed, basis, text)
    if id in ruleset.license_ids:
        license = ruleset.license(id)
        title = f"{license.title}, with changes" if changed else license.title
        mark = f"{id}-changed-{_short(text or '')}" if changed else license.spdx or id
        return Terms(_reference(mark), False, title, basis, text, None if changed else _web(license.text.url))
    return Terms(_reference(id), False, printable(id, MOST_NAME), basis, text)


def _reference(name: str) -> str:
    """``LicenseRef-`` with a name of the characters that may stand there; where some had to go, a hash keeps names apart."""
    whole = name if name.startswith("LicenseRef-") else f"LicenseRef-{name}"
    if REFERENCE.fullmatch(whole):
        return whole
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", whole.removeprefix("LicenseRef-"), flags=re.ASCII).strip("-")[:60]
    return f"LicenseRef-{plain or 'unnamed'}-{_short(name)}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _unique(rows: Iterator[Terms]) -> tuple[Terms, ...]:
    """One row for each license: the first with a text, else the first."""
    found: dict[str, Terms] = {}
    for row in rows:
        before = found.get(row.spdx)
        if before is None or (before.text is None and row.text is not None):
            found[row.spdx] = row
    return tuple(found.values())


def _bases(found: Classification, copies: Mapping[str, str], ruleset: Ruleset) -> Iterator[Related]:
    for entry in {entry.model.casefold(): entry for entry in found.lineage if entry.relation != TEACHER}.values():
        name = printable(entry.model, MOST_NAME)
        basis = str(entry.resolved or "name")
        terms = _unique(terms_of(id, ruleset, basis=basis, text=copies.get(id)) for id in entry.license)
        purl = _purl("hub-model", name, None)
        yield Related(name, printable(entry.relation, 60), purl, None, terms)


def _data(model: RepositoryEvidence) -> Iterator[Related]:
    for name in dict.fromkeys(link.target.name for link in model.linked("dataset") if link.target.kind == "hub-dataset"):
        if is_hub_id(name):
            yield Related(printable(name, MOST_NAME), "dataset", None, f"https://huggingface.co/datasets/{name}")


def _notes(found: Classification, ruleset: Ruleset) -> Iterator[tuple[str, str]]:
    result = found.result
    yield "openness:status", result.status
    yield "openness:category", result.category or "none"
    if result.sub_label:
        yield "openness:sub-label", result.sub_label
    yield "openness:g7-label", result.g7_label
    for name, rated in found.dimensions.items():
        yield f"openness:dimension:{name}", f"{rated.level}, {rated.score} of 100"
    for name, evaluated in found.frameworks.items():
        class_ = f" ({evaluated.class_})" if evaluated.class_ else ""
        yield f"openness:definition:{name}", f"{evaluated.outcome}{class_}"
    for row in found.contradictions:
        yield "openness:contradiction", printable(f"about the {row.about}, {'settled' if row.settled_by else 'not settled'}", 200)
    yield "openness:rules", ruleset.version


def expression(terms: tuple[Terms, ...]) -> str:
    """The licenses that all bind together, as an SPDX expression; empty for none."""
    return " AND ".join(row.spdx for row in terms)
