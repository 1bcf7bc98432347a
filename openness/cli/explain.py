"""``openness explain X``: the chain from facts over rules and findings to the verdict, of a model or of a local build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from openness.cli import classify as classify_command
from openness.cli import judging
from openness.cli.common import DISCLAIMER, Settings, echo, global_options, styler, width
from openness.cli.model_sources import model_sources
from openness.errors import ExitCode, worst_exit

if TYPE_CHECKING:
    from openness.auditing import Audited
    from openness.classifying import Classified
    from openness.records import UseVerdict

#: Files with these endings are evidence files; any other file is a build.
EVIDENCE = (".json", ".yaml", ".yml")


@click.command("explain", epilog=DISCLAIMER)
@click.argument("subject", metavar="X")
@judging.question_options
@global_options
def command(
    subject: str,
    uses: tuple[str, ...],
    declared: tuple[str, ...],
    policy: Path | None,
    model: str | None,
    fetch: bool,
    settings: Settings,
) -> int:
    """Why is a model classified, or a build judged, as it is? Every fact, rule and finding, and the verdict for each use.

    X is a model as for classify, or the path of a local build. What is stored is used, or fetched with --fetch.
    """
    asked = judging.ask(settings, uses, declared, policy, model, fetch)
    if is_build(subject):
        return int(_build(subject, asked, settings))
    return int(_models(subject, asked, settings))


def is_build(subject: str) -> bool:
    """Whether an argument names a local file that is no evidence file."""
    return Path(subject).is_file() and not subject.lower().endswith(EVIDENCE)


def _models(subject: str, asked: judging.Asked, settings: Settings) -> ExitCode:
    import msgspec

    from openness import classifying
    from openness.sources import model_reference
    from openness.verdict.model_uses import judge_uses

    if not asked.fetch:
        settings = msgspec.structs.replace(settings, offline=True)
    reference = model_reference.parse(subject)
    codes = []
    with model_sources(settings) as source:
        for classified in classifying.classify_all(reference, source, asked.ruleset):
            lacking = classify_command.absence_error(classified)
            if lacking is not None:
                raise lacking
            codes.append(classify_command.exit_code(classified))
            uses = judge_uses(classified.result, asked.question, asked.ruleset)
            _print_model(classified, uses, settings, asked.ruleset.version)
    return worst_exit(codes)


def _print_model(classified: Classified, uses: tuple[UseVerdict, ...], settings: Settings, version: str) -> None:
    if settings.json:
        from openness.outputs import envelope
        from openness.outputs.classification import classify_result

        result = classify_result(classified.result) | {"uses": [envelope.use_verdict(use) for use in uses]}
        click.echo(envelope.envelope("explain", [result], rules=version))
        return
    from openness.outputs.explanation import explanation

    echo(explanation(classified.result, uses, width=width(), style=styler(settings)), settings)


def _build(path: str, asked: judging.Asked, settings: Settings) -> ExitCode:
    audited = judging.audit_path(path, lambda: asked, settings)
    _print_build(audited, path, settings, asked.ruleset.version)
    if audited.error is not None and not settings.json:
        judging.print_error(audited.error, path)
    return judging.exit_code(audited)


def _print_build(audited: Audited, path: str, settings: Settings, version: str) -> None:
    if settings.json:
        from openness.outputs import envelope

        errors = [(audited.error, path)] if audited.error is not None else []
        click.echo(envelope.envelope("explain", [envelope.audit_result(audited.result)], rules=version, errors=errors))
        return
    from openness.outputs.explanation import build_explanation

    echo(build_explanation(audited.result, width=width(), style=styler(settings)), settings)
