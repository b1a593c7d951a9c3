// SPDX-License-Identifier: Apache-2.0
// Descriptors of the invalidation queue on their way out: to caches, devices and the page request queue.
#include "models/iommu/invalidation_queue/invalidation_queue.h"
#include "models/protocol/ats_words.h"

namespace siov {

void InvalidationQueue::Execute() {
  Issue();
  if (core_.blocked_by() != InvalidationQueueCore::Block::kNone) return CountStall();
  executing_ = false;
  Advance();
}

// A head that was held back stays decoded (`executing_`) and is tried again whenever something ends.
void InvalidationQueue::Issue() {
  const QueueIssue issue = core_.Issue(now());
  switch (issue.step) {
    case QueueIssue::Step::kNothing:
    case QueueIssue::Step::kBlocked:
      return;
    case QueueIssue::Step::kError:
      if (core_.stop() == QueueStop::kQueueError) {
        queue_errors_.Add();
        return Raise(IommuEventKind::kQueueError, issue.descriptor.what.requester);
      }
      return Raise(IommuEventKind::kTimeout, core_.error_requester());
    case QueueIssue::Step::kToIotlb:
      Taken(issue);
      return SendCacheInvalidation(to_iotlb, issue);
    case QueueIssue::Step::kToInterrupts:
      Taken(issue);
      return SendCacheInvalidation(to_interrupts, issue);
    case QueueIssue::Step::kToDevice:
      Taken(issue);
      return SendInvalidateRequest(issue);
    case QueueIssue::Step::kResponse:
      Taken(issue);
      return SendResponse(*static_cast<InvalidationCommand*>(issue.descriptor.owner));
    case QueueIssue::Step::kWait:
      Taken(issue);
      pending_waits_.Increment(now());
      return EndWaits();
  }
}

// It has left the ring, which has room for another.
void InvalidationQueue::Taken(const QueueIssue& issue) {
  CountDescriptor(issue.descriptor.what.what.kind);
  PlaceWaiting();
}

void InvalidationQueue::CountStall() {
  switch (core_.blocked_by()) {
    case InvalidationQueueCore::Block::kOrder:
      return order_stalls_.Add();
    case InvalidationQueueCore::Block::kItag:
      return itag_stalls_.Add();
    case InvalidationQueueCore::Block::kFence:
      return fence_stalls_.Add();
    case InvalidationQueueCore::Block::kNone:
      return;
  }
}

void InvalidationQueue::SendCacheInvalidation(InitiatorSocket<InvalidationQueue, InvalidationRequest>& socket,
                                              const QueueIssue& issue) {
  InvalidationRequest* request = TakePacket<InvalidationRequest>();
  request->what = issue.descriptor.what;
  request->context = issue.slot;
  in_flight_.Increment(now());
  socket.Send(*request, 0);
}

void InvalidationQueue::SendInvalidateRequest(const QueueIssue& issue) {
  const CacheInvalidation& what = issue.descriptor.what;
  in_flight_.Increment(now());
  itags_in_use_.Increment(now());
  ArmTimer();
  const auto device = devices_.find(what.requester);
  if (device == devices_.end()) return lost_requests_.Add();  // nobody answers: it times out
  Tlp* payload = TakePacket(TlpKind::kInvalidateRequest, what.address, 0);
  payload->requester = what.requester;
  payload->pasid = what.pasid;
  payload->virtual_address = EncodeInvalidateBody(what.address, what.what.page_shift, what.what.global);
  payload->itags = issue.itag;
  to_port[device->second]->Send(*payload, 0);
}

// The message takes the story of the requests it answers on to their device.
void InvalidationQueue::SendResponse(InvalidationCommand& command) {
  Tlp* response = TakePacket(TlpKind::kPageGroupResponse, 0, 0);
  WriteResponse(command, response);
  command.ledger.Mark(Stage::kPageResponse, now());
  response->ledger = command.ledger;
  SocketOf(command).Respond(command, 0);
  to_page_responses.Send(*response, 0);
}

void InvalidationQueue::CountDescriptor(InvalidationKind kind) {
  switch (kind) {
    case InvalidationKind::kContext:
      return context_.Add();
    case InvalidationKind::kIotlb:
      return iotlb_.Add();
    case InvalidationKind::kDeviceTlb:
    case InvalidationKind::kPasidDeviceTlb:
      return device_tlb_.Add();
    case InvalidationKind::kInterruptEntry:
      return interrupt_entry_.Add();
    case InvalidationKind::kWait:
      return waits_.Add();
    case InvalidationKind::kPasidIotlb:
      return pasid_iotlb_.Add();
    case InvalidationKind::kPasidCache:
      return pasid_cache_.Add();
    case InvalidationKind::kPageGroupResponse:
      return responses_.Add();
    case InvalidationKind::kHostPermission:
      return host_permission_.Add();
    case InvalidationKind::kNone:
      return;
  }
}

}  // namespace siov
