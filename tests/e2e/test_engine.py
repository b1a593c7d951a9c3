# SPDX-License-Identifier: Apache-2.0
"""The Python front on the real engine: runs, reproduction, sweeps, wrong input, interruption."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from front import ENTRIES, QUICKSTART, ROOT, siovsim

import siovsim as sv
from siovsim.base import paths
from siovsim.engine import process
from siovsim.results import done

SMALL = ["workload.replay.jobs_per_tenant=3", "workload.replay.tenants=64", "run.warmup_us=0"]
PYTHON = ["/usr/bin/python3", "-m", "siovsim"]


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def small(*overrides):
    return sv.Experiment(QUICKSTART, [*SMALL, *overrides])


def contents(folder, skip=("speed.json", "report.html")):
    """Every file that must be the same for the same configuration."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name not in skip}


def options(overrides):
    return [word for override in overrides for word in ("--set", override)]


def test_quickstart_answers_what_dominates_and_what_the_bottleneck_is(tmp_path):
    done = siovsim("run", QUICKSTART, *options(SMALL), "--out", "out")
    assert done.returncode == 0, done.stderr
    lines = dict(line.split("  ", 1) for line in done.stdout.splitlines())
    assert {"bottleneck", "mean spent in", "slowest 0.1 % in", "report"} <= set(lines)
    result = sv.Result("out")
    assert result.ok and result.summary["job.completed"] == 64 * 3
    trace = result.document["run"]["trace"]
    assert not trace.startswith("/") and (tmp_path / "out" / trace).resolve().parent == ROOT / "traces"
    page = (tmp_path / "out" / "report.html").read_text()
    for sentence in result.document["verdict"]["sentences"]:
        assert sentence in page
    assert json.loads(done.stderr.splitlines()[-1])["jobs_done"] == 64 * 3


def test_the_stages_of_every_band_add_up_to_its_latency():
    result = sv.run(small(), out="out")
    stages = result.stages()
    assert stages["mean_ns"].sum() == pytest.approx(result.summary["job.latency.mean_ns"], rel=1e-9)
    bands = result.bands().set_index("band")
    for band in ("p50", "p90", "p99", "p999"):
        total = stages[f"{band}_ns"].sum()
        # A band's bounds are read from the latency histogram, whose buckets are at most 0.78 % wide.
        assert 0.992 * bands.loc[band, "latency_from_ns"] <= total <= 1.008 * bands.loc[band, "latency_to_ns"]


def test_frames_agree_with_the_summary():
    result = sv.run(small(), out="out")
    assert result.tenants()["jobs"].sum() == result.summary["job.completed"]
    assert result.histograms()["job_latency"]["count"].sum() == result.summary["job.completed"]
    assert len(result.tenants()) == 64


def test_the_same_run_twice_and_its_resolved_configuration_give_the_same_bytes(tmp_path):
    first = sv.run(small(), out="first")
    sv.run(small(), out="second")
    again = sv.run(first.path / "resolved.txtpb", out="again")
    files = contents(tmp_path / "first")
    assert len(files) >= 8 and contents(tmp_path / "second") == files
    assert again.summary == first.summary
    different = sv.run(small("run.seed=2"), out="other")
    assert different.summary != first.summary


def test_the_run_id_is_known_before_the_run_and_depends_on_the_configuration():
    experiment = small()
    before = process.run_id(experiment.path, experiment.overrides)
    result = sv.run(experiment, out="out")
    assert result.document["run"]["run_id"] == before == done.read(result.path).run_id
    assert process.run_id(experiment.path, [*experiment.overrides, f"{ENTRIES}=512"]) != before


def test_run_here_gives_the_same_result_as_a_child_process_and_runs_once(tmp_path):
    script = f"""
import siovsim as sv
experiment = sv.Experiment({str(QUICKSTART)!r}, {SMALL!r})
try:
    sv.run_here(sv.Experiment({str(QUICKSTART)!r}, ["nothing.here=1"]), out="wrong")
except sv.InputError as error:
    print("refused", "nothing" in str(error))
print(sv.run_here(experiment, out="here").ok)
try:
    sv.run_here(experiment, out="twice")
except sv.SiovsimError as error:
    print(error)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "pybind")}
    done = subprocess.run(
        ["/usr/bin/python3", "-c", script], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    refused, ok, second = done.stdout.splitlines()
    assert (refused, ok) == ("refused True", "True") and "siovsim.run(" in second
    assert not (tmp_path / "wrong").exists() and not (tmp_path / "twice").exists()
    sv.run(small(), out="child")
    assert contents(tmp_path / "here") == contents(tmp_path / "child")


def test_a_sweep_gives_the_same_bytes_on_one_and_two_jobs(tmp_path):
    plan = sv.Sweep(small(), {ENTRIES: [64, 256]}, seeds=[1, 2], name="demo")
    for jobs in (1, 2):
        with sv.local(jobs=jobs) as executor:
            frame = sv.sweep(plan, executor=executor, out=f"jobs{jobs}")
        assert list(frame["status"]) == ["done"] * 4
    one, two = tmp_path / "jobs1", tmp_path / "jobs2"
    assert contents(one, skip=("points", "failed")) == contents(two, skip=("points", "failed"))
    points = sorted(path.name for path in (one / "points").iterdir())
    assert len(points) == 4 and points == sorted(path.name for path in (two / "points").iterdir())
    for point in points:
        assert contents(one / "points" / point) == contents(two / "points" / point)


def test_the_shipped_sweep_starts_and_resumes():
    done = siovsim(
        "sweep", ROOT / "configs" / "sweeps" / "atc_size.txtpb", "--max-runs", 1, "--filter", "entries == 64"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" done ") == 1 and done.stdout.count(" pending ") >= 1


def test_set_is_judged_by_the_engine():
    experiment = small()
    assert experiment.set(ENTRIES, 64).resolved().platform.nodes
    for path, value in (("nodes[name=dsa0].endpoint.atc.entrys", 64), (ENTRIES, "many"), (ENTRIES, -1)):
        with pytest.raises(sv.InputError, match="entr"):
            experiment.set(path, value)


@pytest.mark.parametrize(
    "words, code, sentence",
    [
        (["--set", "nodes[name=nobody].endpoint.atc.entries=1"], 2, "nobody"),
        (["--trace", "nowhere.siovtrace"], 2, "nowhere.siovtrace"),
        (["--trace", ""], 2, "the path of a recording"),
        (["--out", "/proc/nothing/here"], 1, "/proc/nothing"),
        (["--timeline", "0"], 2, "at least 1"),
    ],
)
def test_wrong_input_is_a_sentence_and_leaves_nothing_behind(tmp_path, words, code, sentence):
    done = siovsim("run", QUICKSTART, *options(SMALL), *words)
    assert done.returncode == code and sentence in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "results"])


def test_a_missed_target_ends_with_1_and_says_which():
    path = "targets.txtpb"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'include: "{QUICKSTART}"\ntargets {{ metric: "job.latency.p99_ns" max: 1 }}\n')
    done = siovsim("run", path, *options(SMALL), "--out", "out")
    assert done.returncode == 1 and "target MISSED" in done.stdout
    assert not sv.Result("out").targets_met


def test_an_interrupted_run_keeps_partial_results_and_ends_with_130():
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "pybind")}
    command = [*PYTHON, "run", str(QUICKSTART), "--set", "workload.replay.jobs_per_tenant=100000", "--out", "out"]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr.readline().startswith('{"sim_time_ns"')
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=600)
    assert process.returncode == 130
    result = sv.Result("out")
    assert not result.finished and result.summary["job.completed"] > 0


def everything(folder):
    return {path: path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def test_run_sweep_run_of_one_name_keeps_everything(tmp_path):
    experiment = small("experiment_name=storm")
    plan = sv.Sweep(experiment, {ENTRIES: [64, 256]}, name="storm")
    first = sv.run(experiment)
    sv.sweep(plan)
    swept = everything("results/storm-sweep")
    again = sv.run(experiment)
    assert again.path == first.path == Path("results/storm") and again.verified().finished
    assert everything("results/storm-sweep") == swept and len(swept) > 16
    with pytest.raises(sv.InputError, match="holds a sweep"):
        sv.run(experiment, out="results/storm-sweep")
    with pytest.raises(sv.InputError, match="nothing is written into it"):
        sv.sweep(plan, out="results/storm")
    assert everything("results/storm-sweep") == swept and first.verified()


def test_a_forced_sweep_that_is_interrupted_keeps_finished_points_complete(tmp_path):
    path = tmp_path / "sweep.txtpb"
    path.write_text(
        f"""sweep_name: "long" experiment_file: "{QUICKSTART}" axes {{ path: "{ENTRIES}" values: "64" }}
        axes {{ path: "workload.replay.jobs_per_tenant" values: "20" }}"""
    )
    assert siovsim("sweep", path, "--quiet").returncode == 0
    before = everything("results/long/points")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "pybind")}
    process = subprocess.Popen(
        [*PYTHON, "sweep", str(path), "--quiet", "--force"], env=environment, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 60
    while not list(Path("results/long/points").glob(".*.writing-*.lock")) and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130, errors
    assert everything("results/long/points") == before and len(before) > 8


def test_run_ids_of_all_points_come_from_one_process():
    lists = [[*SMALL, f"{ENTRIES}={entries}"] for entries in (64, 128)]
    known = process.run_ids(QUICKSTART, [*lists, ["nothing.here=1"], []])
    assert [run_id for run_id, _ in known[:2]] == [process.run_id(QUICKSTART, overrides) for overrides in lists]
    assert known[2][0] == "" and "nothing" in known[2][1] and known[3] == (process.run_id(QUICKSTART, []), "")


def test_kill_9_leaves_an_older_result_as_it_was(tmp_path):
    sv.run(small(), out="out")
    before = contents(tmp_path / "out")
    binary = [str(paths.engine_binary()), "run", str(QUICKSTART), "--out", "out", "--progress", "json"]
    process = subprocess.Popen(
        [*binary, "--set", "workload.replay.jobs_per_tenant=100000"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr.readline().startswith('{"sim_time_ns"')
    time.sleep(0.1)
    process.kill()
    process.communicate()
    assert contents(tmp_path / "out") == before


def test_describe_check_trace_and_compare_work_on_what_is_shipped():
    trace = ROOT / "traces" / "nvme_randread4k_strict.siovtrace"
    assert siovsim("trace", "info", trace).returncode == 0
    shipped = sorted((ROOT / "configs" / "experiments").glob("*.txtpb"))
    shipped += [path for path in sorted((ROOT / "configs" / "bench").glob("*.txtpb")) if path.name != "platform.txtpb"]
    done = siovsim("check", *shipped)
    assert done.returncode == 0, done.stderr
    described = siovsim("describe", QUICKSTART, "--out", "picture")
    assert described.returncode == 0 and "Throughput bound" in described.stdout
    for entries in (64, 256):
        sv.run(small(f"{ENTRIES}={entries}"), out=f"atc{entries}")
    before = contents(Path("atc64"))
    spoilt = siovsim("describe", QUICKSTART, "--out", "atc64")
    assert spoilt.returncode == 2 and "--out atc64 lies in the folder of a result" in spoilt.stderr
    assert contents(Path("atc64")) == before, "a picture in a result made the next run of it impossible"
    compared = siovsim("compare", "atc64", "atc256")
    assert compared.returncode == 0 and "job.latency.p99_ns" in compared.stdout
