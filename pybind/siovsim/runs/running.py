# SPDX-License-Identifier: Apache-2.0
"""One run: as a child process (``run``), or inside this process (``run_here``)."""

from pathlib import Path
from typing import List, Optional, Union

from siovsim.base import given, names, paths
from siovsim.base.errors import InputError, Interrupted, RunError, SiovsimError
from siovsim.engine import process
from siovsim.engine.experiment import Experiment, load
from siovsim.engine.process import Progress
from siovsim.results import folders
from siovsim.runs.result import Result


def output_folder(experiment: Experiment, out: Union[str, Path, None]) -> Path:
    """Where a run writes: what was asked for, or ``results/<name>`` below the current directory."""
    if out is not None:
        return folders.checked(out)
    return folders.of_run(names.check_folder_name("experiment_name", experiment.name))


def _options(trace: Union[str, Path, None], seed: Optional[int], timeline: Optional[int], requests: bool) -> List[str]:
    options: List[str] = []
    if trace is not None:
        given.path("trace", trace)
    for name, value in (("--trace", trace), ("--seed", seed), ("--timeline", timeline)):
        if value is not None:
            options += [name, str(value)]
    return options + (["--requests"] if requests else [])


def run(
    experiment: Union[Experiment, str, Path],
    *,
    out: Union[str, Path, None] = None,
    seed: Optional[int] = None,
    trace: Union[str, Path, None] = None,
    timeline: Optional[int] = None,
    requests: bool = False,
    timeout_s: Optional[float] = None,
    progress: Optional[Progress] = None,
) -> Result:
    """Runs an experiment in a child process and returns its result, whether or not its targets were met.

    out: result folder (default ``results/<name>``). seed: overrides run.seed. trace: replays this recorded trace.
    timeline: writes timeline.perfetto-trace of the first so many jobs. requests: writes requests.h5, a row a job.
    timeout_s: kills the run after so many seconds. progress: called with each progress update.

    The result's ``path`` is another than ``out`` when something else came into that folder during the run.

    Raises InputError when the engine refuses the configuration, the trace or the folder (which must be new, empty or a
    result), RunError when the run failed, and Interrupted after Ctrl-C: what was finished until then is in the result
    folder and marked partial, or in ``<out>.partial`` where that holds a complete result.
    """
    experiment = experiment if isinstance(experiment, Experiment) else load(experiment)
    folder = output_folder(experiment, out)
    with experiment.as_file() as file:
        ended = process.run(
            [
                "run",
                str(file),
                *process.overrides_as_options(experiment.overrides),
                *_options(trace, seed, timeline, requests),
                "--out",
                str(folder),
                "--progress",
                "json",
            ],
            progress,
            timeout_s,
        )
    return finish(ended, folder)


def finish(ended: process.Ended, folder: Path) -> Result:
    """The result of an ended run, or the error that fits how it ended. ``folder`` is what was asked for."""
    if ended.folder is not None and ended.code in (0, 1) and not ended.timed_out:  # 1: a target was missed
        return Result(_as_named(ended.folder, folder))
    if ended.code == 2:
        raise ended.refusal()
    if ended.interrupted:
        raise _interrupted(ended.folder, folder)
    raise RunError(ended.words() if ended.code > 0 and ended.log.strip() else f"{ended.sentence()}.", ended.log)


def _as_named(written: Path, asked: Path) -> Path:
    """Where a result is, as the caller named it if it is the same place (a name that is no UTF-8 cannot be compared)."""
    return asked if written == asked.resolve() or not written.exists() else written


def _interrupted(written: Optional[Path], folder: Path) -> Interrupted:
    if written is None:
        return Interrupted("interrupted before there was any result.")
    shown = _as_named(written, folder)
    kept = "" if shown == folder else f" {folder} is as it was."
    return Interrupted(f"interrupted; what was finished is in {shown} and marked partial.{kept}", shown)


_ran_here = False


def run_here(
    experiment: Union[Experiment, str, Path],
    *,
    out: Union[str, Path, None] = None,
    requests: bool = False,
    timeline: int = 0,
) -> Result:
    """Runs an experiment inside this process: no child, but only once, because SystemC elaborates once per process.

    A second call raises SiovsimError; use ``siovsim.run`` for as many runs as you like.
    """
    global _ran_here
    if _ran_here:
        raise SiovsimError(
            "this process has already run one experiment, and SystemC elaborates only once per process; "
            "use siovsim.run(...), which starts a child process for every run."
        )
    native = _extension()
    experiment = experiment if isinstance(experiment, Experiment) else load(experiment)
    folder = output_folder(experiment, out)
    with experiment.as_file() as file:
        faults = native.check(str(file), experiment.overrides)
        if faults:
            raise InputError(faults)
        _ran_here = True
        try:
            written, partial, _ = native.run(str(file), experiment.overrides, str(folder), requests, timeline)
        except ValueError as error:
            raise InputError(str(error)) from error
        except RuntimeError as error:
            raise RunError(str(error)) from error
    if partial:
        raise _interrupted(Path(written), folder)
    return Result(_as_named(Path(written), folder))


def _extension():
    import importlib.machinery
    import importlib.util
    import sys

    name = "siovsim._engine"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.machinery.PathFinder.find_spec("_engine", [str(paths.front_build_dir())])
    if spec is None or spec.origin is None:
        raise InputError(f"the extension module is not in {paths.front_build_dir()}; ./siovsim builds it.")
    spec = importlib.util.spec_from_file_location(name, spec.origin)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
