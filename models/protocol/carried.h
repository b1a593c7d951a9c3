// SPDX-License-Identifier: Apache-2.0
// Which job and which tenant a packet is for, as packets carry it: for the ledger and the statistics, and for nothing
// else. Hardware decides by requester id, PASID, address, handle and descriptor; what is said here it only hands on.
//
// That it does is proved by running with everything carried blank (Blanking): whoever looks sees no job and no tenant,
// and nothing that is measured may differ. Those whose job it is, software and the workload, ask by OfSoftware(); the
// rooms of hardware may not (cmake/check_includes.py). Pure.
#ifndef SIOV_MODELS_PROTOCOL_CARRIED_H_
#define SIOV_MODELS_PROTOCOL_CARRIED_H_

#include <cstddef>

#include "models/base/ids.h"

namespace siov {

struct Job;
class Ledger;

// A test hook, of the whole process.
struct Blanking {
  static inline bool on = false;
};

class JobRef {
 public:
  JobRef() = default;
  JobRef(Job* job) : job_(job) {}  // NOLINT(google-explicit-constructor): whoever has a job may have it carried

  // What whoever decides would see.
  operator Job*() const { return Blanking::on ? nullptr : job_; }  // NOLINT(google-explicit-constructor)
  Job* operator->() const { return *this; }
  Job& operator*() const { return *static_cast<Job*>(*this); }

  // For the story (job.h).
  Ledger& ledger() const;
  bool any() const { return job_ != nullptr; }  // for the story: is there one that is told of?

  Job* OfSoftware() const { return job_; }

 private:
  Job* job_ = nullptr;
};

class TenantRef {
 public:
  TenantRef() = default;
  TenantRef(TenantId tenant) : tenant_(tenant) {}  // NOLINT(google-explicit-constructor)

  operator TenantId() const { return Blanking::on ? TenantId() : tenant_; }  // NOLINT(google-explicit-constructor)
  std::uint32_t value() const { return static_cast<TenantId>(*this).value(); }

  // For whoever reports, in here or outside.
  TenantId ForStatistics() const { return tenant_; }

 private:
  TenantId tenant_;
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_CARRIED_H_
