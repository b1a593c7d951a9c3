// SPDX-License-Identifier: Apache-2.0
// What is told of finite credits: how many of each pool are taken, and whether somebody waits for them.
#include "models/fabric/link/link.h"

namespace siov {
namespace {

// A pool of credits, in both directions.
struct PoolText {
  std::array<const char*, 2> name;  // upstream, downstream
  const char* unit;
  const char* sentence;
};
constexpr PoolText kPostedHeaders{{"upstream_posted_headers", "downstream_posted_headers"},
                                  "TLPs",
                                  "Credits for posted TLPs taken, until usable again."};
constexpr PoolText kPostedData{{"upstream_posted_data", "downstream_posted_data"},
                               "16 bytes",
                               "Credits for posted data taken, until usable again."};
constexpr PoolText kNonpostedHeaders{{"upstream_nonposted_headers", "downstream_nonposted_headers"},
                                     "TLPs",
                                     "Credits for non-posted TLPs taken, until usable again."};
constexpr PoolText kNonpostedData{{"upstream_nonposted_data", "downstream_nonposted_data"},
                                  "16 bytes",
                                  "Credits for non-posted data taken, until usable again."};
constexpr PoolText kCompletionHeaders{{"upstream_completion_headers", "downstream_completion_headers"},
                                      "TLPs",
                                      "Credits for completions taken, until usable again."};
constexpr PoolText kCompletionData{{"upstream_completion_data", "downstream_completion_data"},
                                   "16 bytes",
                                   "Credits for data of completions taken, until usable again."};

}  // namespace

Link::Credits::Credits(StatGroup& group, Direction direction, LinkDirection* flow) {
  const auto make = [&](const PoolText& text, Lending& lending) {
    return lending.limited()
               ? std::make_unique<LentPlaces>(group, text.name[direction], text.unit, text.sentence, &lending)
               : nullptr;
  };
  CreditPool& posted = flow->pool(CreditClass::kPosted);
  CreditPool& nonposted = flow->pool(CreditClass::kNonPosted);
  CreditPool& completions = flow->pool(CreditClass::kCompletion);
  headers = {make(kPostedHeaders, posted.headers()), make(kNonpostedHeaders, nonposted.headers()),
             make(kCompletionHeaders, completions.headers())};
  data[0] = make(kPostedData, posted.data());
  if (direction == kUpstream) return;  // a device sends no other data
  data[1] = make(kNonpostedData, nonposted.data());
  data[2] = make(kCompletionData, completions.data());
}

void Link::Credits::NoteShortages(Picoseconds now, const LinkDirection& flow) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!headers[i] && !data[i]) continue;
    const LinkDirection::Shortage shortage = flow.ShortageOf(static_cast<CreditClass>(i));
    if (headers[i]) headers[i]->SetShort(now, shortage.headers);
    if (data[i]) data[i]->SetShort(now, shortage.data);
  }
}

}  // namespace siov
