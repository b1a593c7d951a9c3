# SPDX-License-Identifier: Apache-2.0
"""``siovsim validate``: rows, metrics, verdicts and exit codes, against the fake engine."""

import csv
import json

import pytest
from front import ENTRIES, ROOT

from siovsim.base.errors import InputError
from siovsim.cli.main import main
from siovsim.validation import rows
from siovsim.validation.suite import knee_index

ROW = {
    "id": "T1",
    "title": "A test",
    "setup": "the fake engine",
    "source": "nowhere",
    "status": "V",
    "tolerance": 0.5,
    "x": {"label": "entries"},
    "y": {"label": "latency", "unit": "ns"},
    "curves": [
        {
            "name": "p50",
            "experiment": "sample.txtpb",
            "set": [f"{ENTRIES}={{x}}"],
            "metric": "job.latency.p50_ns",
            "points": [[64, 1.0], [128, 1.0]],
            "short": [64],
        }
    ],
}


def write_row(folder, **changes):
    """A suite of one row; ``changes`` are laid over its curve."""
    row = json.loads(json.dumps(ROW))
    row["curves"][0].update(changes)
    (folder / "t1").mkdir(parents=True, exist_ok=True)
    (folder / "t1" / "row.json").write_text(json.dumps(row), encoding="utf-8")
    (folder / "t1" / "sample.txtpb").write_text('experiment_name: "sample"\n', encoding="utf-8")
    return folder


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A folder of rows that the command uses."""
    folder = tmp_path / "suite"
    monkeypatch.setattr(rows, "FOLDER", folder)
    return write_row(folder)


def simulated(tmp_path):
    """The values the last suite simulated."""
    return [point["simulated"] for point in json.loads((tmp_path / "out/validation.json").read_text())["points"]]


def validate(*words):
    return main(["validate", "--quiet", "--output", "out", *words])


def test_what_is_within_its_tolerance_passes_and_is_written_down(suite, tmp_path, capsys):
    assert validate() == 1  # nothing takes 1 ns
    values = simulated(tmp_path)
    write_row(suite, points=[[64, values[0] * 1.01], [128, values[1] * 0.99]])
    assert main(["validate", "--output", "out"]) == 0
    shown = capsys.readouterr().out
    assert "T1   p50, ns  entries 64" in shown and "-1.0 %" in shown and "2 of 2 comparisons" in shown
    assert "FAIL" not in shown
    document = json.loads((tmp_path / "out/validation.json").read_text())
    assert document["passed"] and document["points"][0]["error"] == pytest.approx(1 / 1.01 - 1)
    with open(tmp_path / "out/validation.csv", newline="") as file:
        assert [row["passed"] for row in csv.DictReader(file)] == ["True", "True"]
    page = (tmp_path / "out/report.html").read_text()
    assert "2 of 2 comparisons within tolerance" in page and "http://" not in page and "https://" not in page


def test_what_is_outside_is_shown_and_ends_with_1(suite, tmp_path, capsys):
    assert main(["validate", "T1", "--output", "out"]) == 1
    assert "FAIL" in capsys.readouterr().out
    assert 'class="no"' in (tmp_path / "out/report.html").read_text()


def test_finished_runs_are_kept_and_shared(suite, runs):
    row = json.loads((suite / "t1/row.json").read_text())
    row["curves"].append({**row["curves"][0], "name": "p99", "metric": "job.latency.p99_ns"})
    (suite / "t1/row.json").write_text(json.dumps(row))
    validate()
    assert len(runs()) == 2  # two curves, two points each
    validate()
    assert len(runs()) == 2


def test_the_short_form_runs_the_points_named_with_its_own_overrides(suite, tmp_path, runs):
    write_row(suite, short_set=["run.seed=7"])
    validate("--short")
    points = json.loads((tmp_path / "out/validation.json").read_text())["points"]
    assert [point["x"] for point in points] == [64] and len(runs()) == 1


def test_a_run_that_fails_is_named_and_costs_its_points_only(suite, tmp_path, capsys):
    write_row(suite, set=["fake.fail=1", f"{ENTRIES}={{x}}"])
    assert validate() == 1
    assert "T1, p50 at 64: the model broke on purpose" in capsys.readouterr().err
    assert "NOT RUN" in (tmp_path / "out/report.html").read_text()


def test_a_metric_may_compare_runs_and_use_constants(suite, tmp_path):
    run = {"experiment": "sample.txtpb", "set": [f"{ENTRIES}={{x}}"]}
    write_row(
        suite,
        runs={"one": run, "two": run},
        metric="one.job.latency.p50_ns / two.job.latency.p50_ns + offset * x",
        constants={"offset": 2},
    )
    validate()
    assert simulated(tmp_path) == [129.0, 257.0]


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"metric": "job.latency.p50_ns("}, "is not a row"),
        ({"points": []}, "is not a row"),
        ({"short": [65]}, "no published point at x = [65]"),
        ({"experiment": None}, "is not a row"),
    ],
)
def test_a_row_that_is_wrong_is_a_sentence(suite, capsys, changes, sentence):
    write_row(suite, **changes)
    assert validate() == 2 and sentence in capsys.readouterr().err


def test_an_override_may_be_computed_from_x_and_replaced_by_the_short_form(suite):
    write_row(suite, set=[f"{ENTRIES}={{=x / 2 + 1}}", "run.seed=3"], short_set=[f"{ENTRIES}=1"])
    curve = rows.load_rows()[0].curves[0]
    assert curve.overrides("run", 64, short=False) == (f"{ENTRIES}=33.0", "run.seed=3")
    assert curve.overrides("run", 64, short=True) == (f"{ENTRIES}=1", "run.seed=3")


def test_an_unknown_row_is_a_sentence_that_names_those_there_are(suite, capsys):
    assert validate("VP99") == 2
    assert "there is no validation row VP99; there are T1" in capsys.readouterr().err


def test_a_metric_is_arithmetic_and_nothing_else():
    assert rows.evaluate("(a.b + 2) * 3 / x - 1", {"a.b": 1.0, "x": 9.0}.__getitem__) == 0.0
    with pytest.raises(InputError, match="is not part of a metric"):
        rows.evaluate("open('x')", lambda _: 0.0)


@pytest.mark.parametrize("values, index", [([1, 1, 1.2, 2], 2), ([1, 1], 2), ([1, 1.05, 3], 2)])
def test_a_knee_is_the_first_point_that_rises(values, index):
    assert knee_index(values, 0.1) == index


# --- the shipped rows ---------------------------------------------------------------------------------------------


def test_every_shipped_row_names_files_that_exist_and_overrides_that_use_their_x():
    shipped = rows.load_rows()
    assert {"VP1", "VP4", "VP6", "VP8", "VP8b"} <= {row.id for row in shipped}
    for row in shipped:
        for curve in row.curves:
            assert all(file.is_file() for file, _ in curve.runs.values()), row.id
            if len(curve.points) > 1:
                assert any("x}" in word for _, words in curve.runs.values() for word in words), row.id


def test_parameters_are_fitted_on_the_rows_that_may_and_in_presets_only():
    fitted = rows.fitted_parameters()
    assert fitted and {row for parameter in fitted for row in parameter.rows} <= set(rows.FITTED_ON)
    assert all(parameter.file.startswith("presets/") for parameter in fitted)
    marks = sum(file.read_text().count("fitted:") for file in (ROOT / "configs").rglob("*.txtpb"))
    assert marks == len(fitted), "a mark that is not read"
