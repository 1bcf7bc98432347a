"""What ``openness fingerprint`` prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openness.identity.fingerprint import WeightPrint
from openness.identity.fingerprint_table import Known
from openness.identity.likeness import Likeness
from openness.printable import printable


def print_data(print_: WeightPrint) -> dict[str, Any]:
    """A fingerprint for JSON: what identifies it, not the samples."""
    return {
        "digest": print_.digest,
        "layout": print_.layout,
        "vectors": len(print_.vectors),
        "values": print_.count,
        "distinct": print_.distinct,
        "bfloat16_exact": print_.exact,
        "shifted": print_.shifted,
        "rows": [{"tensor": row.name, "row": row.row, "type": row.kind} for row in print_.rows],
    }


def match_data(known: Known, likeness: Likeness) -> dict[str, Any]:
    """One known checkpoint beside a build."""
    return {
        "model": printable(known.model),
        "match": likeness.match,
        "equal_fraction": likeness.equal,
        "distance": likeness.distance if likeness.distance != float("inf") else None,
        "rows": likeness.rows,
        "row_error": likeness.error,
        "row_error_allowed": likeness.allowed,
        "confidence": likeness.confidence,
        "source": printable(known.source, 500),
    }


def known_data(known: Known) -> dict[str, Any]:
    """One line of the table for JSON."""
    return {
        "model": printable(known.model),
        "digest": known.digest,
        "layout": known.layout,
        "vectors": len(known.vectors),
        "licenses": list(known.licenses),
        "source": printable(known.source, 500),
        "sha256": known.sha256,
        "revision": known.revision,
        "date": known.date,
        "own": known.own,
    }


def print_text(path: str, print_: WeightPrint, matches: Iterable[dict[str, Any]]) -> str:
    """A build's fingerprint and what it is like, for a person."""
    finer = "" if print_.exact == 1.0 else f" ({1 - print_.exact:.2%} of the values are finer than bfloat16)"
    lines = [
        printable(path, None),
        f"  digest {print_.digest}",
        f"  {len(print_.vectors)} vectors, {print_.count:,} values{finer}; {len(print_.rows)} rows of matrices sampled",
    ]
    found = list(matches)
    for match in found:
        rows = f", {match['rows']} rows differ by {match['row_error']:.3f} (noise allows {match['row_error_allowed']:.3f})"
        lines.append(
            f"  {match['match']}: {match['model']}, {match['equal_fraction']:.2%} of values equal{rows if match['rows'] else ''}"
        )
    if not found:
        lines.append("  no known checkpoint has this layout")
    return "\n".join(lines)


def known_text(known: Known) -> str:
    """One line of the table."""
    own = "  (yours)" if known.own else ""
    return f"{printable(known.model, 60):<48} {known.digest[:16]}  {len(known.vectors):>4} vectors  {known.date}{own}"
