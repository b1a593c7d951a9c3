# SPDX-License-Identifier: Apache-2.0
"""Which points a sweep has."""

import pytest
from front import ENTRIES

import siovsim as sv
from siovsim.sweeps.plan import Axis, load_sweep, log_range_values, range_values


def test_points_are_the_product_with_the_last_axis_and_the_seed_fastest():
    plan = sv.Sweep("e.txtpb", {"a.x": [1, 2], "b.y": ["p", "q"]}, seeds=[7, 8])
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


def test_without_seeds_the_experiments_seed_is_left_alone():
    point = sv.Sweep("e.txtpb", {"a.x": [1]}).points()[0]
    assert point.seed is None and point.overrides == ("a.x=1",)


def test_zipped_axes_advance_together():
    plan = sv.Sweep("e.txtpb", [Axis("a", ("1", "2"), "z"), Axis("b", ("5", "6")), Axis("c", ("x", "y"), "z")])
    assert [point.values for point in plan.points()] == [
        ("1", "5", "x"),
        ("1", "6", "x"),
        ("2", "5", "y"),
        ("2", "6", "y"),
    ]


def test_zipped_axes_of_unequal_length_are_refused():
    with pytest.raises(sv.InputError, match="b: it has 3 values, but a of the same zip_group 'z' has 2"):
        sv.Sweep("e.txtpb", [Axis("a", ("1", "2"), "z"), Axis("b", ("1", "2", "3"), "z")])


def test_labels_are_the_last_part_where_unique():
    assert sv.Sweep("e.txtpb", {"a.entries": [1], "b.rate": [1]}).labels == ["entries", "rate"]
    assert sv.Sweep("e.txtpb", {"a.entries": [1], "b.entries": [1]}).labels == ["a.entries", "b.entries"]
    assert sv.Sweep("e.txtpb", {"run.seed": [1]}).labels == ["run.seed"]


def test_booleans_are_written_as_the_configuration_writes_them():
    assert sv.Sweep("e.txtpb", {"a.on": [True, False]}).points()[1].overrides == ("a.on=false",)


@pytest.mark.parametrize(
    "axes, seeds, sentence",
    [({}, [], "at least one axis"), ({"a": []}, [], "a: it has no values"), ({"a": [1]}, [3, 3], "one is given twice")],
)
def test_senseless_sweeps_are_refused(axes, seeds, sentence):
    with pytest.raises(sv.InputError, match=sentence):
        sv.Sweep("e.txtpb", axes, seeds=seeds)


@pytest.mark.parametrize("values", [[64, 64], ["8", "16", " 8"], [1, "1.0"], ["1e3", 1000], ["[0, 1]", "[0,1]"]])
def test_a_value_twice_on_one_axis_is_refused(values):
    with pytest.raises(sv.InputError, match=r"axis a\.x: the value .* is given twice\.$"):
        sv.Sweep("e.txtpb", {"a.x": values})


@pytest.mark.parametrize("values", ["12", b"12", 12])
def test_an_axis_whose_values_are_no_sequence_is_refused(values):
    with pytest.raises(sv.InputError, match=r"axis run\.job_limit: its values are .*; a sequence of values is needed"):
        sv.Sweep("configs/experiments/unloaded.txtpb", {"run.job_limit": values})


def test_zipped_axes_may_repeat_values_but_not_all_of_them_at_once():
    sv.Sweep("e.txtpb", [Axis("a", ("1", "1", "2"), "z"), Axis("b", ("5", "6", "6"), "z")])
    with pytest.raises(sv.InputError, match="axis b: the value 5.0 is given twice together with the others of its zip_group 'z'"):
        sv.Sweep("e.txtpb", [Axis("a", ("1", "2", "1"), "z"), Axis("b", ("5", "5", "5.0"), "z")])


def test_a_sweep_with_too_many_points_is_refused_before_it_is_built():
    with pytest.raises(sv.InputError, match="1,000,000,000 points"):
        sv.Sweep("e.txtpb", {name: range(1000) for name in "abc"}).points()


def test_range_includes_its_end():
    assert range_values(1, 2, 0.25) == ["1", "1.25", "1.5", "1.75", "2"]
    assert range_values(0, 0.3, 0.1) == ["0", "0.1", "0.2", "0.3"]
    assert range_values(1, 10, 4) == ["1", "5", "9"]


@pytest.mark.parametrize("bounds", [(2, 1, 1), (1, 2, 0), (1, 2, -1)])
def test_impossible_ranges_are_refused(bounds):
    with pytest.raises(sv.InputError, match="range from"):
        range_values(*bounds)


def test_log_range_of_a_whole_field_has_distinct_whole_numbers():
    assert log_range_values(16, 256, 5, whole=True) == ["16", "32", "64", "128", "256"]
    assert log_range_values(1, 4, 9, whole=True) == ["1", "2", "3", "4"]
    assert log_range_values(0.1, 10, 3, whole=False) == ["0.1", "1", "10"]


def test_a_sweep_file_gives_the_same_points_as_the_same_sweep_in_python(sweep_file, experiment):
    from_file = load_sweep(sweep_file)
    in_python = sv.Sweep(experiment, {ENTRIES: [64, 128], "workload.tenants": [16, 32]}, seeds=[1, 2], name="demo")
    assert from_file.points() == in_python.points() and from_file.name == "demo"


def test_log_range_in_a_file_knows_from_the_schema_that_the_field_is_whole(tmp_path, experiment):
    path = tmp_path / "s.txtpb"
    path.write_text(
        'experiment_file: "sample.txtpb" axes { path: "run.job_limit" log_range { from: 10 to: 1000 count: 4 } }'
    )
    assert load_sweep(path).axis_values() == {"job_limit": ("10", "46", "215", "1000")}


def test_an_experiment_changed_inside_a_sweep_file_is_laid_over_the_named_one(tmp_path, experiment):
    path = tmp_path / "s.txtpb"
    path.write_text(
        'experiment_file: "sample.txtpb" experiment { run { job_limit: 5 } } axes { path: "run.seed" values: "1" }'
    )
    plan = load_sweep(path)
    with plan.experiment.as_file() as file:
        text = file.read_text()
    assert str(experiment) in text and "job_limit: 5" in text


@pytest.mark.parametrize(
    "text, sentence",
    [
        ('axes { path: "a" values: "1" }', "names no experiment"),
        (
            'experiment_file: "sample.txtpb" axes { path: "a" values: "1" range { from: 1 to: 2 step: 1 } }',
            "both values and a range",
        ),
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
