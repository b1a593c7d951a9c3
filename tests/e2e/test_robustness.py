# SPDX-License-Identifier: Apache-2.0
"""The engine on bad input, bad disks and bad moments: one clear sentence, the right exit code, nothing lost."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import ROOT

from siovsim import paths

TRACE = ROOT / "traces" / "nvme_randread4k_strict.siovtrace"

EXPERIMENT = """\
experiment_name: "small"
platform_file: "{root}/configs/platforms/minimal.txtpb"
workload {{
  tenant_classes {{ name: "copies" tenants: 16 endpoint: "dsa0" queues: "swq0" jobs {{ op: MOVE size_bytes: 4096 }} }}
}}
run {{ seed: 7 job_limit: 2000 }}
"""


class Bench:
    """A folder to work in, and the engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("small.txtpb", EXPERIMENT.format(root=ROOT))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def start(self, *words: object, **options: object) -> "subprocess.Popen[str]":
        return subprocess.Popen([str(paths.engine_binary()), *map(str, words)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", **options)

    def call(self, *words: object, **options: object):
        process = self.start(*words, **options)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    def run(self, *words: object, file: str = "small.txtpb", **options: object):
        """Exit code and what was said on standard error."""
        code, _, errors = self.call("run", file, "--quiet", *words, **options)
        return code, errors

    def summary(self, out: str):
        return json.loads((self.folder / out / "summary.json").read_text())


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture
def small_disk(tmp_path):
    """Mounts disks of a given size, and unmounts them."""
    mounted = []

    def mount(size: int) -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, text=True)
        if made.returncode != 0:
            pytest.skip(f"this machine does not let tests mount a tmpfs: {made.stderr.strip()}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def names(folder: Path):
    return sorted(entry.name for entry in folder.iterdir())


def files(folder: Path, *but: str):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in but}


def edited(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_run_leaves_one_complete_folder(bench):
    assert bench.run("--out", "out") == (0, "")
    assert names(bench.folder / "out") == ["DONE", "bands.csv", "histograms.h5", "resolved.txtpb", "speed.json", "stages.csv",
                                           "structures.csv", "summary.json", "tenants.csv"]
    summary = bench.summary("out")
    assert summary["metrics"]["job.completed"] == 2000 and not summary["run"]["partial"]
    assert summary["conservation"] == {"jobs_checked": 2000, "violations": 0}
    assert (bench.folder / "out" / "DONE").read_text() == summary["run"]["run_id"] + "\n"


# ---- wrong configurations: (what is replaced, by what, the sentence) ----

WRONG = {
    "unknown field": ("job_limit: 2000", "job_limits: 2000", ""),
    "wrong type": ("job_limit: 2000", 'job_limit: "many"', ""),
    "out of range": ("tenants: 16", "tenants: 2000000", ""),
    "dangling reference": ('endpoint: "dsa0"', 'endpoint: "dsa1"', ""),
    "syntax error": ("run {", "run {{", ""),
}
