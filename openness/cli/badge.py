"""``openness badge MODEL``: how open a model is, to be seen at a glance; as a picture, as words, or in a model card."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openness.cli.common import DISCLAIMER, Settings, options_with_formats
from openness.errors import MissingInput, OpennessError, UsageError
from openness.printable import printable

if TYPE_CHECKING:
    from openness.classifying import Classified
    from openness.outputs.badge import Badge
    from openness.rules.loader import Ruleset
    from openness.sources.snapshot import Reference

#: The endings of files from which the format follows where none is named.
ENDINGS = {".svg": "svg", ".png": "png", ".json": "shields", ".md": "markdown", ".txt": "text"}
#: The picture that a card shows, beside the card.
IMAGE = "openness-badge.png"


@click.command("badge", epilog=DISCLAIMER)
@click.argument("model", metavar="MODEL")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file; its ending says what.")
@click.option("--variant", default="category", help="What it shows (category); docs/badges.md lists all.")
@click.option("--style", default="flat", help="flat or compact (flat).")
@click.option("--image", default=None, metavar="ADDRESS", help="Where the picture is that Markdown and cards show.")
@click.option(
    "--write",
    "card",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="CARD.md",
    help="Put the block in this card, or renew it.",
)
@click.option("--push", is_flag=True, help="Offer the block as a pull request on the model's Hub repository (HF_TOKEN).")
@options_with_formats("svg", "png", "shields", "markdown", "text", "json")
def command(
    model: str,
    output: Path | None,
    variant: str,
    style: str,
    image: str | None,
    card: Path | None,
    push: bool,
    settings: Settings,
) -> int:
    """A badge of how open a model is: SVG, PNG, JSON for shields.io, Markdown, or a block in a model card.

    MODEL is as for classify. Without -o, --write or --push the badge goes to stdout. Exit code 0 when it was made, whatever the
    category is.
    """
    from openness.outputs import badge as badges

    _checked(variant, style, image)
    reference = _reference(model, push, settings)
    ruleset = settings.load_rules()
    found = _classified(reference, ruleset, settings)
    made = badges.badge(found.result, variant, style, found.dossier.model.date)
    format = settings.format or ENDINGS.get(output.suffix.lower() if output else "", "svg")
    if output is not None or not (card or push):
        _give(_rendered(made, found, format, variant, image, ruleset), output)
        if output is not None and not settings.quiet:
            click.echo(f"openness: wrote {printable(str(output))}", err=True)
    if card is not None:
        _write_card(card, found, made, _image_of(card, output, format, image), reference, ruleset)
    if push:
        _push(found, made, image, reference, ruleset, settings)
    return 0


def _checked(variant: str, style: str, image: str | None) -> None:
    from openness.outputs.badge import STYLES
    from openness.outputs.looks import looks

    for option, value, known in (("--variant", variant, looks().variants), ("--style", style, STYLES)):
        if value not in known:
            raise UsageError(f"{option} {printable(value, 40)}: no such {option[2:]}; known are {', '.join(known)}.")
    if image is not None and not (image.isascii() and image.isprintable() and not set(" ()<>\"'\\`|") & set(image)):
        raise UsageError("--image holds a character that would end the address; percent-encode it.")


def _reference(model: str, push: bool, settings: Settings) -> Reference:
    from openness.sources import model_reference

    reference = model_reference.parse(model)
    if push and (reference.kind != "hub-model" or settings.offline):
        raise UsageError("--push needs a model of the Hub (owner/name) and the network; --write changes a card on this machine.")
    return reference


def _classified(reference: Reference, ruleset: Ruleset, settings: Settings) -> Classified:
    """The one classification. Raises the error of a model that cannot be had, as ``classify`` reports it."""
    from openness import classifying
    from openness.cli.classify import absence_error
    from openness.cli.model_sources import model_sources

    with model_sources(settings) as source:
        results = classifying.classify_all(reference, source, ruleset)
    if len(results) > 1:
        names = ", ".join(printable(found.result.model, 60) for found in results[:5])
        raise UsageError(f"The evidence file holds {len(results)} models ({names}); a badge is about one: split the file.")
    lacking = absence_error(results[0])
    if lacking is not None:
        raise lacking
    return results[0]


def _rendered(made: Badge, found: Classified, format: str, variant: str, image: str | None, ruleset: Ruleset) -> bytes:
    from openness.outputs import badge_words
    from openness.outputs.badge_svg import svg

    match format:
        case "png":
            from openness.outputs.badge_png import png

            return png(made)
        case "shields":
            text = badge_words.shields(made)
        case "markdown":
            from openness.outputs.card_block import markdown_badge

            text = markdown_badge(made, image or badge_words.static_address(made))
        case "text":
            text = made.title
        case "json":
            from openness.outputs.envelope import envelope

            result = found.result
            row = badge_words.badge_result(made, result.model, result.result.category, variant, svg(made))
            text = envelope("badge", [row], rules=ruleset.version)
        case _:
            text = svg(made).rstrip("\n")
    return f"{text}\n".encode()


def _give(data: bytes, output: Path | None) -> None:
    if output is not None:
        _replace(output, data)
        return
    if data.startswith(b"\x89PNG") and sys.stdout.isatty():
        raise UsageError("A PNG is no text for a terminal; name a file with -o.")
    click.echo(data, nl=False)


def _image_of(card: Path, output: Path | None, format: str, image: str | None) -> str | None:
    """The address of the picture within the card: what is named, else the file just written, else None (still to be written)."""
    if image is not None:
        return image
    if output is None or format not in ("svg", "png"):
        return None
    from urllib.parse import quote

    return quote(Path(os.path.relpath(output.absolute(), card.absolute().parent)).as_posix())


def _write_card(card: Path, found: Classified, made: Badge, image: str | None, reference: Reference, ruleset: Ruleset) -> None:
    from openness.outputs.badge_png import png
    from openness.sources.folder import MAX_DOCUMENT, NotRead, read_regular

    target = card.resolve()
    try:
        before = read_regular(target, MAX_DOCUMENT)
    except NotRead as error:
        raise MissingInput(f"The card {printable(str(card))} cannot be read: {error.words}.") from None
    after = _with_block(before, str(card), found, made, image or IMAGE, reference, ruleset)
    if image is None:
        _replace(target.parent / IMAGE, png(made))
        click.echo(f"openness: wrote {printable(str(card.parent / IMAGE))}", err=True)
    if after != before:
        _replace(target, after)
    done = "wrote the block in" if after != before else "the block is current in"
    click.echo(f"openness: {done} {printable(str(card))}", err=True)


def _with_block(
    card: bytes, name: str, found: Classified, made: Badge, image: str, reference: Reference, ruleset: Ruleset
) -> bytes:
    """The card with the block. Raises UsageError for a card whose markers are not one pair, or that is no UTF-8 text."""
    from openness.outputs.card_block import OddCard, Reproduce, block, written

    try:
        text = card.decode("utf-8")
        new = block(found.result, made, image, Reproduce(_name_for_others(reference), ruleset.version))
        return written(text, new).encode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"The card {printable(name)} is not UTF-8 text; save it as that, it was not changed.") from None
    except OddCard as odd:
        raise UsageError(f"{printable(name)}: {odd}; correct it by hand, nothing was changed.", code="odd-card") from None


def _name_for_others(reference: Reference) -> str:
    """What others would call the model; the folders of this machine are nobody's business."""
    from openness.outputs.markdown import CODE

    match reference.kind:
        case "folder":
            return "."
        case "evidence-file":
            name = Path(reference.name).name
            return name if CODE.fullmatch(name) else "FILE"
        case "github":
            return f"github:{reference.name}"
        case _:
            return reference.name


def _push(found: Classified, made: Badge, image: str | None, reference: Reference, ruleset: Ruleset, settings: Settings) -> None:
    """Offer the block as a pull request: the card alone, with a picture that needs no file in the repository."""
    from openness.outputs.badge_words import static_address
    from openness.sources import transport
    from openness.sources.endpoints import Access
    from openness.sources.hub import HubSource
    from openness.sources.hub_pull_request import open_pull_request
    from openness.sources.snapshot import Reference as Ref

    access = Access.from_environment(offline=bool(settings.offline))
    with transport.connect(access) as connection:
        head = HubSource(connection).fetch(Ref("hub-model", reference.name))
        document = head.document("README.md")
        lacking = next((absent for absent in head.absences if absent.what == "README.md"), head.absent)
        if document is None and lacking is not None:  # a card that is there and was not read must not be replaced
            raise OpennessError(f"The card of {reference.name} could not be read ({lacking.reason}); try again later.")
        before = document.data if document else b""
        after = _with_block(before, "README.md", found, made, image or static_address(made), reference, ruleset)
        if _but_for_revision(after) == _but_for_revision(before):
            click.echo(f"openness: the card of {reference.name} is current; no pull request is needed", err=True)
            return
        about = "The block between the markers was worked out by openness from what is published with the model."
        address = open_pull_request(
            connection, head.name, "README.md", after, parent=head.revision, title="Openness of this model", description=about
        )
    click.echo(f"openness: opened {address or 'a pull request'}", err=True)


def _but_for_revision(card: bytes) -> bytes:
    """A card that changes nothing else needs no new block: taking the last one in made a new revision by itself."""
    return re.sub(rb"(?m)^(Worked out) at revision [0-9a-f]+ ", rb"\1 ", card)


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, with the rights of the one that it replaces."""
    import tempfile

    temporary = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=".openness-", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
        temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise UsageError(f"{printable(str(path))} cannot be written ({error.strerror}); name another place.") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
