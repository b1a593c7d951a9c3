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
from siovsim.sweeps.axes import Answer, Axis, Metric
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


@pytest.mark.parametrize("word", ["=1+1", "+A1", "-A1", "@SUM(A1)", "=cmd|' /C calc'!A0", "a\nb", "\x1b[31m", " blank"])
def test_words_that_a_spreadsheet_would_execute_are_refused(word):
    for axis in (Axis("a", ("1",), label=word), Axis("a", ("1",), names=(word,)), Axis("a", (word,))):
        with pytest.raises(sv.InputError, match="axis a: (label|value) "):
            sv.Sweep("e.txtpb", [axis])
    with pytest.raises(sv.InputError, match="metrics: name"):
        sv.Sweep("e.txtpb", {"a": [1]}, metrics=[Metric(word, "x.y")])
    assert sv.Sweep("e.txtpb", {"a": [-1, "+2", "-1e3"]}).axes[0].values == ("-1", "+2", "-1e3")


# ---- what a sweep may say ----


@pytest.mark.parametrize("label", ["job.latency.p99_ns", "memory.pin_ns", "bound.jobs_per_s", "class.a.latency.mean_ns"])
def test_an_axis_labelled_like_a_metric_is_refused(label):
    with pytest.raises(sv.InputError, match="is the name of a metric; give another label"):
        sv.Sweep("e.txtpb", [Axis("a", ("1",), label=label)])


@pytest.mark.parametrize("label", ["status", "seed", "b"])
def test_a_label_that_is_taken_is_refused(label):
    with pytest.raises(sv.InputError, match=f"axis a: the label '{label}' is taken"):
        sv.Sweep("e.txtpb", [Axis("a", ("1",), label=label), Axis("x.b", ("1",))])


@pytest.mark.parametrize("name", ["job.completed", "a", "status"])
def test_a_derived_metric_does_not_overwrite_another_column(name):
    with pytest.raises(sv.InputError, match="is the name of another column"):
        sv.Sweep("e.txtpb", {"a": [1]}, metrics=[Metric(name, "x.y")])


NAN, INFINITE = float("nan"), float("inf")


def refusal(experiment, **span):
    """What is said of a sweep over a range."""
    with pytest.raises(sv.InputError) as refused:
        sv.Sweep(experiment, [Axis("a", **span)]).points()
    assert str(refused.value).startswith("axes[0].") and str(refused.value).count("\n") < 3
    return str(refused.value)


@pytest.mark.parametrize("bounds", [(NAN, 1, 1), (1, NAN, 1), (1, 2, NAN), (-INFINITE, 1, 1), (1, INFINITE, 1), (1, 2, INFINITE)])
def test_a_range_that_is_not_finite_is_refused(experiment, bounds):
    assert "must be a finite number" in refusal(experiment, range=bounds)
    if bounds[2] == 1:
        assert "must be a finite number" in refusal(experiment, log_range=(*bounds[:2], 2))


@pytest.mark.parametrize("bounds", [(0, 1, 1e-12), (0, 1e308, 1e-12), (0, 1e9, 0.5), (-1e308, 1e308, 1e-3)])
def test_a_range_of_too_many_values_is_refused_before_it_is_built(experiment, bounds):
    assert "must be such that there are at most 1000000" in refusal(experiment, range=bounds)


def test_a_range_whose_step_vanishes_is_refused(experiment):
    assert "neighbours are the same number" in refusal(experiment, range=(1e17, 1e17 + 64, 4))


@pytest.mark.parametrize("ends, count", [((-1, 2), 3), ((0, 2), 3), ((1, 2), 1), ((1, 2), 4_000_000_000), ((2, 1), 3)])
def test_an_impossible_log_range_is_refused(experiment, ends, count):
    assert "axes[0].log_range." in refusal(experiment, log_range=(*ends, count))


def test_a_log_range_over_all_magnitudes_has_its_ends(experiment):
    points = sv.Sweep(experiment, [Axis("a", log_range=(1e-12, 1e300, 3))]).points()
    assert [point.values for point in points] == [("1e-12",), ("1e+144",), ("1e+300",)]


@pytest.mark.parametrize("tolerance", [NAN, INFINITE, -0.1, 11])
def test_a_tolerance_that_is_none_is_refused(tolerance):
    with pytest.raises(sv.InputError, match="it must be from 0 to 10"):
        sv.Sweep("e.txtpb", {"a": [1]}, answers=[Answer("a", "job.completed", tolerance=tolerance)])


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, NAN, "1"])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(sv.InputError, match="must be a whole number from 0 to"):
        sv.Sweep("e.txtpb", {}, seeds=[1, seed])


NAMES = ["../escape", "/tmp/escape", ".hidden", "a/b", "a b", "", "n" * 101, "a\0b", "a\n", "ä"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_would_leave_the_results_folder_is_refused(experiment, name):
    with pytest.raises(sv.InputError, match="must be 1 to 100 letters"):
        sv.Sweep(experiment, {ENTRIES: [64]}, name=name)
    changed = sv.Experiment(experiment)
    changed.message.experiment_name = name
    if name:  # without one the file's own name is used
        with pytest.raises(sv.InputError, match="must be 1 to 100 letters"):
            sv.run(changed)
    assert not Path("results").exists()


def test_a_zero_character_anywhere_is_one_sentence(experiment):
    for call in (lambda: sv.run(experiment, out="a\0b"), lambda: sv.run(sv.Experiment(experiment, ["run.seed=\0"]))):
        with pytest.raises(sv.InputError, match="must not contain a zero character"):
            call()


def test_a_file_without_a_name_gives_a_name_that_is_legal(tmp_path):
    path = tmp_path / ".größe (1).txtpb"
    path.write_text("")
    result = sv.run(path)
    assert result.path == Path("results/gr__e__1_")


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


@pytest.mark.parametrize("command", ["run", "sweep", "validate"])
def test_nothing_is_begun_inside_somebody_elses_results(siovsim, experiment, sweep_file, tmp_path, runs, command):
    sv.run(experiment, out="one")
    sv.sweep(sweep_file, out="many", max_runs=1)
    started = len(runs())
    (tmp_path / "link").symlink_to("one")
    words = {"run": ["run", experiment], "sweep": ["sweep", sweep_file], "validate": ["validate", "VP1", "--short"]}[command]
    for out, whose in (("one/sub", "the result of a run"), ("one/a/b", "the result of a run"), ("link/sub", "the result of a run"),
                       ("many/points/sub", "a sweep"), ("many/sub", "a sweep")):
        done = siovsim(*words, "--out", out)
        assert done.returncode == 2 and f"result folder {out}: " in done.stderr and f"holds {whose}, and nothing else" in done.stderr
    assert len(runs()) == started and sv.Result("one").verified() and not (tmp_path / "one/sub").exists()
    with pytest.raises(sv.InputError, match="holds the result of a run"):
        sv.run(experiment, out="one/sub")
