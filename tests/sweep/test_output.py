"""The output is whole or not there, and JSON fits its schema."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import time
import tty
from pathlib import Path

import pyarrow as arrow
import pytest

from openness.rules import loader
from openness.sweep import source_table
from openness.sweep import table as table_to_write
from openness.sweep.sweeping import Where, sweep
from tests.cli.command import openness
from tests.store.test_database import filled
from tests.sweep.tables import random_rows, read, table
from tests.test_docs import validate


def test_json_output_fits_its_schema_and_counts_every_row(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", random_rows(7, 150))
    done = openness("sweep", "in.parquet", "-o", "out.parquet", "--format", "json", home=tmp_path)
    validate(done.json, "sweep.schema.json")
    result = done.json["results"][0]
    assert result["rows"] == sum(sum(row.values()) for row in result["categories"].values()) == 150


def test_text_output_has_the_table_and_the_drift(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", random_rows(7, 150))
    done = openness("sweep", "in.parquet", "-o", "out.parquet", home=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "150 rows judged" in done.out
    assert "unverified" in done.out
    assert "finetune" in done.out


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", random_rows(7, 150))
    for name in ("one", "two"):
        openness("sweep", "in.parquet", "-o", f"{name}.parquet", home=tmp_path)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_a_full_disk_is_an_error_and_keeps_what_was_there(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", random_rows(7, 2000))
    (tmp_path / "out.parquet").write_bytes(b"before")

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    command = [sys.executable, "-m", "openness", "sweep", "in.parquet", "-o", "out.parquet"]
    done = subprocess.run(command, cwd=tmp_path, preexec_fn=small, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, "cannot be written" in done.stderr, "Traceback" in done.stderr) == (5, True, False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]
    assert (tmp_path / "out.parquet").read_bytes() == b"before"


def test_an_interrupt_leaves_no_output(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", random_rows(7, 400), group=1)
    part_a_row = "from openness.sweep import source_table; source_table.MOST_ROWS = 1; from openness.cli import main; main()"
    command = [sys.executable, "-c", part_a_row, "sweep", "in.parquet", "-o", "out.parquet", "--workers", "1"]
    child = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while child.poll() is None and not children_of(child.pid):
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def children_of(pid: int) -> str:
    return "".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))


@pytest.mark.parametrize("step", ["reading", "judging", "writing"])
def test_an_interrupt_in_any_step_keeps_what_was_there(tmp_path: Path, step: str) -> None:
    source = table(tmp_path / "in.parquet", random_rows(7, 40))
    (tmp_path / "out.parquet").write_bytes(b"before")

    def pressed(now: str, done: int, total: int) -> None:
        if now == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(source, tmp_path / "out.parquet", loader.load(), Where(), pressed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]
    assert (tmp_path / "out.parquet").read_bytes() == b"before"


def test_a_place_that_cannot_be_written_is_said_before_any_work(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", random_rows(7, 10))
    done = openness("sweep", "in.parquet", "-o", "no/such/out.parquet", home=tmp_path)
    assert (done.code, "no folder" in done.err) == (2, True)
    assert read(tmp_path / "in.parquet")


@pytest.mark.parametrize("kind", ["itself", "by another name", "a link", "a second name"])
def test_the_table_that_is_read_is_never_written(tmp_path: Path, kind: str) -> None:
    source = table(tmp_path / "in.parquet", random_rows(7, 40))
    before = source.read_bytes()
    (tmp_path / "link.parquet").symlink_to("in.parquet")
    os.link(source, tmp_path / "second.parquet")
    names = {
        "itself": "in.parquet",
        "by another name": "./x/../in.parquet",
        "a link": "link.parquet",
        "a second name": "second.parquet",
    }
    (tmp_path / "x").mkdir()
    done = openness("sweep", "in.parquet", "-o", names[kind], home=tmp_path)
    assert (done.code, "is the table that is read" in done.err) == (2, True)
    assert source.read_bytes() == before


def test_what_a_link_names_is_written_and_the_link_stays(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", random_rows(7, 40))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out.parquet").symlink_to("elsewhere/real.parquet")
    assert openness("sweep", "in.parquet", "-o", "out.parquet", home=tmp_path).code == 0
    assert (tmp_path / "out.parquet").is_symlink()
    assert len(read(tmp_path / "elsewhere" / "real.parquet")) == 40


def test_a_pipe_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", random_rows(7, 40))
    os.mkfifo(tmp_path / "pipe")
    for words in (("in.parquet", "-o", "pipe"), ("pipe", "-o", "out.parquet")):
        done = openness("sweep", *words, home=tmp_path)
        assert (done.code, "no regular file" in done.err) == (2, True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_device_is_written_to_and_stays_one(tmp_path: Path) -> None:
    source = table(tmp_path / "in.parquet", random_rows(7, 40))
    out, terminal = os.openpty()  # a device of the test's own: a mistake here must not cost the machine its /dev/null
    device = Path(os.ttyname(terminal))
    assert table_to_write.target(device, source) == device
    found = source_table.layout(source)
    nothing = [(None, None, "none", (), (), ())]
    tty.setraw(terminal)
    table_to_write.write(device, found, table_to_write.Results(nothing, arrow.array([0] * 40, arrow.int32())))
    assert os.read(out, 4) == b"PAR1"
    assert stat.S_ISCHR(device.stat().st_mode)


def test_the_export_of_the_own_store_can_be_swept(tmp_path: Path) -> None:
    filled(tmp_path / "cache")
    exported = openness("corpus", "export", "-o", "export", "--cache-dir", tmp_path / "cache", home=tmp_path)
    assert exported.code == 0
    done = openness("sweep", "export", "-o", "out.parquet", "--format", "json", home=tmp_path)
    assert (done.code, done.err) == (0, "")
    models = [row for row in read(tmp_path / "export" / "repositories.parquet") if row["kind"] == "hub-model" and row["current"]]
    assert [row["id"] for row in read(tmp_path / "out.parquet")] == [row["id"] for row in models] != []
