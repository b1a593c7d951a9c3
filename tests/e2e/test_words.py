# SPDX-License-Identifier: Apache-2.0
"""Words that cannot be, on the real engine: said once, with what is allowed; and those that need each other."""

import json

import pytest
from front import QUICKSTART, ROOT, siovsim

import siovsim as sv
from siovsim.engine import process

SMALL = ["workload.replay.jobs_per_tenant=3", "workload.replay.tenants=64", "run.warmup_us=0"]


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def options(overrides):
    return [word for override in overrides for word in ("--set", override)]


def test_fields_that_need_each_other_are_set_at_once():
    memory = "nodes[name=mem0].memory."
    exp = sv.load(QUICKSTART)
    for one in ({f"{memory}residency": "LLC_TAGS"}, {f"{memory}llc": "{ entries: 4096 }"}):
        with pytest.raises(sv.InputError):
            exp.set(one)
    assert exp.overrides == []
    assert exp.set({f"{memory}residency": "LLC_TAGS", f"{memory}llc": "{ entries: 4096 }"}) is exp
    assert exp.overrides == [f"{memory}residency=LLC_TAGS", f"{memory}llc={{ entries: 4096 }}"]
    exp.set({f"{memory}llc": "{ entries: 8192 }", "run.seed": 3})
    assert exp.overrides == [f"{memory}residency=LLC_TAGS", f"{memory}llc={{ entries: 8192 }}", "run.seed=3"]
    with pytest.raises(sv.InputError, match="a value beside the fields run.seed"):
        exp.set({"run.seed": 1}, 2)


@pytest.mark.parametrize("seed", ["-1", "18446744073709551616", "1.5"])
def test_a_seed_that_is_none_is_refused_with_its_range(seed):
    refused = siovsim("run", QUICKSTART, "--seed", seed)
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1
    if seed != "1.5":
        assert refused.stderr == f"siovsim: run: --seed {seed}: must be a whole number from 0 to 18446744073709551615\n"


def test_the_largest_seed_is_one(tmp_path):
    done = siovsim("run", QUICKSTART, *options(SMALL), "--seed", 2**64 - 1, "--out", "out", "--quiet")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out/summary.json").read_text())["run"]["seed"] == 2**64 - 1


def test_what_resolve_prints_can_be_run_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    printed = siovsim("resolve", "configs/experiments/quickstart.txtpb", *options(SMALL)).stdout
    elsewhere = tmp_path / "a" / "folder"
    elsewhere.mkdir(parents=True)
    (elsewhere / "resolved.txtpb").write_text(printed)
    monkeypatch.chdir(elsewhere)
    assert process.run_id("resolved.txtpb", []) == process.run_id(QUICKSTART, SMALL)


@pytest.mark.parametrize(
    "words, sentences",
    [
        (["--cases", "nosuch,atc_hits,other"], ["--cases nosuch: there is no ", "--cases other: there is no "]),
        (["--cases", ""], ["--cases '': it names none; "]),
        (["--cases", "platform"], ["platform.txtpb is a Platform and no experiment; "]),
        (["--dir", "nowhere", "--cases", "atc_hits"], ["--cases atc_hits: there is no nowhere/atc_hits.txtpb; nowhere has nothing"]),
    ],
)
def test_a_bench_case_that_is_none_is_said_once_before_any_is_measured(words, sentences):
    refused = siovsim("bench", *words, "--tenants", "16,32")
    assert refused.returncode == 2 and refused.stdout == "", refused.stdout
    for sentence in sentences:
        assert refused.stderr.count(sentence) == 1, refused.stderr
