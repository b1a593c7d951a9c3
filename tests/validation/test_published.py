# SPDX-License-Identifier: Apache-2.0
"""The short form of ``siovsim validate`` on the real engine: every row within its tolerance."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """(exit code, standard output, validation.json) of the short form."""
    folder = tmp_path_factory.mktemp("validation")
    done = subprocess.run(
        ["/usr/bin/python3", "-m", "siovsim", "validate", "--short", "--output", str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "pybind")},
        cwd=folder,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, json.loads((folder / "validation.json").read_text())


def test_every_row_is_within_its_tolerance(outcome):
    code, text, document = outcome
    assert [point for point in document["points"] if not point["passed"]] == [], text
    assert code == 0, text


def test_every_row_of_the_suite_has_a_point_in_the_short_form(outcome):
    rows = {json.loads(file.read_text())["id"] for file in (ROOT / "configs" / "validation").glob("*/row.json")}
    assert {point["row"] for point in outcome[2]["points"]} == rows
