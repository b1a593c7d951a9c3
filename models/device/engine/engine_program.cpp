// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_program.h"

namespace siov {
namespace {

EngineWork WorkOf(const Work& work) {
  if (Reads(work.op)) return {work.source, work.size_bytes, true};
  return {work.destination, Writes(work.op) ? work.size_bytes : 0, false};
}

}  // namespace

EngineProgram::EngineProgram(const EngineConfig& config, const std::vector<Pasid>& message_owners, EngineCore& core)
    : core_(core),
      message_owners_(message_owners),
      jobs_per_engine_(config.jobs_per_engine),
      contexts_(config.slots()),
      order_(config.in_order ? config.engines() : 0) {}

EngineProgram::Step EngineProgram::Begin(std::uint32_t slot, const WorkDescriptor& descriptor, bool own) {
  Context& context = contexts_[slot];
  context = {};
  context.descriptor = descriptor;
  context.own = own;
  if (!order_.empty()) order_[slot / jobs_per_engine_].PushBack(slot);
  const std::uint32_t handle = descriptor.interrupt_handle;
  const bool owned = handle < message_owners_.size() && message_owners_[handle] == descriptor.pasid;
  if (descriptor.wants_interrupt && !owned) {
    context.failure = JobStatus::kInvalidHandle;
    context.descriptor.wants_interrupt = false;
    core_.Begin(slot, {});
    return Step::kComplete;
  }
  if (descriptor.op == JobOp::kPacket) {
    core_.Begin(slot, {});
    return Step::kPacket;
  }
  const EngineWork work = WorkOf(descriptor);
  core_.Begin(slot, work);
  if (work.size_bytes == 0) return Step::kComplete;
  return work.reads ? Step::kRead : Step::kGenerate;
}

EngineProgram::Step EngineProgram::DataDone(std::uint32_t slot) {
  contexts_[slot].data_done = true;
  return contexts_[slot].writes_waiting == 0 ? DataLeft(slot) : Step::kWait;
}

EngineProgram::Step EngineProgram::DataLeft(std::uint32_t slot) {
  Context& context = contexts_[slot];
  WorkDescriptor& descriptor = context.descriptor;
  if (descriptor.op != JobOp::kWriteRead || context.reads_back || core_.failed(slot)) return Step::kComplete;
  context.reads_back = true;
  context.data_done = false;
  descriptor.source = descriptor.destination;
  core_.Begin(slot, {descriptor.source, descriptor.size_bytes, true});
  return Step::kRead;
}

EngineProgram::Step EngineProgram::WriteEnded(std::uint32_t slot) {
  Context& context = contexts_[slot];
  --context.writes_waiting;
  if (context.record_sent) return Step::kFinish;
  if (!context.data_done) {
    // It may have waited for a read buffer, with no read in flight whose end would notice.
    const bool stopped = core_.failed(slot) && reads(context) && core_.Done(slot);
    return stopped ? Step::kDataDone : Step::kWait;
  }
  return context.writes_waiting == 0 ? DataLeft(slot) : Step::kWait;
}

void EngineProgram::Fail(std::uint32_t slot, std::uint32_t offset, JobStatus why, std::uint64_t address) {
  if (offset < core_.failed_at(slot)) {  // or nothing has failed before
    contexts_[slot].failure = why;
    contexts_[slot].fault_address = address;
  }
  core_.Fail(slot, offset);
}

EngineProgram::Step EngineProgram::Conclude(std::uint32_t slot) {
  Context& context = contexts_[slot];
  const WorkDescriptor& descriptor = context.descriptor;
  context.record = {context.failure, core_.bytes_completed(slot), context.fault_address};
  const bool good = context.failure == JobStatus::kSuccess;
  if (descriptor.op == JobOp::kPacket && good) context.record.bytes_completed = descriptor.size_bytes;
  if (context.own || (!descriptor.wants_record && good)) return Step::kFinish;
  context.record_sent = true;
  return Step::kRecord;
}

void EngineProgram::RecordFailed(std::uint32_t slot, JobStatus why, std::uint64_t address) {
  Context& context = contexts_[slot];
  context.record.status = why;
  context.record.fault_address = address;
  if (context.descriptor.wants_interrupt) return;
  context.descriptor.wants_interrupt = true;
  context.function_reports = true;
}

}  // namespace siov
