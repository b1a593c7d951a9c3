# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a sweep on the real engine: refused before a point is run, by check and sweep alike."""


import pytest
from front import ENTRIES, QUICKSTART, siovsim


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


METRICS = {
    "of": ('name: "mean" of: "job.latency.nope_ns"', "metrics[name=mean].of = job.latency.nope_ns: no such metric; must be one of the metrics"),
    "per": ('name: "mean" of: "mem0.reads" per: "job.complete"', "metrics[name=mean].per = job.complete: no such metric; must be one of the metrics"),
    "name": ('name: "job.latency.p98_ns"', "metrics[name=job.latency.p98_ns].name = job.latency.p98_ns: no such metric; must be one of the metrics"),
    "class": ('name: "c" of: "class.nobody.latency.p99_ns"', "metrics[name=c].of = class.nobody.latency.p99_ns: no such metric"),
}
OWN = 'metrics { name: "hit_share" of: "dsa0.atc.hits" per: "dsa0.atc.lookups" }'
NO_METRIC = "no such metric; must be one of the metrics"
ANSWERS = {
    "no metric at all": ("latency", NO_METRIC),
    "misspelt": ("job.latency.p98_ns", f"{NO_METRIC} of docs/results.md, or class.NAME."),
    "no prefix": ("latency.p99_ns", f"{NO_METRIC} of docs/results.md, or of the sweep's own, which have an 'of'; did you mean job.latency.p99_ns"),
    "of the sweep": ("hit_shaer", f"{NO_METRIC} of docs/results.md, or of the sweep's own, which have an 'of'; did you mean hit_share"),
    "of tenants": ("tenants.jane", NO_METRIC),
    "a statistic": ("dsa0.atc.hits", f"{NO_METRIC} of docs/results.md, or of the sweep's own, which have an 'of'"),
    "a sweep's word": ("class.replay.latency.p99_ns", f"{NO_METRIC} of docs/results.md, or of the sweep's own, which have an 'of'; did you mean class.replay.job.latency.p99_ns"),
    "text": ("bound.bottleneck", "it is no number"),
}
ATC_AXIS = f'axes {{ path: "{ENTRIES}" values: "64" values: "128" }}'


def sweep_text(*lines):
    return "\n".join([f'sweep_name: "s" experiment_file: "{QUICKSTART}"', *lines])


@pytest.mark.parametrize("kind", METRICS)
def test_a_misspelt_metric_of_a_sweep_is_refused_as_a_targets_is(tmp_path, kind):
    metric, sentence = METRICS[kind]
    (tmp_path / "s.txtpb").write_text(sweep_text(ATC_AXIS, f"metrics {{ {metric} }}"))
    for command in ("check", "sweep"):
        refused = siovsim(command, "s.txtpb")
        assert refused.returncode == 2 and refused.stderr.startswith(f"s.txtpb: {sentence}"), refused.stderr
        assert "; did you mean" in refused.stderr
        assert refused.stderr.count("\n") == 1 and refused.stdout == ""
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_about_an_unknown_metric_is_refused(tmp_path, kind):
    metric, sentence = ANSWERS[kind]
    (tmp_path / "s.txtpb").write_text(sweep_text(ATC_AXIS, OWN, f'answers {{ axis: "entries" metric: "{metric}" }}'))
    for command in ("check", "sweep"):
        refused = siovsim(command, "s.txtpb")
        assert refused.returncode == 2 and refused.stderr.startswith(f"s.txtpb: answers[axis=entries].metric = {metric}: {sentence}"), refused.stderr
        assert refused.stderr.count("\n") == 1 and refused.stdout == ""
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("metric", ["job.latency.p99_ns", "hit_share", "bound.fraction_reached", "tenants.jain", "class.replay.job.latency.p50_ns"])
def test_an_answer_about_a_column_of_the_table_is_none(tmp_path, metric):
    (tmp_path / "s.txtpb").write_text(sweep_text(ATC_AXIS, OWN, f'answers {{ axis: "entries" metric: "{metric}" }}'))
    checked = siovsim("check", "s.txtpb")
    assert checked.returncode == 0, checked.stderr


def test_a_misspelt_statistic_of_a_sweep_is_said_when_its_column_is_empty(tmp_path):
    axis = 'axes { path: "run.seed" values: "1" }'
    (tmp_path / "s.txtpb").write_text(
        sweep_text("experiment { workload { replay { jobs_per_tenant: 3 tenants: 8 } } }", axis,
                   'metrics { name: "m" of: "dsa0.atc.mises" per: "job.completed" } metrics { name: "dsa0.atc.hitz" }')
    )
    done = siovsim("sweep", "s.txtpb", "--quiet")
    assert "metrics[name=m].of = dsa0.atc.mises: no run has it, and the column is empty; did you mean dsa0.atc.misses?" in done.stderr
    assert "metrics[name=dsa0.atc.hitz].name = dsa0.atc.hitz: no run has it, and the column is empty" in done.stderr


def test_sweep_refuses_the_point_that_check_refuses_before_it_runs_any(tmp_path):
    (tmp_path / "s.txtpb").write_text(sweep_text(f'axes {{ path: "{ENTRIES}" range {{ from: 16 to: 2000 step: 1 }} }}'))
    checked, swept = siovsim("check", "s.txtpb"), siovsim("sweep", "s.txtpb")
    assert checked.returncode == swept.returncode == 2 and "first at point" in checked.stderr
    assert swept.stderr == checked.stderr and not (tmp_path / "results").exists()


def test_check_praises_no_sweep_whose_plan_it_refuses(tmp_path):
    (tmp_path / "s.txtpb").write_text(sweep_text(ATC_AXIS, f"metrics {{ {METRICS['of'][0]} }}"))
    (tmp_path / "sound.txtpb").write_text(sweep_text(ATC_AXIS))
    checked = siovsim("check", "s.txtpb", "sound.txtpb")
    assert checked.returncode == 2 and checked.stdout == "sound.txtpb: Sweep, no faults at its 2 points\n"
    assert checked.stderr.startswith("s.txtpb: metrics[name=mean].of") and checked.stderr.count("\n") == 1


def test_a_range_whose_neighbours_are_the_same_number_is_refused_by_both(tmp_path):
    (tmp_path / "s.txtpb").write_text(
        sweep_text('axes { path: "run.warmup_us" range { from: 1e8 to: 100000000.0000001 step: 1e-9 } }')
    )
    for command in ("check", "sweep"):
        refused = siovsim(command, "s.txtpb")
        assert refused.returncode == 2 and "neighbours are the same number" in refused.stderr
