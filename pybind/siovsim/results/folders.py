# SPDX-License-Identifier: Apache-2.0
"""Whose folder it is (docs/results.md): defaults, the folders of sweeps and of the validation suite, files in one step."""

import contextlib
import errno
import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Union

from siovsim.base import files, given
from siovsim.base.errors import InputError
from siovsim.results import done

DEFAULT_ROOT = Path("results")
SWEEP = "sweep.json"
SWEEP_FORMAT = "siovsim sweep 1"
VALIDATION = "validation.json"
VALIDATION_FORMAT = "siovsim validation 1"


LONGEST_NAME_BYTES = 200  # file systems take 255; the draft beside a result has a longer name


def checked(folder: Union[str, Path]) -> Path:
    """The folder somebody asked for, or InputError where nothing can ever be written: found before a run, not after."""
    if isinstance(folder, str) and not folder:
        raise InputError("result folder '': it must be a name.")
    if "\0" in str(folder):
        raise InputError(f"result folder {ascii(str(folder))}: it must not contain a zero character.")
    folder = given.path("result folder", folder)
    if len(os.fsencode(folder.name)) > LONGEST_NAME_BYTES:
        raise InputError(f"result folder {folder}: its name must have at most {LONGEST_NAME_BYTES} bytes.")
    for place in (folder, *folder.parents):
        try:
            if place.is_symlink():
                place.stat()
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOENT):
                raise InputError(f"result folder {folder}: {place} is a link that leads nowhere.") from error
            if error.errno == errno.ENAMETOOLONG:
                raise InputError(f"result folder {folder}: its name is too long for a file system.") from error
    for place in folder.resolve().parents:
        whose = _whose(place)
        if whose:
            raise InputError(f"result folder {folder}: {place} holds {whose}, and nothing else is written into it; give another folder.")
    return folder


def _whose(place: Path) -> str:
    """Whose results a folder holds, if it is one of ours."""
    for name, form, words in ((SWEEP, SWEEP_FORMAT, "a sweep"), (VALIDATION, VALIDATION_FORMAT, "the validation suite")):
        if marker(place, name, form) is not None:
            return words
    try:
        done.read(place)
    except InputError:
        return ""
    return "the result of a run"


def of_run(name: str) -> Path:
    """Where a run of this name writes unless it is told: not into the folder of a sweep."""
    folder = DEFAULT_ROOT / name
    return folder.with_name(f"{name}-run") if (folder / SWEEP).exists() else folder


def of_sweep(name: str) -> Path:
    """Where a sweep of this name writes unless it is told: not into the result of a run."""
    folder = DEFAULT_ROOT / name
    return folder.with_name(f"{name}-sweep") if (folder / "DONE").exists() else folder


def replace(path: Path, data: Union[bytes, str]) -> Path:
    """Writes a file in one step, and returns when it is on disk."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(draft, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync(path.parent)
    return path


def sync(folder: Path) -> None:
    """Returns when the folder's list of names is on disk, as far as its file system can say."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(opened)
    finally:
        os.close(opened)


def make_room(place: Path) -> None:
    """Sets aside what is in the place of a point but no result of a run, so that the point can be run again: it is renamed
    to ``NAME.damaged``, or the first of ``NAME.damaged-2``, ... that is free."""
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    try:
        done.read(place)
    except InputError:
        number, free = 1, place.with_name(f"{place.name}.damaged")
        while free.exists():
            number += 1
            free = place.with_name(f"{place.name}.damaged-{number}")
        with contextlib.suppress(FileNotFoundError):  # another shard was faster
            place.rename(free)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Several shards of a sweep write their table one after the other, where the file system has locks."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def marker(folder: Path, name: str, form: str) -> Optional[Dict[str, Any]]:
    """What the file that marks a folder says, or None if it is none of ours."""
    try:
        found = json.loads(files.read_text(folder / name))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("format") == form else None


def claim(folder: Path, name: str, form: str, about: Dict[str, Any]) -> None:
    """Makes a folder ours, or raises InputError: it must be new, empty, or marked as ours and of the same name."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"folder {folder} exists and is not a directory.")
    folder.mkdir(parents=True, exist_ok=True)
    found = marker(folder, name, form)
    if found is None and any(not entry.name.startswith(f".{name}.") for entry in folder.iterdir()):
        raise InputError(
            f"folder {folder} holds files but no {name} that siovsim wrote, and nothing is written into it; "
            "give another folder."
        )
    if found is None:
        replace(folder / name, json.dumps({"format": form, **about}, indent=1) + "\n")
    elif found.get("name") != about.get("name"):
        raise InputError(
            f"folder {folder} holds the results of {found.get('name')!r}, not of {about.get('name')!r}; give another folder."
        )
