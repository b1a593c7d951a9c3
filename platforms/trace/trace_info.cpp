// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/trace_info.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "models/workload/trace/recording_content.h"

namespace siov {
namespace {

const InvalidationScope kIotlbScopes[] = {InvalidationScope::kGlobal, InvalidationScope::kDomain,
                                          InvalidationScope::kPage};

// A record need not name its stream.
std::string StreamName(const TraceInfo& info, std::uint32_t stream) {
  return stream < info.streams.size() ? info.streams[stream].name : "unknown";
}

nlohmann::ordered_json CountsJson(const TraceCounts& counts, const TraceInfo& info) {
  nlohmann::ordered_json json;
  json["records"] = counts.records;
  json["translations"] = counts.accesses();
  for (unsigned kind = 1; kind < kTraceKinds; ++kind) {
    json["by_kind"][Name(static_cast<TraceKind>(kind))] = counts.by_kind[kind];
  }
  for (const InvalidationScope scope : kIotlbScopes) {
    json["iotlb_invalidations"][Name(scope)] = counts.iotlb_invalidations_by_scope[static_cast<unsigned>(scope)];
  }
  json["preexisting_mappings"] = counts.preexisting_mappings;
  nlohmann::ordered_json& streams = json["translations_by_stream"] = nlohmann::ordered_json::object();
  for (const auto& [stream, count] : counts.accesses_by_stream) streams[StreamName(info, stream)] = count;
  return json;
}

}  // namespace

void PrintTraceInfoJson(const std::string& file, const TraceInfo& info, const TraceFacts& facts,
                        const std::vector<BeladyProbe>& oracle, std::ostream& out) {
  nlohmann::ordered_json json;
  json["file"] = file;
  json["source"] = info.source;
  json["tool"] = info.tool;
  json["clock"] = info.clock;
  json["span_ps"] = facts.span_ps();
  json["window_ps"] = facts.window_ps();
  json["has_window"] = facts.has_window();
  json["windowed"] = info.windowed;
  json["cut"] = info.cut;
  json["cut_lines"] = info.cut_lines;
  json["skipped_lines"] = info.skipped_lines;
  json["ignored_lines"] = info.ignored_lines;
  json["lost_events"] = info.lost_events;
  json["lost_gaps"] = info.lost_gaps;
  json["foreign_lines"] = info.foreign_lines;
  json["boot_identity_maps"] = info.boot_identity_maps;
  json["clamped_times"] = info.clamped_times;
  json["dropped_shadow_doorbells"] = info.dropped_shadow_doorbells;
  json["streams"] = nlohmann::ordered_json::array();
  for (std::uint32_t stream = 0; stream < info.streams.size(); ++stream) {
    json["streams"].push_back({{"name", info.streams[stream].name},
                               {"requester_id", info.streams[stream].requester_id},
                               {"unique_pages", facts.unique_pages(stream)}});
  }
  json["replayable"] = facts.content().accesses != 0;
  json["notes"] = NotesOn(facts.content());
  json["unique_mapped_pages"] = facts.unique_mapped_pages();
  json["capped_mappings"] = facts.capped_mappings();
  json["whole"] = CountsJson(facts.whole(), info);
  json["window"] = CountsJson(facts.window(), info);
  for (std::size_t i = 0; i < facts.lru().size(); ++i) {
    const LruProbe& probe = facts.lru()[i];
    json["lru"].push_back({{"entries", probe.entries()},
                           {"misses", probe.misses()},
                           {"lookups", probe.lookups()},
                           {"oracle_misses", oracle[i].misses()}});
  }
  out << json.dump(2) << "\n";
}

namespace {

std::string Format(const char* format, double a) {
  char text[64];
  std::snprintf(text, sizeof text, format, a);
  return text;
}

void PrintCounts(const TraceFacts& facts, std::ostream& out) {
  out << "  records                " << facts.whole().records << " (" << facts.window().records << " in the window)\n"
      << "  translations           " << facts.whole().accesses() << " (" << facts.window().accesses()
      << " in the window)\n";
  for (unsigned kind = 1; kind < kTraceKinds; ++kind) {
    if (facts.whole().by_kind[kind] == 0) continue;
    std::string name = Name(static_cast<TraceKind>(kind));
    name.resize(22, ' ');
    out << "    " << name << ' ' << facts.whole().by_kind[kind] << " (" << facts.window().by_kind[kind] << ")\n";
  }
  out << "  unique mapped pages    " << facts.unique_mapped_pages() << " in the window";
  if (facts.capped_mappings() != 0) {
    out << ", where " << TraceFacts::kMostPagesOfAMapping << " pages are counted of each of " << facts.capped_mappings()
        << (facts.capped_mappings() == 1 ? " mapping" : " mappings") << " of more";
  }
  out << '\n';
}

double Fraction(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void PrintTraceInfo(const std::string& file, const TraceInfo& info, const TraceFacts& facts,
                    const std::vector<BeladyProbe>& oracle, std::ostream& out) {
  out << file << ": from " << info.source << (info.windowed ? ", workload window only" : "")
      << (info.cut ? ", cut (the recording has a hole)" : "") << "\n  " << info.clock << "\n"
      << "  span                   " << Format("%.6f s", ToSeconds(facts.span_ps())) << ", window "
      << Format("%.6f s", ToSeconds(facts.window_ps())) << "\n";
  PrintCounts(facts, out);
  for (const auto& [stream, count] : facts.window().accesses_by_stream) {
    if (stream == TraceRecord::kNoStream) out << "  no device is known of " << count << " translations in the window\n";
  }
  for (std::uint32_t stream = 0; stream < info.streams.size(); ++stream) {
    const auto count = facts.window().accesses_by_stream.find(stream);
    if (facts.unique_pages(stream) == 0) continue;
    out << "  stream " << stream << " is " << info.streams[stream].name << "    "
        << (count == facts.window().accesses_by_stream.end() ? 0 : count->second) << " translations in the window, "
        << facts.unique_pages(stream) << " unique pages\n";
  }
  out << "  input lines            " << info.skipped_lines << " damaged ones skipped, " << info.ignored_lines
      << " ignored, " << info.foreign_lines << " of other programs; " << info.lost_events
      << " events lost by the recorder\n";
  for (const std::string& note : NotesOn(facts.content())) out << "  note: " << note << "\n";
  for (std::size_t i = 0; i < facts.lru().size(); ++i) {
    const LruProbe& probe = facts.lru()[i];
    out << "  LRU IOTLB of " << probe.entries() << " entries misses " << probe.misses() << " of " << probe.lookups()
        << " = " << Format("%.4f", Fraction(probe.misses(), probe.lookups())) << "; an oracle's " << oracle[i].misses()
        << " = " << Format("%.4f", Fraction(oracle[i].misses(), probe.lookups())) << "\n";
  }
}

}  // namespace siov
