# SPDX-License-Identifier: Apache-2.0
"""What reports calculate and draw: fairness, rates, levels, ticks, knees, the pages of sweeps."""

import re

import pytest

import siovsim as sv
from siovsim.base import units
from siovsim.report import evenness, levels, model, structure_charts, svg, sweep_report, write
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


def platform_setup(nodes, links):
    """Boxes from "name kind lines" and lines from "from to words"."""
    boxes = [(name, kind, int(lines)) for name, kind, lines in map(str.split, nodes)]
    wires = [(above, below, int(words)) for above, below, words in map(str.split, links)]
    return {
        "platform": "drawn",
        "boxes": [{"name": name, "kind": kind, "lines": ["what it has"] * lines} for name, kind, lines in boxes],
        "lines": [{"from": above, "to": below, "words": ["words"] * words} for above, below, words in wires],
    }


def numbers_of(text, element, names):
    found = []
    for one in re.findall(rf"<{element} [^>]*>", text):
        attributes = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', one))
        found.append((attributes.get("class", ""), [float(attributes[name]) for name in names]))
    return found


def test_a_tree_of_switches_beside_integrated_endpoints_is_drawn_without_crossings():
    drawn = structure_charts.platform(platform_setup(
        ["mem0 memory 2", "mem1 memory 2", "host0 host 2", "iommu0 iommu 5", "iommu1 iommu 5", "rp0 root_port 0",
         "rp1 root_port 0", "rp2 root_port 0", "sw0 pcie_switch 1", "sw1 pcie_switch 1", "beside endpoint 5",
         "dsa0 endpoint 5", "dsa1 endpoint 5", "switched endpoint 5"],
        ["mem0 mem1 3", "mem0 host0 0", "mem1 host0 0", "mem0 iommu0 0", "mem1 iommu1 0", "iommu0 rp0 1", "iommu0 rp1 1",
         "iommu1 rp2 1", "rp0 dsa0 3", "rp1 sw0 3", "sw0 sw1 3", "sw0 beside 3", "sw1 switched 3", "rp2 dsa1 3"]))
    boxes = [at for kind, at in numbers_of(drawn, "rect", ("x", "y", "width", "height")) if kind.startswith("box")]
    wires = [at for _, at in numbers_of(drawn, "line", ("x1", "y1", "x2", "y2"))]
    assert len(boxes) == 14 and len(wires) > 30
    for i, (x, y, width, height) in enumerate(boxes):
        for ox, oy, owidth, oheight in boxes[:i]:
            assert x + width <= ox or ox + owidth <= x or y + height <= oy or oy + oheight <= y
    columns = {x for x, _, _, _ in boxes}
    assert len(columns) == 6
    for x1, y1, x2, y2 in wires:
        assert x1 == x2 or y1 == y2
        for x, y, width, height in boxes:
            if x > min(columns):  # in the first one lines pass behind memories
                crosses = min(x1, x2) < x + width and x < max(x1, x2) and y < max(y1, y2) and min(y1, y2) < y + height
                assert not crosses, "a line goes through a box"


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
