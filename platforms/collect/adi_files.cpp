// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/adi_files.h"

#include <limits>

#include "platforms/collect/cells.h"

namespace siov {
namespace {

using Json = nlohmann::ordered_json;

Json LatencyJson(const LatencyHistogram& latency) {
  const bool known = latency.count() > 0;
  const auto ns = [known](double ps) { return known ? Json(ps / static_cast<double>(kPsPerNs)) : Json(nullptr); };
  return {{"mean_ns", ns(latency.Mean())},
          {"p50_ns", ns(static_cast<double>(latency.Quantile(0.5)))},
          {"p99_ns", ns(static_cast<double>(latency.Quantile(0.99)))},
          {"max_ns", ns(static_cast<double>(latency.max()))}};
}

// "3", or "3-5"; empty: none.
std::string RangeCell(std::uint32_t first, std::uint32_t count) {
  if (count == 0) return "";
  return std::to_string(first) + (count > 1 ? "-" + std::to_string(first + count - 1) : "");
}

std::string PasidCell(Pasid pasid) { return pasid.valid() ? std::to_string(pasid.value()) : ""; }

}  // namespace

Json AdiTypesJson(const Results& results) {
  Json types = Json::array();
  for (const AdiTypeResult& one : results.adi_types) {
    types.push_back({{"device", one.device},
                     {"name", one.name},
                     {"adis", one.adis},
                     {"classes", one.classes},
                     {"jobs", one.counted ? Json(one.jobs) : Json(nullptr)},
                     {"failed", one.counted ? Json(one.failed) : Json(nullptr)},
                     {"bytes", one.counted ? Json(one.bytes) : Json(nullptr)},
                     {"context_mean_ns", Finite(one.context_mean_ns)},
                     {"latency", LatencyJson(one.latency)}});
  }
  return types;
}

std::string AdisCsv(const Results& results) {
  std::string text =
      "device,type,adi,place,tenant,class,pasid,completion_pasid,queues,contexts,messages,jobs,failed,bytes,"
      "context_mean_ns\n";
  for (const AdiRow& row : results.adis) {
    const AdiTypeResult& type = results.adi_types[row.type];
    const double mean = row.counted.jobs == 0 ? std::numeric_limits<double>::quiet_NaN()
                                              : ToNs(row.counted.context_time) / static_cast<double>(row.counted.jobs);
    const AdiGrant& has = row.has;
    text += TextCell(type.device) + "," + TextCell(type.name) + "," + std::to_string(has.adi) + "," +
            std::to_string(has.index) + "," + std::to_string(row.tenant) + "," +
            TextCell(results.tenant_classes[row.tenant_class]) + "," + PasidCell(has.pasid) + "," +
            PasidCell(has.completion) + "," + RangeCell(has.first_queue, has.queues) + "," +
            RangeCell(has.first_context, has.contexts) + "," + RangeCell(has.first_message, has.messages) + "," +
            (has.pasid.valid() ? std::to_string(row.counted.jobs) + "," + std::to_string(row.counted.failed) + "," +
                                     std::to_string(row.counted.bytes)
                               : ",,") +
            "," + NumberCell(mean) + "\n";
  }
  return text;
}

}  // namespace siov
