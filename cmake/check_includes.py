#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom, and that every source file says its licence.

    std <- models/base <- *_core, *_config <- shells (with models/kernel) <- platforms <- pybind, tests

Blocks never include another block's shell; only platforms/ sees generated protobuf code and Boost.Graph; cores and
configurations never reach SystemC, not even through another header. Prints a sentence per breach and exits 1.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Sequence, Set, Tuple

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)
SOURCE = (".h", ".cpp")
LICENSED = (".h", ".cpp", ".py", ".pyi", ".cmake", ".proto", ".sh", ".txtpb", ".yml")
LICENSED_NAMES = ("CMakeLists.txt", "siovsim", "run", ".clang-tidy")
GENERATED = re.compile(r"\.pb\.h$|^siovsim_version\.h$")
KERNEL = re.compile(r"^(systemc|tlm)(\.h)?$|^(sysc|tlm_core|tlm_utils)/")
PURE = re.compile(r"_(core|config)\.(h|cpp)$")
SPDX = "SPDX-License-Identifier: Apache-2.0"

# What the files below a top-level folder may include from the repository.
MAY_INCLUDE = {
    "models": ("models",),
    "platforms": ("models", "platforms", "configs"),
    "pybind": ("models", "platforms", "pybind"),
    "tests": ("models", "platforms", "configs", "tests"),
}

# Pure rooms, and what each may include of models/ besides itself.
BENEATH = {"models/base": (), "models/protocol": ("models/base",), "models/kernel": ("models/base", "models/protocol")}
BLOCK = "models/kernel/block.h"

Graph = Dict[str, List[Tuple[bool, str]]]


def includes(text: str) -> List[Tuple[bool, str]]:
    """(quoted, name) of every include line."""
    return [(bracket == '"', name) for bracket, name in INCLUDE.findall(text)]


def room_of(path: str) -> str:
    """models/iommu/iotlb: the folder a file lies in."""
    return path.rsplit("/", 1)[0]


def is_shell_header(path: str, graph: Graph) -> bool:
    """models/device/atc/atc.h: the SystemC face of a block."""
    return path.endswith(".h") and (True, BLOCK) in graph.get(path, [])


def reaches_kernel(path: str, graph: Graph, seen: Set[str]) -> List[str]:
    """The chain of includes from a file to SystemC, or nothing."""
    seen.add(path)
    for _, name in graph.get(path, []):
        if KERNEL.search(name):
            return [path, name]
        if name in graph and name not in seen:
            chain = reaches_kernel(name, graph, seen)
            if chain:
                return [path, *chain]
    return []


def breaches_of(path: str, graph: Graph) -> Iterator[str]:
    """Every rule one file breaks."""
    top = path.split("/")[0]
    if top == "examples":
        return  # programs of their own, which see an installation and not this repository
    room = room_of(path)
    for quoted, name in graph[path]:
        target = name.split("/")[0]
        if quoted and name not in graph and not GENERATED.search(name):
            yield f'{path}: "{name}" is no file of this repository; includes are written from its root'
        if target in (*MAY_INCLUDE, "configs") and target not in MAY_INCLUDE.get(top, ()):
            yield f"{path}: {top}/ must not include {target}/ ({name})"
        if top in ("models", "pybind") and (name.endswith(".pb.h") or name.startswith("google/protobuf")):
            yield f"{path}: only platforms/ may see protobuf ({name})"
        if top != "platforms" and name.startswith("boost/graph"):
            yield f"{path}: only platforms/ may see Boost.Graph ({name})"
        if room in BENEATH and target == "models" and room_of(name) not in (room, *BENEATH[room]):
            yield f"{path}: {room} includes nothing above itself ({name})"
        # Blocks of the host are parts of one: they may hold each other.
        own = room if not room.startswith("models/host/") else "models/host"
        if top == "models" and is_shell_header(name, graph) and not name.startswith(own + "/"):
            yield f"{path}: a block must not include another block's shell ({name}); they meet at sockets"
    if top == "models" and (room in ("models/base", "models/protocol") or PURE.search(path)):
        chain = reaches_kernel(path, graph, set())
        if chain:
            yield f"{path}: a pure file reaches SystemC: {' -> '.join(chain)}"


def guard_of(path: str) -> str:
    """The guard a header must have."""
    return "SIOV_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"


def check(files: Dict[str, str]) -> List[str]:
    """Every breach in a repository given as path -> text."""
    graph = {path: includes(text) for path, text in files.items() if path.endswith(SOURCE)}
    found: List[str] = []
    for path in sorted(files):
        name = path.rsplit("/", 1)[-1]
        if (path.endswith(LICENSED) or name in LICENSED_NAMES) and SPDX not in "\n".join(files[path].split("\n")[:3]):
            found.append(f"{path}: the line '{SPDX}' is missing at its top")
        if path.endswith(".h") and f"#ifndef {guard_of(path)}\n" not in files[path]:
            found.append(f"{path}: its header guard must be {guard_of(path)}")
        if path in graph:
            found.extend(breaches_of(path, graph))
    return found


def tracked_files(root: Path) -> Dict[str, str]:
    """path -> text of every tracked file that a rule speaks about."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], check=True, capture_output=True, text=True
    ).stdout
    wanted = [
        name for name in listed.split("\0") if name.endswith(LICENSED) or name.rsplit("/", 1)[-1] in LICENSED_NAMES
    ]
    return {
        name: (root / name).read_text(encoding="utf-8", errors="replace") for name in wanted if (root / name).is_file()
    }


def main(arguments: Sequence[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[1]
    files = tracked_files(root)
    found = check(files)
    print("\n".join([*found, f"{len(files)} files checked, {len(found)} breaches"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
