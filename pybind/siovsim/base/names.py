# SPDX-License-Identifier: Apache-2.0
"""The one rule for names that become folders, as platforms/resolve/folder_name.h states it for the engine."""

import re

from siovsim.base.errors import InputError

LONGEST = 100
RULE = "must be 1 to 100 letters, digits, '.', '_' or '-', not starting with '.': it names the result folder"


def is_folder_name(name: str) -> bool:
    """True for a name that stays inside the results folder, is visible, and means the same on every file system."""
    return re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", name) is not None


def check_folder_name(field: str, name: str) -> str:
    """The name, or InputError with one sentence."""
    if not is_folder_name(name):
        raise InputError(f"{field} = {ascii(name)}: {RULE}.")
    return name


def from_file(stem: str) -> str:
    """The name of what a file describes, if the file gives none: its own, other characters as ``_``."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", stem).lstrip(".")[:LONGEST] or "unnamed"
