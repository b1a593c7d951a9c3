#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for the engine in tests of the Python front: same command line, same exit codes, same result folder.

The points of a sweep it has from the real engine, which nothing else makes; what is at them is its own affair.
It knows a handful of override paths; `fake.*` ones make it misbehave: fake.fail=1 (exit 1 without results),
fake.crash=1 (killed by a signal; 2: already when it is asked for an id), fake.sleep_s=N (takes so long, ends early on
SIGINT with partial results), fake.write_s=N (takes so long to write them).
FAKE_ENGINE_LOG names a file that gets a line per run.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

KNOWN = {
    "run.seed": "1",
    "nodes[name=dsa0].endpoint.atc.entries": "128",
    "workload.tenants": "64",
    "fake.fail": "0",
    "fake.crash": "0",
    "fake.sleep_s": "0",
    "fake.write_s": "0",
    "fake.target_ns": "90000",
    "experiment_name": "sample",
}


def fault(text):
    print(text, file=sys.stderr)
    return 2


def parse(words):
    """(positional, values by option); repeated --set are collected."""
    files, options = [], {"--set": []}
    index = 0
    while index < len(words):
        word = words[index]
        if word in ("--requests", "--quiet", "--id", "--ids", "--no-partial", "--points"):
            options[word] = True
        elif word.startswith("--"):
            index += 1
            if word == "--set":
                options["--set"].append(words[index])
            else:
                options[word] = words[index]
        else:
            files.append(word)
        index += 1
    return files, options


def configuration(file, options):
    """The resolved values, or a sentence about what is wrong."""
    try:
        with open(file, encoding="utf-8") as source:
            text = source.read(1 << 24)  # of a device there is no end
    except OSError as error:
        return None, f"{file}: cannot be read: {error.strerror}"
    if "syntax error" in text:
        return None, f"{file}:1:1: Expected identifier"
    values = dict(KNOWN)
    for override in options["--set"]:
        path, _, value = override.rpartition("=")
        if path not in KNOWN:
            return None, f"--set {override}: {path}: there is no such field"
        if path != "experiment_name" and not value.replace(".", "", 1).isdigit():
            return None, f"--set {override}: {path} = {value}: must be a number"
        values[path] = value
    if "--seed" in options:
        values["run.seed"] = options["--seed"]
    return values, ""


def run_id(values):
    behaviour = ("fake.sleep_s", "fake.write_s")  # how long it takes does not change the result
    relevant = {key: value for key, value in values.items() if key not in behaviour}
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()[:16]


def note(values):
    if "FAKE_ENGINE_LOG" in os.environ:
        with open(os.environ["FAKE_ENGINE_LOG"], "a", encoding="utf-8") as file:
            file.write(run_id(values) + "\n")


def sleep(seconds):
    """True when interrupted."""
    stopped = []
    signal.signal(signal.SIGINT, lambda *_: stopped.append(1))
    end = time.monotonic() + seconds
    while time.monotonic() < end and not stopped:
        time.sleep(0.01)
    return bool(stopped)


def clear_drafts(folder):
    """Removes the drafts of killed fakes; the engine's own are tested in tests/results."""
    for draft in folder.glob(".*.writing-*"):
        if not Path(f"/proc/{draft.name.rsplit('-', 1)[-1]}").exists():
            shutil.rmtree(draft, ignore_errors=True)


def write(out, values, partial):
    """Writes a result and returns its folder: like the engine's, a partial one never takes the place of a complete one."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from sample_result import write_sample

    out = Path(out).absolute()
    if partial and (out / "DONE").exists() and " complete " in (out / "DONE").read_text():
        out = out.with_name(out.name + ".partial")
    out.parent.mkdir(parents=True, exist_ok=True)
    clear_drafts(out.parent)
    staging = out.parent / f".{out.name}.writing-{os.getpid()}"
    metrics = write_sample(
        staging,
        seed=int(values["run.seed"]),
        tenants=int(values["workload.tenants"]),
        jobs=4000,
        entries=int(values["nodes[name=dsa0].endpoint.atc.entries"]),
        name=values["experiment_name"],
        target_ns=float(values["fake.target_ns"]),
        partial=partial,
    )
    shutil.rmtree(out, ignore_errors=True)
    staging.rename(out)
    return out, metrics


def run(files, options):
    values, wrong = configuration(files[0], options)
    if wrong:
        return fault(wrong)
    note(values)
    if options.get("--progress") == "json":
        for done in (1000, 4000):
            print(
                '{"sim_time_ns":%d,"jobs_done":%d,"jobs_total":4000,"events":%d,"events_per_s":1e6,"eta_s":0.0}'
                % (done * 10, done, done * 70),
                file=sys.stderr,
                flush=True,
            )
    partial = sleep(float(values["fake.sleep_s"]))
    if values["fake.crash"] != "0":
        os.kill(os.getpid(), signal.SIGSEGV)
    if values["fake.fail"] != "0":
        print("siovsim: the model broke on purpose", file=sys.stderr)
        return 1
    if partial and "--no-partial" in options:
        return 130
    time.sleep(float(values["fake.write_s"]) if partial else 0)
    out, metrics = write(options["--out"], values, partial)
    if options.get("--progress") == "json":
        print(json.dumps({"partial": partial, "result_folder": str(out)}, separators=(",", ":")), file=sys.stderr)
    if partial:
        return 130
    return 0 if metrics["job.latency.p99_ns"] <= float(values["fake.target_ns"]) else 1


def ids(file, options):
    for point in sys.stdin.read().split("\0\0")[:-1]:
        overrides = [word for word in point.split("\0") if word]
        values, wrong = configuration(file, {**options, "--set": overrides})
        if values and values["fake.crash"] == "2":
            os.kill(os.getpid(), signal.SIGSEGV)
        print(json.dumps({"error": wrong} if wrong else {"id": run_id(values)}), flush=True)
    return 0


def real_engine(*words):
    build = Path(os.environ.get("SIOVSIM_BUILD", Path(__file__).resolve().parents[2] / "build" / "release"))
    return [str(build / "platforms" / "siovsim-engine"), *map(str, words)]


def resolve(files, options):
    if "--points" in options:
        command = real_engine("resolve", files[0], "--points")
        os.execv(command[0], command)
    if "--ids" in options:
        return ids(files[0], options)
    values, wrong = configuration(files[0], options)
    if wrong:
        return fault(wrong)
    if "--id" in options:
        print(run_id(values))
    else:
        print(f'experiment_name: "{values["experiment_name"]}"\nrun {{ seed: {values["run.seed"]} }}')
    return 0


def check(files, options):
    faults = [wrong for file in files for _, wrong in [configuration(file, options)] if wrong]
    for file in files:
        if not faults and any(word in Path(file).read_text(encoding="utf-8") for word in ("axes {", "seeds:")):
            points = subprocess.run(real_engine("resolve", file, "--points"), capture_output=True, text=True, check=False)
            faults += points.stderr.splitlines()
    return fault("\n".join(faults)) if faults else 0


def describe(files, options):
    _, wrong = configuration(files[0], options)
    if wrong:
        return fault(wrong)
    print("bottleneck iommu0.walker")
    return 0


def main(words):
    if words == ["--version"]:
        print("siovsim 0.1.0 (fake)")
        return 0
    commands = {"run": run, "resolve": resolve, "check": check, "describe": describe}
    if not words or words[0] not in commands:
        return fault(f"siovsim-engine: there is no command {words[0] if words else ''}")
    return commands[words[0]](*parse(words[1:]))


sys.exit(main(sys.argv[1:]))
