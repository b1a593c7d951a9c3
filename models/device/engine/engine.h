// SPDX-License-Identifier: Apache-2.0
// The engines of one device: each executes up to `jobs_per_engine` jobs at once.
//
// A job: set-up; reads of its source, each holding one of the device's read buffers until its data has passed the data
// path and was handed on as posted writes to the destination; or data generated at the data path's rate; when all
// writes have left, the completion record; when that has left, the interrupt request; then the context is free. A
// failed request ends the job: nothing more is issued, what is in flight is drained, and the record tells. Requests
// carry virtual addresses; translating them is the business of whoever `to_memory` is bound to. What it does not model
// is listed in README.md.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_H_

#include <string>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/device/engine/data_path.h"
#include "models/device/engine/engine_config.h"
#include "models/device/engine/engine_core.h"
#include "models/kernel/block.h"

namespace siov {

class Engine final : public Block {
 public:
  // `interrupt_handles`: messages the device's interrupt message store holds; handles below are valid.
  Engine(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
         const EngineConfig& config, std::uint32_t interrupt_handles);

  TargetSocket<Engine, Dispatch> from_arbiter;
  InitiatorSocket<Engine> to_memory;
  InitiatorSocket<Engine, InterruptRequest> to_ims;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override {
    if (&held != &buffer_waiters_) return PeersOf(to_memory);
    return {};
  }

 private:
  static constexpr std::uint64_t kPendingBit = std::uint64_t{1} << 32;  // in tlp.context, above the slot
  enum : std::uint32_t { kStart, kStartHeld, kAnswer, kDataHandled, kGenerated, kEnd };

  struct Context {
    Dispatch* dispatch = nullptr;  // null: free
    Job* job = nullptr;
    JobStatus failure = JobStatus::kSuccess;  // of the failed request with the lowest address
    std::uint64_t fault_address = 0;
    Piece generated;                   // what the data path is generating
    std::uint32_t writes_waiting = 0;  // posted writes that have neither left towards the link nor failed
    bool data_done = false;            // reads handled, data generated
    bool ended = false;                // but older jobs of its engine are not
    bool record_sent = false;          // all data writes have ended before
  };

  tlm::tlm_sync_enum OnDispatch(std::uint32_t index, Dispatch& dispatch, Picoseconds delay);
  void OnMemory(std::uint32_t index, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnIms(std::uint32_t, InterruptRequest&, tlm::tlm_phase_enum, Picoseconds) {}  // they are given away
  void OnDue(const DueItem& item) override;

  void Admit(Dispatch& dispatch);
  void StartHeld();
  void Start(Dispatch& dispatch);
  void StartPacket(std::uint32_t slot);
  bool SendPending(Tlp& payload);
  void Translated(Tlp& payload);
  void NotPending();
  // The last of those that wait is one of those that keep jobs from beginning: not of those that came beyond the limit.
  bool PendingCounts() const { return config_.pending_translations == 0 || pending_ <= config_.pending_translations; }
  bool HandleIsValid(const Job& job) const;
  void SendRead(std::uint32_t slot, const Piece& piece);
  void SendWrites(std::uint32_t slot, std::uint64_t address, std::uint32_t size_bytes, bool relaxed_ordering = false);
  void IssueWaitingReads();
  void Answer(Tlp& payload);
  void ReadAnswered(Tlp& payload);
  void DataHandled(Tlp& payload);
  void FinishRead(Tlp& payload);
  void Generate(std::uint32_t slot);
  void Fail(std::uint32_t slot, Tlp& payload, std::uint64_t range_start);
  DataPath::Passage PassData(std::uint32_t slot, Bytes bytes);

  void SendPosted(std::uint32_t slot, Tlp& payload);
  void WriteEnded(std::uint32_t slot, const Ledger* branch);

  void DataDone(std::uint32_t slot);
  void Complete(std::uint32_t slot);
  void End(std::uint32_t slot);
  void Conclude(std::uint32_t slot);
  void RecordFailed(std::uint32_t slot, const Tlp& record);
  void Finish(std::uint32_t slot);
  void SendInterrupt(Job& job);
  void CountOutcome(JobStatus status);
  Tlp* TakeRequest(TlpKind kind, std::uint32_t slot, std::uint64_t address, std::uint32_t size_bytes);

  EngineConfig config_;
  std::uint32_t interrupt_handles_;
  EngineCore core_;
  DataPath data_path_;
  std::vector<Context> contexts_;
  RandomStream compute_random_;
  RingQueue<Dispatch*> held_;                    // dispatches that wait until fewer translations are pending
  std::uint32_t pending_ = 0;                    // requests that wait for their translation
  std::vector<RingQueue<std::uint32_t>> order_;  // by engine, if in order: slots from the oldest job to the youngest

  Counter succeeded_{statistics_, "jobs_succeeded", "jobs", "Jobs executed to their end."};
  Counter page_faults_{statistics_, "jobs_page_fault", "jobs", "Jobs stopped at a page that was not present."};
  Counter translation_failures_{statistics_, "jobs_translation_failed", "jobs",
                                "Jobs stopped because an address could not be translated."};
  Counter invalid_handles_{statistics_, "jobs_invalid_handle", "jobs",
                           "Jobs not executed because their interrupt handle names no message."};
  Counter reads_{statistics_, "reads", "requests", "Memory reads issued."};
  Counter writes_{statistics_, "writes", "requests", "Memory writes of data issued."};
  Counter bytes_read_{statistics_, "bytes_read", "bytes", "Data read from host memory."};
  Counter bytes_written_{statistics_, "bytes_written", "bytes", "Data written to host memory."};
  Counter failed_reads_{statistics_, "failed_reads", "requests", "Reads answered with an error."};
  Counter failed_writes_{statistics_, "failed_writes", "requests", "Data writes handed back untranslated."};
  Counter records_lost_{statistics_, "records_lost", "records",
                        "Completion records handed back untranslated: their jobs' tenants never see them."};
  Occupancy pending_translations_;
  Occupancy contexts_busy_;
  Occupancy read_buffers_;
  Occupancy buffer_waiters_;
  BusyTime engine_busy_;
  BusyTime device_busy_{statistics_, "device_data_path", "Time the data path of the device was moving data.", 1};
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_H_
