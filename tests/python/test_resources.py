# SPDX-License-Identifier: Apache-2.0
"""docs/resources.md says of every whole number of a platform's schema what it bounds."""

import re
from pathlib import Path
from typing import Iterator, Set

from siovsim.engine import schema

TABLE = Path(__file__).resolve().parents[2] / "docs" / "resources.md"


def _whole_numbers(message: object, seen: Set[str]) -> Iterator[str]:
    if message.full_name in seen:  # type: ignore[attr-defined]
        return
    seen.add(message.full_name)  # type: ignore[attr-defined]
    for field in message.fields:  # type: ignore[attr-defined]
        if field.message_type is not None:
            yield from _whole_numbers(field.message_type, seen)
        elif field.cpp_type in (field.CPPTYPE_UINT32, field.CPPTYPE_UINT64, field.CPPTYPE_INT32, field.CPPTYPE_INT64):
            yield f"{message.name}.{field.name}"  # type: ignore[attr-defined]


def test_every_capacity_of_the_schema_is_a_resource_or_has_its_reason() -> None:
    rows = re.findall(r"^\| `([A-Z]\w*\.\w+)` \| (.+) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    listed = [field for field, _ in rows]
    assert len(listed) == len(set(listed))
    fields = set(_whole_numbers(schema.message_class("Platform").DESCRIPTOR, set()))
    assert set(listed) == fields
