# SPDX-License-Identifier: Apache-2.0
"""The command line's manners: help without a build, one name before a sentence, and outputs that take no words."""

import os
import subprocess

import pytest
from front import ROOT

from siovsim.cli import arguments

FRONT = ["/usr/bin/python3", "-m", "siovsim"]


def call(*words, shell=None, **environment):
    """Runs the front, or a line of shell in which "$@" is the front with the words."""
    command = [*FRONT, *map(str, words)]
    return subprocess.run(
        ["/bin/bash", "-c", shell, "bash", *command] if shell else command,
        env={**os.environ, "PYTHONPATH": str(ROOT / "pybind"), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("command", [*arguments.COMMANDS, "trace info", "trace convert"])
def test_every_command_has_help_without_engine_and_schema(command):
    done = call(*command.split(), "--help", SIOVSIM_ENGINE="/nowhere", SIOVSIM_BUILD="/nowhere")
    assert done.returncode == 0 and done.stdout.startswith(f"usage: siovsim {command}") and done.stderr == ""


def test_help_needs_nothing_but_python_itself():
    script = f"import sys; sys.path.insert(0, {str(ROOT / 'pybind')!r}); from siovsim.cli.main import main; main(['--help'])"
    done = subprocess.run(["/usr/bin/python3", "-I", "-S", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "describe" in done.stdout, done.stderr


def test_the_version_is_known_without_a_build():
    done = call("--version", SIOVSIM_ENGINE="/nowhere", SIOVSIM_BUILD="/nowhere")
    assert done.returncode == 0 and done.stdout.startswith("siovsim 0.") and done.stdout.endswith(")\n")


@pytest.mark.parametrize("words", [["check", "--nonsense"], ["bench", "--tenants"], ["trace", "info"], ["trace", "x"]])
def test_the_engines_commands_refuse_words_as_the_others_do(words):
    done = call(*words)
    assert done.returncode == 2 and done.stderr.startswith("siovsim: ") and "--help" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_name_of_the_program_stands_once_before_a_sentence(experiment):
    done = call("run", experiment, "--set", "fake.fail=1")
    sentences = [line for line in done.stderr.splitlines() if "broke on purpose" in line]
    assert sentences == ["siovsim: the model broke on purpose"]


def test_a_reader_who_has_seen_enough_is_no_error(experiment):
    call("run", experiment, "--quiet")
    done = call("compare", *["results/sample"] * 400, shell='"$@" | head -c 1; exit ${PIPESTATUS[0]}')
    assert done.stderr == "" and done.returncode == 128 + 13  # as if by SIGPIPE


def test_a_reader_of_progress_who_has_seen_enough_does_not_end_the_run(experiment, tmp_path):
    done = call("run", experiment, shell='"$@" 2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}')
    assert done.returncode == 0 and (tmp_path / "results/sample/report.html").is_file()


@pytest.mark.parametrize("shell, reason", [('"$@" >/dev/full', "No space left"), ('"$@" >&-', "Bad file descriptor")])
@pytest.mark.parametrize("words", [["run"], ["report", "results/sample"], ["--help"]])
def test_what_could_not_be_shown_is_a_failure_with_a_sentence(experiment, tmp_path, shell, reason, words):
    call("run", experiment, "--quiet")
    done = call(*words, *([experiment] if words == ["run"] else []), shell=shell)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and last.startswith("siovsim: standard output cannot be written") and reason in last
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr
    assert (tmp_path / "results/sample/report.html").is_file()


def test_a_closed_standard_error_loses_words_and_nothing_else(experiment, tmp_path):
    done = call("run", experiment, shell='"$@" 2>&-')
    assert done.returncode == 0 and "latency p50" in done.stdout
    assert (tmp_path / "results/sample/summary.json").read_text().startswith("{")
    assert call("run", "nowhere.txtpb", shell='"$@" 2>&-').returncode == 2
    assert call("run", "nowhere.txtpb", shell='"$@" 2>/dev/full').returncode == 2


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "xx_YY.UTF-8"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
def test_no_locale_brings_a_traceback(experiment, environment):
    for words in (["run", experiment, "--set", "a.é=1"], ["run", experiment], ["compare", "results/sample"]):
        done = call(*words, **environment)
        assert done.returncode == (2 if "--set" in words else 0), done.stderr
        assert "Traceback" not in done.stderr


def test_a_file_that_never_ends_is_refused_and_not_read_for_ever():
    done = call("sweep", "/dev/urandom")
    assert done.returncode == 2 and done.stderr == "siovsim: /dev/urandom: cannot be read: is not a regular file.\n"


def test_a_file_larger_than_any_configuration_is_refused(tmp_path):
    with open(tmp_path / "big.txtpb", "wb") as file:
        file.truncate(17 << 20)
    done = call("sweep", tmp_path / "big.txtpb")
    assert done.returncode == 2 and "is larger than 16 MiB" in done.stderr and len(done.stderr) < 500
