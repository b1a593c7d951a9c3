# SPDX-License-Identifier: Apache-2.0
"""The header of one or several structures of parameters."""
import re
import textwrap

from parameter_model import BOOL, DOUBLE, ENUM, MESSAGE, STRING, UINT32, camel, has_values_of_its_own, value_of

NOTE = "// SPDX-License-Identifier: Apache-2.0\n// Generated from configs/schema by make_parameters.py: change it there.\n"


def guard(path):
    return "SIOV_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"


def comment(text, indent):
    lead = " " * indent + "// "
    return "\n".join(textwrap.wrap(text, 118, initial_indent=lead, subsequent_indent=lead)) + "\n"


def enums_of(schema, structures):
    """The enumerations that members have, once each."""
    found = []
    for structure in structures:
        for member in structure.members:
            enum = member.field.enum_type if member.field.type == ENUM else None
            if enum is not None and all(enum.full_name != other.full_name for other in found) and not has_values_of_its_own(schema.model(enum).type):
                found.append(enum)
    return found


def enum_text(schema, enum):
    names = ", ".join(schema.model_value(value) or camel(value.name) for value in enum.values)
    return f"enum class {schema.model(enum).type} : std::uint8_t {{ {names} }};\n"


def bound(number, field):
    if field.type == DOUBLE:
        return f"{number:.15g}"
    return f"{int(number)}u" if number < 2**32 else f"{int(number)}ull"


def range_words(rule):
    """As the checker of files says it."""
    words = []
    if rule.HasField("min") and rule.HasField("max"):
        words.append(f"from {rule.min:.15g} to {rule.max:.15g}")
    elif rule.HasField("min") or rule.HasField("max"):
        words.append(f"at least {rule.min:.15g}" if rule.HasField("min") else f"at most {rule.max:.15g}")
    if rule.power_of_two:
        words.append("a power of two")
    return ", ".join(words)


def range_terms(member):
    """What must hold of a number, without what its type says already."""
    field, rule, name = member.field, member.rule, member.path
    terms = []
    if rule.HasField("min") and (field.type == DOUBLE or rule.min > 0):
        terms.append(f"{name} >= {bound(rule.min, field)}")
    if rule.HasField("max") and not (field.type == UINT32 and rule.max >= 2**32 - 1):
        terms.append(f"{name} <= {bound(rule.max, field)}")
    if rule.power_of_two:
        terms.append(f"IsPowerOfTwo({name})")
    return terms


def condition_text(schema, structure, member):
    """The condition in terms of members; empty if there is none, or its sibling is no member."""
    if member.condition is None:
        return ""
    sibling = structure.member_of(member.condition.sibling)
    if sibling is None:
        return ""
    if sibling.field.type == BOOL:
        return sibling.target if member.condition.values == ["true"] else "!" + sibling.target
    values = sibling.field.enum_type.values_by_name
    return " || ".join(f"{sibling.target} == {value_of(schema, values[value])}" for value in member.condition.values)


def check_of(member):
    """The statement that checks one member; empty if anything goes."""
    name = member.path
    if member.nested:
        return f'AppendFaults("{member.said}", {name}.Validate(), &faults);'
    if member.field.type == MESSAGE:
        return f'AppendFaults("{member.said}", {name}.Validate(""), &faults);'
    if member.of_part or member.rule.type or member.field.type in (STRING, BOOL, ENUM):
        return ""  # parts check themselves; what becomes of another type is checked in the schema's own
    if member.field.name.endswith("_mib"):
        return ""
    if member.is_time:
        least = member.rule.HasField("min") and member.rule.min > 0
        return f'Require({name} > 0, "{member.said}", {name}, "more than 0", &faults);' if least else ""
    if member.is_rate:
        return f'Require(ByteRate::CanBe({name}), "{member.said}", {name}, ByteRate::kAllowed, &faults);'
    terms = range_terms(member)
    if not terms:
        return ""
    return f'Require({" && ".join(terms)}, "{member.said}", {name}, "{range_words(member.rule)}", &faults);'


def broken(statement, indent):
    """A call on two lines if one is too short."""
    line = " " * indent + statement
    if len(line) <= 120:
        return line + "\n"
    return line.replace(', "', ',\n' + " " * (indent + len("Require(")) + '"', 1) + "\n"


def validate_text(schema, structure):
    lines = ["  ConfigFaults Validate() const {\n    ConfigFaults faults;\n"]
    for member in structure.members:
        statement = check_of(member)
        condition = condition_text(schema, structure, member)
        if statement and condition:
            lines.append(f"    if ({condition}) {{\n{broken(statement, 6)}    }}\n")
        elif statement:
            lines.append(broken(statement, 4))
    lines.append("    return faults;\n  }\n")
    return "".join(lines)


def structure_text(schema, structure):
    rule = structure.rule
    base = f" : {rule.base}" if rule.base else ""
    lines = [f"struct {structure.name}{base} {{\n"]
    lines += [f"  {part};\n" for part in rule.part]
    for member in structure.own_members():
        initial = f" = {member.initial}" if member.initial is not None else ""
        lines += [comment(member.rule.sentence, 2), f"  {member.type} {member.path}{initial};\n"]
    lines.append("\n  // Every member outside its own range; what members must be to each other is said elsewhere.\n")
    lines.append(validate_text(schema, structure))
    names = [part.split()[-1] for part in rule.part] + [member.path for member in structure.own_members()]
    lines.append("\n  // visit(name, member) for each of them, but those of the base.\n"
                 "  template <class Visitor>\n  void ForEach(Visitor&& visit) const {\n")
    lines += [f'    visit("{name}", {name});\n' for name in names]
    lines.append("  }\n};\n")
    return "".join(lines)


def includes_of(schema, header, structures, declared):
    """The headers needed; `declared`: the header of each enumeration that was generated before."""
    found = {"models/base/config_fault.h", "models/base/units.h"}
    for structure in structures:
        found.update(structure.rule.needs)
        for member in structure.members:
            if member.field.type == MESSAGE:
                found.add(schema.parameters(member.field.message_type)[0].header)
    for enum in enums_of(schema, structures):
        found.add(schema.model(enum).header or declared.get(enum.full_name, header))
    return sorted(found - {header})


def header_of(schema, header, structures, declared):
    """The whole header; adds the enumerations it declares to `declared`."""
    own = [enum for enum in enums_of(schema, structures)
           if not schema.model(enum).header and enum.full_name not in declared]
    lines = [NOTE]
    for structure in structures:
        lines.append(f"// {structure.name}: message {structure.message.name} in the units of the models.\n")
    lines.append(f"#ifndef {guard(header)}\n#define {guard(header)}\n\n#include <cstdint>\n#include <string>\n\n")
    lines += [f'#include "{path}"\n' for path in includes_of(schema, header, structures, declared)]
    lines.append("\nnamespace siov {\n")
    lines += ["\n" + enum_text(schema, enum) for enum in own]
    lines += ["\n" + structure_text(schema, structure) for structure in structures]
    lines.append(f"\n}}  // namespace siov\n\n#endif  // {guard(header)}\n")
    declared.update({enum.full_name: header for enum in own})
    return "".join(lines)
