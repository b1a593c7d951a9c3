# SPDX-License-Identifier: Apache-2.0
"""platforms/resolve/read_parameters.{h,cpp}: what fills the structures of parameters from messages."""
from parameter_header import NOTE, guard
from parameter_model import BOOL, scope, value_of

READER = "platforms/resolve/read_parameters"


def models_of(schema):
    """Every enumeration of the schema that has a counterpart in the models."""
    found = []
    for name in schema.names:
        if not name.startswith("configs/schema/"):
            continue
        file = schema.pool.FindFileByName(name)
        found += list(file.enum_types_by_name.values())
        for message in file.message_types_by_name.values():
            found += list(message.enum_types)
    return [enum for enum in found if schema.model(enum).type]


def signature(structure):
    reader = "const BlockReader& reader, " if structure.has_times else ""
    return f"void Read({reader}const siovsim::{structure.message.name}& from, {structure.name}* into)"


def model_signature(schema, enum):
    return f"{schema.model(enum).type} ModelOf({scope(enum)}{enum.name} value)"


def model_text(schema, enum):
    proto, model = f"{scope(enum)}{enum.name}", schema.model(enum).type
    lines = [f"{model_signature(schema, enum)} {{\n  return Translate<{proto}, {model}>(value, {{\n"]
    lines += [f"      {{{scope(enum)}{value.name}, {value_of(schema, value)}}},\n" for value in enum.values]
    return "".join(lines) + "  });\n}\n"


def condition_text(condition):
    """The condition in terms of the message."""
    sibling = condition.sibling
    if sibling.type == BOOL:
        return ("" if condition.values == ["true"] else "!") + f"from.{sibling.name}()"
    names = [f"{scope(sibling.enum_type)}{value}" for value in condition.values]
    return " || ".join(f"from.{sibling.name}() == {name}" for name in names)


def assignment(member):
    if member.nested:
        return f"Read({member.value}, &into->{member.target});"
    return f"into->{member.target} = {member.value};"


def read_text(structure):
    """The function that fills one structure."""
    lines = []
    for member in structure.members:
        present = f"from.has_{member.field.name}()" if member.optional else ""
        condition = condition_text(member.condition) if member.condition else ""
        test = f"{present} && ({condition})" if present and condition else present or condition
        statement = f"if ({test}) {assignment(member)}" if test else assignment(member)
        if test and len(statement) > 116:
            statement = f"if ({test}) {{\n    {assignment(member)}\n  }}"
        lines.append(f"  {statement}\n")
    text = "".join(lines)
    head = signature(structure)
    if "from." not in text:  # times alone, which the reader has
        head = head.replace("& from,", "& /*from*/,")
    return head + " {\n" + text + "}\n"


def reader_header(schema, structures):
    path = READER + ".h"
    protos = {structure.message.file.name for structure in structures}
    protos |= {enum.file.name for enum in models_of(schema)}
    lines = [NOTE, "// Read() fills a structure of parameters from a message whose defaults are applied; what a field that means\n"
             "// nothing would fill keeps its initial value. `reader` is that of the message, where latencies may be in cycles.\n"
             "// ModelOf(): an enumeration of the schema in the models.\n",
             f"#ifndef {guard(path)}\n#define {guard(path)}\n\n"]
    needed = {name.replace(".proto", ".pb.h") for name in protos} | {structure.rule.header for structure in structures}
    needed |= {schema.model(enum).header for enum in models_of(schema) if schema.model(enum).header}
    needed.add("platforms/resolve/block_reader.h")
    lines += [f'#include "{name}"\n' for name in sorted(needed)]
    lines.append("\nnamespace siov {\n\n")
    lines += [model_signature(schema, enum) + ";\n" for enum in models_of(schema)]
    lines.append("\n")
    lines += [signature(structure) + ";\n" for structure in structures]
    lines.append(f"\n}}  // namespace siov\n\n#endif  // {guard(path)}\n")
    return "".join(lines)


def reader_source(schema, structures):
    lines = [NOTE, f'#include "{READER}.h"\n\n#include "platforms/resolve/translate.h"\n\nnamespace siov {{\n']
    lines += ["\n" + model_text(schema, enum) for enum in models_of(schema)]
    lines += ["\n" + read_text(structure) for structure in structures]
    lines.append("\n}  // namespace siov\n")
    return "".join(lines)
