// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/picture.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>
#include <cstring>
#include <iomanip>
#include <map>
#include <sstream>

#include "platforms/graph/wire_format.h"

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
};
using Drawing = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, Box, Line>;

std::string Number(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string Ns(Picoseconds ps) { return Number(ToNs(ps), 1) + " ns"; }

std::string Entries(const CacheGeometry& cache) {
  return cache.entries == 0 ? std::string("none")
                            : std::to_string(cache.entries) +
                                  (cache.ways == 0 ? " entries" : " entries, " + std::to_string(cache.ways) + " ways");
}

using Words = std::vector<std::string>;

Words IommuLines(const ResolvedIommu& iommu) {
  const bool posted = iommu.interrupt_remapper.delivery == InterruptDelivery::kPosted;
  return {"IOTLB: " + Entries(iommu.iotlb.geometry), "walkers: " + std::to_string(iommu.page_walker.walkers),
          "page requests: " + std::to_string(iommu.pri_queue.entries - 1),
          "invalidations: " + std::to_string(iommu.invalidation_queue.entries - 1),
          std::string("interrupts: ") + (posted ? "posted" : "remapped")};
}

Words EndpointLines(const ResolvedEndpoint& endpoint) {
  if (endpoint.outside) return {"a model outside"};
  Words lines = {endpoint.atc ? "ATC: " + Entries(endpoint.atc->geometry) : std::string("no ATS")};
  for (const WorkQueueConfig& queue : endpoint.arbiter.queues) {
    lines.push_back(std::string(queue.mode == QueueMode::kShared ? "SWQ " : "DWQ ") + queue.name + ": " +
                    std::to_string(queue.size));
  }
  lines.push_back("engines: " + std::to_string(endpoint.engine.group_of_engine.size()) + " x " +
                  std::to_string(endpoint.engine.jobs_per_engine) + " jobs");
  lines.push_back("IMS: " + std::to_string(endpoint.ims.entries));
  return lines;
}

Words LinkWords(const ResolvedEndpoint& endpoint) {
  const double gbits = WireFormat(endpoint.link).bytes_per_second() * 8 / 1e9;
  return {endpoint.link_name,
          "Gen" + std::to_string(endpoint.link.generation) + " x" + std::to_string(endpoint.link.lanes),
          Number(gbits, 1) + " Gb/s for TLPs"};
}

// Joined by "\n" for Graphviz.
std::string Label(const Words& words) {
  std::string label;
  for (const std::string& word : words) label += (label.empty() ? "" : "\\n") + word;
  return label;
}

const char* ColourOf(const std::string& kind) {
  if (kind == "memory") return "#dfe7ef";
  if (kind == "host") return "#e8e0ef";
  if (kind == "iommu") return "#f3e6d3";
  return kind == "root_port" ? "#e2efdf" : "#f5dede";
}

Drawing Draw(const PlatformPicture& picture) {
  Drawing drawing;
  std::map<std::string, std::size_t> vertices;
  for (const PictureBox& box : picture.boxes) {
    Words words = {box.name};
    words.insert(words.end(), box.lines.begin(), box.lines.end());
    vertices[box.name] = boost::add_vertex(Box{box.name, Label(words), ColourOf(box.kind)}, drawing);
  }
  for (const PictureLine& line : picture.lines) {
    const char* style = line.words.size() > 1 ? "bold" : "dashed";
    boost::add_edge(vertices[line.from], vertices[line.to], Line{Label(line.words), style}, drawing);
  }
  return drawing;
}

// Labels hold "\n" for Graphviz and names that are letters, digits, '_' and '-' only, so nothing needs escaping.
std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

PlatformPicture PictureOf(const ResolvedPlatform& platform) {
  PlatformPicture picture;
  const std::string& memory = platform.memory.name;
  const std::string& host = platform.host.name;
  const MemoryConfig& timing = platform.memory.config;
  std::vector<std::string> lines = {"LLC " + Ns(timing.llc_latency_ps), "DRAM " + Ns(timing.dram_latency_ps)};
  if (platform.memory.outside) lines = {"a model outside", "stated: " + Ns(timing.llc_latency_ps)};
  picture.boxes.push_back({memory, "memory", lines});
  picture.boxes.push_back({host, "host", {"vCPUs: " + std::to_string(platform.host.config.vcpus)}});
  picture.lines.push_back({memory, host, {}});
  for (const ResolvedIommu& iommu : platform.iommus) {
    picture.boxes.push_back({iommu.name, "iommu", IommuLines(iommu)});
    picture.lines.push_back({memory, iommu.name, {}});
  }
  for (const ResolvedRootPort& port : platform.root_ports) {
    picture.boxes.push_back({port.name, "root_port", {}});
    picture.lines.push_back({platform.iommus[port.iommu].name, port.name, {Ns(port.config.fabric_latency_ps)}});
  }
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    picture.boxes.push_back({endpoint.name, "endpoint", EndpointLines(endpoint)});
    picture.lines.push_back({platform.root_ports[endpoint.root_port].name, endpoint.name, LinkWords(endpoint)});
  }
  return picture;
}

std::string ToDot(const ResolvedPlatform& platform) {
  const Drawing drawing = Draw(PictureOf(platform));
  std::ostringstream dot;
  boost::write_graphviz(
      dot, drawing,
      [&](std::ostream& out, std::size_t box) {
        out << "[label=" << Quoted(drawing[box].label) << ", fillcolor=" << Quoted(drawing[box].colour) << "]";
      },
      [&](std::ostream& out, const auto& line) {
        out << "[label=" << Quoted(drawing[line].label) << ", style=" << drawing[line].style << "]";
      },
      [](std::ostream& out) {
        out << "node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\"];\n"
            << "edge [fontname=\"Helvetica\", fontsize=10];\n";
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
