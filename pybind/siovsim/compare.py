# SPDX-License-Identifier: Apache-2.0
"""``siovsim compare``: runs side by side, with the difference to the first."""

import sys
from typing import Dict, List, Optional, Sequence

from siovsim import units
from siovsim.result import Result

_METRICS = (
    "job.latency.mean_ns",
    "job.latency.p50_ns",
    "job.latency.p90_ns",
    "job.latency.p99_ns",
    "job.latency.p999_ns",
    "job.latency.max_ns",
    "job.throughput_per_s",
    "job.goodput_bytes_per_s",
)


def _cell(name: str, value: Optional[float], first: Optional[float], half: Optional[float]) -> str:
    shown = units.metric(name, value)
    if half is not None:
        shown += f" ± {units.metric(name, half)}"
    if value is not None and first and value != first:
        shown += f" ({100 * (value / first - 1):+.1f} %)"
    return shown


def table(results: Sequence[Result]) -> List[List[str]]:
    """Header and rows: percentiles and throughput, then the mean time in each stage that any run spends time in."""
    lines = [
        ["", *(result.path.name for result in results)],
        ["seed", *(str(result.document["run"]["seed"]) for result in results)],
    ]
    for name in [*_METRICS, *_class_metrics(results)]:
        first = results[0].summary.get(name)
        lines.append(
            [name, *(_cell(name, result.summary.get(name), first, _half_width(result, name)) for result in results)]
        )
    stages: List[Dict[str, float]] = []
    for result in results:
        frame = result.stages()
        stages.append(dict(zip(frame["stage"], frame["mean_ns"])))
    for stage in dict.fromkeys(name for one in stages for name in one):
        if any(one.get(stage, 0) > 0 for one in stages):
            first = stages[0].get(stage)
            lines.append([f"mean in {stage}", *(_cell("stage_ns", one.get(stage), first, None) for one in stages)])
    return lines


def _class_metrics(results: Sequence[Result]) -> List[str]:
    """The metrics of every class, if some run has several."""
    if all(len(result.document.get("classes", [])) < 2 for result in results):
        return []
    names = dict.fromkeys(one["name"] for result in results for one in result.document.get("classes", []))
    return [f"class.{name}.{metric}" for name in names for metric in _METRICS]


def _half_width(result: Result, name: str) -> Optional[float]:
    return result.document.get("confidence", {}).get(name, {}).get("half_width_95_ns")


def show(results: Sequence[Result]) -> None:
    """Prints the table to standard output. Raises InputError if one of the results is damaged."""
    lines = table([result.verified() for result in results])
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table

        grid = Table(*lines[0], box=box.SIMPLE_HEAD)
        for line in lines[1:]:
            grid.add_row(*line)
        Console(highlight=False).print(grid)
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(f"{word:<{width}}" for word, width in zip(line, widths)).rstrip())
