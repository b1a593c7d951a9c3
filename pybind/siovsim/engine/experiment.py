# SPDX-License-Identifier: Apache-2.0
"""An experiment: a configuration file, changes to it, and what it resolves to."""

import contextlib
import numbers
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Sequence, Union

from siovsim.base import given, names
from siovsim.base.errors import InputError
from siovsim.engine import process, schema

if TYPE_CHECKING:  # stubs that the build writes beside its other files of Python
    from configs.schema.experiment_pb2 import Experiment as ExperimentMessage

PathLike = Union[str, Path]


def _scalar(value: Any) -> Optional[str]:
    """A value as text format has it; None for what is none of a field's."""
    if isinstance(value, bool) or type(value).__name__ == "bool_":  # numpy's
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, Path, numbers.Real)) else None


def as_override(path: str, value: Any) -> str:
    """``("a.b", True) -> "a.b=true"``: a value as --set takes it. Raises InputError for what no field can take."""
    if not isinstance(path, str):
        raise InputError(f"{path!r} is no path of a field; it must be text, such as 'run.seed'.")
    many = isinstance(value, (list, tuple))
    parts = [_scalar(part) for part in value] if many else [_scalar(value)]
    if None in parts:
        wrong = value[parts.index(None)] if many else value
        raise InputError(
            f"{path or 'an axis'} = {value!r}: {type(wrong).__name__} is no value of a field; it must be True, False, a "
            'number, text, or a list of these; of a message as text, such as "{ at_us: 5 }".'
        )
    if not many:
        return f"{path}={parts[0]}"
    return f"{path}=[{', '.join(repr(part) if isinstance(one, str) else str(part) for one, part in zip(value, parts))}]"


def _path_of(override: str) -> str:
    """The path of a PATH=VALUE, whose brackets may hold an '=' of their own."""
    inside = False
    for index, letter in enumerate(override):
        inside = letter == "[" or (inside and letter != "]")
        if letter == "=" and not inside:
            return override[:index]
    return override


class Experiment:
    """One experiment file with overrides on dotted paths.

    The engine validates: paths, types, ranges and references are judged by the same code that runs the simulation.
    """

    def __init__(self, path: PathLike, overrides: Sequence[str] = ()) -> None:
        self.path = given.path("experiment", path)
        self.overrides: List[str] = given.many("overrides", overrides, str, "['run.seed=3']")
        self._message: Optional[Any] = None
        self._loaded: Optional[bytes] = None

    @classmethod
    def from_message(cls, message: Any, base: PathLike, name: str = "experiment.txtpb") -> "Experiment":
        """An experiment that exists in no file; file names in it are relative to the folder ``base``."""
        experiment = cls(Path(base) / name)
        experiment._message = message
        return experiment

    def __repr__(self) -> str:
        return f"Experiment({str(self.path)!r}, overrides={self.overrides!r})"

    @property
    def name(self) -> str:
        """The name of the experiment: an override's, the file's field, or made from the file's own name."""
        overridden = [
            value for path, _, value in (item.partition("=") for item in self.overrides) if path == "experiment_name"
        ]
        if overridden:
            return overridden[-1].strip("\"'")
        try:
            return self.message.experiment_name or names.from_file(self.path.stem)
        except InputError:  # the engine says what is wrong with the file when it is asked to run it
            return names.from_file(self.path.stem)

    @property
    def message(self) -> "ExperimentMessage":
        """The protobuf message of this file (``siovsim.Experiment``). Changes made to it take part in the run."""
        if self._message is None:
            self._message = schema.parse_file("Experiment", self.path)
            self._loaded = self._message.SerializeToString(deterministic=True)
        return self._message

    def set(self, path: Union[str, Mapping[str, Any]], value: Any = None) -> "Experiment":
        """Overrides a field: ``exp.set("nodes[name=dsa0].endpoint.atc.entries", 256)``; again, to another value. Fields
        that need each other are set at once: ``exp.set({"run.duration_us": 50, "run.warmup_us": 5})``.

        Raises InputError, and changes nothing, when the engine refuses a path or a value.
        """
        if isinstance(path, Mapping):
            if value is not None:
                raise InputError(f"set: a value beside the fields {', '.join(map(str, path))}; each has its own.")
            wanted = dict(path)
        else:
            wanted = {path: value}
        new = [as_override(one, its_value) for one, its_value in wanted.items()]
        candidate = [*(other for other in self.overrides if _path_of(other) not in wanted), *new]
        with self.as_file() as file:
            process.resolve(file, candidate)
        self.overrides = candidate
        return self

    def __getstate__(self) -> Dict[str, Any]:
        """Plain values: the message's class is made at run time and cannot be found by its name."""
        message = None if self._message is None else self._message.SerializeToString(deterministic=True)
        return {**self.__dict__, "_message": message}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._message is not None:
            self._message = schema.message_class("Experiment").FromString(self._message)

    def copy(self) -> "Experiment":
        """An independent experiment with the same content."""
        twin = Experiment(self.path, self.overrides)
        twin._loaded = self._loaded
        if self._message is not None:
            twin._message = type(self._message)()
            twin._message.CopyFrom(self._message)
        return twin

    def resolved_text(self) -> str:
        """The complete configuration, defaults included, as the engine will run it."""
        with self.as_file() as file:
            return process.resolve(file, self.overrides)

    def resolved(self) -> "ExperimentMessage":
        """The complete configuration as a message."""
        return schema.parse("Experiment", self.resolved_text(), f"{self.path} (resolved)")

    @contextlib.contextmanager
    def as_file(self) -> Iterator[Path]:
        """A file with this configuration: the one it was loaded from unless the message was changed since."""
        if self._message is None or self._message.SerializeToString(deterministic=True) == self._loaded:
            yield self.path
            return
        from google.protobuf import text_format

        absolute = type(self._message)()
        absolute.CopyFrom(self._message)
        base = self.path.resolve().parent
        for owner, field in list(schema.file_fields(absolute)):
            _make_absolute(owner, field, base)
        with tempfile.TemporaryDirectory(prefix="siovsim-") as folder:
            file = Path(folder) / self.path.name
            file.write_text(text_format.MessageToString(absolute), encoding="utf-8")
            yield file


def _make_absolute(owner: Any, field: Any, base: Path) -> None:
    value = getattr(owner, field.name)
    if field.label == field.LABEL_REPEATED:
        value[:] = [str(base / item) for item in value]
    else:
        setattr(owner, field.name, str(base / value))


def load(path: PathLike) -> Experiment:
    """Loads an experiment file. Raises InputError with file, line and column when it cannot be parsed."""
    experiment = Experiment(path)
    experiment.message  # parses
    return experiment
