# SPDX-License-Identifier: Apache-2.0
"""Classes of tenants side by side: metrics, anatomy, fairness. Nothing when one class is the whole."""

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

from siovsim.base import units
from siovsim.report import charts
from siovsim.report.model import RunData, jain

_COLUMNS = (
    ("Jobs", "job.completed"),
    ("Failed", "job.failed"),
    ("Throughput", "job.throughput_per_s"),
    ("Mean", "job.latency.mean_ns"),
    ("p50", "job.latency.p50_ns"),
    ("p90", "job.latency.p90_ns"),
    ("p99", "job.latency.p99_ns"),
    ("p99.9", "job.latency.p999_ns"),
    ("Max", "job.latency.max_ns"),
)
_MOST_CHARTS = 6  # classes with an anatomy of their own on the page; summary.json has all


def tables(data: RunData, colours: Dict[str, str]) -> Optional[Dict[str, Any]]:
    """What the page shows of the classes: a row each, and an anatomy of the first few."""
    if not data.classes:
        return None
    rows = [
        {
            "name": one["name"],
            "cells": [units.count(one["tenants"]), *_cells(data, one["name"])],
            "mean_stage": one.get("dominant_stage_mean"),
            "tail_stage": one.get("dominant_stage_p999"),
        }
        for one in data.classes
    ]
    drawn: List[Tuple[str, str]] = []
    for one in data.classes[:_MOST_CHARTS]:
        own = data.class_data(one)
        if own.band_names:
            drawn.append((one["name"], charts.anatomy(own, colours, as_share=False)))
    return {"columns": ["Tenants", *(label for label, _ in _COLUMNS)], "rows": rows, "charts": drawn}


def _cells(data: RunData, name: str) -> List[str]:
    return [units.metric(metric, data.class_metric(name, metric)) for _, metric in _COLUMNS]


def evenness(name: str, rows: Sequence[Dict[str, Any]]) -> Tuple[str, Optional[float], Optional[float]]:
    """(class, Jain's index of throughput, worst p99 over best) among the tenants of a class."""
    mine = [row for row in rows if row["class"] == name]
    p99 = [row["p99_ns"] for row in mine if math.isfinite(row["p99_ns"]) and row["p99_ns"] > 0]
    rates = [row["throughput_per_s"] for row in mine if math.isfinite(row["throughput_per_s"])]
    return name, jain(rates) if rates else None, max(p99) / min(p99) if p99 else None
