# SPDX-License-Identifier: Apache-2.0
"""The engine on bad input, bad disks and bad moments: one clear sentence, the right exit code, nothing lost."""

import json
import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from front import ROOT
from sample_result import write_done

from siovsim.base import paths
from siovsim.results import done

TRACE = ROOT / "traces" / "nvme_randread4k_strict.siovtrace"

EXPERIMENT = """\
experiment_name: "small"
platform_file: "{root}/configs/platforms/minimal.txtpb"
workload {{
  tenant_classes {{ name: "copies" tenants: 16 endpoint: "dsa0" queues: "swq0" jobs {{ op: MOVE size_bytes: 4096 }} }}
}}
run {{ seed: 7 job_limit: 2000 }}
"""


class Bench:
    """A folder to work in, and the engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("small.txtpb", EXPERIMENT.format(root=ROOT))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def start(self, *words: object, **options: object) -> "subprocess.Popen[str]":
        return subprocess.Popen([str(paths.engine_binary()), *map(str, words)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", **options)

    def call(self, *words: object, **options: object):
        process = self.start(*words, **options)
        output, errors = process.communicate(timeout=600)
        return process.returncode, output, errors

    def run(self, *words: object, file: str = "small.txtpb", **options: object):
        """Exit code and what was said on standard error."""
        code, _, errors = self.call("run", file, "--quiet", *words, **options)
        return code, errors

    def summary(self, out: str):
        return json.loads((self.folder / out / "summary.json").read_text())


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture
def small_disk(tmp_path):
    """Mounts disks of a given size, and unmounts them."""
    mounted = []

    def mount(size: int) -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, text=True)
        if made.returncode != 0:
            pytest.skip(f"this machine does not let tests mount a tmpfs: {made.stderr.strip()}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def names(folder: Path):
    return sorted(entry.name for entry in folder.iterdir())


def files(folder: Path, *but: str):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in but}


def edited(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_run_leaves_one_complete_folder(bench):
    assert bench.run("--out", "out") == (0, "")
    assert names(bench.folder / "out") == ["DONE", "bands.csv", "histograms.h5", "resolved.txtpb", "speed.json", "stages.csv",
                                           "structures.csv", "summary.json", "tenants.csv"]
    summary = bench.summary("out")
    assert summary["metrics"]["job.completed"] == 2000 and not summary["run"]["partial"]
    assert summary["conservation"] == {
        "jobs_checked": 2000, "violations": 0, "broken": [], "submitted": 2000, "succeeded": 2000, "failed": 0,
        "in_flight": 0, "drained": True,
    }
    assert done.check(bench.folder / "out").run_id == summary["run"]["run_id"]
    assert set(done.read(bench.folder / "out").files) == set(names(bench.folder / "out")) - {"DONE"}


# ---- wrong configurations: what is replaced, by what, and the sentence ----

PLATFORM = ROOT / "configs" / "platforms" / "minimal.txtpb"
WRONG = {
    "unknown field": ("job_limit: 2000", "job_limits: 2000",
                      '6:15: Message type "siovsim.Run" has no field named "job_limits"; did you mean "job_limit"?'),
    "wrong type": ("job_limit: 2000", 'job_limit: "many"', '6:26: Expected integer, got: "many"'),
    "out of range": ("tenants: 16", "tenants: 2000000",
                     "4:35: tenant_classes[name=copies].tenants = 2000000: must be from 1 to 1048576"),
    "dangling reference": ('endpoint: "dsa0"', 'endpoint: "dsa1"',
                           '4:47: tenant_classes[name=copies].endpoint = "dsa1": must be the name of an endpoint or '
                           'outside_endpoint (dsa0); did you mean "dsa0"?'),
    "syntax": ("run {", "run {{", "6:6: Expected identifier, got: {"),
    "no such platform": ("minimal.txtpb", "nowhere.txtpb",
                         f'2:1: cannot read "{PLATFORM.with_name("nowhere.txtpb")}": No such file or directory'),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_configuration_is_one_sentence_with_its_place(bench, kind):
    old, new, sentence = WRONG[kind]
    bench.write("wrong.txtpb", edited((bench.folder / "small.txtpb").read_text(), old, new))
    line, column_and_rest = sentence.split(":", 1)
    assert bench.run("--out", "out", file="wrong.txtpb") == (2, f"wrong.txtpb:{line}:{column_and_rest}\n")
    assert not (bench.folder / "out").exists()


def test_all_faults_are_told_at_once(bench):
    text = (bench.folder / "small.txtpb").read_text()
    bench.write("wrong.txtpb", edited(edited(text, "tenants: 16", "tenants: 0"), '"swq0"', '"swq9"'))
    code, errors = bench.run(file="wrong.txtpb")
    assert code == 2 and errors.count("\n") == 2 and "tenants = 0" in errors and 'queues[0] = "swq9"' in errors


def test_a_platform_that_is_not_a_tree_is_refused(bench):
    bench.write("loop.txtpb", """\
include: "small.txtpb"
platform {
  nodes { name: "rp1" root_port {} }
  links { name: "rp1-iommu0" a: "rp1" b: "iommu0" fabric {} }
  links { name: "rp1-dsa0" a: "rp1" b: "dsa0" pcie { generation: 5 lanes: 16 } }
}
""")
    code, errors = bench.run("--out", "out", file="loop.txtpb")
    assert code == 2
    assert "loop.txtpb:5:3: links[name=rp1-dsa0]: closes a loop; a PCIe hierarchy must be a tree\n" in errors
    assert not (bench.folder / "out").exists()


SETTINGS = {
    "run.sed=1": 'run.sed: no field "sed" in Run; did you mean "seed"?',
    "run.seed=x": "run.seed = x: wrong type of value; must be a whole number, not negative, in the range of its type",
    "run.seed": "override has no value; must be PATH=VALUE",
    "workload.tenant_classes[3].tenants=1":
        'workload.tenant_classes[3].tenants: index out of range: "tenant_classes" has 1 elements',
    "workload.tenant_classes[0].tenants=0": "tenant_classes[name=copies].tenants = 0: must be from 1 to 1048576",
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_wrong_override_is_one_sentence(bench, setting):
    assert bench.run("--set", setting) == (2, f"--set {setting}: {SETTINGS[setting]}\n")


def test_an_override_without_effect_is_refused(bench):
    assert bench.run("--set", "run.seed=1", "--set", "run.seed=2") == (
        2, '--set run.seed=1: has no effect: "--set run.seed=2" sets it again\n')


def test_an_override_takes_effect(bench):
    assert bench.run("--out", "out", "--set", "run.job_limit=100") == (0, "")
    assert bench.summary("out")["metrics"]["job.completed"] == 100


def test_a_missed_target_fails_the_run_but_keeps_its_results(bench):
    code, errors = bench.run("--out", "out", "--set", 'targets=[{metric:"job.latency.p99_ns" max:1}]')
    assert code == 1 and errors.startswith("siovsim: target missed: job.latency.p99_ns is ") and errors.endswith("at most 1\n")
    assert bench.summary("out")["verdict"]["met"] is False


# ---- traces ----

def corrupted(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(byte ^ 0x5A for byte in data[middle:middle + 64]) + data[middle + 64:]


DAMAGE = {
    "empty": (lambda data: b"", "the file is empty"),
    "truncated": (lambda data: data[:20000], "the trace is truncated"),
    "cut in its first bytes": (lambda data: data[:5], "the trace is truncated"),
    "corrupted": (corrupted, "the trace is corrupted"),
    "not a trace": (lambda data: b"hello, this is text\n", "this is not a trace"),
}


@pytest.fixture
def replay(bench):
    text = (bench.folder / "small.txtpb").read_text()
    start, end = text.index("workload"), text.index("run {")
    bench.write("small.txtpb", text[:start] + 'workload { replay { trace_file: "t.siovtrace" tenants: 4 endpoint: "dsa0" '
                'queues: "swq0" jobs_per_tenant: 50 } }\n')
    return bench


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_trace_is_one_sentence_and_leaves_nothing(replay, kind):
    damage, sentence = DAMAGE[kind]
    (replay.folder / "t.siovtrace").write_bytes(damage(TRACE.read_bytes()))
    code, errors = replay.run("--out", "out")
    assert code == 2 and errors.startswith(f"siovsim: t.siovtrace: {sentence}") and errors.count("\n") == 1
    assert names(replay.folder) == ["small.txtpb", "t.siovtrace"]


def test_a_trace_that_cannot_be_read_is_one_sentence(replay):
    code, errors = replay.run("--out", "out")
    assert code == 2 and errors.endswith('replay.trace_file = "t.siovtrace": cannot read the trace: No such file or directory\n')
    (replay.folder / "t.siovtrace").mkdir()
    code, errors = replay.run("--out", "out")
    assert code == 2 and errors.endswith('replay.trace_file = "t.siovtrace": cannot read the trace: is a directory\n')


def test_a_sound_trace_is_replayed(replay):
    shutil.copy(TRACE, replay.folder / "t.siovtrace")
    assert replay.run("--out", "out") == (0, "")
    assert replay.summary("out")["metrics"]["job.completed"] == 200


# ---- places to write to ----

def test_a_file_in_the_way_is_told_before_anything_is_simulated(bench):
    bench.write("file", "")
    code, errors = bench.run("--out", "file/run")
    assert code == 2 and errors.endswith(f"/file/run cannot be: {bench.folder}/file on the way is not a folder\n")
    assert errors.count("\n") == 1


def test_a_folder_without_write_permission_is_told_before_anything_is_simulated(bench, small_disk):
    place = bench.folder / "closed"
    place.mkdir(mode=0o555)
    if os.geteuid() == 0:  # permissions do not stop root, a read-only file system does
        place = small_disk(1 << 20)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    code, errors = bench.run("--out", place / "run")
    assert code == 1
    assert errors.startswith(f"siovsim: result folder {place}/run cannot be written: ") and errors.count("\n") == 1


def test_a_folder_of_other_files_is_never_replaced(bench):
    (bench.folder / "home").mkdir()
    bench.write("home/thesis.tex", "years of work")
    code, errors = bench.run("--out", "home")
    assert code == 2 and "holds files but no result (no DONE), and is not overwritten" in errors
    assert names(bench.folder / "home") == ["thesis.tex"]


@pytest.mark.parametrize("options, disk_bytes", [([], 16 << 10), (["--requests"], 64 << 10), (["--timeline", "2000"], 64 << 10)])
def test_a_full_disk_is_one_sentence_and_the_older_result_stays(bench, small_disk, options, disk_bytes):
    disk = small_disk(disk_bytes)
    older = disk / "run"
    older.mkdir()
    write_done(older, "0123456789abcdef")
    before = files(older)
    code, errors = bench.run("--out", disk / "run", "--set", "run.job_limit=20000", *options)
    assert code == 1 and errors.startswith(f"siovsim: result file {disk}/run/")
    assert errors.endswith(": No space left on device\n") and errors.count("\n") == 1
    assert names(disk) == ["run"] and files(older) == before


@pytest.mark.parametrize("limit", [0, 1 << 10, 6 << 10])
def test_a_limit_of_file_sizes_is_one_sentence_and_the_older_result_stays(bench, limit):
    assert bench.run("--out", "out") == (0, "")
    before = files(bench.folder / "out")
    code, errors = bench.run(
        "--out", "out", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)))
    assert code == 1 and errors.startswith(f"siovsim: result file {bench.folder}/out/") and errors.count("\n") == 1
    assert errors.endswith(": File too large\n")
    assert files(bench.folder / "out") == before and names(bench.folder) == ["out", "small.txtpb"]


# ---- no progress ----


def test_a_run_that_stands_still_says_who_waits_for_whom(bench):
    stuck = ("nodes[name=host0].host.fault_service={ kind: CONSTANT mean_ns: 2.4e5 }", "run.stall_limit_us=1000",
             "nodes[name=host0].host.fault_handlers=1", "nodes[name=dsa0].endpoint.engine.jobs_per_engine=16",
             "workload.tenant_classes[name=copies].address_space={ resident_fraction: 0 }")
    code, errors = bench.run("--out", "out", *(word for one in stuck for word in ("--set", one)))
    first, *waits = errors.splitlines()
    assert code == 1 and names(bench.folder) == ["small.txtpb"]
    assert first.startswith("siovsim: standstill at ") and first.endswith("16 jobs are unfinished. Who waits for whom:")
    assert "longer than run.stall_limit_us allows" in first
    assert any(line.startswith("  dsa0.atc holds ") and line.endswith("; it waits for dsa0.port") for line in waits)
    assert any(line.startswith("  host0.fault_service holds ") and line.endswith("that wait for a handler") for line in waits)


# ---- bad moments ----

LONG = ("--set", "run.job_limit=2000000000", "--set", "run.slice_us=10")


def start_long_run(bench: Bench, *words: str, **options: object) -> "subprocess.Popen[str]":
    """A run that has begun to simulate, as its progress says."""
    process = bench.start("run", "small.txtpb", "--out", "out", "--progress", "json", *LONG, *words, **options)
    assert process.stderr is not None
    assert json.loads(process.stderr.readline())["jobs_done"] > 0
    return process


def test_a_killed_run_leaves_the_older_result_and_the_next_run_works(bench):
    assert bench.run("--out", "out") == (0, "")
    older = files(bench.folder / "out")
    process = start_long_run(bench, "--requests")
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert files(bench.folder / "out") == older
    assert len(names(bench.folder)) == 4, "the killed run left its draft and its lock behind"
    assert bench.run("--out", "out") == (0, "")
    assert names(bench.folder) == ["out", "small.txtpb"]
    assert files(bench.folder / "out", "speed.json") == {name: data for name, data in older.items() if name != "speed.json"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_writes_what_it_has_and_says_so(bench, number):
    process = start_long_run(bench)
    process.send_signal(number)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "siovsim: interrupted; results so far are written and marked partial"
    summary = bench.summary("out")
    assert summary["run"]["partial"] is True and summary["metrics"]["job.completed"] > 0
    assert names(bench.folder) == ["out", "small.txtpb"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_rerun_keeps_the_complete_result(bench, number):
    assert bench.run("--out", "out") == (0, "")
    complete = files(bench.folder / "out")
    process = start_long_run(bench)
    process.send_signal(number)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == (
        f"siovsim: interrupted; {bench.folder}/out keeps its complete result; "
        f"this run's result is in {bench.folder}/out.partial, marked partial")
    assert files(bench.folder / "out") == complete
    assert bench.summary("out.partial")["run"]["partial"] is True
    assert names(bench.folder) == ["out", "out.partial", "small.txtpb"]


def test_a_run_under_nohup_outlives_its_terminal(bench):
    process = start_long_run(bench, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=600)
    assert process.returncode == 130


def test_an_interrupted_run_that_must_not_leave_parts_leaves_nothing(bench):
    process = start_long_run(bench, "--no-partial")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130 and errors.endswith("siovsim: interrupted; nothing was written\n")
    assert names(bench.folder) == ["small.txtpb"]


def test_a_folder_with_a_users_own_done_is_never_replaced(bench):
    (bench.folder / "u").mkdir()
    bench.write("u/thesis", "x")
    bench.write("u/DONE", "")
    code, errors = bench.run("--out", "u")
    assert code == 2 and errors.count("\n") == 1 and "holds files and a DONE that no run wrote" in errors
    assert files(bench.folder / "u") == {"thesis": b"x", "DONE": b""}


def test_a_result_folder_that_holds_another_result_is_never_replaced(bench):
    assert bench.run("--out", "results") == (0, "")
    code, errors = bench.run("--out", "results/other")
    assert code == 2 and "which holds the result of a run, and nothing else is written into it" in errors
    assert bench.run("--out", "other") == (0, "")
    (bench.folder / "other").rename(bench.folder / "results" / "other")
    kept = files(bench.folder / "results" / "other")
    code, errors = bench.run("--out", "results")
    assert code == 2 and "holds other, which is no file of its result" in errors
    assert files(bench.folder / "results" / "other") == kept


NAMES = ["../escape", "/tmp/escape", ".hidden", "a/b", "a b", "n" * 101, "a\\000b", "a\\n", "\\303\\244"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", ["check", "run", "resolve"])
def test_a_name_that_would_leave_the_results_folder_is_one_sentence(bench, command, name):
    bench.write("small.txtpb", edited((bench.folder / "small.txtpb").read_text(), '"small"', f'"{name}"'))
    code, _, errors = bench.call(command, "small.txtpb")
    assert code == 2 and errors.count("\n") == 1 and errors.startswith("small.txtpb:1:1: experiment_name = ")
    assert errors.endswith("must be 1 to 100 letters, digits, '.', '_' or '-', not starting with '.': it names the result folder\n")
    assert names(bench.folder) == ["small.txtpb"]


def test_equal_runs_write_equal_bytes_whatever_the_progress_and_the_place(bench):
    words = ("--set", "run.time_series_interval_us=1", "--requests", "--timeline", "50")
    assert bench.run("--out", "first", *words) == (0, "")
    time.sleep(1.1)  # times of creation have whole seconds
    code, _, _ = bench.call("run", "small.txtpb", "--progress", "json", "--out", "second", *words)
    assert code == 0
    first, second = files(bench.folder / "first", "speed.json"), files(bench.folder / "second", "speed.json")
    assert len(first) == 10 and first == second
    assert bench.run("--out", "third", "--seed", "8") == (0, "")
    assert files(bench.folder / "third")["summary.json"] != first["summary.json"]
