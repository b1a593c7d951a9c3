# SPDX-License-Identifier: Apache-2.0
"""What callers in Python may give in the wrong type: one sentence that names it, from no deeper than the call."""

import pytest
from front import ENTRIES

import siovsim as sv
from siovsim.sweeps.axes import Answer, Axis, Metric

AXES = {ENTRIES: [64, 128]}
PLANS = {
    "one seed": (dict(seeds=3), r"seeds = 3: must be a list, such as \[1, 2, 3\]"),
    "seeds as text": (dict(seeds="12"), "seeds = '12': must be a list"),
    "no seeds": (dict(seeds=None), "seeds = None: must be a list"),
    "a seed that is none": (dict(seeds=[None]), r"seeds = \[None\]: must be a list"),
    "a fraction of a seed": (dict(seeds=[1.5]), "seeds: 1.5 must be a whole number"),
    "a number for a name": (dict(name=3), "sweep_name = 3: must be text"),
    "a number for a question": (dict(question=3), "question = 3: must be text"),
    "text for a metric": (dict(metrics=["job.completed"]), "metrics = .*: must be a list, such as siovsim.sweeps.axes.Metric"),
    "one metric": (dict(metrics=Metric("job.completed")), "metrics = .*: must be a list"),
    "one answer": (dict(answers=Answer("entries", "job.completed")), "answers = .*: must be a list"),
    "text for an answer": (dict(answers=["entries"]), "answers = .*: must be a list"),
    "another kind of answer": (dict(answers=[Answer("entries", "job.completed", kind="BEST")]), "kind = 'BEST': it must be SMALLEST"),
    "text for a tolerance": (dict(answers=[Answer("entries", "job.completed", tolerance="x")]), "tolerance = 'x': it must be from 0 to 10"),
    "a number for a metric": (dict(answers=[Answer("entries", 3)]), "answer: metric = 3: must be text"),
}
AXES_GIVEN = {
    "none": (None, "axes = None: must be a list"),
    "text": (ENTRIES, "axes = .*: must be a list"),
    "paths alone": ([ENTRIES], "axes = .*: must be a list"),
    "one value": ([Axis(ENTRIES, 3)], "values = 3: must be a list"),
    "values as text": ([Axis(ENTRIES, "34")], "values = '34': must be a list"),
    "a number for a path": ([Axis(3, ("4",))], "axis: path = 3: must be text"),
    "a number for a name": ([Axis(ENTRIES, ("4",), names=3)], "names = 3: must be a list"),
    "a number for a group": ([Axis(ENTRIES, ("4",), zip_group=3)], "zip_group = 3: must be text"),
    "a number for a span": ([Axis(ENTRIES, span=3)], r"span = 3: must be \('range'"),
    "a number for a span's fields": ([Axis(ENTRIES, span=("range", 3))], r"span = \('range', 3\): must be \('range'"),
}


@pytest.mark.parametrize("kind", PLANS)
def test_a_plan_of_the_wrong_types_is_one_sentence(experiment, kind):
    words, sentence = PLANS[kind]
    with pytest.raises(sv.InputError, match=f"^.*{sentence}"):
        sv.Sweep(experiment, AXES, **words)


@pytest.mark.parametrize("kind", AXES_GIVEN)
def test_axes_of_the_wrong_types_are_one_sentence(experiment, kind):
    axes, sentence = AXES_GIVEN[kind]
    with pytest.raises(sv.InputError, match=sentence):
        sv.Sweep(experiment, axes).points()


def test_what_can_be_counted_through_is_a_list_of_seeds(experiment):
    for seeds in (range(3), (0, 1, 2), iter([0, 1, 2]), {0, 1, 2}):
        assert [point.seed for point in sv.Sweep(experiment, {}, seeds=seeds).points()] == [0, 1, 2]


CALLS = {
    "load": (lambda _: sv.load(3), "experiment = 3: must be the name of a file"),
    "Experiment": (lambda _: sv.Experiment(None), "experiment = None: must be the name of a file"),
    "Sweep": (lambda _: sv.Sweep(3, AXES), "experiment = 3: must be the name of a file"),
    "overrides as text": (lambda file: sv.Experiment(file, "run.seed=3"), "overrides = 'run.seed=3': must be a list"),
    "a number for an override": (lambda file: sv.Experiment(file, [3]), r"overrides = \[3\]: must be a list"),
    "set": (lambda file: sv.load(file).set("experiment_name", "\ud800"), "it must be text that can be written"),
    "sweep": (lambda _: sv.sweep(3), "sweep = 3: must be the name of a file"),
    "run": (lambda _: sv.run(3), "experiment = 3: must be the name of a file"),
    "out": (lambda file: sv.run(file, out=3), "result folder = 3: must be the name"),
    "trace": (lambda file: sv.run(file, trace=3), "trace = 3: must be the name of a file"),
    "timeout_s": (lambda file: sv.run(file, timeout_s="x"), "timeout_s = 'x': must be a number above 0"),
    "timeout_s below 0": (lambda file: sv.run(file, timeout_s=-1), "timeout_s = -1: must be a number above 0"),
    "progress": (lambda file: sv.run(file, progress=3), "progress = 3: must be a function"),
    "Result": (lambda _: sv.Result(3), "result = 3: must be the name of a file"),
}


@pytest.mark.parametrize("kind", CALLS)
def test_calls_with_the_wrong_types_are_one_sentence(experiment, runs, kind):
    call, sentence = CALLS[kind]
    with pytest.raises(sv.InputError, match=sentence):
        call(experiment)
    assert runs() == []
