"""The entry of a data set: its revision and the licenses that its card states. Nothing is judged of its use."""

from __future__ import annotations

from openness.evidence import dataset_repository
from openness.knowledge import reader
from openness.locking.context import Context
from openness.locking.entries import MAX_TEXT, place_of
from openness.locking.wanted import Wanted
from openness.policy.lock import LockedLicense, LockedModel
from openness.printable import printable
from openness.rules.expressions import license_ids, parse
from openness.sources.model_reference import linked


def dataset(one: Wanted, context: Context) -> LockedModel:
    """A data set with the licenses that its card states; nothing is judged of its use."""
    today = context.today.isoformat()
    reference = linked("hub-dataset", one.model, one.asked)
    if reference is None:
        return LockedModel(one.kind, one.model, one.asked, today, absent="malformed", detail="no name that the Hub can have")
    evidence = dataset_repository.read(context.source.fetch(reference), reader(context.ruleset))
    if evidence.absent is not None:
        detail = printable(evidence.absent.detail, MAX_TEXT)
        return LockedModel(one.kind, one.model, one.asked, today, absent=evidence.absent.reason, detail=detail)
    licenses: dict[str, LockedLicense] = {}
    for fact in evidence.claims("license"):
        for id in sorted(license_ids(parse(fact.value, context.ruleset))):
            spdx = context.ruleset.license(id).spdx if id in context.ruleset.license_ids else id
            licenses.setdefault(id, LockedLicense(id, spdx, str(fact.standing), None, place_of(fact)))
    date = context.checked("hub-dataset", one.model, one.asked) or context.today
    return LockedModel(
        one.kind, one.model, one.asked, date.isoformat(), evidence.revision, evidence.url, licenses=tuple(licenses.values())
    )  # fmt: skip
