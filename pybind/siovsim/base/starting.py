# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C while a command has nothing to be kept: before it has begun, and after its end."""

import os
import signal
from typing import NoReturn

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end(*_: object) -> NoReturn:
    """Ends the process with one line."""
    try:
        os.write(2, b"siovsim: interrupted.\n")
    finally:
        os._exit(130)


def end_at_interrupts() -> None:
    """From now on an interrupt ends the process with one line and exit code 130."""
    for number in NUMBERS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a background job of a script
            signal.signal(number, end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, NUMBERS)  # ./siovsim blocks them while Python itself starts
