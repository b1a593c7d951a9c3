# SPDX-License-Identifier: Apache-2.0
"""The table of invalidations in a run's report."""

import dataclasses

import pytest

import siovsim as sv
from siovsim.report import invalidations, model, run_report
from siovsim.report.model import Statistic


@pytest.fixture(scope="module")
def data(sample):
    return model.read(sv.Result(sample))


def _with(data, block, **values):
    statistics = [Statistic(name.replace("__", "."), "", value, "Sentence.") for name, value in values.items()]
    return dataclasses.replace(data, blocks={**data.blocks, block: statistics})


def test_there_is_no_table_without_invalidations(data):
    assert invalidations.rows(data) == []
    assert "<h3>Invalidations</h3>" not in run_report.html(data)
    idle = _with(data, "iommu0.invalidation_queue", commands=0)
    assert invalidations.rows(idle) == []


def test_rates_latencies_and_what_wrong_software_left_out_are_there(data):
    run = data.document["run"]
    seconds = (run["sim_time_ns"] - run["warmup_ns"]) / 1e9
    busy = _with(
        data, "iommu0.invalidation_queue",
        commands=300, iotlb=1000 * seconds, device_tlb=1000 * seconds, waits=500 * seconds,
        wait_latency__mean=420, wait_latency__p50=400, wait_latency__p99=900, wait_latency__max=1200,
        ring__mean=3.5, ring__max=17, ring__capacity=255, queue_full=2, timeouts=4,
    )  # fmt: skip
    busy = _with(busy, "host0.driver", syncs=10, sync_latency__mean=1060, undef__missing_iotlb=7, undef__missing_wait=0)
    rows = dict(invalidations.rows(busy))
    assert rows["iommu0.invalidation_queue: invalidations"].startswith("2.00k/s (")
    assert "900 ns p99" in rows["wait latency"]
    assert "17 max of 255" in rows["ring"]
    assert rows["errors"] == "4 timeouts"
    assert rows["undef.missing_iotlb"].startswith("7 ")
    assert "undef.missing_wait" not in rows
    assert "1.06" in rows["host0.driver: submit and wait"]
    assert "<h3>Invalidations</h3>" in run_report.html(busy)


def test_without_a_measured_job_nothing_is_said_of_an_average_one(data):
    """A page swapped out in a run that measured no job: the report was a traceback."""
    stages = [dataclasses.replace(stage, time_ns={}) for stage in data.stages]
    told = dataclasses.replace(_with(data, "iommu0.invalidation_queue", commands=1), stages=stages)
    assert "of an average job" not in dict(invalidations.rows(told))
