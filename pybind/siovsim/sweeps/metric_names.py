# SPDX-License-Identifier: Apache-2.0
"""Names of metrics in a sweep, judged by the engine as those of targets are."""

import difflib
import re
from typing import Dict, List, Sequence, Set

from siovsim.base import metrics
from siovsim.engine import process
from siovsim.results.result_folder import ResultFolder
from siovsim.sweeps.axes import Answer
from siovsim.sweeps.columns import METRIC_PREFIXES
from siovsim.sweeps.plan import Sweep

_OF_CLASS = re.compile(r"class\.(.+)(?<!\.job)\.latency\.(mean|p50|p99)_ns")  # a sweep's own, besides class.NAME.job.latency
_REFUSED = re.compile(r'targets\[(\d+)\]\.metric = ".*?": (.*)')
_OF_TABLE = ("bound.jobs_per_s", "bound.fraction_reached")  # a sweep's columns that are no metrics, and numbers


def _asked(plan: Sweep) -> Dict[str, List[str]]:
    """The metrics as a target would name them, and where the sweep says each."""
    places: Dict[str, List[str]] = {}
    derived = {metric.name for metric in plan.metrics if metric.of}
    for metric in plan.metrics:
        words = (("of", metric.of), ("per", metric.per)) if metric.of else (("name", metric.name),)
        for field, name in words:
            places.setdefault(name, []).append(f"metrics[name={metric.name}].{field} = {name}")
    # BLOCK.STATISTIC is known only to the block.
    places = {name: where for name, where in places.items() if name.startswith(METRIC_PREFIXES)}
    for answer in plan.answers:  # read off a column of the table
        if answer.metric not in derived and answer.metric.startswith(METRIC_PREFIXES):
            places.setdefault(answer.metric, []).append(f"{_place(answer)} = {answer.metric}")
    return {name: where for name, where in places.items() if name not in (*_OF_TABLE, "bound.bottleneck")}


def _place(answer: Answer) -> str:
    return f"answers[axis={answer.axis}].metric"


def _faults_of_answers(plan: Sweep) -> List[str]:
    """Answers about columns that hold no numbers, or that the sweep would have to define."""
    own = [metric.name for metric in plan.metrics if metric.of]
    found = []
    for answer in plan.answers:
        if answer.metric == "bound.bottleneck":
            found.append(f"{_place(answer)} = {answer.metric}: it is no number; must be a metric, or the name of one with an 'of'")
        elif answer.metric not in own and (not answer.metric.startswith(METRIC_PREFIXES) or _OF_CLASS.fullmatch(answer.metric)):
            known = [*own, *(row.name for row in metrics.ROWS), _OF_CLASS.sub(r"class.\1.job.latency.\2_ns", answer.metric)]
            near = difflib.get_close_matches(answer.metric, [name for name in known if name != answer.metric], 3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            found.append(
                f"{_place(answer)} = {answer.metric}: no such metric; must be one of the metrics of docs/results.md, or of the "
                f"sweep's own, which have an 'of'{hint}"
            )
    return found


def faults(plan: Sweep) -> List[str]:
    """A sentence for each name that no run of this sweep has, with the nearest that it has."""
    found = _faults_of_answers(plan)
    asked = _asked(plan)
    if not asked:
        return found
    names = [_OF_CLASS.sub(r"class.\1.job.latency.\2_ns", name) for name in asked]
    quoted = [name.replace("\\", "\\\\").replace('"', '\\"') for name in names]
    targets = "targets=[" + ",".join(f'{{metric:"{name}" max:1}}' for name in quoted) + "]"
    points = plan.points()
    # What an axis gives, such as another workload's classes, may be had at one end of it only.
    refused = [_refused(plan, [*points[index].overrides, targets]) for index in (0, -1)]
    return found + [
        f"{place}: {refused[0][index]}"
        for index, places in enumerate(asked.values())
        for place in places
        if index in refused[0] and index in refused[1]
    ]


def unknown_statistics(plan: Sweep, results: Sequence[ResultFolder]) -> List[str]:
    """A sentence for each BLOCK.STATISTIC of the sweep's columns that none of these runs has."""
    known: Set[str] = set()
    for result in results:
        frame = result.structures()
        known.update(result.summary, frame["block"] + "." + frame["statistic"])
    found = []
    for metric in plan.metrics:
        for field, name in (("of", metric.of), ("per", metric.per), ("name", "" if metric.of else metric.name)):
            if name and not name.startswith(METRIC_PREFIXES) and name not in known:
                nearest = difflib.get_close_matches(name, sorted(known), 1)
                hint = f"; did you mean {nearest[0]}?" if nearest else ""
                found.append(f"metrics[name={metric.name}].{field} = {name}: no run has it, and the column is empty{hint}")
    return found


def _refused(plan: Sweep, overrides: List[str]) -> Dict[int, str]:
    fixed = plan.experiment.overrides  # type: ignore[union-attr]
    with plan.experiment.as_file() as file:  # type: ignore[union-attr]
        ended = process.check(file, [*fixed, *overrides])
    found = (_REFUSED.search(line) for line in ended.log.splitlines())
    return {int(one.group(1)): one.group(2) for one in found if one}
