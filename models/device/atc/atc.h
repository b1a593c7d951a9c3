// SPDX-License-Identifier: Apache-2.0
// The device's address translation cache: every memory request of the engine leaves translated, or not at all.
//
// Here are the lookup port, the cache, translation requests (a bounded number in flight, merging of equal pages,
// several pages a request, prefetch, NW, smallest translation unit), the order of posted writes, and what software does
// to the function. Page requests and invalidate requests have parts of their own (page_requester.h,
// invalidation_server.h). Hits pass requests that wait for a translation, except that posted writes of one job
// stream never pass each other. How a request ends is said in docs/blocks.md ("Between engine and atc"). Not modelled:
// several functions.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/device/atc/atc_core.h"
#include "models/device/atc/atc_misses.h"
#include "models/device/atc/atc_statistics.h"
#include "models/device/atc/ats_control.h"
#include "models/device/atc/invalidation_server.h"
#include "models/device/atc/page_requester.h"
#include "models/device/atc/pasid_stops.h"
#include "models/device/atc/prefetch_statistics.h"
#include "models/device/atc/translation_slots.h"
#include "models/kernel/block_parts.h"
#include "models/protocol/pasid_end.h"
#include "models/translation/ordered_streams.h"

namespace siov {

// Who of the host's software is there.
struct AtcSoftware {
  bool stops = false;  // PASIDs (from_software)
  bool hears = false;  // of PASID stops among the configured events (to_traffic)
};

class Atc final : public PartedBlock, private AtcServices {
 public:
  Atc(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const AtcConfig& config,
      const CachePartitions& partitions = {}, const AtcSoftware& software = {});

  // What software and the platform do to the function (requirements ATS-07, ATS-20, ATS-22, PAS-03).
  void EnableAts();   // what was cached is lost
  void DisableAts();  // from now on requests leave untranslated; what is under way is discarded
  void SetPasidEnable(bool enabled);
  void ResetFunction();
  const AtsControl& control() const { return control_; }

  // The function, or everything that uses it, is reset: nobody waits for a page any more, late responses are ignored.
  void ResetPageRequests() { page_requester_.GiveUp(); }
  const PageRequestInterface& page_request_interface() const { return page_requester_.interface(); }
  PageRequestInterface& page_request_interface() { return page_requester_.interface(); }

  TargetSocket<Atc> from_engine;
  TargetSocket<Atc> from_port;
  InitiatorSocket<Atc> to_port;
  // Null where nobody is there.
  std::unique_ptr<TargetSocket<Atc, PasidStop>> from_software;
  std::unique_ptr<InitiatorSocket<Atc, PasidEnd>> to_traffic;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override {
    const bool answers =
        &held == &counts_.translating || &held == &page_requester_.in_flight() || &held == &invalidations_.queue();
    return answers ? PeersOf(to_port) : std::vector<std::string>{};
  }
  std::vector<std::string> PassesOnTo() const override { return PeersOf(to_port); }

 private:
  enum : std::uint32_t { kArrived, kLookup, kTranslated, kReadAnswered, kMessage, kEvent, kStop };
  using Request = AtcRequest;
  using MissState = AtcMiss;
  using Misses = AtcMisses;
  using Phase = AtcMiss::Phase;

  tlm::tlm_sync_enum FromEngine(std::uint32_t, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromPort(std::uint32_t, Tlp& payload, Picoseconds delay);
  void Backward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void OnArrived(Tlp& payload);
  void OnLookup(Tlp& payload);
  void Miss(Request request, bool lacks_right);
  void Join(std::uint32_t pending, const Request& request, bool lacks_right);

  void SendTranslationRequest(std::uint32_t miss);
  void StartWaitingTranslations();
  void Ask(std::uint32_t miss, const TlpHeader& origin, std::uint32_t translations);
  void OnTranslated(Tlp& payload);
  CompletionStatus Judge(const Tlp& tlp);
  void OnPage(std::uint32_t miss, const Translation& translation);
  void OnRefused(std::uint32_t miss, CompletionStatus status);
  void ServePermitted(std::uint32_t miss, const Translation& translation);

  // Several translations a request, prefetch: atc_ahead.cpp.
  std::uint32_t CoverPages(std::uint32_t miss, const TlpHeader& cause);
  void SettleCovered(const MissKey& first, const MissState& asked, const Tlp* answer);
  static std::optional<Translation> EntryOf(const Tlp& answer, std::uint64_t address);
  void OnFirstUse(const Request& request, Translation& found);
  void PrefetchAfter(const TlpHeader& origin);

  // For its parts.
  void Release(Tlp& message) override { from_port.Release(message); }
  void Send(Tlp& tlp) override { to_port.Send(tlp, 0); }
  void FailMiss(std::uint32_t miss, CompletionStatus status) override;
  void AskTranslation(std::uint32_t miss) override;
  std::size_t Forget(const CacheInvalidation& what) override;
  void TakeBackWrites(const CacheInvalidation& what);

  // Enable, disable, reset: atc_control.cpp.
  void start_of_simulation() override;
  void OnEvent(const AtcEvent& event);
  void DiscardTranslationsUnderWay();
  bool HandleUnusual(const Request& request);
  void GiveUpMiss(std::uint32_t miss);
  bool HasRequestsUnderWay(Pasid pasid) const;

  // Ends of PASIDs: atc_control.cpp.
  tlm::tlm_sync_enum FromSoftware(std::uint32_t, PasidStop& stop, Picoseconds delay);
  void TrafficBackward(std::uint32_t, PasidEnd&, tlm::tlm_phase_enum, Picoseconds) {}  // they are given away
  void StopByEvent(Pasid pasid, bool stop_marker);
  void StopPasid(Pasid pasid, bool stop_marker, PasidStop* command);
  bool IsStopping(const MissKey& key) const { return stops_.IsStopping(key.requester, PasidOf(Pasid(key.pasid))); }
  bool HasMissesOf(RequesterId requester, Pasid pasid);
  void FinishPasidStops();

  void OnMessage(Tlp& payload);

  void Deliver(const Request& request, const Translation& translation);
  void DeliverUntranslated(const Request& request);
  void Leave(Request write);
  void LeaveInOrder(const Request& request);
  void SendOn(Tlp& payload);
  void OnReadAnswered(Tlp& payload);
  void Fail(const Request& request, CompletionStatus status);

  AtcStatistics counts_;
  ReuseWatch reuse_;
  AtcEntries entries_;
  Misses misses_;
  PageRequester page_requester_;
  InvalidationServer invalidations_;
  PrefetchStatistics ahead_stats_{statistics_};
  Picoseconds lookup_latency_;
  Picoseconds lookup_interval_;
  Picoseconds port_free_ = 0;
  TranslationSlots slots_;
  unsigned unit_shift_;  // smallest translation unit
  std::uint64_t unit_bytes_;
  bool no_write_requests_;
  std::uint32_t most_translations_;  // in one request
  std::uint64_t request_serial_ = 0;
  PagePrefetcher prefetcher_;
  std::vector<AtcEvent> config_events_;
  AtsControl control_;
  PasidStops stops_;
  OrderedStreams<Request> writes_;
  std::vector<Request> taken_back_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_H_
