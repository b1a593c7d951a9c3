#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over every source file of the product, many files in one go.

    .ci/tidy.py BUILD [FILE...]      BUILD: a configured build tree with the generated headers

clang-tidy spends nine tenths of its time on what a file includes, so files are looked at in groups, each a source that
includes the group's files. Files that cannot stand together (names of their own that clash) go into different groups.
Prints what was looked at; exits 1 with the findings.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import List, Tuple

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("models/*.cpp", "platforms/*.cpp", "pybind/*.cpp")
GROUP = 32
ERROR = re.compile(r"^([^:\n]+\.cpp):\d+:\d+: (?:fatal )?error:", re.MULTILINE)


def sources() -> List[str]:
    """Every tracked source file of the product."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", *PLACES], check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name]


def flags(build: Path) -> List[str]:
    """Where headers are and what is defined, for any file of the build."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        words = entry["command"].split()
        for index, word in enumerate(words):
            if word == "-isystem":
                found[f"-isystem{words[index + 1]}"] = None
            elif word.startswith(("-I", "-D")) and word != "-DNDEBUG":
                found[word] = None
    return ["-std=c++17", *found]


def unite(folder: Path, name: str, files: List[str]) -> Path:
    """A source that includes the files."""
    path = folder / f"{name}.cpp"
    path.write_text("".join(f'#include "{ROOT / file}"\n' for file in files), encoding="utf-8")
    return path


def separate(folder: Path, name: str, files: List[str], options: List[str]) -> Tuple[List[str], List[str]]:
    """(files that compile together, files that clash with them)."""
    left: List[str] = []
    while len(files) > 1:
        source = unite(folder, name, files)
        done = subprocess.run(
            ["clang++", "-fsyntax-only", "-w", "-ferror-limit=0", *options, str(source)], capture_output=True, text=True
        )
        wrong = {os.path.relpath(path, ROOT) for path in ERROR.findall(done.stderr)}
        clashing = [file for file in files if file in wrong] or (files[1:] if done.returncode else [])
        if not clashing:
            break
        left += clashing
        files = [file for file in files if file not in clashing] or files[:1]
        left = [file for file in left if file not in files]
    return files, left


def groups(folder: Path, files: List[str], options: List[str], workers: int) -> List[List[str]]:
    """The files in groups that compile."""
    made: List[List[str]] = []
    while files:
        parts = [files[start : start + GROUP] for start in range(0, len(files), GROUP)]
        with ThreadPoolExecutor(workers) as pool:
            split = list(
                pool.map(lambda one: separate(folder, f"try{len(made)}_{one[0]}", one[1], options), enumerate(parts))
            )
        made += [together for together, _ in split]
        files = [file for _, left in split for file in left]
    return made


def look(source: Path, options: List[str]) -> Tuple[int, str]:
    """clang-tidy's exit code and findings of one group."""
    done = subprocess.run(
        [
            "clang-tidy",
            "--quiet",
            f"--config-file={ROOT / '.clang-tidy'}",
            "--checks=-bugprone-suspicious-include",
            r"--header-filter=(models|platforms|pybind)/.*\.(h|cpp)$",
            str(source),
            "--",
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def main(arguments: List[str]) -> int:
    build, chosen = Path(arguments[0]), arguments[1:]
    files, options, workers = chosen or sources(), flags(build), os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="tidy-") as name:
        folder = Path(name)
        made = groups(folder, files, options, workers)
        united = [unite(folder, f"group{index}", group) for index, group in enumerate(made)]
        with ThreadPoolExecutor(workers) as pool:
            results = list(pool.map(lambda source: look(source, options), united))
    findings = sum(code != 0 for code, _ in results)
    print("".join(text for code, text in results if code))
    print(f"looked at {sum(map(len, made))} of {len(sources())} files in {len(made)} groups, {findings} with findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
