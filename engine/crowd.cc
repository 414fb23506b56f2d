#include "engine/crowd.h"

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_set>
#include <utility>

#include "common/status/macros.h"

namespace brygga::engine {
namespace {

uint64_t HashOf(std::string_view id) { return std::hash<std::string_view>()(id) * 0x9E3779B97F4A7C15; }

template <typename T>
int64_t BytesOf(const std::vector<T>& column) {
  return static_cast<int64_t>(column.capacity() * sizeof(T));
}
int64_t BytesOf(const std::vector<bool>& column) { return static_cast<int64_t>(column.capacity() / 8); }
int64_t BytesOf(const std::vector<std::string>& column) {
  int64_t bytes = static_cast<int64_t>(column.capacity() * sizeof(std::string));
  for (const std::string& text : column) bytes += text.capacity() > 15 ? static_cast<int64_t>(text.capacity()) + 1 : 0;
  return bytes;
}

}  // namespace

// One version on its way to the next.
class Crowd::Editor {
 public:
  Editor(const Crowd& before, const People& fresh, MakeLanes make_lanes)
      : after_(before), fresh_(fresh), make_lanes_(make_lanes) {}

  void Remove(int32_t row) { edits_[row / kBlockRows][PlaceOf(row)] = kGone; }
  void Put(int32_t fresh) {
    if (const auto row = after_.Find(fresh_.id[static_cast<size_t>(fresh)])) {
      edits_[*row / kBlockRows][PlaceOf(*row)] = fresh;
    } else {
      added_.push_back(fresh);
    }
  }

  Crowd Finish() {
    for (const auto& [block, places] : edits_) Rewrite(block, places);
    for (size_t block = 0; !added_.empty() && block < after_.blocks_.size(); ++block) {
      if (after_.blocks_[block]->people.count < kBlockRows) Rewrite(static_cast<int32_t>(block), {});
    }
    while (!added_.empty()) {
      after_.blocks_.push_back(std::make_shared<const Block>());
      Rewrite(static_cast<int32_t>(after_.blocks_.size()) - 1, {});
    }
    for (auto& [place, shard] : shards_) after_.index_[place] = std::make_shared<const Shard>(std::move(shard));
    return std::move(after_);
  }

 private:
  static constexpr int32_t kGone = -1;

  Shard& ShardOf(uint64_t hash) {
    const size_t place = hash >> 56;
    const auto [found, is_new] = shards_.try_emplace(place);
    if (is_new && after_.index_[place]) found->second = *after_.index_[place];
    return found->second;
  }
  void Forget(const std::string& id, int32_t block) {
    Shard& shard = ShardOf(HashOf(id));
    const auto entry = std::find_if(shard.begin(), shard.end(), [hash = HashOf(id), block](const Entry& other) {
      return other.hash == hash && other.block == block;
    });
    if (entry != shard.end()) shard.erase(entry);
    --after_.count_;
  }

  // The block with its edits, filled up with those who are still without a place.
  void Rewrite(int32_t block, const std::map<int32_t, int32_t>& places) {
    std::shared_ptr<const Block>& kept = after_.blocks_[static_cast<size_t>(block)];
    const People& before = kept->people;
    auto made = std::make_shared<Block>();
    for (int32_t place = 0; place < before.count; ++place) {
      const auto edit = places.find(place);
      if (edit == places.end()) {
        AppendRow(before, place, made->people);
      } else if (edit->second == kGone) {
        Forget(before.id[static_cast<size_t>(place)], block);
      } else {
        AppendRow(fresh_, edit->second, made->people);
      }
    }
    while (!added_.empty() && made->people.count < kBlockRows) {
      const std::string& id = fresh_.id[static_cast<size_t>(added_.back())];
      ShardOf(HashOf(id)).push_back({HashOf(id), block});
      AppendRow(fresh_, added_.back(), made->people);
      added_.pop_back();
      ++after_.count_;
    }
    made->lanes = make_lanes_(made->people);
    kept = std::move(made);
  }

  Crowd after_;
  const People& fresh_;
  const MakeLanes make_lanes_;
  std::map<int32_t, std::map<int32_t, int32_t>> edits_;  // By block and place: a row of `fresh_`, or kGone.
  std::vector<int32_t> added_;                           // Rows of `fresh_`.
  std::map<size_t, Shard> shards_;
};

Crowd::Crowd(CrowdSide side) : side_(side), index_(kShards) {}

absl::StatusOr<Crowd> Crowd::With(const Reference& reference, const std::vector<Person>& changed,
                                  const std::vector<std::string>& gone, MakeLanes make_lanes) const {
  BRYGGA_ASSIGN_OR_RETURN(const People fresh, BuildPeople(reference, changed));
  Editor editor(*this, fresh, make_lanes);
  for (const std::string& id : gone) {
    if (const auto row = Find(id)) editor.Remove(*row);
  }
  for (int32_t row = fresh.count - 1; row >= 0; --row) editor.Put(row);  // Those who are new in their order.
  return editor.Finish();
}

std::optional<int32_t> Crowd::Find(std::string_view id) const {
  const uint64_t hash = HashOf(id);
  const auto& shard = index_[hash >> 56];
  if (!shard) return std::nullopt;
  for (const Entry& entry : *shard) {
    if (entry.hash != hash) continue;
    const std::vector<std::string>& ids = blocks_[static_cast<size_t>(entry.block)]->people.id;
    const auto found = std::find(ids.begin(), ids.end(), id);
    if (found != ids.end()) return entry.block * kBlockRows + static_cast<int32_t>(found - ids.begin());
  }
  return std::nullopt;
}

std::vector<int32_t> Crowd::Rows() const {
  std::vector<int32_t> rows;
  rows.reserve(static_cast<size_t>(count_));
  for (size_t block = 0; block < blocks_.size(); ++block) {
    for (int32_t place = 0; place < blocks_[block]->people.count; ++place) {
      rows.push_back(static_cast<int32_t>(block) * kBlockRows + place);
    }
  }
  return rows;
}

int64_t Crowd::bytes() const {
  int64_t bytes = sizeof(Crowd) + BytesOf(blocks_) + BytesOf(index_);
  for (const auto& shard : index_) bytes += shard ? BytesOf(*shard) : 0;
  for (const auto& block : blocks_) {
    bytes += static_cast<int64_t>(sizeof(Block)) + BytesOf(block->lanes.practised);
    const People& people = block->people;
    ForEachColumn([&bytes](const auto& column) { bytes += BytesOf(column); }, people);
    bytes += BytesOf(people.skill) + BytesOf(people.skill_offset);
    bytes += BytesOf(people.language) + BytesOf(people.language_offset);
  }
  return bytes;
}

}  // namespace brygga::engine
