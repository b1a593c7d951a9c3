# SPDX-License-Identifier: Apache-2.0
"""Fails on every declared statistic that no test ever moved.

A statistic that stays at zero whatever is simulated is either not wired up or not tested. Test processes leave one line
for each statistic they destroyed (see NoteCoverage in models/base/statistics.h); this merges the lines of all of them.
A statistic is known by name, unit and sentence, so it counts wherever the block was instantiated. Numbers in names
are those of equal parts (queue 0, queue 1): one of them has to move. So do queues and types of ADIs,
which have names of their own.
"""
import re
import sys
from pathlib import Path
from typing import Dict, List, Set, Tuple

Key = Tuple[str, str, str]


def _kind(name: str, path: str) -> str:
    """The name without what tells equal parts apart."""
    if path.endswith("swq_arbiter") or name.startswith("adi."):
        name = name.rsplit(".", 1)[-1]
    return re.sub(r"[0-9]+", "N", name)


def merge(folder: Path) -> Tuple[Set[Key], Dict[Key, str]]:
    """Statistics that moved somewhere, and those that never did with one place where they stood still."""
    moved: Set[Key] = set()
    still: Dict[Key, str] = {}
    for file in sorted(folder.glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            state, name, unit, sentence, path = line.split("\t")
            key = (_kind(name, path), unit, sentence)
            if state == "moved":
                moved.add(key)
            else:
                still.setdefault(key, path)
    return moved, {key: path for key, path in still.items() if key not in moved}


def main(arguments: List[str]) -> int:
    moved, still = merge(Path(arguments[0]))
    if not moved and not still:
        print(f"no statistics were recorded in {arguments[0]}: the tests that should record them did not run")
        return 1
    for (name, unit, sentence), path in sorted(still.items(), key=lambda item: (item[1], item[0])):
        print(f"never moved: {path}.{name} [{unit}] {sentence}")
    print(f"{len(moved)} statistics moved, {len(still)} never did")
    return 1 if still else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
