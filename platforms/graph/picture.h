// SPDX-License-Identifier: Apache-2.0
// A platform as a Graphviz drawing: nodes with their main parameters, links with their rates.
#ifndef SIOV_PLATFORMS_GRAPH_PICTURE_H_
#define SIOV_PLATFORMS_GRAPH_PICTURE_H_

#include <string>

#include "platforms/resolve/resolved.h"

namespace siov {

std::string ToDot(const ResolvedPlatform& platform);

// Draws `dot_file` into `svg_file` with the `dot` program; on failure returns false and says why.
bool DrawSvg(const std::string& dot_file, const std::string& svg_file, std::string* why_not);

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_PICTURE_H_
