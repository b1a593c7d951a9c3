# SPDX-License-Identifier: Apache-2.0
"""What a report is made of: the files of a result folder as plain values."""

import csv
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from siovsim.results.result_folder import ResultFolder

BAND_LABELS = {"mean": "mean", "p50": "p50", "p90": "p90", "p99": "p99", "p999": "p99.9"}


@dataclass(frozen=True)
class Stage:
    """One stage of the latency ledger; ``time_ns`` maps a band ("mean", "p50", ...) to its mean time there."""

    name: str
    kind: str
    description: str
    share_mean: float
    time_ns: Dict[str, float]

    @property
    def is_wait(self) -> bool:
        return self.kind == "wait"


@dataclass(frozen=True)
class Band:
    """The jobs whose latency lies around one percentile."""

    name: str
    from_ns: float
    to_ns: float
    jobs: int

    @property
    def label(self) -> str:
        return BAND_LABELS.get(self.name, self.name)


@dataclass(frozen=True)
class Histogram:
    """Latency counts per bin; bounds in picoseconds."""

    name: str
    lower_ps: Any
    upper_ps: Any
    count: Any


@dataclass(frozen=True)
class Series:
    """A level over simulated time."""

    name: str
    time_ns: Any
    value: Any
    unit: str = ""


@dataclass(frozen=True)
class Statistic:
    """One reported number of a block."""

    name: str
    unit: str
    value: float
    sentence: str


@dataclass
class RunData:
    """Everything of one result folder that the report shows."""

    result: ResultFolder
    stages: List[Stage]
    bands: Dict[str, Band]
    tenants: Dict[str, List[Any]]
    blocks: Dict[str, List[Statistic]]
    histograms: List[Histogram] = field(default_factory=list)
    series: List[Series] = field(default_factory=list)

    @property
    def document(self) -> Dict[str, Any]:
        return self.result.document

    @property
    def metrics(self) -> Dict[str, Optional[float]]:
        return self.result.summary

    @property
    def classes(self) -> List[Dict[str, Any]]:
        """The classes of tenants as summary.json has them; empty if one class is the whole."""
        found = self.document.get("classes", [])
        return found if len(found) > 1 else []

    def class_metric(self, name: str, metric: str) -> Optional[float]:
        """``class_metric("victim", "job.latency.p99_ns")``."""
        return self.metrics.get(f"class.{name}.{metric}")

    def class_data(self, entry: Dict[str, Any]) -> "RunData":
        """A class as a run of its own, as far as its anatomy goes."""
        bands, times = {}, entry.get("bands", {})
        for name, band in times.items():
            if band["jobs"]:
                bands[name] = Band(name, band["latency_from_ns"], band["latency_to_ns"], band["jobs"])
        stages = [
            Stage(
                stage.name,
                stage.kind,
                stage.description,
                0.0,
                {name: times[name].get("stages_ns", {}).get(stage.name, 0.0) for name in bands},
            )
            for stage in self.stages
        ]
        return RunData(self.result, stages if bands else [], bands, {}, {})

    @property
    def band_names(self) -> List[str]:
        return [name for name in BAND_LABELS if self.stages and name in self.stages[0].time_ns]

    @property
    def unused(self) -> List[str]:
        """Stages no job spent any time in."""
        return [stage.name for stage in self.stages if not any(stage.time_ns.values())]

    @property
    def used(self) -> List[Stage]:
        """Stages that some job spent time in."""
        return [stage for stage in self.stages if any(stage.time_ns.values())]

    def dominant(self, band: str) -> Stage:
        """The stage that takes the most time in a band."""
        return max(self.stages, key=lambda stage: stage.time_ns[band])


def number(text: str) -> float:
    """A CSV cell as a number; an empty cell is not a number."""
    return float(text) if text else float("nan")


def _rows(result: ResultFolder, name: str) -> List[Dict[str, str]]:
    path = result.path / name
    if not path.is_file():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _stages(result: ResultFolder) -> List[Stage]:
    stages = []
    for row in _rows(result, "stages.csv"):
        times = {band: number(row[f"{band}_ns"]) for band in BAND_LABELS if row.get(f"{band}_ns")}
        stages.append(
            Stage(row["stage"], row["kind"], row["description"].rstrip("."), number(row["share_mean"]), times)
        )
    return stages


def _bands(result: ResultFolder) -> Dict[str, Band]:
    return {
        row["band"]: Band(
            row["band"], number(row["latency_from_ns"]), number(row["latency_to_ns"]), int(number(row["jobs"]))
        )
        for row in _rows(result, "bands.csv")
    }


def _tenants(result: ResultFolder) -> Dict[str, List[Any]]:
    rows = _rows(result, "tenants.csv")
    if not rows:
        return {}
    columns: Dict[str, List[Any]] = {}
    for key in rows[0]:
        text = key in ("tenant", "class")
        columns[key] = [row[key] if text else number(row[key]) for row in rows]
    return columns


def _blocks(result: ResultFolder) -> Dict[str, List[Statistic]]:
    blocks: Dict[str, List[Statistic]] = {}
    for row in _rows(result, "structures.csv"):
        statistic = Statistic(row["statistic"], row["unit"], number(row["value"]), row["sentence"])
        blocks.setdefault(row["block"], []).append(statistic)
    return blocks


def _hdf5(result: ResultFolder) -> Tuple[List[Histogram], List[Series]]:
    path = result.path / "histograms.h5"
    if not path.is_file():
        return [], []
    import h5py

    histograms: List[Histogram] = []
    series: List[Series] = []

    def visit(name: str, item: Any) -> None:
        if not isinstance(item, h5py.Group):
            return
        if "lower_ps" in item:
            histograms.append(Histogram(name, item["lower_ps"][()], item["upper_ps"][()], item["count"][()]))
        elif "time_ns" in item and "value" in item:
            value = item["value"]
            series.append(Series(name.split("/", 1)[1], item["time_ns"][()], value[()], _text(value.attrs.get("unit"))))

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    histograms.sort(key=lambda histogram: (histogram.name != "job_latency", histogram.name))
    return histograms, series


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def read(result: ResultFolder) -> RunData:
    """Reads a result folder."""
    histograms, series = _hdf5(result)
    return RunData(result, _stages(result), _bands(result), _tenants(result), _blocks(result), histograms, series)
