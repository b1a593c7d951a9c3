# SPDX-License-Identifier: Apache-2.0
"""siovsim: what many tenants sharing one I/O device through Scalable I/O Virtualization experience.

    import siovsim as sv
    exp = sv.load("configs/experiments/quickstart.txtpb")
    exp.set("nodes[name=dsa0].endpoint.atc.entries", 256)
    res = sv.run(exp)
    res.summary["job.latency.p99_ns"]
    frame = sv.sweep("configs/sweeps/atc_size.txtpb", executor=sv.local(jobs=2))
"""

from siovsim.errors import InputError, Interrupted, RunError, SiovsimError
from siovsim.experiment import Experiment, load
from siovsim.result import Result
from siovsim.running import run, run_here
from siovsim.sweep import Sweep, local, sweep

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
