"""The documents that ``classify`` writes for other tools: which formats there are, and what each is made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openness.errors import UsageError

if TYPE_CHECKING:
    from openness.auditing import Audited
    from openness.classifying import Classified
    from openness.cli.common import Settings
    from openness.license_copies import Kept
    from openness.rules.loader import Ruleset

#: Formats of an audited build.
BUILD_FORMATS = ("spdx", "cyclonedx")
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


def rendered_builds(format: str, audits: Sequence[tuple[str, Audited]], ruleset: Ruleset, settings: Settings) -> str:
    """The document about audited builds (each with its path as given), in one of ``BUILD_FORMATS``."""
    from openness.cli.notices import copies_of
    from openness.outputs.exports.subject import subject_of_build

    subjects = []
    for path, audited in audits:
        copies = copies_of(Path(path), audited.result, settings).licenses
        texts = {id: data.decode("utf-8", "replace") for id, data in copies.items()}
        subjects.append(subject_of_build(audited.result, texts, ruleset))
    if format == "spdx":
        from openness.outputs.exports.spdx2 import spdx2

        return spdx2(subjects)
    from openness.outputs.exports.cyclonedx import cyclonedx

    return cyclonedx(subjects)
