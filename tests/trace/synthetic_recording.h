// SPDX-License-Identifier: Apache-2.0
// A recording that nobody recorded: a made-up machine whose drivers map, unmap and invalidate and whose devices access
// memory at random, written down as the kernel (ftrace text) and the emulator (trace log) would have, together with
// what an IOTLB saw of it. For tests of recordings that are not shipped.
#ifndef SIOV_TESTS_TRACE_SYNTHETIC_RECORDING_H_
#define SIOV_TESTS_TRACE_SYNTHETIC_RECORDING_H_

#include <array>
#include <cstdint>
#include <cstdio>
#include <list>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace siov {

struct SyntheticMachine {
  unsigned seed = 1;
  std::vector<unsigned> domain_of_device = {3, 4};  // device i is 00:(4+i).0
  bool strict = true;  // unmaps invalidate their range; else a domain is flushed after some of them
  bool ats = false;    // every IOTLB invalidation is followed by those of the domain's devices
  unsigned operations = 2'000;
  unsigned slots = 48;  // I/O virtual ranges of a domain
};

class SyntheticRecording {
 public:
  // What the IOTLB saw, in order: accesses, and invalidations of pages [first, first + count) of a domain.
  struct Event {
    unsigned domain;
    std::uint64_t page;   // of 4 KiB
    std::uint64_t count;  // 0: an access; ~0: the whole domain
  };

  explicit SyntheticRecording(const SyntheticMachine& machine) : machine_(machine), random_(machine.seed) {
    Boot();
    for (unsigned i = 0; i < machine_.operations; ++i) Operate();
    Mark("WL_END");
  }

  const std::string& guest() const { return guest_; }
  const std::string& qemu() const { return qemu_; }
  const std::vector<Event>& events() const { return events_; }
  const std::map<unsigned, std::uint64_t>& accesses_by_device() const { return accesses_by_device_; }
  std::uint64_t maps() const { return maps_; }
  std::uint64_t unmaps() const { return unmaps_; }
  std::uint64_t iotlb_invalidations() const { return iotlb_invalidations_; }
  std::uint64_t device_invalidations() const { return device_invalidations_; }
  std::uint64_t waits() const { return waits_; }

  // Misses of a fully associative LRU IOTLB; slow and plain, a list searched from its front.
  std::uint64_t LruMisses(std::size_t entries) const {
    std::list<std::pair<unsigned, std::uint64_t>> held;
    std::uint64_t misses = 0;
    for (const Event& event : events_) {
      if (event.count == 0) {
        const std::size_t before = held.size();
        held.remove({event.domain, event.page});
        misses += held.size() == before;
        held.push_front({event.domain, event.page});
        if (held.size() > entries) held.pop_back();
        continue;
      }
      held.remove_if([&event](const auto& entry) {
        return entry.first == event.domain &&
               (event.count == ~std::uint64_t{0} || entry.second - event.page < event.count);
      });
    }
    return misses;
  }

 private:
  struct Mapping {
    std::uint64_t iova;
    std::uint64_t pa;
    unsigned pages;
    unsigned direction;  // 0 both, 1 to the device, 2 from it
  };
  struct Domain {
    std::map<unsigned, Mapping> live;  // by slot
    std::map<unsigned, bool> waiting;  // slots unmapped and not flushed yet
    std::vector<unsigned> devices;
  };

  unsigned Below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  template <class... Values>
  static std::string Text(const char* format, Values... values) {
    std::array<char, 320> text;
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
  }
  void Guest(const std::string& event) {
    const std::uint64_t us = now_us_;
    guest_ += Text("             fio-191     [000] .....     %llu.%06llu: ", 5 + us / 1'000'000ull, us % 1'000'000ull) +
              event + "\n";
    now_us_ += 3;
  }
  void Qemu(const std::string& line) {
    const std::uint64_t us = now_us_;
    qemu_ += Text("7@%llu.%06llu:", 100 + us / 1'000'000ull, us % 1'000'000ull) + line + "\n";
    now_us_ += 3;
  }
  void Mark(const char* name) {
    Guest(std::string("tracing_mark_write: MARK ") + name);
    const std::uint64_t us = now_us_;
    qemu_ += Text("#MARK %llu.%06llu %s\n", 100 + us / 1'000'000ull, us % 1'000'000ull, name);
  }

  void Boot() {
    guest_ = "# tracer: nop\n#\n";
    for (unsigned device = 0; device < machine_.domain_of_device.size(); ++device) {
      const unsigned domain = machine_.domain_of_device[device];
      domains_[domain].devices.push_back(device);
      Guest(Text("attach: (intel_iommu_attach_device+0x4/0x230) dom=0xff%02x dev=\"0000:00:%02x.0\"", domain,
                 4 + device));
      Guest(Text("cache_tag_assign: dmar0/dmar0 type iotlb did %u pasid 0 ref 1", domain));
    }
    for (auto& [id, domain] : domains_) Map(id, domain);
    Mark("WL_START");
  }

  void Operate() {
    auto place = domains_.begin();
    std::advance(place, Below(static_cast<unsigned>(domains_.size())));
    const unsigned what = Below(8);
    if (what == 0) return Map(place->first, place->second);
    if (what == 1) return Unmap(place->first, place->second);
    Access(place->first, place->second);
  }

  void Map(unsigned id, Domain& domain) {
    const unsigned slot = Below(machine_.slots);
    if (domain.live.count(slot) != 0 || domain.waiting.count(slot) != 0) return;
    Mapping mapping{};
    mapping.pages = 1u << Below(3);
    mapping.iova = 0xfff00000ull - 0x10000ull * slot;  // aligned to any size here
    mapping.pa = 0x100000000ull + 0x1000ull * Below(1u << 20);
    mapping.direction = Below(3);
    domain.live[slot] = mapping;
    ++maps_;
    const std::uint64_t bytes = mapping.pages * 4096ull;
    Guest(Text("pgmap: (intel_iommu_map_pages+0x4/0x750) dom=0xff%02x iova=0x%llx pa=0x%llx pgsz=0x1000 n=%u", id,
               mapping.iova, mapping.pa, mapping.pages));
    Guest(Text("map: IOMMU: iova=0x%016llx - 0x%016llx paddr=0x%016llx size=%llu", mapping.iova, mapping.iova + bytes,
               mapping.pa, bytes));
    Guest(
        Text("dmap: (dma_map_page_attrs+0x245/0x340 <- iommu_dma_map_page) iova=0x%llx dev=\"0000:00:%02x.0\" off=0x0 "
             "size=%llu dir=%u",
             mapping.iova, 4 + domain.devices.front(), bytes, mapping.direction));
  }

  void Unmap(unsigned id, Domain& domain) {
    if (domain.live.size() < 2) return;
    auto place = domain.live.begin();
    std::advance(place, Below(static_cast<unsigned>(domain.live.size())));
    const Mapping mapping = place->second;
    ++unmaps_;
    const std::uint64_t bytes = mapping.pages * 4096ull;
    Guest(Text("pgunmap: (intel_iommu_unmap_pages+0x4/0x190) dom=0xff%02x iova=0x%llx pgsz=0x1000 n=%u", id,
               mapping.iova, mapping.pages));
    Guest(Text("unmap: IOMMU: iova=0x%016llx - 0x%016llx size=%llu unmapped_size=%llu", mapping.iova,
               mapping.iova + bytes, bytes, bytes));
    if (machine_.strict) {
      const unsigned order = mapping.pages == 1 ? 0 : mapping.pages == 2 ? 1 : 2;
      Invalidate(id, domain, 0xf2ull | std::uint64_t{id} << 16, mapping.iova | 0x40ull | order);
      events_.push_back({id, mapping.iova >> 12, mapping.pages});
    } else {
      domain.waiting[place->first] = true;
      if (domain.waiting.size() == 8) {
        Invalidate(id, domain, 0xe2ull | std::uint64_t{id} << 16, 0);
        events_.push_back({id, 0, ~std::uint64_t{0}});
        domain.waiting.clear();
      }
    }
    domain.live.erase(place);
  }

  // The kernel queues a descriptor, the emulator executes it.
  void Invalidate(unsigned, const Domain& domain, std::uint64_t low, std::uint64_t high) {
    Guest(Text("qi_submit: iotlb_inv dmar0: 0x%llx 0x%llx 0x0 0x0", low, high));
    Qemu(Text("vtd_inv_desc invalidate desc type iotlb high 0x%llx low 0x%llx", high, low));
    ++iotlb_invalidations_;
    for (std::size_t i = 0; machine_.ats && i < domain.devices.size(); ++i) {
      const std::uint64_t source = (4 + domain.devices[i]) << 3;
      const std::uint64_t device_low = 0x3ull | source << 32;
      const std::uint64_t device_high = high & ~0xfffull;
      Guest(Text("qi_submit: dev_tlb_inv dmar0: 0x%llx 0x%llx 0x0 0x0", device_low, device_high));
      Qemu(Text("vtd_inv_desc invalidate desc type device high 0x%llx low 0x%llx", device_high, device_low));
      ++device_invalidations_;
    }
    Qemu("vtd_inv_desc invalidate desc type wait high 0x100042dfc low 0x200000025");
    ++waits_;
  }

  void Access(unsigned id, const Domain& domain) {
    if (domain.live.empty()) return;
    auto place = domain.live.begin();
    std::advance(place, Below(static_cast<unsigned>(domain.live.size())));
    const Mapping& mapping = place->second;
    const std::uint64_t offset = 4096ull * Below(mapping.pages);
    const std::uint64_t in_page = 8ull * Below(512);
    const unsigned device = domain.devices[Below(static_cast<unsigned>(domain.devices.size()))];
    const unsigned rights = mapping.direction == 0 ? 3 : mapping.direction;  // to the device: read
    Qemu(Text("vtd_iotlb_page_hit IOTLB page hit sid 0x%x iova 0x%llx slpte 0x%llx domain 0x%x", (4 + device) << 3,
              mapping.iova + offset + in_page, (mapping.pa + offset) | rights, id));
    Qemu(Text("vtd_dmar_translate dev 00:%02x.00 iova 0x%llx -> gpa 0x%llx mask 0xfff", 4 + device,
              mapping.iova + offset, mapping.pa + offset));
    events_.push_back({id, (mapping.iova + offset) >> 12, 0});
    ++accesses_by_device_[device];
  }

  SyntheticMachine machine_;
  std::mt19937 random_;
  std::uint64_t now_us_ = 0;
  std::string guest_;
  std::string qemu_;
  std::vector<Event> events_;
  std::map<unsigned, Domain> domains_;
  std::map<unsigned, std::uint64_t> accesses_by_device_;
  std::uint64_t maps_ = 0;
  std::uint64_t unmaps_ = 0;
  std::uint64_t iotlb_invalidations_ = 0;
  std::uint64_t device_invalidations_ = 0;
  std::uint64_t waits_ = 0;
};

}  // namespace siov

#endif  // SIOV_TESTS_TRACE_SYNTHETIC_RECORDING_H_
