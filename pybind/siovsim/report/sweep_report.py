# SPDX-License-Identifier: Apache-2.0
"""The report of a sweep: what each axis does to each metric, where the knee is, and every point."""

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

from siovsim.base import metrics as table_of_metrics
from siovsim.base import units
from siovsim.report import page, sweep_charts
from siovsim.sweeps import answers
from siovsim.sweeps.point_table import SweepTable, without_jobs

KNEE_FACTOR = 2.0
KNEE_METRIC = "job.latency.p99_ns"
NOT_METRICS = ("index", "run_id", "seed", "status", "error", "targets_met", "bound.bottleneck")
MAX_METRICS = 16
MAX_PANELS = 8

Row = Dict[str, Any]


def html(table: SweepTable) -> str:
    """The whole page."""
    done = [row for row in table.rows if row["status"] == "done"]
    metrics = chosen_metrics(table, done)
    spanning = answers.independent(table.axes, table.rows)
    counts = {status: sum(row["status"] == status for row in table.rows) for status in ("done", "failed", "pending")}
    return page.render(
        "sweep.html.j2",
        {
            "title": table.name,
            "question": table.question,
            "findings": answers.read(table),
            "axes": table.axes,
            "spans": [(axis, len({row[axis] for row in table.rows})) for axis in spanning or table.axes],
            "counts": counts,
            "total": len(table.rows),
            "metrics": metrics,
            "figures": [figure for metric in metrics for figure in _figures(table, done, metric)],
            "knees": knees(table.axes, done),  # shown where nobody says what to read off
            "knee_metric": KNEE_METRIC,
            "knee_factor": KNEE_FACTOR,
            "jobless": [int(row["index"]) for row in without_jobs(table)],
            "failures": [row for row in table.rows if row["status"] == "failed"],
            "seeds": sorted({row["seed"] for row in done}),
            "grid": _grid(table, metrics),
        },
    )


def chosen_metrics(table: SweepTable, done: Sequence[Row]) -> List[str]:
    """The metrics worth a picture: the headline ones, then those that change over the sweep."""
    numeric = [
        name
        for name in table.columns
        if name not in NOT_METRICS
        and name not in table.axes
        and any(isinstance(row.get(name), (int, float)) for row in done)
    ]
    asked = [name for name in table.metrics if name in numeric]
    moving = [name for name in numeric if len({row.get(name) for row in done}) > 1]
    first = asked + [name for name in table_of_metrics.names(table_of_metrics.PICTURED) if name in numeric and name not in asked]
    return (first + [name for name in moving if name not in first])[:MAX_METRICS]


def mean(values: Sequence[Optional[float]]) -> Optional[float]:
    """The mean of what was measured."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return sum(known) / len(known) if known else None


def _figures(table: SweepTable, done: Sequence[Row], metric: str) -> List[Dict[str, str]]:
    """The metric's pictures: over the axis that is asked about (or the one with most values), a line or bar for each
    value of a second axis, a panel for each combination of the rest; for two axes without a question a map as well."""
    varied = answers.independent(table.axes, done)
    if not varied:
        return []
    by_count = sorted(varied, key=lambda axis: len({row[axis] for row in done}))
    asked = [answer.axis for answer in table.answers if answer.axis in varied]
    across = asked[0] if asked else by_count[-1]
    others = [axis for axis in by_count if axis != across]
    series = others[-1] if others else None
    figures = _panels(table, done, metric, across, series, others[:-1])
    if len(varied) == 2 and not asked:
        figures.append(
            {
                "title": f"{metric} over {varied[0]} and {varied[1]}",
                "note": "mean of the runs in a cell",
                "svg": sweep_charts.heat_map(done, varied[0], varied[1], metric),
            }
        )
    if len(varied) >= 2 and not asked:
        figures.extend(
            {
                "title": f"Main effect of {axis}",
                "note": "mean over everything else",
                "narrow": "yes",
                "svg": sweep_charts.lines(done, axis, None, metric, wide=False),
            }
            for axis in varied
        )
    return [{**figure, "metric": metric} for figure in figures if figure["svg"]]


def _panels(
    table: SweepTable, done: Sequence[Row], metric: str, across: str, series: Optional[str], rest: Sequence[str]
) -> List[Dict[str, str]]:
    groups: Dict[Tuple[str, ...], List[Row]] = {}
    for row in done:
        groups.setdefault(tuple(str(row[axis]) for axis in rest), []).append(row)
    if len(groups) > MAX_PANELS:
        groups = {(): list(done)}
    numeric = all(answers.number(row[across]) is not None for row in done)
    figures = []
    for values, rows in groups.items():
        where = ", ".join(f"{axis} = {value}" for axis, value in zip(rest, values))
        title = f"{metric} over {across}" + (f", by {series}" if series else "") + (f": {where}" if where else "")
        if numeric:
            note = "a dot per run, the line through their means"
            note += "; a ring where it is sufficient" if any(answer.metric == metric for answer in table.answers) else ""
            svg = sweep_charts.lines(rows, across, series, metric, wide=True, marks=_marks(table, rows, metric, series))
        else:
            note, svg = "mean of the runs", sweep_charts.bars(rows, across, series, metric)
        if rest and not where:
            note += ", mean over the other axes"
        figures.append({"title": title, "note": note, "svg": svg})
    return figures


def _marks(table: SweepTable, rows: Sequence[Row], metric: str, series: Optional[str]) -> Dict[Optional[str], str]:
    """Where the answers about this metric point to, by series."""
    marks: Dict[Optional[str], str] = {}
    for answer in table.answers:
        if answer.metric != metric or answer.kind != "SMALLEST_SUFFICIENT":
            continue
        inner = SweepTable(table.name, table.axes, list(rows), answers=[answer])
        for findings in answers.read(inner):
            at = findings.axes.index(series) if series in findings.axes else None
            marks.update(
                {None if at is None else line.others[at]: line.value for line in findings.lines if line.value is not None}
            )
    return marks


def knees(axes: Sequence[str], done: Sequence[Row]) -> List[Tuple[str, str]]:
    """(axis, sentence) for every numeric axis: the first value where the mean p99 exceeds twice its floor."""
    found = []
    for axis in axes:
        values = answers.ordered(done, axis)
        if len(values) < 3 or any(answers.number(value) is None for value in values):
            continue
        levels = [mean([row.get(KNEE_METRIC) for row in done if row[axis] == value]) for value in values]
        if any(level is None for level in levels):
            continue
        found.append((axis, _knee_sentence(axis, values, levels)))  # type: ignore[arg-type]
    return found


def _knee_sentence(axis: str, values: Sequence[Any], levels: Sequence[float]) -> str:
    floor = min(levels)
    rising = levels[-1] >= levels[0]
    order = range(len(values)) if rising else range(len(values) - 1, -1, -1)
    start = levels.index(floor)
    for index in order:
        beyond = index > start if rising else index < start
        if beyond and levels[index] > KNEE_FACTOR * floor:
            way = "from" if rising else "down to"
            level = (
                f"{units.time_ns(levels[index])}, more than {KNEE_FACTOR:g} times the floor of {units.time_ns(floor)}"
            )
            return f"{way} {axis} = {values[index]}: {level}."
    return f"none: p99 stays within {units.time_ns(floor)} and {units.time_ns(max(levels))}."


def _grid(table: SweepTable, metrics: Sequence[str]) -> str:
    columns: List[Dict[str, Any]] = [{"label": "point"}] + [{"label": axis, "text": True} for axis in table.axes]
    columns += [{"label": "seed"}, {"label": "status", "text": True}]
    scales = []
    for metric in metrics:
        scale, unit = _scale(metric, mean([row.get(metric) for row in table.rows]) or 0.0)
        scales.append(scale)
        columns.append({"label": _short(metric), "title": metric, "unit": unit, "digits": 3 if unit else None})
    columns = [{key: value for key, value in column.items() if value is not None} for column in columns]
    rows = []
    for row in table.rows:
        shown = [
            None if row.get(metric) is None else float(row[metric]) * scale for metric, scale in zip(metrics, scales)
        ]
        seed = row["seed"] if isinstance(row["seed"], (int, float)) else None
        rows.append(
            [
                int(row["index"]),
                *(row[axis] for axis in table.axes),
                None if seed is None else int(seed),
                row["status"],
                *shown,
            ]
        )
    return page.grid(columns, rows, len(rows))


def _short(metric: str) -> str:
    name = metric.removeprefix("job.").removeprefix("latency.")
    for suffix in ("_bytes_per_s", "_per_s", "_ns"):
        name = name.removesuffix(suffix)
    return name


def _scale(metric: str, typical: float) -> Tuple[float, str]:
    if metric.endswith("_ns"):
        return next(
            ((1 / factor, unit) for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")) if typical >= factor),
            (1.0, "ns"),
        )
    if metric.endswith("bytes_per_s"):
        return 1e-9, "GB/s"
    if metric.endswith("_per_s"):
        return next(
            ((1 / factor, f"{unit}/s") for factor, unit in ((1e6, "M"), (1e3, "k")) if typical >= factor), (1.0, "/s")
        )
    return 1.0, ""
