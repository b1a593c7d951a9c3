# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Python front have in common."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "tests" / "support"
ENTRIES = "nodes[name=dsa0].endpoint.atc.entries"
QUICKSTART = ROOT / "configs" / "experiments" / "quickstart.txtpb"
