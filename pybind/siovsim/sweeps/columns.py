# SPDX-License-Identifier: Apache-2.0
"""The names of the columns of a sweep's table: no two alike, none of them what a spreadsheet would execute."""

from typing import List, Sequence

from siovsim.base.errors import InputError
from siovsim.sweeps.axes import Axis, Metric

RESERVED = ("index", "run_id", "seed", "status", "error", "targets_met")
METRIC_PREFIXES = ("job.", "tenants.", "memory.", "translation.", "class.", "bound.")  # what names of measured columns begin with


def labels(axes: Sequence[Axis]) -> List[str]:
    """A column name per axis: its label, or the last part of its path where that is unique, or the whole path."""
    short = [axis.label or axis.path.rsplit(".", 1)[-1] for axis in axes]
    return [
        name if short.count(name) == 1 and name not in RESERVED else axis.path for name, axis in zip(short, axes)
    ]


def is_formula(text: str) -> bool:
    """True for text that a spreadsheet would execute rather than show. A number is none, even if it starts with a sign."""
    if text[:1] not in tuple("=+-@\t\r"):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return text != text.strip()


def _check_word(what: str, text: object) -> None:
    """A word of the table: it must be visible, of one line, and no formula."""
    if not isinstance(text, str):
        raise InputError(f"{what} {text!r}: it must be text.")
    if not text.isprintable() or text != text.strip():
        raise InputError(f"{what} {ascii(text)}: it must be printable text without blanks around it.")
    if is_formula(text):
        raise InputError(f"{what} {ascii(text)}: a spreadsheet would execute it; it must not start with =, +, - or @.")


def _is_measured(name: str) -> bool:
    return name.startswith(METRIC_PREFIXES)


def check(axes: Sequence[Axis], metrics: Sequence[Metric]) -> None:
    """Raises InputError for the first name that no column may have."""
    names = labels(axes)
    for axis, label in zip(axes, names):
        _check_word(f"axis {axis.path}: label", label)
        for name in axis.names or axis.values:
            _check_word(f"axis {axis.path}: value", name)
        if axis.label and ([one.label for one in axes].count(axis.label) > 1 or label != axis.label):
            raise InputError(f"axis {axis.path}: the label '{axis.label}' is taken by another column; give another one.")
        if _is_measured(label):
            raise InputError(f"axis {axis.path}: '{label}' is the name of a metric; give another label.")
    derived = [metric.name for metric in metrics if metric.of]
    for metric in metrics:
        _check_word("metrics: name", metric.name)
        if metric.per and not metric.of:
            raise InputError(f"metrics: '{metric.name}' has a 'per' but no 'of' to divide.")
        if metric.of and (_is_measured(metric.name) or metric.name in (*names, *RESERVED) or derived.count(metric.name) > 1):
            raise InputError(f"metrics: '{metric.name}' is the name of another column; give another one.")
