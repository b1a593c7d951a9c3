// SPDX-License-Identifier: Apache-2.0
// The IOTLB's core beside a plain list of entries, and what page requests and contained devices add to the rules.
#include <gtest/gtest.h>

#include "models/base/random.h"
#include "tests/support/plain_iotlb.h"

namespace siov {
namespace {

using namespace plain_iotlb;
using Granularity = InvalidationGranularity;
using Kind = InvalidationKind;

class BesideAPlainIotlb {
 public:
  BesideAPlainIotlb(Containment containment, std::uint64_t seed)
      : containment_(containment),
        core_(Config(containment), world_.spaces, CachePartitions()),
        plain_(containment),
        random_(seed) {}

  void Call() {
    switch (random_.Below(5)) {
      case 0:
      case 1:
        return Fill();
      case 2:
        return Look();
      case 3:
        return Invalidate();
      default:
        return PageRequest();
    }
  }
  void ExpectTheSame() { ASSERT_EQ(core_.size(), plain_.size()); }
  std::size_t struck() const { return struck_; }

 private:
  static IotlbConfig Config(Containment containment) {
    IotlbConfig config;
    config.geometry.entries = 4096;
    config.containment = containment;
    return config;
  }
  std::uint64_t Address() { return (random_.Below(3) << 21) | (random_.Below(3) << 12) | random_.Below(4096); }
  std::uint32_t Tenant() {
    static constexpr std::uint32_t kFirsts[] = {kFirst, kSecond, kNested, kThrough};
    return kFirsts[random_.Below(4)] + static_cast<std::uint32_t>(random_.Below(4));
  }
  Held Request() {
    Held request{};
    request.requester = static_cast<RequesterId>(1 + random_.Below(5));
    request.pasid = random_.Bernoulli(0.25) ? Pasid() : Pasid(Tenant());
    request.entry = request.pasid.valid() ? request.pasid.value() : world_.rid_pasid[request.requester];
    request.address = Address();
    request.shift = random_.Bernoulli(0.3) ? kPageShift2M : kPageShift4K;
    const auto space = world_.spaces.Find(Pasid(request.entry));
    request.domain = space ? space->domain_id : std::uint16_t{0};
    request.type = Type(space);
    request.contained = containment_ != Containment::kNone && random_.Bernoulli(0.3);
    if (request.contained) request.type = kPgttSecondStage;
    if (request.contained && containment_ == Containment::kPermissionTable) request.domain = 0;
    return request;
  }
  static PasidTranslationType Type(const std::optional<AddressSpace>& space) {
    if (!space || space->pass_through()) return kPgttPassThrough;
    if (space->nested()) return kPgttNested;
    return space->tenant_stage() == TableStage::kFirst ? kPgttFirstStage : kPgttSecondStage;
  }

  void Fill() {
    const Held entry = Request();
    Translation translation;
    translation.read = true;
    translation.page_shift = static_cast<std::uint8_t>(entry.shift);
    translation.pgtt = entry.type;
    translation.domain = entry.domain;
    ASSERT_FALSE(core_.Fill(entry.requester, entry.pasid, entry.address, translation, entry.contained));
    plain_.Fill(entry);
  }
  void Look() {
    const Held entry = Request();
    ASSERT_EQ(core_.Lookup(entry.requester, entry.pasid, entry.address, entry.contained) != nullptr, plain_.Has(entry))
        << entry.requester << ' ' << entry.entry << ' ' << entry.address << ' ' << entry.contained;
  }
  void Invalidate() {
    static constexpr Kind kKinds[] = {Kind::kIotlb,          Kind::kPasidIotlb, Kind::kPasidIotlb,
                                      Kind::kHostPermission, Kind::kContext,    Kind::kPasidCache};
    static constexpr Granularity kOfDomains[] = {Granularity::kDomain, Granularity::kPage, Granularity::kPage,
                                                 Granularity::kGlobal};
    CacheInvalidation what;
    const Held about = Request();
    what.what.kind = kKinds[random_.Below(6)];
    what.what.granularity = kOfDomains[random_.Below(16) == 0 ? 3 : random_.Below(3)];
    if (what.what.kind == Kind::kPasidIotlb && what.what.granularity != Granularity::kPage) {
      what.what.granularity = Granularity::kPasid;
    }
    if (what.what.kind == Kind::kHostPermission && what.what.granularity != Granularity::kPage) {
      what.what.granularity = Granularity::kGlobal;
    }
    what.what.page_shift = static_cast<std::uint8_t>(random_.Bernoulli(0.3) ? kPageShift2M : kPageShift4K);
    what.what.domain = about.domain;
    what.pasid = Pasid(about.entry);
    what.address = about.address;
    const std::size_t expected = plain_.Invalidate(what);
    struck_ += expected;
    ASSERT_EQ(core_.Invalidate(what), expected)
        << static_cast<int>(what.what.kind) << ' ' << static_cast<int>(what.what.granularity);
  }
  void PageRequest() {
    const Pasid pasid(random_.Bernoulli(0.1) ? kNobody : Tenant());
    const std::uint64_t address = Address();
    const auto stale = core_.StaleBy(pasid, address);
    const auto space = world_.spaces.Find(pasid);
    ASSERT_EQ(stale.has_value(), space.has_value());
    if (!stale) return;
    const std::size_t expected = plain_.PageRequest(*space, address);
    struck_ += expected;
    ASSERT_EQ(core_.Invalidate(*stale), expected) << "PASID " << pasid.value();
  }

  Containment containment_;
  World world_;
  IotlbCore core_;
  PlainIotlb plain_;
  RandomStream random_;
  std::size_t struck_ = 0;
};

TEST(IotlbCore, HoldsWhatAPlainListHoldsUnderAllInvalidations) {
  for (const Containment containment : {Containment::kNone, Containment::kSecondStage, Containment::kPermissionTable}) {
    std::size_t struck = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      BesideAPlainIotlb both(containment, seed);
      for (int call = 0; call < 300; ++call) {
        both.Call();
        both.ExpectTheSame();
        if (HasFatalFailure()) FAIL() << "containment " << static_cast<int>(containment) << ", seed " << seed;
      }
      struck += both.struck();
    }
    EXPECT_GT(struck, 1'000u);
  }
}

// They stayed, as if requests without PASID belonged to no address space.
TEST(IotlbCore, APageRequestForgetsWhatRequestsWithoutPasidHaveOfTheAddressSpace) {
  World world;
  IotlbConfig config;
  config.geometry.entries = 16;
  IotlbCore core(config, world.spaces, CachePartitions());
  for (RequesterId function = 1; function <= 3; ++function) {
    const Pasid pasid(world.rid_pasid[function]);
    Translation page;
    page.read = true;
    page.domain = world.spaces.Find(pasid)->domain_id;
    page.pgtt = static_cast<std::uint8_t>(function);  // first stage, second stage, nested
    core.Fill(function, Pasid(), 0x5000, page);
    ASSERT_NE(core.Lookup(function, Pasid(), 0x5000), nullptr);
    EXPECT_EQ(core.Invalidate(*core.StaleBy(pasid, 0x5008)), 1u) << function;
  }
}

// The descriptor of a page request also says which walks in progress it overtakes: nested, those of the whole domain.
TEST(IotlbCore, APageRequestMakesWalksOfItsDomainStale) {
  World world;
  const IotlbCore core(IotlbConfig{}, world.spaces, CachePartitions());
  const auto stale = [&](std::uint32_t of, std::uint32_t walk, std::uint64_t address) {
    return core.Overlaps(*core.StaleBy(Pasid(of), 0x5008), MissKey::Of(1, Pasid(walk), address));
  };
  EXPECT_TRUE(stale(kFirst, kFirst, 0x5000));
  EXPECT_FALSE(stale(kFirst, kFirst + 1, 0x5000));
  EXPECT_FALSE(stale(kFirst, kFirst, 0x6000));
  EXPECT_TRUE(stale(kSecond, kSecond + 1, 0x5000));
  EXPECT_FALSE(stale(kSecond, kSecond + 1, 0x6000));
  EXPECT_FALSE(stale(kSecond, kSecond + 2, 0x5000));
  EXPECT_TRUE(stale(kNested, kNested + 1, 0x9'0000));
  EXPECT_FALSE(stale(kNested, kNested + 2, 0x5000));
  EXPECT_TRUE(stale(kThrough, kThrough + 1, 0x5000));
}

// Walks for requests without PASID are those of RID_PASID, of translated requests those of their VM or of the host.
TEST(IotlbCore, WhoseWalksInvalidationsOvertakeWhereDevicesAreContained) {
  World world;
  CacheInvalidation of_pasid;
  of_pasid.what.kind = Kind::kPasidIotlb;
  of_pasid.what.granularity = Granularity::kPasid;
  of_pasid.pasid = Pasid(kSecond);
  CacheInvalidation of_host;
  of_host.what.kind = Kind::kHostPermission;
  for (const Containment containment : {Containment::kNone, Containment::kSecondStage, Containment::kPermissionTable}) {
    IotlbConfig config;
    config.containment = containment;
    const IotlbCore core(config, world.spaces, CachePartitions());
    EXPECT_TRUE(core.Overlaps(of_pasid, MissKey::Of(2, Pasid(), 0)));
    EXPECT_FALSE(core.Overlaps(of_pasid, MissKey::Of(1, Pasid(), 0)));
    EXPECT_FALSE(core.Overlaps(of_host, MissKey::Of(2, Pasid(), 0)));
    if (containment == Containment::kNone) continue;
    const bool host = containment == Containment::kPermissionTable;
    const MissKey contained = MissKey::Of(1, core.TagOf(1, Pasid(kNested), true), 0x5000);
    EXPECT_EQ(core.Overlaps(of_pasid, contained), !host) << "rather yes than no";
    EXPECT_EQ(core.Overlaps(of_host, contained), host);
    EXPECT_EQ(core.TagOf(1, Pasid(kNested), true) == core.TagOf(1, Pasid(kNested + 1), true), true) << "one VM";
    EXPECT_EQ(core.TagOf(1, Pasid(kNested), true) == core.TagOf(1, Pasid(kNested + 2), true), host);
    EXPECT_EQ(core.TagOf(1, Pasid(kNobody), true) == core.TagOf(1, Pasid(kFirst), true), host);
    EXPECT_EQ(core.TagOf(1, Pasid(kNested), false), Pasid(kNested));
  }
}

// The smaller of both stages' leaves; 4 KiB where there is no table.
TEST(IotlbCore, TheSizeOfAPageIsThatOfItsTables) {
  AddressSpaceClass first = Class(kFirst, TranslationStages::kFirstOnly);
  first.first_leaf_shift = kPageShift2M;
  first.second_leaf_shift = kPageShift1G;
  AddressSpaceClass second = Class(kSecond, TranslationStages::kSecondOnly);
  second.second_leaf_shift = kPageShift1G;
  AddressSpaceClass nested = Class(kNested, TranslationStages::kNested);
  nested.first_leaf_shift = kPageShift1G;
  nested.second_leaf_shift = kPageShift2M;
  AddressSpaceClass through = Class(kThrough, TranslationStages::kPassThrough);
  through.first_leaf_shift = kPageShift2M;
  AddressSpaces spaces({first, second, nested, through}, 1);
  ContextEntry context;
  context.rid_pasid = kSecond;
  spaces.structures().SetContext(7, context);
  const IotlbCore core(IotlbConfig{}, spaces, CachePartitions());
  EXPECT_EQ(core.LeafShift(1, Pasid(kFirst), 0), kPageShift2M);
  EXPECT_EQ(core.LeafShift(1, Pasid(kSecond), 0), kPageShift1G);
  EXPECT_EQ(core.LeafShift(1, Pasid(kNested), 0), kPageShift2M);
  EXPECT_EQ(core.LeafShift(1, Pasid(kThrough), 0), kPageShift4K);
  EXPECT_EQ(core.LeafShift(1, Pasid(kNobody), 0), kPageShift4K);
  EXPECT_EQ(core.LeafShift(7, Pasid(), 0), kPageShift1G);
}

}  // namespace
}  // namespace siov
