# SPDX-License-Identifier: Apache-2.0
"""Programs that bring models of their own, as users build them: against an installation, by find_package."""

import os
import subprocess

import pytest
from front import ROOT

import siovsim as sv

BUILD = os.environ["SIOVSIM_BUILD"]
EXAMPLE = ROOT / "examples" / "dram_banks"
FILE = EXAMPLE / "dram_banks.txtpb"
COPIES = "workload.tenant_classes[name=copies]."
# One tenant that uses three pages, measured when they are known and their rows open.
ALONE = [COPIES + "tenants=1", COPIES + "working_set_bytes=4096", "run.job_limit=2000", "run.warmup_us=100"]


def call(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    call("cmake", "--install", BUILD, "--prefix", folder / "siovsim")
    call("cmake", "-S", EXAMPLE, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={folder / 'siovsim'}")
    call("cmake", "--build", folder / "build")
    return folder / "build" / "dram_banks"


def run(program, *arguments):
    lines = call(program, FILE, *arguments).splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines if line.count(" ") == 1)}


def flat(nanoseconds, banks=4096):
    """A DRAM that takes the same time for everything, with so many banks that nobody waits for another."""
    return ["--hit", nanoseconds, "--miss", nanoseconds, "--banks", banks]


def test_alone_a_job_takes_what_it_takes_with_a_memory_of_that_latency(program, tmp_path):
    inside = ['nodes[name=mem0]={name: "mem0" memory { residency: ALL_LLC llc_latency_ns: 15 }}']
    expected = sv.run(sv.Experiment(FILE, [*ALONE, *inside]), out=tmp_path / "inside").summary
    opened = run(program, *ALONE, "--banks", 4096)  # every row stays open: hits
    for metric in ("job.latency.mean_ns", "job.latency.max_ns"):
        assert opened[metric] == pytest.approx(expected[metric], rel=1e-9)
    # Two accesses follow each other in a job: the data is read, then it and the record are written.
    slower = run(program, *ALONE, *flat(45))
    assert slower["job.latency.mean_ns"] - opened["job.latency.mean_ns"] == pytest.approx(60, abs=1e-6)


def test_loosely_and_approximately_timed_give_the_same_results(program):
    # So few that no answer comes in the very instant of something else: the kernel has its own order within one.
    few = [COPIES + "tenants=8", "run.job_limit=5000"]
    loose = run(program, *few)
    assert loose["misses"] > 1000 and loose["hits"] > 10
    assert run(program, "--at", *few) == loose


def test_jobs_that_share_one_bank_are_served_at_its_rate(program):
    one = run(program, "--banks", 1)
    busy_ns = one["hits"] * 15 + one["misses"] * 45
    lasted_ns = one["job.succeeded"] / one["job.throughput_per_s"] * 1e9
    assert 0.97 < busy_ns / lasted_ns <= 1.001
    assert run(program, "--banks", 64)["job.throughput_per_s"] > 1.5 * one["job.throughput_per_s"]


def test_results_are_a_folder_like_any_other(program, tmp_path):
    run(program, "--out", tmp_path / "result", "run.job_limit=500")
    result = sv.Result(tmp_path / "result")
    assert result.summary["job.succeeded"] == 500
    assert result.report().stat().st_size > 10_000


def test_wrong_input_is_a_sentence(program, tmp_path):
    def said(*arguments):
        done = subprocess.run([program, FILE, *map(str, arguments)], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    code, text = said("run.in_step_with_kernel=false")
    assert code == 2 and "run.in_step_with_kernel = false" in text and "node mem0: a model from outside" in text
    code, text = said('nodes[name=mem0]={name: "mem0" memory {}}')
    assert code == 2 and 'there is no memory "mem0" outside' in text
    code, text = said("nodes[name=mem0].outside_memory.line_bytes=64")
    assert code == 2 and "line_bytes" in text
    code, text = said("--hits", 20)
    assert code == 2 and "unrecognized option '--hits'" in text
    code, text = said("--banks")
    assert code == 2 and "requires an argument" in text


def test_the_engine_says_what_such_a_file_needs(tmp_path):
    engine = f"{BUILD}/platforms/siovsim-engine"
    checked = call(engine, "check", FILE)
    assert "it runs in a program that brings a model of node mem0" in checked
    described = call(engine, "describe", FILE, "--out", tmp_path)
    assert "mem0 is a model from outside: latencies take its stated_latency_ns of 45" in described
    done = subprocess.run([engine, "run", FILE, "--out", tmp_path / "r"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "node mem0: a model from outside, and none is bound to it" in done.stderr
    assert not (tmp_path / "r").exists()
