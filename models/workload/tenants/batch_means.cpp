// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/batch_means.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace siov {

void BatchMeans::CloseBatch() {
  means_[batches_++] = sum_ / static_cast<double>(batch_size_);
  sum_ = 0;
  in_batch_ = 0;
  if (batches_ < kBatches) return;
  for (std::size_t i = 0; i < kBatches / 2; ++i) means_[i] = (means_[2 * i] + means_[2 * i + 1]) / 2;
  batches_ = kBatches / 2;
  batch_size_ *= 2;
}

double BatchMeans::Mean() const {
  double sum = 0;
  for (std::size_t i = 0; i < batches_; ++i) sum += means_[i];
  return batches_ == 0 ? 0.0 : sum / static_cast<double>(batches_);
}

double BatchMeans::Variance() const {
  const double mean = Mean();
  double squares = 0;
  for (std::size_t i = 0; i < batches_; ++i) squares += (means_[i] - mean) * (means_[i] - mean);
  return squares / static_cast<double>(batches_ - 1);
}

double BatchMeans::HalfWidth95() const {
  if (batches_ < 2) return 0.0;
  const boost::math::students_t distribution(static_cast<double>(batches_ - 1));
  return boost::math::quantile(distribution, 0.975) * std::sqrt(Variance() / static_cast<double>(batches_));
}

double BatchMeans::Lag1Correlation() const {
  if (batches_ < 3) return 0.0;
  const double mean = Mean();
  const double squares = Variance() * static_cast<double>(batches_ - 1);
  if (squares <= 0) return 0.0;
  double products = 0;
  for (std::size_t i = 1; i < batches_; ++i) products += (means_[i - 1] - mean) * (means_[i] - mean);
  return products / squares;
}

}  // namespace siov
