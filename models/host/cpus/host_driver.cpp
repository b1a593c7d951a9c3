// SPDX-License-Identifier: Apache-2.0
// Streaming mappings: what the host does around the driver's work.
#include "models/host/cpus/host.h"

namespace siov {

void Host::Map(Payload& submission) {
  Job& job = *TlpOf(submission).job;
  job.mapped = true;
  const Picoseconds cost = driver_.Map(job);
  job.ledger.Mark(Stage::kMap, now() + cost);
  if (cost == 0) return Issue(submission);
  Due(cost, kMapped, &submission);
}

void Host::Unmap(Payload& submission) {
  TlpOf(submission).job->unmapping = true;
  NeedCpu(submission);
}

void Host::OnUnmapped(Payload& submission) { AnswerSubmission(*TlpOf(submission).job, 0); }

void Host::OnCpuFree(Picoseconds) { FreeCpu(); }

void Host::OnMappingDone(Payload& mapping) {
  TlpOf(mapping).ledger.Open(now());  // as in AnswerSubmission
  from_traffic.Respond(mapping, 0);
}

}  // namespace siov
