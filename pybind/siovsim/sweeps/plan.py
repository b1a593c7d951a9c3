# SPDX-License-Identifier: Apache-2.0
"""What a sweep runs: axes, and the points they span."""

import itertools
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from siovsim.base import names
from siovsim.base.errors import InputError
from siovsim.engine import schema
from siovsim.engine.experiment import Experiment, as_override
from siovsim.sweeps.values import MAX_POINTS, log_range_values, meaning_of, range_values

MAX_SEED = (1 << 64) - 1
RESERVED = ("index", "run_id", "seed", "status", "error", "targets_met")
METRIC_PREFIXES = ("job.", "memory.", "translation.", "class.", "bound.")  # what names of measured columns begin with


@dataclass(frozen=True)
class Axis:
    """One configuration field and the values it takes; axes of the same non-empty ``zip_group`` advance together."""

    path: str
    values: Tuple[str, ...]
    zip_group: str = ""
    label: str = ""  # its name in the table; absent: the end of the path
    names: Tuple[str, ...] = ()  # of the values in the table; absent: the values


@dataclass(frozen=True)
class Metric:
    """A column of the table: a metric, or ``of`` (a metric or BLOCK.STATISTIC), divided by ``per`` if that is given."""

    name: str
    of: str = ""
    per: str = ""


@dataclass(frozen=True)
class Answer:
    """What to read off the points along one axis, for every combination of the others (see configs/schema/sweep.proto)."""

    axis: str
    metric: str
    kind: str = "SMALLEST_SUFFICIENT"
    highest_is_best: bool = False
    tolerance: float = 0.1


@dataclass(frozen=True)
class Point:
    """One run of a sweep. ``values`` are as the table names them, in the order of the plan's labels."""

    index: int
    values: Tuple[str, ...]
    seed: Optional[int]
    overrides: Tuple[str, ...]


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
    _axes: List[Axis] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.experiment, Experiment):
            self.experiment = Experiment(self.experiment)
        names.check_folder_name("sweep_name", self.name)
        if isinstance(self.axes, Mapping):
            for path, values in self.axes.items():
                if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
                    raise InputError(f"axis {path}: its values are {values!r}; a sequence of values is needed, [{values!r}] for one.")
            self._axes = [
                Axis(path, tuple(as_override("", value)[1:] for value in values)) for path, values in self.axes.items()
            ]
        else:
            self._axes = list(self.axes)
        _check(self._axes, self.seeds)
        _check_columns(self.labels, self._axes, self.metrics)
        _check_answers(self.answers)
        self.answers = [self._labelled(answer) for answer in self.answers]

    def _labelled(self, answer: Answer) -> Answer:
        """The answer with its axis as the table names it."""
        labels = self.labels
        for axis, label in zip(self._axes, labels):
            if answer.axis in (axis.path, label):
                return replace(answer, axis=label)
        raise InputError(f"answer: there is no axis {answer.axis}; the axes are {', '.join(labels)}.")

    @property
    def labels(self) -> List[str]:
        """A column name per axis: its label, or the last part of its path where that is unique, or the whole path."""
        short = [axis.label or axis.path.rsplit(".", 1)[-1] for axis in self._axes]
        return [
            name if short.count(name) == 1 and name not in RESERVED else axis.path
            for name, axis in zip(short, self._axes)
        ]

    def axis_values(self) -> Dict[str, Tuple[str, ...]]:
        """The values of each axis by its label."""
        return {label: axis.values for label, axis in zip(self.labels, self._axes)}

    def count(self) -> int:
        """How many points there are. Raises InputError if they are too many to be listed."""
        lengths = {axis.zip_group or index: len(axis.values) for index, axis in enumerate(self._axes)}
        total = math.prod(lengths.values()) * max(1, len(self.seeds))
        if total > MAX_POINTS:
            raise InputError(f"the sweep has {total:,} points; at most {MAX_POINTS:,} are possible.")
        return total

    def points(self) -> List[Point]:
        """All points, the last axis running fastest and seeds fastest of all."""
        self.count()
        groups: Dict[str, List[int]] = {}
        for index, axis in enumerate(self._axes):
            groups.setdefault(f"zip {axis.zip_group}" if axis.zip_group else f"axis {index}", []).append(index)
        steps = [range(len(self._axes[members[0]].values)) for members in groups.values()]
        found: List[Point] = []
        seeds: Sequence[Optional[int]] = list(self.seeds) or [None]
        for choice, seed in itertools.product(itertools.product(*steps), seeds):
            values = [""] * len(self._axes)
            names = [""] * len(self._axes)
            for members, step in zip(groups.values(), choice):
                for member in members:
                    values[member] = self._axes[member].values[step]
                    names[member] = (self._axes[member].names or self._axes[member].values)[step]
            overrides = [as_override(axis.path, value) for axis, value in zip(self._axes, values)]
            if seed is not None:
                overrides.append(as_override("run.seed", seed))
            found.append(Point(len(found), tuple(names), seed, tuple(overrides)))
        return found


def _check_twice(axes: Sequence[Axis]) -> None:
    """No step at which all axes that advance together take what they took before: it would be run twice."""
    groups: Dict[str, List[Axis]] = {}
    for index, axis in enumerate(axes):
        groups.setdefault(f"zip {axis.zip_group}" if axis.zip_group else f"axis {index}", []).append(axis)
    for members in groups.values():
        taken = set()
        for values in zip(*(axis.values for axis in members)):
            meaning = tuple(map(meaning_of, values))
            if meaning in taken:
                others = f" together with the others of its zip_group '{members[0].zip_group}'" if len(members) > 1 else ""
                raise InputError(f"axis {members[-1].path}: the value {values[-1]} is given twice{others}.")
            taken.add(meaning)


def _check(axes: Sequence[Axis], seeds: Sequence[int]) -> None:
    if not axes and not seeds:
        raise InputError("a sweep needs at least one axis or several seeds.")
    lengths: Dict[str, Tuple[str, int]] = {}
    for axis in axes:
        if not axis.values:
            raise InputError(f"axis {axis.path}: it has no values; give values, a range or a log_range.")
        if [other.path for other in axes].count(axis.path) > 1:
            raise InputError(f"axis {axis.path}: it is given twice.")
        if axis.names and (len(axis.names) != len(axis.values) or len(set(axis.names)) != len(axis.names)):
            raise InputError(
                f"axis {axis.path}: its {len(axis.values)} values have {len(axis.names)} value_names "
                f"({len(set(axis.names))} different); each needs one of its own."
            )
        if axis.zip_group:
            first, length = lengths.setdefault(axis.zip_group, (axis.path, len(axis.values)))
            if len(axis.values) != length:
                raise InputError(
                    f"axis {axis.path}: it has {len(axis.values)} values, but {first} of the same zip_group "
                    f"'{axis.zip_group}' has {length}; axes that advance together have equally many."
                )
    _check_twice(axes)
    for seed in seeds:
        if not hasattr(seed, "__index__") or not 0 <= int(seed) <= MAX_SEED:
            raise InputError(f"seeds: {seed!r} must be a whole number from 0 to {MAX_SEED}.")
    if len(set(seeds)) != len(seeds):
        raise InputError("seeds: one is given twice.")


def is_formula(text: str) -> bool:
    """True for text that a spreadsheet would execute rather than show. A number is none, even if it starts with a sign."""
    if text[:1] not in tuple("=+-@\t\r"):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return text != text.strip()


def _check_word(what: str, text: str) -> None:
    """A word of the table: it must be visible, of one line, and no formula."""
    if not text.isprintable() or text != text.strip():
        raise InputError(f"{what} {ascii(text)}: it must be printable text without blanks around it.")
    if is_formula(text):
        raise InputError(f"{what} {ascii(text)}: a spreadsheet would execute it; it must not start with =, +, - or @.")


def _is_measured(name: str) -> bool:
    return name.startswith(METRIC_PREFIXES)


def _check_columns(labels: Sequence[str], axes: Sequence[Axis], metrics: Sequence[Metric]) -> None:
    """No two columns of the table have one name, and none is what a spreadsheet would execute."""
    for axis, label in zip(axes, labels):
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
        if metric.of and (_is_measured(metric.name) or metric.name in (*labels, *RESERVED) or derived.count(metric.name) > 1):
            raise InputError(f"metrics: '{metric.name}' is the name of another column; give another one.")


def _check_answers(answers: Sequence[Answer]) -> None:
    for answer in answers:
        if not 0 <= answer.tolerance <= 10:  # NaN is neither
            raise InputError(f"answer on {answer.metric}: tolerance = {answer.tolerance:g}: it must be from 0 to 10.")


def _axis(message: Any) -> Axis:
    try:
        return _axis_of(message)
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith("axis ") else f"axis {message.path}: {text}") from error


def _axis_of(message: Any) -> Axis:
    if message.values and message.WhichOneof("points"):
        raise InputError(
            f"axis {message.path}: it has both values and a {message.WhichOneof('points')}; give one of them."
        )
    values = list(message.values)
    if message.HasField("range"):
        part = message.range
        values = range_values(getattr(part, "from"), part.to, part.step)
    elif message.HasField("log_range"):
        part = message.log_range
        whole = schema.is_whole(schema.field_of("Experiment", message.path))
        values = log_range_values(getattr(part, "from"), part.to, part.count, whole)
    return Axis(message.path, tuple(values), message.zip_group, message.label, tuple(message.value_names))


def _answer(message: Any) -> Answer:
    kind = message.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_number[message.kind].name
    given = {"tolerance": message.tolerance} if message.HasField("tolerance") else {}
    return Answer(message.axis, message.metric, kind, message.highest_is_best, **given)


def load_sweep(path: Union[str, Path]) -> Sweep:
    """Reads a sweep file (message ``siovsim.Sweep``). Raises InputError, with the file, for what no sweep may say."""
    path = Path(path)
    message = schema.parse_file("Sweep", path)
    try:
        plan = _plan(path, message)
        plan.count()
        return plan
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
