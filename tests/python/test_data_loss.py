# SPDX-License-Identifier: Apache-2.0
"""Nothing that a finished run or a person made is lost: folders of sweeps, their points and their tables."""

import csv
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import h5py
import pytest
from front import ENTRIES, ROOT

import siovsim as sv
from siovsim.report.write import of_folder
from siovsim.results import done, folders
from siovsim.sweeps import point_table
from siovsim.sweeps.axes import Axis
from siovsim.sweeps.sweep_file import load_sweep
from siovsim.validation import suite


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def demo(experiment, *values, **options):
    return sv.Sweep(experiment, {ENTRIES: list(values) or [64, 128]}, name="demo", **options)


# ---- whose folder it is ----


@pytest.mark.parametrize("file", ["points.csv", "report.html", "sweep.json", "sweep.h5", "notes.txt", "points/mine"])
def test_a_sweep_never_writes_into_a_strangers_folder(experiment, tmp_path, file):
    path = tmp_path / "mine" / file
    path.parent.mkdir(parents=True)
    path.write_text('{"name": "demo"}')
    with pytest.raises(sv.InputError, match="no sweep.json that siovsim wrote, and nothing is written into it"):
        sv.sweep(demo(experiment), out=tmp_path / "mine")
    assert contents(tmp_path / "mine") == {file: b'{"name": "demo"}'}


def test_a_sweep_never_overwrites_the_table_of_another_sweep(experiment):
    sv.sweep(demo(experiment), out="out")
    before = contents("out")
    with pytest.raises(sv.InputError, match="holds the results of 'demo', not of 'other'"):
        sv.sweep(sv.Sweep(experiment, {ENTRIES: [96]}, name="other"), out="out")
    assert contents("out") == before


def test_files_that_a_person_put_into_a_sweeps_folder_stay(experiment):
    sv.sweep(demo(experiment))
    Path("results/demo/notes.txt").write_text("mine")
    sv.sweep(demo(experiment, 64, 128, 256), force=True)
    assert Path("results/demo/notes.txt").read_text() == "mine"


def test_run_sweep_run_of_one_name_keeps_everything(experiment):
    first = sv.run(sv.Experiment(experiment, ["experiment_name=demo"]))
    frame = sv.sweep(demo(experiment))
    assert first.path == Path("results/demo") and list(frame["status"]) == ["done"] * 2
    points = contents("results/demo-sweep")
    again = sv.run(sv.Experiment(experiment, ["experiment_name=demo"]))
    assert again.path == first.path and again.finished
    assert contents("results/demo-sweep") == points and len(points) > 2


def test_sweep_run_sweep_of_one_name_keeps_everything(experiment, runs):
    sv.sweep(demo(experiment))
    points = contents("results/demo")
    result = sv.run(sv.Experiment(experiment, ["experiment_name=demo"]))
    assert result.path == Path("results/demo-run") and contents("results/demo") == points
    sv.sweep(demo(experiment))
    assert len(runs()) == 3 and result.verified().finished


def test_validate_never_writes_into_a_strangers_folder(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "report.html").write_text("mine")
    with pytest.raises(sv.InputError, match="no validation.json that siovsim wrote"):
        suite.validate([], tmp_path / "mine")
    assert contents(tmp_path / "mine") == {"report.html": b"mine"}


# ---- points ----


def test_a_forced_sweep_that_is_interrupted_keeps_finished_points_complete(tmp_path, experiment):
    path = tmp_path / "slow.txtpb"
    text = f'sweep_name: "slow" experiment_file: "{experiment.name}" axes {{ path: "{ENTRIES}" values: "64" values: "65" }} '
    path.write_text(text + 'axes { path: "fake.sleep_s" values: "0" }')
    sv.sweep(path)
    before = contents("results/slow/points")
    path.write_text(text + 'axes { path: "fake.sleep_s" values: "30" }')
    process = subprocess.Popen(
        ["/usr/bin/python3", "-m", "siovsim", "sweep", str(path), "--jobs", "2", "--quiet", "--force"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "pybind")}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    log = Path(os.environ["FAKE_ENGINE_LOG"])
    end = time.monotonic() + 60
    while len(log.read_text().split()) < 4 and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130 and "finished points are kept" in errors
    assert contents("results/slow/points") == before
    assert [row["status"] for row in point_table.read("results/slow").rows] == ["done"] * 2


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "missing": Path.unlink,
    "changed": lambda path: path.write_bytes(path.read_bytes().swapcase()),
}


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("file", ["summary.json", "tenants.csv", "histograms.h5", "DONE"])
def test_resume_does_not_trust_a_damaged_point(experiment, runs, file, kind):
    frame = sv.sweep(demo(experiment))
    point = Path("results/demo/points") / frame["run_id"][0]
    whole = contents(point)
    DAMAGE[kind](point / file)
    assert list(sv.sweep(demo(experiment))["status"]) == ["done"] * 2
    assert len(runs()) == 3 and contents(point) == whole
    aside = [path.name for path in Path("results/demo/points").iterdir() if "damaged" in path.name]
    assert aside == ([f"{point.name}.damaged"] if file == "DONE" else []), "what is no result of ours is set aside, not deleted"


def test_a_sweep_whose_folder_vanishes_does_not_end_with_0(tmp_path, experiment, siovsim):
    path = tmp_path / "s.txtpb"
    path.write_text(f'sweep_name: "demo" experiment_file: "{experiment.name}" axes {{ path: "{ENTRIES}" values: "64" values: "65" }}')
    plan, gone = load_sweep(path), []

    def vanish(update):
        if update["done"] == 1 and not gone:
            gone.append(1)
            shutil.rmtree("results/demo/points")

    with sv.local(jobs=1) as executor, pytest.raises(sv.SiovsimError, match="1 points that finished .* are not in"):
        sv.sweep(plan, executor=executor, progress=vanish)

    def vanish_whole(update):
        if update["done"] == 1:
            shutil.rmtree("results/demo")

    with sv.local(jobs=1) as executor, pytest.raises(sv.SiovsimError, match="sweep.json is gone or damaged"):
        sv.sweep(plan, executor=executor, progress=vanish_whole, force=True)


def test_a_corrected_sweep_shows_no_older_failure_of_a_point_that_never_ran(experiment):
    def broken(value):
        return sv.Sweep(experiment, [Axis("fake.fail", ("0", value), "z"), Axis(ENTRIES, ("64", "96"), "z")], name="demo")

    assert list(sv.sweep(broken("many"))["status"]) == ["done", "failed"]
    assert list(sv.sweep(broken("1"))["status"]) == ["done", "failed"]
    frame = sv.sweep(broken("0"), filter="entries < 90")
    assert list(frame["status"]) == ["done", "pending"] and frame["error"][1] == ""


def test_the_ids_of_all_points_are_asked_of_one_process(experiment, monkeypatch):
    started = []
    original = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda words, **options: started.append(words) or original(words, **options))
    sv.sweep(demo(experiment, *range(64, 67)))
    sv.sweep(demo(experiment, *range(64, 67)))
    assert len([words for words in started if "--ids" in words]) == 2


# ---- the table ----


class Killed(BaseException):
    """Stands for a SIGKILL: nothing after it happens."""


def test_the_table_is_readable_at_any_moment_of_a_kill(experiment, monkeypatch):
    sv.sweep(demo(experiment), out="whole")
    wider = sv.Sweep(experiment, [Axis(ENTRIES, ("64", "96")), Axis("workload.tenants", ("16", "32"))], name="demo")
    original, seen = folders.replace, set()
    for moment in range(18):
        shutil.copytree("whole", f"out{moment}")
        steps = []

        def replace(path, data):
            for write in (True, False):
                if len(steps) == moment:
                    raise Killed
                steps.append(path.name)
                if write:
                    original(path, data)
            return path

        monkeypatch.setattr(folders, "replace", replace)
        try:
            sv.sweep(wider, out=f"out{moment}", max_runs=0)
        except Killed:
            pass
        monkeypatch.setattr(folders, "replace", original)
        table = point_table.read(f"out{moment}")
        seen.add((tuple(table.axes), len(table.rows)))
        of_folder(f"out{moment}")
    assert steps == [name for name in 2 * ("sweep.json", "points.csv", "sweep.h5", "sweep.json") for _ in range(2)]
    assert seen == {(("entries",), 2), (("entries", "tenants"), 4)}


def test_a_sweep_killed_at_any_time_has_a_table_and_goes_on(tmp_path, experiment):
    path = tmp_path / "slow.txtpb"
    path.write_text(f'sweep_name: "slow" experiment_file: "{experiment.name}" axes {{ path: "{ENTRIES}" values: "64" values: "65" }}'
                    ' axes { path: "fake.sleep_s" values: "0.2" }')
    table = Path("results/slow/points.csv")
    for after_s in (0, 0.05, 0.2, 0.4):
        shutil.rmtree("results", ignore_errors=True)
        process = subprocess.Popen(["/usr/bin/python3", "-m", "siovsim", "sweep", str(path), "--jobs", "1", "--quiet"],
                                   env={**os.environ, "PYTHONPATH": str(ROOT / "pybind")}, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not table.exists() and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(after_s)
        process.kill()
        process.wait()
        assert len(point_table.read("results/slow").rows) == 2
        of_folder("results/slow")
    assert list(sv.sweep(path)["status"]) == ["done"] * 2


def test_seeds_above_2_to_the_53_are_shown_exactly(experiment, siovsim, tmp_path):
    seeds = [2**53 + 1, 2**64 - 1]
    frame = sv.sweep(demo(experiment, 64, seeds=seeds))
    assert list(frame["seed"]) == seeds
    with open("results/demo/points.csv", newline="") as file:
        assert [row["seed"] for row in csv.DictReader(file)] == [str(seed) for seed in seeds]
    with h5py.File("results/demo/sweep.h5") as file:
        assert [int(seed) for seed in file["seed"][()]] == seeds
    assert [row["seed"] for row in point_table.read("results/demo").rows] == seeds
    page = of_folder("results/demo").read_text()
    assert all(str(seed) in page or f"{seed:,}" in page for seed in seeds)


def test_seeds_stay_exact_beside_points_that_never_ran(experiment):
    big = sv.Experiment(experiment, [f"run.seed={2**53 + 1}"])
    frames = [sv.sweep(sv.Sweep(big, {ENTRIES: [64, 65]}, name="demo"), max_runs=1), point_table.read("results/demo").frame()]
    assert [list(frame["seed"])[0] for frame in frames] == [2**53 + 1] * 2
    with h5py.File("results/demo/sweep.h5") as file:
        assert [seed.decode() for seed in file["seed"][()]] == [str(2**53 + 1), ""]


def test_no_cell_of_the_table_is_a_formula(experiment):
    frame = sv.sweep(sv.Sweep(experiment, {"fake.target_ns": ["90000", "many"]}, name="demo"))
    assert frame["error"][1].startswith("--set fake.target_ns"), "an engine's sentence may start with a sign"
    with open("results/demo/points.csv", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]


# ---- runs ----


def test_an_interrupted_rerun_keeps_the_complete_result(experiment, tmp_path, siovsim):
    sv.run(experiment, out="out")
    before = contents("out")
    script = (f"import siovsim as sv\ntry:\n    sv.run(sv.Experiment({str(experiment)!r}, ['fake.sleep_s=30']), out='out')\n"
              "except sv.Interrupted as end:\n    print(end.folder, '|', end)\n")
    process = subprocess.Popen(["/usr/bin/python3", "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT / "pybind")},
                               stdout=subprocess.PIPE, text=True)
    log = Path(os.environ["FAKE_ENGINE_LOG"])
    while len(log.read_text().split()) < 2:
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=600)
    folder, _, sentence = said.partition(" | ")
    assert Path(folder).resolve() == tmp_path / "out.partial" and "out is as it was." in sentence
    assert contents("out") == before
    assert done.read(tmp_path / "out.partial").partial and json.loads((tmp_path / "out.partial/summary.json").read_text())["run"]["partial"]
