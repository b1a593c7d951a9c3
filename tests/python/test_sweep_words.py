# SPDX-License-Identifier: Apache-2.0
"""What a sweep may say: names of columns, ranges, tolerances, seeds."""

import pytest

import siovsim as sv
from siovsim.sweeps.axes import Answer, Axis, Metric


@pytest.mark.parametrize("word", ["=1+1", "+A1", "-A1", "@SUM(A1)", "=cmd|' /C calc'!A0", "a\nb", "\x1b[31m", " blank"])
def test_words_that_a_spreadsheet_would_execute_are_refused(word):
    for axis in (Axis("a", ("1",), label=word), Axis("a", ("1",), names=(word,)), Axis("a", (word,))):
        with pytest.raises(sv.InputError, match="axis a: (label|value) "):
            sv.Sweep("e.txtpb", [axis])
    with pytest.raises(sv.InputError, match="metrics: name"):
        sv.Sweep("e.txtpb", {"a": [1]}, metrics=[Metric(word, "x.y")])
    assert sv.Sweep("e.txtpb", {"a": [-1, "+2", "-1e3"]}).axes[0].values == ("-1", "+2", "-1e3")


@pytest.mark.parametrize("label", ["job.latency.p99_ns", "memory.pin_ns", "bound.jobs_per_s", "class.a.latency.mean_ns"])
def test_an_axis_labelled_like_a_metric_is_refused(label):
    with pytest.raises(sv.InputError, match="is the name of a metric; give another label"):
        sv.Sweep("e.txtpb", [Axis("a", ("1",), label=label)])


@pytest.mark.parametrize("label", ["status", "seed", "b"])
def test_a_label_that_is_taken_is_refused(label):
    with pytest.raises(sv.InputError, match=f"axis a: the label '{label}' is taken"):
        sv.Sweep("e.txtpb", [Axis("a", ("1",), label=label), Axis("x.b", ("1",))])


@pytest.mark.parametrize("name", ["job.completed", "a", "status"])
def test_a_derived_metric_does_not_overwrite_another_column(name):
    with pytest.raises(sv.InputError, match="is the name of another column"):
        sv.Sweep("e.txtpb", {"a": [1]}, metrics=[Metric(name, "x.y")])


NAN, INFINITE = float("nan"), float("inf")


def refusal(experiment, kind, *numbers):
    """What is said of a sweep over a range."""
    with pytest.raises(sv.InputError) as refused:
        sv.Sweep(experiment, [Axis("a", span=(kind, numbers))]).points()
    assert str(refused.value).startswith("axes[0].") and str(refused.value).count("\n") < 3
    return str(refused.value)


@pytest.mark.parametrize("bounds", [(NAN, 1, 1), (1, NAN, 1), (1, 2, NAN), (-INFINITE, 1, 1), (1, INFINITE, 1), (1, 2, INFINITE)])
def test_a_range_that_is_not_finite_is_refused(experiment, bounds):
    assert "must be a finite number" in refusal(experiment, "range", *bounds)
    if bounds[2] == 1:
        assert "must be a finite number" in refusal(experiment, "log_range", *bounds[:2], 2)


@pytest.mark.parametrize("bounds", [(0, 1, 1e-12), (0, 1e308, 1e-12), (0, 1e9, 0.5), (-1e308, 1e308, 1e-3)])
def test_a_range_of_too_many_values_is_refused_before_it_is_built(experiment, bounds):
    assert "must be such that there are at most 1000000" in refusal(experiment, "range", *bounds)


def test_a_range_whose_step_vanishes_is_refused(experiment):
    assert "neighbours are the same number" in refusal(experiment, "range", 1e17, 1e17 + 64, 4)


@pytest.mark.parametrize("ends, count", [((-1, 2), 3), ((0, 2), 3), ((1, 2), 1), ((1, 2), 4_000_000_000), ((2, 1), 3)])
def test_an_impossible_log_range_is_refused(experiment, ends, count):
    assert "axes[0].log_range." in refusal(experiment, "log_range", *ends, count)


def test_a_log_range_over_all_magnitudes_has_its_ends(experiment):
    points = sv.Sweep(experiment, [Axis("a", span=("log_range", (1e-12, 1e300, 3)))]).points()
    assert [point.values for point in points] == [("1e-12",), ("1e+144",), ("1e+300",)]


@pytest.mark.parametrize("tolerance", [NAN, INFINITE, -0.1, 11])
def test_a_tolerance_that_is_none_is_refused(tolerance):
    with pytest.raises(sv.InputError, match="it must be from 0 to 10"):
        sv.Sweep("e.txtpb", {"a": [1]}, answers=[Answer("a", "job.completed", tolerance=tolerance)])


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, NAN, "1"])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(sv.InputError, match="must be a whole number from 0 to"):
        sv.Sweep("e.txtpb", {}, seeds=[1, seed])
