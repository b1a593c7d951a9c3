# SPDX-License-Identifier: Apache-2.0
"""Numbers as people read them."""

import pytest

from siovsim.base import units


@pytest.mark.parametrize(
    "value, shown",
    [
        (0, "0 ns"),
        (0.25, "250 ps"),
        (1, "1.00 ns"),
        (999.4, "999 ns"),
        (999.6, "1.00 µs"),
        (12345, "12.3 µs"),
        (123456, "123 µs"),
        (1.5e6, "1.50 ms"),
        (2e9, "2.00 s"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_durations_have_three_digits_and_the_unit_that_fits(value, shown):
    assert units.time_ns(value) == shown


@pytest.mark.parametrize(
    "value, shown", [(0, "0 jobs/s"), (999, "999 jobs/s"), (1.5e6, "1.50M jobs/s"), (3e9, "3.00G jobs/s")]
)
def test_rates(value, shown):
    assert units.rate(value, " jobs/s") == shown


@pytest.mark.parametrize(
    "value, shown", [(50000, "50 µs"), (5000, "5 µs"), (1500, "1.5 µs"), (100, "100 ns"), (0, "0"), (1e6, "1 ms")]
)
def test_axis_labels_lose_only_zeros_behind_the_point(value, shown):
    assert units.tick_time(value) == shown


@pytest.mark.parametrize(
    "name, value, shown",
    [
        ("job.latency.p99_ns", 1500, "1.50 µs"),
        ("job.goodput_bytes_per_s", 3e10, "30.0 GB/s"),
        ("job.throughput_per_s", 2e6, "2.00M/s"),
        ("job.completed", 60000, "60,000"),
    ],
)
def test_a_metric_is_shown_in_the_unit_its_name_ends_in(name, value, shown):
    assert units.metric(name, value) == shown


@pytest.mark.parametrize(
    "fraction, shown", [(0.5, "50.0 %"), (0.001, "0.10 %"), (1, "100.0 %"), (0, "0.0 %"), (None, "–")]
)
def test_percentages(fraction, shown):
    assert units.percent(fraction) == shown


@pytest.mark.parametrize("share, shown", [(1, "100 %"), (0.25, "25 %"), (0.001, "0.1 %"), (1e-6, "0.0001 %")])
def test_percent_labels(share, shown):
    assert units.tick_percent(share) == shown


@pytest.mark.parametrize(
    "unit, value, shown",
    [("fraction", 0.25, ("25.0 %", "")), ("ps", 1.5e6, ("1.50", "µs")), ("lookups", 1234.0, ("1,234", "lookups"))],
)
def test_statistics_are_shown_in_readable_units(unit, value, shown):
    assert units.statistic(unit, value) == shown
