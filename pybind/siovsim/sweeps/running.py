# SPDX-License-Identifier: Apache-2.0
"""Runs sweeps: every point is a child process, finished points stay finished, a failed point costs one point."""

import json
import numbers
import os
import time
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, Union

from siovsim.base.errors import InputError, Interrupted, SiovsimError
from siovsim.engine import process
from siovsim.engine.process import Progress
from siovsim.results import folders
from siovsim.sweeps import point_table
from siovsim.sweeps.plan import Point, Sweep, load_sweep

if TYPE_CHECKING:
    import pandas

TABLE_PERIOD_S = 5.0  # how often points.csv is rewritten while points finish


def local(jobs: Optional[int] = None) -> Executor:
    """Runs points on this machine, ``jobs`` at a time (default: one per processor)."""
    if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, numbers.Integral) or jobs < 1):
        raise InputError(
            f"local: jobs = {jobs!r}: must be a whole number, at least 1, or None, which is one per processor."
        )
    return ThreadPoolExecutor(max_workers=os.cpu_count() or 1 if jobs is None else int(jobs))


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


class _Run:
    """One call of sweep(): the points, what is known of them, and the folder."""

    def __init__(
        self,
        plan: Sweep,
        points: List[Point],
        file: Path,
        folder: Path,
        executor: Executor,
        timeout_s: Optional[float],
        progress: Optional[Progress],
    ) -> None:
        self.plan, self.file, self.folder, self.executor = plan, file, folder, executor
        self.timeout_s, self.progress = timeout_s, progress
        self.points = points
        self.ids: Dict[int, str] = {}
        self.done = self.failed = 0
        self.started = self.written = time.monotonic()

    def task(self, point: Point) -> PointTask:
        overrides = (*self.plan.experiment.overrides, *point.overrides)  # type: ignore[union-attr]
        folder = self.folder / point_table.POINTS / self.ids.get(point.index, "none")
        return PointTask(str(self.file.resolve()), overrides, str(folder.resolve()), self.timeout_s)

    def identify_all(self) -> None:
        fixed = self.plan.experiment.overrides  # type: ignore[union-attr]
        known = process.run_ids(self.file, [(*fixed, *point.overrides) for point in self.points])
        for point, (run_id, error) in zip(self.points, known):
            if error:
                self._fail(point, error)
            else:
                self.ids[point.index] = run_id
        if self.points and not self.ids:  # nothing to run: a misspelt axis, not a point that fails
            raise InputError(known[0][1], faults=True)

    def result_folder(self, point: Point) -> Path:
        return self.folder / point_table.POINTS / self.ids[point.index]

    def _each(self, points: Sequence[Point], work: Callable[[PointTask], Any]) -> Iterator[Tuple[Point, Any]]:
        """Yields (point, what work returned) as points finish; at most a few wait in the executor at a time."""
        waiting: Dict["Future", Point] = {}
        todo = iter(points)
        try:
            while True:
                for point in todo:
                    waiting[self.executor.submit(work, self.task(point))] = point
                    if len(waiting) >= 256:
                        break
                if not waiting:
                    return
                finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield waiting.pop(future), future.result()
        except BaseException:
            for future in waiting:
                future.cancel()
            process.interrupt_all()
            wait([future for future in waiting if not future.cancelled()])
            raise

    def run(self, points: Sequence[Point]) -> None:
        total = len(points)
        self._tell(total)
        for point in points:
            folders.make_room(self.result_folder(point))
        for point, error in self._each(points, run_point):
            if error:
                self._fail(point, error)
            else:
                self.done += 1
                point_table.failure_file(self.folder, point.index).unlink(missing_ok=True)
            self._tell(total)
            if time.monotonic() - self.written > TABLE_PERIOD_S:
                self.write()

    def _fail(self, point: Point, error: str) -> None:
        self.failed += 1
        path = point_table.failure_file(self.folder, point.index)
        path.parent.mkdir(exist_ok=True)
        failure = {"index": point.index, "run_id": self.ids.get(point.index, ""), "error": error}
        folders.replace(path, json.dumps(failure) + "\n")

    def _tell(self, total: int) -> None:
        if self.progress is None:
            return
        ended, elapsed = self.done + self.failed, time.monotonic() - self.started
        eta = elapsed / ended * (total - ended) if ended else None
        self.progress(
            {
                "done": self.done,
                "failed": self.failed,
                "total": total,
                "eta_s": None if eta is None else round(max(0.0, eta), 1),
            }
        )

    def write(self) -> "sweep_table.SweepTable":
        table = point_table.gather(self.folder, self.plan, self.points, self.ids)
        point_table.write(table, self.folder)
        self.written = time.monotonic()
        return table


def _chosen(
    plan: Sweep, points: List[Point], expression: Optional[str], shard: Optional[Tuple[int, int]]
) -> List[Point]:
    if expression is not None:
        points = _filtered(plan, points, expression)
    if shard is None:
        return points
    part, parts = shard
    if not 0 <= part < parts:
        raise InputError(f"shard {part}/{parts}: the part must be from 0 to {parts - 1}.")
    return [point for point in points if point.index % parts == part]


def _filtered(plan: Sweep, points: List[Point], expression: str) -> List[Point]:
    import pandas

    frame = pandas.DataFrame([[point.seed, *point.values] for point in points], columns=["seed", *plan.labels])
    for column in frame.columns:
        frame[column] = pandas.to_numeric(frame[column], errors="ignore")
    may_name = f"it may name {', '.join(frame.columns)}."
    try:
        holds = frame.eval(expression)
    except Exception as error:  # pandas raises whatever the expression makes it raise
        raise InputError(f"filter '{expression}' cannot be used ({error}); {may_name}") from error
    if getattr(holds, "dtype", None) != bool or len(holds) != len(points):
        raise InputError(f"filter '{expression}' is no comparison, such as 'seed > 1'; {may_name}")
    kept = [point for point, holds_here in zip(points, holds) if holds_here]
    if not kept:
        raise InputError(f"filter '{expression}' holds at none of the sweep's {len(points):,} points; {may_name}")
    return kept


def result_folder(plan: Sweep, out: Union[str, Path, None]) -> Path:
    """Where a sweep writes: what was asked for, or ``results/<name>`` below the current directory."""
    return folders.checked(out) if out is not None else folders.of_sweep(plan.name)


def sweep(
    plan: Union[Sweep, str, Path],
    *,
    executor: Optional[Executor] = None,
    out: Union[str, Path, None] = None,
    resume: bool = True,
    force: bool = False,
    filter: Optional[str] = None,
    max_runs: Optional[int] = None,
    shard: Optional[Tuple[int, int]] = None,
    timeout_s: Optional[float] = None,
    progress: Optional[Progress] = None,
) -> "pandas.DataFrame":
    """Runs every point of a sweep that has no finished result yet, and returns one row per point.

    executor: ``local(jobs=N)`` or any concurrent.futures Executor. out: result folder (default ``results/<name>``).
    resume: False refuses a folder that has finished points. force: runs finished points again. filter: an expression
    over axis names and ``seed``; only points where it holds are run. max_runs: runs at most so many points now.
    shard: (i, n) runs every n-th point from the i-th. timeout_s: kills a point after so many seconds.

    The folder must be new, empty or this sweep's own; anything else is refused (InputError). Raises SiovsimError when
    points that finished are gone at the end, because somebody removed or changed the folder meanwhile.

    A point that fails is listed with its error and run again by the next call. Raises Interrupted after Ctrl-C, with
    the table written and every finished point kept.
    """
    plan = plan if isinstance(plan, Sweep) else load_sweep(plan)
    folder = result_folder(plan, out)
    points = plan.points()
    chosen = _chosen(plan, points, filter, shard)
    folders.claim(folder, folders.SWEEP, folders.SWEEP_FORMAT, {"name": plan.name})
    (folder / point_table.POINTS).mkdir(exist_ok=True)
    own = local() if executor is None else None
    try:
        with plan.experiment.as_file() as file:  # type: ignore[union-attr]
            state = _Run(plan, points, file, folder, own or executor, timeout_s, progress)  # type: ignore[arg-type]
            return _execute(state, resume, force, chosen, max_runs).frame()
    finally:
        if own is not None:
            own.shutdown()


def _execute(
    state: _Run, resume: bool, force: bool, chosen: List[Point], max_runs: Optional[int]
) -> "sweep_table.SweepTable":
    state.identify_all()
    finished = {
        point.index
        for point in state.points
        if point.index in state.ids and point_table.finished(state.result_folder(point), contents=True) is not None
    }
    if finished and not resume and not force:
        raise InputError(
            f"{state.folder} already has {len(finished)} finished points of this sweep; "
            "resume it, force it or choose another folder."
        )
    seen: Dict[str, int] = {}
    todo = []
    for point in chosen:
        run_id = state.ids.get(point.index)
        if (
            run_id is None
            or (point.index in finished and not force)
            or seen.setdefault(run_id, point.index) != point.index
        ):
            continue
        todo.append(point)
    todo = todo[:max_runs] if max_runs is not None else todo
    try:
        state.write()  # from now on there is a table, whenever the sweep is killed
        state.run(todo)
    except KeyboardInterrupt:
        state.write()
        raise Interrupted(
            f"interrupted; finished points are kept in {state.folder} and the same command goes on.", state.folder
        ) from None
    table = state.write()
    ended = finished.union(point.index for point in todo)
    gone = [row["index"] for row in table.rows if row["index"] in ended and row["status"] == "pending"]
    if gone:
        raise SiovsimError(
            f"{len(gone)} points that finished (the first is {gone[0]}) are not in {state.folder} any more: somebody removed or "
            "changed the folder while the sweep ran; the same command runs them again."
        )
    return table
