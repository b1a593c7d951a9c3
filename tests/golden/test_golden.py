# SPDX-License-Identifier: Apache-2.0
"""Results of small experiments are what they were; tests/golden/regenerate.sh rewrites them when they should change."""
import json

import pytest

import golden


@pytest.mark.parametrize("case", golden.CASES)
def test_results_are_what_they_were(case):
    measured, kept = golden.measure(case), json.loads(golden.golden_file(case).read_text())
    assert measured["metrics"]["job.completed"] > 0
    assert measured == kept, "if this is meant to change: tests/golden/regenerate.sh"


def test_every_kept_result_has_its_case():
    assert {path.stem for path in golden.FOLDER.glob("*.json")} == set(golden.CASES)
