# SPDX-License-Identifier: Apache-2.0
"""``siovsim check`` of sweep files: what ``siovsim sweep`` would refuse of the plan, beside what the engine finds."""

from pathlib import Path
from typing import List, Sequence

from siovsim import schema
from siovsim.errors import InputError
from siovsim.sweep_plan import load_sweep


def sweep_faults(files: Sequence[str]) -> List[str]:
    """A line for each file that is a sweep and whose plan is refused."""
    found = []
    for file in files:
        if not _is_sweep(Path(file)):
            continue
        try:
            load_sweep(file)
        except InputError as error:
            found.append(str(error))
    return found


def _is_sweep(path: Path) -> bool:
    """True for a sweep that parses; what does not parse is refused by the engine, with its place."""
    try:
        message = schema.parse_file("Sweep", path)
    except InputError:
        return False
    return bool(message.axes or message.seeds)
