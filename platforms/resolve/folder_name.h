// SPDX-License-Identifier: Apache-2.0
// The one rule for names that become folders (experiment_name, sweep_name): 1 to 100 letters, digits, '.', '_' or '-',
// not starting with a dot. So a name never leaves the results folder, is visible, and means the same on every file
// system. pybind/siovsim/base/names.py states the same rule for the Python front.
#ifndef SIOV_PLATFORMS_RESOLVE_FOLDER_NAME_H_
#define SIOV_PLATFORMS_RESOLVE_FOLDER_NAME_H_

#include <string>

namespace siov {

// To be read after "must be".
inline constexpr const char* kFolderNameRule =
    "1 to 100 letters, digits, '.', '_' or '-', not starting with '.': it names the result folder";

bool IsFolderName(const std::string& name);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_FOLDER_NAME_H_
