// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/host_bridge.h"

#include <utility>

#include "models/device/swq_arbiter/portal_map.h"

namespace siov {
namespace {

JobOp OpOf(SubmissionInfo::Operation operation) {
  switch (operation) {
    case SubmissionInfo::Operation::kNoop:
      break;
    case SubmissionInfo::Operation::kRead:
      return JobOp::kRead;
    case SubmissionInfo::Operation::kWrite:
      return JobOp::kWrite;
    case SubmissionInfo::Operation::kMove:
      return JobOp::kMove;
    case SubmissionInfo::Operation::kFill:
      return JobOp::kFill;
  }
  return JobOp::kNoop;
}

}  // namespace

HostBridge::HostBridge(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                       Submit submit)
    : Block(name, simulation, path), software("entry", simulation, path + ".entry", this), submit_(std::move(submit)) {}

void HostBridge::OnRequest(OutsideTarget::Request& request) {
  const tlm::tlm_generic_payload& payload = *request.payload;
  const auto* info = payload.get_extension<SubmissionInfo>();
  const bool sized = payload.is_write() && payload.get_data_length() == kDescriptorBytes;
  software.Accept(request);
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(open_.size()));
    open_.push_back(nullptr);
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  open_[slot] = &request;
  const auto change = [info](Job* job) {
    if (info == nullptr) return;
    job->op = OpOf(info->operation);
    job->source = info->source;
    job->destination = info->destination;
    job->size_bytes = info->size_bytes;
    job->packet = nullptr;
    job->wants_interrupt = info->wants_interrupt;
    job->stated_pasid = Pasid(info->pasid);
    if (info->interrupt_handle != SubmissionInfo::kOwnMessage) job->interrupt_handle = info->interrupt_handle;
  };
  const std::uint64_t tenant = payload.get_address() / kPage4K;
  if (sized && tenant < kMaxPasids && submit_(static_cast<std::uint32_t>(tenant), slot, change)) {
    return submitted_.Add();
  }
  refused_.Add();
  free_.push_back(slot);
  software.Answer(request, sized ? tlm::TLM_ADDRESS_ERROR_RESPONSE : tlm::TLM_COMMAND_ERROR_RESPONSE);
}

void HostBridge::End(std::uint32_t slot, const Job& job) {
  const bool good = job.status == JobStatus::kSuccess;
  if (!good) failed_.Add();
  OutsideTarget::Request& request = *open_[slot];
  free_.push_back(slot);
  software.Answer(request, good ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);
}

}  // namespace siov
