# SPDX-License-Identifier: Apache-2.0
"""The command line: exit codes, streams, sentences."""

import json
import os
import signal
import subprocess
import threading
import time

import pytest
from front import ENTRIES, ROOT

from siovsim.base import interrupts, starting
from siovsim.engine import process


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


def test_a_missed_target_is_one_line_even_if_the_run_is_quiet(siovsim, experiment):
    done = siovsim("run", experiment, "--set", "fake.target_ns=5", "--quiet")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("siovsim: target missed: job.latency.p99_ns is ") and "wanted at most 5.00 ns" in done.stderr


def test_a_failed_run_ends_with_1(siovsim, experiment):
    done = siovsim("run", experiment, "--set", "fake.fail=1")
    assert done.returncode == 1 and "the model broke on purpose" in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["run", "nowhere.txtpb"], "nowhere.txtpb: cannot be read"),
        (["run", "{experiment}", "--set", "x.y=1"], "there is no such field"),
        (["run", "{experiment}", "--sed", "1"], "unrecognized arguments: --sed 1; did you mean --seed?; see siovsim run"),
        (["trace", "info", "x", "--lenent=1"], "--lenent=1; did you mean --lenient?; see siovsim trace info --help"),
        (["run", "{experiment}", "--wholly-else"], "unrecognized arguments: --wholly-else; see siovsim run --help"),
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
        (["sweep", "{sweep}", "--shard", "1"], "siovsim: --shard: 1: it must be I/N"),
        (["sweep", "{sweep}", "--jobs", "0"], "siovsim: --jobs: 0: it must be above 0; see siovsim sweep --help"),
        (["sweep", "{sweep}", "--max-runs", "-1"], "--max-runs: -1: it must be above 0"),
        (["sweep", "{sweep}", "--max-runs", "1.5"], "--max-runs: invalid int value: '1.5'"),
        (["sweep", "{sweep}", "--timeout", "nan"], "--timeout: nan: it must be above 0"),
        (["validate", "--jobs", "0"], "--jobs: 0: it must be above 0"),
        (["run", "{experiment}", "--out", "a", "--out", "b"], "siovsim: --out: it is given twice; see siovsim run --help"),
        (["run", "{experiment}", "--seed", "1", "--seed=1"], "--seed: it is given twice"),
        (["run", "{experiment}", "--quiet", "--quiet"], "--quiet: it is given twice"),
        (["sweep", "{sweep}", "--no-resume", "--resume"], "--resume: --no-resume is given as well"),
        (["validate", "--out", "a", "--output", "b"], "--output: --out is given as well"),
        (["trace", "info", "x", "--json", "--json"], "--json: it is given twice; see siovsim trace info --help"),
    ],
)
def test_wrong_input_ends_with_2_and_one_sentence(siovsim, experiment, sweep_file, words, sentence):
    done = siovsim(*[word.format(experiment=experiment, sweep=sweep_file) for word in words])
    assert done.returncode == 2 and sentence in done.stderr and "Traceback" not in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    "out, sentence",
    [
        ("", "result folder '': it must be a name"),
        ("loop", "result folder loop: loop is a link that leads nowhere"),
        ("loop/below", "result folder loop/below: loop is a link that leads nowhere"),
        ("dangling", "result folder dangling: dangling is a link that leads nowhere"),
        ("n" * 300, "its name must have at most 200 bytes"),
        ("/".join(["n" * 100] * 50), "is too long for a file system"),
    ],
    ids=["nothing", "loop", "below a loop", "dangling", "long name", "long path"],
)
@pytest.mark.parametrize("command", ["run", "sweep"])
def test_a_folder_that_can_never_be_is_refused_before_anything_is_run(
    siovsim, experiment, sweep_file, tmp_path, runs, command, out, sentence
):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    done = siovsim(command, experiment if command == "run" else sweep_file, "--out", out)
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1
    assert runs() == [] and done.stdout == ""


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
    assert "(-" in line and line.endswith(" %, better)") and any(line.startswith("mean in queue_wait") for line in done.stdout.splitlines())


def test_report_rebuilds(siovsim, experiment, tmp_path):
    assert siovsim("run", experiment, "--no-report", "--quiet").returncode == 0
    assert not (tmp_path / "results/sample/report.html").exists()
    done = siovsim("report", "results/sample")
    assert done.returncode == 0 and done.stdout.strip() == "results/sample/report.html"
    assert (tmp_path / "results/sample/report.html").is_file()


def start(tmp_path, *words, **options):
    """The command line in a process of its own, not waited for."""
    return subprocess.Popen(
        ["/usr/bin/python3", "-m", "siovsim", *map(str, words)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "pybind")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_it_has_and_ends_with_130(experiment, tmp_path, number):
    process = start(tmp_path, "run", experiment, "--set", "fake.sleep_s=60")
    assert process.stderr.readline().startswith("{")  # the engine runs
    time.sleep(0.3)
    process.send_signal(number)
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 130 and "marked partial" in errors
    assert "interrupted before the end" in (tmp_path / "results/sample/report.html").read_text()
    assert "latency p99" in output


@pytest.mark.parametrize("pauses_s", [(0.3,), (0.01, 0.01)])
def test_further_interrupts_do_not_cost_the_partial_result(experiment, tmp_path, pauses_s):
    # The fake takes its time to write after an interrupt, as an engine does on a slow disk.
    overrides = ["--set", "fake.sleep_s=60", "--set", "fake.write_s=1"]
    process = start(tmp_path, "run", experiment, *overrides, start_new_session=True)
    assert process.stderr.readline().startswith("{")  # the engine runs
    time.sleep(0.3)
    for pause_s in (*pauses_s, 0):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(pause_s)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130 and "what was finished is in results/sample and marked partial" in errors
    assert errors.count("another interrupt is ignored for 30 s") == 1 and "Traceback" not in errors
    assert (tmp_path / "results/sample/DONE").is_file() and (tmp_path / "results/sample/report.html").is_file()


def test_an_interrupt_after_the_grace_kills_an_engine_that_does_not_end(monkeypatch):
    monkeypatch.setattr(interrupts, "GRACE_S", 0.0)
    number = signal.getsignal(signal.SIGINT)
    try:
        interrupts.install(process.kill_all)
        for delay_s in (0.5, 1.0):
            threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGINT)).start()
        monkeypatch.setenv("SIOVSIM_ENGINE", "/usr/bin/sh")
        ended = process.run(["-c", "trap '' INT; while :; do sleep 0.1; done"])
    finally:
        for one in starting.NUMBERS:
            signal.signal(one, number if one == signal.SIGINT else signal.SIG_DFL)
    assert ended.code == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_before_the_command_has_begun_is_one_line_and_no_traceback(experiment, tmp_path, number):
    def interrupt_at_once():  # as ./siovsim starts the front: blocked until Python has begun
        signal.pthread_sigmask(signal.SIG_BLOCK, [number])
        os.kill(os.getpid(), number)

    process = start(tmp_path, "run", experiment, preexec_fn=interrupt_at_once)
    assert process.communicate(timeout=600) == ("", "siovsim: interrupted.\n") and process.returncode == 130


def test_a_sweep_that_missed_targets_says_so(siovsim, experiment, tmp_path):
    path = tmp_path / "s.txtpb"
    path.write_text(f'experiment_file: "{experiment.name}" axes {{ path: "fake.target_ns" values: "5" values: "900000" }}')
    done = siovsim("sweep", path, "--quiet")
    assert done.returncode == 1 and "1 of 2 points missed a target" in done.stderr
