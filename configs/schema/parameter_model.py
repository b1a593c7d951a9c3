# SPDX-License-Identifier: Apache-2.0
"""What becomes of each field of the schema in the structures of parameters: name, type, unit, condition, range."""
import re
from dataclasses import dataclass
from typing import Any, List, Optional

DOUBLE, UINT64, BOOL, STRING, MESSAGE, UINT32, ENUM = 1, 4, 8, 9, 11, 13, 14
REPEATED = 3
CPP_TYPE = {DOUBLE: "double", UINT64: "std::uint64_t", BOOL: "bool", STRING: "std::string", UINT32: "std::uint32_t"}


class SchemaError(Exception):
    """An option of the schema that makes no sense."""


def camel(name):
    """ON_DEVICE -> kOnDevice."""
    return "k" + "".join(part.capitalize() for part in name.split("_"))


def scope(described):
    """The C++ scope in which protoc puts what stands in a message or file: siovsim::Ims::."""
    inner = described.containing_type
    return "siovsim::" + (inner.name + "::" if inner is not None else "")


def has_values_of_its_own(model_type):
    """Whether an enumeration becomes a number or a switch rather than an enumeration."""
    return model_type.startswith("std::") or model_type == "bool"


def value_of(schema, value):
    """The model's name of a value of an enumeration: ImsPlacement::kOnDevice."""
    model = schema.model(value.type)
    name = schema.model_value(value) or camel(value.name)
    return name if has_values_of_its_own(model.type) else f"{model.type}::{name}"


@dataclass
class Condition:
    """When a field means anything: the sibling it depends on and the values that do."""
    sibling: Any
    values: List[str]


@dataclass
class Member:
    """Where one field, or the two of a time, arrives."""
    field: Any
    rule: Any
    path: str         # "lookup_latency_ps", "geometry.entries"
    type: str
    said: str         # what faults call it: the field's name without the unit of a time
    initial: Optional[str]
    value: str        # C++ that makes it of the message `from`
    condition: Optional[Condition]
    optional: bool    # read only if it is there
    nested: bool = False   # a structure generated too

    @property
    def of_part(self):
        """Whether it is a member of a part or of the base, which check themselves."""
        return "." in self.path

    @property
    def is_time(self):
        return self.type == "Picoseconds"

    @property
    def is_rate(self):
        return self.path.endswith("bytes_per_second")

    @property
    def target(self):
        """Its path as code writes it."""
        return self.path[len("base."):] if self.path.startswith("base.") else self.path


def is_choice(field):
    return field.containing_oneof is not None and not field.containing_oneof.name.startswith("_")


def condition_of(field, rule):
    if not rule.only_with:
        return None
    name, _, values = rule.only_with.partition("=")
    sibling = field.containing_type.fields_by_name.get(name)
    if sibling is None:
        raise SchemaError(f"{field.full_name}: only_with names {name}, which is no field beside it")
    return Condition(sibling, values.split("|"))


def initial_of(schema, field, rule, kind):
    """What the member is initialised with; None: nothing need be said."""
    if rule.initial:
        return rule.initial
    if kind == "Picoseconds":
        return "0"
    if field.type in (MESSAGE, STRING):
        return None
    if field.type == ENUM:
        name = rule.default or field.enum_type.values[0].name
        return value_of(schema, field.enum_type.values_by_name[name])
    return rule.default or ("false" if field.type == BOOL else "0")


class Reader:
    """Makes members of fields."""

    def __init__(self, schema):
        self.schema = schema

    def member(self, field):
        """The member of a field; None if it has none of its own."""
        rule = self.schema.rule(field)
        cycles = is_choice(field) and field.name.endswith("_cycles")
        if rule.by_hand or rule.HasField("include_into") or rule.reference == "clock" or cycles:
            return None
        if field.label == REPEATED:
            raise SchemaError(f"{field.full_name}: lists are read by hand (by_hand: true)")
        name, kind, value = self.conversion(field, rule)
        path = rule.member or name
        said = re.sub("_ns$", "", field.name) if is_choice(field) else field.name
        if path.endswith("bytes_per_second"):
            said = path
        nested = field.type == MESSAGE and not self.schema.parameters(field.message_type)[0].reader
        if nested and any(is_choice(inner) for inner in field.message_type.fields):
            raise SchemaError(f"{field.full_name}: a structure within one has no times of its own (by_hand: true)")
        optional = not (rule.default or rule.required or rule.always or is_choice(field) or field.type == MESSAGE)
        return Member(field, rule, path, rule.type or kind, said, initial_of(self.schema, field, rule, kind), value,
                      condition_of(field, rule), optional, nested)

    def conversion(self, field, rule):
        """Name, type and value in the models' units."""
        value = f"from.{field.name}()"
        if field.type == MESSAGE:
            targets = self.schema.parameters(field.message_type)
            if len(targets) != 1:
                raise SchemaError(f"{field.full_name}: {field.message_type.name} becomes no one structure (by_hand: true)")
            target = targets[0]
            return field.name, target.structure, f"{target.reader}({value})" if target.reader else value
        if field.type == ENUM:
            model = self.schema.model(field.enum_type)
            if not model.type:
                raise SchemaError(f"{field.full_name}: {field.enum_type.name} has no counterpart in the models")
            return field.name, model.type, f"ModelOf({value})"
        if field.type == DOUBLE and is_choice(field):
            stem = re.sub("_ns$", "", field.name)
            return stem + "_ps", "Picoseconds", f'reader.Time("{stem}")'
        if field.type == DOUBLE and field.name.endswith("_us"):
            return field.name[:-3] + "_ps", "Picoseconds", f"FromUs({value})"
        if field.name.endswith("gbytes_per_second"):
            return field.name.replace("gbytes", "bytes"), "double", f"{value} * kBytesPerGbyte"
        if field.name.endswith("_mib"):
            return field.name[:-4] + "_bytes", "std::uint64_t", f"std::uint64_t{{{value}}} << 20"
        kind = CPP_TYPE[field.type]
        return field.name, kind, f"static_cast<{rule.type}>({value})" if rule.type else value


@dataclass
class Structure:
    """A message and what becomes of it."""
    message: Any
    rule: Any
    members: List[Member]

    @property
    def name(self):
        return self.rule.structure

    @property
    def has_times(self):
        """Whether its latencies may be given in cycles, so that it takes a clock to read it."""
        return any(is_choice(member.field) for member in self.members)

    def own_members(self):
        """Those that it declares itself: all but those of parts and of its base."""
        return [member for member in self.members if not member.of_part]

    def member_of(self, field):
        return next((member for member in self.members if member.field == field), None)


def structures_of(schema):
    """Every structure that is generated, in the order of the schema."""
    reader = Reader(schema)
    found = []
    for message in schema.messages():
        rules = [rule for rule in schema.parameters(message) if not rule.reader]
        if not rules:
            continue
        structures = {rule.structure: Structure(message, rule, []) for rule in rules}
        for field in message.fields:
            member = reader.member(field)
            if member is None:
                continue
            first, _, rest = member.path.partition(".")
            if first in structures:
                member.path = rest
            structures[first if first in structures else rules[0].structure].members.append(member)
        found += structures.values()
    return found
