# SPDX-License-Identifier: Apache-2.0
"""Names that become folders, and places where no folder is begun."""

from pathlib import Path

import pytest
from front import ENTRIES

import siovsim as sv


NAMES = ["../escape", "/tmp/escape", ".hidden", "a/b", "a b", "", "n" * 101, "a\0b", "a\n", "ä"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_would_leave_the_results_folder_is_refused(experiment, name):
    with pytest.raises(sv.InputError, match="must be 1 to 100 letters"):
        sv.Sweep(experiment, {ENTRIES: [64]}, name=name)
    changed = sv.Experiment(experiment)
    changed.message.experiment_name = name
    if name:  # without one the file's own name is used
        with pytest.raises(sv.InputError, match="must be 1 to 100 letters"):
            sv.run(changed)
    assert not Path("results").exists()


def test_a_zero_character_anywhere_is_one_sentence(experiment):
    for call in (lambda: sv.run(experiment, out="a\0b"), lambda: sv.run(sv.Experiment(experiment, ["run.seed=\0"]))):
        with pytest.raises(sv.InputError, match="must not contain a zero character"):
            call()


def test_a_file_without_a_name_gives_a_name_that_is_legal(tmp_path):
    path = tmp_path / ".größe (1).txtpb"
    path.write_text("")
    result = sv.run(path)
    assert result.path == Path("results/gr__e__1_")


@pytest.mark.parametrize("command", ["run", "sweep", "validate"])
def test_nothing_is_begun_inside_somebody_elses_results(siovsim, experiment, sweep_file, tmp_path, runs, command):
    sv.run(experiment, out="one")
    sv.sweep(sweep_file, out="many", max_runs=1)
    started = len(runs())
    (tmp_path / "link").symlink_to("one")
    words = {"run": ["run", experiment], "sweep": ["sweep", sweep_file], "validate": ["validate", "VP1", "--short"]}[command]
    for out, whose in (("one/sub", "the result of a run"), ("one/a/b", "the result of a run"), ("link/sub", "the result of a run"),
                       ("many/points/sub", "a sweep"), ("many/sub", "a sweep")):
        done = siovsim(*words, "--out", out)
        assert done.returncode == 2 and f"result folder {out}: " in done.stderr and f"holds {whose}, and nothing else" in done.stderr
    assert len(runs()) == started and sv.Result("one").verified() and not (tmp_path / "one/sub").exists()
    with pytest.raises(sv.InputError, match="holds the result of a run"):
        sv.run(experiment, out="one/sub")
