// One side of a cohort of which a few people change at a time: versions share
// what is the same in them.
#ifndef BRYGGA_ENGINE_CROWD_H_
#define BRYGGA_ENGINE_CROWD_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/people.h"

namespace brygga::engine {

enum class CrowdSide : uint8_t { kAdepts, kMentors };

// So many people share a block.
inline constexpr int32_t kBlockRows = 128;

// What a ranking reads of a block before anything else, under one policy: fixed
// widths and no text. ranking.cc fills it in and says what each means.
struct Lanes {
  std::array<uint64_t, kBlockRows / 64> fine = {}, excludes = {}, speechless = {};
  std::array<uint8_t, kBlockRows> look = {};
  std::array<uint32_t, kBlockRows> slots = {}, education = {};
  std::array<uint64_t, kBlockRows> speaks = {}, employer = {};
  std::array<int16_t, kBlockRows> group = {};
  std::array<uint16_t, kBlockRows> goals_unmet = {}, goals_unknown = {};
  std::array<double, kBlockRows> share = {};
  std::vector<uint8_t> practised;
};

// Immutable. Shared by the versions of a crowd in which nobody of it changed.
struct Block {
  People people;  // At most kBlockRows.
  Lanes lanes;
};

// Adepts or mentors by row: row r is place r % kBlockRows of block
// r / kBlockRows. Rows hold for one version; there are rows without a person.
//
// Immutable; copies are cheap and share everything. A version that differs in c
// people copies their blocks, O(c × kBlockRows), and a pointer for each other
// block. About 0.5 kB a person (bytes() counts it).
class Crowd {
 public:
  using MakeLanes = absl::FunctionRef<Lanes(const People& people)>;

  // Nobody.
  explicit Crowd(CrowdSide side);

  // A version where `changed` have taken the place of whoever had their ids, or
  // are new, and `gone` are not. Ids that nobody has are no matter.
  //
  // kInvalidArgument: as BuildPeople for `changed`.
  absl::StatusOr<Crowd> With(const Reference& reference, const std::vector<Person>& changed,
                             const std::vector<std::string>& gone, MakeLanes make_lanes) const;

  CrowdSide side() const { return side_; }
  int32_t count() const { return count_; }
  // One more than the last row.
  int32_t rows() const { return static_cast<int32_t>(blocks_.size()) * kBlockRows; }
  const std::vector<std::shared_ptr<const Block>>& blocks() const { return blocks_; }

  // The row of a person, or nothing.
  std::optional<int32_t> Find(std::string_view id) const;

  // The columns that have the person of a row, and where in them.
  const Block& BlockOf(int32_t row) const { return *blocks_[static_cast<size_t>(row / kBlockRows)]; }
  const People& PeopleOf(int32_t row) const { return BlockOf(row).people; }
  static int32_t PlaceOf(int32_t row) { return row % kBlockRows; }
  const std::string& IdOf(int32_t row) const { return PeopleOf(row).id[static_cast<size_t>(PlaceOf(row))]; }
  const std::string& TieKeyOf(int32_t row) const { return PeopleOf(row).tie_key[static_cast<size_t>(PlaceOf(row))]; }

  // Every row that has a person, ascending.
  std::vector<int32_t> Rows() const;

  // Memory that it keeps alive, what it shares included.
  int64_t bytes() const;

 private:
  static constexpr size_t kShards = 256;
  struct Entry {
    uint64_t hash;
    int32_t block;
  };
  using Shard = std::vector<Entry>;
  class Editor;

  CrowdSide side_;
  int32_t count_ = 0;
  // Shared with other versions.
  std::vector<std::shared_ptr<const Block>> blocks_;
  // Blocks by the hash of an id; null where nobody is.
  std::vector<std::shared_ptr<const Shard>> index_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_CROWD_H_
