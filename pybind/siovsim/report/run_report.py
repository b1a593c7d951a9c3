# SPDX-License-Identifier: Apache-2.0
"""The report of one run."""

import math
import shlex
import statistics
from typing import Any, Dict, List, Optional, Tuple

from siovsim.base import units
from siovsim.report import charts, class_tables, invalidations, page, palette, structure_charts
from siovsim.report.model import RunData, jain, occupancies, rates, relevant, utilisations

_JOB_COUNTS = ("submitted", "succeeded", "failed", "in_flight")
TABLE_ROWS = 4096  # tenants listed in the page; more would make the file slow to open

_HEADLINES = (
    ("p50", "job.latency.p50_ns"),
    ("p90", "job.latency.p90_ns"),
    ("p99", "job.latency.p99_ns"),
    ("p99.9", "job.latency.p999_ns"),
    ("max", "job.latency.max_ns"),
)


def html(data: RunData) -> str:
    """The whole page."""
    return page.render("run.html.j2", _context(data))


def fragment(data: RunData) -> str:
    """Verdict and anatomy only."""
    return page.render("fragment.html.j2", _context(data))


def _context(data: RunData) -> Dict[str, Any]:
    colours = palette.stage_colours(data.stages)
    return {
        "data": data,
        "doc": data.document,
        "run": data.document.get("run", {}),
        "metrics": data.metrics,
        "title": data.result.name,
        "headlines": [(label, data.metrics.get(key)) for label, key in _HEADLINES],
        "status": _status(data),
        "sentences": _sentences(data),
        "warnings": data.result.warnings,
        "bound": data.document.get("bound", {}),
        "bound_chart": structure_charts.bound_bars(data.document.get("bound", {}), data.metrics),
        "setup": setup(data),
        "platform_picture": structure_charts.platform(data.document.get("setup", {})),
        "classes": class_tables.tables(data, colours),
        "hatches": palette.hatches(data.stages, colours),
        "legend": _legend(data, colours),
        "anatomy_time": charts.anatomy(data, colours, as_share=False) if data.band_names else "",
        "anatomy_share": charts.anatomy(data, colours, as_share=True) if data.band_names else "",
        "wait_share": {band: _wait_share(data, band) for band in data.band_names},
        "cdf": charts.distribution(data, tail=False),
        "ccdf": charts.distribution(data, tail=True),
        "tenants": _tenants(data),
        "structures": _structures(data),
        "method": method(data),
        "resolved": _text(data, "resolved.txtpb"),
        "unverified": data.document.get("unverified_parameters", []),
    }


def setup(data: RunData) -> List[Tuple[str, str]]:
    """What was simulated and how it was asked for: label and value."""
    about, speed = data.document.get("setup", {}), data.result.speed
    rows = [("Workload", line) for line in about.get("workload", [])]
    command = speed.get("command")
    if command:
        rows.append(("Command", command))
        overrides = [word for word in shlex.split(command) if "=" in word]
        rows.append(("Overrides", ", ".join(overrides) if overrides else "none"))
    if speed.get("written_utc"):
        rows.append(("Written", f"{speed['written_utc']} UTC"))
    return rows


def _sentences(data: RunData) -> List[str]:
    """The verdict's, what makes them doubtful first."""
    return list(dict.fromkeys([*data.result.warnings, *data.document.get("verdict", {}).get("sentences", [])]))


def _status(data: RunData) -> Tuple[str, str]:
    """(css class, words) of the badge beside the title."""
    if data.document.get("conservation", {}).get("violations", 0):
        return "missed", "conservation violated"
    if not data.result.finished:
        return "partial", "partial: interrupted before the end"
    targets = data.document.get("verdict", {}).get("targets", [])
    if not targets:
        return "none", "no targets set"
    missed = sum(not target["met"] for target in targets)
    if missed:
        return "missed", f"{missed} of {len(targets)} target{'s' if len(targets) > 1 else ''} missed"
    return "met", "target met" if len(targets) == 1 else f"all {len(targets)} targets met"


def _wait_share(data: RunData, band: str) -> Optional[float]:
    total = sum(stage.time_ns[band] for stage in data.stages)
    return sum(stage.time_ns[band] for stage in data.stages if stage.is_wait) / total if total else None


def _legend(data: RunData, colours: Dict[str, str]) -> List[Dict[str, Any]]:
    return [{"stage": stage, "fill": palette.fill(stage, colours)} for stage in data.used]


def _tenants(data: RunData) -> Optional[Dict[str, Any]]:
    columns = data.tenants
    if not columns:
        return None
    p99 = [value for value in columns["p99_ns"] if value > 0]
    ranked_by = "p99_ns" if p99 else "mean_ns"  # no histogram per tenant
    throughput = columns["throughput_per_s"]
    slowness = columns[ranked_by]
    known = [value for value in slowness if math.isfinite(value)]
    scale, unit = _time_unit(statistics.median(known) if known else 1.0)
    # A tenant that finished no job is slower than any that did.
    order = sorted(range(len(throughput)), key=lambda i: (-slowness[i] if math.isfinite(slowness[i]) else -math.inf, i))
    listed = sorted(order[:TABLE_ROWS])
    rows = [{key: columns[key][i] for key in columns} for i in order]
    names = [one["name"] for one in data.classes]
    return {
        "count": len(throughput),
        "jain": jain(throughput),
        "silent": sum(jobs == 0 for jobs in columns["jobs"]),
        "by_class": [class_tables.evenness(name, rows) for name in names],
        "ranked_by": ranked_by.removesuffix("_ns"),
        "p99_chart": charts.histogram(
            p99, "p99 latency of a tenant", units.time_ns, units.tick_time, "Tenants by p99 latency"
        ),
        "rate_chart": charts.histogram(
            throughput, "throughput of a tenant, jobs/s", units.rate, units.tick_rate, "Tenants by throughput"
        ),
        "spread": max(p99) / min(p99) if p99 and min(p99) > 0 else None,
        "slowest": [("Slowest ten", rows[:10])]
        + [(f"Slowest five of class {name}", [row for row in rows if row["class"] == name][:5]) for name in names],
        "listed": len(listed),
        "grid": page.grid(
            _tenant_columns(columns, unit), [_tenant_row(columns, i, scale) for i in listed], len(throughput)
        ),
    }


def _time_unit(typical_ns: float) -> Tuple[float, str]:
    """One unit for a whole column, so that its numbers can be compared at a glance."""
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if typical_ns >= factor:
            return 1.0 / factor, unit
    return 1.0, "ns"


_TENANT_LABELS = {
    "tenant": "Tenant",
    "class": "Class",
    "jobs": "Jobs",
    "failed": "Failed",
    "bytes": "Bytes",
    "mean_ns": "Mean",
    "p99_ns": "p99",
    "max_ns": "Max",
    "throughput_per_s": "Throughput",
    "retries": "Retries",
    "faults": "Faults",
}


def _tenant_columns(columns: Dict[str, List[Any]], unit: str) -> List[Dict[str, Any]]:
    described = []
    for key in columns:
        if key.endswith("_ns"):
            described.append({"label": _TENANT_LABELS.get(key, key), "unit": unit, "digits": 2})
        elif key == "throughput_per_s":
            described.append({"label": _TENANT_LABELS[key], "unit": "jobs/s", "digits": 0})
        else:
            described.append({"label": _TENANT_LABELS.get(key, key), "text": key in ("tenant", "class")})
    return described


def _tenant_row(columns: Dict[str, List[Any]], index: int, scale: float) -> List[Any]:
    row: List[Any] = []
    for key, values in columns.items():
        value = values[index]
        if key.endswith("_ns"):
            row.append(value * scale)
        else:
            row.append(int(value) if isinstance(value, float) and value.is_integer() else value)
    return row


def _structures(data: RunData) -> Dict[str, Any]:
    shown, hidden = relevant(data.series, [data.document.get("verdict", {}).get("bottleneck", "")])
    busy, levels = utilisations(data.blocks), occupancies(data.blocks)
    return {
        "blocks": data.blocks,
        "invalidations": invalidations.rows(data),
        "hit_chart": structure_charts.ratio_bars(rates(data.blocks), "Hit and retry rates", "hit"),
        "busy_chart": structure_charts.ratio_bars(busy[:16], "Utilisation", "busy"),
        "level_chart": structure_charts.level_bars(
            [level for level in levels if level.capacity], "Occupancy of bounded structures"
        ),
        "open_chart": structure_charts.level_bars([level for level in levels if not level.capacity], "Other levels"),
        "hidden_busy": max(0, len(busy) - 16),
        "series": [chart for chart in (structure_charts.series(one) for one in shown) if chart],
        "hidden_series": hidden,
    }


def method(data: RunData) -> List[Tuple[str, str]]:
    """How the numbers came about: label and value, in reading order."""
    run, trace = data.document.get("run", {}), data.document.get("trace", {})
    conservation = data.document.get("conservation", {})
    rows = [
        ("Run id", str(run.get("run_id", ""))),
        ("Engine", f"{run.get('engine_version', '')} ({run.get('source_revision', '')})"),
        ("Seed", str(run.get("seed", ""))),
        ("Simulated time", units.time_ns(run.get("sim_time_ns"))),
        ("Warm-up cut", units.time_ns(run.get("warmup_ns"))),
        ("Events", units.count(run.get("events"))),
    ]
    speed = data.result.speed
    if speed:
        rows.append(
            ("Wall-clock time", f"{units.digits(speed['wall_s'])} s, {units.rate(speed['events_per_s'], ' events/s')}")
        )
    for metric, interval in data.document.get("confidence", {}).items():
        value, half = data.metrics.get(metric), interval.get("half_width_95_ns")
        share = f" (± {units.percent(half / value)})" if value and half is not None else ""
        rows.append((f"95 % interval of {metric}", f"{units.time_ns(value)} ± {units.time_ns(half)}{share}"))
        rows.append(
            (
                "Lag-1 correlation of its batches",
                f"{_lag(interval.get('lag1_correlation'))} over {units.count(interval.get('batches'))} batches",
            )
        )
    rows.append(
        (
            "Ledger check",
            f"stages add up to the latency in {units.count(conservation.get('jobs_checked'))} jobs, "
            f"{units.count(conservation.get('violations'))} violations",
        )
    )
    if conservation.get("submitted") is not None:
        parts = (f"{units.count(conservation[key])} {key.replace('_', ' ')}" for key in _JOB_COUNTS)
        drained = "; nothing was left in the platform" if conservation.get("drained") else ""
        rows.append(("Jobs of the whole run", f"{', '.join(parts)}{drained}"))
    if run.get("trace"):
        rows.append(("Trace", str(run["trace"])))
        rows.extend(
            (key.replace("_", " ").capitalize(), units.count(value) if isinstance(value, (int, float)) else str(value))
            for key, value in trace.items()
            if key != "notes"
        )
        rows.extend(("About the recording", str(note)) for note in trace.get("notes", []))
    return rows


def _lag(value: Optional[float]) -> str:
    if value is None:
        return units.NOTHING
    return f"{value:.2f}" + (
        " (above 0.2: the interval is too narrow; prefer independent seeds)" if value > 0.2 else ""
    )


def _text(data: RunData, name: str) -> str:
    path = data.result.path / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""
