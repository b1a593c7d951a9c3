// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/job_factory.h"

namespace siov {
namespace {

std::vector<double> Weights(const std::vector<JobKind>& kinds) {
  std::vector<double> weights;
  weights.reserve(kinds.size());
  for (const JobKind& kind : kinds) weights.push_back(kind.weight);
  return weights;
}

}  // namespace

void TenantGroup::SetTenant(std::uint32_t index, Job* job) const {
  const std::uint32_t tenant = first_tenant + index;
  job->tenant = TenantId(tenant);
  job->pasid = PasidOf(index);
  job->tenant_class = tenant_class;
  job->endpoint = endpoint;
  job->queue = queues[index % queues.size()];
  job->interrupt_handle = first_handle + index;
  job->from_device = from_device;
  job->wants_record = !from_device;
  job->wants_interrupt = wants_interrupt;
}

JobFactory::JobFactory(const TenantClassConfig& config, std::uint16_t tenant_class, std::uint32_t first_tenant)
    : config_(config),
      group_{tenant_class,
             first_tenant,
             config.endpoint,
             config.queues,
             config.wants_interrupt,
             config.first_handle,
             config.origin == JobOrigin::kDevice},
      map_(config.base_address, config.working_set_bytes),
      mix_(Weights(config.jobs)),
      jobs_(config.tenants, 0) {
  for (JobKind& kind : config_.jobs) {
    for (PacketAccess& access : kind.packet.accesses) access.address += config.base_address;
  }
  for (const JobKind& kind : config.jobs) samplers_.emplace_back(config, kind.size_bytes);
  if (config.pattern == AddressPattern::kSequential) cursors_.resize(config.tenants, 0);
}

// Its ADIs in turn, and the queues of each; a queue's message is that of its number.
void JobFactory::UseAdi(std::uint32_t index, Job* job) const {
  const TenantAdisConfig& adis = *config_.adis;
  const AdiGrant& adi = adis.Of(index, jobs_[index] % adis.per_tenant);
  const std::uint32_t queue = jobs_[index] / adis.per_tenant % adi.queues;
  job->queue = QueueId(adi.first_queue + queue);
  if (adi.messages != 0) job->interrupt_handle = adi.first_message + queue % adi.messages;
}

std::uint64_t JobFactory::RecordsOf(std::uint32_t index) const {
  const bool of_host = config_.adis && config_.adis->records_of_host;
  return map_.records + (of_host ? std::uint64_t{index} * kPage4K : 0);
}

void JobFactory::Fill(std::uint32_t index, RandomStream& random, Job* job) {
  const std::uint32_t choice = samplers_.size() == 1 ? 0 : mix_.Draw(random);
  const JobKind& kind = config_.jobs[choice];
  group_.SetTenant(index, job);
  job->op = kind.op;
  if (config_.adis) UseAdi(index, job);
  job->record_address = AddressMap::RecordAt(RecordsOf(index), jobs_[index]++);
  if (kind.op == JobOp::kNoop) return;
  job->size_bytes = kind.size_bytes;
  if (kind.op == JobOp::kPacket) {
    job->packet = &config_.jobs[choice].packet;
    job->packet_number = jobs_[index] - 1;
    return;
  }
  const std::uint64_t offset = samplers_[choice].Draw(cursors_.empty() ? &no_cursor_ : &cursors_[index], random);
  const bool reads = Reads(kind.op);
  if (reads) job->source = map_.source + offset;
  if (!Writes(kind.op)) return;
  // A copy by a random pattern reads and writes at unrelated places; a sequential one streams from one to the other.
  const bool same_offset = !reads || config_.pattern == AddressPattern::kSequential;
  job->destination = map_.destination + (same_offset ? offset : samplers_[choice].Draw(&no_cursor_, random));
}

}  // namespace siov
