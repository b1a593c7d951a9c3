#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is each rule of order needed? Thirty-five changes of the rules, one at a time, and whether the observer sees each.

The rules stand in headers and shells, which the general mutation run does not reach: here each is named, taken out or
turned round by hand. All are compiled into one copy of siov_order_tests, each behind a switch (build.py's), which then
runs once for each. Exit 1 if one survives, or the unchanged copy fails.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Tuple

from build import SWITCH

ROOT = Path(__file__).resolve().parents[2]
ORDERING, WAITING = "models/protocol/ordering.h", "models/fabric/link/waiting_tlps.h"
LINK, SWITCHED = "models/fabric/link/link_core.h", "models/fabric/switch/switch_core.h"
UPSTREAM, STREAMS = "models/fabric/root_port/upstream_order.h", "models/translation/ordered_streams.h"
ROOT_PORT, IOTLB = "models/fabric/root_port/root_port", "models/iommu/iotlb/"
HOMES, HOME_ROUTER = "models/protocol/write_order", "models/fabric/home_router/home_router.cpp"

# File, expression as it stands there once, what stands there instead.
MUTANTS: List[Tuple[str, str, str]] = [
    (ORDERING, "younger.traffic_class != posted.traffic_class", "younger.traffic_class == posted.traffic_class"),
    (ORDERING, "younger.relaxed && !younger.is_read", "younger.relaxed"),
    (ORDERING, "younger.relaxed && !younger.is_read", "!younger.is_read"),
    (ORDERING, "younger.relaxed && !younger.is_read", "!younger.relaxed"),
    (ORDERING, "PassesByRelaxedOrdering(younger)", "PassesByRelaxedOrdering(younger) || posted.relaxed"),
    (ORDERING, "younger.id_based && AreOfDifferentIds(younger, posted)", "younger.id_based"),
    (ORDERING, "younger.id_based && AreOfDifferentIds(younger, posted)", "AreOfDifferentIds(younger, posted)"),
    (ORDERING, "younger.id_based && AreOfDifferentIds(younger, posted)",
     "(younger.id_based || posted.id_based) && AreOfDifferentIds(younger, posted)"),
    (ORDERING, "a.requester != b.requester", "a.requester == b.requester"),
    (ORDERING, "a.pasid.valid() && b.pasid.valid() && a.pasid != b.pasid", "a.pasid != b.pasid"),
    (WAITING, "!MayPassPosted(order, posted[i].item.order())", "false"),
    (WAITING, "posted[i].sequence + 1", "posted[i].sequence"),
    (WAITING, "!posted.empty() && posted.front().sequence < held_before", "false"),
    (WAITING, "!QueueOf(item.cost.credit_class).empty()", "false"),
    (WAITING, "attempt < kClasses", "attempt < 1"),
    (LINK, "!waiting_.empty() || !PoolOf(cost).Take(now, cost)", "!PoolOf(cost).Take(now, cost)"),
    (SWITCHED, "credit_class == CreditClass::kPosted || !given_[static_cast<std::size_t>(CreditClass::kPosted)]",
     "!given_[static_cast<std::size_t>(CreditClass::kNonPosted)]"),
    (UPSTREAM, "entry.to_iotlb && other.state == Entry::kInIotlb", "other.state == Entry::kInIotlb"),
    (UPSTREAM, "entry.to_iotlb && waiting_ == 0", "entry.to_iotlb"),
    (UPSTREAM, "entry.state != Entry::kWaits || IsHeld(entry, i)", "entry.state != Entry::kWaits"),
    (STREAMS, "number <= stream.front || PassesByRelaxedOrdering(order)", "true"),
    (STREAMS, "stream.strict.front().number <= stream.front", "true"),
    (STREAMS, "!IsHeld(stream, other.order, other.number)", "true"),
    (STREAMS, "place.state != Place::kLeft && !MayPassPosted(order, place.order)", "false"),
    (ROOT_PORT + ".cpp", "ClassOf(payload).order.Admit(payload, OrderOfCompletion(payload), false)", "true"),
    (IOTLB + "iotlb_port.cpp", "tlp.kind == TlpKind::kMemoryWrite || order_of_.Idle(stream)", "true"),
    (IOTLB + "iotlb_port.cpp", "payload.kind == TlpKind::kMemoryWrite || !order_of_.Idle(stream)", "false"),
    (IOTLB + "iotlb_order.cpp", "tlp.kind != TlpKind::kMemoryWrite || order_of_.Idle(stream)", "true"),
    (HOMES + ".h", "kind == Kind::kWrite && PassesByRelaxedOrdering(order)", "kind == Kind::kWrite"),
    (HOMES + ".h", "older.memory != memory", "older.memory == memory"),
    (HOMES + ".h", "!MayPassPosted(read, older.order)", "false"),
    (HOMES + ".cpp", "IsHeld(queue, i, entry.order, entry.memory)", "false"),
    (HOMES + ".cpp", "queue.entries.front().done", "true"),
    (HOME_ROUTER, "visibility_.HoldsRead(payload, &payload, *memory)", "false"),
    (ROOT_PORT + "_posted.cpp", "asks_memory_", "false"),
]
# Whoever contains the rules, all of it: what is inline must come from here alone.
SOURCES = ["models/protocol/*.cpp", "models/fabric/home_router/*.cpp", "models/fabric/link/*.cpp",
           "models/fabric/switch/*.cpp", "models/fabric/root_port/*.cpp", "models/iommu/iotlb/*.cpp", "tests/order/*.cpp"]


def switched(text: str, mutants: List[Tuple[int, str, str]]) -> str:
    """A file with its mutants in it, each behind its switch."""
    by_place: Dict[str, List[Tuple[int, str]]] = {}
    for number, original, changed in mutants:
        by_place.setdefault(original, []).append((number, changed))
    for original, changes in by_place.items():
        if text.count(original) != 1:
            raise SystemExit(f"{text.count(original)} places, not one, read: {original}")
        chain = "".join(f"siov_mutation::Is({number}) ? ({changed}) : " for number, changed in changes)
        text = text.replace(original, f"({chain}({original}))")
    return text


def overlay(folder: Path) -> None:
    """The mutated files, in a tree that is searched before the real one."""
    by_file: Dict[str, List[Tuple[int, str, str]]] = {}
    for number, (file, original, changed) in enumerate(MUTANTS, 1):
        by_file.setdefault(file, []).append((number, original, changed))
    for file, mutants in by_file.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(switched((ROOT / file).read_text(encoding="utf-8"), mutants), encoding="utf-8")
    (folder / "switch.h").write_text(SWITCH, encoding="utf-8")


def compile_all(tree: Path, folder: Path) -> List[str]:
    """Compiles the sources against the overlay, with the options of the tests; returns the objects."""
    commands = json.loads((tree / "compile_commands.json").read_text(encoding="utf-8"))
    own = next(one for one in commands if one["file"].endswith("tests/order/order_fabric.cpp"))
    words = shlex.split(own["command"])
    options = [word for word in words if word.startswith(("-I", "-D", "-std"))]
    options += [word for at, word in enumerate(words) if word == "-isystem" or words[at - 1] == "-isystem"]
    objects = []
    for source in sorted(path for pattern in SOURCES for path in ROOT.glob(pattern)):
        name = str(source.relative_to(ROOT))
        changed = folder / name
        target = str(folder / (name.replace("/", "_") + ".o"))
        done = subprocess.run([words[0], f"-I{folder}", f"-I{ROOT}", *options, "-O1", "-w", "-include",
                               str(folder / "switch.h"), "-c", str(changed if changed.exists() else source), "-o",
                               target], cwd=own["directory"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{name} does not compile:\n{done.stderr[:3000]}")
        objects.append(target)
    return objects


def link(tree: Path, folder: Path, objects: List[str]) -> Path:
    """siov_order_tests with these objects in the place of its own, and in front of the tree's libraries."""
    said = subprocess.run(["ninja", "-C", str(tree), "-t", "commands", "-s", "tests/order/siov_order_tests"],
                          capture_output=True, text=True, check=True).stdout.strip().splitlines()[-1]
    words = shlex.split(said.split(" && ")[1] if said.startswith(": && ") else said)
    at = words.index("-o")
    words[at + 1] = str(folder / "siov_order_tests")
    words = [word for word in words if "siov_order_tests.dir/" not in word]
    at = words.index("-o")
    words[at:at] = objects
    done = subprocess.run(words, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"does not link:\n{done.stderr[-3000:]}")
    return folder / "siov_order_tests"


def passes(binary: Path, mutant: int, packets: int) -> bool:
    environment = {**os.environ, "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1", "GTEST_FAIL_FAST": "1",
                   "SIOV_MUTANT": str(mutant), "SIOV_ORDER_PACKETS": str(packets)}
    try:
        return subprocess.run([str(binary), "--gtest_filter=OrderRandom.*"], cwd=ROOT, env=environment, timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main(words: List[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tree", type=Path, default=ROOT / "build" / "release", help="the finished build tree")
    parser.add_argument("--packets", type=int, default=60_000, help="packets that a mutant is tried with (60,000)")
    arguments = parser.parse_args(words)
    folder = Path(tempfile.mkdtemp(prefix="siov-order-mutants-"))
    try:
        overlay(folder)
        binary = link(arguments.tree.resolve(), folder, compile_all(arguments.tree.resolve(), folder))
        if not passes(binary, 0, arguments.packets):
            print("the unchanged rules fail")
            return 1
        survivors = 0
        for number, (file, original, changed) in enumerate(MUTANTS, 1):
            if passes(binary, number, arguments.packets):
                survivors += 1
                print(f"survived: {file}\n  - {original}\n  + {changed}", flush=True)
        print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} mutants of the ordering rules caught")
        return int(survivors != 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
