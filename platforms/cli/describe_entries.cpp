// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/describe_entries.h"

#include <iomanip>
#include <string>

#include "models/translation/address_spaces.h"

namespace siov {
namespace {

struct Hex {
  std::uint64_t value;
};
std::ostream& operator<<(std::ostream& out, Hex hex) {
  return out << std::hex << std::uppercase << hex.value << 'h' << std::nouppercase << std::dec;
}

const char* NameOf(std::uint8_t pgtt) {
  switch (pgtt) {
    case kPgttFirstStage:
      return "first stage";
    case kPgttSecondStage:
      return "second stage";
    case kPgttNested:
      return "nested";
    default:
      return "pass-through";
  }
}

void PrintContext(const ResolvedEndpoint& endpoint, const TranslationStructures& structures, std::ostream& out) {
  const RequesterId requester = endpoint.port.requester;
  const ContextEntry entry = structures.Context(requester);
  out << "  context entry of " << endpoint.name << " (requester " << Hex{requester} << ") at "
      << Hex{structures.ContextEntryAddress(requester)} << ": P=" << entry.present << " FPD=" << entry.fpd
      << " DTE=" << entry.dte << " PASIDE=" << entry.paside << " PRE=" << entry.pre << " EPTR=" << entry.eptr
      << " PDTS=" << unsigned{entry.pdts} << " RID_PASID=" << entry.rid_pasid << '\n';
}

void PrintTable(const AddressSpaces& spaces, const AddressSpace& space, TableStage stage, std::ostream& out) {
  const unsigned levels = space.layout(stage).levels;
  const bool guest = stage == TableStage::kFirst && space.nested();
  out << (stage == TableStage::kFirst ? " FSPTPTR=" : " SSPTPTR=") << Hex{spaces.TableAddress(space, stage, levels, 0)}
      << (guest ? " (guest-physical, " : " (") << levels << " levels)";
}

// Rights of the leaves are the class's own: entries above them grant everything.
void PrintPasid(const std::string& name, const AddressSpaceClass& config, RequesterId requester,
                const AddressSpaces& spaces, std::ostream& out) {
  const Pasid pasid(config.first_pasid);
  const PasidEntry entry = spaces.ReadPasidEntry(requester, pasid.value());
  out << "  PASID entry of " << name << ", PASID " << pasid.value() << " (of " << config.count << "), at "
      << Hex{spaces.structures().PasidEntryAddress(requester, pasid.value())} << ":\n    P=" << entry.present
      << " FPD=" << entry.fpd << " PGTT=" << unsigned{entry.pgtt} << " (" << NameOf(entry.pgtt)
      << ") DID=" << entry.domain;
  const auto space = spaces.Find(pasid);
  if (space && space->first.levels != 0) PrintTable(spaces, *space, TableStage::kFirst, out);
  if (space && space->second.levels != 0) PrintTable(spaces, *space, TableStage::kSecond, out);
  out << " SRE=" << entry.sre << " WPE=" << entry.wpe << " SSADE=" << entry.ssade << " PWSNP=" << entry.page_walk_snoop
      << " leaves: R=1 W=" << (config.read_only ? 0 : 1) << '\n';
}

}  // namespace

void PrintEntries(const ResolvedExperiment& experiment, std::ostream& out) {
  const AddressSpaces spaces(experiment.address_spaces, experiment.run.seed);
  out << "\nTranslation structures\n";
  for (const ResolvedEndpoint& endpoint : experiment.platform.endpoints) {
    PrintContext(endpoint, spaces.structures(), out);
  }
  const auto& classes = experiment.traffic.classes;
  for (std::size_t i = 0; i < experiment.address_spaces.size(); ++i) {
    const bool replayed = i >= classes.size();
    const std::size_t endpoint = replayed ? experiment.traffic.replay.endpoint : classes[i].endpoint;
    PrintPasid(replayed ? "replay" : classes[i].name, experiment.address_spaces[i],
               experiment.platform.endpoints[endpoint].port.requester, spaces, out);
  }
}

}  // namespace siov
