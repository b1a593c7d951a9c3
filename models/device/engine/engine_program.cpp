// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_program.h"

namespace siov {
namespace {

EngineWork WorkOf(const Job& job) {
  if (Reads(job.op)) return {job.source, job.size_bytes, true};
  return {job.destination, Writes(job.op) ? job.size_bytes : 0, false};
}

}  // namespace

EngineProgram::EngineProgram(const EngineConfig& config, std::uint32_t interrupt_handles, EngineCore& core)
    : core_(core),
      interrupt_handles_(interrupt_handles),
      jobs_per_engine_(config.jobs_per_engine),
      contexts_(config.slots()),
      order_(config.in_order ? config.engines() : 0) {}

EngineProgram::Step EngineProgram::Begin(std::uint32_t slot, Job& job) {
  Context& context = contexts_[slot];
  context = {};
  context.job = &job;
  if (!order_.empty()) order_[slot / jobs_per_engine_].PushBack(slot);
  if (job.wants_interrupt && job.interrupt_handle >= interrupt_handles_) {
    context.failure = JobStatus::kInvalidHandle;
    job.wants_interrupt = false;
    core_.Begin(slot, {});
    return Step::kComplete;
  }
  if (job.op == JobOp::kPacket) {
    core_.Begin(slot, {});
    return Step::kPacket;
  }
  const EngineWork work = WorkOf(job);
  core_.Begin(slot, work);
  if (work.size_bytes == 0) return Step::kComplete;
  return work.reads ? Step::kRead : Step::kGenerate;
}

EngineProgram::Step EngineProgram::DataDone(std::uint32_t slot) {
  contexts_[slot].data_done = true;
  return contexts_[slot].writes_waiting == 0 ? Step::kComplete : Step::kWait;
}

EngineProgram::Step EngineProgram::WriteEnded(std::uint32_t slot) {
  Context& context = contexts_[slot];
  --context.writes_waiting;
  if (context.record_sent) return Step::kFinish;
  if (!context.data_done) {
    // It may have waited for a read buffer, with no read in flight whose end would notice.
    const bool stopped = core_.failed(slot) && Reads(context.job->op) && core_.Done(slot);
    return stopped ? Step::kDataDone : Step::kWait;
  }
  return context.writes_waiting == 0 ? Step::kComplete : Step::kWait;
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
  Job& job = *context.job;
  job.status = context.failure;
  job.fault_address = context.fault_address;
  job.bytes_completed = core_.bytes_completed(slot);
  if (job.op == JobOp::kPacket && job.status == JobStatus::kSuccess) job.bytes_completed = job.size_bytes;
  if (job.from_device) return Step::kFinish;
  if (!job.wants_record && job.status == JobStatus::kSuccess) return Step::kFinish;
  context.record_sent = true;
  return Step::kRecord;
}

void EngineProgram::RecordFailed(std::uint32_t slot, JobStatus why, std::uint64_t address) {
  Job& job = *contexts_[slot].job;
  job.status = why;
  job.fault_address = address;
  job.wants_record = false;
  if (job.wants_interrupt) return;
  job.wants_interrupt = true;
  job.interrupt_handle = kErrorHandle;
}

}  // namespace siov
