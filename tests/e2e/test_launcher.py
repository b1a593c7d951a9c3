# SPDX-License-Identifier: Apache-2.0
"""./siovsim on machines we do not have: the real script between stand-ins for apt, sudo, cmake and ninja."""

import os
import shutil
import subprocess
import time

import pytest
from front import ROOT

TOOLS = {
    "dpkg-query": 'cat "$STATE/installed" | sed "s/^/ii  /"',
    "apt-get": 'echo "apt-get $*" >> "$STATE/log"\n[ -e "$STATE/apt-broken" ] && { echo "E: no network"; exit 100; }\n'
    '[ "$1" = install ] && shift 3 && printf "%s\\n" "$@" >> "$STATE/installed"\nexit 0',
    "sudo": 'echo "sudo $*" >> "$STATE/log"\n[ -e "$STATE/sudo-ok" ] || exit 1\n[ "$1" = -n ] && shift\nexec "$@"',
    "id": 'cat "$STATE/uid"',
    "cmake": 'echo "cmake $*" >> "$STATE/log"\n[ -e "$STATE/build-broken" ] && { echo "error: x.cpp:1: no"; exit 1; }\n'
    'if [ "$1" = --preset ]; then mkdir -p build/release && touch build/release/build.ninja; fi\n'
    '[ -e "$STATE/slow" ] && sleep 0.4\necho "end" >> "$STATE/log"',
    "ninja": 'echo "ninja: no work to do."',
    "ctest": 'echo "ctest $*" >> "$STATE/log"',
}


class Machine:
    """A pretended Debian machine with a checkout of siovsim."""

    def __init__(self, folder):
        self.state = folder / "state"
        self.root = folder / "siovsim"
        tools = folder / "tools"
        for made in (self.state, tools, self.root / "cmake", self.root / "pybind" / "siovsim"):
            made.mkdir(parents=True)
        shutil.copy(ROOT / "siovsim", self.root)
        (self.root / "cmake" / "debian-packages.txt").write_text("# build\ng++\ncmake # the builder\n\nninja-build\n")
        (self.root / "pybind" / "siovsim" / "__main__.py").write_text(
            "import os, sys\nprint('front', sys.argv[1:], os.getcwd())\n"
        )
        for name, body in TOOLS.items():
            (tools / name).write_text(f"#!/bin/sh\n{body}\n")
            (tools / name).chmod(0o755)
        self.write("installed", "g++\ncmake\nninja-build\n")
        self.write("uid", "1000\n")
        self.write("log", "")
        self.os_release("debian", "12")
        self.environment = {
            "PATH": f"{tools}:/usr/bin:/bin",
            "STATE": str(self.state),
            "HOME": str(folder),
            "SIOVSIM_OS_RELEASE": str(self.state / "os-release"),
        }

    def write(self, name, text=""):
        (self.state / name).write_text(text)

    def os_release(self, name, version):
        self.write("os-release", f'ID={name}\nVERSION_ID="{version}"\nPRETTY_NAME="{name} {version}"\n')

    def start(self, *words, **options):
        return subprocess.Popen(
            [str(self.root / "siovsim"), *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, *words, **options):
        process = self.start(*words, **options)
        output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors

    @property
    def log(self):
        return (self.state / "log").read_text().splitlines()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_it_configures_builds_and_hands_over_with_the_callers_folder(machine, tmp_path):
    code, output, errors = machine.run("run", "a b.txtpb", cwd=tmp_path)
    assert code == 0 and output == f"front ['run', 'a b.txtpb'] {tmp_path}\n"
    assert "first time takes a few minutes" in errors
    assert machine.log[0] == "cmake --preset release" and machine.log[2].startswith(
        f"cmake --build {machine.root}/build/release"
    )
    assert "--target siovsim_runtime" in machine.log[2]


def test_a_second_run_says_nothing_and_does_not_configure(machine):
    machine.run("run")
    code, _, errors = machine.run("run")
    assert code == 0 and errors == "" and machine.log.count("cmake --preset release") == 1


def test_it_works_through_a_symbolic_link(machine, tmp_path):
    (tmp_path / "link").symlink_to(machine.root / "siovsim")
    done = subprocess.run(
        [str(tmp_path / "link"), "x"],
        env=machine.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0 and done.stdout.startswith("front ['x']")


def test_root_installs_what_is_missing_and_only_that(machine):
    machine.write("installed", "g++\n")
    machine.write("uid", "0\n")
    code, _, errors = machine.run("run")
    assert code == 0 and "installing 2 missing Debian packages with apt-get: cmake ninja-build" in errors
    assert machine.log[:2] == ["apt-get update", "apt-get install -y --no-install-recommends cmake ninja-build"]


def test_sudo_without_a_password_is_used(machine):
    machine.write("installed", "g++\ncmake\n")
    machine.write("sudo-ok")
    code, _, errors = machine.run("run")
    assert code == 0 and "through sudo -n: ninja-build" in errors and "apt-get update" in machine.log


def test_without_root_and_sudo_it_prints_the_one_command_and_ends_with_2(machine):
    machine.write("installed", "g++\n")
    code, output, errors = machine.run("run")
    assert (code, output) == (2, "")
    assert 'sudo sh -c "apt-get update && apt-get install -y --no-install-recommends cmake ninja-build"' in errors
    assert not any(line.startswith(("apt-get", "cmake")) for line in machine.log)


def test_a_failing_apt_shows_its_words(machine):
    machine.write("installed", "")
    machine.write("uid", "0\n")
    machine.write("apt-broken")
    code, _, errors = machine.run("run")
    assert code == 2 and "E: no network" in errors and "packages.log" in errors


@pytest.mark.parametrize("name, version", [("ubuntu", "24.04"), ("debian", "13")])
def test_another_system_gets_a_sentence(machine, name, version):
    machine.os_release(name, version)
    code, _, errors = machine.run("run")
    assert code == 2 and f"'{name} {version}'" in errors and "Debian 12 only" in errors and machine.log == []


def test_a_failing_build_shows_its_log_and_ends_with_2(machine):
    machine.write("build-broken")
    code, output, errors = machine.run("run")
    assert (code, output) == (2, "") and "x.cpp:1: no" in errors and "release.log" in errors


def test_test_builds_everything_and_passes_its_arguments_to_ctest(machine):
    code, _, _ = machine.run("test", "-R", "unit.*x")
    assert code == 0 and "--target all" in machine.log[2]
    assert machine.log[-1].startswith("ctest --test-dir") and machine.log[-1].endswith("-R unit.*x")


TABLE = "import sys\nprint('table', sys.argv[3:])\nsys.exit(int(open(sys.argv[1]).read()))\n"
CTEST = """shift 2
while [ $# -gt 0 ]; do [ "$1" = --output-junit ] && results="$2"; shift; done
echo a test failed; cp "$STATE/verdict" "$results"; exit "$(cat "$STATE/ctest")"
"""


def _conformance(machine, ctest, verdict, *words):
    (machine.root / "pybind" / "siovsim" / "conformance.py").write_text(TABLE)
    (machine.root.parent / "tools" / "ctest").write_text(TOOLS["ctest"].join(("#!/bin/sh\n", "\n")) + CTEST)
    machine.write("ctest", str(ctest))
    machine.write("verdict", str(verdict))
    return machine.run("test", *words)


def test_conformance_runs_its_tests_and_prints_the_table_of_their_results(machine):
    code, output, errors = _conformance(machine, 0, 0, "--conformance")
    assert (code, output) == (0, "table []\n") and "a test failed" not in errors
    assert "--target siov_tests_conformance" in machine.log[2] and " -L ^(conformance|seam)$ " in machine.log[-1]


def test_conformance_of_chosen_tests_shows_those_alone(machine):
    code, output, errors = _conformance(machine, 0, 0, "-R", "IOM_07", "--conformance")
    assert (code, output) == (0, "table ['--only-run']\n"), errors
    assert machine.log[-1].endswith(" -R IOM_07")


@pytest.mark.parametrize("ctest, verdict, shown", [(8, 0, True), (0, 1, False)])
def test_conformance_fails_with_a_test_or_with_the_table(machine, ctest, verdict, shown):
    code, output, errors = _conformance(machine, ctest, verdict, "--conformance")
    assert (code, output) == (1, "table []\n") and ("a test failed" in errors) == shown


def test_concurrent_invocations_build_one_after_the_other(machine):
    machine.write("slow")
    processes = [machine.start("run") for _ in range(3)]
    for process in processes:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0 and output.startswith("front"), errors
    commands = [line.split()[0] for line in machine.log]
    assert commands == ["cmake", "end"] * (len(commands) // 2) and machine.log.count("cmake --preset release") == 1


def test_the_build_lock_is_free_while_the_command_runs(machine):
    machine.run("run")
    (machine.root / "pybind" / "siovsim" / "__main__.py").write_text(
        "import time\nprint('started', flush=True)\ntime.sleep(30)\n"
    )
    long_run = machine.start("run")
    try:
        assert long_run.stdout.readline() == "started\n"
        (machine.root / "pybind" / "siovsim" / "__main__.py").write_text("print('front')\n")
        start = time.monotonic()
        code, output, _ = machine.run("run")
        assert (code, output) == (0, "front\n") and time.monotonic() - start < 20
    finally:
        long_run.kill()
        long_run.communicate()


def test_nothing_it_starts_can_read_standard_input(machine):
    tool = os.path.join(machine.environment["PATH"].split(":")[0], "cmake")
    with open(tool, "a", encoding="utf-8") as file:
        file.write('read line && echo "read $line" >> "$STATE/log"\nexit 0\n')
    process = subprocess.run(
        [str(machine.root / "siovsim"), "run"],
        env=machine.environment,
        input="secret\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0 and not any(line.startswith("read") for line in machine.log)
