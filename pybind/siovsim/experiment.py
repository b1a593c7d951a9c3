# SPDX-License-Identifier: Apache-2.0
"""An experiment: a configuration file, changes to it, and what it resolves to."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any, Iterator, List, Sequence, Union

from siovsim import engine, schema

PathLike = Union[str, Path]


def as_override(path: str, value: Any) -> str:
    """``("a.b", True) -> "a.b=true"``: a value as text format writes it."""
    if isinstance(value, bool):
        return f"{path}={'true' if value else 'false'}"
    return f"{path}={value}"


class Experiment:
    """One experiment file with overrides on dotted paths.

    The engine validates: paths, types, ranges and references are judged by the same code that runs the simulation.
    """

    def __init__(self, path: PathLike, overrides: Sequence[str] = ()) -> None:
        self.path = Path(path)
        self.overrides: List[str] = list(overrides)
        self._message = schema.parse_file("Experiment", self.path)
        self._loaded = self._message.SerializeToString(deterministic=True)

    def __repr__(self) -> str:
        return f"Experiment({str(self.path)!r}, overrides={self.overrides!r})"

    @property
    def name(self) -> str:
        """The name the file gives the experiment, or the file's own name."""
        return self._message.name or self.path.stem

    @property
    def message(self) -> Any:
        """The protobuf message of this file (``siovsim.Experiment``). Changes made to it take part in the run."""
        return self._message

    def set(self, path: str, value: Any) -> "Experiment":
        """Overrides one field: ``exp.set("nodes[name=dsa0].endpoint.atc.entries", 256)``.

        Raises InputError, and changes nothing, when the engine refuses the path or the value.
        """
        candidate = [*self.overrides, as_override(path, value)]
        with self.as_file() as file:
            engine.resolve(file, candidate)
        self.overrides = candidate
        return self

    def copy(self) -> "Experiment":
        """An independent experiment with the same content."""
        twin = Experiment(self.path, self.overrides)
        twin._message.CopyFrom(self._message)
        return twin

    def resolved_text(self) -> str:
        """The complete configuration, defaults included, as the engine will run it."""
        with self.as_file() as file:
            return engine.resolve(file, self.overrides)

    def resolved(self) -> Any:
        """The complete configuration as a message."""
        return schema.parse("Experiment", self.resolved_text(), f"{self.path} (resolved)")

    @contextlib.contextmanager
    def as_file(self) -> Iterator[Path]:
        """A file with this configuration: the one it was loaded from unless the message was changed since."""
        if self._message.SerializeToString(deterministic=True) == self._loaded:
            yield self.path
            return
        from google.protobuf import text_format

        absolute = type(self._message)()
        absolute.CopyFrom(self._message)
        for owner, field in schema.file_fields(absolute):
            _make_absolute(owner, field, self.path.resolve().parent)
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
    return Experiment(path)
