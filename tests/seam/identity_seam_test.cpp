// SPDX-License-Identifier: Apache-2.0
// Who a request is from and whom an interrupt reaches, as a memory outside and the counters see it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/seam/outside_run.h"
#include "tests/support/outside_models.h"

namespace siov::seam {
namespace {

using testing::FlatMemory;
using testing::Manner;

// What a memory outside sees of devices' requests and of reads of the interrupt remapping table.
struct Sight {
  std::set<std::uint32_t> requesters;
  std::set<std::uint32_t> pasids;
  std::set<std::uint32_t> data_pasids;
  std::set<std::uint32_t> record_pasids;
  std::map<std::uint64_t, std::set<std::uint32_t>> readers;  // PASIDs, by address of data
  std::set<std::uint64_t> remapping_entries;
  std::set<std::uint64_t> descriptors;  // of vCPUs
  std::uint64_t requests = 0;

  void Add(const FlatMemory::Access& access) {
    const auto& info = *access.get_extension<RequestInfo>();
    if (info.source == AccessSource::kInterruptRemapping) {
      (access.is_read() ? remapping_entries : descriptors).insert(access.get_address());
    }
    if (info.source != AccessSource::kDevice) return;
    ++requests;
    requesters.insert(info.requester);
    pasids.insert(info.pasid);
    (info.completion_record ? record_pasids : data_pasids).insert(info.pasid);
    if (access.is_read()) readers[access.get_address()].insert(info.pasid);
  }
};

std::string Text(const std::set<std::uint32_t>& numbers) {
  std::string text;
  for (const std::uint32_t number : numbers) {
    text += (text.empty() ? "" : " ") + (number == RequestInfo::kNone ? "none" : std::to_string(number));
  }
  return text;
}

// Software outside: each of its tenants submits one job after the other, with a descriptor of its own making.
class Program : public sc_core::sc_module {
 public:
  Program(const sc_core::sc_module_name& name, const std::vector<std::uint32_t>& tenants, const SubmissionInfo& written)
      : sc_module(name), written_(written) {
    for (const std::uint32_t tenant : tenants) sc_core::sc_spawn([this, tenant] { Loop(tenant); });
  }
  tlm_utils::simple_initiator_socket<Program> socket{"socket"};
  std::map<std::uint32_t, int> good;  // by tenant: jobs
  std::map<std::uint32_t, int> bad;

 private:
  void Loop(std::uint32_t tenant) {
    for (int job = 0; job < 8; ++job) {
      unsigned char data[64] = {};
      SubmissionInfo written = written_;
      tlm::tlm_generic_payload write;
      write.set_command(tlm::TLM_WRITE_COMMAND);
      write.set_address(std::uint64_t{tenant} << 12);
      write.set_data_ptr(data);
      write.set_data_length(sizeof data);
      write.set_streaming_width(sizeof data);
      write.set_extension(&written);
      sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
      socket->b_transport(write, delay);
      write.clear_extension(&written);
      ++(write.get_response_status() == tlm::TLM_OK_RESPONSE ? good : bad)[tenant];
    }
  }

  SubmissionInfo written_;
};

using Prepare = std::function<std::unique_ptr<Program>(Platform*)>;

Metrics Seen(
    const std::string& file, const Overrides& overrides,
    const Prepare& prepare = [](Platform*) { return std::unique_ptr<Program>(); }) {
  Overrides all = {"nodes[name=mem0]={name: \"mem0\" outside_memory {}}", "run.in_step_with_kernel=true"};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return InAnotherProcess([&](std::FILE* out) {
    Sight sight;
    Platform platform("platform", file, all);
    FlatMemory model("model", Manner::kUpdates, 40'000);
    model.sees = [&sight](const FlatMemory::Access& access) { sight.Add(access); };
    platform.memory("mem0").bind(model.socket, Timing::kApproximatelyTimed);
    const std::unique_ptr<Program> program = prepare(&platform);
    const Outcome outcome = platform.Run();
    for (const std::string& violation : outcome.violations) ADD_FAILURE() << violation;
    Tell(out, outcome.metrics);
    std::fprintf(out, "requests %llu\n", static_cast<unsigned long long>(sight.requests));
    std::fprintf(out, "requesters %s\n", Text(sight.requesters).c_str());
    std::fprintf(out, "pasids %s\n", Text(sight.pasids).c_str());
    std::fprintf(out, "data_pasids %s\n", Text(sight.data_pasids).c_str());
    std::fprintf(out, "record_pasids %s\n", Text(sight.record_pasids).c_str());
    std::size_t shared = 0;
    for (const auto& [address, pasids] : sight.readers) shared += pasids.size() > 1 ? 1u : 0u;
    std::fprintf(out, "read %zu\n", sight.readers.size());
    std::fprintf(out, "read_by_several %zu\n", shared);
    std::fprintf(out, "remapping_entries %zu\n", sight.remapping_entries.size());
    std::fprintf(out, "descriptors %zu\n", sight.descriptors.size());
    for (const auto& [tenant, jobs] : program ? program->good : std::map<std::uint32_t, int>()) {
      std::fprintf(out, "good%u %d\n", tenant, jobs);
    }
    for (const auto& [tenant, jobs] : program ? program->bad : std::map<std::uint32_t, int>()) {
      std::fprintf(out, "bad%u %d\n", tenant, jobs);
    }
  });
}

// Translated requests carry none; without ATS every request does.
TEST(Conformance, SIOV_03_AllInterfacesHaveTheFunctionsRequesterId) {
  const Metrics seen = Seen(kNoAts, {Tenants("tenants=5"), "run.job_limit=200"});
  EXPECT_EQ(seen.at("job.succeeded"), "200");
  EXPECT_EQ(seen.at("requesters"), "256");
  EXPECT_EQ(seen.at("pasids"), "1 2 3 4 5");
}

TEST(Conformance, SIOV_05_WithoutAtsEveryRequestCarriesThePasid) {
  for (const char* queue : {"shared", "dedicated"}) {
    const Metrics seen =
        Seen(kNoAts, {Jobs("op=MOVE"), Jobs("size_bytes=8192"), Tenants(std::string("queues=[\"") + queue + "\"]")});
    EXPECT_EQ(seen.at("job.succeeded"), "16") << queue;
    EXPECT_GE(std::stoi(seen.at("requests")), 16 * (8192 / 512 + 8192 / 256 + 1)) << queue;
    EXPECT_EQ(seen.at("pasids"), "1") << queue;
    EXPECT_EQ(seen.at("record_pasids"), "1") << queue;
  }
}

// Tenant 0 is a control domain of the host, which does nothing but wait for records.
TEST(Conformance, SIOV_08_RecordsAreWrittenUnderTheSecondaryPasid) {
  const std::string classes =
      "workload.tenant_classes=[{name: \"host\" endpoint: \"dsa0\" queues: \"shared\" jobs {op: NOOP}}, "
      "{name: \"own\" tenants: 2 endpoint: \"dsa0\" ADI jobs {op: MOVE size_bytes: 64}}]";
  const auto with = [&classes](const std::string& adi) {
    std::string text = classes;
    text.replace(text.find("ADI"), 3, adi);
    return Overrides{text, "run.job_limit=60",
                     Device("swq_arbiter.queues=[{name: \"shared\" size: 64}, {name: \"a\" mode: DEDICATED size: 8}, "
                            "{name: \"b\" mode: DEDICATED size: 8}]"),
                     Device("functions=[{bars {index: 2 size_bytes: 65536} bars {index: 0 size_bytes: 65536} siov {"
                            "adi_types {name: \"own\" count: 2 bar: 2 offset_bytes: 16384 "
                            "regions {name: \"portals\" size_bytes: 16384} resources {kind: \"queues\" count: 1}} "
                            "adi_types {name: \"share\" count: 2 bar: 0 shared_queue_only: true "
                            "regions {name: \"control\" size_bytes: 64}}}}]")};
  };
  for (const std::string adi : {"adi {type: \"own\" ", "queues: \"shared\" adi {type: \"share\" "}) {
    const Metrics primary = Seen(kNoAts, with(adi + "}"));
    EXPECT_EQ(primary.at("data_pasids"), "2 3") << adi;
    EXPECT_EQ(primary.at("record_pasids"), "1 2 3") << adi;
    const Metrics secondary = Seen(kNoAts, with(adi + "completions_of: \"host\" }"));
    EXPECT_EQ(secondary.at("job.succeeded"), "60") << adi;
    EXPECT_EQ(secondary.at("data_pasids"), "2 3") << adi;
    EXPECT_EQ(secondary.at("record_pasids"), "1") << adi;
    EXPECT_EQ(secondary.at("requesters"), "256") << adi;
  }
}

// Two processes of one VM read the same guest virtual addresses: 16 of 64 bytes each.
TEST(Conformance, SIOV_09_ProcessesOfAVmHavePasidsAndPagesOfTheirOwn) {
  const Metrics seen =
      Seen(kNoAts, {Space("stages=NESTED"), Space("tenants_per_vm=2"), Tenants("tenants=2"),
                    Tenants("queues=[\"shared\"]"), Tenants("working_set_bytes=1024"), "run.job_limit=64"});
  EXPECT_EQ(seen.at("job.succeeded"), "64");
  EXPECT_EQ(seen.at("data_pasids"), "1 2");
  EXPECT_EQ(seen.at("read"), "32");
  EXPECT_EQ(seen.at("read_by_several"), "0") << "the same address is another page for each";
}

// Whose it says it is has no effect on a dedicated queue's requests, which all carry the PASID the queue is bound to.
void ExpectBoundPasid(std::uint32_t stated) {
  const Overrides own = {
      "workload.tenant_classes=[{name: \"others\" tenants: 6 endpoint: \"dsa0\" queues: \"shared\" jobs {op: NOOP}}, "
      "{name: \"own\" endpoint: \"dsa0\" queues: \"dedicated\" arrivals: OUTSIDE jobs {op: READ size_bytes: 64}}]",
      "run.duration_us=100", "run.job_limit=0"};
  SubmissionInfo written;
  written.operation = SubmissionInfo::Operation::kMove;
  written.source = 0x1000'0000;
  written.destination = 0x2000'0000;
  written.size_bytes = 512;
  written.pasid = stated;
  const Metrics seen = Seen(kNoAts, own, [&](Platform* platform) {
    auto program = std::make_unique<Program>("program", std::vector<std::uint32_t>{6}, written);
    platform->software().bind(program->socket);
    return program;
  });
  EXPECT_EQ(seen.at("good6"), "8");
  EXPECT_EQ(seen.at("data_pasids"), "7");
  EXPECT_EQ(seen.at("record_pasids"), "1 2 3 4 5 6 7");
}
TEST(Conformance, SIOV_10_ADescriptorDoesNotChangeADedicatedQueuesPasid) { ExpectBoundPasid(3); }
TEST(Conformance, DSA_06_ADedicatedQueuesPasidIsTheQueues) { ExpectBoundPasid(0); }

// Tenant 0 has message 0, tenant 1 message 1, and both name message 0.
void ExpectOwnMessages() {
  SubmissionInfo written;
  written.operation = SubmissionInfo::Operation::kRead;
  written.source = 0x1000'0000;
  written.size_bytes = 64;
  written.wants_interrupt = true;
  written.interrupt_handle = 0;
  const Metrics seen =
      Seen(kSeam,
           {"run.duration_us=200", "run.job_limit=0", Tenants("tenants=2"), Tenants("wants_interrupt=true"),
            Tenants("arrivals=OUTSIDE"), Iommu("interrupt_remapper.entry_cache={entries: 0}")},
           [&](Platform* platform) {
             auto program = std::make_unique<Program>("program", std::vector<std::uint32_t>{0, 1}, written);
             platform->software().bind(program->socket);
             return program;
           });
  EXPECT_EQ(seen.at("good0"), "8");
  EXPECT_EQ(seen.at("bad1"), "8") << "refused, and told in the completion record";
  EXPECT_EQ(seen.count("bad0") + seen.count("good1"), 0u);
  EXPECT_EQ(seen.at("remapping_entries"), "1") << "no interrupt was sent for it, and none of its neighbour's more";
}
TEST(Conformance, SIOV_20_AMessageOfAnotherIsRefusedAndItsOwnerUnaffected) { ExpectOwnMessages(); }
TEST(Conformance, INT_02_AHandleIsCheckedBeforeTheDescriptorRuns) { ExpectOwnMessages(); }

// Its message's entry in the remapping table is read each time, as nothing is cached.
TEST(Conformance, SIOV_15_TenantsOfOneSharedQueueHaveMessagesOfTheirOwn) {
  const Overrides uncached = {Tenants("wants_interrupt=true"), Iommu("interrupt_remapper.entry_cache={entries: 0}"),
                              "run.job_limit=60"};
  for (const int tenants : {1, 2, 6}) {
    Overrides all = uncached;
    all.push_back(Tenants("tenants=" + std::to_string(tenants)));
    const Metrics seen = Seen(kSeam, all);
    EXPECT_EQ(seen.at("job.succeeded"), "60");
    EXPECT_EQ(seen.at("remapping_entries"), std::to_string(tenants));
    EXPECT_EQ(seen.at("descriptors"), std::to_string(tenants)) << "tenants are spread over the vCPUs in turn";
  }
}

TEST(Seam, SeveralTenantsOnAVcpuHaveOneDescriptorAndTheirOwnMessages) {
  const Metrics seen = Seen(kSeam, {Tenants("wants_interrupt=true"), Tenants("tenants=6"), Host("vcpus=2"),
                                    Iommu("interrupt_remapper.entry_cache={entries: 0}"), "run.job_limit=60"});
  EXPECT_EQ(seen.at("remapping_entries"), "6");
  EXPECT_EQ(seen.at("descriptors"), "2");
}

}  // namespace
}  // namespace siov::seam
