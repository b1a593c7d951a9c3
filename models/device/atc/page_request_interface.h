// SPDX-License-Identifier: Apache-2.0
// A device's page request interface without time: page request groups, credits, group indices, control and status.
//
// It belongs to the physical function and is shared by all its virtual functions. Pages that are asked for together
// form a group, of one requester and one PASID; the group is answered as a whole, so whoever owns the interface sends
// all its requests at once when it closes, the last one with L set. Every request takes a credit, which returns with
// the answer of its group. A group in which the last credit was used must be closed at once: it would wait for ever
// otherwise.
//
// After a terminal condition (Response Failure, reset) credits are back and nothing is tracked; answers to groups sent
// before are ignored in silence. An index whose answer is still due is taken again only if there is no other.
// Pure. The messages are the shell's business (models/device/atc/atc_page_requests.cpp).
#ifndef SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_INTERFACE_H_
#define SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_INTERFACE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/base/ids.h"
#include "models/base/ring_queue.h"
#include "models/base/slot_finder.h"
#include "models/device/atc/page_request_config.h"
#include "models/protocol/tlp.h"

namespace siov {

// Codes other than Success and Invalid Request count as Response Failure (requirements PRI-05).
inline PageResponseCode Normalised(PageResponseCode code) {
  const bool known = code == PageResponseCode::kSuccess || code == PageResponseCode::kInvalidRequest;
  return known ? code : PageResponseCode::kFailure;
}

class PageRequestInterface {
 public:
  static constexpr std::uint32_t kIndices = 512;  // 9 bits
  using Group = std::uint16_t;

  explicit PageRequestInterface(const PageRequestConfig& config);

  // --- Control and status, as software sees them. A refused write changes nothing and returns false. ---
  bool SetAllocation(std::uint32_t requests);  // only while disabled; cut to the capacity, 0 is refused
  bool Enable();                               // only while stopped, with an allocation
  bool Disable();                              // no further request; stopped when every group is answered
  bool Reset();                                // only while disabled: forgets groups, credits back, clears status
  bool enabled() const { return enabled_; }
  bool may_send() const { return enabled_ && !response_failure_; }
  bool response_failure() const { return response_failure_; }     // RF
  bool unexpected_index() const { return unexpected_index_; }     // UPRGI
  bool stopped() const { return !may_send() && requests_ == 0; }  // Stopped
  bool response_pasid_required() const { return pasid_required_; }
  std::uint32_t allocation() const { return allocation_; }

  // --- Faults ---
  // The page of `owner` joins the open group of its requester and PASID, or opens one. Nothing if there is no credit or
  // no index. REQUIRES may_send().
  std::optional<Group> Join(RequesterId requester, Pasid pasid, std::uint32_t owner);
  bool HasCredit() const { return requests_ < allocation_; }
  bool opened_by_last_join() const { return opened_; }
  // Closes the group at once: it is full, or it could not get another credit.
  bool MustClose(Group group) const { return groups_[group].owners.size() >= group_pages_ || !HasCredit(); }
  // The group is sent; its pages are those of owners(group), in order. REQUIRES is_open(group).
  void Close(Group group);
  bool is_open(Group group) const { return groups_[group].state == State::kOpen; }
  // Distinguishes a group from later ones of the same index.
  std::uint32_t incarnation(Group group) const { return groups_[group].incarnation; }
  const std::vector<std::uint32_t>& owners(Group group) const { return groups_[group].owners; }
  // The open groups, oldest first.
  const std::vector<Group>& open_groups() const { return open_; }

  // --- Answers ---
  enum class Answer : std::uint8_t {
    kExpected,    // owners(group) have their answer; then Release(group)
    kUnexpected,  // no such group: the status says so, nothing else happens
    kStale,       // of a group forgotten by a terminal condition or an ended PASID: ignored
  };
  Answer Receive(Group group, Pasid pasid, PageResponseCode code);
  void Release(Group group);  // credits and index return

  // --- Ends ---
  // No request of this PASID waits here any more: open groups are dropped (their owners are appended to *owners), sent
  // ones keep credits and index until their answer comes, which is then ignored.
  void AbandonPasid(RequesterId requester, Pasid pasid, std::vector<std::uint32_t>* owners);
  // Sent groups of the PASID, abandoned ones included.
  std::uint32_t Unanswered(RequesterId requester, Pasid pasid) const;
  // Reset of the function (FLR) or of all that uses it: tracking is cancelled, credits are restored.
  void CancelAll();

  std::uint32_t outstanding_requests() const { return requests_; }
  std::uint32_t outstanding_groups() const { return sent_; }

 private:
  enum class State : std::uint8_t { kFree, kOpen, kSent, kAbandoned };
  struct Entry {
    State state = State::kFree;
    RequesterId requester = 0;
    Pasid pasid;
    std::uint32_t incarnation = 0;
    std::uint32_t requests = 0;       // credits it holds
    std::uint32_t stale_answers = 0;  // due to earlier users of this index
    std::vector<std::uint32_t> owners;
  };
  static std::uint64_t KeyOf(RequesterId requester, Pasid pasid);
  std::optional<Group> TakeIndex();
  void Drop(Group group);

  std::uint32_t capacity_;
  std::uint32_t allocation_;
  std::uint32_t group_pages_;
  bool pasid_required_;
  bool enabled_ = false;
  bool response_failure_ = false;
  bool unexpected_index_ = false;
  bool opened_ = false;
  std::uint32_t requests_ = 0;
  std::uint32_t sent_ = 0;
  std::array<Entry, kIndices> groups_;
  HashIndex open_index_{kIndices};
  std::vector<Group> open_;
  RingQueue<Group> free_;   // the one longest free first
  RingQueue<Group> stale_;  // free, but an answer is still due
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_INTERFACE_H_
