// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/software_words.h"

#include <cctype>

#include "platforms/collect/words.h"

namespace siov {
namespace {

// "UNDEF: Tables changed": as the rest of a sentence.
std::string Explained(std::string sentence) {
  const std::string mark = "UNDEF: ";
  if (sentence.compare(0, mark.size(), mark) == 0) sentence.erase(0, mark.size());
  if (sentence.size() > 1 && std::islower(static_cast<unsigned char>(sentence[1])) != 0) {
    sentence[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence[0])));
  }
  return sentence;
}

std::string CountedText(const StructureRow& row) {
  return row.block + "." + row.statistic + " counts " + CountText(static_cast<std::uint64_t>(row.value)) + " " +
         row.unit;
}

}  // namespace

void AddSoftwareFaults(const Results& results, std::vector<std::string>* sentences) {
  for (const StructureRow& row : results.structures) {
    if (row.value <= 0) continue;
    if (row.statistic.compare(0, 6, "undef.") == 0) {
      sentences->push_back("Software does what is undefined, and no machine need behave as this run: " +
                           CountedText(row) + ": " + Explained(row.sentence));
    } else if (row.statistic == "no_portal") {
      sentences->push_back("Submissions went where nobody takes them, and reached no queue: " + CountedText(row) + ".");
    }
  }
}

}  // namespace siov
