# SPDX-License-Identifier: Apache-2.0
"""What a run says at its end: one compact table on a terminal, the same as plain text elsewhere."""

import csv
import sys
from typing import Any, Dict, List, Optional, Tuple

from siovsim.base import metrics, units
from siovsim.results.result_folder import ResultFolder

Row = Tuple[str, str]
_MOST_CLASSES = 8


def _top_stages(result: ResultFolder, column: str, wanted: int = 3) -> Optional[str]:
    path = result.path / "stages.csv"
    if not path.is_file():
        return None
    with open(path, newline="", encoding="utf-8") as file:
        rows = [(float(row[column]), row["stage"], row["kind"]) for row in csv.DictReader(file) if row.get(column)]
    total = sum(row[0] for row in rows)
    if total <= 0:
        return None
    shown = [row for row in sorted(rows, reverse=True)[:wanted] if row[0] > 0]
    return ", ".join(
        f"{stage}{' (waiting)' if kind == 'wait' else ''} {units.percent(time / total)}" for time, stage, kind in shown
    )


def _retries(count: float) -> str:
    """Answers to submissions, each of which was tried again or given up; no refusal by a function that was stopped."""
    return f"{units.count(count)} submission{'s' if count != 1 else ''} answered with Retry"


def rows(result: ResultFolder) -> List[Row]:
    """The lines of the table: label and value."""
    figures, bound = result.summary, result.document.get("bound", {})
    verdict = result.document.get("verdict", {})
    found: List[Row] = [("warning", sentence) for sentence in result.warnings]
    found += [
        (
            "jobs",
            units.count(figures.get("job.completed"))
            + (f", {units.count(figures['job.failed'])} failed" if figures.get("job.failed") else "")
            + (f"; {_retries(figures['job.retries'])}" if figures.get("job.retries") else ""),
        )
    ]
    found += [
        (f"latency {one.word.lower()}", units.time_ns(figures.get(one.name))) for one in metrics.shown(metrics.RUN)
    ]
    found += _class_rows(result)
    throughput = units.rate(figures.get("job.throughput_per_s"), " jobs/s")
    reached = bound.get("fraction_reached")
    if bound.get("jobs_per_s") and reached is not None:
        throughput += (
            f", {units.percent(reached)} of the bound "
            f"{units.rate(bound['jobs_per_s'], ' jobs/s')} set by {bound.get('bottleneck')}"
        )
    found.append(("throughput", throughput))
    if verdict.get("bottleneck"):
        found.append(("bottleneck", verdict["bottleneck"]))
    for label, column in (("mean spent in", "mean_ns"), ("slowest 0.1 % in", "p999_ns")):
        stages = _top_stages(result, column)
        if stages:
            found.append((label, stages))
    for target in verdict.get("targets", []):
        found.append((f"target {'met' if target['met'] else 'MISSED'}", target_words(target)))
    return found


def why_not_ok(result: ResultFolder) -> str:
    """What of a finished run is not as it should be, in one line."""
    wrong = [
        target_words(target) for target in result.document.get("verdict", {}).get("targets", []) if not target["met"]
    ]
    missed = [f"target missed: {'; '.join(wrong)}"] if wrong else []
    if result.document.get("conservation", {}).get("violations", 0):
        missed += result.warnings
    return "; ".join(missed) or "the run did not finish"


def target_words(target: Dict[str, Any]) -> str:
    """What was reached and what was wanted."""
    limits = [
        f"{word} {units.metric(target['metric'], target[key])}"
        for key, word in (("min", "at least"), ("max", "at most"))
        if target.get(key) is not None
    ]
    return f"{target['metric']} is {_reached(target)}, wanted {' and '.join(limits)}"


def _reached(target: Dict[str, Any]) -> str:
    """A target's value; what is not known says why."""
    why = target.get("why")
    return f"not known ({why})" if why else units.metric(target["metric"], target["value"])


def _class_rows(result: ResultFolder) -> List[Row]:
    """A line for each class of tenants, if there are several."""
    classes = result.document.get("classes", [])
    if len(classes) < 2:
        return []
    keys = (("mean", "latency.mean_ns"), ("p99", "latency.p99_ns"), ("", "throughput_per_s"))
    found = []
    for one in classes[:_MOST_CLASSES]:
        values = []
        for label, key in keys:
            shown = units.metric(key, result.summary.get(f"class.{one['name']}.job.{key}"))
            values.append(f"{label} {shown}".strip())
        found.append((f"class {one['name']}", ", ".join(values)))
    if len(classes) > _MOST_CLASSES:
        found.append(("classes", f"{len(classes) - _MOST_CLASSES} more in summary.json"))
    return found


def show(result: ResultFolder, report: Optional[str]) -> None:
    """Prints the table to standard output."""
    lines = rows(result)
    if report:
        lines.append(("report", report))
    if not sys.stdout.isatty():
        width = max(len(label) for label, _ in lines)
        print("\n".join(f"{label:<{width}}  {value}" for label, value in lines))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=result.name,
        title_justify="left",
        title_style="bold",
        show_header=False,
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in lines:
        table.add_row(label, value, style="bold red" if label in ("target MISSED", "warning") else None)
    Console(highlight=False).print(table)
