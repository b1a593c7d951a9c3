# SPDX-License-Identifier: Apache-2.0
from typing import List

def check(file: str, overrides: List[str]) -> str:
    """Every fault of a configuration, a line each."""

def run(file: str, overrides: List[str], out: str, requests: bool, timeline_jobs: int) -> bool:
    """Runs one experiment; True if it was interrupted. Once a process."""
