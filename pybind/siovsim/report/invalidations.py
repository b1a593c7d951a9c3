# SPDX-License-Identifier: Apache-2.0
"""What invalidations cost: their rates and latencies, the queue they wait in, and what they add to a job."""

from typing import Dict, List, Tuple

from siovsim.base import units
from siovsim.report.model import RunData

KINDS = ("context", "iotlb", "device_tlb", "interrupt_entry", "pasid_iotlb", "pasid_cache")
STAGES = ("map", "unmap", "invalidate_wait")
ERRORS = ("queue_errors", "timeouts", "completion_errors", "aborted_waits")


def rows(data: RunData) -> List[Tuple[str, str]]:
    """Label and value, in reading order; nothing if no queue did anything."""
    found = []
    for block, statistics in data.blocks.items():
        if not block.endswith(".invalidation_queue"):
            continue
        values = {statistic.name: statistic.value for statistic in statistics}
        if values.get("commands", 0) > 0:
            found += _queue(block, values, _seconds(data))
    if not found:
        return []
    return found + _driver(data) + _jobs(data)


def _seconds(data: RunData) -> float:
    run = data.document.get("run", {})
    return (run.get("sim_time_ns", 0) - run.get("warmup_ns", 0)) / 1e9


def _queue(block: str, values: Dict[str, float], seconds: float) -> List[Tuple[str, str]]:
    counts = [(kind, values.get(kind, 0)) for kind in KINDS]
    total, waits = sum(count for _, count in counts), values.get("waits", 0)
    kinds = ", ".join(f"{units.count(count)} {kind}" for kind, count in counts if count)
    table = [
        (f"{block}: invalidations", f"{units.rate(total / seconds if seconds else None)} ({kinds or 'none'})"),
        ("waits", units.rate(waits / seconds if seconds else None)),
        ("wait latency", _latency(values, "wait_latency")),
        (
            "ring",
            f"{units.digits(values.get('ring.mean', 0))} mean, {units.count(values.get('ring.max'))} max of "
            f"{units.count(values.get('ring.capacity'))}; full for {units.count(values.get('queue_full'))} descriptors",
        ),
    ]
    errors = ", ".join(f"{units.count(values[name])} {name}" for name in ERRORS if values.get(name, 0))
    return table + ([("errors", errors)] if errors else [])


def _driver(data: RunData) -> List[Tuple[str, str]]:
    table = []
    for block, statistics in data.blocks.items():
        values = {statistic.name: statistic.value for statistic in statistics}
        if not block.endswith(".driver"):
            continue
        if values.get("syncs", 0) > 0:
            table.append((f"{block}: submit and wait", _latency(values, "sync_latency")))
        table += [
            (statistic.name, f"{units.count(statistic.value)} ({statistic.sentence})")
            for statistic in statistics
            if statistic.name.startswith("undef.") and statistic.value > 0
        ]
    return table


def _latency(values: Dict[str, float], name: str) -> str:
    parts = (f"{units.time_ns(values.get(f'{name}.{part}'))} {part}" for part in ("mean", "p50", "p99", "max"))
    return ", ".join(parts)


def _jobs(data: RunData) -> List[Tuple[str, str]]:
    whole = sum(stage.time_ns.get("mean", 0.0) for stage in data.stages)  # no job measured: nothing is known
    spent = {stage.name: stage.time_ns.get("mean", 0.0) for stage in data.stages if stage.name in STAGES}
    if not whole or not sum(spent.values()):
        return []
    parts = ", ".join(f"{units.time_ns(time)} {name}" for name, time in spent.items() if time)
    return [("of an average job", f"{parts} ({units.percent(sum(spent.values()) / whole)} of its latency)")]
