# SPDX-License-Identifier: Apache-2.0
"""Runs the engine as a child process: one simulation, one process (SystemC elaborates once per process).

The child dies with its parent, never reads standard input, and is asked to stop with one SIGINT, after which it writes
what it has. Progress arrives as JSON lines on its standard error; every other line there is kept as its log.
"""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Set, Tuple, Union

from siovsim.base import given, interrupts, paths
from siovsim.base.errors import InputError

Progress = Callable[[Dict[str, Any]], None]

NAME = "siovsim: "  # begins the engine's own sentences; a fault of a file begins with the file

_running: Set["subprocess.Popen[str]"] = set()
_lock = threading.RLock()  # a signal handler may take it while the main thread has it


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code (-N: killed by signal N), its log and its standard output."""

    code: int
    log: str
    output: str
    timed_out: bool = False
    folder: Optional[Path] = None  # where it says that it put a result

    @property
    def interrupted(self) -> bool:
        """True when it stopped as it was asked to; by the signal itself where it had hardly begun."""
        return self.code in (130, -signal.SIGINT)

    def sentence(self) -> str:
        """One sentence that says what went wrong: the engine's own first sentence where it left one."""
        if self.timed_out:
            return "the engine did not finish within its time-out and was killed"
        if self.code < 0:
            return f"the engine was killed by signal {-self.code} ({signal.Signals(-self.code).name})"
        lines = [line.strip() for line in self.words().splitlines() if line.strip()]
        return lines[0] if lines else f"the engine ended with exit code {self.code} and said nothing"

    def words(self) -> str:
        """What the engine said, without the name that begins its sentences: whoever shows them puts it there."""
        return "\n".join(line[len(NAME) :] if line.startswith(NAME) else line for line in self.log.strip().splitlines())

    def refusal(self) -> InputError:
        """The error of an engine that ended with exit code 2."""
        return InputError(self.words() or self.sentence(), faults=bool(self.log.strip()) and NAME not in self.log)


def _command(arguments: Sequence[str]) -> List[str]:
    command = [str(paths.engine_binary()), *arguments]
    setpriv = shutil.which("setpriv")  # util-linux: lets the kernel end the child when its parent is killed
    return [setpriv, "--pdeathsig", "KILL", "--", *command] if setpriv else command


def interrupt_all() -> None:
    """Asks every child of this process to stop and write what it has."""
    with _lock:
        for child in _running:
            child.send_signal(signal.SIGINT)


def kill_all() -> None:
    """Ends every child of this process at once."""
    with _lock:
        for child in _running:
            child.kill()


def _pump(
    child: "subprocess.Popen[str]", on_progress: Optional[Progress], log: List[str], folders: List[Path]
) -> None:
    assert child.stderr is not None
    for line in child.stderr:
        if line.startswith('{"sim_time_ns"'):
            if on_progress is not None:
                on_progress(json.loads(line))
        elif line.startswith('{"partial"'):
            folders.append(Path(json.loads(line)["result_folder"]))
        else:
            log.append(line)


def run(arguments: Sequence[str], on_progress: Optional[Progress] = None, timeout_s: Optional[float] = None) -> Ended:
    """Runs the engine with these arguments and waits for it.

    A KeyboardInterrupt is passed on to the child once; the child then writes what it has and ends by itself with code 130.
    Further ones are ignored for interrupts.GRACE_S; one after that kills it.
    """
    _refuse_unwritable(arguments)
    given.time_limit(timeout_s)
    if on_progress is not None and not callable(on_progress):
        raise InputError(f"progress = {on_progress!a}: must be a function of one dictionary, or None.")
    interrupts.hold()
    try:
        child = _start(_command(arguments))
    except BaseException:
        interrupts.release()
        raise
    output: List[str] = []
    log: List[str] = []
    folders: List[Path] = []
    readers = [
        threading.Thread(target=lambda: output.extend(child.stdout or ()), daemon=True),
        threading.Thread(target=_pump, args=(child, on_progress, log, folders), daemon=True),
    ]
    for reader in readers:
        reader.start()
    timed_out = False
    try:
        timed_out = _wait(child, timeout_s)
    finally:
        for reader in readers:
            reader.join()
        with _lock:
            _running.discard(child)
    return Ended(child.returncode, "".join(log), "".join(output), timed_out, folders[-1] if folders else None)


def _start(command: List[str]) -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        process_group=0,
    )
    with _lock:
        _running.add(child)
    return child


def _refuse_unwritable(arguments: Sequence[str]) -> None:
    for argument in arguments:
        if "\0" in argument:
            raise InputError(f"{ascii(argument)}: it must not contain a zero character.")
        try:
            os.fsencode(argument)
        except UnicodeEncodeError as error:
            raise InputError(f"{ascii(argument)}: it must be text that can be written.") from error


def _wait(child: "subprocess.Popen[str]", timeout_s: Optional[float]) -> bool:
    first_s: Optional[float] = None
    while True:
        try:
            interrupts.release()
            child.wait(timeout_s)
            return False
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return True
        except KeyboardInterrupt:
            if first_s is None:
                first_s = time.monotonic()
                child.send_signal(signal.SIGINT)
            elif interrupts.is_late(first_s):
                child.kill()


def overrides_as_options(overrides: Sequence[str]) -> List[str]:
    """``["a.b=1"] -> ["--set", "a.b=1"]``."""
    return [word for override in overrides for word in ("--set", override)]


def check(path: Union[str, Path], overrides: Sequence[str] = ()) -> Ended:
    """What the engine finds wrong with a file. An interrupt ends the caller's command as well."""
    ended = run(["check", str(path), *overrides_as_options(overrides)])
    if ended.interrupted:
        raise KeyboardInterrupt
    return ended


def resolve(path: Path, overrides: Sequence[str]) -> str:
    """The fully resolved configuration as text; raises InputError with every fault the engine found."""
    ended = run(["resolve", str(path), *overrides_as_options(overrides)])
    if ended.code != 0:
        raise ended.refusal()
    return ended.output


def sweep_points(path: Path) -> Tuple[Dict[str, Any], List[str]]:
    """What the engine makes of a sweep file: its ``axes``, each with ``overrides`` and ``names`` of its values, and its
    ``seeds``; and of each point, as text, which of these it takes. Raises InputError with every fault the engine found."""
    ended = run(["resolve", str(path), "--points"])
    if ended.interrupted:
        raise KeyboardInterrupt
    if ended.code != 0:
        raise ended.refusal()
    head, *points = ended.output.split("\n")[:-1]
    return json.loads(head), points


def run_id(path: Path, overrides: Sequence[str]) -> str:
    """The id a run of this configuration will have: a hash of the resolved configuration, the trace and the engine."""
    ended = run(["resolve", str(path), "--id", *overrides_as_options(overrides)])
    if ended.code != 0:
        raise ended.refusal()
    return ended.output.strip()


def run_ids(path: Path, points: Sequence[Sequence[str]]) -> List[Tuple[str, str]]:
    """(run id, "") of each list of overrides, or ("", error) where the engine refuses it; all by one process, and by one
    more for each point at which the engine ends."""
    for overrides in points:
        _refuse_unwritable(overrides)
        if "" in overrides:
            raise InputError("an override is empty; it must be PATH=VALUE.")
    found: List[Tuple[str, str]] = []
    while len(found) < len(points):
        known, sentence = _some_ids(path, points[len(found) :])
        found += known
        if len(found) < len(points):
            found.append(("", sentence))
    return found


def _some_ids(path: Path, points: Sequence[Sequence[str]]) -> Tuple[List[Tuple[str, str]], str]:
    """What the engine says of the first points, and how it ended."""
    ended = subprocess.run(
        _command(["resolve", str(path), "--ids"]),
        input="".join("".join(f"{override}\0" for override in overrides) + "\0" for overrides in points),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        process_group=0,
        check=False,
    )
    lines = [json.loads(line) for line in ended.stdout.split("\n")[:-1]]  # not splitlines: it knows more ends of lines
    known = [(line.get("id", ""), line.get("error", "").strip()) for line in lines]
    return known, Ended(ended.returncode, ended.stderr, "").sentence()
