// SPDX-License-Identifier: Apache-2.0
// The software side of the invalidation queues: syncs of the driver's works are written into a queue under its lock,
// one after the other, and the CPU polls for the wait that ends each. A wait that was aborted is submitted again.
#ifndef SIOV_MODELS_HOST_DRIVER_SYNC_RUNNER_H_
#define SIOV_MODELS_HOST_DRIVER_SYNC_RUNNER_H_

#include <memory>
#include <string>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/host/driver/driver_config.h"
#include "models/host/driver/driver_statistics.h"
#include "models/host/driver/driver_work.h"
#include "models/kernel/block_parts.h"

namespace siov {

class SyncRunner final : public BlockPart {
 public:
  // Whose works these are.
  class Client {
   public:
    virtual void OnSyncsDone(std::uint32_t work) = 0;

   protected:
    ~Client() = default;
  };

  SyncRunner(PartedBlock& driver, const DriverConfig& config, std::uint32_t iommus, DriverWorks& works,
             DriverStatistics& statistics, Client& client);

  std::vector<std::unique_ptr<InitiatorSocket<SyncRunner, InvalidationCommand>>> to_invalidation;  // one an IOMMU

  // On with the work's next sync; if it has none left, the client hears of it.
  void Go(std::uint32_t work);

  std::vector<std::string> Queues() const;  // paths of the blocks behind to_invalidation

 private:
  enum : std::uint32_t { kWritten, kPolled };
  static constexpr std::uint32_t kNoWork = ~std::uint32_t{0};

  struct Queue {
    std::uint32_t holder = kNoWork;  // of its lock: the work that is being submitted
    RingQueue<std::uint32_t> waiting;
  };

  void OnQueue(std::uint32_t iommu, InvalidationCommand& command, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Write(std::uint32_t work);
  void CloseSync(std::uint32_t index, Sync* sync);
  void SendDescriptors(std::uint32_t work);
  InvalidationCommand& CommandFor(const CacheInvalidation& step, std::uint64_t context);
  void Placed(std::uint32_t iommu);
  void Unlock(std::uint32_t iommu);
  void Polled(std::uint32_t work);
  void CountMissing(const Sync& sync);

  const DriverConfig& config_;
  DriverWorks& works_;
  DriverStatistics& statistics_;
  Client& client_;
  std::uint64_t status_address_;
  std::vector<Queue> queues_;  // by IOMMU
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_SYNC_RUNNER_H_
