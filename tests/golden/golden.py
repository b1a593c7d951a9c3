# SPDX-License-Identifier: Apache-2.0
"""Small experiments with their results kept beside: what they are, how they are measured, and how they are rewritten.

The cases draw no number through a function of the mathematical library, whose last digit differs between processors.
"""
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path.insert(0, str(ROOT / "pybind"))

from siovsim.base import paths  # noqa: E402

CASES: Dict[str, list] = {
    "unloaded": ["configs/experiments/unloaded.txtpb"],
    "pcie_bench_read64": ["configs/experiments/pcie_bench_read64.txtpb", "--set", "run.job_limit=5000"],
    "quickstart": ["configs/experiments/quickstart.txtpb", "--set", "workload.replay.jobs_per_tenant=32"],
}


def measure(case: str) -> Dict[str, Any]:
    """Runs a case and returns what is kept of it: everything but what changes with every version."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        subprocess.run([str(paths.engine_binary()), "run", *CASES[case], "--quiet", "--out", str(out)], cwd=ROOT, check=True)
        summary = json.loads((out / "summary.json").read_text())
        with open(out / "stages.csv", newline="") as file:
            stages = {row["stage"]: float(row["mean_ns"]) for row in csv.DictReader(file)}
    return {
        "sim_time_ns": summary["run"]["sim_time_ns"],
        "metrics": summary["metrics"],
        "stage_mean_ns": {stage: mean for stage, mean in stages.items() if mean},
        "bound_jobs_per_s": summary["bound"]["jobs_per_s"],
        "verdict": summary["verdict"]["sentences"],
    }


def golden_file(case: str) -> Path:
    return FOLDER / f"{case}.json"


def main() -> None:
    for case in CASES:
        golden_file(case).write_text(json.dumps(measure(case), indent=2) + "\n")
        print(f"rewrote {golden_file(case).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
