# SPDX-License-Identifier: Apache-2.0
"""Which points a sweep has: made by the engine, of plans in files and in Python alike."""

import tracemalloc

import pytest
from front import ENTRIES

import siovsim as sv
from siovsim.sweeps.axes import Axis
from siovsim.sweeps.sweep_file import load_sweep


def values_of(plan):
    return [point.values for point in plan.points()]


def test_points_are_the_product_with_the_last_axis_and_the_seed_fastest(experiment):
    plan = sv.Sweep(experiment, {"a.x": [1, 2], "b.y": ["p", "q"]}, seeds=[7, 8])
    points = plan.points()
    assert [point.index for point in points] == list(range(8))
    assert [(*point.values, point.seed) for point in points[:5]] == [
        ("1", "p", 7),
        ("1", "p", 8),
        ("1", "q", 7),
        ("1", "q", 8),
        ("2", "p", 7),
    ]
    assert points[2].overrides == ("a.x=1", "b.y=q", "run.seed=7")


def test_without_seeds_the_experiments_seed_is_left_alone(experiment):
    point = sv.Sweep(experiment, {"a.x": [1]}).points()[0]
    assert point.seed is None and point.overrides == ("a.x=1",)


def test_seeds_alone_are_a_sweep(experiment):
    points = sv.Sweep(experiment, {}, seeds=[3, 2**64 - 1]).points()
    assert [point.overrides for point in points] == [("run.seed=3",), (f"run.seed={2**64 - 1}",)]


def test_zipped_axes_advance_together(experiment):
    plan = sv.Sweep(experiment, [Axis("a", ("1", "2"), "z"), Axis("b", ("5", "6")), Axis("c", ("x", "y"), "z")])
    assert values_of(plan) == [("1", "5", "x"), ("1", "6", "x"), ("2", "5", "y"), ("2", "6", "y")]


def test_a_plan_that_is_changed_has_other_points(experiment):
    plan = sv.Sweep(experiment, {"a.x": [1]})
    assert len(plan.points()) == 1 and plan.points() is not plan.points()
    plan.seeds = [1, 2, 3]
    assert [point.seed for point in plan.points()] == [1, 2, 3]


def test_the_list_of_very_many_points_is_short(experiment):
    plan = sv.Sweep(experiment, [Axis("a", span=("range", (1, 20000, 1))), Axis("b", ("x", "y"))])
    plan.points()  # loads what is loaded once
    plan.seeds = [1, 2]
    tracemalloc.start()
    points = plan.points()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(points) == 80000 and most < 600 * len(points)
    assert points[-1] == (79999, ("20000", "y"), 2, ("a=20000", "b=y", "run.seed=2"))


def test_spellings_of_one_value_are_one(experiment):
    with pytest.raises(sv.InputError, match="is given twice: 64 means the same"):
        sv.Sweep(experiment, {ENTRIES: ["64", "0x40"]}).points()
    assert values_of(sv.Sweep(experiment, {ENTRIES: ["010", "0x10"]})) == [("8",), ("16",)]


def test_labels_are_the_last_part_where_unique():
    assert sv.Sweep("e.txtpb", {"a.entries": [1], "b.rate": [1]}).labels == ["entries", "rate"]
    assert sv.Sweep("e.txtpb", {"a.entries": [1], "b.entries": [1]}).labels == ["a.entries", "b.entries"]
    assert sv.Sweep("e.txtpb", {"run.seed": [1]}).labels == ["run.seed"]


def test_booleans_are_written_as_the_configuration_writes_them(experiment):
    assert sv.Sweep(experiment, {"a.on": [True, False]}).points()[1].overrides == ("a.on=false",)


REFUSED = {
    "no axis": (lambda e: sv.Sweep(e, {}), "at least one axis"),
    "no values": (lambda e: sv.Sweep(e, {"a": []}), r"axes\[0\]: axis needs values or one range"),
    "seed twice": (lambda e: sv.Sweep(e, {"a": [1]}, seeds=[3, 3]), "seeds: one is given twice"),
    "axis twice": (lambda e: sv.Sweep(e, [Axis("a", ("1",)), Axis("a", ("2",))]), r"axes\[1\].path = a: there is another axis"),
    "unequal group": (
        lambda e: sv.Sweep(e, [Axis("a", ("1", "2"), "z"), Axis("b", ("1", "2", "3"), "z")]),
        r"axes\[1\].zip_group = z: the axis has 3 values, and another of the group has 2",
    ),
    "group twice": (
        lambda e: sv.Sweep(e, [Axis("a", ("1", "2", "1"), "z"), Axis("b", ("5", "5", "5.0"), "z")]),
        r"axes\[1\].values\[2\] = 5.0: its zip_group takes these values twice",
    ),
    "too few names": (lambda e: sv.Sweep(e, [Axis("a", ("1", "2"), names=("x",))]), "a name of its own for each of the 2 values"),
    "too many": (lambda e: sv.Sweep(e, {name: range(1000) for name in "abc"}), "more than 1000000 points"),
    "both": (lambda e: sv.Sweep(e, [Axis("a", ("1",), span=("range", (1, 2, 1)))]), "axis needs values or one range"),
    "falling range": (lambda e: sv.Sweep(e, [Axis("a", span=("range", (2, 1, 1)))]), r"axes\[0\].range.to = 1: must be at least from"),
    "no step": (lambda e: sv.Sweep(e, [Axis("a", span=("range", (1, 2, 0)))]), r"axes\[0\].range.step = 0: must be at least"),
    "short range": (lambda e: sv.Sweep(e, [Axis("a", span=("range", ("one", 2, 0)))]), "the sweep sweep cannot be written"),
    "no such span": (
        lambda e: sv.Sweep(e, [Axis("a", span=("steps", (1, 2)))]),
        r"axis a: span = .*: must be \('range', \(from, to, step\)\) or \('log_range', \(from, to, count\)\)",
    ),
    "span of two": (lambda e: sv.Sweep(e, [Axis("a", span=("range", (1, 2)))]), "axis a: span = .*: must be"),
    "no text": (lambda e: sv.Sweep(e, [Axis("a", (1,))]), "axis a: value 1: it must be text"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_senseless_sweeps_are_refused_in_a_sentence_that_names_no_file_of_ours(experiment, kind):
    make, sentence = REFUSED[kind]
    with pytest.raises(sv.InputError, match=sentence) as refused:
        make(experiment).points()
    assert "siovsim-" not in str(refused.value)


@pytest.mark.parametrize("values", [[64, 64], ["8", "16", " 8"], [1, "1.0"], ["1e3", 1000], ["[0, 1]", "[0,1]"]])
def test_a_value_twice_on_one_axis_is_refused(experiment, values):
    with pytest.raises(sv.InputError, match=r"is given twice|blanks around"):
        sv.Sweep(experiment, {"a.x": values}).points()


@pytest.mark.parametrize("values", ["12", b"12", 12])
def test_an_axis_whose_values_are_no_sequence_is_refused(values):
    with pytest.raises(sv.InputError, match=r"axis run\.job_limit: its values are .*; a sequence of values is needed"):
        sv.Sweep("configs/experiments/unloaded.txtpb", {"run.job_limit": values})


def test_a_path_of_an_axis_is_text():
    with pytest.raises(sv.InputError, match="7 is no path of a field"):
        sv.Sweep("e.txtpb", {7: [1]})


def test_an_experiment_that_is_not_there_is_named(tmp_path):
    with pytest.raises(sv.InputError, match="nowhere.txtpb"):
        sv.Sweep(tmp_path / "nowhere.txtpb", {"a": [1]}).points()


def test_zipped_axes_may_repeat_values_but_not_all_of_them_at_once(experiment):
    plan = sv.Sweep(experiment, [Axis("a", ("1", "1", "2"), "z"), Axis("b", ("5", "6", "6"), "z")])
    assert values_of(plan) == [("1", "5"), ("1", "6"), ("2", "6")]


@pytest.mark.parametrize(
    "span, values",
    [
        ((1, 2, 0.25), ["1", "1.25", "1.5", "1.75", "2"]),
        ((0, 0.3, 0.1), ["0", "0.1", "0.2", "0.3"]),
        ((1, 10, 4), ["1", "5", "9"]),
        ((1e-5, 3e-5, 1e-5), ["1e-05", "2e-05", "3e-05"]),
        ((1e15, 1e15 + 2, 1), ["1000000000000000", "1000000000000001", "1000000000000002"]),
    ],
)
def test_a_range_includes_its_end_and_shows_numbers_as_people_write_them(experiment, span, values):
    assert values_of(sv.Sweep(experiment, [Axis("a", span=("range", span))])) == [(value,) for value in values]


def test_a_log_range_of_a_whole_field_has_distinct_whole_numbers(experiment):
    spans = {ENTRIES: (1, 4, 9), "run.warmup_us": (0.1, 10, 3)}
    plan = sv.Sweep(experiment, [Axis(path, span=("log_range", span)) for path, span in spans.items()])
    assert values_of(plan) == [(one, other) for one in "1234" for other in ("0.1", "1", "10")]


def test_a_sweep_file_gives_the_same_points_as_the_same_sweep_in_python(sweep_file, experiment):
    from_file = load_sweep(sweep_file)
    in_python = sv.Sweep(experiment, {ENTRIES: [64, 128], "workload.tenants": [16, 32]}, seeds=[1, 2], name="demo")
    assert from_file.points() == in_python.points() and from_file.name == "demo"


def test_a_byte_order_mark_before_a_sweep_file_is_no_part_of_it(sweep_file):
    plain = values_of(load_sweep(sweep_file))
    sweep_file.write_text("\ufeff" + sweep_file.read_text(encoding="utf-8"), encoding="utf-8")
    assert values_of(load_sweep(sweep_file)) == plain


def test_a_range_in_a_file_knows_whether_its_field_is_whole(tmp_path, experiment):
    path = tmp_path / "s.txtpb"
    path.write_text(
        'experiment_file: "sample.txtpb" axes { path: "run.job_limit" log_range { from: 10 to: 1000 count: 4 } }'
    )
    assert values_of(load_sweep(path)) == [("10",), ("46",), ("215",), ("1000",)]


def test_names_of_values_are_the_tables_and_the_values_the_runs(tmp_path, experiment):
    path = tmp_path / "s.txtpb"
    path.write_text(
        'experiment_file: "sample.txtpb" axes { path: "a" label: "size" values: ["1", "2"] value_names: ["small", "large"] }'
    )
    plan = load_sweep(path)
    assert plan.labels == ["size"] and [(point.values, point.overrides) for point in plan.points()] == [
        (("small",), ("a=1",)),
        (("large",), ("a=2",)),
    ]


def test_an_experiment_changed_inside_a_sweep_file_is_laid_over_the_named_one(tmp_path, experiment):
    path = tmp_path / "s.txtpb"
    path.write_text(
        'experiment_file: "sample.txtpb" experiment { run { job_limit: 5 } } axes { path: "run.seed" values: "1" }'
    )
    plan = load_sweep(path)
    with plan.experiment.as_file() as file:
        text = file.read_text()
    assert str(experiment) in text and "job_limit: 5" in text
    assert plan.points()[0].overrides == ("run.seed=1",)


@pytest.mark.parametrize(
    "text, sentence",
    [
        ('axes { path: "a" values: "1" }', "names no experiment"),
        ('experiment_file: "sample.txtpb" nonsense: 3', "no field named"),
    ],
)
def test_wrong_sweep_files_are_refused_with_a_sentence(tmp_path, experiment, text, sentence):
    path = tmp_path / "s.txtpb"
    path.write_text(text)
    with pytest.raises(sv.InputError, match=sentence):
        load_sweep(path)


def test_a_missing_sweep_file_is_named(tmp_path):
    with pytest.raises(sv.InputError, match="nowhere.txtpb: cannot be read: No such file"):
        load_sweep(tmp_path / "nowhere.txtpb")
