"""What ``openness corpus`` prints."""

from __future__ import annotations

from openness.store.upkeep import Stats, Verification

#: Problems that are listed one by one; of more, only the number is said.
MOST_LISTED = 20


def stats_text(found: Stats) -> str:
    """The counts as lines."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.repositories.items()) or "none"
    absent = ", ".join(f"{count} {reason}" for reason, count in found.absent.items())
    documents = ", ".join(f"{count} {kind}" for kind, count in found.documents.items()) or "none"
    lines = [
        f"store         {found.path} ({_size(found.size)}, schema {found.schema})",
        f"repositories  {kinds}; {found.revisions} revisions, {found.incomplete} of them not complete",
        f"documents     {documents}",
        f"texts         {found.blobs} different ones, {_size(found.unpacked)}, packed {_size(found.packed)}",
    ]
    if absent:
        lines.append(f"not to be had {absent}")
    if found.moved:
        lines.append(f"moved         {found.moved} names")
    return "\n".join(lines)


def verification_text(found: Verification) -> str:
    """What is damaged, or that nothing is."""
    lines = [f"damaged: {problem.what}: {problem.detail}" for problem in found.problems[:MOST_LISTED]]
    if len(found.problems) > MOST_LISTED:
        lines.append(f"… and {len(found.problems) - MOST_LISTED} more")
    if found.repaired:
        lines.append("dropped what is damaged; crawl again to fetch it")
    elif found.problems:
        lines.append("run `openness corpus verify --repair` to drop it, then crawl again")
    lines.append(f"{found.blobs} documents and {found.snapshots} records checked; content {found.digest}")
    return "\n".join(lines)


def _size(count: int) -> str:
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
