// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/register_words.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "platforms/collect/words.h"

namespace siov {
namespace {

std::string Hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

// Whole picoseconds.
std::string NsOf(Picoseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%llu.%03llu", static_cast<unsigned long long>(time / 1'000),
                static_cast<unsigned long long>(time % 1'000));
  return text;
}

const char* StatusText(const RegisterOutcome& outcome) {
  if (!outcome.done) return "not_done";
  switch (outcome.status) {
    case CompletionStatus::kSuccess:
      break;
    case CompletionStatus::kUnsupportedRequest:
      return "unsupported_request";
    case CompletionStatus::kRetry:
      return "retry";
    case CompletionStatus::kCompleterAbort:
      return "completer_abort";
  }
  return "success";
}

std::string SpaceText(const ResolvedRegisterAccess& what) {
  if (what.access.configuration) return "configuration";
  return what.bar ? "bar" + std::to_string(*what.bar) : "address";
}

std::string Row(const RegisterRow& row) {
  const RegisterAccess& access = row.what.access;
  const RegisterOutcome& outcome = row.outcome;
  const bool known = outcome.done && !access.write;
  return std::string(row.what.set_up ? "set_up," : ",") + (access.write ? "write" : "read") + "," + row.what.function +
         "," + SpaceText(row.what) + "," + Hex(row.what.offset) + "," + std::to_string(access.size_bytes) + "," +
         (access.write ? Hex(access.value) : "") + "," + StatusText(outcome) + "," + (known ? Hex(outcome.value) : "") +
         "," + (outcome.done ? NsOf(outcome.issued_ps) : "") + "," + (outcome.done ? NsOf(outcome.latency_ps) : "") +
         "\n";
}

struct Kind {
  const char* words;
  bool configuration;
  bool write;
};
constexpr std::array<Kind, 4> kKinds{{{"configuration reads", true, false},
                                      {"configuration writes", true, true},
                                      {"register reads", false, false},
                                      {"posted register writes", false, true}}};

// "12 configuration reads took 640 ns in the mean"
std::string KindText(const Results& results, const Kind& kind) {
  std::uint64_t done = 0;
  Picoseconds time = 0;
  for (const RegisterRow& row : results.register_accesses) {
    const RegisterAccess& access = row.what.access;
    if (!row.outcome.done || access.configuration != kind.configuration || access.write != kind.write) continue;
    ++done;
    time += row.outcome.latency_ps;
  }
  if (done == 0) return {};
  return CountText(done) + " " + kind.words + " took " + DurationText(ToNs(time) / static_cast<double>(done)) +
         " in the mean";
}

}  // namespace

std::string RegistersCsv(const Results& results) {
  std::string text = "purpose,operation,function,space,offset,size_bytes,written,status,read,issued_ns,latency_ns\n";
  for (const RegisterRow& row : results.register_accesses) text += Row(row);
  return text;
}

namespace {

// "dsa1.0 was set up by 96 accesses in 62.1 µs, from 20.0 µs on."
void AddSetUps(const Results& results, std::vector<std::string>* sentences) {
  for (const SetUpRow& row : results.set_ups) {
    if (row.done < row.accesses) {
      sentences->push_back("The run ended before " + row.function + " was set up: " + CountText(row.done) + " of " +
                           CountText(row.accesses) + " accesses were done.");
      continue;
    }
    sentences->push_back(row.function + " was set up by " + CountText(row.accesses) + " accesses in " +
                         DurationText(ToNs(row.took_ps)) + ", from " + DurationText(ToNs(row.began_ps)) + " on.");
  }
}

}  // namespace

void AddRegisterAccesses(const Results& results, std::vector<std::string>* sentences) {
  AddSetUps(results, sentences);
  std::string text;
  for (const Kind& kind : kKinds) {
    const std::string part = KindText(results, kind);
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  }
  if (!text.empty()) sentences->push_back("Of the host's accesses to registers " + text + ".");
}

void AddRegisterFailures(const Results& results, std::vector<std::string>* sentences) {
  std::uint64_t failed = 0;
  std::uint64_t missed = 0;
  for (const RegisterRow& row : results.register_accesses) {
    failed += row.outcome.done && row.outcome.status != CompletionStatus::kSuccess ? 1 : 0;
    missed += row.outcome.done ? 0 : 1;
  }
  if (failed != 0) {
    sentences->push_back("Nobody answered, or only with an error: " + CountText(failed) +
                         " of them, which read as all ones; registers.csv says which.");
  }
  if (missed != 0) {
    sentences->push_back("The run ended before " + CountText(missed) +
                         " of the host's accesses to registers were done.");
  }
}

}  // namespace siov
