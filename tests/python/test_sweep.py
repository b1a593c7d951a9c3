# SPDX-License-Identifier: Apache-2.0
"""Running sweeps: nothing finished is lost or run twice, and one bad point costs one point."""

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import h5py
import pytest
from front import ENTRIES, ROOT

import siovsim as sv
from siovsim.sweeps import point_table
from siovsim.sweeps.axes import Axis


def sweep(plan, jobs=2, **options):
    with sv.local(jobs=jobs) as executor:
        return sv.sweep(plan, executor=executor, **options)


def test_a_frame_with_one_row_per_point(sweep_file, runs):
    frame = sweep(sweep_file)
    assert list(frame["status"]) == ["done"] * 8 and len(runs()) == 8
    assert list(frame["entries"]) == [64] * 4 + [128] * 4 and list(frame["seed"]) == [1, 2] * 4
    assert frame.groupby("entries")["job.latency.p50_ns"].mean().is_monotonic_decreasing
    first = frame.iloc[0]
    result = sv.Result(f"results/demo/points/{first['run_id']}")
    assert result.summary["job.latency.p99_ns"] == first["job.latency.p99_ns"]


def test_results_are_the_same_bytes_on_one_and_two_jobs(sweep_file, tmp_path):
    sweep(sweep_file, jobs=1, out=tmp_path / "one")
    sweep(sweep_file, jobs=2, out=tmp_path / "two")
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) > 8 * 8
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_finished_points_are_never_run_again_unless_forced(sweep_file, runs):
    sweep(sweep_file)
    again = sweep(sweep_file)
    assert len(runs()) == 8 and list(again["status"]) == ["done"] * 8
    sweep(sweep_file, force=True)
    assert len(runs()) == 16


def test_a_wider_sweep_runs_only_the_new_points(experiment, runs):
    sweep(sv.Sweep(experiment, {ENTRIES: [64, 128]}, name="demo"))
    frame = sweep(sv.Sweep(experiment, {ENTRIES: [64, 96, 128]}, name="demo"))
    assert len(runs()) == 3 and list(frame["status"]) == ["done"] * 3


def test_no_resume_refuses_a_folder_with_finished_points(sweep_file):
    sweep(sweep_file)
    with pytest.raises(sv.InputError, match="already has 8 finished points"):
        sweep(sweep_file, resume=False)


def test_a_failed_point_costs_one_point_and_is_tried_again(experiment, runs):
    plan = sv.Sweep(
        experiment, [Axis("fake.fail", ("0", "1", "0"), "z"), Axis(ENTRIES, ("64", "96", "128"), "z")], name="demo"
    )
    frame = sweep(plan)
    assert list(frame["status"]) == ["done", "failed", "done"]
    assert frame["error"][1] == "the model broke on purpose"
    before = len(runs())
    sweep(plan)
    assert len(runs()) == before + 1


def test_a_crashed_point_is_listed_with_its_signal(experiment):
    frame = sweep(sv.Sweep(experiment, {"fake.crash": [0, 1]}, name="demo"))
    assert list(frame["status"]) == ["done", "failed"] and "SIGSEGV" in frame["error"][1]


def test_a_point_at_which_the_engine_crashes_before_it_runs_costs_one_point(experiment):
    plan = sv.Sweep(experiment, [Axis("fake.crash", ("0", "2", "0"), "z"), Axis(ENTRIES, ("64", "96", "128"), "z")], name="demo")
    frame = sweep(plan)
    assert list(frame["status"]) == ["done", "failed", "done"] and "SIGSEGV" in frame["error"][1]


def test_a_refused_point_is_listed_without_being_run(experiment, runs):
    frame = sweep(sv.Sweep(experiment, {ENTRIES: ["64", "many"]}, name="demo"))
    assert list(frame["status"]) == ["done", "failed"] and len(runs()) == 1
    assert "must be a number" in frame["error"][1]


def test_a_point_that_hangs_is_killed_after_its_timeout(experiment):
    frame = sweep(sv.Sweep(experiment, {"fake.sleep_s": [0, 30]}, name="demo"), timeout_s=3)
    # Both have the same run id (how long it takes is no part of it), so the second counts as done by the first.
    assert list(frame["status"]) == ["done", "done"]
    frame = sweep(sv.Sweep(experiment, {"fake.sleep_s": [30], ENTRIES: [77]}, name="demo"), timeout_s=1)
    assert "time-out" in frame["error"][0]


def test_shards_together_make_the_whole(sweep_file, runs):
    first = sweep(sweep_file, shard=(0, 2))
    assert sorted(first["status"].value_counts().to_dict().items()) == [("done", 4), ("pending", 4)]
    second = sweep(sweep_file, shard=(1, 2))
    assert list(second["status"]) == ["done"] * 8 and len(runs()) == 8


def test_filter_and_max_runs(sweep_file, runs):
    frame = sweep(sweep_file, filter="entries >= 128 and seed == 2")
    assert list(frame[frame["status"] == "done"]["index"]) == [5, 7]
    sweep(sweep_file, max_runs=3)
    assert len(runs()) == 5


def test_a_wrong_filter_is_refused_with_the_names_it_may_use(sweep_file, runs):
    with pytest.raises(sv.InputError, match="may name seed, entries, tenants"):
        sweep(sweep_file, filter="nothing > 3")
    assert runs() == []


def test_a_filter_by_seed_of_a_sweep_without_seeds_is_refused(experiment, runs):
    with pytest.raises(sv.InputError, match=r"filter 'seed > 1' cannot be used \(the sweep gives no seeds\); it may name entries\."):
        sv.sweep(sv.Sweep(experiment, {ENTRIES: [64, 128]}), filter="seed > 1")
    assert runs() == []


def test_a_filter_that_holds_nowhere_is_refused(sweep_file, runs):
    with pytest.raises(sv.InputError, match="filter 'entries > 1000' holds at none of the sweep's 8 points"):
        sweep(sweep_file, filter="entries > 1000")
    assert runs() == [] and not Path("results").exists()


def test_a_shard_of_which_a_filter_leaves_nothing_is_no_fault(sweep_file, runs):
    frame = sweep(sweep_file, filter="entries == 64 and seed == 1 and tenants == 16", shard=(1, 2))
    assert list(frame["status"]) == ["pending"] * 8 and runs() == []


@pytest.mark.parametrize("expression", ["entries", "entries + 1", "1", "'entries'", "1 == 1"])
def test_a_filter_that_is_no_comparison_is_refused_in_our_own_words(sweep_file, runs, expression):
    with pytest.raises(sv.InputError, match="is no comparison, such as 'seed > 1'; it may name seed, entries, tenants"):
        sweep(sweep_file, filter=expression)
    assert runs() == []


def test_any_executor_will_do(sweep_file):
    with ProcessPoolExecutor(2) as executor:
        frame = sv.sweep(sweep_file, executor=executor)
    assert list(frame["status"]) == ["done"] * 8


def test_the_hdf5_table_agrees_with_the_csv(sweep_file):
    frame = sweep(sweep_file)
    with h5py.File("results/demo/sweep.h5") as file:
        assert list(file["job.latency.p99_ns"][()]) == list(frame["job.latency.p99_ns"])
        assert [name.decode() for name in file["status"][()]] == list(frame["status"])
    read = point_table.read("results/demo").frame()
    assert list(read["job.latency.p99_ns"]) == list(frame["job.latency.p99_ns"])


def test_progress_counts_every_point(sweep_file):
    updates = []
    sweep(sweep_file, progress=updates.append)
    assert [update["done"] for update in updates] == list(range(9)) and updates[-1]["total"] == 8


def start(sweep_file, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "pybind")}
    return subprocess.Popen(
        ["/usr/bin/python3", "-m", "siovsim", "sweep", str(sweep_file), "--jobs", "2", "--quiet"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def slow_sweep(tmp_path, experiment):
    path = tmp_path / "slow.txtpb"
    values = " ".join(f'values: "{entries}"' for entries in range(64, 72))
    path.write_text(
        f'sweep_name: "slow" experiment_file: "{experiment.name}" axes {{ path: "{ENTRIES}" {values} }} '
        'axes { path: "fake.sleep_s" values: "0.3" }'
    )
    return path


def wait_for_points(count):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            done = [name for name in os.listdir("results/slow/points") if not name.startswith(".")]
        except FileNotFoundError:
            done = []
        if len(done) >= count:
            return set(done)
        time.sleep(0.02)
    raise AssertionError("no point finished in a minute")


def engines_of(process):
    """Engine processes whose parent is (or was) this sweep."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    ours = f"FAKE_ENGINE_LOG={os.environ['FAKE_ENGINE_LOG']}".encode() in file.read()
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    ours = ours and b"fake_engine" in file.read()
            except OSError:
                continue
            if ours:
                found.append(int(name))
    return found


def test_kill_9_of_the_sweep_loses_nothing_finished_and_leaves_no_child(slow_sweep, tmp_path, runs):
    process = start(slow_sweep, tmp_path)
    kept = wait_for_points(2)
    process.kill()
    process.wait()
    end = time.monotonic() + 10
    while engines_of(process) and time.monotonic() < end:
        time.sleep(0.02)
    assert engines_of(process) == []
    stamps = {name: os.stat(f"results/slow/points/{name}/DONE").st_mtime_ns for name in kept}
    started = len(runs())
    assert started < 8
    frame = sweep(slow_sweep)
    assert list(frame["status"]) == ["done"] * 8
    assert {name: os.stat(f"results/slow/points/{name}/DONE").st_mtime_ns for name in kept} == stamps
    assert [name for name in os.listdir("results/slow/points") if name.startswith(".")] == []


def test_kill_9_of_a_child_costs_that_point_only(slow_sweep, tmp_path):
    process = start(slow_sweep, tmp_path)
    wait_for_points(1)
    victims = []
    while not victims:
        victims = engines_of(process)
    os.kill(victims[0], signal.SIGKILL)
    process.communicate(timeout=600)
    statuses = [row["status"] for row in point_table.read("results/slow").rows]
    # The victim may have been one that only resolved or had just ended; at most one point may be lost.
    assert statuses.count("failed") <= 1 and statuses.count("done") >= 7
    assert list(sweep(slow_sweep)["status"]) == ["done"] * 8


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_sweep_ends_with_130_and_goes_on_later(slow_sweep, tmp_path, number):
    process = start(slow_sweep, tmp_path)
    wait_for_points(1)
    process.send_signal(number)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130 and "goes on" in errors
    rows = point_table.read("results/slow").rows
    assert 1 <= sum(row["status"] == "done" for row in rows) < 8
    assert list(sweep(slow_sweep)["status"]) == ["done"] * 8


def test_a_partial_result_does_not_count_as_finished(experiment):
    frame = sweep(sv.Sweep(experiment, {ENTRIES: [64]}, name="demo"))
    folder = sv.Result(f"results/demo/points/{frame['run_id'][0]}").path
    document = json.loads((folder / "summary.json").read_text())
    document["run"]["partial"] = True
    (folder / "summary.json").write_text(json.dumps(document))
    assert point_table.finished(folder) is None
    assert list(sweep(sv.Sweep(experiment, {ENTRIES: [64]}, name="demo"))["status"]) == ["done"]
    assert point_table.finished(folder) is not None


def test_a_misspelt_axis_is_an_error_and_no_frame_without_metrics(experiment):
    plan = sv.Sweep(experiment, {"nodes[name=dsa0].endpoint.atc.entrys": [64, 128]}, name="misspelt")
    with pytest.raises(sv.InputError, match="entrys"):
        sweep(plan)
