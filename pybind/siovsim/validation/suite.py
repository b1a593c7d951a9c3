# SPDX-License-Identifier: Apache-2.0
"""Runs the validation suite: published measurements against the simulator, point by point.

Every run is a child process with a folder named by its run id, so finished ones are kept and a killed suite goes on
where it stopped; curves that need the same run share it.
"""

import csv
import io
import json
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from siovsim.base.errors import SiovsimError
from siovsim.engine import process
from siovsim.engine.process import Progress
from siovsim.results import folders
from siovsim.results.result_folder import ResultFolder
from siovsim.sweeps import executors, point_table
from siovsim.sweeps.executors import PointTask, local, run_point
from siovsim.validation.rows import Curve, Fitted, Row, evaluate, fitted_parameters

RUNS = "runs"


@dataclass(frozen=True)
class Checked:
    """One comparison. ``error`` is relative; a failed run leaves it and ``simulated`` empty, and a ``problem``."""

    row: str
    curve: str
    x: Any
    published: float
    simulated: Optional[float]
    error: Optional[float]
    tolerance: float
    passed: bool
    problem: str = ""


@dataclass(frozen=True)
class Report:
    """The outcome: every comparison, the rows they belong to, and the parameters that were fitted."""

    rows: List[Row]
    points: List[Checked]
    fitted: List[Fitted]
    short: bool

    @property
    def passed(self) -> bool:
        """True when every comparison is within its tolerance."""
        return all(point.passed for point in self.points)

    def of(self, row: str, curve: Optional[str] = None) -> List[Checked]:
        """The comparisons of a row, or of one of its curves."""
        return [point for point in self.points if point.row == row and curve in (None, point.curve)]


Job = Tuple[str, Tuple[str, ...]]  # experiment file, overrides


def _identify(jobs: Sequence[Job]) -> Dict[Job, Tuple[str, str]]:
    """(run id, "") or ("", error) of each job; one process for each experiment file."""
    found: Dict[Job, Tuple[str, str]] = {}
    for file in dict.fromkeys(file for file, _ in jobs):
        own = [job for job in jobs if job[0] == file]
        found.update(zip(own, process.run_ids(Path(file), [overrides for _, overrides in own])))
    return found


class _Suite:
    """The runs of the suite: each experiment and its overrides once."""

    def __init__(self, folder: Path, executor: Executor, progress: Optional[Progress]) -> None:
        self.folder, self.executor, self.progress = folder, executor, progress
        self.results: Dict[Job, Optional[ResultFolder]] = {}
        self.problems: Dict[Job, str] = {}
        self.done = self.failed = 0

    def run_all(self, wanted: Sequence[Job]) -> None:
        jobs = list(dict.fromkeys(wanted))
        ids = _identify(jobs)
        waiting = {job: executors.submit(self.executor, self._run, job, *ids[job]) for job in jobs}
        for job, future in waiting.items():
            self.results[job], self.problems[job] = executors.outcome(self.executor, future)
            self.failed += self.results[job] is None
            self.done += self.results[job] is not None
            if self.progress is not None:
                self.progress({"done": self.done, "failed": self.failed, "total": len(jobs), "eta_s": None})

    def _run(self, job: Job, run_id: str, problem: str) -> Tuple[Optional[ResultFolder], str]:
        file, overrides = job
        if problem:
            return None, problem
        folder = self.folder / RUNS / run_id
        if point_table.finished(folder, contents=True) is None:
            folders.make_room(folder)
            problem = run_point(PointTask(file, overrides, str(folder.resolve()), None))
        result = point_table.finished(folder)
        return result, problem if result is None else ""


def _value(result: ResultFolder, name: str) -> float:
    value = result.summary.get(name)
    if value is None:
        raise SiovsimError(f"the run has no metric {name}")
    return float(value)


def simulate(curve: Curve, x: Any, short: bool, suite: _Suite) -> float:
    """The metric of one point, from its finished runs. Raises SiovsimError if one of them failed."""
    results: Dict[str, ResultFolder] = {}
    for name, (file, _) in curve.runs.items():
        job = (str(file.resolve()), curve.overrides(name, x, short))
        result = suite.results[job]
        if result is None:
            raise SiovsimError(suite.problems[job])
        results[name] = result

    def value_of(name: str) -> float:
        if name in curve.constants:
            return curve.constants[name]
        if name == "x":
            return float(x)
        run, _, metric = name.partition(".")
        return _value(results[run], metric) if run in results else _value(results["run"], name)

    return evaluate(curve.metric, value_of)


def _check(row: Row, curve: Curve, x: Any, published: float, short: bool, suite: _Suite) -> Checked:
    try:
        simulated = simulate(curve, x, short, suite)
    except (SiovsimError, KeyError, ZeroDivisionError) as error:
        return Checked(row.id, curve.name, x, published, None, None, curve.tolerance, False, str(error))
    error_part = simulated / published - 1
    within = abs(error_part) <= curve.tolerance
    return Checked(row.id, curve.name, x, published, simulated, error_part, curve.tolerance, within)


def knee_index(values: Sequence[float], rise: float) -> int:
    """The first point that lies more than ``rise`` (relative) above the first; the number of points if none does."""
    return next((index for index, value in enumerate(values) if value > values[0] * (1 + rise)), len(values))


def _check_knee(row: Row, curve: Curve, points: Sequence[Checked]) -> List[Checked]:
    """The knee of a whole curve: its place among the points may differ by so many steps."""
    simulated = [point.simulated for point in points if point.simulated is not None]
    if curve.knee is None or len(simulated) < len(curve.points):
        return []
    rise, steps = curve.knee["rise"], curve.knee["steps"]
    places = [knee_index(values, rise) for values in ([point.published for point in points], simulated)]
    off = abs(places[0] - places[1])
    return [
        Checked(row.id, f"{curve.name}: place of the knee", "", places[0], places[1], None, steps, off <= steps)
    ]


def validate(
    rows: Sequence[Row],
    out: Path,
    *,
    short: bool = False,
    executor: Optional[Executor] = None,
    progress: Optional[Progress] = None,
) -> Report:
    """Runs what the rows need and compares every point; finished runs in ``out`` are not run again."""
    folders.claim(out, folders.VALIDATION, folders.VALIDATION_FORMAT, {})
    (out / RUNS).mkdir(exist_ok=True)
    own = local() if executor is None else None
    suite = _Suite(out, own or executors.checked(executor), progress)
    try:
        suite.run_all(
            [
                (str(file.resolve()), curve.overrides(name, x, short))
                for row in rows
                for curve in row.curves
                for x, _ in curve.chosen(short)
                for name, (file, _) in curve.runs.items()
            ]
        )
    finally:
        if own is not None:
            own.shutdown()
    points: List[Checked] = []
    for row in rows:
        for curve in row.curves:
            checked = [_check(row, curve, x, y, short, suite) for x, y in curve.chosen(short)]
            points += checked + _check_knee(row, curve, checked)
    report = Report(list(rows), points, fitted_parameters(), short)
    write(report, out)
    return report


def write(report: Report, out: Path) -> None:
    """Writes validation.json and validation.csv, each in one step."""
    document = {
        "format": folders.VALIDATION_FORMAT,
        "passed": report.passed,
        "short": report.short,
        "points": [asdict(point) for point in report.points],
        "fitted": [asdict(parameter) for parameter in report.fitted],
    }
    folders.replace(out / "validation.json", (json.dumps(document, indent=1) + "\n").encode())
    text = io.StringIO()
    writer = csv.DictWriter(text, list(Checked.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: "" if value is None else value for key, value in asdict(point).items()} for point in report.points
    )
    folders.replace(out / "validation.csv", text.getvalue().encode())
