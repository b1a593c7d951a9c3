# SPDX-License-Identifier: Apache-2.0
"""Files of results are regular files: a pipe or a device in their place is refused, never waited for."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path) -> BinaryIO:
    """The file, opened for reading. Raises OSError for anything that is no regular file."""
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe without a writer would wait otherwise
    try:
        mode = os.fstat(opened).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "is not a regular file", str(path))
        return os.fdopen(opened, "rb")
    except BaseException:
        os.close(opened)
        raise


def read(path: Path) -> bytes:
    """All its bytes."""
    with open_regular(path) as file:
        return file.read()


def read_text(path: Path) -> str:
    """Its text, which is UTF-8."""
    return read(path).decode("utf-8")
