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


def test_hardware_does_not_ask_whom_a_packet_is_for():
    line = "inline auto Of(const Tlp& tlp) { return tlp.job.OfSoftware(); }"
    path = "models/iommu/iotlb/x.h"
    found = check_includes.check(repository(**{path: header(path, line)}))
    assert any("does not ask which job or tenant" in breach for breach in found), found
    path = "models/host/cpus/x.h"
    assert check_includes.check(repository(**{path: header(path, line)})) == []


def test_a_block_may_include_its_own_shell_and_other_blocks_cores():
    path = "models/iommu/iotlb/x.h"
    lines = ['#include "models/iommu/iotlb/iotlb.h"', '#include "models/device/atc/atc_core.h"']
    assert check_includes.check(repository(**{path: header(path, *lines)})) == []


def test_a_block_made_of_parts_is_a_shell_too():
    parts = "models/kernel/block_parts.h"
    files = {
        parts: header(parts, '#include "models/kernel/block.h"'),
        "models/host/cpus/part.h": header("models/host/cpus/part.h", f'#include "{parts}"'),
    }
    assert check_includes.check(repository(**files)) == []
    other = "models/iommu/iotlb/x.h"
    files[other] = header(other, '#include "models/host/cpus/part.h"')
    found = check_includes.check(repository(**files))
    assert any("must not include another block's shell" in breach for breach in found), found


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


KNOWN = [("platforms/resolve", "platforms/graph")]


def with_a_circle(**extra):
    """Two folders that include each other, though no two files do."""
    return repository(
        **{
            "platforms/graph/a.h": header("platforms/graph/a.h", '#include "platforms/resolve/b.h"'),
            "platforms/resolve/b.h": header("platforms/resolve/b.h"),
            "platforms/resolve/c.h": header("platforms/resolve/c.h", '#include "platforms/graph/a.h"'),
            **extra,
        }
    )


def test_folders_that_include_each_other_are_found_with_the_files_that_do():
    assert check_includes.check(with_a_circle()) == [
        "folders include each other in a circle: platforms/graph -> platforms/resolve -> platforms/graph "
        "(platforms/graph/a.h includes platforms/resolve/b.h; platforms/resolve/c.h includes platforms/graph/a.h)"
    ]
    deep = {"models/iommu/iotlb/x.h": header("models/iommu/iotlb/x.h", '#include "models/iommu/y.h"'),
            "models/iommu/y.h": header("models/iommu/y.h", '#include "models/iommu/iotlb/x.h"')}
    assert any("models/iommu -> models/iommu/iotlb -> models/iommu" in breach for breach in check_includes.check(repository(**deep)))


def test_a_known_circle_is_let_through_until_it_is_one_no_longer():
    assert check_includes.check(with_a_circle(), KNOWN) == []
    mended = with_a_circle(**{"platforms/resolve/c.h": header("platforms/resolve/c.h")})
    assert check_includes.check(mended, KNOWN) == [
        "platforms/resolve and platforms/graph close no circle any more; their entry in KNOWN_CIRCLES goes"
    ]
    another = with_a_circle(**{"platforms/run/d.h": header("platforms/run/d.h", '#include "platforms/graph/a.h"'),
                               "platforms/graph/e.h": header("platforms/graph/e.h", '#include "platforms/run/d.h"')})
    (breach,) = check_includes.check(another, KNOWN)
    assert "platforms/graph -> platforms/run -> platforms/graph" in breach


PY = "# SPDX-License-Identifier: Apache-2.0\n"


def package(**modules):
    """A small Python package: ``room__module="text"``."""
    files = {"pybind/siovsim/__init__.py": PY}
    files.update({f"pybind/siovsim/{name.replace('__', '/')}.py": PY + text for name, text in modules.items()})
    for room in check_includes.PYTHON_ROOMS:
        files[f"pybind/siovsim/{room}/__init__.py"] = PY
    return check_includes.check(repository(**files))


def test_a_package_whose_rooms_import_downwards_has_no_breach():
    assert package(base__units="", report__page="from siovsim.base import units\n", cli__main="import siovsim.report.page\n") == []


@pytest.mark.parametrize(
    "imported",
    [
        "from siovsim.base import files",
        "from siovsim.base.files import read",
        "import siovsim.base.files as files",
        "def f():\n    from siovsim.base import files",
        "if TYPE_CHECKING:\n    from siovsim.base import files",
        "import importlib\ndef f():\n    importlib.import_module('siovsim.base.files')",
    ],
)
def test_modules_that_import_each_other_are_found_wherever_the_import_hides(imported):
    assert package(base__units=imported, base__files="from siovsim.base.units import x") == [
        "modules import each other in a circle: siovsim.base.files -> siovsim.base.units -> siovsim.base.files"
    ]


def test_a_room_imports_none_above_it_and_never_the_package_itself():
    assert package(sweeps__plan="def f():\n    from siovsim.report import page", report__page="") == [
        "siovsim.sweeps.plan must not import siovsim.report.page: the order of rooms is "
        "base, results, engine, sweeps, validation, report, runs, cli"
    ]
    assert any("must not import siovsim:" in breach for breach in package(base__units="import siovsim"))
    assert any("must not import siovsim.loose:" in breach for breach in package(cli__main="from siovsim import loose", loose=""))
