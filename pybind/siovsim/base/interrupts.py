# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, SIGTERM and a closed terminal, as the command line takes them.

The first interrupts the command, which then writes what is finished. Further ones are ignored for GRACE_S, so that an
impatient second Ctrl-C does not cost what the first one asked for; it is said once. One after that kills the engine.
Only the command line installs these: a program that uses the package keeps its own handlers.
"""

import os
import signal
import threading
import time
from types import FrameType
from typing import Callable, Optional

from siovsim.base import starting

GRACE_S = 30.0  # what a large result takes to be written on a slow disk

_first_s: Optional[float] = None
_said = False
_held = False
_waiting = False
_kill: Callable[[], None] = lambda: None


def install(kill: Callable[[], None]) -> None:
    """From now on the first of these signals raises KeyboardInterrupt in the main thread. ``kill`` ends the children of
    a command that is interrupted again after GRACE_S."""
    global _kill, _first_s, _said
    _kill, _first_s, _said = kill, None, False
    for number in starting.NUMBERS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a background job of a script
            signal.signal(number, _note)


def is_late(first_s: float) -> bool:
    """True when an interrupt is so long after the first one that it is no impatience."""
    return time.monotonic() - first_s >= GRACE_S


def _note(_number: int, _frame: Optional[FrameType]) -> None:
    global _first_s, _said, _waiting
    if _first_s is None:
        _first_s = time.monotonic()
    elif not is_late(_first_s):
        if not _said:
            _said = True
            _say(f"siovsim: interrupted already; another interrupt is ignored for {GRACE_S:.0f} s while what is finished is written.")
        return
    else:
        _kill()
    if _held:
        _waiting = True
        return
    raise KeyboardInterrupt


def _say(sentence: str) -> None:
    try:
        os.write(2, f"{sentence}\n".encode())  # not print: it may be what was interrupted
    except OSError:
        pass


def hold() -> None:
    """Until release() an interrupt of the main thread waits: a child that is being started must not be lost."""
    global _held
    if threading.current_thread() is threading.main_thread():
        _held = True


def release() -> None:
    """Raises the KeyboardInterrupt that came meanwhile."""
    global _held, _waiting
    if threading.current_thread() is not threading.main_thread():
        return
    _held = False
    if _waiting:
        _waiting = False
        raise KeyboardInterrupt
