// SPDX-License-Identifier: Apache-2.0
// Functions from a configuration file to the bytes that `describe --config-space` prints, decoded as software would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "models/device/function/config_walk.h"
#include "platforms/cli/describe_command.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/resolve/mmio_map.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFile[] = "tests/config/functions.txtpb";
constexpr char kUsual[] = "configs/platforms/minimal.txtpb";

std::string Described(const std::vector<std::string>& words, int* exit_code = nullptr) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = DescribeMain(words);
  if (exit_code != nullptr) *exit_code = code;
  const std::string out = ::testing::internal::GetCapturedStdout();
  return out + ::testing::internal::GetCapturedStderr();
}

// The spaces of a dump by routing id, as `lspci -F` would read them.
class Dump {
 public:
  explicit Dump(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    std::vector<unsigned>* space = nullptr;
    while (std::getline(lines, line)) {
      if (line.size() > 7 && line[2] == ':' && line[5] == '.') {
        space = &spaces_[line.substr(0, 7)];
      } else if (!line.empty()) {
        std::istringstream words(line.substr(line.find(':') + 1));
        EXPECT_EQ(std::stoul(line, nullptr, 16), space->size());
        for (std::string byte; words >> byte;) space->push_back(static_cast<unsigned>(std::stoul(byte, nullptr, 16)));
      }
    }
  }
  ConfigReader operator[](const std::string& id) const {
    const std::vector<unsigned>& bytes = spaces_.at(id);
    return [&bytes](ConfigOffset offset) {
      std::uint32_t word = 0;
      for (unsigned i = 4; i-- > 0;) word = word << 8 | (offset + i < bytes.size() ? bytes[offset + i] : 0);
      return word;
    };
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> found;
    for (const auto& [id, bytes] : spaces_) found.push_back(id);
    return found;
  }

 private:
  std::map<std::string, std::vector<unsigned>> spaces_;
};

ConfigOffset At(const ConfigReader& read, std::uint16_t id, unsigned offset) {
  return static_cast<ConfigOffset>(FindExtended(read, id).value_or(0xE00) + offset);
}

TEST(FunctionsTest, TheUsualFunctionIsThatOfADsaLikeDevice) {
  const Dump dump(Described({kUsual, "--config-space", "hex"}));
  ASSERT_THAT(dump.ids(), ElementsAre("01:00.0"));
  const ConfigReader read = dump["01:00.0"];
  EXPECT_EQ(read(0x00), 0x0B25'8086u);
  EXPECT_EQ(read(0x04), 0x0010'0006u) << "memory space and bus master";
  EXPECT_EQ(read(0x08), 0x0880'0000u);
  EXPECT_EQ(read(0x18), 0x0000'000Cu) << "portals start the window";
  EXPECT_EQ(read(0x1C), 0x0000'4000u);
  EXPECT_EQ(read(0x10), 0x0001'000Cu) << "registers follow";
  EXPECT_EQ(read(0x14), 0x0000'4000u);
  EXPECT_EQ(read(0x80), 0x8002'0011u) << "three vectors, enabled";
  EXPECT_EQ(read(0x84), 0x2000u);
  EXPECT_EQ(read(0x88), 0xC000u);
  EXPECT_EQ(read(0x4C), 0x105u) << "x16 at 32 GT/s";
  EXPECT_EQ(read(0x48) & 0x70E0, 0x2020u) << "512-byte reads, 256-byte payloads";
  EXPECT_EQ(read(At(read, capability::kPasid, 4)), 0x0001'1400u);
  EXPECT_EQ(read(At(read, capability::kAts, 4)), 0x8000'0060u);
  EXPECT_EQ(read(At(read, capability::kPri, 4)), 0x8000'0001u);
  EXPECT_EQ(read(At(read, capability::kPri, 8)), 65'536u);
  EXPECT_EQ(read(At(read, capability::kPri, 12)), 32u);
  const auto siov = FindSiov(read);
  ASSERT_TRUE(siov.has_value());
  EXPECT_EQ(read(static_cast<ConfigOffset>(siov->offset + 4)), 0x0180'8086u);
  EXPECT_EQ(siov->dependency_link, 0u);
  EXPECT_EQ(siov->supported_page_sizes, 1u);
  EXPECT_EQ(siov->system_page_size, 1u);
  EXPECT_TRUE(siov->message_store);
}

// Extended and 10-bit tags, said to be possible and enabled where the port has as many.
TEST(FunctionsTest, TagsAreAsManyAsThePortHas) {
  struct Case {
    const char* tags;
    bool extended;
    bool ten_bit;
  };
  for (const Case& one : {Case{"32", false, false}, Case{"33", true, false}, Case{"256", true, false},
                          Case{"257", true, true}, Case{"768", true, true}}) {
    const Dump dump(Described(
        {kUsual, "--config-space", "hex", "--set", std::string("nodes[name=dsa0].endpoint.port.tags=") + one.tags}));
    const ConfigReader read = dump["01:00.0"];
    EXPECT_EQ((read(0x44) >> 5 & 1) != 0, one.extended) << one.tags;
    EXPECT_EQ((read(0x48) >> 8 & 1) != 0, one.extended) << one.tags;
    EXPECT_EQ(read(0x64) >> 16 & 3, one.ten_bit ? 3u : 0u) << one.tags;
    EXPECT_EQ((read(0x68) >> 12 & 1) != 0, one.ten_bit) << one.tags;
  }
}

TEST(FunctionsTest, ListedFunctionsAreAsConfigured) {
  const Dump dump(Described({kFile, "--config-space", "hex"}));
  ASSERT_THAT(dump.ids(), ElementsAre("01:00.0", "01:00.1", "01:00.2", "01:00.5"));
  const ConfigReader first = dump["01:00.0"];
  EXPECT_EQ(first(0x0C) & 0xFF'0000, 0x80'0000u) << "one of several";
  EXPECT_EQ(first(0x4C), 0x84u) << "x8 at 16 GT/s";
  EXPECT_EQ(first(At(first, capability::kAts, 4)) & 0x1F, 16u);
  EXPECT_EQ(first(At(first, capability::kPri, 12)), 128u);
  EXPECT_EQ(first(At(first, capability::kPasid, 4)), 0x0001'1200u) << "18 bits";
  EXPECT_EQ(first(At(first, capability::kAcs, 4)), 0x000C'004Cu) << "all redirection, translated requests as well";
  std::vector<unsigned> ring;
  for (const char* id : {"01:00.2", "01:00.5", "01:00.0"}) {
    const auto siov = FindSiov(dump[id]);
    ring.push_back(siov->dependency_link);
    EXPECT_TRUE(siov->homogeneous);
  }
  EXPECT_THAT(ring, ElementsAre(5u, 0u, 2u));
  const auto alone = FindSiov(dump["01:00.1"]);
  EXPECT_EQ(alone->dependency_link, 1u);
  EXPECT_FALSE(alone->homogeneous);
  EXPECT_EQ(alone->supported_page_sizes, 0x11u);
  EXPECT_EQ(alone->system_page_size, 0x10u) << "64 KiB, selected before memory space";
  EXPECT_EQ(dump["01:00.1"](0x10), 0xC000'0000u) << "32 bits: below 4 GiB";
  const ConfigReader last = dump["01:00.5"];
  EXPECT_EQ(last(At(last, capability::kPasid, 4)), 0x0003'1202u) << "execute, enabled as well";
  EXPECT_EQ(last(At(last, capability::kSriov, 0x0C)), 0x0010'0010u);
  EXPECT_EQ(last(At(last, capability::kSriov, 0x24)), 0x0000'000Cu);
}

TEST(FunctionsTest, FieldsAreTheSameBytesByName) {
  const Dump dump(Described({kFile, "--config-space", "hex"}));
  std::istringstream lines(Described({kFile, "--config-space", "fields"}));
  std::string line, id;
  int fields = 0;
  while (std::getline(lines, line)) {
    if (line.rfind("Configuration space of dsa0, ", 0) == 0) {
      id = line.substr(line.size() - 7);
      continue;
    }
    std::istringstream words(line);
    std::string offset, value, name;
    words >> offset >> value >> name;
    const auto at = static_cast<ConfigOffset>(std::stoul(offset, nullptr, 16));
    const std::uint64_t mask = (std::uint64_t{1} << 4 * (value.size() - 1)) - 1;
    EXPECT_EQ(std::stoul(value, nullptr, 16), dump[id](at & 0xFFC) >> 8 * (at % 4) & mask) << id << ' ' << line;
    EXPECT_NE(name, "");
    ++fields;
  }
  EXPECT_GT(fields, 150);
}

TEST(FunctionsTest, DescribeSaysWhatFunctionsAreDividedInto) {
  const std::string text = Described({kFile, "--out", ::testing::TempDir()});
  EXPECT_THAT(text,
              HasSubstr("01:00.1 of dsa0, 8086h:0B25h, capabilities PCI Express ATS PRI PASID S-IOV; S-IOV mode\n"));
  EXPECT_THAT(text, HasSubstr("ADIs of type queue: 2 in BAR 2, portals (direct) of the first at 0h"));
  EXPECT_THAT(text, HasSubstr("BAR 0 at C0000000h, 1024 KiB, 32 bits\n"));
  EXPECT_THAT(text, HasSubstr("ADIs of type context: 8 in BAR 0, doorbell (direct) of the first at 0h; control "
                              "(intercepted) of the first at 10000h"));
  EXPECT_THAT(text,
              HasSubstr("BAR 0 of 1024 KiB has room for 8 of 100 ADIs of type \"context\" with system pages of 64 "
                        "KiB; of 32 bits, it has to lie below 4 GiB"));
}

std::string Function(unsigned number, const std::string& rest) {
  return "nodes[name=dsa0].endpoint.functions[" + std::to_string(number) + "]." + rest;
}

std::string DescribedWith(const std::vector<std::string>& overrides, int* exit_code) {
  std::vector<std::string> words{kFile, "--out", ::testing::TempDir()};
  for (const std::string& one : overrides) words.insert(words.end(), {"--set", one});
  return Described(words, exit_code);
}

TEST(FunctionsTest, MixedModesOfARingAreNamedOrRefused) {
  const std::string mixed = Function(3, "sriov.num_vfs=4");
  const std::string undefined = "functions that must be in S-IOV mode together are in different modes";
  int code = 0;
  const std::string said = DescribedWith({mixed}, &code);
  EXPECT_EQ(code, 0);
  EXPECT_THAT(said, HasSubstr("SR-IOV S-IOV; SR-IOV mode\n    undefined: " + undefined));
  EXPECT_THAT(DescribedWith({mixed, Function(3, "strict=true")}, &code), HasSubstr(undefined));
  EXPECT_EQ(code, 2);
  std::vector<std::string> each_its_own{mixed};
  for (const unsigned one : {0u, 2u, 3u}) each_its_own.push_back(Function(one, "siov.homogeneous=false"));
  EXPECT_THAT(DescribedWith(each_its_own, &code), ::testing::Not(HasSubstr("undefined:")));
  EXPECT_EQ(code, 0);
}

TEST(FunctionsTest, VfsAndAdisAreRefusedTogether) {
  int code = 0;
  const std::string said = DescribedWith({Function(3, "sriov.num_vfs=4"), Function(3, "siov.enable=true")}, &code);
  EXPECT_EQ(code, 2);
  EXPECT_THAT(said, HasSubstr("functions[3].siov.enable = true: SR-IOV and S-IOV exclude each other on one function"));
}

TEST(FunctionsTest, ALinkWithoutPasidsKeepsThemDisabled) {
  const std::string link = "links[name=rp0-dsa0].pcie.pasid_prefix=false";
  const Dump dump(Described({kFile, "--set", link, "--config-space", "hex"}));
  const ConfigReader read = dump["01:00.0"];
  EXPECT_EQ(read(At(read, capability::kPasid, 4)) >> 16, 0u);
  EXPECT_EQ(read(At(read, capability::kAts, 4)) >> 31, 1u) << "ATS needs none";
  int code = 0;
  EXPECT_THAT(DescribedWith({link}, &code), HasSubstr("neither in SR-IOV nor in S-IOV mode"));
  EXPECT_THAT(DescribedWith({link, Function(0, "siov.enable=true")}, &code),
              HasSubstr("functions[0].siov.enable = true: the PASID capability is not enabled"));
  EXPECT_EQ(code, 2);
}

TEST(FunctionsTest, AddressesLeadToWhatAnswersThere) {
  const auto said = [](const std::string& file, const std::string& address) {
    return Described({file, "--address", address});
  };
  EXPECT_EQ(
      said(kFile, "400000003040h"),
      "400000003040h: rp0, dsa0, function 01:00.0, BAR 2 + 3040h: portal of queue swq0, limited, IMS; page of ADI 0 "
      "of type queue, direct, portals + 3040h\n");
  EXPECT_EQ(said(kFile, "0x400000008000"), "400000008000h: rp0, dsa0, function 01:00.0, BAR 2 + 8000h: nothing\n")
      << "two queues have eight pages";
  EXPECT_EQ(said(kFile, "400000022000h"), "400000022000h: rp0, dsa0, function 01:00.0, BAR 0 + 2000h: MSI-X table\n");
  EXPECT_EQ(said(kFile, "400000023000h"),
            "400000023000h: rp0, dsa0, function 01:00.0, BAR 0 + 3000h: MSI-X pending bits\n");
  EXPECT_EQ(said(kFile, "400000024000h"),
            "400000024000h: rp0, dsa0, function 01:00.0, BAR 0 + 4000h: registers of the function\n");
  EXPECT_EQ(
      said(kFile, "3221422096"),
      "C0030010h: rp0, dsa0, function 01:00.1, BAR 0 + 30010h: registers of an ADI; page of ADI 1 of type context, "
      "intercepted, control + 10h\n");
  EXPECT_EQ(said(kFile, "C0000000h"),
            "C0000000h: rp0, dsa0, function 01:00.1, BAR 0 + 0h: registers of an ADI; page of ADI 0 of type context, "
            "direct, doorbell + 0h\n");
  EXPECT_THAT(said(kFile, "C0100000h"), HasSubstr("nobody's: Unsupported Request"));
  int code = 0;
  EXPECT_THAT(Described({kFile, "--address", "0x"}, &code), HasSubstr("an address such as 4000h"));
  EXPECT_EQ(code, 2);
}

// Windows of bridges and BARs agree: every portal is found by its own way only.
TEST(FunctionsTest, EveryPortalIsReachedThroughTheSwitchesAboveIt) {
  const CheckedFile checked = CheckFile("tests/seam/platform_switched.txtpb");
  ASSERT_TRUE(checked.platform.has_value());
  const ResolvedPlatform& platform = *checked.platform;
  const MmioMap map(platform);
  std::size_t portals = 0;
  for (std::size_t i = 0; i < platform.endpoints.size(); ++i) {
    const ResolvedEndpoint& device = platform.endpoints[i];
    for (std::uint64_t queue = 0; queue < device.arbiter.queues.size(); ++queue) {
      for (const PortalLimit limit : {PortalLimit::kLimited, PortalLimit::kUnlimited}) {
        const MmioMap::Route route = map.Find(device.arbiter.portal_base + PortalAddress(queue, limit));
        ASSERT_TRUE(route.place.has_value());
        EXPECT_EQ(route.function, device.port.requester);
        EXPECT_EQ(route.place->target, MmioTarget::kPortal);
        EXPECT_EQ(route.place->portal->queue, queue);
        EXPECT_EQ(route.place->portal->limit, limit);
        NodeRef at{NodeKind::kEndpoint, i};
        for (auto node = route.nodes.rbegin(); node != route.nodes.rend(); ++node) {
          EXPECT_TRUE(*node == at);
          at = platform.LinkAbove(at).above;
        }
        EXPECT_EQ(route.nodes.front().kind, NodeKind::kRootPort);
        ++portals;
      }
    }
  }
  EXPECT_GE(portals, 4u);
}

TEST(FunctionsTest, AddressesOnTheDieAreFoundToo) {
  const CheckedFile checked = CheckFile("tests/seam/platform_on_die.txtpb");
  ASSERT_TRUE(checked.platform.has_value());
  const ResolvedEndpoint& device = checked.platform->endpoints[0];
  const MmioMap::Route route = MmioMap(*checked.platform).Find(device.arbiter.portal_base);
  ASSERT_TRUE(route.place.has_value());
  EXPECT_EQ(route.place->target, MmioTarget::kPortal);
  EXPECT_EQ(route.function, device.port.requester);
}

TEST(FunctionsTest, OtherFormsOfTheDumpAreRefused) {
  int code = 0;
  EXPECT_THAT(Described({kFile, "--config-space", "words"}, &code), HasSubstr("fields or hex"));
  EXPECT_EQ(code, 2);
  EXPECT_THAT(Described({kFile, "--config-space", "hex", "--out", "x"}, &code), HasSubstr("--config-space"));
  EXPECT_EQ(code, 2);
}

TEST(FunctionsTest, MixedRegistersAreRefusedByPlace) {
  int code = 0;
  const std::string said = Described({kFile, "--set",
                                      "nodes[name=dsa0].endpoint.functions[1].siov.adi_types[name=context]"
                                      ".regions[name=doorbell].size_bytes=64",
                                      "--set",
                                      "nodes[name=dsa0].endpoint.functions[1].siov.adi_types[name=context]"
                                      ".regions[name=control].offset_bytes=64"},
                                     &code);
  EXPECT_EQ(code, 2);
  EXPECT_THAT(said, HasSubstr("functions[1].siov.adi_types[0].regions[1].offset_bytes = 64"));
  EXPECT_THAT(said, HasSubstr("SIOV-13"));
}

}  // namespace
}  // namespace siov
