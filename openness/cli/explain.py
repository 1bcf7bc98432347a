"""``openness explain MODEL``: the chain from facts over rules and findings to the category."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from openness.cli import classify as classify_command
from openness.cli.common import DISCLAIMER, Settings, echo, global_options, styler, width
from openness.cli.model_sources import model_sources
from openness.errors import worst_exit

if TYPE_CHECKING:
    from openness.classifying import Classified


@click.command("explain", epilog=DISCLAIMER)
@click.argument("model", metavar="MODEL")
@click.option("--fetch", is_flag=True, help="Fetch what the local store lacks.")
@global_options
def command(model: str, fetch: bool, settings: Settings) -> int:
    """Why is a model classified as it is? Every fact, rule and finding, from what is stored (or fetched, with --fetch)."""
    import msgspec

    from openness import classifying
    from openness.sources import model_reference

    if not fetch:
        settings = msgspec.structs.replace(settings, offline=True)
    ruleset = settings.load_rules()
    reference = model_reference.parse(model)
    codes = []
    with model_sources(settings) as source:
        for classified in classifying.classify_all(reference, source, ruleset):
            lacking = classify_command.absence_error(classified)
            if lacking is not None:
                raise lacking
            codes.append(classify_command.exit_code(classified))
            _print(classified, settings, ruleset.version)
    return int(worst_exit(codes))


def _print(classified: Classified, settings: Settings, version: str) -> None:
    if settings.json:
        from openness.outputs import envelope
        from openness.outputs.classification import classify_result

        click.echo(envelope.envelope("explain", [classify_result(classified.result)], rules=version))
        return
    from openness.outputs.explanation import explanation

    echo(explanation(classified.result, width=width(), style=styler(settings)), settings)
