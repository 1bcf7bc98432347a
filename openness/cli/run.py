"""``openness run BUILD``: audit, and start llama.cpp on the audited file only if the verdict allows it."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from openness.cli import judging
from openness.cli.common import DISCLAIMER, Settings, global_options
from openness.errors import ExitCode, OpennessError, UsageError, worst_exit

if TYPE_CHECKING:
    from openness.auditing import Audited
    from openness.gate.held_build import HeldBuild
    from openness.gate.held_file import HeldFile
    from openness.gate.log import RunRecord
    from openness.gate.runner import Job, Outcome, Runner

PASS_THROUGH = {"ignore_unknown_options": False, "allow_interspersed_args": True}


@dataclass(frozen=True, slots=True)
class Request:
    """What to start once it is allowed. ``prompt`` is None for a server."""

    prompt: str | None
    serve: bool
    host: str
    port: int
    override: str | None
    sealed: bool
    runner: str | None
    arguments: tuple[str, ...]


@click.command("run", epilog=DISCLAIMER, context_settings=PASS_THROUGH)
@click.argument("words", nargs=-1, required=True, metavar="BUILD [-- LLAMA_CPP_OPTIONS]")
@judging.question_options
@click.option("-p", "--prompt", default=None, metavar="TEXT", help="What to ask the model ('-' reads stdin).")
@click.option("--serve", is_flag=True, help="Start the OpenAI-compatible server instead (docs/serving.md).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the server listens.")
@click.option("--port", type=int, default=8080, show_default=True, help="The port; 0 takes a free one.")
@click.option("--override", default=None, metavar="REASON", help="Run against the verdict; the reason is logged.")
@click.option("--sealed", is_flag=True, help="Run a sealed copy in memory (Linux).")
@click.option("--runner", default=None, metavar="PATH", help="A llama-cli or llama-server instead of the bundled one.")
@global_options
def command(
    words: tuple[str, ...],
    uses: tuple[str, ...],
    declared: tuple[str, ...],
    policy: Path | None,
    model: str | None,
    fetch: bool,
    settings: Settings,
    **rest: Any,
) -> int:
    """Audit a build, and start llama.cpp on exactly that file only if the verdict allows it.

    The verdict goes to stderr, the model's text alone to stdout. Options behind -- go to llama.cpp (an allow-list).
    """
    build, facts, arguments = _split(words, settings)
    request = Request(arguments=arguments, **rest)
    if request.override is not None and not request.override.strip():
        raise UsageError("--override needs a reason: it is written into the log.")
    if not request.serve and request.prompt is None:
        raise UsageError("Nothing to do: give a prompt with -p TEXT, or --serve.")
    asked = judging.ask(settings, uses, [*declared, *facts], policy, model, fetch)
    return run(build, request, asked, settings)


def _split(words: tuple[str, ...], settings: Settings) -> tuple[str, list[str], tuple[str, ...]]:
    """The build, facts that followed ``--declare``, and llama.cpp's options, which begin with the first option word."""
    first = next((n for n, word in enumerate(words) if n and word.startswith("-")), len(words))
    paths, facts = judging.split_facts(words[:first], lambda: list(settings.load_rules().vocabulary.facts))
    if len(paths) != 1:
        raise UsageError("Name one build; options for llama.cpp stand behind `--`.")
    return paths[0], facts, words[first:]


def run(build: str, request: Request, asked: judging.Asked, settings: Settings) -> int:
    """Audit ``build`` and every further model file, print the verdict on stderr, start the runner or refuse."""
    from openness.gate.held_build import held_build
    from openness.gate.launch import choose
    from openness.gate.options import parse_options
    from openness.gate.runner import Companion, Job

    options = parse_options(request.arguments)
    with ExitStack() as stack:
        built = stack.enter_context(held_build(build))
        held = built.files[0]
        audits = [judging.audit_held(built, asked, settings)]
        _check_runnable(audits[0], build)
        companions = []
        for file in options.model_files:
            further = stack.enter_context(held_build(file.path))
            audits.append(judging.audit_held(further, msgspec.structs.replace(asked, model=None), settings))
            companions.append(Companion(file.kind, _one_file(further)))
        _show_verdicts(audits, settings)
        judging.print_warnings(judging.warnings_of(audits, asked))
        code = worst_exit([judging.exit_code(audited) for audited in audits])
        record = _record(held, audits, request, asked)
        # a file that cannot be parsed here is not handed to another parser, whatever the reason given
        if code is not ExitCode.OK and (request.override is None or any(a.error for a in audits)):
            return _refuse(code, audits, record, asked, settings)
        runner = choose(request.runner, serve=request.serve)
        record = replace(record, runner_name=runner.name, runner_version=runner.version)
        shards = built.files if len(built.files) > 1 else ()
        if shards and request.sealed:
            raise UsageError("--sealed copies one file, and this build is split; run it without, or merge its parts first.")
        if request.sealed:
            held = _sealed(held, stack)
        job = Job(held, options, tuple(companions), shards, verbose=bool(settings.verbose))
        return _start(job, request, record, runner, audits, asked, settings)


def _check_runnable(audited: Audited, build: str) -> None:
    """Raises UsageError for a build that is sound and that llama.cpp does not run."""
    found = audited.result.build
    if audited.error is None and (found.format != "gguf" or found.role not in ("model", "draft")):
        what = found.format if found.format != "gguf" else f"GGUF file of the role {found.role}"
        raise UsageError(f"{build}: llama.cpp runs GGUF models, and this is a {what}; `openness audit` judges it.")


def _one_file(build: HeldBuild) -> HeldFile:
    if len(build.files) > 1:
        raise UsageError(f"{build.path} is split; further model files must be whole, so merge its parts first.")
    return build.files[0]


def _sealed(held: HeldFile, stack: ExitStack) -> HeldFile:
    from openness.gate.sealed import sealed_copy

    return stack.enter_context(sealed_copy(held))


def _show_verdicts(audits: list[Audited], settings: Settings) -> None:
    for audited in audits:
        if audited.error is not None:
            judging.print_error(audited.error, audited.result.build.path)
        elif not settings.quiet or not audited.result.verdict.passes:
            judging.print_text(audited, settings, err=True)
            click.echo("", err=True)


def _record(held: HeldFile, audits: list[Audited], request: Request, asked: judging.Asked) -> RunRecord:
    from openness.gate.log import RunRecord
    from openness.records import worst

    return RunRecord(
        event="start",
        build_path=held.path,
        build_sha256=held.known_sha256,
        verdict=str(worst(audited.result.verdict for audited in audits)),
        uses=asked.question.uses,
        licenses=tuple(sorted({id for audited in audits for id in audited.result.licenses})),
        rules=asked.ruleset.version,
        override=request.override,
        argv=without_prompt(sys.argv[1:]),
    )


def without_prompt(argv: list[str]) -> tuple[str, ...]:
    """The command line for the log, without what was asked of the model: a log of runs is no log of conversations."""
    hidden = ("-p", "--prompt", "-sys", "--system-prompt")
    kept = []
    for previous, word in zip(["", *argv], argv, strict=False):
        name, equals, _ = word.partition("=")
        kept.append("…" if previous in hidden else f"{name}=…" if equals and name in hidden else word)
    return tuple(kept)


def _refuse(
    code: ExitCode,
    audits: list[Audited],
    record: RunRecord,
    asked: judging.Asked,
    settings: Settings,
) -> int:
    from openness.gate import log

    log.append(replace(record, event="refused", outcome="not started"))
    click.echo("openness: not started; the verdict does not allow it.", err=True)
    if settings.json:
        _print_json(audits, None, asked, started=False, override=None)
    return int(code)


def _start(
    job: Job,
    request: Request,
    record: RunRecord,
    runner: Runner,
    audits: list[Audited],
    asked: judging.Asked,
    settings: Settings,
) -> int:
    from openness.gate import log

    start = log.append(record, wait=False)
    if settings.json:
        override = {"reason": request.override, "user": start.get("user")} if request.override else None
        _print_json(audits, runner, asked, started=True, override=override)
        click.echo("---")
    try:
        outcome = _perform(job, request, runner, record)
    except OpennessError as error:
        log.append(replace(record, event="end", outcome=f"failed: {error.code}"))
        raise
    log.append(replace(record, event="end", outcome=outcome.ended))
    return 130 if outcome.ended == "interrupted" and not request.serve else int(ExitCode.OK)


def _perform(job: Job, request: Request, runner: Runner, record: RunRecord) -> Outcome:
    from openness.gate.launch import text_writer

    if request.serve:
        return _serve(job, request, runner, record)
    prompt = sys.stdin.read() if request.prompt == "-" else request.prompt or ""
    write = text_writer(sys.stdout)
    outcome = runner.generate(job, prompt, write)
    write("\n")
    return outcome


def _serve(job: Job, request: Request, runner: Runner, record: RunRecord) -> Outcome:
    from openness.gate import front, log

    def notice(error: OpennessError) -> None:
        log.append(replace(record, event="changed", outcome=error.message))

    def ready(address: str) -> None:
        click.echo(f"listening on {address}", err=True)

    key = front.key_from(os.environ)
    if key is None and request.host not in ("127.0.0.1", "::1", "localhost"):
        click.echo(f"openness: warning: anyone who reaches {request.host} can use this server; set OPENNESS_API_KEY", err=True)
    return front.serve(runner, job, request.host, request.port, ready, key=key, notice=notice)


def _print_json(
    audits: list[Audited],
    runner: Runner | None,
    asked: judging.Asked,
    *,
    started: bool,
    override: dict[str, Any] | None,
) -> None:
    from openness.outputs import envelope

    results = []
    for audited in audits:
        result = envelope.audit_result(audited.result)
        result["run"] = {
            "started": started,
            "runner": {"name": runner.name, "version": runner.version} if runner else None,
            "override": override,
        }
        results.append(result)
    errors = [(a.error, a.result.build.path) for a in audits if a.error is not None]
    warnings = judging.warnings_of(audits, asked)
    click.echo(envelope.envelope("run", results, rules=asked.ruleset.version, warnings=warnings, errors=errors))
    sys.stdout.flush()
