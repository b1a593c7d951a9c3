// SPDX-License-Identifier: Apache-2.0
// Host memory as devices and the IOMMU see it: LLC and DRAM timing, and the order in which posted writes become
// visible. Every request is decided in the event of its arrival; nothing is ever held in an input buffer.
//
// Posted writes of one requester become visible in order (relaxed-ordering ones do not wait, but those after them do);
// a completion record is passed to the host at the moment it is visible. See models/memory/README.md.
#ifndef SIOV_MODELS_MEMORY_MEMORY_H_
#define SIOV_MODELS_MEMORY_MEMORY_H_

#include <memory>
#include <string>
#include <vector>

#include "models/kernel/block.h"
#include "models/memory/memory_core.h"

namespace siov {

class Memory final : public Block {
 public:
  // How many blocks access this memory: with requests of devices, in[0 .. initiators), and of their own,
  // from_agent[0 .. agents). `answers_writes`: one of several, among which whoever sends posted writes keeps their
  // order; they are answered when they are done.
  Memory(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
         const MemoryConfig& config, std::uint32_t initiators, std::uint32_t agents = 0, bool answers_writes = false);

  std::vector<std::unique_ptr<TargetSocket<Memory>>> in;
  std::vector<std::unique_ptr<TargetSocket<Memory, TableAccess>>> from_agent;
  InitiatorSocket<Memory, ObservedWrite> to_host;

 private:
  enum : std::uint32_t { kRequest, kAccess };

  tlm::tlm_sync_enum Forward(std::uint32_t initiator, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromAgent(std::uint32_t agent, TableAccess& access, Picoseconds delay);
  void Backward(std::uint32_t, ObservedWrite&, tlm::tlm_phase_enum, Picoseconds) {}  // the host keeps what it gets
  void OnDue(const DueItem& item) override;
  void Request(Tlp& payload, std::uint32_t initiator);
  void Access(TableAccess& access, std::uint32_t agent);
  void Count(const MemoryAccess& access, bool write, std::uint32_t bytes) {
    (write ? writes_ : reads_).Add();
    (write ? written_bytes_ : read_bytes_).Add(bytes);
    llc_lines_.Add(access.llc_lines);
    dram_lines_.Add(access.dram_lines);
    writebacks_.Add(access.writebacks);
    wait_.Add(access.served - now());
    llc_busy_.Book(access.llc_lines * core_.llc_line_time());
    dram_busy_.Book((access.dram_lines + access.writebacks) * core_.dram_line_time());
  }
  void FinishWrite(Tlp& payload, Picoseconds done);
  Picoseconds VisibleAt(const Tlp& tlp, Picoseconds done);

  MemoryCore core_;
  bool answers_writes_;
  std::vector<Picoseconds> last_visible_;  // by root port and traffic class: its newest posted write

  Counter reads_;
  Counter writes_;
  Counter read_bytes_;
  Counter written_bytes_;
  Counter llc_lines_;
  Counter dram_lines_;
  Counter writebacks_;
  Counter records_;
  Counter wait_;
  Counter order_wait_;
  BusyTime llc_busy_;
  BusyTime dram_busy_;
};

}  // namespace siov

#endif  // SIOV_MODELS_MEMORY_MEMORY_H_
