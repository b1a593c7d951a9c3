# SPDX-License-Identifier: Apache-2.0
"""The include checker finds what it is there to find, and nothing else."""

import sys

import pytest
from front import ROOT

sys.path.insert(0, str(ROOT / "cmake"))

import check_includes  # noqa: E402

TOP = "// SPDX-License-Identifier: Apache-2.0\n"


def header(path, *lines):
    guard = check_includes.guard_of(path)
    return TOP + f"#ifndef {guard}\n#define {guard}\n" + "\n".join(lines) + "\n#endif\n"


def repository(**extra):
    """A small repository without a breach, with some files added or replaced."""
    files = {
        path: header(path, *lines)
        for path, lines in {
            "models/base/units.h": ["#include <cstdint>", "#include <boost/histogram.hpp>"],
            "models/tlm/block.h": ["#include <systemc>", '#include "models/base/units.h"'],
            "models/tlm/stage.h": [],
            "models/atc/atc_core.h": ['#include "models/base/units.h"', '#include "models/tlm/stage.h"'],
            "models/atc/atc.h": ['#include "models/atc/atc_core.h"', '#include "models/tlm/block.h"'],
            "models/iotlb/iotlb.h": ['#include "models/tlm/block.h"'],
            "platforms/run.h": [
                '#include "models/atc/atc.h"',
                '#include "configs/schema/run.pb.h"',
                "#include <boost/graph/adjacency_list.hpp>",
                '#include "siovsim_version.h"',
            ],
        }.items()
    }
    files["tests/unit/atc_test.cpp"] = TOP + '#include "models/atc/atc_core.h"\n#include <gtest/gtest.h>\n'
    files.update(extra)
    return files


def test_a_repository_that_keeps_the_rules_has_no_breach():
    assert check_includes.check(repository()) == []


@pytest.mark.parametrize(
    "path, line, words",
    [
        ("models/base/x.h", '#include "models/tlm/stage.h"', "models/base includes nothing above itself"),
        ("models/base/x.h", "#include <systemc>", "reaches SystemC: models/base/x.h -> systemc"),
        (
            "models/atc/x_core.h",
            '#include "models/tlm/block.h"',
            "reaches SystemC: models/atc/x_core.h -> models/tlm/block.h -> systemc",
        ),
        ("models/atc/x_config.h", "#include <tlm.h>", "reaches SystemC"),
        ("models/tlm/x.h", '#include "models/atc/atc_core.h"', "models/tlm includes models/base and itself only"),
        ("models/iotlb/x.h", '#include "models/atc/atc.h"', "must not include another block's shell"),
        ("models/atc/x.h", '#include "platforms/run.h"', "models/ must not include platforms/"),
        ("models/atc/x.h", '#include "configs/schema/run.pb.h"', "must not include configs/"),
        ("models/atc/x.h", "#include <google/protobuf/message.h>", "only platforms/ may see protobuf"),
        ("models/atc/x.h", "# include <boost/graph/graph_traits.hpp>", "only platforms/ may see Boost.Graph"),
        ("pybind/x.h", '#include "configs/schema/run.pb.h"', "only platforms/ may see protobuf"),
        ("platforms/x.h", '#include "tests/support/y.h"', "platforms/ must not include tests/"),
        ("models/atc/x.h", '#include "atc_core.h"', "written from its root"),
    ],
)
def test_each_rule_finds_its_breach(path, line, words):
    found = check_includes.check(repository(**{path: header(path, line)}))
    assert any(words in breach and breach.startswith(path) for breach in found), found


def test_a_block_may_include_its_own_shell_and_other_blocks_cores():
    path = "models/iotlb/x.h"
    lines = ['#include "models/iotlb/iotlb.h"', '#include "models/atc/atc_core.h"']
    assert check_includes.check(repository(**{path: header(path, *lines)})) == []


@pytest.mark.parametrize(
    "path", ["a.py", "models/atc/x.cpp", "configs/schema/x.proto", "siovsim", ".ci/run", "x/CMakeLists.txt"]
)
def test_a_missing_licence_line_is_found(path):
    assert any(
        "SPDX" in breach
        for breach in check_includes.check(
            repository(**{path: "#!/bin/sh\n\n\n# SPDX-License-Identifier: Apache-2.0\n"})
        )
    )
    assert check_includes.check(repository(**{path: "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"})) == []


def test_a_wrong_header_guard_is_found():
    found = check_includes.check(repository(**{"models/atc/x.h": TOP + "#ifndef X_H\n#define X_H\n#endif\n"}))
    assert found == ["models/atc/x.h: its header guard must be SIOV_MODELS_ATC_X_H_"]


def test_a_cycle_of_headers_does_not_hang_it():
    files = {
        "models/base/a.h": header("models/base/a.h", '#include "models/base/b.h"'),
        "models/base/b.h": header("models/base/b.h", '#include "models/base/a.h"'),
    }
    assert check_includes.check(repository(**files)) == []
