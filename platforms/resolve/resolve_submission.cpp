// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_submission.h"

#include <algorithm>

namespace siov {
namespace {

bool AnyShared(const ResolvedPlatform& platform, const TenantClassConfig& config) {
  const std::vector<WorkQueueConfig>& queues = platform.endpoints[config.endpoint].arbiter.queues;
  return std::any_of(config.queues.begin(), config.queues.end(),
                     [&queues](QueueId queue) { return queues[queue.value()].mode == QueueMode::kShared; });
}

}  // namespace

void RefuseGuestPasids(const ResolveContext& context, const std::string& path, const siovsim::AddressSpace& space,
                       const TenantClassConfig& config) {
  if (space.stages() != siovsim::AddressSpace::SECOND && space.stages() != siovsim::AddressSpace::NESTED) {
    context.Add(path, "", "the tenants belong to no VM: give them address_space.stages SECOND or NESTED");
  }
  const std::uint32_t processes = std::min(config.guest_pasids->processes, config.tenants);
  if (std::uint64_t{config.guest_pasids->first} + processes > kMaxPasids) {
    context.Add(path + ".first", std::to_string(config.guest_pasids->first),
                "a VM has " + std::to_string(processes) + " processes, and a PASID 20 bits",
                "at most " + std::to_string(kMaxPasids - processes));
  }
}

void RefuseWithoutEnqcmd(const ResolveContext& context, const std::string& path, const siovsim::TenantClass& tenants,
                         const ResolvedPlatform& platform, const TenantClassConfig& config) {
  const std::string fault = siovsim::TenantClass::SubmissionFault_Name(tenants.submission_fault());
  if (platform.outside_memory() != nullptr && !config.fence) {
    context.Add(path + ".fence", "false", "a memory from outside does not say what was read too early", "true");
  }
  if (config.origin != JobOrigin::kHost && config.waiting != Waiting::kByOthers) {
    context.Add(path + ".waiting", siovsim::TenantClass::Waiting_Name(tenants.waiting()),
                "jobs that begin in the device have no thread that waits for them", "BY_OTHERS");
  }
  if (config.submission_fault == SubmissionFault::kPasidNotValid && config.submitter == Submitter::kKernel) {
    context.Add(path + ".submission_fault", fault,
                "ENQCMDS does not use the thread's PASID: it needs submitter PROCESS");
  }
  const HostConfig& host = platform.host.config;
  if (config.submission_fault == SubmissionFault::kNoPortal && host.retry_limit == 0 && host.retry_backoff_ps == 0 &&
      host.enqcmd_latency_ps == 0) {
    context.Add(path + ".submission_fault", fault,
                "an ENQCMD to nobody's address is answered at once and executed again at once, for ever",
                "one of retry_limit, retry_backoff and enqcmd_latency of the host that is not 0");
  }
  if (config.origin == JobOrigin::kHost && AnyShared(platform, config)) return;
  constexpr const char* kWhy = "says how ENQCMD is used, and none is: give the class a SHARED queue, or leave it out";
  if (config.guest_pasids) context.Add(path + ".guest_pasids", "", kWhy);
  if (config.submitter != Submitter::kProcess) context.Add(path + ".submitter", "KERNEL", kWhy);
  if (config.submission_fault != SubmissionFault::kNone) context.Add(path + ".submission_fault", fault, kWhy);
}

}  // namespace siov
