// SPDX-License-Identifier: Apache-2.0
// Streaming mappings: what the host does around the driver's work.
#include "models/host/cpus/host.h"

namespace siov {

void Host::Map(Tlp& submission) {
  Job& job = *submission.job;
  job.mapped = true;
  const Picoseconds cost = driver_.Map(job);
  job.ledger.Mark(Stage::kMap, now() + cost);
  if (cost == 0) return Issue(submission);
  Due(cost, kMapped, &submission);
}

void Host::Unmap(Tlp& submission) {
  submission.job->unmapping = true;
  NeedCpu(submission);
}

void Host::OnUnmapped(Tlp& submission) { AnswerSubmission(*submission.job, 0); }

void Host::OnCpuFree(Picoseconds) { FreeCpu(); }

void Host::OnMappingDone(Tlp& mapping) {
  mapping.ledger.Open(now());  // as in AnswerSubmission
  from_traffic.Respond(mapping, 0);
}

}  // namespace siov
