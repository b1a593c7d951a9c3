# SPDX-License-Identifier: Apache-2.0
"""What make_parameters.py makes of a schema: names, units, conditions, ranges; and what it refuses."""

import subprocess
import sys

import pytest
from front import ROOT

sys.path.insert(0, str(ROOT / "configs" / "schema"))

import make_parameters  # noqa: E402
from parameter_model import SchemaError  # noqa: E402
from schema_set import Schema  # noqa: E402

HEADER = "models/toy/toy_parameters.h"
READER = "platforms/resolve/read_parameters"
TOY = """
enum Mode {
  option (model) = { type: "ToyMode" };
  ON_DEVICE = 0;
  AWAY = 1 [(model_value) = "kElsewhere"];
}
message Toy {
  option (parameters) = { structure: "ToyParameters" header: "models/toy/toy_parameters.h" };
  option (parameters) = { structure: "PartParameters" header: "models/toy/part_parameters.h" };
  optional Mode mode = 1 [(rule) = { default: "ON_DEVICE" sentence: "Where." }];
  optional uint32 entries = 2 [(rule) = { min: 2 max: 64 power_of_two: true default: "8" sentence: "How many." }];
  oneof latency {
    double latency_ns = 3 [(rule) = { min: 0 max: 9 default: "5" sentence: "How long." }];
    double latency_cycles = 4 [(rule) = { sentence: "The same in cycles." }];
  }
  optional double share = 5 [(rule) = { only_with: "mode=AWAY" min: 0 max: 1 default: "0.5" sentence: "Of all." }];
  optional uint32 depth = 6 [(rule) = { max: 255 default: "3" type: "std::uint8_t" sentence: "How deep." }];
  optional uint32 part_size = 7 [(rule) = { member: "PartParameters.size" max: 7 default: "1" sentence: "Its size." }];
  optional uint32 elsewhere = 8 [(rule) = { by_hand: true sentence: "Not here." }];
  optional double link_gbytes_per_second = 9 [(rule) = { default: "0" sentence: "Rate." }];
  optional uint32 memory_mib = 10 [(rule) = { default: "1" initial: "std::uint64_t{1} << 20" sentence: "Room." }];
}
"""


def compiled(tmp_path, text):
    """The descriptor set of a schema."""
    (tmp_path / "configs" / "schema").mkdir(parents=True, exist_ok=True)
    toy = tmp_path / "configs" / "schema" / "toy.proto"
    toy.write_text('syntax = "proto3";\npackage siovsim;\nimport "configs/schema/options.proto";\n' + text)
    out = tmp_path / "set.pb"
    subprocess.run(
        ["protoc", f"-I{tmp_path}", f"-I{ROOT}", "--include_imports", f"--descriptor_set_out={out}", str(toy)],
        check=True,
    )
    return out


@pytest.fixture(scope="module")
def toy_set(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("toy"), TOY)


@pytest.fixture(scope="module")
def toy(toy_set):
    """path -> text of what comes of it."""
    return make_parameters.outputs(Schema(toy_set.read_bytes()))


@pytest.mark.parametrize(
    "line",
    [
        "enum class ToyMode : std::uint8_t { kOnDevice, kElsewhere };",
        "ToyMode mode = ToyMode::kOnDevice;",
        "std::uint32_t entries = 8;",
        "Picoseconds latency_ps = 0;",
        "double share = 0.5;",
        "std::uint8_t depth = 3;",
        "double link_bytes_per_second = 0;",
        "std::uint64_t memory_bytes = std::uint64_t{1} << 20;",
        "// How many.",
        'visit("latency_ps", latency_ps);',
    ],
)
def test_members_have_the_units_of_the_models(toy, line):
    assert line in toy[HEADER]


def test_a_range_is_checked_in_the_checkers_words_where_the_field_means_something(toy):
    text = " ".join(toy[HEADER].split())
    assert 'entries >= 2u && entries <= 64u && IsPowerOfTwo(entries), "entries", entries, ' in text
    assert '"from 2 to 64, a power of two"' in text
    assert 'if (mode == ToyMode::kElsewhere) { Require(share >= 0 && share <= 1, "share", share, "from 0 to 1"' in text
    assert "Require(depth" not in text, "its type bounds it, and a comparison that always holds is a warning"


def test_what_a_field_names_arrives_in_a_structure_of_its_own(toy):
    assert "std::uint32_t size = 1;" in toy["models/toy/part_parameters.h"]
    assert "size" not in toy[HEADER]
    assert "into->size = from.part_size();" in toy[READER + ".cpp"]


@pytest.mark.parametrize(
    "line",
    [
        "into->mode = ModelOf(from.mode());",
        'into->latency_ps = reader.Time("latency");',
        "if (from.mode() == siovsim::AWAY) into->share = from.share();",
        "into->depth = static_cast<std::uint8_t>(from.depth());",
        "into->link_bytes_per_second = from.link_gbytes_per_second() * kBytesPerGbyte;",
        "into->memory_bytes = std::uint64_t{from.memory_mib()} << 20;",
        "{siovsim::AWAY, ToyMode::kElsewhere},",
    ],
)
def test_readers_convert_once(toy, line):
    assert line in toy[READER + ".cpp"]
    assert "elsewhere" not in toy[READER + ".cpp"]


@pytest.mark.parametrize(
    "field, said",
    [
        ("repeated uint32 many = 1 [(rule) = {}];", "Bad.many: lists are read by hand"),
        ("Inner inner = 1 [(rule) = {}];", "Bad.inner: Inner becomes no one structure"),
        ("Plain plain = 1 [(rule) = {}];", "Bad.plain: Plain has no counterpart in the models"),
        ('optional bool a = 1 [(rule) = { only_with: "gone=true" }];', "Bad.a: only_with names gone"),
    ],
)
def test_a_field_that_cannot_be_read_is_refused_by_name(tmp_path, field, said):
    text = "message Inner {}\nenum Plain { NOTHING = 0; }\nmessage Bad {\n"
    text += '  option (parameters) = { structure: "B" header: "models/b_parameters.h" };\n  ' + field + "\n}\n"
    with pytest.raises(SchemaError, match=said):
        make_parameters.outputs(Schema(compiled(tmp_path, text).read_bytes()))


def test_the_build_lists_the_headers_that_the_schema_names(tmp_path, toy_set, capsys):
    assert make_parameters.main([str(toy_set), str(tmp_path / "out"), HEADER]) == 1
    assert "models/toy/part_parameters.h" in capsys.readouterr().err


def test_what_says_the_same_is_not_written_again(tmp_path, toy_set):
    arguments = [str(toy_set), str(tmp_path / "out"), HEADER, "models/toy/part_parameters.h"]
    assert make_parameters.main(arguments) == 0
    written = tmp_path / "out" / HEADER
    before = written.stat().st_mtime_ns
    assert make_parameters.main(arguments) == 0
    assert written.stat().st_mtime_ns == before
