# SPDX-License-Identifier: Apache-2.0
"""``siovsim compare``: runs side by side, with the difference to the first, and what makes any of them doubtful."""

import sys
from typing import Dict, List, Optional, Sequence

from siovsim.base import metrics, units
from siovsim.cli import terminal
from siovsim.results.result_folder import ResultFolder

def _cell(name: str, value: Optional[float], first: Optional[float], half: Optional[float]) -> str:
    shown = units.metric(name, value)
    if half is not None:
        shown += f" ± {units.metric(name, half)}"
    if value is not None and first and value != first:
        verdict = metrics.judged(name, first, value)
        shown += f" ({100 * (value / first - 1):+.1f} %{', ' + verdict if verdict else ''})"
    return shown


def _failed(result: ResultFolder) -> str:
    jobs, failed = result.summary.get("job.completed"), result.summary.get("job.failed")
    if not jobs or failed is None:
        return units.NOTHING
    return f"{units.count(failed)} of {units.count(jobs)} ({units.percent(failed / jobs)})" if failed else "0"


def _targets(result: ResultFolder) -> str:
    targets = result.document.get("verdict", {}).get("targets", [])
    missed = sum(not target["met"] for target in targets)
    return f"{missed} of {len(targets)} missed" if missed else f"{len(targets)} met" if targets else "none"


def _of_bound(result: ResultFolder) -> str:
    bound = result.document.get("bound", {})
    reached = bound.get("fraction_reached")
    if not bound.get("jobs_per_s") or reached is None:
        return units.NOTHING
    return f"{units.percent(reached)} ({bound.get('bottleneck')})"


_TRUST = (
    ("state", lambda result: "finished" if result.finished else "PARTIAL"),
    ("failed jobs", _failed),
    ("warnings", lambda result: str(len(result.warnings) or "none")),
    ("targets", _targets),
    ("of the bound", _of_bound),
    ("bottleneck", lambda result: result.document.get("verdict", {}).get("bottleneck") or units.NOTHING),
)


def doubts(results: Sequence[ResultFolder]) -> List[str]:
    """A line for each thing that makes a run doubtful: not finished, warnings of its verdict, missed targets."""
    lines = []
    for result in results:
        found = [] if result.finished else ["partial: it did not go to its end."]
        found += [f"warning: {sentence}" for sentence in result.warnings]
        targets = result.document.get("verdict", {}).get("targets", [])
        found += [f"target MISSED: {terminal.target_words(target)}" for target in targets if not target["met"]]
        lines += [f"{result.path.name}: {words}" for words in found]
    return list(dict.fromkeys(lines))


def table(results: Sequence[ResultFolder]) -> List[List[str]]:
    """Header and rows: how far each run can be believed and what limits it, percentiles and throughput, then the mean
    time in each stage that any run spends time in."""
    lines = [
        ["", *(result.path.name for result in results)],
        ["seed", *(str(result.document["run"]["seed"]) for result in results)],
    ]
    lines += [[label, *(words(result) for result in results)] for label, words in _TRUST]
    for name in [*metrics.names(metrics.COMPARED), *_class_metrics(results)]:
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


def _class_metrics(results: Sequence[ResultFolder]) -> List[str]:
    """The metrics of every class, if some run has several."""
    if all(len(result.document.get("classes", [])) < 2 for result in results):
        return []
    names = dict.fromkeys(one["name"] for result in results for one in result.document.get("classes", []))
    return [f"class.{name}.{metric}" for name in names for metric in metrics.names(metrics.COMPARED)]


def _half_width(result: ResultFolder, name: str) -> Optional[float]:
    return result.document.get("confidence", {}).get(name, {}).get("half_width_95_ns")


def show(results: Sequence[ResultFolder]) -> None:
    """Prints the table to standard output. Raises InputError if one of the results is damaged."""
    lines = table([result.verified() for result in results])
    doubtful = doubts(results)
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table

        grid = Table(*lines[0], box=box.SIMPLE_HEAD)
        for line in lines[1:]:
            grid.add_row(*line)
        console = Console(highlight=False)
        console.print(grid)
        for line in doubtful:
            console.print(line, style="bold red", markup=False)
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(f"{word:<{width}}" for word, width in zip(line, widths)).rstrip())
    for line in doubtful:
        print(line)
