# SPDX-License-Identifier: Apache-2.0
"""What a caller in Python gave, in the type that is meant; anything else is one sentence, from where it was given."""

import numbers
import os
from pathlib import Path
from typing import Any, Iterable, List, Tuple, Type, Union

from siovsim.base.errors import InputError


def path(what: str, value: Any) -> Path:
    """The name of a file or folder."""
    if isinstance(value, (str, os.PathLike)):
        try:
            os.fsencode(value)
            return Path(value)
        except (TypeError, ValueError):  # os.PathLike of bytes; letters that no name has
            pass
    raise InputError(f"{what} = {value!a}: must be the name of a file or folder.")


def text(what: str, value: Any) -> str:
    """Text that can be written."""
    if isinstance(value, str):
        try:
            value.encode()
            return value
        except UnicodeEncodeError:
            pass
    raise InputError(f"{what} = {value!a}: must be text.")


def many(what: str, value: Any, kinds: Union[Type[Any], Tuple[Type[Any], ...]], example: str) -> List[Any]:
    """A list of these: of one thing by itself nobody knows whether more were meant."""
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        found = list(value)
        wrong = next((one for one in found if not isinstance(one, kinds)), None)
        if wrong is None and None not in found:
            return found
    raise InputError(f"{what} = {value!a}: must be a list, such as {example}.")


def time_limit(timeout_s: Any) -> None:
    """Raises InputError for what is no time-out."""
    is_number = isinstance(timeout_s, numbers.Real) and not isinstance(timeout_s, bool)
    if timeout_s is not None and not (is_number and 0 < timeout_s < float("inf")):
        raise InputError(f"timeout_s = {timeout_s!a}: must be a number above 0, or None.")
