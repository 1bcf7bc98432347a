"""Shared by the commands that judge a build: the question as options, the audit of held files, and the printing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from openness.cli.common import Settings, echo, progress, styler, width
from openness.errors import BuildError, ExitCode, OpennessError
from openness.printable import printable
from openness.records import Permission

if TYPE_CHECKING:
    from openness.auditing import Audited
    from openness.gate.held_build import HeldBuild
    from openness.policy.clarify import Clarification
    from openness.policy.exceptions import Exceptions
    from openness.policy.file import Policy
    from openness.rules.loader import Ruleset
    from openness.sources.snapshot import Source
    from openness.verdict.audit import Question

Function = TypeVar("Function", bound=Callable[..., Any])
#: What a person does with a file at the least; taken when neither --use nor the policy says more.
DEFAULT_USE = "internal"
#: The file of the local store (``store.database.FILE``), named here so that an audit without one need not import it.
STORE = "openness.db"


def question_options(function: Function) -> Function:
    """``--use``, ``--declare``, ``--policy``, ``--model`` and ``--fetch``."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_OPTIONS = (
    click.option("--use", "uses", multiple=True, metavar="USE", help="An intended use; may be repeated (internal)."),
    click.option("--declare", "declared", multiple=True, metavar="KEY=VALUE", help="A fact about you; may be repeated."),
    click.option("--policy", type=click.Path(dir_okay=False, path_type=Path), default=None, help="An openness.toml."),
    click.option("--model", default=None, metavar="HUB_ID", help="The hub model that the build is said to be."),
    click.option("--fetch", is_flag=True, help="Fetch what the local store lacks of that model and of named bases."),
)


class Asked(msgspec.Struct, frozen=True):
    """The question with the rules it is asked of."""

    question: Question
    ruleset: Ruleset
    model: str | None
    clarifications: tuple[Clarification, ...] = ()
    fetch: bool = False
    exceptions: Exceptions | None = None


def ask(
    settings: Settings,
    uses: Sequence[str],
    declared: Sequence[str],
    policy: Path | None,
    model: str | None,
    fetch: bool = False,
) -> Asked:
    """Combine the options with the policy: options add facts, and replace the policy's uses."""
    from openness.policy import file as policy_file
    from openness.rules import declared as facts
    from openness.verdict.audit import Question

    ruleset = settings.load_rules()
    own: Policy = policy_file.load(policy, ruleset)
    chosen = policy_file.checked_uses(uses, ruleset) or own.uses or (DEFAULT_USE,)
    known = {**own.declared, **facts.parse(declared, ruleset)}
    return Asked(Question(chosen, known, own.evidence), ruleset, model, own.clarifications, fetch, own.exceptions)


def split_facts(words: Sequence[str], ruleset_keys: Callable[[], Sequence[str]]) -> tuple[list[str], list[str]]:
    """Inputs and facts: ``--declare a=b c=d`` leaves ``c=d`` among the inputs; it is a fact when it names one and no
    such file exists."""
    inputs: list[str] = []
    facts: list[str] = []
    for word in words:
        key = word.partition("=")[0].replace("-", "_")
        is_fact = "=" in word and key.isidentifier() and not Path(word).exists() and key in ruleset_keys()
        (facts if is_fact else inputs).append(word)
    return inputs, facts


@contextmanager
def hashed(held: HeldBuild, settings: Settings, *, hashing: bool = True) -> Iterator[Callable[[], None]]:
    """Inside the block the files of ``held`` are hashed, where no hash of just these is remembered; what is yielded waits for
    that. Without ``hashing`` only what is remembered is known of them."""
    from openness.gate import hash_cache

    fresh = [file for file in held.files if not hash_cache.recall(file, settings.cache)]
    if not fresh or not hashing:
        yield lambda: None
        return
    from openness.gate.background_hash import background_hash

    with progress("hashing", held.size, settings) as advance, background_hash(held, _advancing(advance)) as hash:
        yield hash.wait
    for file in fresh:
        hash_cache.remember(file, settings.cache)


def audit_path(path: str, ask: Callable[[], Asked], settings: Settings, *, hashing: bool = True) -> Audited:
    """Audit the build at ``path``; the rules are loaded (``ask``) while it is hashed, which is the longer work. That a part is
    missing, or that a folder is not one build, is an answer too."""
    from openness.gate.held_build import held_build

    try:
        with held_build(path) as held, hashed(held, settings, hashing=hashing) as wait:
            return _audit_hashed(held, wait, ask(), settings)
    except BuildError as error:
        return _unreadable(path, error, ask())


def audit_held(held: HeldBuild, asked: Asked, settings: Settings) -> Audited:
    """Audit a build whose files the caller holds open, with their hashes, remembered or new."""
    with hashed(held, settings) as wait:
        return _audit_hashed(held, wait, asked, settings)


def _audit_hashed(held: HeldBuild, wait: Callable[[], None], asked: Asked, settings: Settings) -> Audited:
    """Audit a build whose files are held open; ``wait`` returns when they are hashed."""
    from openness.auditing import Hashes, OpenBuild, audit_build
    from openness.records import BuildFile

    def hashes() -> Hashes:
        wait()
        several = held.files if len(held.files) > 1 else ()
        files = (BuildFile(printable(file.path, None), file.size, file.known_sha256) for file in several)
        return Hashes(held.known_sha256, tuple(files))

    first = held.files[0].fileno()
    build = OpenBuild(first, held.path, held.size, hashes, held.parts, held.layout, settings.cache)
    with _models(asked, settings) as source:
        audited = audit_build(
            build,
            asked.question,
            asked.ruleset,
            model=asked.model,
            clarifications=asked.clarifications,
            index_files=settings.index_files,
            source=source,
        )
    if asked.exceptions is None:
        return audited
    result, warnings = asked.exceptions.apply(audited.result)
    return msgspec.structs.replace(audited, result=result, warnings=(*audited.warnings, *warnings))


def _unreadable(path: str, error: BuildError, asked: Asked) -> Audited:
    """The result for a build that is not whole."""
    from openness.auditing import Audited
    from openness.records import Build
    from openness.verdict.audit import unreadable

    return Audited(unreadable(Build(printable(path, None), None, 0, "unknown"), asked.question, error.message), error)


@contextmanager
def _models(asked: Asked, settings: Settings) -> Iterator[Source | None]:
    """What can be asked for Hub models: the store where there is one, the network only with ``--fetch``."""
    if not asked.fetch and not (settings.cache / STORE).exists():
        yield None
        return
    from openness.cli.model_sources import model_sources

    with model_sources(settings if asked.fetch else msgspec.structs.replace(settings, offline=True)) as source:
        yield source


def _advancing(advance: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """The gate tells bytes read so far, a bar wants steps."""
    if advance is None:
        return None
    done = 0

    def report(total: int) -> None:
        nonlocal done
        advance(total - done)
        done = total

    return report


def exit_code(audited: Audited) -> ExitCode:
    """0 permitted, 1 denied, 3 cannot say (contract, section 5)."""
    if audited.result.verdict.passes:
        return ExitCode.OK
    return ExitCode.DENIED if audited.result.verdict is Permission.DENIED else ExitCode.CANNOT_SAY


def print_text(audited: Audited, settings: Settings, *, err: bool = False) -> None:
    """The result for a person."""
    from openness.outputs import text

    style = styler(settings, err=err)
    shown = text.audit(audited.result, width=width(), style=style, verbose=bool(settings.verbose))
    echo(shown, settings, err=err)


def warnings_of(audits: Sequence[Audited], asked: Asked) -> list[str]:
    """What is wrong with the policy, seen over all builds of one command."""
    if not asked.clarifications and asked.exceptions is None:
        return []
    from openness.policy.clarify import unused

    used = frozenset().union(*(audited.used for audited in audits))
    said = [warning for audited in audits for warning in audited.warnings]
    return list(dict.fromkeys([*said, *unused(asked.clarifications, used)]))


def print_warnings(warnings: Sequence[str]) -> None:
    for warning in warnings:
        click.echo(f"openness: warning: {warning}", err=True)


def print_error(error: OpennessError, subject: str) -> None:
    click.echo(f"openness: {printable(subject)}: {printable(error.message, None)}", err=True)
