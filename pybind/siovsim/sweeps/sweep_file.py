# SPDX-License-Identifier: Apache-2.0
"""A sweep as a file has it (message ``siovsim.Sweep``)."""

from pathlib import Path
from typing import Any, Union

from siovsim.base import given, names
from siovsim.base.errors import InputError
from siovsim.engine import schema
from siovsim.engine.experiment import Experiment
from siovsim.sweeps.axes import Answer, Axis, Metric
from siovsim.sweeps.plan import Sweep


def load_sweep(path: Union[str, Path]) -> Sweep:
    """Reads a sweep file. Raises InputError, with the file, for what no plan may say; its points are looked at when they
    are asked for."""
    path = given.path("sweep", path)
    message = schema.parse_file("Sweep", path)
    try:
        return _plan(path, message)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _plan(path: Path, message: Any) -> Sweep:
    base = path.resolve().parent
    if message.HasField("experiment"):  # the file changes the experiment: lay it over the named one
        inner = schema.message_class("Experiment")()
        inner.CopyFrom(message.experiment)
        if message.experiment_file:
            inner.include.insert(0, message.experiment_file)
        experiment = Experiment.from_message(inner, base)
    elif message.experiment_file:
        experiment = Experiment(base / message.experiment_file)
    else:
        raise InputError("it names no experiment; give experiment_file or experiment.")
    return Sweep(
        experiment,
        [_axis(axis) for axis in message.axes],
        list(message.seeds),
        message.sweep_name or names.from_file(path.stem),
        message.question,
        [Metric(metric.name, metric.of, metric.per) for metric in message.metrics],
        [_answer(answer) for answer in message.answers],
    )


def _axis(message: Any) -> Axis:
    kind = message.WhichOneof("points")
    part = getattr(message, kind) if kind else None
    span = (kind, tuple(getattr(part, field.name) for field in part.DESCRIPTOR.fields)) if part is not None else None
    return Axis(
        message.path, tuple(message.values), message.zip_group, message.label, tuple(message.value_names), span
    )


def _answer(message: Any) -> Answer:
    kind = message.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_number[message.kind].name
    given = {"tolerance": message.tolerance} if message.HasField("tolerance") else {}
    return Answer(message.axis, message.metric, kind, message.highest_is_best, **given)
