# SPDX-License-Identifier: Apache-2.0
"""The table of metrics: the engine's names, and what every place that shows metrics takes from it."""

import re

import pytest
from front import ROOT

from siovsim.base import metrics, units

UNITS = {"_ns": "1.00 µs", "bytes_per_s": "1.00 kB/s", "_per_s": "1.00k/s"}


def test_every_metric_of_the_engine_has_its_row_in_the_same_order():
    text = (ROOT / "platforms/resolve/metric_names.h").read_text()
    lists = re.findall(r"inline constexpr const char\* k\w+MetricNames\[\] = \{(.*?)\};", text, re.DOTALL)
    names = [name for one in lists for name in re.findall(r'"([^"]+)"', one)]
    assert len(names) > 20 and [row.name for row in metrics.ROWS] == names


def test_rows_are_whole_and_their_unit_is_the_end_of_their_name():
    words = [row.word for row in metrics.ROWS]
    assert len(set(words)) == len(words)
    for row in metrics.ROWS:
        assert row.sentence.endswith(".") and row.better in (metrics.LESS, metrics.MORE, metrics.NEITHER)
        shown = units.metric(row.name, 1000.0)
        assert shown == next((text for end, text in UNITS.items() if row.name.endswith(end)), "1,000"), row.name


@pytest.mark.parametrize("place", [metrics.RUN, metrics.HEADLINE, metrics.CLASSES, metrics.COMPARED, metrics.PICTURED, metrics.POINT])
def test_ranks_of_a_place_are_its_order_without_ties(place):
    shown = metrics.shown(place)
    assert len(shown) > 2 and [one.ranks[place] for one in shown] == list(range(1, len(shown) + 1))


def test_a_class_of_tenants_has_the_metrics_of_jobs():
    assert metrics.row("class.a.b.job.latency.p99_ns") is metrics.row("job.latency.p99_ns")
    assert metrics.row("class.x.tenants.jain").name == "tenants.jain"
    assert metrics.row("misses per job") is None and metrics.row("class.x.latency.p99_ns") is None


def test_a_difference_is_better_worse_or_neither():
    assert metrics.judged("job.latency.p99_ns", 2.0, 1.0) == "better"
    assert metrics.judged("job.latency.p99_ns", 1.0, 2.0) == "worse"
    assert metrics.judged("class.a.job.throughput_per_s", 1.0, 2.0) == "better"
    assert metrics.judged("job.throughput_per_s", 2.0, 1.0) == "worse"
    assert metrics.judged("memory.pinned_bytes", 1.0, 2.0) == ""
    assert metrics.judged("job.latency.p99_ns", 1.0, 1.0) == ""
    assert metrics.judged("mine", 1.0, 2.0) == ""
