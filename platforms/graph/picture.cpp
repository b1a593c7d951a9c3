// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/picture.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>
#include <cstring>
#include <map>
#include <sstream>

#include "platforms/kinds/topology.h"

namespace siov {
namespace {

struct Box {
  std::string name;
  std::string label;
  std::string colour;
};
struct Line {
  std::string label;
  std::string style;
  bool between_sockets = false;  // beside each other, not one below the other
};
using Drawing = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, Box, Line>;

// Joined by "\n" for Graphviz.
std::string Label(const Words& words) {
  std::string label;
  for (const std::string& word : words) label += (label.empty() ? "" : "\\n") + word;
  return label;
}

// What stands beside a line: begun at the left, where Graphviz puts it, with room between it and the line.
std::string LineLabel(const Words& words) {
  std::string label;
  for (const std::string& word : words) label += "    " + word + "\\l";
  return label;
}

Drawing Draw(const PlatformPicture& picture) {
  Drawing drawing;
  std::map<std::string, std::size_t> vertices;
  for (const PictureBox& box : picture.boxes) {
    Words words = {box.name};
    words.insert(words.end(), box.lines.begin(), box.lines.end());
    vertices[box.name] = boost::add_vertex(Box{box.name, Label(words), box.colour}, drawing);
  }
  for (const PictureLine& line : picture.lines) {
    const char* style = line.words.size() > 1 ? "bold" : "dashed";
    boost::add_edge(vertices[line.from], vertices[line.to], Line{LineLabel(line.words), style, line.between_sockets},
                    drawing);
  }
  return drawing;
}

bool IsMemory(NodeRef node) { return node.kind == NodeKind::kMemory; }

Words BoxWords(const Topology& topology, NodeRef node) {
  Words words;
  for (const Composite::Lines& lines : CompositeOf(topology.At(node)).box) {
    if (!topology.HasPart(node, lines.part)) {
      words.emplace_back(lines.if_absent);
      continue;
    }
    const Topology::Block block = topology.BlockOf(node, lines.part);
    const Words own = topology.blocks()[block].kind->picture(topology.At(block));
    words.insert(words.end(), own.begin(), own.end());
  }
  return words;
}

// From memory to memory.
PictureLine SocketLine(const Topology& topology, NodeRef link) {
  PictureLine line{"", "", CompositeOf(topology.At(link)).line(topology.At(link)), true};
  for (const NodeRef memory : topology.NodesOf(NodeKind::kMemory)) {
    if (topology.IsNextBelow(link, memory)) (line.from.empty() ? line.from : line.to) = topology.At(memory).node_name();
  }
  return line;
}

// One of several, all of which a node has links to: none.
std::string SocketName(const ResolvedPlatform& platform, NodeRef node) {
  if (!platform.has_sockets()) return {};
  const auto links = std::count_if(platform.links.begin(), platform.links.end(),
                                   [node](const ResolvedLink& link) { return link.below == node; });
  return links > 1 ? std::string() : platform.memories[platform.SocketOf(node)].name;
}

// Graphviz draws a frame around what is named by its number in a "cluster".
void WriteSockets(const PlatformPicture& picture, std::ostream& out) {
  std::map<std::string, std::string> members;
  for (std::size_t box = 0; box < picture.boxes.size(); ++box) {
    const std::string& socket = picture.boxes[box].socket;
    if (!socket.empty()) members[socket] += " " + std::to_string(box) + ";";
  }
  int number = 0;
  for (const auto& [socket, boxes] : members) {
    out << "subgraph cluster_" << number++ << " { label=\"socket of " << socket
        << "\"; labeljust=l; margin=36; fontname=\"Helvetica\"; style=\"rounded,dashed\"; color=\"#5A6472\";" << boxes
        << " }\n";
  }
}

// Labels hold "\n" for Graphviz and names that are letters, digits, '_' and '-' only, so nothing needs escaping.
std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

// What the rows of a node's parts say of them.
PlatformPicture PictureOf(const ResolvedPlatform& platform) {
  const Topology topology(platform);
  std::vector<NodeRef> nodes = topology.AllNodes();
  std::stable_sort(nodes.begin(), nodes.end(), [](NodeRef a, NodeRef b) { return IsMemory(a) && !IsMemory(b); });
  PlatformPicture picture;
  for (const NodeRef node : nodes) {
    const Place place = topology.At(node);
    const Composite& composite = CompositeOf(place);
    if (node.kind == NodeKind::kSocketLink) {
      picture.lines.push_back(SocketLine(topology, node));
      continue;
    }
    picture.boxes.push_back({place.node_name(), NodeKindName(node.kind), BoxWords(topology, node), composite.colour,
                             SocketName(platform, node)});
    if (composite.line == nullptr) continue;
    for (const ResolvedLink& link : platform.links) {  // CPUs may stand on several sockets
      if (!(link.below == node)) continue;
      picture.lines.push_back({platform.NameOf(link.above), place.node_name(), composite.line(place)});
    }
  }
  return picture;
}

std::string ToDot(const ResolvedPlatform& platform) {
  const PlatformPicture picture = PictureOf(platform);
  const Drawing drawing = Draw(picture);
  std::ostringstream dot;
  boost::write_graphviz(
      dot, drawing,
      [&](std::ostream& out, std::size_t box) {
        out << "[label=" << Quoted(drawing[box].label) << ", fillcolor=" << Quoted(drawing[box].colour) << "]";
      },
      [&](std::ostream& out, const auto& line) {
        out << "[label=" << Quoted(drawing[line].label) << ", style=" << drawing[line].style
            << (drawing[line].between_sockets ? ", constraint=false" : "") << "]";
      },
      [&](std::ostream& out) {
        out << "node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\"];\n"
            << "edge [fontname=\"Helvetica\", fontsize=10];\n";
        WriteSockets(picture, out);
      });
  return dot.str();
}

bool DrawSvg(const std::string& dot_file, const std::string& svg_file, std::string* why_not) {
  std::string arguments[] = {"dot", "-Tsvg", "-o", svg_file, dot_file};
  std::vector<char*> argv;
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "dot", nullptr, nullptr, argv.data(), environ);
  if (failed != 0) {
    *why_not = std::string("cannot run \"dot\" (Debian package graphviz): ") + std::strerror(failed);
    return false;
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    *why_not = "\"dot\" failed on " + dot_file;
    return false;
  }
  return true;
}

}  // namespace siov
