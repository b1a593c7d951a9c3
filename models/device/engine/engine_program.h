// SPDX-License-Identifier: Apache-2.0
// What an engine does for a descriptor, from its dispatch to the free context, as decisions without time: whether it is
// executed at all and how it moves its data, when all data writes have left and the completion record is due, what the
// record says, whether an interrupt follows, and the order in which the jobs of one engine end. Which requests move the
// data is the core's (engine_core.h).
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_PROGRAM_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_PROGRAM_H_

#include <cstdint>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/device/engine/engine_config.h"
#include "models/device/engine/engine_core.h"
#include "models/protocol/descriptor.h"

namespace siov {

class EngineProgram {
 public:
  // What is to be done next for a context.
  enum class Step : std::uint8_t {
    kWait,      // nothing, until something else has happened
    kPacket,    // all accesses of the packet's shape, at once
    kRead,      // the core's reads
    kGenerate,  // the core's data
    kDataDone,  // reads stopped by a failure have been waited for: as if all were handled
    kComplete,  // the time of computing and completing
    kRecord,    // the completion record
    kFinish,    // the interrupt, if the job wants one, and the context is free
  };

  // `message_owners`: by handle, whose work may ask for the message; other handles name none.
  EngineProgram(const EngineConfig& config, const std::vector<Pasid>& message_owners, EngineCore& core);

  // A descriptor is dispatched to a free context. `own`: it began in the device.
  Step Begin(std::uint32_t slot, const WorkDescriptor& descriptor, bool own = false);
  // Every read's data was handled, or all data generated, or as much as a failure allowed.
  Step DataDone(std::uint32_t slot);
  // A posted write was issued; it has left translated, or has failed.
  void WriteIssued(std::uint32_t slot) { ++contexts_[slot].writes_waiting; }
  Step WriteEnded(std::uint32_t slot);
  // A request failed at `address`, `offset` bytes into the range it is of: nothing more is issued. Of several failures
  // the first in the range counts.
  void Fail(std::uint32_t slot, std::uint32_t offset, JobStatus why, std::uint64_t address);
  // Computed and completed: fn(slot) of each job that ends by it, this one or younger ones that waited for it.
  template <class Fn>
  void End(std::uint32_t slot, Fn fn) {
    if (order_.empty()) return fn(slot);
    RingQueue<std::uint32_t>& order = order_[slot / jobs_per_engine_];
    contexts_[slot].ended = true;
    while (!order.empty() && contexts_[order.front()].ended) fn(order.PopFront());
  }
  // The outcome is known (Record): kRecord, or kFinish without one to write.
  Step Conclude(std::uint32_t slot);
  // The tenant will never see the record. The device's error register and error interrupt tell host software instead.
  void RecordFailed(std::uint32_t slot, JobStatus why, std::uint64_t address);
  // The context is free.
  void Free(std::uint32_t slot) { contexts_[slot] = {}; }

  const WorkDescriptor& In(std::uint32_t slot) const { return contexts_[slot].descriptor; }
  const CompletionRecord& Record(std::uint32_t slot) const { return contexts_[slot].record; }
  // An interrupt follows: that of the descriptor's handle, or...
  bool interrupts(std::uint32_t slot) const { return contexts_[slot].descriptor.wants_interrupt; }
  // ... the function's own, which tells of the error register.
  bool function_reports(std::uint32_t slot) const { return contexts_[slot].function_reports; }

 private:
  struct Context {
    WorkDescriptor descriptor;
    CompletionRecord record;
    bool own = false;
    JobStatus failure = JobStatus::kSuccess;  // of the failed request with the lowest address
    std::uint64_t fault_address = 0;
    std::uint32_t writes_waiting = 0;  // posted writes that have neither left towards the link nor failed
    bool data_done = false;            // reads handled, data generated
    bool reads_back = false;           // what it wrote before (kWriteRead)
    bool ended = false;                // but older jobs of its engine are not
    bool record_sent = false;          // all data writes have ended before
    bool function_reports = false;     // that the record is lost
  };

  // All data writes have left, and all data was handled.
  Step DataLeft(std::uint32_t slot);
  bool reads(const Context& context) const { return Reads(context.descriptor.op) || context.reads_back; }

  EngineCore& core_;
  std::vector<Pasid> message_owners_;
  std::uint32_t jobs_per_engine_;
  std::vector<Context> contexts_;
  std::vector<RingQueue<std::uint32_t>> order_;  // by engine, if in order: slots from the oldest job to the youngest
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_PROGRAM_H_
