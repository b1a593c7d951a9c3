# SPDX-License-Identifier: Apache-2.0
"""siovsim: what many tenants sharing one I/O device through Scalable I/O Virtualization experience.

    import siovsim as sv
    exp = sv.load("configs/experiments/quickstart.txtpb")
    exp.set("nodes[name=dsa0].endpoint.atc.entries", 256)
    res = sv.run(exp)
    res.summary["job.latency.p99_ns"]
    frame = sv.sweep("configs/sweeps/atc_size.txtpb", executor=sv.local(jobs=2))
"""

import sys

if sys.argv[:1] == ["-m"]:  # python -m siovsim; the imports below take most of the time until the command begins
    from siovsim.base import starting

    starting.end_at_interrupts()

from siovsim.base.errors import InputError, Interrupted, RunError, SiovsimError  # noqa: E402
from siovsim.engine.experiment import Experiment, load  # noqa: E402
from siovsim.runs.result import Result  # noqa: E402
from siovsim.runs.running import run, run_here  # noqa: E402
from siovsim.sweeps.executors import local  # noqa: E402
from siovsim.sweeps.plan import Sweep  # noqa: E402
from siovsim.sweeps.running import sweep  # noqa: E402

__all__ = [
    "Experiment",
    "InputError",
    "Interrupted",
    "Result",
    "RunError",
    "SiovsimError",
    "Sweep",
    "load",
    "local",
    "run",
    "run_here",
    "sweep",
]
