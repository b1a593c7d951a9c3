// SPDX-License-Identifier: Apache-2.0
// The kinds of line an importer understands, by the name of their event: a new event is one more row.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_LINE_KINDS_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_LINE_KINDS_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "models/workload/importers/text_scan.h"

namespace siov {

// Handler: what the importer does with such a line, a pointer to its member.
template <class Handler>
class LineKinds {
 public:
  struct Row {
    std::string_view event;
    Handler handler;
  };

  LineKinds(std::initializer_list<Row> rows) {
    for (const Row& row : rows) Add(row);
  }
  void Add(const Row& row) {
    handler_of_.emplace(row.event, row.handler);
    if (!names_.empty()) names_ += ", ";
    names_ += row.event;
  }
  // nullptr: no line of this kind is read.
  const Handler* Find(std::string_view event) const {
    const auto found = handler_of_.find(event);
    return found == handler_of_.end() ? nullptr : &found->second;
  }
  const std::string& names() const { return names_; }  // of all rows, for messages

 private:
  std::unordered_map<std::string_view, Handler> handler_of_;  // the names are literals
  std::string names_;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_LINE_KINDS_H_
