# SPDX-License-Identifier: Apache-2.0
"""Paths for the end-to-end tests."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "pybind"), str(ROOT / "tests" / "support")]
