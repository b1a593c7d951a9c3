# SPDX-License-Identifier: Apache-2.0
"""Damaged result folders: report and compare say one sentence, and never show half a result."""

import os
import shutil
from pathlib import Path

import pytest
from front import ENTRIES

import siovsim as sv
from siovsim.cli.main import main
from siovsim.report import write
from siovsim.results import done
from siovsim.sweeps import point_table


def _folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe_instead(path: Path) -> None:
    """Nobody ever writes into it: whoever opens it to read waits for ever."""
    path.unlink()
    os.mkfifo(path)


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _cut_at_a_line(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: max(1, len(lines) // 2)]))


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def _swap_types(path: Path) -> None:
    """Numbers become text, or the whole becomes something else of the same form."""
    if path.suffix == ".csv":
        path.write_text(path.read_text().replace(",1", ",one").replace(",2", ",two"))
    else:
        path.write_text("[1, 2]\n")


DAMAGE = {
    "missing": Path.unlink,
    "a folder": _folder_instead,
    "a pipe": _pipe_instead,
    "empty": lambda path: path.write_bytes(b""),
    "cut": _cut,
    "cut at a line": _cut_at_a_line,
    "one bit": _flip,
    "other types": _swap_types,
    "not text": lambda path: path.write_bytes(bytes(range(256))),
    "null": lambda path: path.write_text("null\n"),
}
FILES = ("summary.json", "stages.csv", "bands.csv", "tenants.csv", "structures.csv", "histograms.h5", "resolved.txtpb", "DONE")
CASES = [(file, kind) for file in FILES for kind in DAMAGE]
CASES += [("speed.json", kind) for kind in DAMAGE if kind not in ("one bit", "cut at a line")]  # its bytes are its own


@pytest.fixture
def damaged(sample, tmp_path):
    def make(file: str, kind: str) -> Path:
        folder = tmp_path / "run"
        shutil.copytree(sample, folder)
        DAMAGE[kind](folder / file)
        return folder

    return make


@pytest.mark.parametrize("file, kind", CASES)
def test_a_damaged_run_is_one_sentence_for_report_and_compare(damaged, sample, capsys, file, kind):
    folder = damaged(file, kind)
    for words in (["report", str(folder)], ["compare", str(sample), str(folder)], ["compare", str(folder)]):
        assert main(words) == 2
        shown = capsys.readouterr()
        assert shown.out == "" and shown.err.count("\n") == 1
        assert str(folder) in shown.err and ("is not a" in shown.err or "is no summary" in shown.err or "cannot be read" in shown.err)
    assert not (folder / "report.html").exists()
    assert point_table.finished(folder, contents=True) is None or file == "speed.json"


def test_a_sound_run_is_reported_and_compared(sample, tmp_path, capsys):
    folder = shutil.copytree(sample, tmp_path / "run")
    assert main(["report", str(folder)]) == 0 and main(["compare", str(folder)]) == 0
    assert done.check(folder).partial is False
    assert main(["report", str(folder)]) == 0, "the report is no damage to the result"


@pytest.fixture
def swept(experiment):
    sv.sweep(sv.Sweep(experiment, {ENTRIES: [64, 128, 256]}, name="demo"))
    folder = Path("results/demo")
    write.of_sweep(point_table.read(folder), folder)
    return folder


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("file", ["points.csv", "sweep.json"])
def test_a_damaged_table_is_one_sentence_for_report(swept, capsys, file, kind):
    before = (swept / "report.html").read_bytes()
    DAMAGE[kind](swept / file)
    assert main(["report", str(swept)]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1 and str(swept) in shown.err
    assert (swept / "report.html").read_bytes() == before


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("file", ["summary.json", "structures.csv", "DONE"])
def test_a_sweep_with_a_damaged_point_is_not_reported(swept, capsys, file, kind):
    before = (swept / "report.html").read_bytes()
    points = sorted((swept / "points").iterdir())
    DAMAGE[kind](points[0] / file)
    assert main(["report", str(swept)]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1 and f"{points[0]} is not a whole result" in shown.err
    assert (swept / "report.html").read_bytes() == before
    shutil.rmtree(points[0])
    shutil.rmtree(points[1])
    assert main(["report", str(swept)]) == 2 and "So are 1 more of its points." in capsys.readouterr().err


FRAMES = {
    "stages.csv": sv.Result.stages,
    "bands.csv": sv.Result.bands,
    "tenants.csv": sv.Result.tenants,
    "structures.csv": sv.Result.structures,
    "histograms.h5": sv.Result.histograms,
    "summary.json": lambda result: result.summary,
}


@pytest.mark.parametrize("kind", ["missing", "a folder", "empty", "not text"])
@pytest.mark.parametrize("file", FRAMES)
def test_a_damaged_file_is_an_input_error_in_python(damaged, file, kind):
    folder = damaged(file, kind)
    with pytest.raises(sv.InputError, match=file.replace(".", r"\.")):
        FRAMES[file](sv.Result(folder))
