# SPDX-License-Identifier: Apache-2.0
from typing import List, Tuple

def check(file: str, overrides: List[str]) -> str:
    """Every fault of a configuration, a line each."""

def run(file: str, overrides: List[str], out: str, requests: bool, timeline_jobs: int) -> Tuple[str, bool, str]:
    """Runs one experiment: (result folder, partial, remark). Once a process."""
