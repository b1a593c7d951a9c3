# SPDX-License-Identifier: Apache-2.0
"""What every run of a configuration that `check` accepts must obey, whatever the platform.

``violations`` checks and runs an experiment file with the real engine and says what was broken; nothing means that all
laws hold.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "pybind"))

from siovsim.engine import schema  # noqa: E402  (the path must be known first)

ROUNDING = 1 + 1e-9
TIME_LIMIT_S = 60.0  # a run of a few dozen jobs takes some hundredths of a second
# Ways to simulate the same thing: whatever they change but the speed is a fault.
SAME_RESULTS = (["run.in_step_with_kernel=true"], ["run.slice_us=0.7"])


@dataclass
class Outcome:
    """What came of one experiment."""

    refused: str = ""  # by check: then no law applies
    broken: List[str] = field(default_factory=list)

    @property
    def kinds(self) -> List[str]:
        """The laws that were broken, without their figures."""
        return sorted({sentence.split(":")[0] for sentence in self.broken})


@dataclass
class _Results:
    """One result folder."""

    summary: Dict[str, Any]
    statistics: Dict[str, float]  # by BLOCK.STATISTIC
    tenants: List[Dict[str, str]]
    experiment: Any  # message siovsim.Experiment, resolved

    @property
    def warms_up(self) -> bool:
        return bool(self.experiment.run.warmup_us > 0)

    def comparable(self) -> Dict[str, Any]:
        """Everything but the echo of the configuration and the simulator's own effort."""
        kept = {name: value for name, value in self.summary.items() if name not in ("run", "speed")}
        kept["time"] = {name: self.summary["run"][name] for name in ("sim_time_ns", "measured_ns")}
        return {**kept, "structures": self.statistics, "tenants": {str(i): row for i, row in enumerate(self.tenants)}}


def engine_of(build: Path) -> Path:
    """The engine of a build tree, whose compiled schema is used from now on."""
    os.environ["SIOVSIM_BUILD"] = str(build)
    return build / "platforms" / "siovsim-engine"


def _call(engine: Path, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    environment = {"SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [str(engine), *arguments], capture_output=True, text=True, timeout=TIME_LIMIT_S, env=environment, check=False
    )


def _run(engine: Path, file: Path, out: Path, overrides: Sequence[str], outcome: Outcome) -> Optional[_Results]:
    """Runs it; None after a sentence about what went wrong."""
    shutil.rmtree(out, ignore_errors=True)
    options = [word for one in overrides for word in ("--set", one)]
    try:
        ended = _call(engine, ["run", str(file), "--quiet", "--out", str(out), *options])
    except subprocess.TimeoutExpired:
        outcome.broken.append(f"ends: it did not within {TIME_LIMIT_S:g} s {list(overrides)}")
        return None
    if ended.returncode != 0 and "target missed" not in ended.stderr:
        said = ended.stderr.strip().splitlines()
        outcome.broken.append(f"runs: exit code {ended.returncode} {list(overrides)}: {' | '.join(said[:3])}")
        return None
    return _results(out)


def _results(folder: Path) -> _Results:
    def rows(name: str) -> List[Dict[str, str]]:
        with open(folder / name, newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))

    statistics = {f"{row['block']}.{row['statistic']}": float(row["value"] or 0) for row in rows("structures.csv")}
    text = (folder / "resolved.txtpb").read_text(encoding="utf-8")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return _Results(summary, statistics, rows("tenants.csv"), schema.parse("Experiment", text, str(folder)))


def _difference(one: Dict[str, Any], other: Dict[str, Any], at: str = "") -> str:
    for name in one:
        if one[name] == other.get(name):
            continue
        if isinstance(one[name], dict) and isinstance(other.get(name), dict):
            return _difference(one[name], other[name], f"{at}{name}.")
        return f"{at}{name} is {str(one[name])[:80]} and {str(other.get(name))[:80]}"
    return at + "more fields"


def _check_shares(results: _Results, outcome: Outcome) -> None:
    """Nothing is used more than it can be."""
    for resource in results.summary["bound"]["resources"]:
        if (resource["utilisation"] or 0) > ROUNDING:
            outcome.broken.append(f"utilisation: {resource['name']} is {resource['utilisation']:.9g}")
    for name, value in results.statistics.items():
        capacity = results.statistics.get(name.rsplit(".", 1)[0] + ".capacity", 0)
        if name.endswith((".max", ".mean")) and 0 < capacity < value / ROUNDING:
            outcome.broken.append(f"capacity: {name} is {value:.9g} of {capacity:g}")


def _has_bound(experiment: Any) -> bool:
    """Whether so short a run must keep to the bound, which is of the mean job: a few dozen may be lighter than that."""
    classes = experiment.workload.tenant_classes
    if experiment.workload.HasField("replay") or len(classes) != 1 or len(classes[0].jobs) != 1:
        return False
    return bool(classes[0].arrivals != type(classes[0]).POISSON and classes[0].think_time.kind == 0)


def _check_bound(results: _Results, outcome: Outcome) -> None:
    """Throughput is at most the bound; what was in flight when statistics began counts on top, it was begun before."""
    if not _has_bound(results.experiment):
        return
    seconds = results.summary["run"]["measured_ns"] * 1e-9
    allowed = (results.summary["bound"]["jobs_per_s"] or 0) * seconds * ROUNDING
    classes = results.experiment.workload.tenant_classes
    if classes[0].arrivals == type(classes[0]).FIXED_RATE:
        allowed += 1  # the first comes at time 0
    elif classes[0].think_time.mean_ns > 0:
        allowed += classes[0].tenants * classes[0].queue_depth  # nobody thinks before the first, or after the last
    if results.warms_up:
        allowed += results.statistics["traffic.in_flight.max"]
    completed = results.statistics["traffic.succeeded"]
    if completed > allowed:
        outcome.broken.append(f"bound: {completed:g} jobs, and at most {allowed:.6g} are possible")


def _may_straddle(tenants: Any) -> bool:
    """Whether jobs may be split at a page boundary: their pieces then overlap where those of a whole job do not."""
    return bool(tenants.jobs[0].size_bytes > tenants.alignment_bytes)


def _places(results: _Results, tenants: Any) -> float:
    """Jobs that the tenants' queues hold: of a dedicated queue no more are submitted."""
    places = 0.0
    for node in results.experiment.platform.nodes:
        for queue in node.endpoint.swq_arbiter.queues if node.name == tenants.endpoint else ():
            if queue.name in tenants.queues:
                places += queue.size if queue.mode == type(queue).DEDICATED else float("inf")
    return places


def _check_latency(engine: Path, file: Path, results: _Results, outcome: Outcome) -> None:
    """No job is faster than on an idle platform. What `describe` says a closed loop can offer is its inverse."""
    classes = results.experiment.workload.tenant_classes
    metrics = results.summary["metrics"]
    if not _has_bound(results.experiment) or classes[0].arrivals != type(classes[0]).CLOSED_LOOP:
        return
    fastest_ns = metrics["job.latency.min_ns"]
    if len(classes[0].queues) != 1 or metrics["job.failed"] != 0 or not fastest_ns or _may_straddle(classes[0]):
        return
    said = _call(engine, ["describe", str(file)]).stdout
    load = re.search(rf"^  load of {classes[0].name} +(\d+) jobs/s", said, re.MULTILINE)
    if load is None or int(load[1]) < 1000:  # printed without decimals
        return
    jobs = classes[0].tenants * classes[0].queue_depth
    per_s = int(load[1]) + 0.5
    unloaded_ns = min(1e9 * jobs / per_s - classes[0].think_time.mean_ns, 1e9 * _places(results, classes[0]) / per_s)
    if fastest_ns < unloaded_ns / ROUNDING:
        outcome.broken.append(f"latency: {fastest_ns:.6f} ns, and {unloaded_ns:.6f} ns on an idle platform")


def _check_jobs(results: _Results, outcome: Outcome) -> None:
    """No job is lost, and none comes from nowhere."""
    ends = ("succeeded", "page_faulted", "translation_failed", "rejected", "invalid_handle")
    ended = sum(results.statistics.get(f"traffic.{how}", 0) for how in ends)
    metrics = results.summary["metrics"]
    if ended not in (metrics["job.completed"], metrics["job.completed"] + metrics["job.failed"]):
        outcome.broken.append(f"conservation: {ended:g} jobs ended, and the summary has {metrics['job.completed']:g}")
    if results.summary["conservation"]["violations"] != 0:
        outcome.broken.append(f"conservation: {results.summary['conservation']}")
    if results.warms_up:
        return
    submitted = results.statistics["traffic.submitted"]
    if submitted < ended or submitted - ended > results.statistics["traffic.in_flight.max"]:
        outcome.broken.append(f"conservation: {submitted:g} jobs submitted, {ended:g} ended")
    run = results.experiment.run
    whole = not run.HasField("duration_us") and not results.experiment.workload.HasField("replay")
    exits = any(tenants.exits for tenants in results.experiment.workload.tenant_classes)
    if whole and not exits and not submitted == ended == run.job_limit:
        outcome.broken.append(f"job limit: {submitted:g} submitted and {ended:g} ended")


def _check_results(results: _Results, outcome: Outcome) -> None:
    _check_shares(results, outcome)
    _check_bound(results, outcome)
    _check_jobs(results, outcome)


def violations(engine: Path, file: Path, scratch: Path, modes: Sequence[Sequence[str]] = SAME_RESULTS) -> Outcome:
    """Checks and runs an experiment, and runs it again in every mode that must not change anything."""
    outcome = Outcome()
    try:
        checked = _call(engine, ["check", str(file)])
    except subprocess.TimeoutExpired:
        outcome.broken.append(f"check: it took more than {TIME_LIMIT_S:g} s")
        return outcome
    if checked.returncode == 2:
        outcome.refused = checked.stderr.strip()
        return outcome
    if checked.returncode != 0:
        outcome.broken.append(f"check: exit code {checked.returncode}: {checked.stderr.strip()[:300]}")
        return outcome
    results = _run(engine, file, scratch / "plain", [], outcome)
    if results is None:
        return outcome
    _check_results(results, outcome)
    _check_latency(engine, file, results, outcome)
    expected = results.comparable()
    for overrides in modes:
        other = _run(engine, file, scratch / "other", overrides, outcome)
        if other is not None and other.comparable() != expected:
            outcome.broken.append(f"same results: {overrides[0]}: {_difference(expected, other.comparable())}")
    return outcome
