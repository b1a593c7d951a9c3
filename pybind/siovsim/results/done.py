# SPDX-License-Identifier: Apache-2.0
"""DONE, the last file of a result (see platforms/collect/done_file.h): by it a result is known to be whole."""

import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Optional, Tuple

from siovsim.base import files
from siovsim.base.errors import InputError

NAME = "DONE"
FORMAT = "siovsim result 1"
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Done:
    """What a run says that it wrote: (size, CRC-32) of each file, or None for a file that differs from run to run."""

    run_id: str
    partial: bool
    files: Dict[str, Optional[Tuple[int, int]]]


def _parse(text: str) -> Done:
    run_id, head, *lines = text.splitlines()
    ending, count = head.removeprefix(FORMAT + " ").split(" ")
    if not head.startswith(FORMAT) or ending not in ("complete", "partial") or int(count) != len(lines):
        raise ValueError
    listed: Dict[str, Optional[Tuple[int, int]]] = {}
    for line in lines:
        size, crc, name = line.split(" ", 2)
        listed[name] = None if size == "-" else (int(size), int(crc, 16))
    int(run_id, 16)
    return Done(run_id, ending == "partial", listed)


def read(folder: Path) -> Done:
    """What DONE says. Raises InputError if there is none or it is damaged."""
    path = folder / NAME
    if not os.path.lexists(path):
        raise InputError(f"{folder} is not a whole result: it has no {NAME}, so its run did not end.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError
        return _parse(files.read_text(path))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} is not a whole result: its {NAME} is damaged or no run wrote it.") from error


def check(folder: Path, contents: bool = True) -> Done:
    """Raises InputError unless every file is there and has the size, and with ``contents`` the bytes, that DONE says."""
    done = read(folder)
    for name, written in done.files.items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"{folder} is not a whole result: {name} is {'no file' if path.exists() else 'missing'}.")
        if written is None:
            continue
        try:
            as_it_is = (path.stat().st_size, _crc(path) if contents else written[1])
        except OSError as error:
            raise InputError(f"{folder} is not a whole result: {name} cannot be read: {error.strerror}.") from error
        if as_it_is != written:
            raise InputError(
                f"{folder} is not a whole result: {name} is not as the run wrote it "
                f"({as_it_is[0]:,} bytes instead of {written[0]:,}, or other ones)."
            )
    return done


def _crc(path: Path) -> int:
    crc = 0
    with files.open_regular(path) as file:
        while block := file.read(1 << 20):
            crc = zlib.crc32(block, crc)
    return crc
