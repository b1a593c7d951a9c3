// SPDX-License-Identifier: Apache-2.0
#include "models/base/page_prefetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint64_t> Candidates(PagePrefetcher& prefetcher, std::uint64_t stream, std::uint64_t page) {
  std::vector<std::uint64_t> pages;
  prefetcher.OnAccess(stream, page, [&](std::uint64_t candidate) { pages.push_back(candidate); });
  return pages;
}

TEST(PagePrefetcher, OffByDefault) {
  PagePrefetcher prefetcher{PagePrefetchConfig{}};
  EXPECT_FALSE(prefetcher.on());
  EXPECT_THAT(Candidates(prefetcher, 1, 5), IsEmpty());
}

TEST(PagePrefetcher, NextPages) {
  PagePrefetcher prefetcher({2, 0, 64});
  EXPECT_THAT(Candidates(prefetcher, 1, 5), ElementsAre(6, 7));
}

TEST(PagePrefetcher, TwoEqualDistancesAreAStride) {
  PagePrefetcher prefetcher({0, 2, 64});
  EXPECT_THAT(Candidates(prefetcher, 1, 100), IsEmpty());
  EXPECT_THAT(Candidates(prefetcher, 1, 104), IsEmpty());
  EXPECT_THAT(Candidates(prefetcher, 1, 108), ElementsAre(112, 116));
  EXPECT_THAT(Candidates(prefetcher, 1, 109), IsEmpty()) << "another distance";
  EXPECT_THAT(Candidates(prefetcher, 1, 108), IsEmpty());
  EXPECT_THAT(Candidates(prefetcher, 1, 107), ElementsAre(106, 105)) << "backwards";
}

TEST(PagePrefetcher, StreamsAreApartAndEvictEachOther) {
  PagePrefetcher prefetcher({0, 1, 1});  // one place
  Candidates(prefetcher, 1, 100);
  Candidates(prefetcher, 1, 104);
  Candidates(prefetcher, 2, 7);
  EXPECT_THAT(Candidates(prefetcher, 1, 108), IsEmpty()) << "forgotten";
}

TEST(PagePrefetcher, TheTableIsAPowerOfTwo) {
  PagePrefetchConfig config{0, 1, 3};
  EXPECT_EQ(config.Validate().size(), 1u);
  config.stride_pages = 0;
  EXPECT_TRUE(config.Validate().empty()) << "there is no table";
}

}  // namespace
}  // namespace siov
