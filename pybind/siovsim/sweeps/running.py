# SPDX-License-Identifier: Apache-2.0
"""Runs sweeps: every point is a child process, finished points stay finished, a failed point costs one point."""

import json
import numbers
import time
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Set, Tuple, Union

from siovsim.base import given
from siovsim.base.errors import InputError, Interrupted, SiovsimError
from siovsim.engine import process
from siovsim.engine.process import Progress
from siovsim.results import folders
from siovsim.sweeps import executors, point_filter, point_table
from siovsim.sweeps.axes import Point
from siovsim.sweeps.executors import PointTask
from siovsim.sweeps.plan import Sweep
from siovsim.sweeps.point_table import SweepTable
from siovsim.sweeps.sweep_file import load_sweep

if TYPE_CHECKING:
    import pandas

TABLE_PERIOD_S = 5.0  # how often points.csv is rewritten while points finish


@dataclass(frozen=True)
class Options:
    """What a call of sweep() asks for beside the plan; the words are sweep()'s."""

    out: Union[str, Path, None] = None
    resume: bool = True
    force: bool = False
    filter: Optional[str] = None
    max_runs: Optional[int] = None
    shard: Optional[Tuple[int, int]] = None
    timeout_s: Optional[float] = None

    def __post_init__(self) -> None:
        """Raises InputError for what cannot be."""
        if self.max_runs is not None and not (_is_whole(self.max_runs) and self.max_runs >= 0):
            raise InputError(f"max_runs = {self.max_runs!r}: must be a whole number, at least 0, or None.")
        given.time_limit(self.timeout_s)
        if self.shard is None:
            return
        pair = isinstance(self.shard, (tuple, list)) and len(self.shard) == 2 and all(map(_is_whole, self.shard))
        if not pair or not 0 <= self.shard[0] < self.shard[1]:
            raise InputError(f"shard = {self.shard!r}: must be (i, n) with i from 0 to n - 1, such as (0, 4), or None.")


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


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

    def run(self, points: Sequence[Point]) -> None:
        total = len(points)
        self._tell(total)
        for point in points:
            folders.make_room(self.result_folder(point))
        for point, error in executors.run_each(self.executor, [(point, self.task(point)) for point in points]):
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

    def write(self) -> SweepTable:
        table = point_table.gather(self.folder, self.plan, self.points, self.ids)
        point_table.write(table, self.folder)
        self.written = time.monotonic()
        return table


def _chosen(plan: Sweep, points: List[Point], options: Options) -> List[Point]:
    if options.filter is not None:
        columns = dict(zip(plan.labels, zip(*(point.values for point in points))))
        if plan.seeds:
            columns = {"seed": [point.seed for point in points], **columns}
        holds = point_filter.choose(options.filter, columns, len(points))
        points = [point for point, holds_here in zip(points, holds) if holds_here]
    if options.shard is None:
        return points
    part, parts = options.shard
    return [point for point in points if point.index % parts == part]


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
    resume: False refuses a folder that has finished points. force: runs finished points again. filter: comparisons of
    axis names and ``seed``; only points where they hold are run. max_runs: runs at most so many points now.
    shard: (i, n) runs every n-th point from the i-th. timeout_s: kills a point after so many seconds.

    The folder must be new, empty or this sweep's own; anything else is refused (InputError). Raises SiovsimError when
    points that finished are gone at the end, because somebody removed or changed the folder meanwhile, and when the
    executor loses a point.

    A point that fails is listed with its error and run again by the next call. Raises Interrupted after Ctrl-C, with
    the table written and every finished point kept.
    """
    options = Options(out, resume, force, filter, max_runs, shard, timeout_s)
    return run_points(plan if isinstance(plan, Sweep) else load_sweep(plan), executor, options, progress).frame()


def run_points(
    plan: Sweep, executor: Optional[Executor], options: Options, progress: Optional[Progress] = None
) -> SweepTable:
    """What sweep() does; the table without pandas, which takes longer to load than a small sweep to begin."""
    folder = result_folder(plan, options.out)
    chosen_executor = None if executor is None else executors.checked(executor)
    points = plan.points()
    chosen = _chosen(plan, points, options)
    folders.claim(folder, folders.SWEEP, folders.SWEEP_FORMAT, {"name": plan.name})
    (folder / point_table.POINTS).mkdir(exist_ok=True)
    own = executors.local() if chosen_executor is None else None
    try:
        with plan.experiment.as_file() as file:  # type: ignore[union-attr]
            state = _Run(plan, points, file, folder, own or chosen_executor, options.timeout_s, progress)  # type: ignore[arg-type]
            return _execute(state, options, chosen)
    finally:
        if own is not None:
            own.shutdown()


def _execute(state: _Run, options: Options, chosen: List[Point]) -> SweepTable:
    state.identify_all()
    finished = {
        point.index
        for point in state.points
        if point.index in state.ids and point_table.finished(state.result_folder(point), contents=True) is not None
    }
    if finished and not options.resume and not options.force:
        raise InputError(
            f"{state.folder} already has {len(finished)} finished points of this sweep; "
            "resume it, force it or choose another folder."
        )
    todo = _todo(state, options, chosen, finished)
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


def _todo(state: _Run, options: Options, chosen: List[Point], finished: Set[int]) -> List[Point]:
    """The points to be run now: each configuration once, and none that is finished unless that is forced."""
    seen: Dict[str, int] = {}
    todo = []
    for point in chosen:
        run_id = state.ids.get(point.index)
        if run_id is None or (point.index in finished and not options.force):
            continue
        if seen.setdefault(run_id, point.index) == point.index:
            todo.append(point)
    return todo if options.max_runs is None else todo[: options.max_runs]
