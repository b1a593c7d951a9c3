// SPDX-License-Identifier: Apache-2.0
// The interrupt message store: makes of an engine's request for a message, by its handle, the message write.
//
// The entry is looked up (on the device, or in host memory through a cache, a miss costing one read without PASID);
// then a posted DWORD write to FEEx_xxxxh without PASID leaves, with the request's ledger. Lookups are pipelined.
// What it does not model is listed in README.md.
#ifndef SIOV_MODELS_DEVICE_IMS_IMS_H_
#define SIOV_MODELS_DEVICE_IMS_IMS_H_

#include <string>
#include <unordered_map>

#include "models/device/ims/ims_config.h"
#include "models/device/ims/ims_core.h"
#include "models/kernel/block.h"

namespace siov {

class Ims final : public Block {
 public:
  Ims(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const ImsConfig& config);

  TargetSocket<Ims, InterruptRequest> from_engine;
  InitiatorSocket<Ims> to_port;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PeersOf(to_port); }

 private:
  enum : std::uint32_t { kRequest, kEntryRead, kMask, kUnmask };

  tlm::tlm_sync_enum OnRequest(std::uint32_t index, InterruptRequest& request, Picoseconds delay);
  void OnPort(std::uint32_t index, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void start_of_simulation() override;
  void Lookup(InterruptRequest& request);
  void ReadEntry(InterruptRequest& request);
  void EntryRead(Tlp& read);
  void Raise(InterruptRequest& request);
  void Mask(const MessageMask& mask);
  void Unmask(const MessageMask& mask);
  void SendMessage(InterruptRequest& request, const InterruptMessage& programmed);

  ImsConfig config_;
  ImsCore core_;
  std::unordered_map<std::uint32_t, InterruptRequest*> pending_;  // by handle: the last request for a masked entry
  Counter messages_{statistics_, "messages", "messages", "Interrupt messages of the store that were sent."};
  Counter function_messages_{statistics_, "function_messages", "messages",
                             "Messages of the function's own: completion records were lost, and their jobs want none."};
  Counter hits_{statistics_, "hits", "lookups", "Entries at hand: on the device or in the cache."};
  Counter misses_{statistics_, "misses", "lookups", "Entries read from host memory."};
  Counter failed_reads_{statistics_, "failed_reads", "reads",
                        "Entries that could not be read; their interrupts are lost."};
  Counter masked_{statistics_, "masked", "requests", "Requests that found their entry masked: a message is pending."};
  Counter coalesced_{statistics_, "coalesced", "requests",
                     "Of those, requests that found one pending already: one message tells of all."};
  Counter unmasked_{statistics_, "unmasked_messages", "messages", "Pending messages sent when a mask was taken off."};
  Occupancy requests_{statistics_, "requests", "requests",
                      "Requests in the store, from lookup to message; those whose message is pending among them.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_IMS_IMS_H_
