# SPDX-License-Identifier: Apache-2.0
"""The mutation script's own parts: what it makes of a file, that one build holds all mutants, and that it tells a killed
mutant from a survivor."""

import os
import subprocess
import sys

import pytest
from front import ROOT

sys.path.insert(0, str(ROOT / "tests" / "mutation"))

import build  # noqa: E402
import mutants  # noqa: E402

SOURCE = """#include <algorithm>
struct Input { int read_ns() const { return 3; } int write_ns() const { return 4; } };
struct Output { int read_ps = 0; int write_ps = 0; };
constexpr int kPsPerNs = 1000;
enum class Kind { kOne, kTwo };
int Number(Kind kind) {
  switch (kind) {
    case Kind::kOne:
      return 1;
    case Kind::kTwo:
      return 2;
  }
  return 0;
}
Output Resolve(const Input& input, int limit) {
  Output output;
  output.read_ps = input.read_ns() * kPsPerNs;
  output.write_ps = input.write_ns() * kPsPerNs;
  if (limit > 0 && output.read_ps > limit) output.read_ps = limit;
  const int least = std::min(output.read_ps, 7000);
  return limit == 9 ? Output{} : output;
}
int Sum(const Output& output) { return output.read_ps + output.write_ps; }
"""


def changes(kind):
    return [" ".join(one.text.split()) for one in mutants.mutants_of("x.cpp", SOURCE) if one.kind == kind]


@pytest.mark.parametrize(
    "kind, text",
    [
        ("other side", "output.read_ps = input.write_ns() * kPsPerNs;"),
        ("other side", "output.write_ps = input.read_ns() * kPsPerNs;"),
        ("statement removed", ";"),
        ("unit dropped", "output.read_ps = input.read_ns() ;"),
        ("condition negated", "!(limit > 0 && output.read_ps > limit)"),
        ("part dropped", "limit > 0 && true"),
        ("operator", "limit >= 0 && output.read_ps > limit"),
        ("one more", "std::min(output.read_ps, 7001)"),
        ("min for max", "std::max(output.read_ps, 7000)"),
        ("arm swapped", "return 2;"),
        ("operator", "return output.read_ps - output.write_ps;"),
    ],
)
def test_the_slips_of_a_resolver_and_of_a_core_are_made(kind, text):
    assert text in changes(kind), changes(kind)


def test_declarations_and_types_are_left_alone():
    texts = [one.original for one in mutants.mutants_of("x.cpp", SOURCE)]
    assert not [text for text in texts if text.startswith(("Output output", "struct", "constexpr", "enum"))]


MAIN = '#include "x.cpp"\nint main() { return Sum(Resolve(Input(), 0)) + Number(Kind::kOne) == 7001 ? 0 : 1; }\n'


def test_one_build_holds_every_mutant_behind_its_switch(tmp_path):
    found = mutants.mutants_of("x.cpp", SOURCE)
    for number, one in enumerate(found, 1):
        one.id = number
    (tmp_path / "switch.h").write_text(build.SWITCH)
    (tmp_path / "main.cpp").write_text(MAIN)
    alive, bad = found, set()
    for _ in range(9):
        (tmp_path / "x.cpp").write_text(mutants.guarded(SOURCE, alive))
        done = subprocess.run(["g++", "-std=c++17", "-w", "-include", "switch.h", "main.cpp", "-o", "main"], cwd=tmp_path,
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            break
        blamed = build.MutantBuild._blamed(done.stderr)
        assert blamed, done.stderr
        bad |= blamed
        alive = [one for one in found if one.id not in bad]
    assert done.returncode == 0
    assert len(alive) > 25

    def code(number):
        return subprocess.run([tmp_path / "main"], env={**os.environ, "SIOV_MUTANT": str(number)}, check=False).returncode

    assert code(0) == 0, "no mutant: the program as it is"
    killed = {one.id for one in alive if code(one.id) != 0}
    by_text = {one.text: one.id for one in alive}
    assert by_text["output.read_ps = input.write_ns() * kPsPerNs;"] in killed
    assert by_text["return 2;"] in killed
    assert by_text["std::max(output.read_ps, 7000)"] not in killed, "a value that nobody uses"
