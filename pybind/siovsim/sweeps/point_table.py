# SPDX-License-Identifier: Apache-2.0
"""The table of a sweep: one row per point, gathered from the result folders on disk and written in one step."""

import csv
import io
import json
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Union

from siovsim.base import files
from siovsim.base.errors import InputError, SiovsimError
from siovsim.results import done, folders
from siovsim.results.result_folder import ResultFolder
from siovsim.sweeps.axes import Answer, Metric, Point
from siovsim.sweeps.columns import is_formula
from siovsim.sweeps.plan import Sweep

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
        if any(row.get("seed", 0) in (None, "") for row in self.rows):  # of points that never ran; as floats the others lose digits
            frame["seed"] = pandas.Series([row["seed"] for row in self.rows], dtype=object)
        for axis in self.axes:
            frame[axis] = pandas.to_numeric(frame[axis], errors="ignore")
        return frame


def without_jobs(table: SweepTable) -> List[Dict[str, Any]]:
    """The points that are done, and in whose measured time no job was finished."""
    return [row for row in table.rows if row["status"] == "done" and row.get("job.completed") == 0]


def finished(folder: Path, contents: bool = False) -> Optional[ResultFolder]:
    """The result in this folder if its run went to the end and every file is there as DONE lists it: its size, and with
    ``contents`` its bytes."""
    try:
        if done.check(folder, contents).partial:
            return None
        result = ResultFolder(folder)
        return result if result.finished else None
    except InputError:
        return None


def failure_file(folder: Path, index: int) -> Path:
    """Where the error of a failed point is kept until the point succeeds."""
    return folder / FAILED / f"{index:06d}.json"


def _error(folder: Path, index: int, run_id: str) -> str:
    """Why a point failed, if what is kept there is of this very run: a corrected sweep shows no older failures."""
    try:
        kept = json.loads(files.read_text(failure_file(folder, index)))
        return str(kept["error"]) if kept["run_id"] == run_id else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _statistics(result: ResultFolder) -> Dict[str, float]:
    """BLOCK.STATISTIC of a run, its metrics, and ``class.NAME.latency.mean_ns``, p50 and p99 of each tenant class."""
    found = {name: value for name, value in result.summary.items() if value is not None}
    rows = csv.DictReader(io.StringIO(files.read_text(result.path / "structures.csv"), newline=""))
    found.update((f"{row['block']}.{row['statistic']}", float(row["value"])) for row in rows if row["value"])
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


def _derived(result: ResultFolder, metrics: Sequence[Metric]) -> Dict[str, Optional[float]]:
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
        error = _error(folder, point.index, run_id)
        return {**row, "status": "failed" if error else "pending", "error": error, "targets_met": ""}
    row.update(seed=result.document["run"]["seed"], status="done", error="", targets_met=int(result.targets_met))
    bound = result.document.get("bound", {})
    measured = {
        **result.summary,
        **_derived(result, plan.metrics),
        "bound.jobs_per_s": bound.get("jobs_per_s"),
        "bound.bottleneck": bound.get("bottleneck"),
        "bound.fraction_reached": bound.get("fraction_reached"),
    }
    taken = sorted(row.keys() & measured.keys())
    if taken:  # the plan refuses the names it knows; an engine may have more
        raise SiovsimError(f"the sweep's column {taken[0]} is the name of a metric as well; give the axis another label.")
    return {**row, **measured}


def gather(folder: Path, plan: Sweep, points: Sequence[Point], ids: Dict[int, str]) -> SweepTable:
    """Builds the table from what is on disk now."""
    rows = [_row(folder, plan, point, ids.get(point.index, "")) for point in points]
    metrics = [metric.name for metric in plan.metrics]
    return SweepTable(plan.name, plan.labels, rows, plan.question, metrics, list(plan.answers))


def write(table: SweepTable, folder: Path) -> None:
    """Writes points.csv, sweep.h5 and sweep.json so that at every moment a reader finds a whole table and its description.

    sweep.json describes the table by its checksum. While points.csv is exchanged it describes both, the older as
    ``previous``; a process that is killed there leaves either table readable.
    """
    text = _csv(table).encode()
    about = {key: value for key, value in asdict(table).items() if key != "rows"}
    about = {"format": folders.SWEEP_FORMAT, **about, "table": {"rows": len(table.rows), "crc32": zlib.crc32(text)}}
    with folders.locked(folder):
        previous = folders.marker(folder, folders.SWEEP, folders.SWEEP_FORMAT)
        if previous is None:
            raise SiovsimError(f"{folder / folders.SWEEP} is gone or damaged: somebody changed the folder while the sweep ran.")
        if (folder / "points.csv").exists():
            previous = _described_by(previous, folder) or previous
        previous = {key: value for key, value in previous.items() if key not in ("previous", "check")}
        _describe(folder, {**about, "previous": previous})
        folders.replace(folder / "points.csv", text)
        folders.replace(folder / "sweep.h5", _hdf5(table))
        _describe(folder, about)


def _describe(folder: Path, about: Dict[str, Any]) -> None:
    folders.replace(folder / folders.SWEEP, json.dumps({**about, "check": _check(about)}, indent=1) + "\n")


def _check(about: Dict[str, Any]) -> int:
    """The checksum of a description: a damaged one does not become a damaged report."""
    return zlib.crc32(json.dumps({**about, "check": 0}, sort_keys=True).encode())


def _described_by(about: Dict[str, Any], folder: Path) -> Optional[Dict[str, Any]]:
    """The description of points.csv as it is on disk: what sweep.json says, or what it says of the previous table."""
    try:
        text = files.read(folder / "points.csv")
    except OSError as error:
        raise InputError(f"{folder} has no table: points.csv cannot be read: {error.strerror}.") from error
    for one in (about, about.get("previous")):
        if isinstance(one, dict) and isinstance(one.get("table"), dict) and one["table"].get("crc32") == zlib.crc32(text):
            return one
    return None


def _csv(table: SweepTable) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, table.columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows([{key: _cell(value) for key, value in row.items()} for row in table.rows])
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet executes: text that starts like a formula (an engine's sentence may) gets a blank."""
    if value is None:
        return ""
    return f" {value}" if isinstance(value, str) and is_formula(value) else value


def _hdf5(table: SweepTable) -> bytes:
    import h5py
    import numpy

    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        for column in table.columns:
            values = [row.get(column) for row in table.rows]
            if values and all(isinstance(value, int) and 0 <= value < 1 << 64 for value in values):
                data = numpy.array(values, dtype="u8")  # seeds above 2^53 are no doubles
            elif column != "seed" and all(value in (None, "") or isinstance(value, (int, float)) for value in values):
                data = numpy.array([float("nan") if value in (None, "") else value for value in values], dtype="f8")
            else:
                data = numpy.array([("" if value is None else str(value)).encode() for value in values], dtype="S")
            file.create_dataset(column, data=data)
    return memory.getvalue()


def read(folder: Union[str, Path]) -> SweepTable:
    """Reads the table of a sweep's result folder. Raises InputError unless it is whole."""
    folder = Path(folder)
    about = folders.marker(folder, folders.SWEEP, folders.SWEEP_FORMAT)
    if about is None:
        raise InputError(f"{folder} is not the result folder of a sweep: its {folders.SWEEP} is missing, damaged or of another version.")
    described = _described_by(about, folder)
    if described is not None and about.get("check") != _check(about):
        raise InputError(f"{folder} has no whole table: {folders.SWEEP} is not as the sweep wrote it; the same sweep writes it again.")
    if described is None:
        raise InputError(f"{folder} has no whole table: points.csv is not as the sweep wrote it; the same sweep writes it again.")
    try:
        text = io.StringIO(files.read_text(folder / "points.csv"), newline="")
        rows = [dict(row) for row in csv.DictReader(text)]
        return _table(described, rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder} has no whole table: {error}.") from error


def verify_points(table: SweepTable, folder: Path) -> None:
    """Raises InputError unless the result of every point that the table calls done is as its run wrote it."""
    damaged: Dict[str, str] = {}
    for run_id in dict.fromkeys(row["run_id"] for row in table.rows if row["status"] == "done"):
        try:
            if done.check(folder / POINTS / run_id).partial:
                damaged[run_id] = f"{folder / POINTS / run_id} is not a whole result: its run was interrupted."
        except InputError as error:
            damaged[run_id] = str(error)
    if damaged:
        more = f" So are {len(damaged) - 1:,} more of its points." if len(damaged) > 1 else ""
        raise InputError(f"{next(iter(damaged.values()))}{more} The same sweep runs again what is damaged.")


def _table(described: Dict[str, Any], rows: List[Dict[str, Any]]) -> SweepTable:
    text = {"run_id", "status", "error", "bound.bottleneck", *described["axes"]}
    for row in rows:
        for key, value in row.items():
            if key in ("index", "seed"):
                row[key] = None if value == "" else int(value)
            elif key not in text:
                row[key] = None if value == "" else float(value)
    return SweepTable(
        described["name"],
        described["axes"],
        rows,
        described.get("question", ""),
        described.get("metrics", []),
        [Answer(**answer) for answer in described.get("answers", [])],
    )
