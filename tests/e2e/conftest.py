# SPDX-License-Identifier: Apache-2.0
"""Paths for the end-to-end tests."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY / "pybind"), str(REPOSITORY / "tests" / "support")]
