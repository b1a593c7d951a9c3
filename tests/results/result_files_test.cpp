// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/result_files.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "platforms/collect/output_error.h"
#include "platforms/collect/verdict.h"
#include "tests/results/hdf5_reader.h"
#include "tests/results/sample_results.h"
#include "tests/results/temporary_folder.h"

namespace siov {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Hdf5Reader;
using testing::ReadFile;
using testing::SampleResults;
using testing::SentenceOf;
using testing::SmallDisk;
using testing::TemporaryFolder;
using Words = std::vector<std::uint64_t>;

void Write(const Results& results, const fs::path& destination) {
  ResultFolder folder(destination);
  WriteResultFiles(results, folder);
  folder.Commit(results.run_id);
}

// Rows of cells, quotes resolved (RFC 4180).
std::vector<std::vector<std::string>> ParseCsv(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        row.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        row.back() += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      row.emplace_back();
    } else if (c == '\n') {
      rows.push_back(row);
      row.assign(1, "");
    } else {
      row.back() += c;
    }
  }
  return rows;
}

std::vector<std::vector<std::string>> Table(const Results& results, const std::string& file) {
  TemporaryFolder place;
  Write(results, place.path() / "run");
  return ParseCsv(ReadFile(place.path() / "run" / file));
}

json Summary(const Results& results) {
  TemporaryFolder place;
  Write(results, place.path() / "run");
  return json::parse(ReadFile(place.path() / "run" / "summary.json"));
}

// Every number in a document, with its place.
void ForEachNumber(const json& value, const std::string& place, std::vector<std::pair<std::string, double>>* numbers) {
  if (value.is_number()) numbers->emplace_back(place, value.get<double>());
  if (!value.is_structured()) return;
  for (const auto& [key, child] : value.items()) ForEachNumber(child, place + "/" + key, numbers);
}

TEST(ResultFiles, SummaryHoldsTheMetricsUnderTheirNames) {
  Results results = SampleResults();
  JudgeResults({{"job.latency.p99_ns", std::nullopt, 500.0}}, &results);
  const json summary = Summary(results);
  EXPECT_EQ(summary["run"]["name"], "sample");
  EXPECT_EQ(summary["run"]["run_id"], "0123abcd0123abcd0123abcd0123abcd");
  EXPECT_EQ(summary["run"]["seed"], 42);
  EXPECT_EQ(summary["run"]["sim_time_ns"], 3000.0);
  EXPECT_EQ(summary["run"]["measured_ns"], 2000.0);
  EXPECT_EQ(summary["run"]["warmup_ns"], 1000.0);
  EXPECT_EQ(summary["run"]["partial"], false);
  EXPECT_EQ(summary["run"]["trace"], nullptr);
  EXPECT_EQ(summary["metrics"].size(), results.metrics.size());
  EXPECT_EQ(summary["metrics"]["job.latency.mean_ns"], 400.0);
  EXPECT_EQ(summary["bound"]["jobs_per_s"], 1e9);
  EXPECT_EQ(summary["bound"]["fraction_reached"], 0.5);
  EXPECT_EQ(summary["bound"]["resources"][1]["name"], "rp0-dsa0.up_busy");
  EXPECT_EQ(summary["verdict"]["met"], false);
  EXPECT_EQ(summary["verdict"]["targets"][0]["min"], nullptr);
  EXPECT_EQ(summary["verdict"]["targets"][0]["max"], 500.0);
  EXPECT_EQ(summary["verdict"]["targets"][0]["value"], 900.0);
  EXPECT_EQ(summary["verdict"]["dominant_stage_mean"], "engine");
  EXPECT_EQ(summary["verdict"]["sentences"].size(), 3u);
  EXPECT_EQ(summary["conservation"]["jobs_checked"], 1000);
}

TEST(ResultFiles, WhatIsNotFiniteIsNullInTheSummary) {
  Results results = SampleResults();
  results.metrics.emplace_back("job.latency.nothing_ns", std::nan(""));
  results.bound_jobs_per_s = std::numeric_limits<double>::infinity();
  results.resources.push_back({"block", "unknown", false, 0, std::nan("")});
  results.limits.push_back({"anything", std::numeric_limits<double>::infinity()});
  results.mean_half_width_ns = std::nan("");
  JudgeResults({{"nothing.of.that.name", 0.0, std::nullopt}}, &results);
  const json summary = Summary(results);
  EXPECT_TRUE(summary["metrics"]["job.latency.nothing_ns"].is_null());
  EXPECT_TRUE(summary["bound"]["jobs_per_s"].is_null());
  EXPECT_TRUE(summary["bound"]["resources"][2]["utilisation"].is_null());
  EXPECT_TRUE(summary["bound"]["limits"].back()["bound_jobs_per_s"].is_null());
  EXPECT_TRUE(summary["verdict"]["targets"][0]["value"].is_null());
  EXPECT_TRUE(summary["confidence"]["job.latency.mean_ns"]["half_width_95_ns"].is_null());
  std::vector<std::pair<std::string, double>> numbers;
  ForEachNumber(summary, "", &numbers);
  EXPECT_GT(numbers.size(), 20u);
  for (const auto& [place, number] : numbers) EXPECT_TRUE(std::isfinite(number)) << place;
}

TEST(ResultFiles, ARunWithoutJobsIsWrittenToo) {
  const json summary = Summary(Results{});
  EXPECT_TRUE(summary["bound"]["fraction_reached"].is_null()) << "no bound is known";
  EXPECT_EQ(Table(Results{}, "tenants.csv").size(), 1u);
  EXPECT_EQ(Table(Results{}, "stages.csv").size(), kStageCount + 1);
}

TEST(ResultFiles, TextThatIsNotUtf8DoesNotStopTheSummary) {
  Results results = SampleResults();
  results.trace_file = "/traces/\xff\xfe.siovtrace";
  EXPECT_EQ(Summary(results)["run"]["trace"], "/traces/\xEF\xBF\xBD\xEF\xBF\xBD.siovtrace");
}

TEST(ResultFiles, StagesHaveARowEachAndAColumnForEachBand) {
  Results results = SampleResults();
  const auto rows = Table(results, "stages.csv");
  ASSERT_EQ(rows.size(), kStageCount + 1);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"stage", "kind", "description", "mean_ns", "share_mean", "p50_ns",
                                               "p90_ns", "p99_ns", "p999_ns"}));
  double shares = 0;
  for (std::size_t i = 0; i < kStageCount; ++i) {
    const StageInfo& info = Describe(static_cast<Stage>(i));
    const std::vector<std::string>& row = rows[i + 1];
    ASSERT_EQ(row.size(), rows[0].size()) << info.name;
    EXPECT_EQ(row[0], info.name);
    EXPECT_EQ(row[1], info.kind == StageKind::kWait ? "wait" : "service");
    EXPECT_EQ(row[2], info.sentence);
    EXPECT_EQ(std::stod(row[3]), results.bands[0].mean_ns[i]);
    EXPECT_EQ(std::stod(row[8]), results.bands[4].mean_ns[i]);
    shares += std::stod(row[4]);
  }
  EXPECT_NEAR(shares, 1.0, 1e-9);
}

TEST(ResultFiles, BandsSayWhichJobsTheyAreOf) {
  const auto rows = Table(SampleResults(), "bands.csv");
  ASSERT_EQ(rows.size(), kBands + 1);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"band", "latency_from_ns", "latency_to_ns", "jobs"}));
  EXPECT_EQ(rows[1], (std::vector<std::string>{"mean", "0", "50", "1000"}));
  EXPECT_EQ(rows[5], (std::vector<std::string>{"p999", "400", "450", "25"}));
}

TEST(ResultFiles, TenantsAndStructuresSurviveCommasAndQuotes) {
  const auto tenants = Table(SampleResults(), "tenants.csv");
  ASSERT_EQ(tenants.size(), 2u);
  EXPECT_EQ(tenants[0], (std::vector<std::string>{"tenant", "class", "jobs", "failed", "bytes", "mean_ns", "p99_ns",
                                                  "max_ns", "throughput_per_s", "retries", "faults"}));
  EXPECT_EQ(tenants[1], (std::vector<std::string>{"3", "batch, slow", "1000", "0", "4096000", "400", "0", "1300.5",
                                                  "500000000", "2", "0"}));
  const auto structures = Table(SampleResults(), "structures.csv");
  ASSERT_EQ(structures.size(), 2u);
  EXPECT_EQ(structures[1], (std::vector<std::string>{"dsa0.atc", "hits", "lookups", "99",
                                                     "Lookups that \"hit\", one way or another."}));
}

TEST(ResultFiles, HistogramsAndTimeSeriesComeBack) {
  TemporaryFolder place;
  Write(SampleResults(), place.path() / "run");
  const Hdf5Reader reader(place.path() / "run" / "histograms.h5");
  const Words lower = reader.Column<std::uint64_t>("/job_latency/lower_ps");
  const Words upper = reader.Column<std::uint64_t>("/job_latency/upper_ps");
  ASSERT_EQ(lower.size(), 1u);
  EXPECT_LE(lower[0], 400'000u);
  EXPECT_GT(upper[0], 400'000u);
  EXPECT_EQ(reader.Column<std::uint64_t>("/job_latency/count"), Words{1'000});
  EXPECT_EQ(reader.Column<std::uint64_t>("/class/batch, slow/count"), Words{1'000});
  EXPECT_EQ(reader.Column<double>("/timeseries/dsa0.engine.busy/value"), (std::vector<double>{0.5, 0.75}));
  EXPECT_EQ(reader.Unit("/timeseries/dsa0.engine.busy/value"), "fraction");
}

TEST(ResultFiles, EqualResultsAreEqualFilesButForTheSpeed) {
  TemporaryFolder place;
  Results results = SampleResults();
  JudgeResults({}, &results);
  Write(results, place.path() / "first");
  results.wall_s = 99;
  Write(results, place.path() / "second");
  std::vector<std::string> compared;
  for (const auto& entry : fs::directory_iterator(place.path() / "first")) {
    const std::string name = entry.path().filename().string();
    if (name == "speed.json") continue;
    EXPECT_EQ(ReadFile(entry.path()), ReadFile(place.path() / "second" / name)) << name;
    compared.push_back(name);
  }
  EXPECT_EQ(compared.size(), 7u);  // summary, stages, bands, tenants, structures, histograms, DONE
  EXPECT_EQ(json::parse(ReadFile(place.path() / "first" / "speed.json"))["wall_s"], 0.25);
  EXPECT_EQ(json::parse(ReadFile(place.path() / "second" / "speed.json"))["wall_s"], 99);
  EXPECT_EQ(ReadFile(place.path() / "first" / "summary.json").find("wall"), std::string::npos);
}

TEST(ResultFiles, SpeedIsPerSecondOfWallTime) {
  TemporaryFolder place;
  Write(SampleResults(), place.path() / "run");
  const json speed = json::parse(ReadFile(place.path() / "run" / "speed.json"));
  EXPECT_EQ(speed["events_per_s"], 4 * 12'345);
  EXPECT_EQ(speed["jobs_per_s"], 4'000);
  EXPECT_EQ(speed["translations_per_s"], 16'000);
}

TEST(ResultFiles, ADiskThatFillsUpAnywhereLeavesNoResultBehind) {
  Results results = SampleResults();
  results.tenants.resize(2'000, results.tenants[0]);
  for (std::uint64_t value = 1; value < 200'000'000; value += 1 + value / 100) results.latency.Record(value);
  bool succeeded = false;
  for (std::size_t disk_bytes = 8u << 10; disk_bytes < (1u << 20) && !succeeded; disk_bytes += 8u << 10) {
    SmallDisk disk(disk_bytes);
    if (!disk.mounted()) GTEST_SKIP() << "this process may not mount a tmpfs";
    const std::string sentence = SentenceOf<OutputError>([&] { Write(results, disk.path() / "run"); });
    succeeded = sentence.empty();
    EXPECT_EQ(fs::exists(disk.path() / "run" / "DONE"), succeeded) << disk_bytes << ": " << sentence;
    if (!succeeded) {
      EXPECT_NE(sentence.find("No space left on device"), std::string::npos) << sentence;
      EXPECT_TRUE(fs::is_empty(disk.path())) << disk_bytes << ": " << sentence;
    } else {
      EXPECT_EQ(Hdf5Reader(disk.path() / "run" / "histograms.h5").Column<std::uint64_t>("/class/batch, slow/count"),
                Words{1'000});
      EXPECT_GT(disk_bytes, 100u << 10) << "the disk never filled up: nothing was tested";
    }
  }
  EXPECT_TRUE(succeeded);
}

}  // namespace
}  // namespace siov
