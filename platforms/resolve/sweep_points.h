// SPDX-License-Identifier: Apache-2.0
// The points of a sweep: the values of its axes, and which of them each point takes. `check` resolves them, and `sweep`
// asks for them (resolve FILE --points) and runs them: they are made here and nowhere else.
#ifndef SIOV_PLATFORMS_RESOLVE_SWEEP_POINTS_H_
#define SIOV_PLATFORMS_RESOLVE_SWEEP_POINTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "configs/schema/sweep.pb.h"
#include "platforms/config/fault.h"
#include "platforms/resolve/sweep_point.h"

namespace siov {

class SweepPoints {
 public:
  // What is wrong with axes, seeds and answers is appended to `faults`; then there are no points. REQUIRES a sweep
  // whose fields keep to the schema's rules.
  SweepPoints(const siovsim::Sweep& sweep, const LocationMap& places, Faults* faults);

  // Overrides of what an axis or the seeds set at every point are faults.
  void RefuseFixed(const siovsim::Sweep& sweep, const std::vector<std::string>& overrides);

  std::uint64_t size() const { return size_; }
  // The last axis runs fastest, seeds fastest of all.
  SweepPoint At(std::uint64_t index) const;
  // Which value of each axis a point takes, and which seed, if the sweep gives any.
  std::vector<std::uint64_t> StepsOf(std::uint64_t index) const;
  // What those count: the values of an axis as overrides, and as the table names them.
  struct Listed {
    std::vector<std::string> overrides;
    std::vector<std::string> names;
  };
  std::vector<Listed> Lists() const;
  const std::vector<std::uint64_t>& seeds() const { return seeds_; }
  // PATH=VALUE for every value of every axis, whether they make points or not.
  std::vector<std::string> Values() const;
  // The path in the sweep file of the axis that an override comes from.
  std::string AxisOf(const std::string& override_text) const;
  // At most `most` of them: all, or those in which an axis first takes a value (of an axis of very many values some),
  // and others evenly spread. REQUIRES more than one for each axis.
  std::vector<std::uint64_t> Sample(std::uint64_t most) const;

 private:
  struct Axis {
    std::string path;
    std::vector<std::string> values;
    std::string canonical;           // its path as every spelling is written; empty: it leads nowhere
    std::vector<std::string> names;  // of the values; empty: the values
    std::vector<std::string> shown;  // of a list: the values as the field holds them
    bool is_list = true;             // not a range
    std::size_t group = 0;           // axes of a group advance together

    std::string OverrideAt(std::size_t step) const { return path + "=" + values[step]; }
    const std::string& NameAt(std::size_t step) const;
  };
  void AddAxis(const siovsim::Sweep& sweep, int index);
  std::vector<std::string> ValuesOf(const siovsim::Axis& axis, const std::string& at, bool whole);
  void JoinGroup(const siovsim::Axis& axis, const std::string& at);
  void CheckNames(const siovsim::Axis& axis, const std::string& at, std::size_t values);
  void CheckTwice();
  void CheckAnswers(const siovsim::Sweep& sweep);
  void CountPoints();
  void Add(const std::string& path, const std::string& value, const std::string& message,
           const std::string& allowed = {});

  const LocationMap& places_;
  Faults& faults_;
  std::vector<Axis> axes_;
  std::vector<std::string> group_names_;    // empty: an axis by itself
  std::vector<std::uint64_t> group_sizes_;  // values
  std::vector<std::uint64_t> seeds_;
  std::uint64_t size_ = 0;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_SWEEP_POINTS_H_
