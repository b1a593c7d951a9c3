# SPDX-License-Identifier: Apache-2.0
"""A comparison of the validation suite in words, as its table and its report show it."""

from typing import List

from siovsim.base import units
from siovsim.validation.suite import Checked


def point_cells(point: Checked) -> List[str]:
    """published, simulated, error, tolerance, verdict of a comparison as text."""
    if point.simulated is None:
        return [units.digits(point.published, 4), units.NOTHING, units.NOTHING, tolerance(point), "NOT RUN"]
    error = units.NOTHING if point.error is None else f"{100 * point.error:+.1f} %"
    verdict = "pass" if point.passed else "FAIL"
    return [units.digits(point.published, 4), units.digits(point.simulated, 4), error, tolerance(point), verdict]


def tolerance(point: Checked) -> str:
    """``5 %``, or for the place of a knee a number of steps."""
    return f"{100 * point.tolerance:g} %" if point.tolerance < 1 else f"{point.tolerance:g} step"
