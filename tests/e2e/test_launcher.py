# SPDX-License-Identifier: Apache-2.0
"""./siovsim on machines we do not have: the real script between stand-ins for apt, sudo, cmake and ninja."""

import fcntl
import os
import resource
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
    'if [ "$1" = --preset ]; then mkdir -p "$4" && touch "$4/build.ninja" && echo "${5#-D}" | sed s/=/:BOOL=/ >"$4/CMakeCache.txt"\n'
    'else mkdir -p "$2/platforms" && touch "$2/platforms/siovsim-engine" && chmod +x "$2/platforms/siovsim-engine"; fi\n'
    '[ -e "$STATE/slow" ] && sleep 0.4\necho "end" >> "$STATE/log"',
    "ninja": 'echo "ninja: no work to do."',
    "ctest": 'echo "ctest $*" >> "$STATE/log"',
}


INPUTS = ("models", "platforms", "configs/schema", "pybind/siovsim", "cmake")
FILES = ("CMakeLists.txt", "CMakePresets.json", "configs/CMakeLists.txt", "pybind/CMakeLists.txt", "pybind/engine_module.cpp")


class Machine:
    """A pretended Debian machine with a checkout of siovsim."""

    def __init__(self, folder):
        self.state = folder / "state"
        self.root = folder / "siovsim"
        tools = folder / "tools"
        for made in (self.state, tools, *(self.root / name for name in INPUTS)):
            made.mkdir(parents=True)
        for name in FILES:
            (self.root / name).write_text("")
        shutil.copy(ROOT / "siovsim", self.root)
        for name in ("launcher_build.sh", "launcher_system.sh"):
            shutil.copy(ROOT / "cmake" / name, self.root / "cmake")
        self.packages("run", "# build\ng++\ncmake # the builder\n\nninja-build\n")
        self.packages("test", "libgtest-dev\nchromium [debian-12 debian-13]\nlibclang-rt-18-dev [ubuntu-24.04]\n")
        (self.root / "pybind" / "siovsim" / "__main__.py").write_text(
            "import os, sys\nprint('front', sys.argv[1:], os.getcwd())\n"
        )
        for name, body in TOOLS.items():
            (tools / name).write_text(f"#!/bin/sh\n{body}\n")
            (tools / name).chmod(0o755)
        self.write("installed", "g++\ncmake\nninja-build\nlibgtest-dev\nchromium\n")
        self.write("uid", "1000\n")
        self.write("log", "")
        self.os_release("debian", "12")
        self.environment = {
            "PATH": f"{tools}:/usr/bin:/bin",
            "STATE": str(self.state),
            "HOME": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SIOVSIM_OS_RELEASE": str(self.state / "os-release"),
        }

    def packages(self, name, text):
        (self.root / "cmake" / f"packages-{name}.txt").write_text(text)

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
        output, errors = process.communicate(timeout=600)
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
    build = f"{machine.root}/build/release"
    assert machine.log[0] == f"cmake --preset release -B {build} -DSIOV_TESTS=OFF"
    assert machine.log[2].startswith(f"cmake --build {build} --target siovsim_runtime")


def test_a_small_stack_is_raised_and_one_that_cannot_be_is_a_sentence(machine):
    kib, usual = 1024, 8 << 20

    def limited(soft, hard):
        return machine.run("--help", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (soft, hard)))

    code, output, errors = limited(64 * kib, usual)
    assert code == 0 and output.startswith("front ['--help']") and errors == ""
    code, output, errors = limited(64 * kib, 64 * kib)
    assert code == 2 and output == ""
    assert errors == "siovsim: the stack is limited to 64 KiB (ulimit -s), and at least 512 KiB are needed.\n"


def test_an_up_to_date_build_costs_no_package_query_no_lock_and_no_build(machine):
    machine.run("run")
    before = machine.log
    for tool in ("dpkg-query", "cmake", "ninja"):
        (machine.root.parent / "tools" / tool).write_text("#!/bin/sh\nexit 1\n")
    with open(machine.root / "build" / "release.lock", "a", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as if another one was building
        code, output, errors = machine.run("run")
    assert (code, errors) == (0, "") and output.startswith("front") and machine.log == before


@pytest.mark.parametrize("change", ["models/new.h", "CMakeLists.txt", "configs/schema/x.proto"])
def test_what_changed_is_built(machine, change):
    machine.run("run")
    assert machine.run("run")[2] == "" and len(machine.log) == 4
    time.sleep(0.02)
    (machine.root / change).write_text("x")
    assert machine.run("run")[0] == 0 and machine.log[4].startswith("cmake --build")


def test_a_deleted_source_and_an_older_one_copied_in_are_changes(machine):
    source = machine.root / "models" / "x.h"
    source.write_text("x")
    machine.run("run")
    time.sleep(0.02)
    os.utime(source, (1, 1))
    machine.run("run")
    assert len(machine.log) == 6
    time.sleep(0.02)
    source.unlink()
    machine.run("run")
    assert len(machine.log) == 8


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], [], ["test", "-h"], ["rnu"]])
def test_help_needs_no_packages_no_lock_and_no_build(machine, words):
    machine.write("installed", "")
    code, output, errors = machine.run(*words)
    assert (code, errors) == (0, "") and output.startswith(f"front {words}") and machine.log == []


def test_who_waits_for_a_build_learns_for_whom(machine):
    (machine.root / "build").mkdir()
    with open(machine.root / "build" / "release.lock", "a+", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4711 (siovsim test -L unit)\n")
        held.flush()
        waiting = machine.start("run")
        said = waiting.stderr.readline()
    output, _ = waiting.communicate(timeout=600)
    assert "waiting for another build" in said and "process 4711 (siovsim test -L unit)" in said
    assert waiting.returncode == 0 and output.startswith("front")


def test_a_checkout_that_cannot_be_written_is_built_in_the_users_cache(machine):
    (machine.root / "pybind" / "siovsim" / "__main__.py").write_text(
        "import os\nprint(os.environ.get('SIOVSIM_BUILD'))\n"
    )
    # A file where the build folder would be stops root too, whom permissions do not.
    (machine.root / "build").write_text("")
    code, output, errors = machine.run("run")
    cache = machine.root.parent / ".cache" / "siovsim"
    assert code == 0 and output.startswith(f"{cache}/") and output.endswith("/release\n"), errors
    assert f"build cannot be written to; building in {output.strip()}" in errors
    assert machine.log[0].startswith(f"cmake --preset release -B {cache}/")
    assert machine.run("run")[1:] == (output, "")


def test_a_checkout_and_a_cache_that_cannot_be_written_are_a_sentence(machine):
    (machine.root / "build").write_text("")
    machine.environment["XDG_CACHE_HOME"] = "/proc/nothing"
    code, output, errors = machine.run("run")
    assert (code, output) == (2, "") and "XDG_CACHE_HOME names another folder" in errors and machine.log == []


def test_it_works_through_a_symbolic_link(machine, tmp_path):
    (tmp_path / "link").symlink_to(machine.root / "siovsim")
    done = subprocess.run(
        [str(tmp_path / "link"), "x"],
        env=machine.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0 and done.stdout.startswith("front ['x']")


def test_root_installs_what_is_missing_and_only_that(machine):
    machine.write("installed", "g++\n")
    machine.write("uid", "0\n")
    code, _, errors = machine.run("run")
    assert code == 0 and "installing 2 missing packages with apt-get: cmake ninja-build" in errors
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


@pytest.mark.parametrize(
    "name, version, missing",
    [
        ("debian", "12", ["chromium"]),
        ("debian", "13", ["chromium"]),
        ("ubuntu", "24.04", ["libclang-rt-18-dev"]),
    ],
)
def test_each_supported_system_gets_its_own_packages_and_no_warning(machine, name, version, missing):
    machine.os_release(name, version)
    machine.write("installed", "g++\ncmake\nninja-build\nlibgtest-dev\n")
    machine.write("uid", "0\n")
    code, _, errors = machine.run("test")
    assert code == 0 and "is tested on" not in errors
    assert machine.log[1] == f"apt-get install -y --no-install-recommends {' '.join(missing)}"


@pytest.mark.parametrize("name, version", [("ubuntu", "22.04"), ("debian", ""), ("fedora", "41")])
def test_another_system_is_warned_of_and_not_refused(machine, name, version):
    machine.os_release(name, version)
    code, output, errors = machine.run("run")
    shown = f"{name} {version}".strip()
    assert code == 0 and output.startswith("front") and f"'{shown}'" in errors and "tested on Debian 12" in errors


def test_a_system_without_apt_is_told_what_is_needed_and_builds_with_what_it_has(machine):
    machine.os_release("fedora", "41")
    tools = machine.root.parent / "tools"
    for name in ("apt-get", "dpkg-query"):
        (tools / name).unlink()
    for name in ("bash env awk cat comm cut date dirname find flock grep head id mkdir mv nproc paste readlink rm "
                 "sed sha256sum sh sleep sort tail touch chmod").split():
        if not (tools / name).exists():
            (tools / name).symlink_to(shutil.which(name, path="/usr/bin:/bin"))
    machine.environment["PATH"] = str(tools)
    code, output, errors = machine.run("run")
    assert code == 0 and output.startswith("front"), errors
    assert "no apt-get" in errors and "g++ ninja-build" in errors.replace("cmake ", "")


def test_what_only_runs_installs_and_configures_no_tests(machine):
    machine.write("installed", "g++\ncmake\nninja-build\n")
    assert machine.run("run")[0] == 0 and not any(line.startswith("apt-get") for line in machine.log)
    machine.write("uid", "0\n")
    code, _, errors = machine.run("test")
    assert code == 0 and "installing 2 missing packages with apt-get: chromium libgtest-dev" in errors
    assert any(line.endswith("-DSIOV_TESTS=ON") for line in machine.log)
    configured = [line for line in machine.log if "--preset" in line]
    machine.run("run")
    assert [line for line in machine.log if "--preset" in line] == configured and len(configured) == 2


def test_every_package_is_named_once_and_for_systems_that_exist():
    names = []
    for name in ("run", "test"):
        for line in (ROOT / "cmake" / f"packages-{name}.txt").read_text().splitlines():
            words = line.partition("#")[0].replace("[", " ").replace("]", " ").split()
            names += words[:1]
            assert set(words[1:]) <= {"debian-12", "debian-13", "ubuntu-24.04"}, line
    assert len(names) == len(set(names)) and {"g++", "chromium"} <= set(names)


def test_a_failing_build_shows_its_log_and_ends_with_2(machine):
    machine.write("build-broken")
    code, output, errors = machine.run("run")
    assert (code, output) == (2, "") and "x.cpp:1: no" in errors and "release.log" in errors


def test_test_builds_everything_and_passes_its_arguments_to_ctest(machine):
    code, _, _ = machine.run("test", "-R", "unit.*x")
    assert code == 0 and any("--target all" in line for line in machine.log)
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
    assert any("--target siov_tests_conformance" in line for line in machine.log)
    assert " -L ^(conformance|seam)$ " in machine.log[-1]


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
        output, errors = process.communicate(timeout=600)
        assert process.returncode == 0 and output.startswith("front"), errors
    commands = [line.split()[0] for line in machine.log]
    assert commands == ["cmake", "end"] * (len(commands) // 2)
    assert sum("--preset" in line for line in machine.log) == 1


def test_the_build_lock_is_free_while_the_command_runs(machine):
    machine.run("run")
    (machine.root / "pybind" / "siovsim" / "__main__.py").write_text(
        "import time\nprint('started', flush=True)\ntime.sleep(6000)\n"
    )
    long_run = machine.start("run")
    try:
        assert long_run.stdout.readline() == "started\n"
        (machine.root / "pybind" / "siovsim" / "__main__.py").write_text("print('front')\n")
        code, output, _ = machine.run("run")
        assert (code, output) == (0, "front\n") and long_run.poll() is None
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
        timeout=600,
        check=False,
    )
    assert process.returncode == 0 and not any(line.startswith("read") for line in machine.log)
