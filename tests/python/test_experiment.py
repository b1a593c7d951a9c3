# SPDX-License-Identifier: Apache-2.0
"""Loading, changing and running experiments from Python."""

import pickle

import pytest
from front import ENTRIES

import siovsim as sv


def test_the_name_is_the_files_field_or_its_own_name_or_an_override(tmp_path, experiment):
    assert sv.load(experiment).name == "sample"
    plain = tmp_path / "plain.txtpb"
    plain.write_text("run { seed: 3 }")
    assert sv.load(plain).name == "plain" and sv.load(plain).message.run.seed == 3
    assert sv.Experiment(plain, ['experiment_name="other"']).name == "other"


def test_set_is_checked_by_the_engine_and_passed_on(experiment, runs):
    exp = sv.load(experiment).set(ENTRIES, 256)
    assert exp.overrides == [f"{ENTRIES}=256"]
    smaller = sv.run(sv.load(experiment).set(ENTRIES, 32), out="small")
    larger = sv.run(exp, out="large")
    assert larger.summary["job.latency.p50_ns"] < smaller.summary["job.latency.p50_ns"] and len(set(runs())) == 2


@pytest.mark.parametrize(
    "path, value, sentence", [("nodes.nothing", 1, "there is no such field"), (ENTRIES, "many", "must be a number")]
)
def test_a_refused_change_changes_nothing(experiment, path, value, sentence):
    exp = sv.load(experiment)
    with pytest.raises(sv.InputError, match=sentence):
        exp.set(path, value)
    assert exp.overrides == []


def test_a_copy_is_independent(experiment):
    exp = sv.load(experiment)
    twin = exp.copy().set(ENTRIES, 64)
    twin.message.run.seed = 9
    assert exp.overrides == [] and exp.message.run.seed == 0 and twin.copy().message.run.seed == 9


def test_changes_of_the_message_reach_the_engine_with_file_names_still_right(experiment, tmp_path):
    exp = sv.load(experiment)
    exp.message.run.seed = 5
    exp.message.include.append("base.txtpb")
    exp.message.platform_file = "../platform.txtpb"
    with exp.as_file() as file:
        text = file.read_text()
    assert file != experiment and "seed: 5" in text
    assert f'"{tmp_path}/base.txtpb"' in text and f'"{tmp_path}/../platform.txtpb"' in text
    assert exp.message.include[-1] == "base.txtpb"


def test_an_unchanged_experiment_is_run_from_its_own_file(experiment):
    exp = sv.load(experiment)
    assert exp.message.experiment_name == "sample"
    with exp.as_file() as file:
        assert file == experiment


def test_a_file_that_cannot_be_parsed_is_refused_with_its_place(tmp_path):
    path = tmp_path / "bad.txtpb"
    path.write_text("run {\n  seed: x\n}\n")
    with pytest.raises(sv.InputError, match=r"bad\.txtpb:2:9"):
        sv.load(path)


def test_resolved_is_a_message(experiment):
    assert sv.load(experiment).set("run.seed", 4).resolved().run.seed == 4


def test_run_writes_to_the_default_folder_and_reads_back(experiment):
    res = sv.run(experiment, seed=3)
    assert str(res.path) == "results/sample" and res.ok and res.finished
    assert res.document["run"]["seed"] == 3 and len(res.tenants()) == 64
    assert res.histograms()["job_latency"]["count"].sum() == res.summary["job.completed"]
    stages = res.stages()
    assert stages["mean_ns"].sum() == pytest.approx(res.summary["job.latency.mean_ns"], rel=1e-3)
    assert "hits" in set(res.structures()["statistic"]) and list(res.bands()["band"])[0] == "mean"
    with pytest.raises(sv.InputError, match="has no registers.csv"):
        res.registers()
    (res.path / "registers.csv").write_text("purpose,operation,latency_ns\nset_up,read,501.5\n", encoding="utf-8")
    assert list(res.registers()["latency_ns"]) == [501.5]
    assert "queue_wait" in res._repr_html_()


def test_a_missed_target_is_a_result_not_an_error(experiment):
    res = sv.run(sv.load(experiment).set("fake.target_ns", 10))
    assert res.finished and not res.targets_met and not res.ok


def test_a_failed_run_raises_with_the_engines_words_and_keeps_an_older_result(experiment):
    before = sv.run(experiment).summary
    with pytest.raises(sv.RunError, match="the model broke on purpose"):
        sv.run(sv.load(experiment).set("fake.fail", 1))
    assert sv.Result("results/sample").summary == before


def test_a_crash_names_the_signal(experiment):
    with pytest.raises(sv.RunError, match="SIGSEGV"):
        sv.run(sv.load(experiment).set("fake.crash", 1))


def test_a_timeout_kills_the_run(experiment):
    with pytest.raises(sv.RunError, match="time-out"):
        sv.run(sv.load(experiment).set("fake.sleep_s", 30), timeout_s=1)


def test_progress_is_reported(experiment):
    updates = []
    sv.run(experiment, progress=updates.append)
    assert [update["jobs_done"] for update in updates] == [1000, 4000]


def test_a_folder_without_a_summary_is_no_result(tmp_path):
    with pytest.raises(sv.InputError, match="is not a result folder"):
        sv.Result(tmp_path)


def test_a_missing_engine_is_named(experiment, monkeypatch):
    monkeypatch.setenv("SIOVSIM_ENGINE", "/nowhere/engine")
    with pytest.raises(sv.InputError, match="/nowhere/engine does not exist"):
        sv.run(experiment)


def test_a_second_set_of_a_path_replaces_the_first(experiment):
    exp = sv.Experiment(experiment).set(ENTRIES, 64).set("run.seed", 3).set(ENTRIES, 256)
    assert exp.overrides == ["run.seed=3", f"{ENTRIES}=256"]


def test_experiments_results_and_sweeps_pickle(experiment):
    exp = sv.load(experiment).set(ENTRIES, 64)
    exp.message.run.seed = 7
    twin = pickle.loads(pickle.dumps(exp))
    assert twin.overrides == exp.overrides and twin.message == exp.message and twin.path == exp.path
    twin.message.run.seed = 8
    assert exp.message.run.seed == 7
    result = sv.run(sv.Experiment(experiment))
    assert pickle.loads(pickle.dumps(result)).summary == result.summary
    plan = sv.Sweep(exp, {ENTRIES: [1, 2]})
    assert pickle.loads(pickle.dumps(plan)).points() == plan.points()


# Each of these was a traceback, a run with one worker, or words of the engine about a text nobody had written.
@pytest.mark.parametrize(
    "value, wrong",
    [({"at_us": 5}, "dict"), (None, "NoneType"), ([1, {"a": 1}], "dict"), (b"1", "bytes"), (lambda: 1, "function")],
)
def test_a_value_that_no_field_can_take_is_refused_in_one_sentence(experiment, value, wrong):
    exp = sv.load(experiment)
    with pytest.raises(sv.InputError) as refused:
        exp.set("run.seed", value)
    assert str(refused.value).startswith(f"run.seed = {value!r}: {wrong} is no value of a field; it must be True, False, a ")
    assert "\n" not in str(refused.value) and exp.overrides == []
    with pytest.raises(sv.InputError, match="dict is no value of a field"):
        sv.Sweep(experiment, {"run.seed": [1, {"a": 1}]})


def test_a_path_is_text(experiment):
    with pytest.raises(sv.InputError, match="^7 is no path of a field; it must be text, such as 'run.seed'.$"):
        sv.load(experiment).set(7, 1)


def test_values_of_every_kind_arrive_as_text_format_has_them():
    from siovsim.engine.experiment import as_override

    numpy = pytest.importorskip("numpy")
    for value, text in [
        (True, "true"),
        (numpy.bool_(False), "false"),
        (numpy.int64(3), "3"),
        (0.5, "0.5"),
        ("FIRST", "FIRST"),
        ([0, 9], "[0, 9]"),
        ((True,), "[true]"),
        (["swq0", "dwq0"], "['swq0', 'dwq0']"),
    ]:
        assert as_override("a.b", value) == f"a.b={text}"


def test_a_file_of_another_kind_is_named_with_what_takes_it(experiment, sweep_file):
    with pytest.raises(sv.InputError) as refused:
        sv.load(sweep_file)
    assert str(refused.value) == (
        f"{sweep_file}: it holds a sweep, all of whose points siovsim.sweep and siovsim sweep run; wanted here is an experiment."
    )
    with pytest.raises(sv.InputError, match="it holds an experiment, which siovsim.load and siovsim run take; wanted here is a sweep"):
        sv.sweep(experiment)


@pytest.mark.parametrize("jobs", [0, -1, True, 1.5, "2"])
def test_a_number_of_jobs_that_cannot_be_is_refused(jobs):
    with pytest.raises(sv.InputError) as refused:
        sv.local(jobs=jobs)
    assert str(refused.value) == (
        f"local: jobs = {jobs!r}: must be a whole number, at least 1, or None, which is one per processor."
    )


@pytest.mark.parametrize("stated, right", [("siovsim.Experiment", True), ("Experiment", True), ("siovsim.Experimnt", False), ("siovsim.Sweep", False)])
def test_a_file_is_read_as_what_it_says_it_holds(tmp_path, stated, right):
    path = tmp_path / "e.txtpb"
    path.write_text(f'# a comment\n# proto-message: {stated}\nexperiment_name: "e"\n')
    if right:
        assert sv.load(path).name == "e"
        return
    with pytest.raises(sv.InputError, match=f"e.txtpb:2:1: # proto-message = {stated}: the file is read as a siovsim.Experiment"):
        sv.load(path)


def test_text_that_is_no_utf8_is_one_sentence(tmp_path):
    path = tmp_path / "e.txtpb"
    path.write_text('experiment_name: "\\377"\n')
    with pytest.raises(sv.InputError, match="e.txtpb: a string in it is no UTF-8 text; siovsim check says which.$"):
        sv.load(path)
