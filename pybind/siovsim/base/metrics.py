# SPDX-License-Identifier: Apache-2.0
"""The metrics of a run in one table: name, word, direction, where they are shown, and what they are.

A metric of the engine (platforms/resolve/metric_names.h) has its row here; reports, tables of runs and of sweeps, and
``compare`` show what the rows say, in the order of their ranks. The unit is the end of the name (siovsim.base.units). A
class of tenants has the metrics of jobs and of tenants as ``class.NAME.METRIC``.
"""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional

LESS, MORE, NEITHER = "less", "more", ""  # what is better

# Where a metric can be shown.
RUN = "run"  # the table at a run's end: percentiles of latency
HEADLINE = "headline"  # the first line of a run's report
CLASSES = "classes"  # the table of classes of tenants
COMPARED = "compared"  # runs side by side
PICTURED = "pictured"  # first pictures of a sweep's report
POINT = "point"  # a sweep's rows on the terminal


@dataclass(frozen=True)
class Metric:
    """``word``: its name in a table's head; ``ranks``: its place among the others wherever it is shown."""

    name: str
    word: str
    better: str
    sentence: str
    ranks: Dict[str, int] = field(default_factory=dict)


def _latency(part: str, word: str, sentence: str, **ranks: int) -> Metric:
    return Metric(f"job.latency.{part}_ns", word, LESS, sentence, ranks)


ROWS = (
    _latency("mean", "Mean", "Mean latency of the jobs.", run=1, classes=4, compared=1, pictured=3),
    _latency("stddev", "Deviation", "Standard deviation of the jobs' latency."),
    _latency("min", "Min", "The shortest latency."),
    _latency("p50", "p50", "Latency that half of the jobs do not exceed.", run=2, headline=1, classes=5, compared=2, pictured=2, point=1),
    _latency("p90", "p90", "Latency that 90 % of the jobs do not exceed.", run=3, headline=2, classes=6, compared=3),
    _latency("p95", "p95", "Latency that 95 % of the jobs do not exceed."),
    _latency("p99", "p99", "Latency that 99 % of the jobs do not exceed.", run=4, headline=3, classes=7, compared=4, pictured=1, point=2),
    _latency("p999", "p99.9", "Latency that 99.9 % of the jobs do not exceed.", run=5, headline=4, classes=8, compared=5, pictured=4),
    _latency("max", "Max", "The longest latency.", run=6, headline=5, classes=9, compared=6),
    Metric("job.completed", "Jobs", MORE, "Jobs finished in the measured time, failed ones included.", {CLASSES: 1}),
    Metric("job.succeeded", "Succeeded", MORE, "Of these, with success."),
    Metric("job.failed", "Failed", LESS, "Of these, without success.", {CLASSES: 2}),
    Metric("job.retries", "Retries", LESS, "Retry answers that the submissions of these jobs got."),
    Metric("job.faults", "Faults", LESS, "Page requests raised for these jobs."),
    Metric("job.throughput_per_s", "Throughput", MORE, "Successful jobs per second.", {CLASSES: 3, COMPARED: 7, PICTURED: 5, POINT: 3}),
    Metric("job.goodput_bytes_per_s", "Goodput", MORE, "Bytes of successful jobs per second.", {COMPARED: 8, PICTURED: 6}),
    Metric("tenants.jain", "Jain's index", MORE, "1 if all tenants got as many jobs done, 1/n if one got all."),
    Metric("tenants.silent", "Silent", LESS, "Tenants that finished no job in the measured time."),
    Metric("tenants.worst_p99_ns", "Worst p99", LESS, "The highest p99 of a tenant."),
    Metric("memory.resident_bytes", "Resident", NEITHER, "Memory of synthetic tenants' buffers that was resident."),
    Metric("memory.pinned_bytes", "Pinned", NEITHER, "Of these, what was pinned before the first job."),
    Metric("memory.pin_ns", "Pinning", LESS, "CPU time that pinning took before time 0."),
    Metric("translation.completed", "Translations", NEITHER, "DMA requests that needed a translation."),
    Metric("translation.rate_per_s", "Translation rate", MORE, "Translations per second."),
)

_BY_NAME = {row.name: row for row in ROWS}
_OF_CLASS = re.compile(r"class\..+?\.(?=(?:job|tenants)\.)")


def row(name: str) -> Optional[Metric]:
    """The row of a metric, of all jobs or of a class of tenants; None of a sweep's own column."""
    return _BY_NAME.get(_OF_CLASS.sub("", name, count=1))


def shown(place: str) -> List[Metric]:
    """The metrics that are shown in a place, in their order."""
    return sorted((one for one in ROWS if place in one.ranks), key=lambda one: one.ranks[place])


def names(place: str) -> List[str]:
    """Their names."""
    return [one.name for one in shown(place)]


def judged(name: str, before: float, now: float) -> str:
    """"better", "worse", or nothing where there is no saying."""
    found = row(name)
    if found is None or found.better == NEITHER or before == now:
        return ""
    return "better" if (now < before) == (found.better == LESS) else "worse"
