// SPDX-License-Identifier: Apache-2.0
#include "models/traffic/job_factory.h"

namespace siov {
namespace {

std::vector<double> Weights(const std::vector<JobKind>& kinds) {
  std::vector<double> weights;
  for (const JobKind& kind : kinds) weights.push_back(kind.weight);
  return weights;
}

}  // namespace

void SetTenant(std::uint32_t tenant, std::uint16_t tenant_class, std::uint16_t endpoint, QueueId queue,
               bool wants_interrupt, Job* job) {
  job->tenant = TenantId(tenant);
  job->adi = AdiId(tenant);
  job->pasid = Pasid((tenant + 1) % kMaxPasids);
  job->tenant_class = tenant_class;
  job->endpoint = endpoint;
  job->queue = queue;
  job->interrupt_handle = tenant;
  job->wants_record = true;
  job->wants_interrupt = wants_interrupt;
}

JobFactory::JobFactory(const TenantClassConfig& config, std::uint16_t tenant_class, std::uint32_t first_tenant)
    : config_(config),
      tenant_class_(tenant_class),
      first_tenant_(first_tenant),
      map_(config.base_address, config.working_set_bytes),
      mix_(Weights(config.jobs)),
      jobs_(config.tenants, 0) {
  for (const JobKind& kind : config.jobs) samplers_.emplace_back(config, kind.size_bytes);
  if (config.pattern == AddressPattern::kSequential) cursors_.resize(config.tenants, 0);
}

void JobFactory::Fill(std::uint32_t index, RandomStream& random, Job* job) {
  const std::uint32_t choice = samplers_.size() == 1 ? 0 : mix_.Draw(random);
  const JobKind& kind = config_.jobs[choice];
  SetTenant(first_tenant_ + index, tenant_class_, config_.endpoint, config_.queues[index % config_.queues.size()],
            config_.wants_interrupt, job);
  job->op = kind.op;
  job->record_address = AddressMap::RecordAt(map_.records, jobs_[index]++);
  if (kind.op == JobOp::kNoop) return;
  job->size_bytes = kind.size_bytes;
  const std::uint64_t offset = samplers_[choice].Draw(cursors_.empty() ? &no_cursor_ : &cursors_[index], random);
  const bool reads = kind.op == JobOp::kRead || kind.op == JobOp::kMove;
  const bool writes = kind.op != JobOp::kRead;
  if (reads) job->source = map_.source + offset;
  if (!writes) return;
  // A copy by a random pattern reads and writes at unrelated places; a sequential one streams from one to the other.
  const bool same_offset = !reads || config_.pattern == AddressPattern::kSequential;
  job->destination = map_.destination + (same_offset ? offset : samplers_[choice].Draw(&no_cursor_, random));
}

}  // namespace siov
