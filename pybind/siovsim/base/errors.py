# SPDX-License-Identifier: Apache-2.0
"""The errors of the package: each is one clear sentence and knows the exit code of the command line."""


from pathlib import Path
from typing import Optional


class SiovsimError(Exception):
    """Base of every error the package raises on purpose; ``exit_code`` is what the command line ends with."""

    exit_code = 1


class InputError(SiovsimError):
    """What the user gave is wrong: a file, an option, an override. ``faults``: the text is a line per fault of
    configuration files, each beginning with its place."""

    exit_code = 2

    def __init__(self, message: str, faults: bool = False) -> None:
        super().__init__(message)
        self.faults = faults


class RunError(SiovsimError):
    """The engine ran and failed; ``log`` holds what it wrote to standard error."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


class Interrupted(SiovsimError):
    """The run was interrupted; ``folder`` holds what was finished until then, or is None if that is nothing."""

    exit_code = 130

    def __init__(self, message: str, folder: Optional[Path] = None) -> None:
        super().__init__(message)
        self.folder = folder
