# SPDX-License-Identifier: Apache-2.0
"""docs/extending.md is followed to the letter: its patch gives a report the section that it promises, and nothing else."""

import os
import re
import shutil
import subprocess
import sys

from front import ROOT

SHOW = """
import dataclasses
import sys
import siovsim as sv
from siovsim.report import model, run_report

data = model.read(sv.Result(sys.argv[1]))
print(run_report.html(data))
print("=====")
still = [dataclasses.replace(one, value=0) for one in next(iter(data.blocks.values()))]
print(run_report.html(dataclasses.replace(data, blocks={**data.blocks, "dsa9.ims": still})))
"""


def patch_of(page):
    found = re.search(r"^## A section of a run's report$.*?^```diff\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found, "the page shows a patch"
    return found[1]


def test_a_section_of_a_report_is_what_the_page_says(sample, tmp_path):
    shutil.copytree(ROOT / "pybind" / "siovsim", tmp_path / "pybind" / "siovsim")
    patch = patch_of((ROOT / "docs" / "extending.md").read_text(encoding="utf-8"))
    touched = re.findall(r"^\+\+\+ b/(.*)$", patch, re.MULTILINE)
    assert len(touched) == 2, "with its test, three files"
    applied = subprocess.run(
        ["git", "apply", "-"], cwd=tmp_path, input=patch, capture_output=True, text=True, check=False
    )
    assert applied.returncode == 0, applied.stderr

    shown = subprocess.run(
        [sys.executable, "-c", SHOW, str(sample)],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "pybind")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    without, with_quiet = shown.split("=====")
    assert "Quiet blocks" not in without, "a section about which there is nothing to say is left out"
    assert re.search(r'<section id="quiet">\n<h2>5 Quiet blocks</h2>', with_quiet)
    assert "Nothing happened in dsa9.ims." in with_quiet
