// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/device_bridge.h"

#include <algorithm>

#include "models/base/invariant.h"
#include "models/device/swq_arbiter/portal_map.h"
#include "models/kernel/posted_writes.h"

namespace siov {
namespace {

SubmissionInfo::Operation OperationOf(JobOp op) {
  switch (op) {
    case JobOp::kRead:
      return SubmissionInfo::Operation::kRead;
    case JobOp::kWrite:
      return SubmissionInfo::Operation::kWrite;
    case JobOp::kMove:
      return SubmissionInfo::Operation::kMove;
    case JobOp::kFill:
      return SubmissionInfo::Operation::kFill;
    case JobOp::kNoop:
    case JobOp::kPacket:  // refused by the resolver
    case JobOp::kWriteRead:
      break;
  }
  return SubmissionInfo::Operation::kNoop;
}

DmaInfo InfoOf(const tlm::tlm_generic_payload& payload) {
  DmaInfo info;
  if (const auto* given = payload.get_extension<DmaInfo>()) info.copy_from(*given);
  return info;
}

// What no TLP could say.
tlm::tlm_response_status Malformed(const tlm::tlm_generic_payload& payload) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (payload.get_byte_enable_ptr() != nullptr) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  const bool streams = payload.get_streaming_width() < payload.get_data_length();
  return payload.get_data_length() == 0 || streams ? tlm::TLM_BURST_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE;
}

}  // namespace

DeviceBridge::DeviceBridge(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                           const DeviceBridgeConfig& config)
    : Block(name, simulation, path),
      from_port("from_port", this, &DeviceBridge::OnPort),
      to_port("to_port", this, &DeviceBridge::Backward),
      mmio("mmio", simulation, path + ".mmio", this),
      dma("dma", simulation, path + ".dma", this),
      config_(config) {}

std::vector<std::string> DeviceBridge::WaitsFor(const Occupancy& held) const {
  if (&held == &open_) return {mmio.port.model()};
  return PeersOf(to_port);
}

tlm::tlm_sync_enum DeviceBridge::OnPort(std::uint32_t, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kPortalWrite, payload);
  return tlm::TLM_UPDATED;
}

// Posted writes leave the port in the order in which they were given to it.
void DeviceBridge::Backward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) return Arrive(delay, kAnswered, payload);
  Left(*waiting_.PopFront());
}

void DeviceBridge::OnDue(const DueItem& item) {
  Tlp& payload = PacketOf(item);
  CheckArrival(payload);
  item.kind == kPortalWrite ? Submit(payload) : ReadAnswered(payload);
}

// --- Submissions -----------------------------------------------------------------------------------------------------

void DeviceBridge::Submit(Tlp& write) {
  submissions_.Add();
  Submission* const submission = &submission_pool_.Take();
  pending_.push_back(submission);
  submission->payload = &write;
  submission->accepted = false;
  const WorkDescriptor& descriptor = *write.descriptor;
  SubmissionInfo& info = submission->info;
  info.job = NumberOf(write.job);
  info.operation = OperationOf(descriptor.op);
  info.source = descriptor.source;
  info.destination = descriptor.destination;
  info.size_bytes = descriptor.size_bytes;
  info.pasid = PasidOf(write).value();
  info.tenant = write.tenant.ForStatistics().value();
  info.record_address = descriptor.record_address;
  info.wants_interrupt = descriptor.wants_interrupt;
  info.interrupt_handle = descriptor.interrupt_handle;
  info.interrupt_address = MessageOf(descriptor);
  info.retry = false;
  RequestInfo request;
  request.source = AccessSource::kHost;
  request.pasid = info.pasid;
  request.tenant = info.tenant;
  mmio.Issue(true, write.address - config_.portal_base, write.length_bytes, request, submission, &info);
}

// A dedicated queue's is what it is bound to, a shared queue's the submission's.
Pasid DeviceBridge::PasidOf(const Tlp& write) const {
  const std::uint64_t queue = DecodePortal(write.address - config_.portal_base).queue;
  const bool bound = queue < config_.queue_pasids.size() && config_.queue_pasids[queue].valid();
  return bound ? config_.queue_pasids[queue] : write.descriptor->pasid;
}

// Where the interrupt is to be written; 0: none is wanted, or the handle names no message.
std::uint64_t DeviceBridge::MessageOf(const WorkDescriptor& descriptor) const {
  const bool named = descriptor.wants_interrupt && descriptor.interrupt_handle < config_.messages.size();
  return named ? config_.messages[descriptor.interrupt_handle].message.address : 0;
}

// From here on the job is the model's.
void DeviceBridge::AcceptJob(Submission& submission) {
  Tlp& tlp = *submission.payload;
  Job& job = *tlp.job.OfSoftware();
  submission.accepted = true;
  tlp.ledger.Mark(Stage::kArbitration, now());
  job.ledger.Append(tlp.ledger);
  jobs_.Add(submission.info.pasid, submission.info.record_address, &job);
  open_.Increment(now());
}

void DeviceBridge::OnEnded(void* ended, bool served) {
  auto& submission = *static_cast<Submission*>(ended);
  const bool accepts = served && !submission.info.retry;
  CheckInvariant(accepts || !submission.accepted, [&] {
    return path() + ": the model wrote the completion record of job " + std::to_string(submission.info.job) +
           ", and then did not accept its submission";
  });
  if (accepts && !submission.accepted) AcceptJob(submission);
  if (!served) refused_.Add();
  if (served && !accepts) retries_.Add();
  Tlp& write = *submission.payload;
  pending_.erase(std::find(pending_.begin(), pending_.end(), &submission));
  submission_pool_.Give(submission);
  if (write.kind != TlpKind::kDeferrableWrite) {
    if (!accepts) NoteLostEnd(write.job);
    return GivePacket(write);
  }
  write.status = accepts  ? CompletionStatus::kSuccess
                 : served ? CompletionStatus::kRetry
                          : CompletionStatus::kUnsupportedRequest;
  write.ledger.Mark(Stage::kArbitration, now());
  from_port.Respond(write, 0);
}

// --- The model's own requests ----------------------------------------------------------------------------------------

void DeviceBridge::OnRequest(OutsideTarget::Request& request) {
  const tlm::tlm_generic_payload& payload = *request.payload;
  if (const auto status = Malformed(payload); status != tlm::TLM_OK_RESPONSE) {
    dma.Accept(request);
    return dma.Answer(request, status);
  }
  Dma* const one = &dma_pool_.Take();
  *one = Dma{&request, 1, 1, now(), tlm::TLM_OK_RESPONSE};  // counted as under way until all its TLPs are sent
  in_flight_.Increment(now());
  payload.is_read() ? Read(*one) : Write(*one);
}

void DeviceBridge::Read(Dma& one) {
  const tlm::tlm_generic_payload& payload = *one.request->payload;
  const DmaInfo info = InfoOf(payload);
  read_bytes_.Add(payload.get_data_length());
  ForEachTlp(payload.get_address(), payload.get_data_length(), config_.max_read_request_bytes,
             [&](std::uint64_t address, std::uint32_t length) {
               Tlp* const read = TakeTlp(TlpKind::kMemoryRead, address, length, info);
               read->context = reinterpret_cast<std::uintptr_t>(&one);
               ++one.unanswered;
               reads_.Add();
               to_port.Send(*read, 0);  // the port holds it until there is a tag
             });
  dma.Accept(*one.request);
  if (--one.unanswered == 0) End(one);
}

void DeviceBridge::ReadAnswered(Tlp& read) {
  Dma& one = *reinterpret_cast<Dma*>(static_cast<std::uintptr_t>(read.context));
  if (read.status != CompletionStatus::kSuccess) {
    failed_reads_.Add();
    const bool abort = read.status == CompletionStatus::kCompleterAbort;
    one.status = abort ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE;
  }
  GivePacket(read);
  if (--one.unanswered == 0) End(one);
}

void DeviceBridge::Write(Dma& one) {
  const tlm::tlm_generic_payload& payload = *one.request->payload;
  const DmaInfo info = InfoOf(payload);
  written_bytes_.Add(payload.get_data_length());
  bool first = true;
  ForEachTlp(payload.get_address(), payload.get_data_length(), config_.max_payload_bytes,
             [&](std::uint64_t address, std::uint32_t length) {
               Tlp* const write = TakeTlp(TlpKind::kMemoryWrite, address, length, info);
               if (first) MarkEnd(*write, info);
               first = false;
               writes_.Add();
               ++one.leaving;
               if (to_port.Send(*write, 0)) {
                 --one.leaving;
               } else {
                 waiting_.PushBack(&one);
               }
             });
  Left(one);
}

// PCIe answers no posted write: for the model it is over when the port has all of it.
void DeviceBridge::Left(Dma& one) {
  if (--one.leaving != 0) return;
  dma.Accept(*one.request);
  End(one);
}

void DeviceBridge::End(Dma& one) {
  OutsideTarget::Request& request = *one.request;
  if (request.payload->is_read()) read_latency_.Record(now() - one.since);
  in_flight_.Decrement(now());
  const tlm::tlm_response_status status = one.status;
  dma_pool_.Give(one);
  dma.Answer(request, status);
}

Tlp* DeviceBridge::TakeTlp(TlpKind kind, std::uint64_t address, std::uint32_t length, const DmaInfo& info) {
  Tlp* const payload = TakePacket(kind, address, length);
  payload->at = info.translated ? AddressType::kTranslated : AddressType::kUntranslated;
  payload->relaxed_ordering = info.relaxed_ordering;
  payload->traffic_class = info.traffic_class;
  payload->virtual_address = address;
  if (info.pasid == DmaInfo::kNone) return payload;
  payload->pasid = Pasid(info.pasid);
  payload->tenant = TenantId((info.pasid + kMaxPasids - 1) % kMaxPasids);  // tenant t has PASID t + 1
  return payload;
}

// What a write tells, if it is one that tells something: a job's completion record, or an interrupt.
void DeviceBridge::MarkEnd(Tlp& write, const DmaInfo& info) {
  if (info.pasid == DmaInfo::kNone) {
    if (IsInterruptAddress(write.address)) MarkInterrupt(write);
    return;
  }
  const std::uint64_t address = write.address;
  for (Submission* const one : pending_) {  // it may be quicker than its own answer to the submission
    const bool its = one->info.pasid == info.pasid && one->info.record_address == address;
    if (its && !one->accepted) AcceptJob(*one);
  }
  if (Job* const job = jobs_.Take(info.pasid, address)) MarkRecord(write, *job, info.job_failed);
}

void DeviceBridge::MarkRecord(Tlp& write, Job& job, bool failed) {
  records_.Add();
  open_.Decrement(now());
  job.ledger.Mark(Stage::kEngine, now());
  job.status = failed ? JobStatus::kTranslationFailed : JobStatus::kSuccess;
  job.bytes_completed = failed ? 0 : job.size_bytes;
  write.job = &job;
  write.completes_job = true;
  if (!job.wants_interrupt) return;
  interrupts_.Add(0, MessageOf({job, job.pasid}), &job);
}

// Its branch begins where the record was written.
void DeviceBridge::MarkInterrupt(Tlp& write) {
  interrupt_messages_.Add();
  write.interrupt = true;
  Job* const job = interrupts_.Take(0, write.address);
  if (job == nullptr) return;  // nobody waits for it
  write.job = job;
  write.tenant = job->tenant;
  write.context = job->id;
  write.ledger.Open(job->ledger.cursor());
  write.ledger.Mark(Stage::kOrderWait, now());
}

}  // namespace siov
