# SPDX-License-Identifier: Apache-2.0
"""What a sweep's report reads off its points to answer the sweep's question."""

import re

import pytest
from front import ENTRIES

import siovsim as sv
from siovsim.report import write
from siovsim.report import sweep_report
from siovsim.sweeps import answers, point_table
from siovsim.sweeps.axes import Answer, Axis, Metric
from siovsim.sweeps.point_table import SweepTable
from siovsim.sweeps.sweep_file import load_sweep

P99 = "job.latency.p99_ns"


def table(pairs, answer, axes=("entries",)):
    rows = [
        {"index": index, "status": "done", "seed": 1, **dict(zip(axes, values)), P99: level}
        for index, (*values, level) in enumerate(pairs)
    ]
    return SweepTable("t", list(axes), rows, "how many?", [P99], [answer])


def sentences(found):
    return [(line.others, line.value, line.sentence) for findings in answers.read(found) for line in findings.lines]


def test_the_smallest_value_from_which_on_the_metric_stays_near_its_best():
    found = table([("16", 900.0), ("64", 108.0), ("256", 300.0), ("1024", 109.0), ("4096", 100.0)], Answer("entries", P99))
    ((_, value, sentence),) = sentences(found)
    assert value == "1024" and sentence == "1024: 109 ns, within 10 % of the best, 100 ns"


def test_an_end_of_the_range_is_no_recommendation():
    ((_, value, sentence),) = sentences(table([("16", 105.0), ("64", 101.0), ("256", 100.0)], Answer("entries", P99)))
    assert value is None and sentence.startswith("it makes no difference here: 105 ns already at 16, the smallest tried")
    ((_, value, sentence),) = sentences(table([("16", 300.0), ("64", 200.0), ("256", 100.0)], Answer("entries", P99)))
    assert value is None
    assert sentence == "more than was tried: 100 ns at 256, the largest, is still better than 200 ns at 64"


def test_a_metric_that_gets_worse_again_has_no_sufficient_value():
    ((_, value, sentence),) = sentences(table([("1", 300.0), ("2", 100.0), ("4", 250.0)], Answer("entries", P99)))
    assert value is None and sentence.startswith("none")


def test_more_can_be_better_and_the_tolerance_is_the_sweeps():
    answer = Answer("entries", P99, highest_is_best=True, tolerance=0.5)
    ((_, value, _),) = sentences(table([("1", 10.0), ("2", 60.0), ("4", 70.0), ("8", 80.0)], answer))
    assert value == "2"


def test_a_line_for_each_combination_of_the_other_axes_but_not_for_those_that_only_follow():
    pairs = [
        (entries, tenants, rate, level)
        for tenants, rate, levels in (("1", "9", (100, 100, 100)), ("64", "3", (500, 100, 100)))
        for entries, level in zip(("16", "64", "256"), levels)
    ]
    found = answers.read(table(pairs, Answer("entries", P99), ("entries", "tenants", "rate")))[0]
    assert found.axes == ["tenants"]
    assert [(line.others, line.value) for line in found.lines] == [(("1",), None), (("64",), "64")]


def test_an_axis_that_another_settles_is_not_one_of_its_own():
    rows = [
        {"mapping": mapping, "policy": policy, "tenants": tenants}
        for mapping, policy in (("pinned", "none"), ("streaming", "strict"), ("streaming", "deferred"))
        for tenants in ("1", "16")
    ]
    assert answers.independent(["mapping", "policy", "tenants"], rows) == ["policy", "tenants"]
    assert answers.independent(["policy", "tenants", "policy"], rows) == ["policy", "tenants"]
    assert answers.independent(["mapping", "tenants"], rows[:2]) == ["tenants"]


def test_a_comparison_is_in_multiples_of_the_first():
    found = table([("4 levels", 200.0), ("5 levels", 250.0)], Answer("entries", P99, kind="COMPARISON"))
    ((_, value, sentence),) = sentences(found)
    assert value == "4 levels" and sentence == "4 levels 200 ns; 5 levels 250 ns, 1.25 times that"
    text = sweep_report.html(found)
    assert '<th class="n">5 levels</th>' in text and "250 ns <small>× 1.25</small>" in text


def test_points_that_are_not_done_answer_nothing():
    found = table([("1", 300.0), ("2", 100.0)], Answer("entries", P99))
    found.rows[0]["status"] = "pending"
    assert sentences(found) == []
    assert "Not known yet" in sweep_report.html(found)


def test_where_nothing_was_measured_the_answer_says_so():
    found = table([("1", None), ("2", 100.0)], Answer("entries", P99, kind="COMPARISON"))
    for row in found.rows:
        row["job.completed"] = 0 if row[P99] is None else 36
    assert sentences(found) == [((), None, "not known: nothing was measured at 1")]
    assert [row["index"] for row in point_table.without_jobs(found)] == [0]
    text = sweep_report.html(found)
    assert "Point 0 finished no job in the measured time: its latencies are not known." in text
    found = table([("1", 300.0), ("2", None), ("3", 150.0)], Answer("entries", P99, kind="COMPARISON"))
    ((_, value, sentence),) = sentences(found)
    assert value == "3" and sentence == "1 300 ns; 3 150 ns, 0.50 times that; nothing was measured at 2"
    cells = re.findall(r'<td class="n" title="\d">([^<]*)', sweep_report.html(found))
    assert cells == ["300 ns", "–", "150 ns "], "each below its value"


def test_the_report_is_headed_by_question_and_answer_and_marks_the_point():
    text = sweep_report.html(table([("16", 900.0), ("64", 109.0), ("256", 100.0)], Answer("entries", P99)))
    assert "how many?" in text and "64: 109 ns, within 10 %" in text
    assert text.count('class="answer"') == 1 and "sufficient: entries = 64" in text
    assert text.index("how many?") < text.index("within 10 %") < text.index("<svg")


def test_two_further_axes_give_panels():
    pairs = [
        (entries, tenants, page, 100.0 * float(tenants))
        for entries in ("16", "64", "256")
        for tenants in ("1", "2", "3")
        for page in ("4K", "2M")
    ]
    text = sweep_report.html(table(pairs, Answer("entries", P99), ("entries", "tenants", "page")))
    assert "by tenants: page = 4K" in text and "by tenants: page = 2M" in text and "Main effect" not in text


def test_an_axis_of_names_is_drawn_as_bars():
    text = sweep_report.html(table([("4 levels", 200.0), ("5 levels", 250.0)], Answer("entries", P99, kind="COMPARISON")))
    assert text.count('class="segment"') == 2 and "entries = 5 levels: 250 ns" in text


def test_a_sweep_file_says_question_metrics_answers_labels_and_value_names(tmp_path, experiment):
    path = tmp_path / "named.txtpb"
    path.write_text(
        f"""
experiment_file: "{experiment.name}"
question: "how many?"
axes {{ path: "{ENTRIES}" values: "32" values: "64" label: "ATC entries" value_names: "few" value_names: "many" }}
metrics {{ name: "misses per job" of: "dsa0.atc.misses" per: "job.completed" }}
metrics {{ name: "{P99}" }}
answers {{ axis: "{ENTRIES}" metric: "{P99}" kind: COMPARISON }}
""",
        encoding="utf-8",
    )
    plan = load_sweep(path)
    assert plan.labels == ["ATC entries"] and [point.values for point in plan.points()] == [("few",), ("many",)]
    assert plan.points()[1].overrides == (f"{ENTRIES}=64",)
    frame = sv.sweep(plan)
    assert list(frame["ATC entries"]) == ["few", "many"]
    for _, row in frame.iterrows():
        run = sv.Result(f"results/named/points/{row['run_id']}")
        structures = run.structures().set_index(["block", "statistic"])["value"]
        assert row["misses per job"] == pytest.approx(structures["dsa0.atc", "misses"] / run.summary["job.completed"])
    read = point_table.read("results/named")
    assert read.question == "how many?" and read.metrics == ["misses per job", P99]
    assert read.answers == [Answer("ATC entries", P99, "COMPARISON")]
    assert "misses per job" in write.of_sweep(read, tmp_path).read_text()


def test_a_quotient_by_nothing_or_of_an_unknown_statistic_is_absent(experiment):
    metrics = [Metric("a", "dsa0.atc.misses", "no.such"), Metric("b", "no.such"), Metric("c", "job.completed", "job.failed")]
    frame = sv.sweep(sv.Sweep(experiment, {ENTRIES: [32]}, metrics=metrics, name="odd"))
    assert frame[["a", "b"]].isna().all().all()


def test_latencies_of_a_tenant_class_are_read_off_its_histogram(experiment, sample):
    frame = sv.Result(sample).histograms()
    name = next(name for name in frame if name.startswith("class/"))[6:]
    found = point_table._statistics(sv.Result(sample))
    histogram = frame[f"class/{name}"]
    p99 = found[f"class.{name}.latency.p99_ns"]
    below = histogram["count"][histogram["upper_ps"] <= 1000 * p99].sum() / histogram["count"].sum()
    upto = histogram["count"][histogram["lower_ps"] <= 1000 * p99].sum() / histogram["count"].sum()
    assert below < 0.99 <= upto
    assert found[f"class.{name}.latency.p50_ns"] < p99
    assert 0.5 * p99 < 2 * found[f"class.{name}.latency.mean_ns"] < 4 * p99


def test_an_answer_about_an_axis_that_is_not_there_is_refused():
    with pytest.raises(sv.InputError, match="there is no axis ways; the axes are entries"):
        sv.Sweep("e.txtpb", {"a.entries": [1, 2]}, answers=[Answer("ways", P99)])


def test_value_names_are_one_for_each_value(experiment):
    with pytest.raises(sv.InputError, match="value_names = 1 names, 1 different: must be a name of its own for each of the 2 values"):
        sv.Sweep(experiment, [Axis("a", ("1", "2"), names=("x",))]).points()
