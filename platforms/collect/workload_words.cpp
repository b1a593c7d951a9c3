// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/workload_words.h"

#include "platforms/collect/words.h"

namespace siov {
namespace {

std::string SizeText(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {" B", " KiB", " MiB", " GiB", " TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && bytes % 1024 == 0 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return CountText(bytes) + kUnits[unit];
}

std::string Counted(std::uint64_t count, const std::string& what) {
  return CountText(count) + " " + what + (count == 1 ? "" : "s");
}

const char* NameOf(JobOp op) {
  switch (op) {
    case JobOp::kNoop:
      return "no-operations";
    case JobOp::kRead:
      return "reads";
    case JobOp::kWrite:
      return "writes";
    case JobOp::kMove:
      return "moves";
    case JobOp::kFill:
      return "fills";
    case JobOp::kPacket:
      return "packets";
    case JobOp::kWriteRead:
      return "writes read back";
  }
  return "jobs";
}

std::string Arrivals(const TenantClassConfig& tenants) {
  const double think = tenants.think_time.MeanPs();
  switch (tenants.arrivals) {
    case ArrivalProcess::kPoisson:
      return "Poisson arrivals, " + JobRateText(tenants.jobs_per_second) + " each";
    case ArrivalProcess::kFixedRate:
      return "fixed rate, " + JobRateText(tenants.jobs_per_second) + " each";
    case ArrivalProcess::kOutside:
      return "jobs of a model from outside";
    case ArrivalProcess::kClosedLoop:
      break;
  }
  return "closed loop, " + Counted(tenants.queue_depth, "job") + " outstanding each" +
         (think > 0 ? ", thinking " + DurationText(think / static_cast<double>(kPsPerNs)) : "");
}

std::string Jobs(const TenantClassConfig& tenants) {
  double weights = 0;
  for (const JobKind& kind : tenants.jobs) weights += kind.weight;
  std::string text;
  for (const JobKind& kind : tenants.jobs) {
    if (kind.weight <= 0) continue;
    text += text.empty() ? "" : ", ";
    if (tenants.jobs.size() > 1) text += PercentText(kind.weight / weights) + " ";
    text += NameOf(kind.op);
    if (kind.op != JobOp::kNoop && kind.op != JobOp::kPacket) text += " of " + SizeText(kind.size_bytes);
  }
  return text;
}

std::string Places(const TenantClassConfig& tenants) {
  constexpr const char* kPatterns[] = {"one after another", "at random", "at Zipf's places", "in hot and cold places"};
  return std::string(kPatterns[static_cast<std::size_t>(tenants.pattern)]) + " in " +
         SizeText(tenants.working_set_bytes) + " of each tenant";
}

std::string Adis(const TenantClassConfig& tenants, const ResolvedPlatform& platform) {
  if (!tenants.adis) return "";
  const AdiType& type = platform.endpoints[tenants.endpoint].JobFunction()->adis.types[tenants.adis->type];
  return ", by " + Counted(tenants.adis->per_tenant, "ADI") + " of type " + type.name + " each";
}

// What is unusual about how they submit, and how they wait.
std::string SubmissionWords(const TenantClassConfig& tenants) {
  std::string text;
  if (tenants.submission_fault != SubmissionFault::kNone) text += ", each submission a mistake";
  if (tenants.origin == JobOrigin::kHost && !tenants.fence) text += ", without a fence";
  if (tenants.wants_interrupt) return text + "; completion by interrupt";
  if (tenants.waiting == Waiting::kSpin) text += "; threads spin for completion";
  if (tenants.waiting == Waiting::kUmwait) text += "; threads sleep until completion";
  return text;
}

std::string ClassLine(const TenantClassConfig& tenants, const ResolvedPlatform& platform) {
  return tenants.name + ": " + Counted(tenants.tenants, "tenant") + " of " + platform.endpoints[tenants.endpoint].name +
         Adis(tenants, platform) + ", " + Arrivals(tenants) + "; " + Jobs(tenants) + " " + Places(tenants) +
         (tenants.origin == JobOrigin::kDevice ? ", begun by the device" : "") +
         (tenants.mapping == BufferMapping::kStreaming ? ", mapped for each job" : "") + SubmissionWords(tenants);
}

std::string ReplayLine(const ReplayConfig& replay, const ResolvedPlatform& platform) {
  std::string text = "replay: " + Counted(replay.tenants, "tenant") + " of " +
                     platform.endpoints[replay.endpoint].name + " repeat " +
                     replay.trace_file.substr(replay.trace_file.rfind('/') + 1);
  if (replay.order == ReplayOrder::kAsRecorded) text += " in recorded order";
  text += replay.timing == ReplayTiming::kRecorded
              ? ", at recorded times"
              : ", as fast as possible with " + Counted(replay.outstanding, "job") + " outstanding each";
  if (replay.jobs_per_tenant != 0) text += ", " + Counted(replay.jobs_per_tenant, "job") + " each";
  return text + (replay.wants_interrupt ? "; completion by interrupt" : "");
}

}  // namespace

std::vector<std::string> DescribeWorkload(const ResolvedExperiment& experiment) {
  std::vector<std::string> lines;
  for (const TenantClassConfig& tenants : experiment.traffic.classes) {
    lines.push_back(ClassLine(tenants, experiment.platform));
  }
  const ReplayConfig& replay = experiment.traffic.replay;
  if (!replay.trace_file.empty()) lines.push_back(ReplayLine(replay, experiment.platform));
  return lines;
}

}  // namespace siov
