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

std::string IommuLabel(const ResolvedIommu& iommu) {
  return iommu.name + "\\nIOTLB: " + Entries(iommu.iotlb.geometry) +
         "\\nwalkers: " + std::to_string(iommu.page_walker.walkers) +
         "\\npage requests: " + std::to_string(iommu.pri_queue.entries - 1) +
         "\\ninvalidations: " + std::to_string(iommu.invalidation_queue.entries - 1) +
         "\\ninterrupts: " + (iommu.interrupt_remapper.delivery == InterruptDelivery::kPosted ? "posted" : "remapped");
}

std::string EndpointLabel(const ResolvedEndpoint& endpoint) {
  std::string label = endpoint.name;
  label += endpoint.atc ? "\\nATC: " + Entries(endpoint.atc->geometry) : std::string("\\nno ATS");
  for (const WorkQueueConfig& queue : endpoint.arbiter.queues) {
    label += "\\n" + std::string(queue.mode == QueueMode::kShared ? "SWQ " : "DWQ ") + queue.name + ": " +
             std::to_string(queue.size);
  }
  return label + "\\nengines: " + std::to_string(endpoint.engine.group_of_engine.size()) + " x " +
         std::to_string(endpoint.engine.jobs_per_engine) + " jobs" + "\\nIMS: " + std::to_string(endpoint.ims.entries);
}

std::string LinkLabel(const ResolvedEndpoint& endpoint) {
  const double gbits = WireFormat(endpoint.link).bytes_per_second() * 8 / 1e9;
  return endpoint.link_name + "\\nGen" + std::to_string(endpoint.link.generation) + " x" +
         std::to_string(endpoint.link.lanes) + "\\n" + Number(gbits, 1) + " Gb/s for TLPs";
}

Drawing Draw(const ResolvedPlatform& platform) {
  Drawing drawing;
  const auto add = [&](const std::string& name, const std::string& label, const char* colour) {
    return boost::add_vertex(Box{name, label, colour}, drawing);
  };
  const auto join = [&](std::size_t a, std::size_t b, const std::string& label, const char* style) {
    boost::add_edge(a, b, Line{label, style}, drawing);
  };
  const std::size_t memory = add(platform.memory.name,
                                 platform.memory.name + "\\nLLC " + Ns(platform.memory.config.llc_latency_ps) +
                                     "\\nDRAM " + Ns(platform.memory.config.dram_latency_ps),
                                 "#dfe7ef");
  const std::size_t host = add(
      platform.host.name, platform.host.name + "\\nvCPUs: " + std::to_string(platform.host.config.vcpus), "#e8e0ef");
  join(host, memory, "", "dashed");
  std::vector<std::size_t> iommus;
  for (const ResolvedIommu& iommu : platform.iommus) {
    iommus.push_back(add(iommu.name, IommuLabel(iommu), "#f3e6d3"));
    join(memory, iommus.back(), "", "dashed");
  }
  std::vector<std::size_t> ports;
  for (const ResolvedRootPort& port : platform.root_ports) {
    ports.push_back(add(port.name, port.name, "#e2efdf"));
    join(iommus[port.iommu], ports.back(), Ns(port.config.fabric_latency_ps), "dashed");
  }
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    const std::size_t device = add(endpoint.name, EndpointLabel(endpoint), "#f5dede");
    join(ports[endpoint.root_port], device, LinkLabel(endpoint), "bold");
  }
  return drawing;
}

// Labels hold "\n" for Graphviz and names that are letters, digits, '_' and '-' only, so nothing needs escaping.
std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

std::string ToDot(const ResolvedPlatform& platform) {
  const Drawing drawing = Draw(platform);
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
