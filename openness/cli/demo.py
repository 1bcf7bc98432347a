"""``openness demo``: a small real build from the package index, audited and run."""

from __future__ import annotations

from typing import Any

import click

from openness.cli import judging
from openness.cli import run as running
from openness.cli.common import DISCLAIMER, Settings, global_options, progress
from openness.errors import UsageError

TOKENS = 48


@click.command("demo", epilog=DISCLAIMER)
@click.option(
    "--build", default="smollm2", show_default=True, help="smollm2 (Apache-2.0, 98 MB) or gemma3 (Gemma Terms, 253 MB)."
)
@judging.question_options
@click.option("-p", "--prompt", default=None, metavar="TEXT", help="What to ask the model.")
@global_options
def command(build: str, settings: Settings, prompt: str | None, **question: Any) -> int:
    """Fetch a small real build, audit it for a use in a product, and run it if the verdict allows."""
    from openness.sources import package_index

    chosen = _known(build)
    folder = settings.cache / "demo"
    with progress("unpacking", chosen.size, settings) as advance:
        path = package_index.fetch(chosen, folder, offline=bool(settings.offline), progress=advance)
    asked = judging.ask(settings, **{**question, "uses": question["uses"] or ("product",)})
    request = running.Request(
        prompt=prompt or chosen.prompt,
        serve=False,
        host="127.0.0.1",
        port=0,
        override=None,
        sealed=False,
        runner=None,
        arguments=("-n", str(TOKENS), "--temp", "0"),
    )
    return running.run(str(path), request, asked, settings)


def _known(name: str) -> Any:
    from openness.packaged import packaged
    from openness.rules.loader import read_yaml
    from openness.sources.package_index import IndexedBuild

    builds = read_yaml(packaged("corpus") / "demo_builds.yaml")["builds"]
    if name not in builds:
        raise UsageError(f"--build {name}: no such build; known are {', '.join(builds)}.")
    row = builds[name]
    return IndexedBuild(**{**row, "packages": tuple(row["packages"]), "members": tuple(row["members"])})
