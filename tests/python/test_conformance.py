# SPDX-License-Identifier: Apache-2.0
"""The table of requirements: what it says, what it refuses, and that pages, tests and reasons of this tree agree."""

import re
from pathlib import Path

import pytest
from front import ROOT
from siovsim import conformance

PAGES = {
    "README.md": "| page |\n|---|\n| [ats.md](ats.md) | ATS |\n| [pas.md](pas.md) | PAS |\n",
    "ats.md": "# ATS: translation\n\n## ATS-01 Request\n\n[V] text\n\n### ATS-02 Answer\n\n## Limits\n",
    "pas.md": "# PAS: PASID rules\n\n## PAS-01 Content\n",
}
REASONS = "# why\n\nATS-02: too far away\n"


def junit(tmp_path, **results):
    """A JUnit file as CTest writes it, and notes of processes that ran every test on a whole platform."""
    (tmp_path / "7.systems").write_text("".join(f"system\tfiles\t9\t3\ntest\tConformance.{name}\n" for name in results))
    cases = "".join(
        f'<testcase name="conformance.Conformance.{name}" status="{"run" if ok else "fail"}"/>'
        for name, ok in results.items()
    )
    path = tmp_path / "results.xml"
    path.write_text(f'<testsuite>{cases}<testcase name="unit.Ring.Wraps" status="run"/></testsuite>')
    return str(path)


@pytest.fixture
def pages(tmp_path, monkeypatch):
    folder = tmp_path / "requirements"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    (folder / "not_modelled.txt").write_text(REASONS)
    monkeypatch.setattr(conformance, "REQUIREMENTS", folder)
    monkeypatch.setattr(conformance.catalogue, "__defaults__", (folder,))
    return folder


def table(capsys, *arguments):
    code = conformance.main([arguments[0], str(Path(arguments[0]).parent), *arguments[1:]])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_line_for_each_requirement_and_a_note_for_each_test(pages, tmp_path, capsys):
    code, out, err = table(capsys, junit(tmp_path, ATS_01_AsksInPages=True, ATS_01_OddLength=True, PAS_01_Whole=True))
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "ATS: translation",
        "  ATS-01   passed        Request",
        "                         - Asks In Pages (whole platform)",
        "                         - Odd Length (whole platform)",
        "  ATS-02   not modelled  Answer",
        "                         - too far away",
        "",
        "PAS: PASID rules",
        "  PAS-01   passed        Content",
        "                         - Whole (whole platform)",
        "",
        "3 requirements: 2 passed, 1 not modelled; 3 tests, 3 of them through a whole platform",
    ]


def test_a_failed_test_fails_the_table(pages, tmp_path, capsys):
    code, out, _ = table(capsys, junit(tmp_path, ATS_01_A=True, ATS_01_B=False, PAS_01_C=True))
    assert code == 1 and "ATS-01   FAILED" in out and "- FAILED: B" in out and "1 passed, 1 FAILED" in out


@pytest.mark.parametrize(
    "notes",
    [
        "",
        "test\tConformance.PAS_01_C\n",
        "system\tstructs\t9\t3\ntest\tConformance.PAS_01_C\n",  # not as users have it
        "system\tfiles\t0\t0\ntest\tConformance.PAS_01_C\n",  # built and never run
        "system\tfiles\t9\t0\ntest\tConformance.PAS_01_C\n",  # nothing came of it
        "system\tfiles\t9\t3\ntest\tConformance.ATS_01_A\ntest\tConformance.PAS_01_C\n",  # another test's
    ],
)
def test_a_requirement_without_a_whole_platform_does_not_pass(pages, tmp_path, capsys, notes):
    results = junit(tmp_path, ATS_01_A=True, PAS_01_C=True)
    ats = "system\tfiles\t9\t3\ntest\tConformance.ATS_01_A\n"
    (tmp_path / "7.systems").write_text(notes if "ATS" in notes else ats + notes)
    code, out, _ = table(capsys, results)
    assert code == 1 and "ATS-01   passed" in out and "PAS-01   NO SYSTEM" in out and "1 passed, 1 NO SYSTEM" in out


def test_what_no_configuration_can_bring_about_is_listed_with_the_reason(pages, tmp_path, capsys):
    (pages / "not_modelled.txt").write_text(REASONS + "PAS-01 parts: only bits\n")
    results = junit(tmp_path, ATS_01_A=True, PAS_01_C=True)
    code, _, err = table(capsys, results)
    assert code == 1 and "PAS-01 is listed as tested on its parts alone, but went through a whole platform" in err
    (tmp_path / "7.systems").write_text("system\tfiles\t9\t3\ntest\tConformance.ATS_01_A\n")
    code, out, err = table(capsys, results)
    assert (code, err) == (0, "") and "PAS-01   parts only" in out and "- on its parts alone: only bits" in out


def test_two_tests_of_one_name_are_named(pages, tmp_path, capsys):
    path = junit(tmp_path, ATS_01_A=True, PAS_01_C=True)
    Path(path).write_text(Path(path).read_text().replace("<testsuite>", '<testsuite><testcase name="seam.Conformance.PAS_01_C"/>'))
    code, _, err = table(capsys, path)
    assert code == 1 and "another test of PAS-01 has that name" in err


def test_neither_test_nor_reason_fails(pages, tmp_path, capsys):
    code, out, _ = table(capsys, junit(tmp_path, ATS_01_A=True))
    assert code == 1 and "PAS-01   NO TEST" in out


def test_both_test_and_reason_fails(pages, tmp_path, capsys):
    code, _, err = table(capsys, junit(tmp_path, ATS_01_A=True, ATS_02_B=True, PAS_01_C=True))
    assert code == 1 and "ATS-02 is tested and listed as not modelled: too far away" in err


def test_what_is_modelled_in_part_has_a_test_and_says_what_is_missing(pages, tmp_path, capsys):
    (pages / "not_modelled.txt").write_text(REASONS + "PAS-01 partly: no prefix bits\nATS-01 partly: x\n")
    code, out, err = table(capsys, junit(tmp_path, PAS_01_C=True))
    assert code == 1 and "not modelled: no prefix bits" in out
    assert "ATS-01 is listed as modelled in part, but has no test" in err and "PAS-01 is" not in err


def test_a_group_to_come_needs_no_tests_and_shows_those_it_has(pages, tmp_path, capsys):
    (pages / "not_modelled.txt").write_text("group ATS: planned with the cache\n")
    code, out, _ = table(capsys, junit(tmp_path, ATS_01_A=True, PAS_01_C=True))
    assert code == 0 and "ATS: translation (planned with the cache)" in out
    assert "ATS-01   passed" in out and "ATS-02   planned" in out and "2 passed, 1 planned" in out


@pytest.mark.parametrize(
    "line, complaint",
    [
        ("PAS-09: no", "there is no requirement PAS-09"),
        ("group XYZ: no", "there is no group XYZ"),
        ("PAS-01 no", "expected 'ID: reason'"),
    ],
)
def test_a_wrong_line_of_reasons_is_named(pages, tmp_path, capsys, line, complaint):
    (pages / "not_modelled.txt").write_text(REASONS + line + "\n")
    code, _, err = table(capsys, junit(tmp_path, ATS_01_A=True, PAS_01_C=True))
    assert code == 1 and f"not_modelled.txt:4: {complaint}" in err


def test_a_test_of_no_requirement_is_named(pages, tmp_path, capsys):
    code, _, err = table(capsys, junit(tmp_path, ATS_01_A=True, PAS_01_C=True, PAS_77_D=True, Nameless=True))
    assert code == 1 and "PAS_77_D: there is no requirement PAS-77" in err and "Nameless: a conformance test is" in err


def test_chosen_tests_alone_do_not_need_the_others(pages, tmp_path, capsys):
    code, out, _ = table(capsys, junit(tmp_path, ATS_02_B=True), "--only-run")
    assert code == 0 and "ATS-02   passed" in out and "PAS-01" not in out
    code, _, _ = table(capsys, junit(tmp_path, ATS_02_B=False), "--only-run")
    assert code == 1


def test_without_results_there_is_a_sentence(tmp_path, capsys):
    code, out, err = table(capsys, str(tmp_path / "none.xml"))
    assert (code, out) == (1, "") and "no test wrote" in err


def test_pages_tests_and_reasons_of_this_tree_agree():
    found = conformance.catalogue()
    assert len(found.requirements) == 200
    conformance.add_reasons(found, conformance.REQUIREMENTS / "not_modelled.txt")
    names = {}
    whole = set()
    sources = [*(ROOT / "tests" / "conformance").glob("*.cpp"), *(ROOT / "tests" / "seam").glob("*.cpp")]
    for source in sorted(sources):
        for name in re.findall(r"TEST(?:_F|_P)?\((\w+), (\w+)\)", source.read_text(encoding="utf-8")):
            if name[0] != "Conformance" and source.parent.name == "seam":
                continue
            assert name[0] == "Conformance", f"{source.name}: the suite of {name[1]} is Conformance"
            names[f"{source.parent.name}.Conformance.{name[1]}"] = True
            if source.parent.name == "seam" or source.name.endswith("_run_test.cpp"):
                whole.add(f"Conformance.{name[1]}")
    conformance.add_tests(found, names)
    conformance.check(found)
    assert found.faults == []
    assert [one.id for one in found.requirements.values() if one.result == "NO TEST"] == []
    conformance.add_whole(found, whole)  # which they are is said by their processes, see platforms/build/system_note.h
    conformance.check(found)
    assert found.faults == []
    assert [one.id for one in found.requirements.values() if one.result == "NO SYSTEM"] == []


def test_the_readme_counts_the_requirements_of_each_page():
    found = conformance.catalogue()
    text = (conformance.REQUIREMENTS / "README.md").read_text(encoding="utf-8")
    for group, count in re.findall(r"^\| \[\w+\.md\]\(\w+\.md\) \| ([A-Z]+) \| .+ \| (\d+) \|$", text, re.MULTILINE):
        assert sum(one.group == group for one in found.requirements.values()) == int(count), group
