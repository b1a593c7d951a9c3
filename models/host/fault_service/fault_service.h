// SPDX-License-Identifier: Apache-2.0
// The operating system's page-fault service: a thread for each IOMMU that reads its page request ring when the event
// interrupt wakes it, and handler threads that serve the groups it finds. What it models and what not:
// models/host/README.md.
#ifndef SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_H_
#define SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "models/base/fifo_pool.h"
#include "models/host/fault_service/fault_service_core.h"
#include "models/kernel/block.h"
#include "models/translation/address_spaces.h"

namespace siov {

class FaultService final : public Block {
 public:
  FaultService(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const FaultServiceConfig& config, std::uint32_t iommus, AddressSpaces& address_spaces,
               const MemoryAtStart& memory = {}, bool exits = false);

  std::vector<std::unique_ptr<TargetSocket<FaultService, IommuEvent>>> from_pri_queue;          // page request events
  std::vector<std::unique_ptr<InitiatorSocket<FaultService, InvalidationCommand>>> to_iommu;    // descriptors
  std::vector<std::unique_ptr<InitiatorSocket<FaultService, PageRequestAccess>>> to_pri_queue;  // registers and ring
  std::unique_ptr<TargetSocket<FaultService, PasidTeardown>> from_exits;  // null: no process exits

  const MemoryAtStart& memory_at_start() const { return memory_; }
  const Occupancy& resident_bytes() const { return resident_; }
  // CPU time that pinning took before the run.
  Picoseconds pin_time() const { return memory_.pinned_pages * config_.pin_page_ps; }

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return {}; }
  std::vector<std::string> PassesOnTo() const override;

 private:
  enum Kind : std::uint32_t {
    kEvent,        // a page request event; argument: IOMMU
    kAwake,        // the reading thread runs; argument: IOMMU
    kRead,         // it has read a batch of entries; argument: IOMMU
    kServed,       // a handler is done with a group; argument: group
    kGuestServed,  // the guest has answered a group; argument: group
    kTeardown,     // a PASID that its device has stopped using ends
    kReclaim,      // the next page is taken away
    kAnswered,     // the invalidation queue has no more use for a descriptor
    kLookAgain,    // a teardown looks whether the ring still holds requests of its PASID; argument: teardown
  };
  struct Reader {
    bool awake = false;
    bool woken = false;  // the running pass is the first since the wake-up
    Picoseconds pass_start = 0;
    std::uint32_t batch = 0;          // entries of the running pass
    std::vector<IommuEvent*> events;  // to be answered when what they tell is cleared
  };
  struct Group {
    PageGroupAssembler::Pages pages;
    Tlp* last = nullptr;  // the message that closed it: its story is the response's
    std::uint32_t iommu = 0;
    bool guests = false;
  };

  tlm::tlm_sync_enum OnPageRequestEvent(std::uint32_t iommu, IommuEvent& event, Picoseconds delay);
  void Accessed(std::uint32_t iommu, PageRequestAccess&, tlm::tlm_phase_enum phase, Picoseconds delay);
  PageRequestAccessHeader Access(std::uint32_t iommu, PageRequestAccess::Kind kind, std::uint32_t value = 0);
  void Answered(InvalidationCommand& command);
  void OnAnswer(std::uint32_t iommu, InvalidationCommand& command, tlm::tlm_phase_enum phase, Picoseconds delay);
  void start_of_simulation() override;
  void OnDue(const DueItem& item) override;

  void OnEvent(std::uint32_t iommu, IommuEvent& event);
  void StartPass(std::uint32_t iommu);
  void EndPass(std::uint32_t iommu);
  void Sleep(std::uint32_t iommu, bool overflow);
  void TakeEntry(std::uint32_t iommu, const PageRequestFields& request, Tlp& message);
  void Queue(std::uint32_t group);
  void Serve(std::uint32_t group);
  Picoseconds DrawService(const Group& group);
  bool IsBound(const PageRequestFields& request) const;
  bool IsThere(const PageRequestFields& request) const;
  bool IsGuests(const PageRequestFields& request) const;
  void OnServed(std::uint32_t group);
  void StartGuest(std::uint32_t group);
  PageResponseCode MapPages(const Group& group);
  bool MapPage(const PageRequestFields& request, std::uint32_t iommu);
  bool RemembersPages() const { return config_.swap_out_per_second > 0.0 || config_.processes_exit; }
  std::uint64_t PageBytes(Pasid pasid, std::uint64_t address) const;
  void Respond(std::uint32_t group, PageResponseCode code);
  std::uint32_t TakeGroup();

  // Swapping out (fault_service_reclaim.cpp).
  struct Faulted {
    PageRequestFields request;
    std::uint32_t iommu;
  };
  struct Invalidating {
    Faulted page;
    std::uint64_t bytes;
  };
  void ScheduleReclaim();
  void Reclaim();
  void SendInvalidations(std::uint32_t slot);
  void EndReclaim(std::uint32_t slot, CompletionStatus status);
  static std::uint64_t PageKey(const PageRequestFields& request);
  bool WasSwappedOut(const PageRequestFields& request) const {
    return !swapped_out_.empty() && swapped_out_.count(PageKey(request)) != 0;
  }

  // Ending a PASID (fault_service_teardown.cpp).
  struct Teardown {
    enum class Step : std::uint8_t { kInvalidate, kEmptyRing, kDrain } step = Step::kInvalidate;
    std::uint32_t iommu = 0;
    RequesterId requester = 0;
    Pasid pasid;
    std::uint16_t domain = 0;
    PasidTeardown* command = nullptr;
  };
  tlm::tlm_sync_enum FromExits(std::uint32_t, PasidTeardown& teardown, Picoseconds delay);
  void StartTeardown(PasidTeardown& command);
  void ContinueTeardown(std::uint32_t index);
  void FreePagesOf(Pasid pasid);
  void SendDrain(const Teardown& teardown, std::uint32_t index);
  bool HasRequestsOf(const Teardown& teardown);
  void EndTeardownWait(std::uint32_t index, CompletionStatus status);
  enum class Waiter : std::uint8_t { kNobody, kReclaim, kTeardown };
  void SendCommand(std::uint32_t iommu, const CacheInvalidation& what, Waiter waiter, std::uint32_t index);
  std::uint16_t DomainOf(Pasid pasid) const;
  bool riscv() const { return config_.descriptor_bytes == 16; }

  FaultServiceConfig config_;
  AddressSpaces& address_spaces_;
  MemoryAtStart memory_;
  RandomStream random_;
  std::vector<Reader> readers_;
  PageGroupAssembler assembler_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> free_groups_;
  FifoPool<std::uint32_t> handlers_;
  std::vector<Faulted> faulted_;  // pages that may be taken away; empty if none ever is
  std::unordered_set<std::uint64_t> swapped_out_;
  std::vector<Invalidating> invalidating_;
  std::vector<std::uint32_t> free_invalidating_;
  std::vector<Teardown> teardowns_;
  std::vector<std::uint32_t> free_teardowns_;
  std::unordered_map<std::uint32_t, Picoseconds> guest_free_at_;  // by domain: each guest has one handler

  Counter events_{statistics_, "events", "interrupts", "page request events received"};
  Counter wakeups_{statistics_, "wakeups", "wake-ups", "page request events that woke a thread reading a ring"};
  Counter passes_{statistics_, "passes", "batches", "batches of entries read from rings"};
  Counter entries_{statistics_, "entries", "requests", "page requests read from rings"};
  Counter stop_markers_{statistics_, "stop_markers", "messages", "Stop Markers read and dropped"};
  Counter bad_requests_{statistics_, "bad_requests", "requests", "page requests that break a rule: Invalid Request"};
  Counter discarded_{statistics_, "discarded", "requests",
                     "page requests of incomplete groups, thrown away after an overflow"};
  Counter served_{statistics_, "served", "groups", "page request groups answered with Success"};
  Counter failed_{statistics_, "failed", "groups", "page request groups answered otherwise"};
  Counter minor_{statistics_, "minor_faults", "pages", "pages that only had to be mapped"};
  Counter major_{statistics_, "major_faults", "pages", "pages that had to be read back first"};
  Counter spurious_{statistics_, "spurious_faults", "pages", "pages that were mapped already"};
  Counter guests_{statistics_, "guest_groups", "groups", "page request groups forwarded to a guest"};
  Counter copied_bytes_{statistics_, "copied_bytes", "bytes",
                        "bytes the host wrote out or read back when swapping; devices use the users' own buffers"};
  Counter swapped_pages_{statistics_, "swapped_out", "pages", "pages taken away and invalidated"};
  Counter resubmitted_{statistics_, "resubmitted", "waits", "waits that were aborted, and so submitted again"};
  Counter teardowns_done_{statistics_, "pasids_ended", "PASIDs", "PASIDs torn down and drained"};
  Counter repeated_drains_{statistics_, "repeated_drains", "drains", "drains repeated because of an overflow"};
  BusyTime busy_;
  Occupancy resident_{statistics_, "resident_bytes", "bytes", "memory of tenants' buffers that is resident", 0};
  Occupancy waiting_{statistics_, "waiting", "groups", "page request groups that wait for a handler", 0};
  Occupancy reclaiming_{statistics_, "reclaiming", "pages", "pages taken away whose invalidation is not complete", 0};
  Occupancy ending_{statistics_, "ending", "PASIDs", "PASIDs that are being torn down", 0};
  Occupancy in_guests_{statistics_, "in_guests", "groups", "page request groups a guest works on", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_H_
