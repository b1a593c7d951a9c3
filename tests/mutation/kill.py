# SPDX-License-Identifier: Apache-2.0
"""Runs tests against mutants: which tests come by a mutant at all, and whether one of them notices it."""

import mmap
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Set

_MOST = 65536


@dataclass
class Test:
    """One test of one binary."""

    binary: Path
    name: str
    alone: bool  # needs a process of its own: SystemC elaborates once
    seconds: float = 0.0
    reached: Set[int] = field(default_factory=set)
    kills: int = 0


class Runner:
    """Runs tests with a mutant switched on."""

    def __init__(self, root: Path, folder: Path, jobs: int) -> None:
        self.root, self.folder, self.jobs = root, folder, jobs

    def _run(self, binary: Path, names: List[str], timeout: float, **variables: str) -> Optional[int]:
        """Exit code; None when it took too long."""
        environment = {**os.environ, "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1", "GTEST_FAIL_FAST": "1",
                       "SIOV_DIFFERENTIAL_ACCESSES": "20000", **variables}
        environment.pop("SIOV_STAT_COVERAGE_DIR", None)
        try:
            return subprocess.run([str(binary), f"--gtest_filter={':'.join(names)}"], cwd=self.root, env=environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  timeout=timeout, check=False).returncode
        except subprocess.TimeoutExpired:
            return None

    def list_tests(self, binary: Path, alone: bool) -> List[Test]:
        said = subprocess.run([str(binary), "--gtest_list_tests"], cwd=self.root, capture_output=True, text=True,
                              check=True).stdout
        found, suite = [], ""
        for line in said.splitlines():
            name = line.split("#")[0].rstrip()
            if line.startswith("  "):
                if "DISABLED_" not in name:
                    found.append(Test(binary, suite + name.strip(), alone))
            elif name.endswith("."):
                suite = name
        return found

    def trace(self, test: Test, limit: float) -> bool:
        """Runs a test without a mutant and notes what it comes by; False if it fails or takes longer than ``limit``."""
        path = self.folder / f"reached-{os.getpid()}-{abs(hash((str(test.binary), test.name)))}"
        path.write_bytes(bytes(_MOST))
        started = time.monotonic()
        code = self._run(test.binary, [test.name], limit, SIOV_MUTATION_REACHED=str(path))
        test.seconds = time.monotonic() - started
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as map_:
            test.reached = {index for index, value in enumerate(map_[:]) if value}
        path.unlink()
        return code == 0

    def trace_all(self, tests: List[Test], limit: float) -> List[Test]:
        """The tests that pass in time, with what they come by."""
        with ThreadPoolExecutor(self.jobs) as pool:
            return [test for test, good in zip(tests, pool.map(lambda one: self.trace(one, limit), tests)) if good]

    def killer(self, mutant: int, tests: List[Test], most: int) -> Optional[str]:
        """Name of a test that notices the mutant; None: none of ``most`` does. The cheapest, the most particular and those
        that have noticed others come first."""
        able = sorted((one for one in tests if mutant in one.reached),
                      key=lambda one: (one.seconds * (1 + len(one.reached)) ** 0.5 / (1 + one.kills) ** 2, one.name))
        batch: Dict[Path, List[Test]] = {}
        for test in able[:most]:
            if not test.alone:
                batch.setdefault(test.binary, []).append(test)
        for binary, ones in batch.items():
            names = [one.name for one in ones]
            for first in range(0, len(names), 40):
                timeout = 5 + 10 * sum(one.seconds for one in ones[first : first + 40])
                if self._run(binary, names[first : first + 40], timeout, SIOV_MUTANT=str(mutant)) != 0:
                    return f"{binary.name} ({names[first]} or one of its neighbours)"
        for test in able[:most]:
            if test.alone and self._run(test.binary, [test.name], 5 + 10 * test.seconds, SIOV_MUTANT=str(mutant)) != 0:
                test.kills += 1
                return test.name
        return None
