# SPDX-License-Identifier: Apache-2.0
"""What reports calculate and draw: fairness, rates, levels, ticks, knees, the pages of sweeps."""

import pytest

import siovsim as sv
from siovsim.base import units
from siovsim.report import evenness, levels, model, svg, sweep_report, write
from siovsim.sweeps import point_table


def test_jains_index():
    assert evenness.jain([5, 5, 5, 5]) == pytest.approx(1.0)
    assert evenness.jain([1, 0, 0, 0]) == pytest.approx(0.25)
    assert evenness.jain([0, 0]) is None


def test_rates_and_utilisations_are_the_fractions_the_engine_reports():
    stat = model.Statistic
    blocks = {
        "a": [
            stat("hits", "lookups", 75, ""),
            stat("hit_rate", "fraction", 0.75, ""),
            stat("port", "fraction", 0.4, ""),
        ],
        "b": [
            stat("cache.hit_rate", "fraction", 0.0, ""),
            stat("busy", "fraction", 0.9, ""),
            stat("idle", "fraction", 0, ""),
        ],
    }
    assert [(r.block, r.name, r.fraction) for r in levels.rates(blocks)] == [
        ("a", "hit_rate", 0.75),
        ("b", "cache.hit_rate", 0.0),
    ]
    assert [(r.block, r.name) for r in levels.utilisations(blocks)] == [("b", "busy"), ("a", "port")]


def level_of(stem, mean, maximum, capacity=None):
    found = [model.Statistic(f"{stem}.mean", "e", mean, ""), model.Statistic(f"{stem}.max", "e", maximum, "")]
    return found + ([model.Statistic(f"{stem}.capacity", "e", capacity, "")] if capacity else [])


def test_occupancy_is_ranked_by_how_full_it_is_and_bounded_ones_come_first():
    blocks = {
        "a": level_of("q", 10, 20, 100),
        "b": level_of("q", 9, 10, 10),
        "c": level_of("q", 99, 200),
        "d": level_of("q", 0, 0, 4),
    }
    assert [(level.block, level.capacity) for level in levels.occupancies(blocks)] == [
        ("b", 10),
        ("a", 100),
        ("c", None),
    ]


def test_axis_labels_get_as_many_digits_as_tell_them_apart():
    assert svg.tick_labels([16500, 16550, 16600], units.tick_rate) == ["16.5k", "16.55k", "16.6k"]
    assert svg.tick_labels([1000, 2000], units.tick_time) == ["1 µs", "2 µs"]


def test_ticks_are_round_numbers_inside_the_range():
    assert svg.linear_ticks(0, 10, 6) == [0, 2, 4, 6, 8, 10]
    assert svg.linear_ticks(3.2, 3.9, 4) == pytest.approx([3.2, 3.4, 3.6, 3.8])
    assert svg.Scale(10, 1000, 0, 1, log=True).ticks() == [10, 20, 50, 100, 200, 500, 1000]


def test_a_logarithmic_scale_maps_decades_evenly():
    scale = svg.Scale(1, 10000, 0, 400, log=True)
    assert [scale(value) for value in (1, 10, 100, 10000)] == pytest.approx([0, 100, 200, 400])


def rows(pairs):
    return [{"status": "done", "entries": str(entries), "job.latency.p99_ns": p99, "seed": 1} for entries, p99 in pairs]


def test_the_knee_is_the_first_point_beyond_twice_the_floor():
    ((axis, sentence),) = sweep_report.knees(
        ["entries"], rows([(1, 100.0), (2, 110.0), (4, 190.0), (8, 201.0), (16, 900.0)])
    )
    assert axis == "entries" and sentence.startswith("from entries = 8: 201 ns")
    ((_, sentence),) = sweep_report.knees(["entries"], rows([(64, 900.0), (128, 250.0), (256, 120.0), (512, 100.0)]))
    assert sentence.startswith("down to entries = 128")
    ((_, sentence),) = sweep_report.knees(["entries"], rows([(1, 100.0), (2, 110.0), (3, 120.0)]))
    assert sentence.startswith("none")


def test_the_sweep_report_lists_failures_and_draws_each_metric(experiment, tmp_path):
    frame = sv.sweep(sv.Sweep(experiment, {"nodes[name=dsa0].endpoint.atc.entries": [32, 64, 128, "x"]}, name="demo"))
    assert list(frame["status"]) == ["done"] * 3 + ["failed"]
    text = write.of_sweep(point_table.read("results/demo"), tmp_path).read_text()
    assert "3 of 4 points done, 1 failed" in text and "must be a number" in text
    assert text.count("<svg") >= 4 and 'data-choice="job.latency.p99_ns"' in text
