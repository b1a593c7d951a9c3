// SPDX-License-Identifier: Apache-2.0
// The device's address translation cache: every memory request of the engine leaves translated, or not at all.
//
// Models the lookup port, the cache, a bounded number of translation requests in flight with merging of equal pages,
// page request groups with credits, retries, invalidate requests, and the order of posted writes. Hits pass requests
// that wait for a translation, except that posted writes of one requester never pass each other. How a request ends is
// said in docs/blocks.md ("Between engine and atc"). Not modelled: prefetch, smallest translation unit, NW.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/device/atc/atc_core.h"
#include "models/device/atc/atc_invalidations.h"
#include "models/device/atc/ats_control.h"
#include "models/device/atc/invalidation_statistics.h"
#include "models/device/atc/page_request_interface.h"
#include "models/device/atc/page_request_statistics.h"
#include "models/device/atc/prefetch_statistics.h"
#include "models/kernel/block.h"
#include "models/translation/miss_table.h"
#include "models/translation/ordered_streams.h"

namespace siov {

// Who of the host's software is there.
struct AtcSoftware {
  bool stops = false;  // PASIDs (from_software)
  bool hears = false;  // of PASID stops among the configured events (to_traffic)
};

class Atc final : public Block {
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
  void ResetPageRequests() { GiveUpPageRequests(); }
  const PageRequestInterface& page_request_interface() const { return pri_; }
  PageRequestInterface& page_request_interface() { return pri_; }

  TargetSocket<Atc> from_engine;
  TargetSocket<Atc> from_port;
  InitiatorSocket<Atc> to_port;
  // Null where nobody is there.
  std::unique_ptr<TargetSocket<Atc, PasidStop>> from_software;
  std::unique_ptr<InitiatorSocket<Atc, PasidEnd>> to_traffic;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override {
    const bool answers =
        &held == &translating_ || &held == &pri_stats_.in_flight || &held == &invalidation_stats_.queue;
    return answers ? PeersOf(to_port) : std::vector<std::string>{};
  }
  std::vector<std::string> PassesOnTo() const override { return PeersOf(to_port); }

 private:
  enum : std::uint32_t {
    kArrived,
    kLookup,
    kTranslated,
    kReadAnswered,
    kMessage,
    kInvalidate,
    kEvent,
    kStop,
    kGroupWindow
  };
  enum class Phase : std::uint8_t { kWaitsForSlot, kTranslates, kCovered, kWaitsForCredit, kInGroup, kFaults };
  struct MissState {
    Phase phase = Phase::kWaitsForSlot;
    bool wants_read = false;  // of the page request
    bool wants_write = false;
    std::uint32_t retries = 0;       // translation requests after a page response
    bool has_writes = false;         // some of those that ever waited
    bool lacks_right = false;        // an entry is there, without the right that is wanted
    bool asked_no_write = false;     // NW of the request under way
    bool has_cause = false;          // the request under way was sent for one that waited
    bool prefetch = false;           // it was sent ahead, and nobody has asked since
    std::uint32_t translations = 1;  // asked for by the request under way
    std::uint64_t serial = 0;        // of the request under way: who is covered by it
    // The answer under way is stale if its page is at least that large (an invalidation overtook it).
    unsigned stale_from_shift = kNeverStale;
  };
  // A request that waits, and its place among its requester's posted writes.
  struct Request {
    Tlp* payload;
    std::uint64_t ticket;
  };
  using Misses = MissTable<MissState, Request>;
  static constexpr std::uint64_t kNoTicket = ~std::uint64_t{0};

  tlm::tlm_sync_enum FromEngine(std::uint32_t, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromPort(std::uint32_t, Tlp& payload, Picoseconds delay);
  void Backward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void OnArrived(Tlp& payload);
  void OnLookup(Tlp& payload);
  void Miss(Request request, bool lacks_right);
  void Join(std::uint32_t pending, const Request& request, bool lacks_right);

  void AskTranslation(std::uint32_t miss);
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

  // Invalidate requests: atc_invalidation.cpp.
  void OnInvalidateRequest(Tlp& payload);
  void Accept(Tlp& payload);
  void MarkTranslationsInFlight(const CacheInvalidation& what);
  void Invalidate(std::uint32_t place);
  void TakeBackWrites(const CacheInvalidation& what);
  void EndRead(Tlp& payload);
  void CompleteInvalidation(std::uint32_t place);

  // Enable, disable, reset: atc_control.cpp.
  void start_of_simulation() override;
  void OnEvent(const AtcEvent& event);
  void DiscardTranslationsUnderWay();
  bool HandleUnusual(const Request& request);
  void GiveUpMiss(std::uint32_t miss);
  bool HasRequestsUnderWay(Pasid pasid) const;

  // Page requests: atc_page_requests.cpp.
  void OnPageFault(std::uint32_t miss);
  bool JoinGroup(std::uint32_t miss);
  void SendGroup(PageRequestInterface::Group group);
  void SendOpenGroups();
  void OnGroupWindow(std::uint32_t argument);
  void SendPageRequest(std::uint32_t miss, PageRequestInterface::Group group, bool last);
  void SendWaitingPageRequests();
  void OnPageGroupResponse(Tlp& payload);
  void OnGroupAnswered(PageRequestInterface::Group group, PageResponseCode code, const Ledger& branch);
  void OnPageResponse(std::uint32_t miss, PageResponseCode code);
  void GiveUpPageRequests();
  void FailMissesOf(RequesterId requester, Pasid pasid);
  bool IsStopping(const MissKey& key) const;
  bool HasMissesOf(RequesterId requester, Pasid pasid);
  void SendStopMarker(RequesterId requester, Pasid pasid);
  tlm::tlm_sync_enum FromSoftware(std::uint32_t, PasidStop& stop, Picoseconds delay);
  void TrafficBackward(std::uint32_t, PasidEnd&, tlm::tlm_phase_enum, Picoseconds) {}  // they are given away
  void StopByEvent(Pasid pasid, bool stop_marker);
  void StopPasid(Pasid pasid, bool stop_marker, PasidStop* command);
  void FinishPasidStops();

  void OnMessage(Tlp& payload);

  static void CopyOrigin(const TlpHeader& cause, Tlp& tlp);
  void Deliver(const Request& request, const Translation& translation);
  void DeliverUntranslated(const Request& request);
  void Leave(Request write);
  void LeaveInOrder(const Request& request);
  void SendOn(Tlp& payload);
  void OnReadAnswered(Tlp& payload);
  void FailMiss(std::uint32_t miss, CompletionStatus status);
  void Fail(const Request& request, CompletionStatus status);

  bool SlotFree() const { return slots_ == 0 || in_flight_ < slots_; }
  // Posted writes stay in order, unless they may pass each other (PCIe relaxed ordering).
  static bool IsOrdered(const Request& request) { return IsWrite(request) && !request.payload->relaxed_ordering; }
  static bool IsWrite(const Request& request) { return request.payload->kind == TlpKind::kMemoryWrite; }

  AtcEntries entries_;
  PageRequestInterface pri_;
  PageRequestConfig pri_config_;
  Picoseconds lookup_latency_;
  Picoseconds lookup_interval_;
  std::uint32_t slots_;
  Picoseconds port_free_ = 0;
  std::uint32_t in_flight_ = 0;
  unsigned unit_shift_;  // smallest translation unit
  std::uint64_t unit_bytes_;
  bool no_write_requests_;
  std::uint32_t most_translations_;  // in one request
  std::uint64_t request_serial_ = 0;
  PagePrefetcher prefetcher_;
  std::vector<AtcEvent> config_events_;
  AtsControl control_;
  Misses misses_;
  std::deque<std::uint32_t> waiting_;         // misses that wait for a translation request slot
  std::deque<std::uint32_t> credit_waiting_;  // misses that wait for a page request credit
  struct StoppingPasid {
    RequesterId requester;
    Pasid pasid;
    bool stop_marker;
    PasidStop* command;  // null: one of the configured events
  };
  std::vector<StoppingPasid> stopping_;
  std::unordered_set<std::uint32_t> retired_;  // PASIDs
  std::vector<std::uint32_t> answered_;        // of the group whose response is being handled
  OrderedStreams<Request> writes_;

  AcceptedInvalidations invalidations_;
  RingQueue<Tlp*> stalled_invalidations_;  // wait in the link's buffer for a place
  Picoseconds invalidation_latency_;
  Picoseconds invalidator_free_ = 0;
  ReadsInFlight reads_;
  std::vector<Request> taken_back_;
  unsigned traffic_classes_ = 0;  // used for translation requests and translated requests, a bit each

  Counter hits_{statistics_, "hits", "lookups", "lookups that found the page with sufficient rights"};
  Counter misses_count_{statistics_, "misses", "lookups", "lookups that did not find the page"};
  Counter rights_misses_{statistics_, "rights_misses", "lookups",
                         "lookups that found the page without the right to use it"};
  Counter merged_{statistics_, "merged", "lookups", "misses that joined one of the same page in flight"};
  Counter evictions_{statistics_, "evictions", "entries", "entries replaced by a fill"};
  Counter translation_requests_{statistics_, "translation_requests", "requests", "translation requests sent"};
  Counter no_access_{statistics_, "no_access_answers", "requests", "translation completions with R=W=0"};
  Counter refused_{statistics_, "refused_translations", "requests", "translation completions with UR or CA"};
  Counter failed_requests_{statistics_, "failed_requests", "requests",
                           "requests given back to the engine untranslated"};
  Counter undersized_{statistics_, "undersized_translations", "requests",
                      "translation completions smaller than the smallest translation unit: taken as UR"};
  Counter malformed_{statistics_, "malformed_completions", "requests",
                     "translation completions with a status that is not defined for them"};
  Counter untranslated_{statistics_, "untranslated_requests", "requests",
                        "requests that left untranslated: ATS is off, or the page must not be translated"};
  Counter no_write_{statistics_, "no_write_requests", "requests", "translation requests sent with NW"};
  Counter enables_{statistics_, "ats_enables", "events", "times ATS was enabled, which empties the cache"};
  Counter resets_{statistics_, "function_resets", "events", "function level resets"};
  Counter halts_{statistics_, "halts", "events", "PASID control changed while ATS was on: the device halted"};
  Counter pasid_stops_{statistics_, "pasid_stops", "PASIDs", "PASID stop requests completed"};
  Counter dropped_{statistics_, "dropped_entries", "entries",
                   "entries lost when ATS was enabled, the function reset, or their PASID stopped"};
  Counter ordered_writes_{statistics_, "ordered_writes", "requests", "posted writes that waited for an older one"};
  BusyTime port_busy_{statistics_, "port", "the lookup port works (each lookup takes the interval)", 1};
  Occupancy translating_;
  Occupancy slot_queue_{statistics_, "slot_queue", "misses", "misses that wait for a translation request slot", 0};
  ReuseWatch reuse_;
  PageRequestStatistics pri_stats_;
  InvalidationStatistics invalidation_stats_;
  PrefetchStatistics ahead_stats_{statistics_};
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_H_
