// SPDX-License-Identifier: Apache-2.0
// What follows an unmapping, by the policy: invalidations at once and a wait (strict), a flush later (deferred), or a
// sync that several jobs share (batched). A work begins when its ranges are gone from the tables and ends when the
// policy lets its jobs go on.
#ifndef SIOV_MODELS_HOST_DRIVER_UNMAPPING_H_
#define SIOV_MODELS_HOST_DRIVER_UNMAPPING_H_

#include <cstdint>

#include "models/host/driver/driver_config.h"
#include "models/host/driver/driver_statistics.h"
#include "models/host/driver/driver_work.h"
#include "models/host/driver/flush_queues.h"
#include "models/host/driver/mapped_buffers.h"
#include "models/host/driver/sync_runner.h"
#include "models/kernel/block_parts.h"

namespace siov {

// The host, as the driver sees it.
struct DriverClient {
  virtual ~DriverClient() = default;
  // The buffers of this submission are unmapped: its tenant may be told.
  virtual void OnUnmapped(Submission& submission) = 0;
  // A CPU that came with Unmap() was busy for so long and is free now.
  virtual void OnCpuFree(Picoseconds busy) = 0;
  // A request of `kUnmap` or `kInvalidate` may be answered.
  virtual void OnMappingDone(MappingRequest& request) = 0;
};

class Unmapping final : public BlockPart {
 public:
  Unmapping(PartedBlock& driver, const DriverConfig& config, std::uint32_t iommus, DriverWorks& works,
            MappedBuffers& buffers, SyncRunner& syncs, DriverStatistics& statistics, DriverClient& client);

  // The work's CPU is busy with the tables until `delay` from now; then the policy decides.
  void Begin(std::uint32_t work, Picoseconds delay);
  // All that was to be waited for is done.
  void End(std::uint32_t work);

 private:
  enum : std::uint32_t { kStart, kFlushTimer, kBatchTimer };
  static constexpr std::uint32_t kNoWork = ~std::uint32_t{0};

  void OnDue(const DueItem& item) override;
  void ApplyPolicy(std::uint32_t work);
  void InvalidateEach(DriverWork& work);
  void Defer(std::uint32_t work);
  void FlushTimer(std::uint32_t domain);
  void JoinBatch(std::uint32_t work);
  void BatchTimer(std::uint32_t serial);
  void CloseBatch();
  void AddRange(Sync* sync, DriverWork* work, const UnmappedRange& range) const;

  const DriverConfig& config_;
  std::uint32_t iommus_;
  DriverWorks& works_;
  MappedBuffers& buffers_;
  SyncRunner& syncs_;
  DriverStatistics& statistics_;
  DriverClient& client_;
  FlushQueues flush_queues_;
  std::uint32_t batch_ = kNoWork;
  std::uint32_t batch_serial_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_UNMAPPING_H_
