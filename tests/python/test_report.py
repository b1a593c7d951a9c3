# SPDX-License-Identifier: Apache-2.0
"""What the reports say; how they look and behave in a browser is tests/e2e."""

import dataclasses
import json
import re
import shutil

import numpy
import pytest
from sample_result import write_done, write_sample

import siovsim as sv
from siovsim.base import units
from siovsim.cli import compare, terminal
from siovsim.report import charts, levels, model, palette, run_report, structure_charts


@pytest.fixture(scope="module")
def data(sample):
    return model.read(sv.Result(sample))


@pytest.fixture(scope="module")
def page(data):
    return run_report.html(data)


def test_the_verdict_names_bottleneck_and_dominant_stages(data):
    text = run_report.html(data)
    for sentence in data.document["verdict"]["sentences"]:
        assert sentence in text
    assert data.dominant("mean").name == data.document["verdict"]["dominant_stage_mean"]
    assert data.dominant("p999").name == data.document["verdict"]["dominant_stage_p999"]


def test_sections_headlines_and_method_are_there(page, data):
    for words in (
        "target met",
        "Seed",
        "Warm-up cut",
        "Lag-1 correlation",
        "0 violations",
        "remap_latency_ns",
        "Mapping events skipped",
        "About the recording",
        "The recorder lost 12 events",
    ):
        assert words in page
    assert units.time_ns(data.metrics["job.latency.p999_ns"]) in page


def test_adis_are_listed_by_type_where_there_are_any(sample, page):
    assert "ADIs by type" not in page
    data = model.read(sv.Result(sample))
    kind = {
        "device": "dsa0",
        "name": "partition",
        "adis": 2,
        "classes": ["copy", "move"],
        "jobs": 4321,
        "failed": 7,
        "bytes": 8642,
        "context_mean_ns": 1234.0,
        "latency": {"mean_ns": 2345.0, "p50_ns": 2300.0, "p99_ns": None, "max_ns": 5000.0},
    }
    data.document["adi_types"] = [kind]
    table = run_report.html(data).split('id="adi-types"')[1].split("</table>")[0]
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", table)
    assert cells[:4] == ["dsa0", "partition", "2", "copy, move"]
    assert cells[4:7] == ["4,321", "7", "8,642"]
    assert cells[7:9] == [units.time_ns(1234.0), units.time_ns(2345.0)]


def test_sections_keep_their_numbers_where_one_has_nothing_to_show(sample, page):
    alone = dataclasses.replace(model.read(sv.Result(sample)), tenants={})
    ids = [section.id for section in run_report.SECTIONS]
    assert len(set(ids)) == len(ids) and {"verdict", "anatomy", "tenants", "structures", "method"} <= set(ids)
    for text, gone in ((page, ()), (run_report.html(alone), ("tenants",))):
        found = re.findall(r'<section id="(\w+)">\n<h2>(\d) ([^<]+)</h2>', text)
        assert found == [
            (section.id, str(number), section.title) for number, section in enumerate(run_report.SECTIONS, 1) if section.id not in gone
        ]
        assert re.findall(r'<a href="#(\w+)">', text) == [id for id, _, _ in found]


def test_the_page_refers_to_nothing_outside_itself(page):
    links = re.findall(r"""(?:\bsrc|\bhref|\burl|@import)\s*[=(]\s*["']?([^"')>\s]+)""", page)
    assert links and all(link.startswith(("#", "data:")) for link in links)
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page


def test_a_page_of_1024_tenants_stays_below_a_megabyte(page):
    assert len(page.encode()) < 1_000_000


def test_tenants_beyond_the_listed_ones_are_counted_and_the_page_stays_small(tmp_path):
    write_sample(tmp_path / "many", tenants=6000, jobs=20000, timeseries=False)
    text = run_report.html(model.read(sv.Result(tmp_path / "many")))
    assert (
        "6,000 tenants" in text
        and "The 4,096 with the highest p99 are listed" in text
        and len(text.encode()) < 1_000_000
    )


@pytest.mark.parametrize(
    "missing, gone",
    [("tenants.csv", "3 Tenants"), ("histograms.h5", "Distribution of job latency"), ("stages.csv", "In time")],
)
def test_a_report_is_still_written_when_a_file_is_missing(sample, tmp_path, missing, gone):
    shutil.copytree(sample, tmp_path / "part")
    (tmp_path / "part" / missing).unlink()
    text = sv.Result(tmp_path / "part").report().read_text()
    assert gone not in text and "1 Verdict" in text


def test_a_partial_result_says_so(tmp_path):
    write_sample(tmp_path / "part", tenants=16, jobs=1000, partial=True)
    assert "interrupted before the end" in run_report.html(model.read(sv.Result(tmp_path / "part")))


def changed(sample, folder, change):
    """A copy of the sample with its summary.json changed."""
    shutil.copytree(sample, folder)
    document = json.loads((folder / "summary.json").read_text())
    change(document)
    (folder / "summary.json").write_text(json.dumps(document))
    write_done(folder, document["run"]["run_id"])
    return sv.Result(folder)


def test_what_was_simulated_is_on_the_first_page(page):
    first = page[: page.index('id="anatomy"')]
    for words in (
        "bulk: 128 tenants of dsa0, closed loop",
        "siovsim run sample.txtpb --set run.seed=1",
        "<dd>run.seed=1</dd>",
        "2026-01-01 00:00:00 UTC",
        "IOTLB: 512 entries, 8 ways",
        "Gen5 x16",
    ):
        assert words in first


def test_classes_have_percentiles_anatomy_fairness_and_slowest_tenants_of_their_own(page, data):
    for name in ("interactive", "bulk"):
        assert f"Class {name}" in page and f"Slowest five of class {name}" in page and f"Within class {name}" in page
        assert units.time_ns(data.class_metric(name, "job.latency.p999_ns")) in page
    own = data.class_data(data.classes[1])
    mean = sum(stage.time_ns["mean"] for stage in own.stages)
    assert mean == pytest.approx(data.class_metric("bulk", "job.latency.mean_ns"), rel=1e-3)


def test_classes_are_a_frame(data):
    frame = data.result.classes().set_index("class")
    assert list(frame.index) == ["interactive", "bulk"]
    assert frame.loc["bulk", "job.latency.p99_ns"] == data.class_metric("bulk", "job.latency.p99_ns")


def test_one_class_is_the_whole_and_not_said_twice(sample, tmp_path):
    one = changed(sample, tmp_path / "one", lambda document: document["classes"].pop())
    assert 'id="classes"' not in run_report.html(model.read(one))


def test_no_bar_of_the_bound_chart_contradicts_its_text(data):
    """A limit of one class's jobs was drawn as the tightest of all, far below the run's throughput."""
    rows = structure_charts.limits(data.document["bound"], data.metrics)
    assert rows[0].bound == data.document["bound"]["jobs_per_s"] and rows[0].sets_bound
    assert [one.name for one in rows if one.sets_bound][1:] == [data.document["bound"]["bottleneck"]]
    (bulk,) = [one for one in rows if one.name == "load of bulk"]
    assert bulk.reached == data.class_metric("bulk", "job.throughput_per_s")
    assert all(one.reached <= one.bound for one in rows)


def test_series_are_shown_by_relevance_with_their_units():
    steady = numpy.full(50, 0.5)
    made = [model.Series(f"a.zero{i}", numpy.arange(50), numpy.zeros(50), "fraction") for i in range(30)]
    made += [
        model.Series("b.steady", numpy.arange(50), steady * 0.1, "fraction"),
        model.Series("c.busy", numpy.arange(50), steady * 1.9, "fraction"),
        model.Series("d.bursts", numpy.arange(50), numpy.where(numpy.arange(50) % 10 == 0, 9.0, 0.0), "entries"),
        model.Series("z.blamed", numpy.arange(50), steady * 0.2, "entries"),
    ]
    shown, hidden = levels.relevant(made, ["z.blamed"])
    assert [one.name for one in shown] == ["z.blamed", "d.bursts", "c.busy", "b.steady"] and hidden == 0
    assert "entries" in structure_charts.series(shown[0])
    assert "share of time or places" in structure_charts.series(shown[2])


def test_series_beyond_the_shown_ones_are_counted():
    made = [model.Series(f"s{i}", numpy.arange(9), numpy.full(9, 1.0 + i), "entries") for i in range(20)]
    shown, hidden = levels.relevant(made, [])
    assert len(shown) + hidden == 20 and hidden == 8


def nothing_measured(document):
    document["metrics"] = {name: None if "latency" in name or "per_s" in name else 0 for name in document["metrics"]}
    document["bound"]["fraction_reached"] = None
    document["verdict"].update(warnings=["No job was measured."], sentences=["No job was measured."], bottleneck="")
    document["verdict"]["targets"][0].update(value=None, met=False, why="the run ended within its warm-up")
    for one in document["classes"]:
        for band in one["bands"].values():
            band.update(latency_from_ns=None, latency_to_ns=None, jobs=0, stages_ns={})


def test_a_run_that_measured_nothing_has_a_report_that_says_so(sample, tmp_path, capsys):
    run = changed(sample, tmp_path / "none", nothing_measured)
    (run.path / "stages.csv").write_text("stage,kind,description,mean_ns,share_mean,p50_ns\nengine,service,x,,,\n")
    (run.path / "bands.csv").write_text("band,latency_from_ns,latency_to_ns,jobs\nmean,,,0\n")
    header, *rows = (run.path / "tenants.csv").read_text().splitlines()
    empty = [",".join([*row.split(",")[:2], "0,0,0,,,,,0,0"]) for row in rows]
    (run.path / "tenants.csv").write_text("\n".join([header, *empty]) + "\n")
    (run.path / "histograms.h5").unlink()
    write_done(run.path, run.document["run"]["run_id"])
    text = run.report().read_text()
    assert '<li class="warning">No job was measured.</li>' in text
    assert "the run ended within its warm-up" in text and "1 of 1 target missed" in text and not re.search(r"\bnan\b", text)
    terminal.show(run, None)
    shown = capsys.readouterr().out
    assert "warning" in shown and "not known (the run ended within its warm-up)" in shown
    assert not run.ok
    assert ["job.latency.p99_ns", "–", "–"] in compare.table([run, run])


def doubtful(document):
    document["metrics"]["job.failed"] = document["metrics"]["job.completed"] // 4
    document["verdict"]["warnings"] = ["25.0 % of the jobs failed."]
    document["verdict"]["targets"][0].update(met=False, value=123456.0)
    document["conservation"].update(violations=1, broken=["8 packets are still under way after the last job"])
    document["run"]["partial"] = True


def test_compare_hides_nothing_that_is_doubtful(sample, data, tmp_path, capsys):
    run = changed(sample, tmp_path / "doubtful", doubtful)
    rows = {row[0]: row[1:] for row in compare.table([data.result, run])}
    assert rows["state"] == ["finished", "PARTIAL"]
    assert rows["failed jobs"] == ["0", "15,000 of 60,000 (25.0 %)"]
    assert rows["warnings"] == ["none", "2"] and rows["targets"] == ["1 met", "1 of 1 missed"]
    assert rows["of the bound"] == ["86.0 % (iommu0.walker)"] * 2 and rows["bottleneck"] == ["iommu0.walker"] * 2
    compare.show([data.result, run])
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("doubtful: ")]
    assert said == [
        "doubtful: partial: it did not go to its end.",
        "doubtful: warning: 25.0 % of the jobs failed.",
        "doubtful: warning: This run is not to be trusted: 8 packets are still under way after the last job.",
        "doubtful: target MISSED: job.latency.p99_ns is 123 µs, wanted at most 90.0 µs",
    ]
    assert not compare.doubts([data.result])


def test_a_broken_law_is_said_in_words_and_not_by_a_chip_alone(sample, tmp_path, capsys):
    run = changed(sample, tmp_path / "broken", lambda document: document["conservation"].update(
        violations=1, broken=["8 packets are still under way after the last job"]))
    sentence = "This run is not to be trusted: 8 packets are still under way after the last job."
    assert f'<li class="warning">{sentence}</li>' in run.report().read_text()
    terminal.show(run, None)
    assert any(line.startswith("warning") and sentence in line for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("kept, said", [
    ({"drained": True, "in_flight": 0}, "0 in flight; nothing was left in the platform"),
    ({"in_flight": 40}, "40 in flight; it ended before its jobs, so nobody could look for what never comes back"),
    ({"in_flight": 0}, "0 in flight; the platform did not come to rest after them, so nobody could look for what never"),
])
def test_the_report_says_whether_anybody_looked_at_what_is_left(sample, tmp_path, kept, said):
    run = changed(sample, tmp_path / "rest", lambda document: document["conservation"].update(kept))
    assert said in run.report().read_text()


def test_the_terminal_counts_retries_and_leaves_out_stages_that_took_no_time(sample, tmp_path):
    def quiet(document):
        document["metrics"]["job.retries"] = 1

    run = changed(sample, tmp_path / "quiet", quiet)
    stages = run.path / "stages.csv"
    header, first, *rest = stages.read_text().splitlines()
    columns = header.split(",")
    zeros = [",".join("0" if column.endswith("_ns") else value for column, value in zip(columns, row.split(",")))
             for row in rest]
    stages.write_text("\n".join([header, first, *zeros]) + "\n")
    write_done(run.path, run.document["run"]["run_id"])
    rows = dict(terminal.rows(run))
    assert rows["jobs"].endswith("; 1 submission answered with Retry")
    assert rows["mean spent in"].count("%") == 1 and "100.0 %" in rows["mean spent in"]


def test_compare_and_terminal_have_every_class(data, capsys):
    names = [row[0] for row in compare.table([data.result, data.result])]
    assert "class.bulk.job.latency.p99_ns" in names and "class.interactive.job.throughput_per_s" in names
    terminal.show(data.result, None)
    assert "class bulk" in capsys.readouterr().out


def test_a_missed_target_says_so(tmp_path):
    write_sample(tmp_path / "slow", tenants=16, jobs=1000, target_ns=1)
    text = run_report.html(model.read(sv.Result(tmp_path / "slow")))
    assert "1 of 1 target missed" in text and '<td class="no">missed</td>' in text


def test_names_from_files_cannot_break_out_of_the_page(tmp_path):
    write_sample(tmp_path / "x", tenants=4, jobs=500, name="<script>alert(1)</script>")
    tenants = (tmp_path / "x" / "tenants.csv").read_text().replace("interactive", "</script><b>")
    (tmp_path / "x" / "tenants.csv").write_text(tenants)
    text = run_report.html(model.read(sv.Result(tmp_path / "x")))
    assert "<script>alert" not in text and "</script><b>" not in text


def test_stage_times_of_a_band_are_drawn_to_scale(data):
    widths = [
        float(width)
        for width in re.findall(
            r'class="segment"[^>]*? width="([0-9.]+)"',
            charts.anatomy(data, palette.stage_colours(data.stages), as_share=True),
        )
    ]
    assert sum(widths) == pytest.approx(5 * (charts.WIDTH - 62 - 118), rel=0.01)


def test_every_waiting_stage_is_hatched_and_no_service_stage_is(data):
    colours = palette.stage_colours(data.stages)
    fills = [palette.fill(stage, colours) for stage in data.stages]
    assert len(set(fills)) == len(fills)
    for stage in data.stages:
        assert ("url(#wait-" in palette.fill(stage, colours)) == (stage.kind == "wait")


def test_a_stage_without_time_is_named_but_not_drawn(page, data):
    assert data.unused == ["exit"] and "No job spent time in exit." in page and 'id="wait-exit"' not in page
