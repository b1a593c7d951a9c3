// SPDX-License-Identifier: Apache-2.0
// Streaming mappings: what the host does around the driver's work.
#include "models/host/cpus/host.h"

namespace siov {

void Host::Map(Submission& submission) {
  Job& job = *submission.job;
  job.mapped = true;
  const Picoseconds cost = driver_.Map(job);
  job.ledger.Mark(Stage::kMap, now() + cost);
  if (cost == 0) return Issue(submission);
  Due(cost, kMapped, &submission);
}

void Host::Unmap(Submission& submission) {
  submission.job->unmapping = true;
  NeedCpu(submission);
}

void Host::OnUnmapped(Submission& submission) { AnswerSubmission(*submission.job, 0); }

void Host::OnCpuFree(Picoseconds) { FreeCpu(); }

void Host::OnMappingDone(MappingRequest& request) {
  request.ledger.Open(now());  // it only tells the time
  from_replay.Respond(request, 0);
}

}  // namespace siov
