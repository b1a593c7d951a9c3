# SPDX-License-Identifier: Apache-2.0
"""Points as tasks of an executor: what one is, how it is run, and many of them without all waiting at once."""

import numbers
import os
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Sequence, Tuple, TypeVar

from siovsim.base.errors import InputError, SiovsimError
from siovsim.engine import process
from siovsim.sweeps import point_table

MOST_WAITING = 256
Item = TypeVar("Item")


def local(jobs: Optional[int] = None) -> Executor:
    """Runs points on this machine, ``jobs`` at a time (default: one per processor)."""
    if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, numbers.Integral) or jobs < 1):
        raise InputError(
            f"local: jobs = {jobs!r}: must be a whole number, at least 1, or None, which is one per processor."
        )
    return ThreadPoolExecutor(max_workers=os.cpu_count() or 1 if jobs is None else int(jobs))


def checked(executor: Any) -> Executor:
    """The executor, or InputError for what is none."""
    if isinstance(executor, type) or not callable(getattr(executor, "submit", None)):
        raise InputError(
            f"executor = {executor!r}: must be siovsim.local(jobs=N) or another executor of concurrent.futures."
        )
    return executor


@dataclass(frozen=True)
class PointTask:
    """What a worker needs to run one point; plain values, so that it can be sent to another machine."""

    file: str
    overrides: Tuple[str, ...]
    folder: str
    timeout_s: Optional[float]


def run_point(task: PointTask) -> str:
    """Runs one point into its folder; returns "" or the error. The engine puts the folder in place in one step."""
    try:
        ended = process.run(
            [
                "run",
                task.file,
                *process.overrides_as_options(task.overrides),
                "--out",
                task.folder,
                "--no-partial",
                "--progress",
                "json",
            ],
            timeout_s=task.timeout_s,
        )
    except (SiovsimError, OSError) as error:
        return str(error)
    if ended.code in (0, 1) and ended.folder is not None and point_table.finished(Path(task.folder)) is not None:
        return ""
    return "interrupted" if ended.interrupted else ended.sentence()


def submit(executor: Executor, *call: Any) -> "Future[Any]":
    """Gives the executor a call. Raises SiovsimError with its own words when it takes none."""
    try:
        future = executor.submit(*call)
    except Exception as error:  # whatever somebody's executor raises
        raise _unusable(executor, error) from error
    if not isinstance(future, Future):
        raise InputError(f"executor = {executor!r}: its submit() must return a Future of concurrent.futures, not {future!r}.")
    return future


def outcome(executor: Executor, future: "Future[Any]") -> Any:
    """What a call returned. Raises SiovsimError when the executor lost it; a call of ours raises nothing else."""
    try:
        return future.result()
    except SiovsimError:
        raise
    except Exception as error:  # a worker that died, a task that cannot be sent, an executor that was shut down
        raise _unusable(executor, error) from error


def _unusable(executor: Executor, error: Exception) -> SiovsimError:
    words = str(error).strip() or "it gives no reason"
    return SiovsimError(f"the executor {type(executor).__name__} did not run a point ({type(error).__name__}: {words.splitlines()[0]}).")


def run_each(executor: Executor, tasks: Sequence[Tuple[Item, PointTask]]) -> Iterator[Tuple[Item, str]]:
    """Yields (item, "" or its error) as points finish; at most a few wait in the executor at a time."""
    waiting: Dict["Future[Any]", Item] = {}
    todo = iter(tasks)
    try:
        while True:
            for item, task in todo:
                waiting[submit(executor, run_point, task)] = item
                if len(waiting) >= MOST_WAITING:
                    break
            if not waiting:
                return
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                yield waiting.pop(future), outcome(executor, future)
    except BaseException:
        for future in waiting:
            future.cancel()
        process.interrupt_all()
        wait([future for future in waiting if not future.cancelled()])
        raise
