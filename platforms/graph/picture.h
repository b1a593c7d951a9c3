// SPDX-License-Identifier: Apache-2.0
// A platform as a picture: nodes with their main parameters, links with their rates; also as a Graphviz drawing.
#ifndef SIOV_PLATFORMS_GRAPH_PICTURE_H_
#define SIOV_PLATFORMS_GRAPH_PICTURE_H_

#include <string>
#include <vector>

#include "platforms/resolve/resolved.h"

namespace siov {

struct PictureBox {
  std::string name;
  std::string kind;  // memory, host, iommu, root_port, endpoint
  std::vector<std::string> lines;
  std::string colour = {};  // "#f3e6d3"
  std::string socket = {};  // of a host of several, which one it stands on: its memory; empty: on no single one
};
struct PictureLine {
  std::string from;  // towards memory
  std::string to;
  std::vector<std::string> words;
  bool between_sockets = false;  // both are memories
};
struct PlatformPicture {
  std::vector<PictureBox> boxes;
  std::vector<PictureLine> lines;
};

PlatformPicture PictureOf(const ResolvedPlatform& platform);
std::string ToDot(const ResolvedPlatform& platform);

// Draws `dot_file` into `svg_file` with the `dot` program; on failure returns false and says why.
bool DrawSvg(const std::string& dot_file, const std::string& svg_file, std::string* why_not);

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_PICTURE_H_
