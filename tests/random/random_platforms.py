# SPDX-License-Identifier: Apache-2.0
"""Runs random tiny platforms against the laws: random_platforms.py BUILD [--count N] [--first SEED] [--jobs J] [--keep DIR].

What breaks a law is made as small as it goes while it still breaks the same one, and printed. Exit code 1 then.
"""

import argparse
import collections
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, Tuple

import laws
import tiny_platforms


def try_case(engine: Path, case: Dict[str, Any], folder: Path) -> laws.Outcome:
    """Writes and runs one case."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "case.txtpb"
    file.write_text("# proto-message: siovsim.Experiment\n" + tiny_platforms.text_of(case) + "\n", encoding="utf-8")
    return laws.violations(engine, file, folder)


def _breaks(engine: Path, case: Dict[str, Any], folder: Path, kind: str) -> bool:
    return kind in try_case(engine, case, folder).kinds


def smallest(engine: Path, case: Dict[str, Any], kind: str, folder: Path) -> Dict[str, Any]:
    """The case without everything that the violation does not need."""
    while True:
        for smaller in tiny_platforms.simpler(case):
            if _breaks(engine, smaller, folder, kind):
                case = smaller
                break
        else:
            return case


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="build tree, such as build/release")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="write the failing files there, as found")
    parser.add_argument("--no-minimise", action="store_true")
    given = parser.parse_args()
    engine = laws.engine_of(given.build.resolve())
    tally: Dict[str, int] = collections.Counter()
    shown: Dict[str, int] = collections.Counter()
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(given.jobs) as pool:

        def one(seed: int) -> Tuple[int, laws.Outcome]:
            return seed, try_case(engine, tiny_platforms.random_case(seed), Path(scratch) / str(seed % 64) / str(seed))

        for seed, outcome in pool.map(one, range(given.first, given.first + given.count)):
            tally["refused" if outcome.refused else "broke a law" if outcome.broken else "obeyed"] += 1
            if not outcome.broken:
                continue
            print(f"seed {seed}:")
            for sentence in outcome.broken:
                print(f"  {sentence}")
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                text = tiny_platforms.text_of(tiny_platforms.random_case(seed))
                (given.keep / f"seed{seed}.txtpb").write_text(text + "\n", encoding="utf-8")
            for kind in outcome.kinds:
                shown[kind] += 1
                if given.no_minimise or shown[kind] > 3:
                    continue
                case = smallest(engine, tiny_platforms.random_case(seed), kind, Path(scratch) / "smaller")
                print(f"  the smallest that breaks \"{kind}\":\n{tiny_platforms.text_of(case, 2)}", flush=True)
    print(", ".join(f"{number} {what}" for what, number in sorted(tally.items())))
    return 1 if tally["broke a law"] else 0


if __name__ == "__main__":
    sys.exit(main())
