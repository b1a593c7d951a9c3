# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Python front share: the fake engine, an experiment file, a sample result."""

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY / "pybind"), str(REPOSITORY / "tests" / "support")]

import front  # noqa: E402
from front import ENTRIES, QUICKSTART, ROOT, SUPPORT  # noqa: E402
from sample_result import write_sample  # noqa: E402


@pytest.fixture(autouse=True)
def fake_engine(monkeypatch, tmp_path):
    """Every test runs in a folder of its own, against the fake engine; returns the log of its runs."""
    log = tmp_path / "runs.log"
    monkeypatch.setenv("SIOVSIM_ENGINE", str(SUPPORT / "fake_engine.py"))
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(log))
    monkeypatch.chdir(tmp_path)
    return log


@pytest.fixture
def experiment(tmp_path):
    """An experiment file: whole, for the points of sweeps are made by the real engine."""
    path = tmp_path / "sample.txtpb"
    path.write_text(f'include: "{QUICKSTART}"\nexperiment_name: "sample"\n', encoding="utf-8")
    return path


@pytest.fixture
def sweep_file(tmp_path, experiment):
    """A sweep over two axes and two seeds: 8 points."""
    path = tmp_path / "demo.txtpb"
    path.write_text(
        f"""
sweep_name: "demo"
experiment_file: "{experiment.name}"
axes {{ path: "{ENTRIES}" values: "64" values: "128" }}
axes {{ path: "workload.tenants" values: "16" values: "32" }}
seeds: 1
seeds: 2
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A sample result folder; tests must not change it."""
    folder = tmp_path_factory.mktemp("sample") / "sample"
    write_sample(folder)
    return folder


@pytest.fixture
def runs(fake_engine):
    """The run ids the fake engine has started so far."""
    return lambda: fake_engine.read_text(encoding="utf-8").split() if fake_engine.exists() else []


@pytest.fixture
def siovsim(tmp_path):
    """Runs the command line in a process of its own."""

    def call(*words, **options):
        return front.siovsim(*words, cwd=tmp_path, timeout=600, **options)

    return call
