# SPDX-License-Identifier: Apache-2.0
"""Executors and options of a sweep that cannot be: one sentence each, and nothing is run."""

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import siovsim as sv


class Lazy:
    """Takes points and gives back what is no future."""

    def submit(self, *_):
        return 7


@pytest.mark.parametrize(
    "executor, words",
    [
        (5, "executor = 5: must be siovsim.local"),
        ("local", "executor = 'local': must be siovsim.local"),
        (ProcessPoolExecutor, "must be siovsim.local"),
        (sv.local, "must be siovsim.local"),
        (Lazy(), "must return a Future"),
    ],
)
def test_what_is_no_executor_is_refused_in_a_sentence(sweep_file, runs, executor, words):
    with pytest.raises(sv.InputError, match=words):
        sv.sweep(sweep_file, executor=executor)
    assert runs() == []


def test_an_executor_that_was_shut_down_is_one_sentence(sweep_file):
    executor = sv.local(jobs=1)
    executor.shutdown()
    with pytest.raises(sv.SiovsimError, match=r"the executor ThreadPoolExecutor did not run a point \(RuntimeError: cannot schedule"):
        sv.sweep(sweep_file, executor=executor)


def _die(*_):
    os._exit(3)


def test_an_executor_whose_workers_die_is_one_sentence(sweep_file):
    with ProcessPoolExecutor(1, initializer=_die) as executor:
        with pytest.raises(sv.SiovsimError, match="the executor ProcessPoolExecutor did not run a point") as ended:
            sv.sweep(sweep_file, executor=executor)
    assert "\n" not in str(ended.value)
    assert list(sv.sweep(sweep_file)["status"]) == ["done"] * 8


@pytest.mark.parametrize(
    "option, value",
    [("max_runs", -1), ("max_runs", 1.5), ("max_runs", "3"), ("timeout_s", 0), ("timeout_s", "1"), ("timeout_s", float("nan")),
     ("shard", 3), ("shard", "0/2"), ("shard", (2, 2)), ("shard", (0, 0)), ("shard", (0.0, 2)), ("shard", (0, 1, 2)), ("filter", 5)],
)
def test_an_option_that_cannot_be_is_refused_with_its_name(sweep_file, runs, option, value):
    with pytest.raises(sv.InputError, match=f"^{option} = .* must be"):
        sv.sweep(sweep_file, **{option: value})
    assert runs() == [] and not Path("results").exists()


def test_max_runs_of_none_at_all_tabulates(sweep_file, runs):
    assert list(sv.sweep(sweep_file, max_runs=0)["status"]) == ["pending"] * 8 and runs() == []
