# SPDX-License-Identifier: Apache-2.0
"""Every combination of least and infinite credit pools, under everything a device sends: no run may stand still.

Reads of several completions, writes, deferrable writes, translation and page requests, invalidations and interrupts, on
platforms drawn anew for every run. credit_pools.py BUILD [--count N] [--first N] [--jobs J]: 64 runs are a combination each.
"""

import argparse
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Iterable, Iterator, Tuple

SEAM = Path(__file__).resolve().parents[1] / "seam"
# By bit of a combination, with what its largest packet takes; None: of data, so what the payload takes.
POOLS = (
    ("posted_header", 1),
    ("posted_data", None),
    ("nonposted_header", 1),
    ("nonposted_data", 4),
    ("completion_header", 1),
    ("completion_data", None),
)
COMBINATIONS = 1 << len(POOLS)
NOT_UPSTREAM = ("nonposted_data", "completion_data")  # devices send no such data


def credits_of(combination: int, payload: int, upstream: bool) -> str:
    """The pools of a direction: those of the combination as small as they may be, the others infinite."""
    words = []
    for bit, (name, least) in enumerate(POOLS):
        if not (upstream and name in NOT_UPSTREAM):
            words.append(f"{name}: {(least or payload // 16) if combination >> bit & 1 else 0}")
    return "{ " + " ".join(words) + " }"


def case_of(number: int) -> str:
    """The experiment of a run; its combination is the number modulo 64."""
    draw = random.Random(number)
    payload = draw.choice((128, 256))
    return f"""# proto-message: siovsim.Experiment
experiment_name: "credit_pools"
platform_file: "{SEAM}/platform.txtpb"
platform {{
  links {{
    name: "rp0-dsa0"
    pcie {{
      generation: {draw.choice((3, 5, 6))} lanes: {draw.choice((1, 4, 16))}
      max_payload_bytes: {payload} max_read_request_bytes: {draw.choice((256, 512, 4096))}
      credit_return_ns: {draw.choice((0, 100, 900))}
      upstream {credits_of(number % COMBINATIONS, payload, True)}
      downstream {credits_of(number % COMBINATIONS, payload, False)}
    }}
  }}
  nodes {{
    name: "dsa0"
    endpoint {{
      port {{ tags: {draw.choice((1, 3, 32))} posted_queue: {draw.choice((1, 4, 512))} }}
      engine {{ jobs_per_engine: {draw.choice((1, 4, 16))} read_buffers: {draw.choice((2, 8, 64))} }}
      atc {{ entries: {draw.choice((0, 4, 64))} ways: 0 outstanding_requests: {draw.choice((1, 4))} }}
    }}
  }}
}}
workload {{
  workload_name: "credit_pools"
  tenant_classes {{
    name: "copies" tenants: 4 endpoint: "dsa0" queues: "shared" wants_interrupt: true
    jobs {{ op: MOVE size_bytes: {draw.choice((64, 700, 5000))} }}
    working_set_bytes: 262144 address_space {{ resident_fraction: {draw.choice((0.4, 0.9))} }}
  }}
  tenant_classes {{
    name: "writes" tenants: 3 endpoint: "dsa0" queues: "shared" jobs {{ op: WRITE size_bytes: {draw.choice((64, 4096))} }}
    working_set_bytes: 65536 mapping: STREAMING
  }}
  tenant_classes {{
    name: "own" tenants: 1 endpoint: "dsa0" queues: "dedicated" jobs {{ op: MOVE size_bytes: {draw.choice((64, 1024))} }}
    working_set_bytes: 65536 address_space {{ resident_fraction: 0.9 }}
  }}
}}
run {{ seed: {number} job_limit: 60 stall_limit_us: 20000 }}
"""


def run_all(
    program: Path, numbers: Iterable[int], case_of_run: Callable[[int], str] = case_of
) -> Iterator[Tuple[int, str]]:
    """Runs them one after the other in one process's copies; what was broken by each, nothing if all is well."""
    environment = {"SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1", "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        [str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=environment, bufsize=1
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for number in numbers:
            case = case_of_run(number)
            process.stdin.write(f"{number} {len(case)}\n{case}\n")
            process.stdin.flush()
            name, tab, broken = process.stdout.readline().rstrip("\n").partition("\t")
            if not tab or name != str(number):
                raise SystemExit(f"{program.name} ended at run {number}")
            yield number, broken


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="build tree, such as build/release")
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    program = given.build.resolve() / "tests" / "random" / "siov_run_many"
    last = given.first + given.count
    shares = [range(given.first + job, last, given.jobs) for job in range(given.jobs)]

    def share(numbers: range) -> int:
        bad = 0
        for number, broken in run_all(program, numbers):
            if broken:
                bad += 1
                print(f"run {number}: {broken}", flush=True)
        return bad

    with ThreadPoolExecutor(given.jobs) as pool:
        bad = sum(pool.map(share, shares))
    print(f"{given.count} runs, {bad} violations")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
