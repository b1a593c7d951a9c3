# SPDX-License-Identifier: Apache-2.0
"""No block looks at whom a packet is for: with that blank (SIOV_BLANK_IDENTITIES) every run comes to the same results.

Hardware decides by requester id, PASID, address, handle and descriptor. Jobs and tenants travel along for the ledger and
the statistics (models/protocol/carried.h); here everything that asks for them elsewhere finds none. That this would be
noticed is shown in tests/module/iommu/blanking_test.cpp, by a block that does ask.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List, Optional, Sequence

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import tiny_platforms  # noqa: E402  (the path must be known first)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(os.environ.get("SIOVSIM_BUILD", ROOT / "build" / "release"))
ENGINE = BUILD / "platforms" / "siovsim-engine"
PLATFORMS = 60
JOBS = 2000
# How long it took, and the list of files with their sums.
OF_THE_MACHINE = ("speed.json", "DONE")


def shipped() -> List[Path]:
    """Every experiment of the tree that needs no model from outside."""
    folders = ("experiments", "bench", "validation/*")
    files = [file for folder in folders for file in sorted((ROOT / "configs").glob(f"{folder}/*.txtpb"))]
    files += sorted((ROOT / "tests" / "seam").glob("*.txtpb")) + sorted((ROOT / "tests" / "knobs").glob("bases/*.txtpb"))
    files += sorted((HERE / "found").glob("*.txtpb"))
    return [file for file in files if "outside" not in file.name and "siovsim.Experiment" in file.read_text("utf-8")]


def results(file: Path, folder: Path, blank: bool, overrides: Sequence[str]) -> Optional[Dict[str, bytes]]:
    """All files of a run's results; none if the configuration is refused."""
    environment = {"SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1", "PATH": "/usr/bin:/bin"}
    if blank:
        environment["SIOV_BLANK_IDENTITIES"] = "1"
    words = [str(ENGINE), "run", str(file), "--out", str(folder)]
    for override in overrides:
        words += ["--set", override]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == 2 and not blank:
        return None
    assert done.returncode in (0, 1), f"{file.name}{' blank' if blank else ''}: {done.stderr[-500:]}"
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in OF_THE_MACHINE}


def differences(file: Path, folder: Path, overrides: Sequence[str] = ()) -> Optional[str]:
    """What differs between the two runs of a file; none if it is refused."""
    plain = results(file, folder / "plain", False, overrides)
    if plain is None:
        return None
    blank = results(file, folder / "blank", True, overrides)
    names = [name for name in sorted({*plain, *blank}) if plain.get(name) != blank.get(name)]
    return f"{file.name}: {', '.join(names)}" if names else ""


def test_shipped_experiments_do_not_look_at_jobs_and_tenants(tmp_path: Path) -> None:
    def one(numbered):
        number, file = numbered
        return differences(file, tmp_path / str(number), [f"run.job_limit={JOBS}"])

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, enumerate(shipped())))
    assert not [what for what in found if what], found
    assert len([what for what in found if what is not None]) >= 25


def test_random_platforms_do_not_look_at_jobs_and_tenants(tmp_path: Path) -> None:
    def one(seed: int) -> Optional[str]:
        folder = tmp_path / str(seed)
        folder.mkdir()
        file = folder / "case.txtpb"
        text = tiny_platforms.text_of(tiny_platforms.random_case(seed))
        file.write_text("# proto-message: siovsim.Experiment\n" + text + "\n", encoding="utf-8")
        return differences(file, folder)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, range(1, PLATFORMS + 1)))
    assert not [what for what in found if what], found
    assert len([what for what in found if what is not None]) > PLATFORMS // 2


@pytest.mark.parametrize("layer", ["seam", "conformance"])
def test_whole_platforms_keep_to_their_tests(layer: str) -> None:
    """What those tests assert holds with everything blank, too: exact counts, refusals, faults, exits."""
    program = BUILD / "tests" / layer / f"siov_{layer}_tests"
    if not program.is_file():
        pytest.skip(f"{program.name} is not built")
    environment = {**os.environ, "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1", "SIOV_BLANK_IDENTITIES": "1"}
    listed = subprocess.run([str(program), "--gtest_list_tests"], capture_output=True, text=True, check=True, cwd=ROOT)
    names: List[str] = []
    suite = ""
    for line in listed.stdout.splitlines():
        name = line.split("#")[0].rstrip()
        if not line.startswith(" "):
            suite = name if name.endswith(".") else ""
        elif suite:
            names.append(suite + name.strip())

    def one(name: str) -> str:
        words = [str(program), f"--gtest_filter={name}"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT, env=environment)
        return "" if done.returncode == 0 else name

    with ThreadPoolExecutor(2) as pool:
        broken = [name for name in pool.map(one, names) if name]
    assert not broken
    assert len(names) > 50
