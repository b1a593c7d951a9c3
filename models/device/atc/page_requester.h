// SPDX-License-Identifier: Apache-2.0
// The ATC's page requests: from a translation without the wanted right to the page group response.
//
// Models credits, groups and their window, retries, Stop Markers, and what becomes of everything under way when the
// interface fails, is reset or a PASID ends. All requests of a group leave at one moment, so the branch of its last
// request, which comes back with the response, tells the story of every page of the group. What the interface itself
// decides is page_request_interface.h.
#ifndef SIOV_MODELS_DEVICE_ATC_PAGE_REQUESTER_H_
#define SIOV_MODELS_DEVICE_ATC_PAGE_REQUESTER_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "models/device/atc/atc_misses.h"
#include "models/device/atc/page_request_interface.h"
#include "models/device/atc/page_request_statistics.h"
#include "models/kernel/block_parts.h"

namespace siov {

class PageRequester final : public BlockPart {
 public:
  PageRequester(PartedBlock& block, AtcServices& atc, AtcMisses& misses, const PageRequestConfig& config,
                StatGroup& statistics);

  // Nobody may use the page as somebody wants to. `stopping`: the device is to stop the PASID.
  void OnFault(std::uint32_t miss, bool stopping);
  void OnResponse(Tlp& response);
  // Response Failure and reset end what the interface has under way, for the whole device: late responses count for
  // nothing, so whoever waits for one has failed.
  void GiveUp();
  // What waits for a page of the PASID fails, but a translation request in flight is waited for.
  void Stop(RequesterId requester, Pasid pasid, bool stop_marker);
  bool Unanswered(RequesterId requester, Pasid pasid) const { return interface_.Unanswered(requester, pasid) > 0; }

  const Occupancy& in_flight() const { return statistics_.in_flight; }
  const PageRequestInterface& interface() const { return interface_; }
  PageRequestInterface& interface() { return interface_; }

 private:
  enum : std::uint32_t { kGroupWindow };
  using Phase = AtcMiss::Phase;

  void OnDue(const DueItem& item) override { OnGroupWindow(item.argument); }
  void OnGroupWindow(std::uint32_t argument);
  bool JoinGroup(std::uint32_t miss);
  void SendGroup(PageRequestInterface::Group group);
  void SendOpenGroups();
  void SendRequest(std::uint32_t miss, PageRequestInterface::Group group, bool last);
  void SendWaiting();
  void SendStopMarker(RequesterId requester, Pasid pasid);
  void CountResponse(PageResponseCode code);
  void OnGroupAnswered(PageRequestInterface::Group group, PageResponseCode code, const Ledger& branch);
  void FailMissesOf(RequesterId requester, Pasid pasid);

  AtcServices& atc_;
  AtcMisses& misses_;
  PageRequestConfig config_;
  PageRequestInterface interface_;
  std::deque<std::uint32_t> credit_waiting_;  // misses that wait for a credit
  std::vector<std::uint32_t> answered_;       // of the group whose response is being handled
  PageRequestStatistics statistics_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_PAGE_REQUESTER_H_
