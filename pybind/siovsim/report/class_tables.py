# SPDX-License-Identifier: Apache-2.0
"""Classes of tenants side by side: metrics and anatomy. Nothing when one class is the whole."""

from typing import Any, Dict, List, Optional, Tuple

from siovsim.base import metrics, units
from siovsim.report import charts
from siovsim.report.model import RunData

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
    return {"columns": [("Tenants", "Tenants of the class."), *((one.word, one.sentence) for one in metrics.shown(metrics.CLASSES))], "rows": rows, "charts": drawn}


def _cells(data: RunData, name: str) -> List[str]:
    return [units.metric(metric, data.class_metric(name, metric)) for metric in metrics.names(metrics.CLASSES)]
