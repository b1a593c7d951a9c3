#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the structures of parameters that the models are given, and what fills them, from the schema.

    configs/schema/make_parameters.py SET OUT HEADER...

SET is the schema compiled by protoc (--include_imports); each HEADER is written below OUT, and with them
platforms/resolve/read_parameters.{h,cpp}. The headers must be those that the schema names: the build lists them because
it has to know its files before it makes them.

A structure has a member for each field: in picoseconds and bytes, initialised with the default (a time with 0), checked by
Validate() for its range, and visited by name. Its reader fills it from a message whose defaults are applied.
"""
import pathlib
import sys

from parameter_header import header_of
from parameter_model import SchemaError, structures_of
from parameter_reader import READER, reader_header, reader_source
from schema_set import Schema


def outputs(schema):
    """path -> text of everything that is generated."""
    structures = structures_of(schema)
    headers = {}
    for structure in structures:
        headers.setdefault(structure.rule.header, []).append(structure)
    texts = {}
    declared = {}  # enumerations; a header that uses one of another includes it
    for header, members in headers.items():
        texts[header] = header_of(schema, header, members, declared)
    texts[READER + ".h"] = reader_header(schema, structures)
    texts[READER + ".cpp"] = reader_source(schema, structures)
    return texts


def write(path, text):
    """Leaves a file alone that says the same already: what includes it need not be compiled again."""
    if path.is_file() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        texts = outputs(Schema(pathlib.Path(arguments[0]).read_bytes()))
    except SchemaError as error:
        print(f"configs/schema: {error}.", file=sys.stderr)
        return 1
    named, wanted = set(arguments[2:]), {path for path in texts if not path.startswith(READER)}
    if named != wanted:
        print("configs/CMakeLists.txt does not list the headers that the schema names: "
              + ", ".join(sorted(named ^ wanted)), file=sys.stderr)
        return 1
    for path, text in texts.items():
        write(pathlib.Path(arguments[1]) / path, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
