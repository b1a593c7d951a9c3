# SPDX-License-Identifier: Apache-2.0
"""What a sweep runs. Its points are made by the engine (platforms/resolve/sweep_points.h), which checks them as well."""

import numbers
import re
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from siovsim.base import given, names
from siovsim.base.errors import InputError
from siovsim.engine import process, schema
from siovsim.engine.experiment import Experiment, as_override
from siovsim.sweeps import columns
from siovsim.sweeps.axes import ANSWER_KINDS, Answer, Axis, Metric, Point

MAX_SEED = (1 << 64) - 1


@dataclass
class Sweep:
    """Every combination of the axes' values, repeated over the seeds.

    Sweep("quickstart.txtpb", {"nodes[name=dsa0].endpoint.atc.entries": [64, 128, 256]}, seeds=[1, 2, 3])
    """

    experiment: Union[Experiment, str, Path]
    axes: Union[Mapping[str, Sequence[Any]], Sequence[Axis]]
    seeds: Sequence[int] = ()
    name: str = "sweep"
    question: str = ""
    metrics: Sequence[Metric] = ()
    answers: Sequence[Answer] = ()
    _made: Optional[Tuple[str, List[Point]]] = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.experiment, Experiment):
            self.experiment = Experiment(given.path("experiment", self.experiment))
        names.check_folder_name("sweep_name", given.text("sweep_name", self.name))
        given.text("question", self.question)
        self.axes = _axes(self.axes)
        self.seeds = given.many("seeds", self.seeds, object, "[1, 2, 3]")
        self.metrics = given.many("metrics", self.metrics, Metric, 'siovsim.sweeps.axes.Metric("job.completed")')
        self.answers = given.many("answers", self.answers, Answer, 'siovsim.sweeps.axes.Answer("entries", "job.latency.p99_ns")')
        if not self.axes and not self.seeds:
            raise InputError("a sweep needs at least one axis or several seeds.")
        _check_seeds(self.seeds)
        columns.check(self.axes, self.metrics)
        _check_answers(self.answers)
        self.answers = [self._labelled(answer) for answer in self.answers]

    def _labelled(self, answer: Answer) -> Answer:
        """The answer with its axis as the table names it."""
        for axis, label in zip(_axes(self.axes), self.labels):
            if answer.axis in (axis.path, label):
                return replace(answer, axis=label)
        raise InputError(f"answer: there is no axis {answer.axis}; the axes are {', '.join(self.labels)}.")

    @property
    def labels(self) -> List[str]:
        """A column name per axis, in their order."""
        return columns.labels(_axes(self.axes))

    def points(self) -> List[Point]:
        """All points, the last axis running fastest and seeds fastest of all. Raises InputError with every fault that the
        engine finds in them."""
        what = self._text(Path())
        if self._made is None or self._made[0] != what:
            with self.experiment.as_file() as experiment:  # type: ignore[union-attr]
                self._made = what, _points_of(self._text(experiment.resolve()))
        return list(self._made[1])

    def _text(self, experiment: Path) -> str:
        """A sweep file with these axes and seeds."""
        from google.protobuf import text_format

        message = schema.message_class("Sweep")()
        try:
            message.experiment_file = str(experiment)
            message.seeds.extend(self.seeds)
            for axis in _axes(self.axes):
                _write(axis, message.axes.add())
        except (TypeError, ValueError) as error:  # no text, or none that can be written
            raise InputError(f"the sweep {self.name} cannot be written: {error}.") from error
        return text_format.MessageToString(message)


def _axes(axes_given: Union[Mapping[str, Sequence[Any]], Sequence[Axis]]) -> List[Axis]:
    if not isinstance(axes_given, Mapping):
        axes = given.many("axes", axes_given, Axis, 'a dictionary from paths to values, {"run.seed": [1, 2]}')
        for axis in axes:
            _check_axis(axis)
        return axes
    axes = []
    for path, values in axes_given.items():
        as_override(path, "")  # a path is text
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise InputError(f"axis {path}: its values are {values!r}; a sequence of values is needed, [{values!r}] for one.")
        axes.append(Axis(path, tuple(as_override("", value)[1:] for value in values)))
    return axes


def _check_axis(axis: Axis) -> None:
    given.text("axis: path", axis.path)
    given.text(f"axis {axis.path}: zip_group", axis.zip_group)
    for field, example in (("values", '("64", "128")'), ("names", '("small", "large")')):
        given.many(f"axis {axis.path}: {field}", getattr(axis, field), object, example)


def _check_seeds(seeds: Sequence[int]) -> None:
    for seed in seeds:
        if not hasattr(seed, "__index__") or not 0 <= int(seed) <= MAX_SEED:
            raise InputError(f"seeds: {seed!r} must be a whole number from 0 to {MAX_SEED}.")


def _check_answers(answers: Sequence[Answer]) -> None:
    for answer in answers:
        given.text("answer: metric", answer.metric)
        if answer.kind not in ANSWER_KINDS:
            raise InputError(f"answer on {answer.metric}: kind = {answer.kind!a}: it must be {' or '.join(ANSWER_KINDS)}.")
        tolerance = answer.tolerance
        if not isinstance(tolerance, numbers.Real) or not 0 <= tolerance <= 10:  # NaN is neither
            shown = f"{tolerance:g}" if isinstance(tolerance, numbers.Real) else ascii(tolerance)
            raise InputError(f"answer on {answer.metric}: tolerance = {shown}: it must be from 0 to 10.")


def _write(axis: Axis, message: Any) -> None:
    """Fills the message of an axis; what only the table knows of it is left out."""
    message.path = axis.path
    message.values.extend(axis.values)
    message.value_names.extend(axis.names)
    if axis.zip_group:
        message.zip_group = axis.zip_group
    if axis.span is None:
        return
    kinds = {one.name: [part.name for part in one.message_type.fields] for one in message.DESCRIPTOR.oneofs_by_name["points"].fields}
    pair = axis.span if isinstance(axis.span, (tuple, list)) and len(axis.span) == 2 else (None, ())
    kind, parts_given = pair[0], pair[1] if isinstance(pair[1], (tuple, list)) else ()
    if kind not in kinds or len(parts_given) != len(kinds[kind]):
        allowed = " or ".join(f"({name!r}, ({', '.join(parts)}))" for name, parts in kinds.items())
        raise InputError(f"axis {axis.path}: span = {axis.span!r}: must be {allowed}.")
    for name, value in zip(kinds[kind], parts_given):
        setattr(getattr(message, kind), name, value)


def _points_of(text: str) -> List[Point]:
    with tempfile.TemporaryDirectory(prefix="siovsim-") as folder:
        file = Path(folder) / "sweep.txtpb"
        file.write_text(text, encoding="utf-8")
        try:
            found = process.sweep_points(file)
        except InputError as error:  # its places are in a file that nobody has
            place = rf"^{re.escape(str(file))}(:\d+)*: "
            raise InputError(re.sub(place, "", str(error), flags=re.MULTILINE)) from error
    return _expanded(*found)


def _expanded(lists: Dict[str, Any], steps: List[str]) -> List[Point]:
    seeds = lists["seeds"]
    overrides = [axis["overrides"] for axis in lists["axes"]]
    names = [axis["names"] for axis in lists["axes"]]
    if seeds:
        overrides.append([f"run.seed={seed}" for seed in seeds])
    points = []
    for index, line in enumerate(steps):
        taken = [*map(int, line.split(" "))]
        points.append(
            Point(
                index,
                tuple([one[step] for one, step in zip(names, taken)]),
                seeds[taken[-1]] if seeds else None,
                tuple([one[step] for one, step in zip(overrides, taken)]),
            )
        )
    return points
