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
            "models/kernel/block.h": ["#include <systemc>", '#include "models/base/units.h"'],
            "models/protocol/stage.h": [],
            "models/device/atc/atc_core.h": ['#include "models/base/units.h"', '#include "models/protocol/stage.h"'],
            "models/device/atc/atc.h": ['#include "models/device/atc/atc_core.h"', '#include "models/kernel/block.h"'],
            "models/iommu/iotlb/iotlb.h": ['#include "models/kernel/block.h"'],
            "platforms/run.h": [
                '#include "models/device/atc/atc.h"',
                '#include "configs/schema/run.pb.h"',
                "#include <boost/graph/adjacency_list.hpp>",
                '#include "siovsim_version.h"',
            ],
        }.items()
    }
    files["tests/unit/atc_test.cpp"] = TOP + '#include "models/device/atc/atc_core.h"\n#include <gtest/gtest.h>\n'
    files.update(extra)
    return files


def test_a_repository_that_keeps_the_rules_has_no_breach():
    assert check_includes.check(repository()) == []


@pytest.mark.parametrize(
    "path, line, words",
    [
        ("models/base/x.h", '#include "models/protocol/stage.h"', "models/base includes nothing above itself"),
        ("models/base/x.h", "#include <systemc>", "reaches SystemC: models/base/x.h -> systemc"),
        (
            "models/device/atc/x_core.h",
            '#include "models/kernel/block.h"',
            "reaches SystemC: models/device/atc/x_core.h -> models/kernel/block.h -> systemc",
        ),
        ("models/device/atc/x_config.h", "#include <tlm.h>", "reaches SystemC"),
        ("models/kernel/x.h", '#include "models/device/atc/atc_core.h"', "models/kernel includes nothing above itself"),
        ("models/iommu/iotlb/x.h", '#include "models/device/atc/atc.h"', "must not include another block's shell"),
        ("models/device/atc/x.h", '#include "platforms/run.h"', "models/ must not include platforms/"),
        ("models/device/atc/x.h", '#include "configs/schema/run.pb.h"', "must not include configs/"),
        ("models/device/atc/x.h", "#include <google/protobuf/message.h>", "only platforms/ may see protobuf"),
        ("models/device/atc/x.h", "# include <boost/graph/graph_traits.hpp>", "only platforms/ may see Boost.Graph"),
        ("pybind/x.h", '#include "configs/schema/run.pb.h"', "only platforms/ may see protobuf"),
        ("platforms/x.h", '#include "tests/support/y.h"', "platforms/ must not include tests/"),
        ("models/device/atc/x.h", '#include "atc_core.h"', "written from its root"),
    ],
)
def test_each_rule_finds_its_breach(path, line, words):
    found = check_includes.check(repository(**{path: header(path, line)}))
    assert any(words in breach and breach.startswith(path) for breach in found), found


def test_a_block_may_include_its_own_shell_and_other_blocks_cores():
    path = "models/iommu/iotlb/x.h"
    lines = ['#include "models/iommu/iotlb/iotlb.h"', '#include "models/device/atc/atc_core.h"']
    assert check_includes.check(repository(**{path: header(path, *lines)})) == []


@pytest.mark.parametrize(
    "path", ["a.py", "models/device/atc/x.cpp", "configs/schema/x.proto", "siovsim", ".ci/run", "x/CMakeLists.txt"]
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
    found = check_includes.check(repository(**{"models/device/atc/x.h": TOP + "#ifndef X_H\n#define X_H\n#endif\n"}))
    assert found == ["models/device/atc/x.h: its header guard must be SIOV_MODELS_DEVICE_ATC_X_H_"]


def test_a_cycle_of_headers_does_not_hang_it():
    files = {
        "models/base/a.h": header("models/base/a.h", '#include "models/base/b.h"'),
        "models/base/b.h": header("models/base/b.h", '#include "models/base/a.h"'),
    }
    assert check_includes.check(repository(**files)) == []
