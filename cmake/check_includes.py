#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom, and that every source file says its licence.

    std <- models/base <- *_core, *_config <- shells (with models/kernel) <- platforms <- pybind, tests

Blocks never include another block's shell; only platforms/ sees generated protobuf code and Boost.Graph; cores and
configurations never reach SystemC, not even through another header. Folders include each other in one direction, and so
do the modules of the Python package, wherever in them the import stands:

    base <- results <- engine <- sweeps <- validation <- report <- runs <- cli <- the package itself

Prints a sentence per breach and exits 1.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Sequence, Set, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import include_circles  # noqa: E402

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)
SOURCE = (".h", ".cpp")
LICENSED = (".h", ".cpp", ".py", ".pyi", ".cmake", ".proto", ".sh", ".txtpb", ".yml")
LICENSED_NAMES = ("CMakeLists.txt", "siovsim", "run", ".clang-tidy")
GENERATED = re.compile(r"\.pb\.h$|^siovsim_version\.h$|_parameters\.h$")
KERNEL = re.compile(r"^(systemc|tlm)(\.h)?$|^(sysc|tlm_core|tlm_utils)/")
PURE = re.compile(r"_(core|config)\.(h|cpp)$")
HARDWARE = ("models/device/", "models/fabric/", "models/iommu/", "models/memory/")
ASKS_WHOM = re.compile(r"\.(OfSoftware|ForStatistics)\(")
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
BLOCKS = ("models/kernel/block.h", "models/kernel/block_parts.h")

# Folders of models/ and platforms/ whose includes close a circle still: from, to. One that is true no longer is a breach,
# and so is a circle without an entry.
KNOWN_CIRCLES: Tuple[Tuple[str, str], ...] = ()

# The rooms of the Python package; each imports itself and those before it.
PACKAGE = "siovsim"
PYTHON_ROOMS = ("base", "results", "engine", "sweeps", "validation", "report", "runs", "cli")

Graph = Dict[str, List[Tuple[bool, str]]]


def includes(text: str) -> List[Tuple[bool, str]]:
    """(quoted, name) of every include line."""
    return [(bracket == '"', name) for bracket, name in INCLUDE.findall(text)]


def room_of(path: str) -> str:
    """models/iommu/iotlb: the folder a file lies in."""
    return path.rsplit("/", 1)[0]


def is_shell_header(path: str, graph: Graph) -> bool:
    """models/device/atc/atc.h: the SystemC face of a block, or of a part of one."""
    named = [name for quoted, name in graph.get(path, []) if quoted]
    return path.endswith(".h") and path not in BLOCKS and any(block in named for block in BLOCKS)


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


def circles_of_folders(graph: Graph, known: Sequence[Tuple[str, str]]) -> Iterator[str]:
    """Folders that include each other in a circle, and entries of the list of circles that are true no longer."""
    below = ("models/", "platforms/")
    files = {
        path: [name for _, name in lines if name in graph and name.startswith(below)]
        for path, lines in graph.items()
        if path.startswith(below)
    }
    rooms = include_circles.folders(files)
    for way in include_circles.circles(include_circles.without(rooms, known)):
        steps = [
            next(f"{path} includes {name}" for path in sorted(files) for name in files[path] if _leads(path, one) and _leads(name, other))
            for one, other in zip(way, way[1:])
        ]
        yield f"folders include each other in a circle: {' -> '.join(way)} ({'; '.join(steps)})"
    for one, other in known:
        rest = [edge for edge in known if edge != (one, other)]
        if not include_circles.circles(include_circles.without(rooms, rest)):
            yield f"{one} and {other} close no circle any more; their entry in KNOWN_CIRCLES goes"


def _leads(path: str, room: str) -> bool:
    return path.rpartition("/")[0] == room


def python_breaches(files: Dict[str, str]) -> Iterator[str]:
    """Modules of the package that import each other in a circle, or from a room above their own."""
    graph = include_circles.python_graph(files, "pybind/")
    for way in include_circles.circles(graph):
        yield f"modules import each other in a circle: {' -> '.join(way)}"
    for name in sorted(graph):
        for other in sorted(graph[name]):
            if _height(other) > _height(name):
                yield f"{name} must not import {other}: the order of rooms is {', '.join(PYTHON_ROOMS)}"


def _height(module: str) -> int:
    """The place of a module's room in their order; what stands beside the rooms is above them."""
    room = module.removeprefix(f"{PACKAGE}.").split(".")[0]
    return PYTHON_ROOMS.index(room) if room in PYTHON_ROOMS else len(PYTHON_ROOMS)


def check(files: Dict[str, str], known_circles: Sequence[Tuple[str, str]] = ()) -> List[str]:
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
            if path.startswith(HARDWARE) and ASKS_WHOM.search(files[path]):
                found.append(f"{path}: hardware does not ask which job or tenant a packet is for (protocol/carried.h)")
    return [*found, *circles_of_folders(graph, known_circles), *python_breaches(files)]


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
    found = check(files, KNOWN_CIRCLES)
    print("\n".join([*found, f"{len(files)} files checked, {len(found)} breaches"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
