"""``openness report MODEL… -o DIR``: pages for people, a matrix of all and a page for each."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import click

from openness.cli import judging
from openness.cli.classify import absence_error
from openness.cli.common import DISCLAIMER, Settings, global_options
from openness.cli.explain import is_build
from openness.errors import ExitCode, MissingInput, OpennessError, UsageError, worst_exit
from openness.printable import printable

if TYPE_CHECKING:
    from openness.classifying import Classified
    from openness.outputs.discovery import Discovered
    from openness.outputs.report.records import Entry, Report
    from openness.sources.snapshot import Source

Item = TypeVar("Item")
Failures = list[tuple[OpennessError, str]]
LOCK = "openness.lock"
#: From this many on a bar is worth its line.
BAR_FROM = 5


@click.command("report", epilog=DISCLAIMER)
@click.argument("models", nargs=-1, metavar="[MODEL…]")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where to write it."
)
@click.option("--from-lock", "lock", is_flag=False, flag_value=LOCK, default=None, metavar="[FILE]", help="The models of a lock.")
@click.option("--from-discover", is_flag=True, help="Every build that programs on this machine keep.")
@click.option("--use", "uses", multiple=True, metavar="USE", help="A column of the matrix; may be repeated (every use).")
@click.option("--declare", "declared", multiple=True, metavar="KEY=VALUE", help="A fact about you; may be repeated.")
@click.option("--policy", type=click.Path(dir_okay=False, path_type=Path), default=None, help="An openness.toml.")
@global_options
def command(
    models: tuple[str, ...],
    folder: Path,
    lock: str | None,
    from_discover: bool,
    uses: tuple[str, ...],
    declared: tuple[str, ...],
    policy: Path | None,
    settings: Settings,
) -> int:
    """Static pages that open from a folder: a matrix of models by weights, code, data, recipe, license and use, a page for
    each with its evidence, duties and lineage, and the JSON beside it.

    MODEL is as for classify, or the path of a local build. DIR is a new or empty folder, or a former report, which is renewed.
    """
    from openness.outputs.report import folder as place

    asked = judging.ask(settings, uses or _policy_uses(settings, policy), declared, policy, None)
    failures: Failures = []
    named = [*models, *(_locked(Path(lock), failures) if lock is not None else ())]
    if not named and not failures and not from_discover:
        what = "The lock names no model" if lock is not None else "No model is named"
        raise UsageError(f"{what}; give MODEL…, --from-lock or --from-discover.")
    before = place.former(folder)
    entries = list(_entries(named, asked, settings, failures))
    if from_discover:
        entries += _discovered(asked, settings, failures)
    for error, subject in failures:
        judging.print_error(error, subject)
    codes = [error.exit_code for error, _ in failures]
    if not entries:
        if not failures:
            raise MissingInput("No build was found on this machine; nothing to report.")
        return int(worst_exit(codes))
    report = _report(entries, asked, settings, declared, failures)
    text = _write(report, asked, folder, before, settings, failures)
    if settings.json:
        click.echo(text, nl=False)
    else:
        count = f"{len(entries)} model{'s' * (len(entries) != 1)}"
        click.echo(f"{folder / place.INDEX}" + ("" if settings.quiet else f": {count}, {len(report.uses)} uses"))
    return int(worst_exit([ExitCode.OK, *codes]))


def _policy_uses(settings: Settings, policy: Path | None) -> tuple[str, ...]:
    """The uses of the policy, else all that there are: a report is read by people with different plans."""
    from openness.policy import file

    ruleset = settings.load_rules()
    return file.load(policy, ruleset).uses or tuple(ruleset.vocabulary.uses)


def _locked(path: Path, failures: Failures) -> list[str]:
    """The models of an openness.lock, at their locked revisions. Raises IntegrityError for a lock that does not verify."""
    from openness.policy import lock
    from openness.sources.model_reference import linked

    found = lock.read(path)
    if found is None:
        raise MissingInput(f"There is no lock {printable(str(path))}; `openness lock` writes it.")
    names = []
    for entry in (entry for entry in found.models if entry.kind == "model"):
        name = entry.renamed or entry.model
        if linked("hub-model", name) is None:
            failures.append((MissingInput(f"{printable(name)} is no model of the Hub; report shows those."), name))
        else:
            names.append(f"{name}@{entry.revision}" if entry.revision else name)
    return names


def _entries(models: Iterable[str], asked: judging.Asked, settings: Settings, failures: Failures) -> Iterator[Entry]:
    """A row for each model that can be had, each once, in the order given."""
    from openness.cli.model_sources import model_sources

    names = list(dict.fromkeys(models))
    if not names:
        return
    seen: set[tuple[str, str | None]] = set()
    with model_sources(settings) as source:
        for model in _with_bar(names, "reading", settings):
            try:
                found = list(_of(model, source, asked, settings, failures))
            except OpennessError as error:
                failures.append((error, model))
                continue
            for entry in found:
                key = (entry.name.casefold(), entry.revision)
                if key not in seen:
                    seen.add(key)
                    yield entry


def _of(model: str, source: Source, asked: judging.Asked, settings: Settings, failures: Failures) -> Iterator[Entry]:
    from openness.model_verdicts import verdicts_of
    from openness.outputs.report.records import of_build, of_model

    if is_build(model):
        yield of_build(_build(model, asked, settings))
        return
    for classified in _classified(model, source, asked):
        lacking = absence_error(classified)
        if lacking is not None:
            failures.append((lacking, model))
            return
        yield of_model(classified.result, verdicts_of(classified.result, asked.question, asked.ruleset))


def _classified(model: str, source: Source, asked: judging.Asked) -> Iterator[Classified]:
    """As ``classify`` does it, with what a person confirmed of a license text (``[[clarify]]``), as ``lock`` does it."""
    from openness import classifying
    from openness.locking.models import with_confirmed
    from openness.sources import model_reference

    reference = model_reference.parse(model)
    if not asked.clarifications or reference.kind == "evidence-file":
        yield from classifying.classify_all(reference, source, asked.ruleset)
        return
    dossier, _ = with_confirmed(classifying.gathered(reference, source, asked.ruleset), asked.clarifications)
    yield classifying.concluded(reference, dossier, asked.ruleset)


def _build(path: str, asked: judging.Asked, settings: Settings) -> Discovered:
    from openness.outputs.discovery import Discovered

    audited = judging.audit_path(path, lambda: asked, settings)
    return Discovered(audited.result, (), (path,), (), audited.error.message if audited.error is not None else "")


def _discovered(asked: judging.Asked, settings: Settings, failures: Failures) -> list[Entry]:
    from openness.cli import discover
    from openness.outputs.report.records import of_build

    found, warnings = discover.builds(asked, settings, failures)
    judging.print_warnings(warnings)
    return [of_build(one) for one in found]


def _report(
    entries: list[Entry], asked: judging.Asked, settings: Settings, declared: tuple[str, ...], failures: Failures
) -> Report:
    from openness.outputs.report.links import HOSTS
    from openness.outputs.report.records import Report
    from openness.sources.endpoints import Access

    access = Access.from_environment(offline=bool(settings.offline))
    hosts = HOSTS | {urlsplit(address).netloc for address in (access.hub, access.github)}
    errors = tuple((subject, error.message) for error, subject in failures)
    given = {word.partition("=")[0].replace("-", "_") for word in declared}
    known = (*declared, *(f"{key} (of the policy)" for key in asked.question.declared if key not in given))
    return Report(tuple(entries), asked.question.uses, asked.ruleset.version, known, errors, frozenset(hosts), _today())


def _today() -> str:
    """The date on the pages; SOURCE_DATE_EPOCH makes a report that is the same bytes again (reproducible-builds.org)."""
    stamp = os.environ.get("SOURCE_DATE_EPOCH", "")
    if stamp.isdigit():
        return datetime.datetime.fromtimestamp(int(stamp[:11]), datetime.UTC).date().isoformat()
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def _write(
    report: Report, asked: judging.Asked, folder: Path, before: frozenset[str], settings: Settings, failures: Failures
) -> str:
    """The data first, which marks the folder as ours, then the pages, then the landing page that links to them."""
    from openness.outputs.report import data, render
    from openness.outputs.report import folder as place
    from openness.outputs.report.links import stems

    means = _means(asked)
    names = stems(entry.name for entry in report.entries)
    text = data.index_document(report, names, (), failures)
    place.begin(folder)
    place.write(folder, place.DATA, text)
    pairs = list(zip(report.entries, names, strict=True))
    for entry, stem in _with_bar(pairs, "writing", settings):
        place.write(folder, f"{place.PAGES}/{stem}.json", data.entry_document(entry, report.rules))
        page = render.model_page(entry, report, data=f"{stem}.json", means=means)
        place.write(folder, f"{place.PAGES}/{stem}.html", page)
    place.write(folder, place.INDEX, render.index_page(report, names))
    place.remove(folder, before - {f"{place.PAGES}/{name}.{end}" for name in names for end in ("html", "json")})
    return text


def _means(asked: judging.Asked) -> dict[str, str]:
    return {use.id: use.means for use in asked.ruleset.vocabulary.uses.values()}


def page_alone(classified: Classified, settings: Settings) -> str:
    """The page of one model that needs no other file."""
    from openness.model_verdicts import verdicts_of
    from openness.outputs.report import render
    from openness.outputs.report.records import of_model

    asked = judging.ask(settings, tuple(settings.load_rules().vocabulary.uses), (), None, None)
    entry = of_model(classified.result, verdicts_of(classified.result, asked.question, asked.ruleset))
    return render.model_page(entry, _report([entry], asked, settings, (), []), data=None, means=_means(asked))


def _with_bar(items: list[Item], label: str, settings: Settings) -> Iterator[Item]:
    """The items, with a progress bar on stderr where a person waits for many."""
    if settings.quiet or not sys.stderr.isatty() or len(items) < BAR_FROM:
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, label, console=Console(stderr=True), transient=True)
