// SPDX-License-Identifier: Apache-2.0
// The device's address translation cache, from configuration to parameters.
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_blocks.h"

namespace siov {
namespace {

// Without page requests there is nothing a marker could mark, and no response to wait for.
AtcEvent::Kind EventKindOf(const siovsim::Atc& atc, siovsim::AtcEvent::Kind kind) {
  const bool stop = kind == siovsim::AtcEvent::PASID_STOP;
  return stop && !atc.page_requests() ? AtcEvent::Kind::kPasidStopResponses : ModelOf(kind);
}

std::vector<AtcEvent> ResolveAtcEvents(const siovsim::Atc& atc) {
  std::vector<AtcEvent> events;
  for (const siovsim::AtcEvent& event : atc.events()) {
    events.push_back(
        {FromUs(event.at_us()), EventKindOf(atc, event.kind()), event.has_pasid() ? Pasid(event.pasid()) : Pasid()});
  }
  return events;
}

}  // namespace

AtcConfig ResolveAtc(const NodeScope& scope, const siovsim::Atc& atc) {
  const BlockReader reader = Reader(scope, atc, "endpoint.atc");
  AtcConfig config;
  Read(reader, atc, &config);
  Read(reader, atc, &config.pri);
  config.events = ResolveAtcEvents(atc);
  reader.Report(config.Validate());
  return config;
}

}  // namespace siov
