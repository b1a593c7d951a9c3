# SPDX-License-Identifier: Apache-2.0
"""Which small changes of the product does no test notice?

Mutants are made of the resolver (a latency read from its neighbour, directions swapped, a field not read, a condition
negated, arms swapped, a unit dropped...) and of the blocks. They are all compiled into copies of the test binaries once,
each behind a switch; then each is switched on for the tests that come by it, cheapest first, until one fails. What
survives is printed with file, line and change. Exit 1 if fewer than --require percent are killed.

Mutants that do not compile, and those of equivalent.txt that change nothing anybody could see, are counted apart.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List, Set

from build import MutantBuild
from kill import Runner, Test
from mutants import Mutant, mutants_of

ROOT = Path(__file__).resolve().parents[2]
# Room: sources (without those after "!"), and the binaries whose tests may notice. Unit binaries first; "!": one process
# for each test.
ROOMS = {
    "resolver": (["platforms/resolve/*.cpp", "platforms/config/*.cpp"],
                 ["siov_config_tests", "siov_knob_tests!", "siov_seam_tests!", "siov_law_tests!", "siov_replay_tests!",
                  "siov_platform_tests!"]),
    "cores": (["models/*/*_core.cpp"],
              ["siov_unit_tests", "siov_differential_tests!", "siov_module_tests!", "siov_seam_tests!",
               "siov_conformance_tests!", "siov_law_tests!", "siov_platform_tests!"]),
    "shells": (["models/*/*.cpp", "!models/*/*_core.cpp"],
               ["siov_unit_tests", "siov_config_tests", "siov_differential_tests!", "siov_module_tests!",
                "siov_seam_tests!", "siov_conformance_tests!", "siov_platform_tests!", "siov_law_tests!"]),
}


def equivalents(file: Path) -> Dict[tuple, str]:
    """Annotated mutants: FILE | original | mutant | reason."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, original, text, reason = (part.strip() for part in line.split(" | "))
            found[(name, original, text)] = reason
    return found


def sources(room: str) -> Set[str]:
    """The room's files, without what a pattern that begins with ! takes out."""
    found: Set[str] = set()
    for pattern in ROOMS[room][0]:
        files = {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern.lstrip("!")) if "/trace/" not in str(path)}
        found = found - files if pattern.startswith("!") else found | files
    return found


def choose(arguments: argparse.Namespace) -> List[Mutant]:
    """The mutants of this run, numbered from 1 on."""
    chance = random.Random(arguments.seed)
    files = sorted(set().union(*(sources(room) for room in arguments.room)))
    if arguments.only:
        files = [file for file in files if any(part in file for part in arguments.only)]
    if arguments.files and arguments.files < len(files):
        files = sorted(chance.sample(files, arguments.files))
    found = [one for file in files for one in mutants_of(file, (ROOT / file).read_text(encoding="utf-8"))]
    if arguments.sample and arguments.sample < len(found):
        found = [found[index] for index in sorted(chance.sample(range(len(found)), arguments.sample))]
    for number, one in enumerate(found, 1):
        one.id = number
    return found


def options(words: List[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/mutate.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--room", action="append", choices=sorted(ROOMS), help="what is mutated; may be repeated")
    parser.add_argument("--only", action="append", metavar="PART", help="only files whose path contains this")
    parser.add_argument("--files", type=int, metavar="N", help="mutate N files drawn at random")
    parser.add_argument("--sample", type=int, metavar="N", help="N mutants drawn at random; all by default")
    parser.add_argument("--seed", type=int, default=1, help="of the draws (1)")
    parser.add_argument("--require", type=float, default=0, metavar="PERCENT", help="exit 1 below this share of kills")
    parser.add_argument("--tests", type=int, default=400, metavar="N", help="tests tried against one mutant (400)")
    parser.add_argument("--slowest", type=float, default=10, metavar="SECONDS", help="leave slower tests out (10)")
    parser.add_argument("--binaries", action="append", metavar="NAME", help="only these test binaries")
    parser.add_argument("--tree", type=Path, default=ROOT / "build" / "release", help="the finished build tree")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilations and tests at a time")
    parser.add_argument("--list", action="store_true", help="only print the mutants")
    chosen = parser.parse_args(words)
    chosen.room = chosen.room or ["resolver", "cores"]
    chosen.tree = chosen.tree.resolve()
    return chosen


def show(one: Mutant, verdict: str) -> str:
    """A mutant as a difference."""
    old, new = " ".join(one.original.split()), " ".join(one.text.split())
    return f"{verdict}: {one.file}:{one.place.line} ({one.kind})\n  - {old}\n  + {new}"


def run(arguments: argparse.Namespace, folder: Path) -> int:
    started = time.monotonic()
    mutants = choose(arguments)
    if arguments.list:
        print("\n".join(show(one, str(one.id)) for one in mutants))
        return 0
    known = equivalents(Path(__file__).parent / "equivalent.txt")
    same = [one for one in mutants if one.key in known]
    by_file: Dict[str, List[Mutant]] = {}
    for one in mutants:
        if one.key not in known:
            by_file.setdefault(one.file, []).append(one)
    build = MutantBuild(ROOT, arguments.tree, folder, arguments.jobs)
    bad = build.compile(by_file)
    names = list(dict.fromkeys(name for room in arguments.room for name in ROOMS[room][1]))
    runner, tests = Runner(ROOT, folder, arguments.jobs), []  # type: Runner, List[Test]
    for name in names:
        target = name.rstrip("!")
        built = any(arguments.tree.glob(f"tests/*/{target}"))
        if built and (not arguments.binaries or target in arguments.binaries):
            tests += runner.list_tests(build.link(target), name.endswith("!"))
    print(f"{len(mutants)} mutants of {len(by_file)} files, {len(bad)} do not compile, {len(same)} are equivalent; "
          f"built after {time.monotonic() - started:.0f} s", flush=True)
    good = runner.trace_all(tests, arguments.slowest)
    left = len(tests) - len(good)
    print(f"{len(good)} tests of {len({one.binary for one in good})} binaries traced after "
          f"{time.monotonic() - started:.0f} s" + (f"; {left} fail or are too slow and are left out" if left else ""),
          flush=True)
    alive = [one for ones in by_file.values() for one in ones if one.id not in bad]
    reached = set().union(*(one.reached for one in good)) if good else set()
    killed = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for one, killer in zip(alive, pool.map(lambda one: runner.killer(one.id, good, arguments.tests), alive)):
            killed += killer is not None
            if killer is None:
                print(show(one, "survived" if one.id in reached else "never reached"), flush=True)
    share = 100.0 * killed / len(alive) if alive else 100.0
    print(f"{killed} of {len(alive)} mutants killed: {share:.1f} % (seed {arguments.seed}, "
          f"{time.monotonic() - started:.0f} s)")
    return int(share < arguments.require or not alive)


def main(words: List[str]) -> int:
    arguments = options(words)
    folder = Path(tempfile.mkdtemp(prefix="siov-mutants-"))
    try:
        return run(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
