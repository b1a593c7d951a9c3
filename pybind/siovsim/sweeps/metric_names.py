# SPDX-License-Identifier: Apache-2.0
"""Names of metrics in a sweep, judged by the engine as those of targets are."""

import difflib
import re
from typing import Dict, List, Sequence, Set

from siovsim.engine import process
from siovsim.results.result_folder import ResultFolder
from siovsim.sweeps.columns import METRIC_PREFIXES
from siovsim.sweeps.plan import Sweep

_OF_CLASS = re.compile(r"class\.(.+)\.latency\.(mean|p50|p99)_ns")  # a sweep's own, besides class.NAME.job.latency
_REFUSED = re.compile(r'targets\[(\d+)\]\.metric = ".*?": (.*)')
_OF_TABLE = ("bound.jobs_per_s", "bound.fraction_reached", "bound.bottleneck")  # a sweep's columns that are no metrics


def _asked(plan: Sweep) -> Dict[str, List[str]]:
    """The metrics as a target would name them, and where the sweep says each."""
    places: Dict[str, List[str]] = {}
    derived = {metric.name for metric in plan.metrics if metric.of}
    for metric in plan.metrics:
        words = (("of", metric.of), ("per", metric.per)) if metric.of else (("name", metric.name),)
        for field, name in words:
            places.setdefault(name, []).append(f"metrics[name={metric.name}].{field} = {name}")
    for answer in plan.answers:
        if answer.metric not in derived:
            places.setdefault(answer.metric, []).append(f"answers[axis={answer.axis}].metric = {answer.metric}")
    # BLOCK.STATISTIC is known only to the block.
    return {name: where for name, where in places.items() if name.startswith(METRIC_PREFIXES) and name not in _OF_TABLE}


def faults(plan: Sweep) -> List[str]:
    """A sentence for each name that no run of this sweep has, with the nearest that it has."""
    asked = _asked(plan)
    if not asked:
        return []
    names = [_OF_CLASS.sub(r"class.\1.job.latency.\2_ns", name) for name in asked]
    quoted = [name.replace("\\", "\\\\").replace('"', '\\"') for name in names]
    targets = "targets=[" + ",".join(f'{{metric:"{name}" max:1}}' for name in quoted) + "]"
    points = plan.points()
    # What an axis gives, such as another workload's classes, may be had at one end of it only.
    refused = [_refused(plan, [*points[index].overrides, targets]) for index in (0, -1)]
    return [
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
