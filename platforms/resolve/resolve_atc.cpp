// SPDX-License-Identifier: Apache-2.0
// The device's address translation cache, from configuration to parameters.
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_blocks.h"
#include "platforms/resolve/translate.h"

namespace siov {
namespace {

PageRequestConfig ResolvePageRequests(const BlockReader& reader, const siovsim::Atc& atc) {
  PageRequestConfig config;
  config.enabled = atc.page_requests();
  if (!config.enabled) return config;
  config.capacity = atc.page_request_capacity();
  config.allocation = atc.page_request_allocation();
  config.group_pages = atc.page_group_pages();
  config.group_window_ps = reader.Time("page_group_window");
  config.retry_limit = atc.page_fault_retry_limit();
  config.response_pasid_required = atc.page_response_pasid_required();
  return config;
}

AtcEvent::Kind EventKindOf(siovsim::AtcEvent::Kind kind) {
  return Translate<siovsim::AtcEvent::Kind, AtcEvent::Kind>(
      kind, {
                {siovsim::AtcEvent::ATS_DISABLE, AtcEvent::Kind::kAtsDisable},
                {siovsim::AtcEvent::ATS_ENABLE, AtcEvent::Kind::kAtsEnable},
                {siovsim::AtcEvent::PASID_DISABLE, AtcEvent::Kind::kPasidDisable},
                {siovsim::AtcEvent::PASID_ENABLE, AtcEvent::Kind::kPasidEnable},
                {siovsim::AtcEvent::FUNCTION_RESET, AtcEvent::Kind::kFunctionReset},
                {siovsim::AtcEvent::PASID_STOP, AtcEvent::Kind::kPasidStop},
                {siovsim::AtcEvent::PASID_STOP_RESPONSES, AtcEvent::Kind::kPasidStopResponses},
            });
}

// Without page requests there is nothing a marker could mark, and no response to wait for.
AtcEvent::Kind EventKindOf(const siovsim::Atc& atc, siovsim::AtcEvent::Kind kind) {
  const bool stop = kind == siovsim::AtcEvent::PASID_STOP;
  return stop && !atc.page_requests() ? AtcEvent::Kind::kPasidStopResponses : EventKindOf(kind);
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
  config.geometry.entries = atc.entries();
  config.geometry.ways = atc.ways();
  config.geometry.partitions = atc.partitions();
  config.geometry.policy = ModelOf(atc.policy());
  if (atc.set_index() == siovsim::LOW_BITS) {
    config.geometry.index = SetIndex::kLowBits;
    config.geometry.index_shift = static_cast<std::uint8_t>(atc.set_index_shift());
  }
  config.lookup_latency_ps = reader.Time("lookup_latency");
  config.lookup_interval_ps = reader.Time("lookup_interval");
  config.outstanding_requests = atc.outstanding_requests();
  config.pri = ResolvePageRequests(reader, atc);
  config.smallest_translation_unit = atc.smallest_translation_unit();
  config.no_write_requests = atc.no_write_requests();
  config.translations_per_request = atc.translations_per_request();
  config.prefetch.next_pages = atc.prefetch_next_pages();
  config.prefetch.stride_pages = atc.prefetch_stride_pages();
  config.prefetch.stride_streams = atc.prefetch_stride_streams();
  config.events = ResolveAtcEvents(atc);
  config.invalidate_queue_depth = atc.invalidate_queue_depth();
  config.invalidation_latency_ps = reader.Time("invalidation_latency");
  reader.Report(config.Validate());
  return config;
}

}  // namespace siov
