# SPDX-License-Identifier: Apache-2.0
"""Builds test binaries with all mutants in them, beside a finished build tree and without touching it.

Only the mutated sources are compiled, with the tree's own commands, and linked in front of the tree's libraries, whose
versions of them are then not drawn in. One build serves all mutants: the environment variable SIOV_MUTANT chooses.
"""

import json
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Set

from mutants import Mutant, guarded, mutant_of_line

# Each switch notes in a file shared with the driver that it was asked: a test that never asks cannot kill.
SWITCH = """#pragma once
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cstdlib>
namespace siov_mutation {
inline constexpr int kMost = 65536;
inline unsigned char* Reached() {
  const char* const path = std::getenv("SIOV_MUTATION_REACHED");
  static unsigned char none[kMost];
  if (path == nullptr) return none;
  const int file = open(path, O_RDWR);
  void* const map = mmap(nullptr, kMost, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return map == MAP_FAILED ? none : static_cast<unsigned char*>(map);
}
inline bool Is(int mutant) {
  static unsigned char* const reached = Reached();
  static const int active = std::getenv("SIOV_MUTANT") == nullptr ? 0 : std::atoi(std::getenv("SIOV_MUTANT"));
  reached[mutant] = 1;
  return mutant == active;
}
}  // namespace siov_mutation
"""
_MESSAGE = re.compile(r":(\d{7,8}):\d+: (error|note|fatal error|warning)|from \S+:(\d{7,8})|:(\d{7,8}):")
_INCLUDED = re.compile(r'^#include "([^"]+)"$', re.MULTILINE)


class BuildError(Exception):
    """Something that is not a mutant's fault."""


@dataclass
class Unit:
    """One compilation of the tree: a source, or several that are compiled together."""

    number: int
    command: dict
    parts: Dict[str, str]  # sources, from the root on: how the unit names them


class MutantBuild:
    """The mutated objects and binaries, in ``folder``."""

    def __init__(self, root: Path, tree: Path, folder: Path, jobs: int) -> None:
        self.root, self.tree, self.folder, self.jobs = root, tree, folder, jobs
        commands = json.loads((tree / "compile_commands.json").read_text(encoding="utf-8"))
        self.units = [Unit(number, one, self._parts(one)) for number, one in enumerate(commands)]
        self.objects: Dict[str, Path] = {}  # by the tree's name of the object
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "switch.h").write_text(SWITCH, encoding="utf-8")

    def _parts(self, command: dict) -> Dict[str, str]:
        named = [command["file"]]
        if "/Unity/" in command["file"]:
            named = _INCLUDED.findall(Path(command["file"]).read_text(encoding="utf-8"))
        return {os.path.relpath(name, self.root): name for name in named}

    def _compile(self, command: dict, source: Path, output: Path) -> "subprocess.CompletedProcess[str]":
        words = shlex.split(command["command"])
        at = words.index("-o")
        self.objects[words[at + 1]] = output
        words[at + 1] = str(output)
        words = [str(source) if word == command["file"] else word for word in words if word != "-Werror"]
        compiler = next(index for index, word in enumerate(words) if re.search(r"(\+\+|g\+\+|clang\+\+)[-\d.]*$", word))
        words[compiler + 1 : compiler + 1] = ["-w"]
        if "-Winvalid-pch" not in words:  # a precompiled header needs the options it was made with
            words += ["-O1"]
        words += ["-include", str(self.folder / "switch.h")]
        output.parent.mkdir(parents=True, exist_ok=True)
        return subprocess.run(words, cwd=command["directory"], capture_output=True, text=True, check=False)

    def _write(self, unit: Unit, by_file: Dict[str, List[Mutant]], bad: Set[int]) -> Path:
        """The unit's source with the mutants that are not ``bad`` in it."""
        own = self.folder / "source" / str(unit.number)
        named = {}
        for file, mutants in by_file.items():
            path = own / file
            path.parent.mkdir(parents=True, exist_ok=True)
            text = guarded((self.root / file).read_text(encoding="utf-8"), [one for one in mutants if one.id not in bad])
            path.write_text(f'#line 1 "{self.root / file}"\n' + text, encoding="utf-8")
            named[unit.parts[file]] = path
        if unit.command["file"] in named:
            return named[unit.command["file"]]
        together = own / "together.cxx"
        text = Path(unit.command["file"]).read_text(encoding="utf-8")
        together.write_text(_INCLUDED.sub(lambda one: f'#include "{named.get(one[1], one[1])}"', text), encoding="utf-8")
        return together

    def compile_unit(self, unit: Unit, by_file: Dict[str, List[Mutant]]) -> Set[int]:
        """Compiles a unit with its mutants; returns those that do not compile."""
        bad: Set[int] = set()
        for _ in range(12):
            output = self.folder / "objects" / f"{unit.number}.o"
            done = self._compile(unit.command, self._write(unit, by_file, bad), output)
            if done.returncode == 0:
                return bad
            alive = [one for mutants in by_file.values() for one in mutants if one.id not in bad]
            blamed = self._blamed(done.stderr) or self._beside(done.stderr, alive)
            if not blamed:
                raise BuildError(f"{list(by_file)}: does not compile, and no mutant is to blame:\n{done.stderr[:3000]}")
            bad |= blamed
        raise BuildError(f"{list(by_file)}: does not compile after 12 attempts")

    @staticmethod
    def _blamed(said: str) -> Set[int]:
        errors, others = set(), set()
        for match in _MESSAGE.finditer(said):
            line = int(next(group for group in match.groups() if group and group.isdigit()))
            (errors if match[2] in ("error", "fatal error") else others).add(mutant_of_line(line))
        return (errors or others) - {0}

    @staticmethod
    def _beside(said: str, mutants: List[Mutant]) -> Set[int]:
        """Those of the place that the compiler names instead: a mutant's type need only clash with the original's."""
        lines = {(name, int(line)) for name, line in re.findall(r"(\w+\.cpp):(\d{1,6}):\d+: error", said)}
        there = [one for one in mutants if (Path(one.file).name, one.place.line) in lines]
        return {one.id for one in there if one.kind == "neighbour"} or {one.id for one in there}

    def compile(self, by_file: Dict[str, List[Mutant]]) -> Set[int]:
        """Whatever contains a mutated source; returns the mutants that do not compile."""
        work = []
        for unit in self.units:
            own = {file: mutants for file, mutants in by_file.items() if file in unit.parts}
            if own:
                work.append((unit, own))
        with ThreadPoolExecutor(self.jobs) as pool:
            return set().union(*pool.map(lambda item: self.compile_unit(*item), work))

    def link(self, target: str) -> Path:
        """A test binary of the tree with the mutated objects in front of its libraries."""
        path = next(self.tree.glob(f"tests/*/{target}")).relative_to(self.tree)
        said = subprocess.run(["ninja", "-C", str(self.tree), "-t", "commands", "-s", str(path)], capture_output=True,
                              text=True, check=True).stdout.strip().splitlines()[-1]
        said = said.split(" && ")[1] if said.startswith(": && ") else said
        words = shlex.split(said)
        at = words.index("-o")
        binary = self.folder / "bin" / target
        binary.parent.mkdir(exist_ok=True)
        words[at + 1] = str(binary)
        linked = " ".join(words)
        own = []
        for name, path in self.objects.items():
            library = re.match(r".*/CMakeFiles/(\w+)\.dir/", name)
            if name in words:
                words[words.index(name)] = str(path)
            elif library and f"lib{library[1]}.a" in linked:
                own.append(str(path))
        words[at + 2 : at + 2] = own
        done = subprocess.run(words, cwd=self.tree, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BuildError(f"{target} does not link:\n{done.stderr[-3000:]}")
        return binary
