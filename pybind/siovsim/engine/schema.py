# SPDX-License-Identifier: Apache-2.0
"""The message classes of configs/schema, made from the descriptor set the build compiles."""

import functools
import re
from pathlib import Path
from typing import Any, Iterator

from siovsim.base import paths
from siovsim.base.errors import InputError

LARGEST_FILE_BYTES = 16 << 20


@functools.lru_cache(maxsize=None)
def _pool() -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool

    path = paths.front_build_dir() / "schema.binpb"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the compiled schema {path} cannot be read ({error.strerror}); ./siovsim builds it."
        ) from error
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
        pool.Add(file)
    return pool


@functools.lru_cache(maxsize=None)
def message_class(name: str) -> Any:
    """The class of the message ``siovsim.<name>``, for instance ``message_class("Experiment")``."""
    from google.protobuf import message_factory

    full_name = name if name.startswith("google.") else f"siovsim.{name}"
    try:
        descriptor = _pool().FindMessageTypeByName(full_name)
    except KeyError as error:
        raise InputError(f"the schema has no message {full_name}.") from error
    return message_factory.MessageFactory(_pool()).GetPrototype(descriptor)


_NO_TEXT = re.compile(r"^\d+:\d+ : '.*': Couldn't parse string: .*", re.DOTALL)  # the place is that of what follows


def parse(name: str, text: str, where: str) -> Any:
    """Parses text format into ``siovsim.<name>``, a byte order mark before it or not; ``where`` names the text in the error sentence."""
    from google.protobuf import text_format

    message = message_class(name)()
    try:
        text_format.Parse(text.removeprefix("\ufeff"), message, descriptor_pool=_pool())
    except text_format.ParseError as error:
        words = _NO_TEXT.sub(" a string in it is no UTF-8 text; siovsim check says which.", str(error))
        raise InputError(f"{where}:{words}") from error
    return message


def _read(path: Path) -> bytes:
    """The file's bytes, by the engine's own rules: devices and pipes might never end, and no configuration is so large."""
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: cannot be read: {'is a directory' if path.is_dir() else 'is not a regular file'}.")
    with open(path, "rb") as file:
        data = file.read(LARGEST_FILE_BYTES + 1)
    if len(data) > LARGEST_FILE_BYTES:
        raise InputError(f"{path}: cannot be read: is larger than 16 MiB, which no configuration is.")
    return data


def parse_file(name: str, path: Path) -> Any:
    """Parses one configuration file (this layer only: included files are merged by the engine)."""
    try:
        text = _read(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path}: cannot be read: {reason}.") from error
    try:
        message = parse(name, text, str(path))
        _check_stated(name, text, path)
        return message
    except _StatedOther:
        raise
    except InputError:
        other = next((kind for kind in _USES if kind != name and _fits(kind, text)), None)
        if other is None:
            raise
    raise InputError(f"{path}: it holds {_USES[other]}; wanted here is {_USES[name].split(',')[0]}.")


class _StatedOther(InputError):
    """A file that says that it holds something else."""


def _check_stated(name: str, text: str, path: Path) -> None:
    """As the engine does of every file that it reads (platforms/config/stated_message.h)."""
    for number, line in enumerate(text.split("\n"), 1):
        stated = re.match(r"[ \t]*#[ \t]*proto-message[ \t]*:[ \t]*(.*?)[ \t\r]*$", line)
        if stated is None:
            continue
        if stated[1] not in (name, f"siovsim.{name}"):
            raise _StatedOther(
                f"{path}:{number}:1: # proto-message = {stated[1]}: the file is read as a siovsim.{name}; "
                f"must be siovsim.{name}, or no such line."
            )
        return


# Files of each kind, and what to do with them.
_USES = {
    "Experiment": "an experiment, which siovsim.load and siovsim run take",
    "Sweep": "a sweep, all of whose points siovsim.sweep and siovsim sweep run",
    "Platform": "a platform, which an experiment names as its platform_file",
    "Workload": "a workload, which an experiment names as its workload_file",
}


def _fits(name: str, text: str) -> bool:
    try:
        parse(name, text, "")
    except InputError:
        return False
    return True


def rule(field: Any) -> Any:
    """The ``FieldRule`` a field of the schema carries (see configs/schema/options.proto)."""
    options = message_class("google.protobuf.FieldOptions").FromString(field.GetOptions().SerializeToString())
    return options.Extensions[_pool().FindExtensionByName("siovsim.rule")]


def file_fields(message: Any) -> Iterator[tuple]:
    """Every (message, field) that names a file, at any depth."""
    from google.protobuf.descriptor import FieldDescriptor

    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            children = value if field.label == FieldDescriptor.LABEL_REPEATED else [value]
            for child in children:
                yield from file_fields(child)
        elif field.type == FieldDescriptor.TYPE_STRING:
            its_rule = rule(field)
            if its_rule.file_name or its_rule.HasField("include_into"):
                yield message, field
