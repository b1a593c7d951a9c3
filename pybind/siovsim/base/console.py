# SPDX-License-Identifier: Apache-2.0
"""Standard output and standard error of a command, whatever they are: closed, full, a pipe that nobody reads any more,
or in an encoding that lacks our characters.

What should have been shown and could not be is a failure (exit code 1) with a sentence, except that a reader who has
seen enough (`| head`) is no failure of ours and gets no sentence: the command ends as if by SIGPIPE.
"""

import errno
import io
import os
import signal
import sys
from typing import Callable


class OutputError(Exception):
    """Standard output took no more; ``number`` is the system's error number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"standard output cannot be written: {os.strerror(number)}.")
        self.number = number


class _ClosedOutput(io.TextIOBase):
    """Stands for a standard output that was closed before we started."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        raise OutputError(errno.EBADF)


class _Output(io.TextIOWrapper):
    """Standard output whose errors cannot be mistaken for those of other files."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise OutputError(error.errno or errno.EIO) from error

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise OutputError(error.errno or errno.EIO) from error


class _Messages(io.TextIOWrapper):
    """Standard error whose reader may go away: what it would have said is lost, what the command does is not."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            pass


def _keep_descriptors() -> None:
    # A file opened later must not become descriptor 1 or 2 and receive what is meant for a stream.
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number < 2 else os.O_WRONLY)


def prepare() -> None:
    """Makes both streams safe to write to, in the encoding of the locale with '?' for what it lacks."""
    _keep_descriptors()
    if sys.stdout is None:
        sys.stdout = _ClosedOutput()
    else:
        encoding, lines = sys.stdout.encoding, sys.stdout.line_buffering
        sys.stdout = _Output(sys.stdout.detach(), encoding=encoding, errors="replace", line_buffering=lines)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
    else:
        encoding = sys.stderr.encoding
        sys.stderr = _Messages(sys.stderr.detach(), encoding=encoding, errors="replace", line_buffering=True)


def _code_of(command: Callable[[], int]) -> int:
    try:
        return command()
    except SystemExit as end:  # argparse ends this way
        return end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdout.flush()


def run(command: Callable[[], int]) -> int:
    """The exit code of the command, or what became of it for want of an output."""
    prepare()
    try:
        return _code_of(command)
    except OutputError as error:
        silent = os.open(os.devnull, os.O_WRONLY)  # Python flushes what is left at its end, and must not fail then
        os.dup2(silent, 1)
        if error.number == errno.EPIPE:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGPIPE)
        print(f"siovsim: {error}", file=sys.stderr)
        return 1
