# SPDX-License-Identifier: Apache-2.0
"""The table of a sweep: one row per point, gathered from the result folders on disk and written in one step."""

import csv
import io
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Union

from siovsim.errors import InputError
from siovsim.result import Result
from siovsim.sweep_plan import Answer, Metric, Point, Sweep

if TYPE_CHECKING:
    import pandas

POINTS = "points"
FAILED = "failed"


@dataclass
class SweepTable:
    """Axes, and a row per point: index, run_id, seed, axis values, status, error, targets_met, metrics."""

    name: str
    axes: List[str]
    rows: List[Dict[str, Any]]
    question: str = ""
    metrics: List[str] = field(default_factory=list)  # the first ones to look at
    answers: List[Answer] = field(default_factory=list)

    @property
    def columns(self) -> List[str]:
        """Every column in a fixed order, metrics in the order the engine gives them."""
        names: Dict[str, None] = {}
        for row in self.rows:
            names.update(dict.fromkeys(row))
        return list(names)

    def frame(self) -> "pandas.DataFrame":
        """The table as a pandas frame; numbers are numbers."""
        import pandas

        frame = pandas.DataFrame(self.rows, columns=self.columns)
        for axis in self.axes:
            frame[axis] = pandas.to_numeric(frame[axis], errors="ignore")
        return frame


def finished(folder: Path) -> Optional[Result]:
    """The result in this folder if its run went to the end."""
    if not (folder / "DONE").is_file():
        return None
    try:
        result = Result(folder)
        return result if result.finished else None
    except InputError:
        return None


def failure_file(folder: Path, index: int) -> Path:
    """Where the error of a failed point is kept until the point succeeds."""
    return folder / FAILED / f"{index:06d}.json"


def _error(folder: Path, index: int) -> str:
    try:
        return str(json.loads(failure_file(folder, index).read_text(encoding="utf-8"))["error"])
    except (OSError, ValueError, KeyError):
        return ""


def _statistics(result: Result) -> Dict[str, float]:
    """BLOCK.STATISTIC of a run, its metrics, and ``class.NAME.latency.mean_ns``, p50 and p99 of each tenant class."""
    found = {name: value for name, value in result.summary.items() if value is not None}
    with open(result.path / "structures.csv", newline="", encoding="utf-8") as file:
        found.update((f"{row['block']}.{row['statistic']}", float(row["value"])) for row in csv.DictReader(file))
    for name, histogram in result.histograms().items():
        if name.startswith("class/"):
            found.update({f"class.{name[6:]}.latency.{key}_ns": value for key, value in _latencies(histogram).items()})
    return found


def _latencies(histogram: "pandas.DataFrame") -> Dict[str, float]:
    """Mean and percentiles of a latency histogram in ns; a bin counts as its middle."""
    middle = (histogram["lower_ps"] + histogram["upper_ps"]) / 2000.0
    share = histogram["count"].cumsum() / max(1, histogram["count"].sum())
    if not histogram["count"].any():
        return {}
    mean = (middle * histogram["count"]).sum() / histogram["count"].sum()
    return {"mean": float(mean), **{f"p{p}": float(middle[share >= p / 100].iloc[0]) for p in (50, 99)}}


def _derived(result: Result, metrics: Sequence[Metric]) -> Dict[str, Optional[float]]:
    """The columns that the sweep defines. What a run does not have is absent; so is a quotient by zero."""
    wanted = [metric for metric in metrics if metric.of]
    if not wanted:
        return {}
    known = _statistics(result)

    def value(metric: Metric) -> Optional[float]:
        above, below = known.get(metric.of), known.get(metric.per) if metric.per else 1.0
        return above / below if above is not None and below else None

    return {metric.name: value(metric) for metric in wanted}


def _row(folder: Path, plan: Sweep, point: Point, run_id: str) -> Dict[str, Any]:
    row: Dict[str, Any] = {
        "index": point.index,
        "run_id": run_id,
        "seed": "" if point.seed is None else point.seed,
        **dict(zip(plan.labels, point.values)),
    }
    result = finished(folder / POINTS / run_id) if run_id else None
    if result is None:
        error = _error(folder, point.index)
        return {**row, "status": "failed" if error else "pending", "error": error, "targets_met": ""}
    row.update(seed=result.document["run"]["seed"], status="done", error="", targets_met=int(result.targets_met))
    bound = result.document.get("bound", {})
    return {
        **row,
        **result.summary,
        **_derived(result, plan.metrics),
        "bound.jobs_per_s": bound.get("jobs_per_s"),
        "bound.bottleneck": bound.get("bottleneck"),
        "bound.fraction_reached": bound.get("fraction_reached"),
    }


def gather(folder: Path, plan: Sweep, points: Sequence[Point], ids: Dict[int, str]) -> SweepTable:
    """Builds the table from what is on disk now."""
    rows = [_row(folder, plan, point, ids.get(point.index, "")) for point in points]
    metrics = [metric.name for metric in plan.metrics]
    return SweepTable(plan.name, plan.labels, rows, plan.question, metrics, list(plan.answers))


def replace(path: Path, data: bytes) -> None:
    """Writes a file in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(draft, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def write(table: SweepTable, folder: Path) -> None:
    """Writes points.csv, sweep.h5 and sweep.json, each in one step, so that a reader never sees half a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, table.columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows([{key: "" if value is None else value for key, value in row.items()} for row in table.rows])
    replace(folder / "points.csv", text.getvalue().encode())
    replace(folder / "sweep.h5", _hdf5(table))
    about = {key: value for key, value in asdict(table).items() if key != "rows"}
    replace(folder / "sweep.json", (json.dumps(about, indent=1) + "\n").encode())


def _hdf5(table: SweepTable) -> bytes:
    import h5py
    import numpy

    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        for column in table.columns:
            values = [row.get(column) for row in table.rows]
            if all(value in (None, "") or isinstance(value, (int, float)) for value in values):
                data = numpy.array([float("nan") if value in (None, "") else value for value in values], dtype="f8")
            else:
                data = numpy.array([("" if value is None else str(value)).encode() for value in values], dtype="S")
            file.create_dataset(column, data=data)
    return memory.getvalue()


def read(folder: Union[str, Path]) -> SweepTable:
    """Reads the table of a sweep's result folder."""
    folder = Path(folder)
    try:
        described = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
        with open(folder / "points.csv", newline="", encoding="utf-8") as file:
            rows = [dict(row) for row in csv.DictReader(file)]
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} is not the result folder of a sweep: {error}") from error
    text = {"run_id", "status", "error", "bound.bottleneck", *described["axes"]}
    for row in rows:
        for key, value in row.items():
            if key not in text:
                row[key] = None if value == "" else float(value)
    return SweepTable(
        described["name"],
        described["axes"],
        rows,
        described.get("question", ""),
        described.get("metrics", []),
        [Answer(**answer) for answer in described.get("answers", [])],
    )


def write_any_report(folder: Union[str, Path]) -> Path:
    """(Re)builds report.html of a run's or of a sweep's result folder."""
    from siovsim import report

    folder = Path(folder)
    if (folder / "sweep.json").is_file():
        return report.write_sweep(read(folder), folder)
    return report.write(Result(folder))
