// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/result_files.h"

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>

#include "platforms/collect/adi_files.h"
#include "platforms/collect/cells.h"
#include "platforms/collect/hdf5_file.h"
#include "platforms/collect/register_words.h"
#include "platforms/collect/verdict.h"
#include "siovsim_version.h"

namespace siov {
namespace {

using Json = nlohmann::ordered_json;

Json RunJson(const Results& results) {
  return {{"name", results.name},
          {"run_id", results.run_id},
          {"seed", results.seed},
          {"engine_version", kVersion},
          {"source_revision", kSourceRevision},
          {"trace", results.trace_file.empty() ? Json(nullptr) : Json(results.trace_file)},
          {"sim_time_ns", ToNs(results.sim_time_ps)},
          {"measured_ns", ToNs(results.measured_ps)},
          {"warmup_ns", ToNs(results.sim_time_ps - results.measured_ps)},
          {"events", results.events},
          {"partial", results.partial}};
}

Json BoundJson(const Results& results) {
  Json resources = Json::array();
  for (const ResourceLoad& load : results.resources) {
    resources.push_back({{"name", load.block + "." + load.name},
                         {"kind", load.slots ? "slots" : "server"},
                         {"utilisation", Finite(load.utilisation)}});
  }
  Json limits = Json::array();
  for (const ResourceLimit& limit : results.limits) {
    limits.push_back({{"name", limit.name},
                      {"bound_jobs_per_s", Finite(limit.bound_jobs_per_s)},
                      {"in_cut", limit.in_cut},
                      {"classes", limit.classes}});
  }
  const double reached =
      results.bound_jobs_per_s > 0 ? results.Metric("job.throughput_per_s") / results.bound_jobs_per_s : std::nan("");
  return {{"jobs_per_s", Finite(results.bound_jobs_per_s)},
          {"bottleneck", results.bound_bottleneck},
          {"fraction_reached", Finite(reached)},
          {"resources", resources},
          {"limits", limits}};
}

// What the replay found in its trace and what became of it; of one copy, in recorded order.
Json TraceJson(const Results& results) {
  const ReplayFacts& facts = results.replay;
  const TraceInfo& recorded = facts.content.info;
  Json json = {{"skipped_lines", recorded.skipped_lines},
               {"lost_events", recorded.lost_events},
               {"lost_gaps", recorded.lost_gaps},
               {"clamped_times", recorded.clamped_times},
               {"ignored_lines", recorded.ignored_lines},
               {"foreign_lines", recorded.foreign_lines},
               {"boot_identity_maps", recorded.boot_identity_maps},
               {"cut", recorded.cut},
               {"accesses", facts.accesses},
               {"accesses_of_unknown_direction", facts.unknown_direction},
               {"accesses_of_unknown_size", facts.unknown_size},
               {"maps", facts.maps},
               {"unmaps", facts.unmaps},
               {"invalidations", facts.invalidations},
               {"implied_maps", facts.implied_maps},
               {"mapping_events_skipped", facts.mapping_events_skipped},
               {"notes", results.trace_file.empty() ? std::vector<std::string>() : NotesOn(facts.content)}};
  if (results.replay_bounds.lookups != 0) {
    json["lru_iotlb_misses"] = results.replay_bounds.lru_misses;
    json["oracle_iotlb_misses"] = results.replay_bounds.oracle_misses;
  }
  return json;
}

Json VerdictJson(const Results& results) {
  Json targets = Json::array();
  for (const TargetResult& result : results.targets) {
    targets.push_back({{"metric", result.target.metric},
                       {"min", result.target.minimum ? Json(*result.target.minimum) : Json(nullptr)},
                       {"max", result.target.maximum ? Json(*result.target.maximum) : Json(nullptr)},
                       {"value", Finite(result.value)},
                       {"met", result.met},
                       {"why", result.why.empty() ? Json(nullptr) : Json(result.why)}});
  }
  return {{"targets", targets},
          {"met", results.targets_met()},
          {"dominant_stage_mean", results.dominant_stage_mean},
          {"dominant_stage_p999", results.dominant_stage_tail},
          {"bottleneck", results.measured_bottleneck},
          {"warnings", results.warnings},
          {"sentences", results.sentences}};
}

// Time in the stages that a band's jobs spent time in.
Json BandJson(const Band& band) {
  Json stages = Json::object();
  for (std::size_t i = 0; i < kStageCount; ++i) {
    if (band.mean_ns[i] > 0) stages[Describe(static_cast<Stage>(i)).name] = Finite(band.mean_ns[i]);
  }
  return {{"latency_from_ns", Finite(band.latency_from_ns)},
          {"latency_to_ns", Finite(band.latency_to_ns)},
          {"jobs", band.jobs},
          {"stages_ns", stages}};
}

Json ClassesJson(const Results& results) {
  Json classes = Json::array();
  for (const ClassResult& one : results.classes) {
    Json bands = Json::object();
    for (const Band& band : one.bands) bands[band.name] = BandJson(band);
    classes.push_back({{"name", one.name},
                       {"tenants", one.tenants},
                       {"dominant_stage_mean", DominantStage(one.bands.front())},
                       {"dominant_stage_p999", DominantStage(one.bands.back())},
                       {"bands", bands}});
  }
  return classes;
}

Json SetupJson(const Setup& setup) {
  Json boxes = Json::array();
  for (const PictureBox& box : setup.picture.boxes) {
    boxes.push_back({{"name", box.name}, {"kind", box.kind}, {"lines", box.lines}});
  }
  Json lines = Json::array();
  for (const PictureLine& line : setup.picture.lines) {
    lines.push_back({{"from", line.from}, {"to", line.to}, {"words", line.words}});
  }
  return {{"platform", setup.platform}, {"workload", setup.workload}, {"boxes", boxes}, {"lines", lines}};
}

Json ConservationJson(const Results& results) {
  const Conservation& law = results.conservation;
  return {{"jobs_checked", results.jobs_checked},
          {"violations", law.violations.size()},
          {"broken", law.violations},
          {"submitted", law.submitted},
          {"succeeded", law.succeeded},
          {"failed", law.failed},
          {"in_flight", law.in_flight},
          {"drained", law.drained}};
}

Json SetUpsJson(const Results& results) {
  Json set_ups = Json::array();
  for (const SetUpRow& row : results.set_ups) {
    set_ups.push_back({{"function", row.function},
                       {"accesses", row.accesses},
                       {"done", row.done},
                       {"began_ns", ToNs(row.began_ps)},
                       {"took_ns", ToNs(row.took_ps)}});
  }
  return set_ups;
}

std::string Summary(const Results& results) {
  Json metrics = Json::object();
  for (const auto& [name, value] : results.metrics) metrics[name] = Finite(value);
  Json unverified = Json::array();
  for (const UnverifiedParameter& parameter : results.unverified) {
    unverified.push_back({{"path", parameter.path}, {"value", parameter.value}, {"note", parameter.note}});
  }
  Json summary = {
      {"run", RunJson(results)},
      {"setup", SetupJson(results.setup)},
      {"metrics", metrics},
      {"bound", BoundJson(results)},
      {"verdict", VerdictJson(results)},
      {"classes", ClassesJson(results)},
      {"conservation", ConservationJson(results)},
      {"confidence",
       {{"job.latency.mean_ns",
         {{"half_width_95_ns", Finite(results.mean_half_width_ns)},
          {"lag1_correlation", Finite(results.mean_lag1_correlation)},
          {"batches", results.mean_batches}}}}},
      {"trace", TraceJson(results)},
      {"unverified_parameters", unverified},
  };
  if (!results.adi_types.empty()) summary["adi_types"] = AdiTypesJson(results);
  if (!results.set_ups.empty()) summary["set_ups"] = SetUpsJson(results);
  return summary.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string NowUtc() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", std::gmtime(&now));
  return text;
}

std::string Speed(const Results& results) {
  const double wall = results.wall_s;
  const Json speed = {{"command", results.command.empty() ? Json(nullptr) : Json(results.command)},
                      {"written_utc", NowUtc()},
                      {"wall_s", wall},
                      {"cpu_s", results.cpu_s},
                      {"events", results.events},
                      {"events_per_s", wall > 0 ? static_cast<double>(results.events) / wall : 0.0},
                      {"jobs_per_s", wall > 0 ? results.Metric("job.completed") / wall : 0.0},
                      {"translations_per_s", wall > 0 ? results.Metric("translation.completed") / wall : 0.0}};
  return speed.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string StagesCsv(const Results& results) {
  const Band& all = results.bands[0];
  double total = 0;
  for (const double mean : all.mean_ns) total += mean;
  std::string text = "stage,kind,description,mean_ns,share_mean";
  for (std::size_t b = 1; b < kBands; ++b) text += "," + results.bands[b].name + "_ns";
  text += "\n";
  for (std::size_t i = 0; i < kStageCount; ++i) {
    const StageInfo& info = Describe(static_cast<Stage>(i));
    text += std::string(info.name) + "," + (info.kind == StageKind::kWait ? "wait" : "service") + "," +
            TextCell(info.sentence) + "," + NumberCell(all.mean_ns[i]) + "," +
            NumberCell(total > 0 ? all.mean_ns[i] / total : total);
    for (std::size_t b = 1; b < kBands; ++b) text += "," + NumberCell(results.bands[b].mean_ns[i]);
    text += "\n";
  }
  return text;
}

std::string BandsCsv(const Results& results) {
  std::string text = "band,latency_from_ns,latency_to_ns,jobs\n";
  for (const Band& band : results.bands) {
    text += band.name + "," + NumberCell(band.latency_from_ns) + "," + NumberCell(band.latency_to_ns) + "," +
            std::to_string(band.jobs) + "\n";
  }
  return text;
}

std::string TenantsCsv(const Results& results) {
  std::string text = "tenant,class,jobs,failed,bytes,mean_ns,p99_ns,max_ns,throughput_per_s,retries,faults\n";
  const double seconds = ToSeconds(results.measured_ps);
  for (const TenantRow& row : results.tenants) {
    const double throughput = seconds > 0 ? (row.jobs - row.failed) / seconds : std::nan("");
    text += std::to_string(row.tenant) + "," + TextCell(results.tenant_classes[row.tenant_class]) + "," +
            std::to_string(row.jobs) + "," + std::to_string(row.failed) + "," + std::to_string(row.bytes) + "," +
            NumberCell(row.mean_ns) + "," + NumberCell(row.p99_ns) + "," + NumberCell(row.max_ns) + "," +
            NumberCell(throughput) + "," + std::to_string(row.retries) + "," + std::to_string(row.faults) + "\n";
  }
  return text;
}

std::string StructuresCsv(const Results& results) {
  std::string text = "block,statistic,unit,value,sentence\n";
  for (const StructureRow& row : results.structures) {
    text += TextCell(row.block) + "," + TextCell(row.statistic) + "," + TextCell(row.unit) + "," +
            NumberCell(row.value) + "," + TextCell(row.sentence) + "\n";
  }
  return text;
}

void PutHistogram(Hdf5File& file, const std::string& group, const LatencyHistogram& histogram) {
  std::vector<std::uint64_t> lower;
  std::vector<std::uint64_t> upper;
  std::vector<std::uint64_t> count;
  histogram.ForEachBucket([&](std::uint64_t from, std::uint64_t to, std::uint64_t n) {
    lower.push_back(from);
    upper.push_back(to);
    count.push_back(n);
  });
  file.Column(group + "/lower_ps", lower, "ps");
  file.Column(group + "/upper_ps", upper, "ps");
  file.Column(group + "/count", count, "jobs");
}

}  // namespace

void WriteResultFiles(const Results& results, const ResultFolder& folder) {
  folder.WriteFile("summary.json", Summary(results));
  folder.WriteFile("speed.json", Speed(results));
  folder.WriteFile("stages.csv", StagesCsv(results));
  folder.WriteFile("bands.csv", BandsCsv(results));
  folder.WriteFile("tenants.csv", TenantsCsv(results));
  folder.WriteFile("structures.csv", StructuresCsv(results));
  if (!results.register_accesses.empty()) folder.WriteFile("registers.csv", RegistersCsv(results));
  if (!results.adis.empty()) folder.WriteFile("adis.csv", AdisCsv(results));
  Hdf5File file((folder.staging() / "histograms.h5").string(), folder.FinalPath("histograms.h5"));
  PutHistogram(file, "/job_latency", results.latency);
  for (const auto& [name, histogram] : results.class_latency) PutHistogram(file, "/class/" + name, histogram);
  for (const TimeSeries& series : results.series) {
    file.Column("/timeseries/" + series.name + "/time_ns", series.time_ns, "ns");
    file.Column("/timeseries/" + series.name + "/value", series.value, series.unit);
  }
  file.Close();
}

}  // namespace siov
