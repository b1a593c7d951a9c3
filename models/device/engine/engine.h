// SPDX-License-Identifier: Apache-2.0
// The engines of one device: each executes up to `jobs_per_engine` jobs at once.
//
// A job: set-up; reads of its source, each holding one of the device's read buffers until its data was stored in the
// device, has passed the data path and was handed on to be written to the destination; or data generated at the data
// path's rate; writes are staged and leave; when all have left, the completion record; when that has left, the
// interrupt request; then the context is free. A failed request ends the job: nothing more is issued, what is in flight
// is drained, and the record tells. Requests carry virtual addresses; translating them is the business of whoever
// `to_memory` is bound to. What it does not model is listed in README.md.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/device/engine/buffer_room.h"
#include "models/device/engine/data_path.h"
#include "models/device/engine/device_store.h"
#include "models/device/engine/engine_adis.h"
#include "models/device/engine/engine_config.h"
#include "models/device/engine/engine_core.h"
#include "models/device/engine/engine_program.h"
#include "models/device/engine/engine_statistics.h"
#include "models/kernel/block.h"

namespace siov {

class Engine final : public Block {
 public:
  // `message_owners`: by handle, whose work may ask for a message of the device's interrupt message store. `adis`:
  // those that the host driver has set up.
  Engine(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
         const EngineConfig& config, const std::vector<Pasid>& message_owners, const AdiBindings& adis = {});

  TargetSocket<Engine, Dispatch> from_arbiter;
  InitiatorSocket<Engine> to_memory;
  InitiatorSocket<Engine, InterruptRequest> to_ims;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override {
    if (counts_.WaitsInside(held)) return {};
    return PeersOf(to_memory);
  }
  // Null: no ADI is in use.
  const EngineAdis* adis() const { return adis_.get(); }

 private:
  enum : std::uint32_t {
    kStart,
    kStartHeld,
    kIssueRead,
    kAnswer,
    kStored,
    kDataHandled,
    kGenerated,
    kStaged,
    kIssueWrite,
    kEnd
  };

  // Data that the write engine takes in and sends on together.
  struct WriteAccess {
    std::uint32_t slot = 0;
    std::uint64_t address = 0;
    std::uint32_t size_bytes = 0;
    bool relaxed_ordering = false;
    bool is_record = false;
    // Whoever goes on when it is taken, if it had to wait; at most one.
    Tlp* read = nullptr;     // that brought its data and keeps its buffer until then
    bool generates = false;  // its job
    Picoseconds opened = 0;  // where its writes' ledgers begin
    DeviceStore::Passage staged = {};
  };

  struct Context {
    Dispatch* dispatch = nullptr;  // null: free
    Piece generated;               // what the data path is generating
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
  void Do(EngineProgram::Step step, std::uint32_t slot);
  void IssueReads(std::uint32_t slot);
  void SendRecord(std::uint32_t slot);
  void SendRead(std::uint32_t slot, const Piece& piece);
  void IssueRead(Tlp& payload);
  void IssuePacedRead(Tlp& payload);
  void IssueWaitingReads();
  void NoteReadBuffers();
  void Answer(Tlp& payload);
  void ReadAnswered(Tlp& payload);
  void ReadArrived(Tlp& payload);
  void StoreAccess(std::uint32_t slot, std::uint32_t access);
  void PassOn(Tlp& payload);
  void DataHandled(Tlp& payload);
  void FinishRead(Tlp& payload);
  void Generate(std::uint32_t slot);
  void Fail(std::uint32_t slot, Tlp& payload, std::uint64_t range_start);
  // The job's, of the context.
  Ledger& LedgerIn(std::uint32_t slot) const { return contexts_[slot].dispatch->job.ledger(); }
  DataPath::Passage PassData(std::uint32_t slot, Bytes bytes);

  bool Write(const WriteAccess& what);
  bool Demand(WriteAccess access);
  bool Fits(const WriteAccess& access) const;
  std::uint32_t WritesOf(const WriteAccess& access) const;
  void Take(WriteAccess& access);
  void TakeWaiting();
  void Emit(const WriteAccess& access);
  void IssueWrite(const WriteAccess& access, Tlp& write);
  void SendWrite(Tlp& payload);
  void WriteGone(std::uint32_t slot, const Ledger* branch, std::uint32_t size_bytes);
  void NoteWriteBuffers();
  void WriteEnded(std::uint32_t slot, const Ledger* branch);

  void Complete(std::uint32_t slot);
  void Conclude(std::uint32_t slot);
  void Finish(std::uint32_t slot);
  void SendInterrupt(const JobRef& job, std::uint32_t handle, bool of_function);
  void CountOutcome(JobStatus status);
  Tlp* TakeRequest(TlpKind kind, std::uint32_t slot, std::uint64_t address, std::uint32_t size_bytes);

  EngineConfig config_;
  EngineCore core_;
  EngineProgram program_;
  DataPath data_path_;
  std::vector<Context> contexts_;
  RandomStream compute_random_;
  RingQueue<Dispatch*> held_;  // dispatches that wait until fewer translations are pending
  std::uint32_t pending_ = 0;  // requests that wait for their translation

  IssuePacer read_pacer_;
  DeviceStore read_store_;
  std::vector<std::vector<Tlp*>> arrived_;  // by slot: reads whose accesses are not complete

  bool limits_writes_;
  IssuePacer write_pacer_;
  DeviceStore write_stage_;
  BufferRoom write_room_;
  RingQueue<WriteAccess> waiting_writes_;  // for room
  RingQueue<WriteAccess> staging_;         // in order of their ends
  bool taking_ = false;
  EngineStatistics counts_;
  std::unique_ptr<EngineAdis> adis_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_H_
