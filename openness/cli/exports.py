"""The documents that ``classify`` writes for other tools: which formats there are, and what each is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from openness.errors import UsageError

if TYPE_CHECKING:
    from openness.classifying import Classified
    from openness.license_copies import Kept
    from openness.rules.loader import Ruleset

#: Formats that quote license texts whole.
QUOTING = ("spdx", "spdx3", "cyclonedx")
FORMATS = ("markdown", *QUOTING, "mot")


def rendered(format: str, found: Sequence[Classified], kept: Kept, ruleset: Ruleset) -> str:
    """The document about these models, in one of ``FORMATS``.

    Raises UsageError for several models in a format that holds one, and where an extra is not installed.
    """
    if format == "markdown":
        from openness.outputs.classification_markdown import classification

        return "\n".join(classification(classified.result) for classified in found).rstrip("\n")
    from openness.outputs.exports.subject import subject

    subjects = [subject(row.result, row.dossier.model, kept.copies(row.result), ruleset) for row in found]
    match format:
        case "spdx":
            from openness.outputs.exports.spdx2 import spdx2

            return spdx2(subjects)
        case "spdx3":
            from openness.outputs.exports.spdx3 import spdx3

            return spdx3(subjects)
        case "cyclonedx":
            from openness.outputs.exports.cyclonedx import cyclonedx

            return cyclonedx(subjects)
        case _:
            from openness.outputs.exports.mot import mot

            if len(subjects) != 1:
                raise UsageError(f"A file of the Model Openness Tool holds one model, not {len(subjects)}; name one at a time.")
            return mot(found[0].result, subjects[0])
