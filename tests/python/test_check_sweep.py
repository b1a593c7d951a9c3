# SPDX-License-Identifier: Apache-2.0
"""check refuses of a sweep file all that sweep refuses, with the same sentence."""

import pytest
from front import ENTRIES

AXIS = f'path: "{ENTRIES}"'
REFUSED = {
    "range of no numbers": f"axes {{ {AXIS} range {{ from: nan to: 2 step: 1 }} }}",
    "infinite range": f"axes {{ {AXIS} range {{ from: 1 to: inf step: 1 }} }}",
    "huge range": f"axes {{ {AXIS} range {{ from: 0 to: 1e18 step: 0.5 }} }}",
    "negative log_range": f"axes {{ {AXIS} log_range {{ from: -1 to: 2 count: 4 }} }}",
    "huge log_range": f"axes {{ {AXIS} log_range {{ from: 1 to: 2 count: 4000000000 }} }}",
    "huge product": " ".join(f'axes {{ path: "a{n}" range {{ from: 1 to: 1000 step: 1 }} }}' for n in range(4)),
    "label of a metric": f'axes {{ {AXIS} values: "64" label: "job.latency.p99_ns" }}',
    "label of a column": f'axes {{ {AXIS} values: "64" label: "status" }}',
    "label that is a formula": f'axes {{ {AXIS} values: "64" label: "=1+1" }}',
    "name of a value that is a formula": f'axes {{ {AXIS} values: "64" value_names: "@A1" }}',
    "metric over another column": f'axes {{ {AXIS} values: "64" }} metrics {{ name: "job.completed" of: "x.y" }}',
    "tolerance of no number": f'axes {{ {AXIS} values: "64" }} answers {{ axis: "entries" metric: "job.completed" tolerance: nan }}',
    "value twice": f'axes {{ {AXIS} values: ["64", "32", "64.0"] }}',
    "value twice in a group": f'axes {{ {AXIS} values: ["64", "64"] zip_group: "g" }} axes {{ path: "run.seed" values: ["1", "1"] zip_group: "g" }}',
    "range of equal neighbours": f"axes {{ {AXIS} range {{ from: 1e15 to: 1000000000000001 step: 0.01 }} }}",
    "seed twice": f'axes {{ {AXIS} values: "64" }} seeds: 3 seeds: 3',
    "no axis": "seeds: 1 seeds: 1",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_check_refuses_what_sweep_refuses(siovsim, experiment, tmp_path, kind):
    (tmp_path / "s.txtpb").write_text(f'sweep_name: "s" experiment_file: "{experiment.name}" {REFUSED[kind]}')
    swept, checked = siovsim("sweep", "s.txtpb"), siovsim("check", "s.txtpb")
    assert swept.returncode == checked.returncode == 2
    assert swept.stderr.count("\n") == 1 and swept.stderr.removeprefix("siovsim: ") in checked.stderr
    assert "Traceback" not in swept.stderr + checked.stderr and not (tmp_path / "results").exists()


def test_check_refuses_a_name_that_sweep_refuses(siovsim, experiment, tmp_path):
    (tmp_path / "s.txtpb").write_text(f'sweep_name: "../s" experiment_file: "{experiment.name}" axes {{ {AXIS} values: "64" }}')
    for command in ("sweep", "check"):
        done = siovsim(command, "s.txtpb")
        assert done.returncode == 2 and "sweep_name = '../s': must be 1 to 100 letters" in done.stderr


def test_check_accepts_what_sweep_accepts(siovsim, sweep_file):
    assert siovsim("check", sweep_file).returncode == 0
    assert siovsim("sweep", sweep_file, "--quiet", "--max-runs", 1).returncode == 0
