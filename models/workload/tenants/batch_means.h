// SPDX-License-Identifier: Apache-2.0
// A confidence interval for the mean of correlated observations (latencies of successive jobs), by batch means.
//
// Observations are averaged over consecutive batches of equal size; when 64 batches are full, neighbours are merged and
// the batch size doubles, so memory is constant and 32 to 63 batches are always there once there are 32 observations.
// The interval holds as far as batches are independent: report their lag-1 correlation beside it.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_BATCH_MEANS_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_BATCH_MEANS_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace siov {

class BatchMeans {
 public:
  void Record(double value) {
    sum_ += value;
    if (++in_batch_ == batch_size_) CloseBatch();
  }
  void Reset() { *this = BatchMeans(); }

  std::size_t batches() const { return batches_; }
  std::uint64_t batch_size() const { return batch_size_; }
  double Mean() const;  // of full batches
  // Half width of the 95 % interval (Student's t over the batches); 0 with fewer than 2 batches.
  double HalfWidth95() const;
  double Lag1Correlation() const;  // of batch means; 0 with fewer than 3 batches or without variance

 private:
  static constexpr std::size_t kBatches = 64;
  void CloseBatch();
  double Variance() const;

  std::array<double, kBatches> means_{};
  std::size_t batches_ = 0;
  std::uint64_t batch_size_ = 1;
  std::uint64_t in_batch_ = 0;
  double sum_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_BATCH_MEANS_H_
