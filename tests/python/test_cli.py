# SPDX-License-Identifier: Apache-2.0
"""The command line: exit codes, streams, sentences."""

import json
import os
import signal
import subprocess
import time

import pytest
from front import ENTRIES, ROOT


def test_run_writes_results_report_and_a_plain_table(siovsim, experiment, tmp_path):
    done = siovsim("run", experiment, "--set", f"{ENTRIES}=256", "--seed", 2)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results/sample/report.html").is_file()
    lines = dict(line.split("  ", 1) for line in done.stdout.splitlines())
    assert lines["report"].strip() == "results/sample/report.html"
    assert {"latency p50", "latency p99.9", "throughput", "slowest 0.1 % in", "target met"} <= set(lines)
    assert "\x1b" not in done.stdout


def test_progress_is_json_lines_on_standard_error_when_there_is_no_terminal(siovsim, experiment):
    updates = [json.loads(line) for line in siovsim("run", experiment).stderr.splitlines()]
    assert [update["jobs_done"] for update in updates] == [1000, 4000] and updates[0]["jobs_total"] == 4000


def test_quiet_says_nothing(siovsim, experiment):
    done = siovsim("run", experiment, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_missed_target_ends_with_1_and_still_writes_everything(siovsim, experiment, tmp_path):
    done = siovsim("run", experiment, "--set", "fake.target_ns=5")
    assert done.returncode == 1 and "target MISSED" in done.stdout
    assert "1 of 1 target missed" in (tmp_path / "results/sample/report.html").read_text()


def test_a_failed_run_ends_with_1(siovsim, experiment):
    done = siovsim("run", experiment, "--set", "fake.fail=1")
    assert done.returncode == 1 and "the model broke on purpose" in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["run", "nowhere.txtpb"], "nowhere.txtpb: cannot be read"),
        (["run", "{experiment}", "--set", "x.y=1"], "there is no such field"),
        (["run", "{experiment}", "--sed", "1"], "unrecognized arguments"),
        (["run", "{experiment}", "--seed", "one"], "invalid int value"),
        (["run"], "required: FILE"),
        (["fly"], "invalid choice"),
        ([], "required: COMMAND"),
        (["check", "nowhere.txtpb"], "nowhere.txtpb: cannot be read"),
        (["describe", "nowhere.txtpb"], "nowhere.txtpb: cannot be read"),
        (["report", "nowhere"], "nowhere is not a result folder"),
        (["compare", "nowhere"], "nowhere is not a result folder"),
        (["sweep", "nowhere.txtpb"], "nowhere.txtpb: cannot be read"),
        (["sweep", "{sweep}", "--shard", "4/4"], "I from 0 to N-1"),
        (["sweep", "{sweep}", "--jobs", "0"], "must be above 0"),
    ],
)
def test_wrong_input_ends_with_2_and_one_sentence(siovsim, experiment, sweep_file, words, sentence):
    done = siovsim(*[word.format(experiment=experiment, sweep=sweep_file) for word in words])
    assert done.returncode == 2 and sentence in done.stderr and "Traceback" not in done.stderr and done.stdout == ""


def test_an_unwritable_folder_is_a_sentence(siovsim, experiment, tmp_path):
    (tmp_path / "file").write_text("")
    done = siovsim("sweep", make_sweep(tmp_path, experiment), "--out", tmp_path / "file" / "below")
    assert done.returncode == 1 and "Not a directory" in done.stderr and "Traceback" not in done.stderr


def make_sweep(tmp_path, experiment):
    path = tmp_path / "s.txtpb"
    path.write_text(f'experiment_file: "{experiment.name}" axes {{ path: "{ENTRIES}" values: "64" values: "128" }}')
    return path


def test_sweep_prints_a_row_per_point_and_writes_a_report(siovsim, experiment, tmp_path):
    done = siovsim("sweep", make_sweep(tmp_path, experiment), "--jobs", 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" done ") == 2 and (tmp_path / "results/s/report.html").is_file()
    assert json.loads(done.stderr.splitlines()[-1])["done"] == 2


def test_a_sweep_with_a_failed_point_ends_with_1_and_names_it(siovsim, experiment, tmp_path):
    path = tmp_path / "s.txtpb"
    path.write_text(f'experiment_file: "{experiment.name}" axes {{ path: "fake.fail" values: "0" values: "1" }}')
    done = siovsim("sweep", path, "--quiet")
    assert done.returncode == 1 and "siovsim: point 1 failed: the model broke on purpose" in done.stderr


@pytest.mark.parametrize("command, words", [("describe", "bottleneck"), ("check", "")])
def test_commands_without_need_of_python_are_the_engines_own(siovsim, experiment, command, words):
    done = siovsim(command, experiment)
    assert (done.returncode, done.stderr) == (0, "") and words in done.stdout


def test_compare_puts_runs_side_by_side(siovsim, experiment):
    for entries in (64, 256):
        assert (
            siovsim("run", experiment, "--set", f"{ENTRIES}={entries}", "--out", f"atc{entries}", "--quiet").returncode
            == 0
        )
    done = siovsim("compare", "atc64", "atc256")
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("job.latency.p50_ns"))
    assert "(-" in line and any(line.startswith("mean in queue_wait") for line in done.stdout.splitlines())


def test_report_rebuilds(siovsim, experiment, tmp_path):
    assert siovsim("run", experiment, "--no-report", "--quiet").returncode == 0
    assert not (tmp_path / "results/sample/report.html").exists()
    done = siovsim("report", "results/sample")
    assert done.returncode == 0 and done.stdout.strip() == "results/sample/report.html"
    assert (tmp_path / "results/sample/report.html").is_file()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_it_has_and_ends_with_130(experiment, tmp_path, number):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "pybind")}
    process = subprocess.Popen(
        ["/usr/bin/python3", "-m", "siovsim", "run", str(experiment), "--set", "fake.sleep_s=60"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr.readline().startswith("{")  # the engine runs
    time.sleep(0.3)
    process.send_signal(number)
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 130 and "marked partial" in errors
    assert "interrupted before the end" in (tmp_path / "results/sample/report.html").read_text()
    assert "latency p99" in output


def test_a_sweep_that_missed_targets_says_so(siovsim, experiment, tmp_path):
    path = tmp_path / "s.txtpb"
    path.write_text(f'experiment_file: "{experiment.name}" axes {{ path: "fake.target_ns" values: "5" values: "900000" }}')
    done = siovsim("sweep", path, "--quiet")
    assert done.returncode == 1 and "1 of 2 points missed a target" in done.stderr
