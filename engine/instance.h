// A matching problem as a file: what `brygga solve` reads, and whoever wants to
// check us writes. docs/solve.md states the format.
#ifndef BRYGGA_ENGINE_INSTANCE_H_
#define BRYGGA_ENGINE_INSTANCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/control.h"

namespace brygga::engine {

inline constexpr int32_t kMostPeopleOnASide = 50'000'000;

// Two sides, seats on both, and the pairs that are allowed: those of left i are
// offset[i] .. offset[i + 1), ascending by `right`. Everything by row, from 0.
// 8 bytes a pair where every score is below 2^31 and there are no ranks.
struct Instance {
  std::vector<int64_t> offset = {0};
  std::vector<int32_t> right;
  std::vector<int32_t> score;       // Not negative. Empty where some score needs more bits:
  std::vector<int64_t> wide_score;  // then they are all here.
  // The right one's rank with the left one, and the other way round: lower is
  // better, equal is a tie. Both empty where the file has none.
  std::vector<int32_t> left_rank, right_rank;
  std::vector<int32_t> left_capacity, right_capacity;
  std::vector<std::string> left_name, right_name;  // Of a CSV file; else empty: people are numbers.

  int32_t left_count() const { return static_cast<int32_t>(left_capacity.size()); }
  int32_t right_count() const { return static_cast<int32_t>(right_capacity.size()); }
  int64_t pair_count() const { return static_cast<int64_t>(right.size()); }
  bool has_ranks() const { return !left_rank.empty(); }
  bool has_names() const { return !left_name.empty() || !right_name.empty(); }
  int64_t Score(int64_t pair) const {
    const size_t p = static_cast<size_t>(pair);
    return wide_score.empty() ? score[p] : wide_score[p];
  }

  friend bool operator==(const Instance&, const Instance&) = default;
};

// Where an instance is read from.
struct InstanceSource {
  // Puts up to `most` bytes at `to` and gives their number, 0 at the end.
  std::function<absl::StatusOr<size_t>(char* to, size_t most)> read;
  // Goes back to the beginning; false or empty: cannot. Asked for only to find
  // the lines of pairs that are given twice.
  std::function<bool()> rewind;
  int64_t size = 0;  // In bytes, for the progress; 0: not known.
};

// Reads the text format or CSV, whichever the first line says it is. Holds 8
// bytes a pair (16 with ranks or wide scores), 4 more while the pairs of the left
// side are not in ascending order, and one block of the file. O(pairs), and
// O(pairs log pairs) where they do not ascend.
//
// kInvalidArgument, reason MALFORMED_INSTANCE: the fields are what is wrong, each
// with its line, its field and how to mend it, up to kMostFaults of them.
// kCancelled: the control said so. What `read` fails with is given unchanged.
inline constexpr size_t kMostFaults = 20;
absl::StatusOr<Instance> ReadInstance(const InstanceSource& source, const Control& control = {});

// The same from text that is at hand.
absl::StatusOr<Instance> ParseInstance(std::string_view text);

// Writes the text format, whatever the instance was read from; names are left out.
void WriteInstance(const Instance& instance, std::ostream& out);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_INSTANCE_H_
