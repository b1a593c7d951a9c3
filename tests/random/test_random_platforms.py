# SPDX-License-Identifier: Apache-2.0
"""Random tiny platforms, files that once broke a law, and the shipped experiments, against the laws of laws.py.

More platforms: random_platforms.py build/release --count 10000.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import credit_pools  # noqa: E402  (the path must be known first)
import laws  # noqa: E402  (the path must be known first)
import random_platforms  # noqa: E402
import tiny_platforms  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENGINE = laws.engine_of(Path(os.environ.get("SIOVSIM_BUILD", ROOT / "build" / "release")))
MANY = Path(os.environ.get("SIOVSIM_BUILD", ROOT / "build" / "release")) / "tests" / "random" / "siov_run_many"
PLATFORMS = 300
SHIPPED = sorted((ROOT / "configs" / "experiments").glob("*.txtpb"))
# Runs of a few thousand jobs: they are repeated in the modes that must not change anything.
SHORT = ("fault_storm", "invalidation_storm", "pcie_bench_read64", "streaming_read4k", "unloaded")


def test_random_platforms_obey_the_laws(tmp_path: Path) -> None:
    def one(seed: int) -> str:
        outcome = random_platforms.try_case(ENGINE, tiny_platforms.random_case(seed), tmp_path / str(seed))
        return "refused" if outcome.refused else "\n".join(f"seed {seed}: {what}" for what in outcome.broken)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(one, range(1, PLATFORMS + 1)))
    broken = [outcome for outcome in outcomes if outcome not in ("", "refused")]
    assert not broken, "\n".join(broken)
    # A generator whose platforms are refused would test the checker only.
    assert outcomes.count("refused") < PLATFORMS // 3


def test_no_combination_of_least_and_infinite_credit_pools_stands_still() -> None:
    runs = list(credit_pools.run_all(MANY, range(credit_pools.COMBINATIONS)))
    assert len(runs) == credit_pools.COMBINATIONS
    bad = [f"run {number}: {broken}" for number, broken in runs if broken]
    assert not bad, "\n".join(bad)


def test_a_run_that_breaks_a_law_is_told_of() -> None:
    """A file that is refused, and a run that is over before its jobs are."""
    cut = credit_pools.case_of(0).replace("job_limit: 60", "job_limit: 60 duration_us: 1")
    (_, refused), (_, short) = credit_pools.run_all(MANY, range(2), ("platform_file: 1", cut).__getitem__)
    assert refused.startswith("refused: ")
    assert "job limit: " in short


@pytest.mark.parametrize("file", sorted((HERE / "found").glob("*.txtpb")), ids=lambda file: file.stem)
def test_what_once_broke_a_law_obeys_it(file: Path, tmp_path: Path) -> None:
    outcome = laws.violations(ENGINE, file, tmp_path)
    assert not outcome.refused
    assert not outcome.broken


@pytest.mark.parametrize("file", sorted((HERE / "refused").glob("*.txtpb")), ids=lambda file: file.stem)
def test_check_refuses_what_no_run_could_do(file: Path, tmp_path: Path) -> None:
    """The sentence that must come is in a comment of the file."""
    comment = "# refused: "
    lines = file.read_text(encoding="utf-8").splitlines()
    (expected,) = [line[len(comment) :] for line in lines if line.startswith(comment)]
    outcome = laws.violations(ENGINE, file, tmp_path)
    assert expected in outcome.refused


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_experiments_obey_the_laws(file: Path, tmp_path: Path) -> None:
    outcome = laws.violations(ENGINE, file, tmp_path, laws.SAME_RESULTS if file.stem in SHORT else ())
    assert not outcome.refused
    assert not outcome.broken
