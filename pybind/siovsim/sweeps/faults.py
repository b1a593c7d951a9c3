# SPDX-License-Identifier: Apache-2.0
"""``siovsim check`` of sweep files: what ``siovsim sweep`` would refuse of the plan, beside what the engine finds."""

from pathlib import Path
from typing import Dict, Sequence

from siovsim.base.errors import InputError
from siovsim.engine import process, schema
from siovsim.sweeps import metric_names
from siovsim.sweeps.plan import Sweep
from siovsim.sweeps.sweep_file import load_sweep


def load_sound_sweep(file: str) -> Sweep:
    """The plan of a sweep file. Raises InputError, with a line for each fault, for what ``siovsim check`` would find:
    before a point is run."""
    ended = process.check(file)
    if ended.code == 2:
        raise ended.refusal()
    plan = load_sweep(file)
    _refuse_metrics(plan, file)
    return plan


def _refuse_metrics(plan: Sweep, file: str) -> None:
    faults = metric_names.faults(plan)
    if faults:
        raise InputError("\n".join(f"{file}: {fault}" for fault in faults), faults=True)


def sweep_faults(files: Sequence[str]) -> Dict[str, str]:
    """The faults of each file that is a sweep and whose plan is refused."""
    found: Dict[str, str] = {}
    for file in files:
        if not _is_sweep(Path(file)):
            continue
        try:
            _refuse_metrics(load_sweep(file), file)
        except InputError as error:
            found[file] = str(error)
    return found


def _is_sweep(path: Path) -> bool:
    """True for a sweep that parses; what does not parse is refused by the engine, with its place."""
    try:
        message = schema.parse_file("Sweep", path)
    except InputError:
        return False
    return bool(message.axes or message.seeds)
