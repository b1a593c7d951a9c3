// SPDX-License-Identifier: Apache-2.0
// A cursor over one line of text. Each step consumes what it names and says whether it was there, so that a grammar
// reads as one chain of &&.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_TEXT_SCAN_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_TEXT_SCAN_H_

#include <charconv>
#include <cstdint>
#include <string_view>

namespace siov {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class TextScan {
 public:
  explicit TextScan(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }
  bool Done() const { return rest_.empty(); }
  bool Literal(std::string_view text) {
    if (rest_.substr(0, text.size()) != text) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool Spaces() {  // any number, none included
    const std::size_t count = rest_.find_first_not_of(' ');
    rest_.remove_prefix(count == std::string_view::npos ? rest_.size() : count);
    return true;
  }
  bool Word(std::string_view* word) {  // up to the next space or the end; not empty
    Spaces();
    const std::size_t count = rest_.find(' ');
    *word = rest_.substr(0, count);
    rest_.remove_prefix(word->size());
    return !word->empty();
  }
  bool Until(std::string_view end, std::string_view* before) {  // consumes `end` as well
    const std::size_t count = rest_.find(end);
    if (count == std::string_view::npos) return false;
    *before = rest_.substr(0, count);
    rest_.remove_prefix(count + end.size());
    return true;
  }
  bool Skip(std::string_view end) {  // past the next `end`
    std::string_view ignored;
    return Until(end, &ignored);
  }
  bool Decimal(std::uint64_t* value) { return Number(10, value); }
  bool Hex(std::uint64_t* value) { return Literal("0x") && Number(16, value); }
  bool BareHex(std::uint64_t* value) { return Number(16, value); }
  bool AnyNumber(std::uint64_t* value) {  // 0x1000 or 4096
    return rest_.substr(0, 2) == "0x" ? Hex(value) : Decimal(value);
  }
  // "size=4096" anywhere in what is left, at its start or after a space, comma or bracket; nothing before it is
  // consumed.
  bool Field(std::string_view name, TextScan* value) const {
    for (std::size_t at = rest_.find(name); at != std::string_view::npos; at = rest_.find(name, at + 1)) {
      const std::string_view after = rest_.substr(at + name.size());
      const char before = at == 0 ? ' ' : rest_[at - 1];
      if ((before == ' ' || before == ',' || before == '(') && !after.empty() && after.front() == '=') {
        *value = TextScan(after.substr(1));
        return true;
      }
    }
    return false;
  }
  bool NumberField(std::string_view name, std::uint64_t* number) const {
    TextScan value("");
    return Field(name, &value) && value.AnyNumber(number);
  }

 private:
  bool Number(int base, std::uint64_t* value) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), *value, base);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  std::string_view rest_;
};

// "1795215493.913971": seconds with up to nine decimals, as ns. False when it is not that or beyond the year 2250.
inline bool ScanTimestamp(TextScan& scan, std::uint64_t* time_ns, unsigned* decimals) {
  constexpr std::uint64_t kLatestSecond = 9'000'000'000;
  std::uint64_t seconds = 0;
  if (!scan.Decimal(&seconds) || seconds > kLatestSecond || !scan.Literal(".")) return false;
  const std::size_t before = scan.rest().size();
  std::uint64_t fraction = 0;
  if (!scan.Decimal(&fraction)) return false;
  *decimals = static_cast<unsigned>(before - scan.rest().size());
  if (*decimals > 9) return false;
  for (unsigned digit = *decimals; digit < 9; ++digit) fraction *= 10;
  *time_ns = seconds * 1'000'000'000 + fraction;
  return true;
}

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_TEXT_SCAN_H_
