# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Python front have in common."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "tests" / "support"
ENTRIES = "nodes[name=dsa0].endpoint.atc.entries"
QUICKSTART = ROOT / "configs" / "experiments" / "quickstart.txtpb"


def siovsim(*words, **options):
    """The command line, in a process of its own: in this folder and for 300 s at most, unless options say otherwise."""
    return subprocess.run(
        ["/usr/bin/python3", "-m", "siovsim", *map(str, words)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "pybind")},
        check=False,
        **{"timeout": 300, **options},
    )
