// SPDX-License-Identifier: Apache-2.0
// Requests that nobody answers in time, and answers that come after all.
#include "models/fabric/device_port/device_port.h"

namespace siov {

void DevicePort::LateAnswer(Tlp& payload) {
  late_answers_.Add();
  if (payload.kind == TlpKind::kMemoryRead && payload.status == CompletionStatus::kSuccess) late_data_.Add();
  if (timers_.InQuarantine(payload.tag, payload)) FreeTag(payload.tag);
  GivePacket(payload);
}

// One item watches over everything outstanding: when it comes, the next is due that will be over first.
void DevicePort::Watch() {
  watching_ = true;
  if (timeout_due_) return simulation().agenda.Watching();
  timeout_due_ = true;
  Due(timers_.timeout_ps(), kTimeout);
}

void DevicePort::WatchNothing() {
  watching_ = false;
  simulation().agenda.Idle();
}

void DevicePort::CheckTimeouts() {
  for (std::uint32_t i = 0; i < timers_.tags(); ++i) {
    const auto tag = static_cast<std::uint16_t>(i);
    switch (timers_.At(now(), tag)) {
      case TagTimers::Due::kNothing:
        break;
      case TagTimers::Due::kTimeout:
        TimeOut(tag);
        break;
      case TagTimers::Due::kEndOfQuarantine:
        FreeTag(tag);
        break;
    }
  }
  const Picoseconds next = timers_.Next();
  timeout_due_ = next != kNever;
  if (timeout_due_) return Due(next - now(), kTimeout);
  simulation().agenda.Watching();  // nothing is watched over, and it has come
}

// Only that request fails. Its block gets a packet that looks as the request did when it left: the request itself is
// somewhere beyond the link, and does no more for its job.
void DevicePort::TimeOut(std::uint16_t tag) {
  completion_timeouts_.Add();
  Tlp& request = timers_.RequestOf(tag);
  Tlp& answer = *TakePacket<Tlp>();
  static_cast<TlpHeader&>(answer) = request;
  request.abandoned = true;
  request.job = nullptr;
  answer.batch = nullptr;
  answer.CutRoute(timers_.RouteDepthOf(tag));
  answer.ledger.Open(request.ledger.start());
  answer.ledger.Mark(Stage::kPort, now());
  const bool translation = answer.kind == TlpKind::kTranslationRequest;
  answer.status = translation ? CompletionStatus::kCompleterAbort : CompletionStatus::kUnsupportedRequest;
  from_block[answer.PopRoute()]->Respond(answer, 0);
}

}  // namespace siov
