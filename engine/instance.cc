#include "engine/instance.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/instance_readers.h"

namespace brygga::engine {
namespace {

// Puts records into an instance.
class Builder : public Sink {
 public:
  explicit Builder(Instance& instance, int64_t bytes) : instance_(instance), bytes_(bytes) {}

  void Sizes(int32_t left, int32_t right, int64_t pairs) override {
    instance_.left_capacity.assign(static_cast<size_t>(left), kNotGiven);
    instance_.right_capacity.assign(static_cast<size_t>(right), kNotGiven);
    instance_.offset.reserve(static_cast<size_t>(left) + 1);
    // The shortest pair takes eight bytes; more than the file holds is not believed.
    // (What is reserved takes no memory before it is used.)
    const auto room = static_cast<size_t>(std::min(pairs, bytes_ > 0 ? bytes_ / 8 + 1 : int64_t{1} << 24));
    instance_.right.reserve(room);
    instance_.score.reserve(room);
  }

  bool SetCapacity(bool on_the_left, int32_t row, int32_t capacity) override {
    auto& capacities = on_the_left ? instance_.left_capacity : instance_.right_capacity;
    if (capacities.size() <= static_cast<size_t>(row)) capacities.resize(static_cast<size_t>(row) + 1, kNotGiven);
    if (capacities[static_cast<size_t>(row)] != kNotGiven) return false;
    capacities[static_cast<size_t>(row)] = capacity;
    return true;
  }

  void Add(int64_t line, const Record& record) override {
    if (record.left < last_left_ && left_.empty()) Disorder();
    if (left_.capacity() == 0) {
      for (; last_left_ < record.left; ++last_left_) instance_.offset.push_back(instance_.pair_count());
    } else {
      left_.push_back(record.left);
      last_left_ = std::max(last_left_, record.left);
    }
    most_right_ = std::max(most_right_, record.right);
    instance_.right.push_back(record.right);
    if (record.score > most_score_) {
      most_score_ = record.score;
      most_score_line_ = line;
    }
    if (wide_ || record.score > std::numeric_limits<int32_t>::max()) {
      if (!wide_) Widen();
      instance_.wide_score.push_back(record.score);
    } else {
      instance_.score.push_back(static_cast<int32_t>(record.score));
    }
    if (record.left_rank == kNotGiven) return;
    instance_.left_rank.push_back(record.left_rank);
    instance_.right_rank.push_back(record.right_rank);
  }

  // Puts everything in order. Gives the pairs that are there twice, some of them.
  std::vector<std::pair<int32_t, int32_t>> Finish() {
    const auto left = std::max(instance_.left_capacity.size(), instance_.left_name.size());
    const auto right = std::max(instance_.right_capacity.size(), instance_.right_name.size());
    instance_.left_capacity.resize(left, kNotGiven);
    instance_.right_capacity.resize(right, kNotGiven);
    std::replace(instance_.left_capacity.begin(), instance_.left_capacity.end(), kNotGiven, 1);
    std::replace(instance_.right_capacity.begin(), instance_.right_capacity.end(), kNotGiven, 1);
    if (left_.capacity() == 0) {
      instance_.offset.resize(left + 1, instance_.pair_count());
    } else {
      SortByLeft(left);
    }
    return SortRows();
  }

  // No price of a solver may overflow: 8 (people + 2) scores stay below 2^62.
  void CheckScores(Faults& faults) const {
    const int64_t people = int64_t{instance_.left_count()} + instance_.right_count();
    const int64_t most = (int64_t{1} << 59) / (std::max(people, instance_.pair_count() / 8) + 2);
    if (most_score_ <= most) return;
    faults.Add(most_score_line_, "SCORE",
               absl::StrCat(most_score_,
                            " is too large among so many people, whose total must stay exact: divide all scores by the "
                            "same number, so that none is above ",
                            most));
  }

 private:
  // The pairs' left ones in a column of their own, because they come in no order.
  void Disorder() {
    left_.reserve(instance_.right.capacity());
    instance_.offset.resize(static_cast<size_t>(last_left_) + 2, instance_.pair_count());
    for (size_t i = 0; i + 1 < instance_.offset.size(); ++i) {
      left_.insert(left_.end(), static_cast<size_t>(instance_.offset[i + 1] - instance_.offset[i]),
                   static_cast<int32_t>(i));
    }
    instance_.offset.assign(1, 0);
    instance_.offset.shrink_to_fit();
  }

  void Widen() {
    wide_ = true;
    instance_.wide_score.reserve(instance_.score.capacity());
    instance_.wide_score.assign(instance_.score.begin(), instance_.score.end());
    instance_.score = std::vector<int32_t>();
  }

  void Swap(size_t a, size_t b) {
    std::swap(instance_.right[a], instance_.right[b]);
    if (wide_) std::swap(instance_.wide_score[a], instance_.wide_score[b]);
    if (!wide_) std::swap(instance_.score[a], instance_.score[b]);
    if (!instance_.has_ranks()) return;
    std::swap(instance_.left_rank[a], instance_.left_rank[b]);
    std::swap(instance_.right_rank[a], instance_.right_rank[b]);
  }

  // In place: every pair is swapped to where its left one's pairs belong.
  void SortByLeft(size_t count) {
    std::vector<int64_t>& offset = instance_.offset;
    offset.assign(count + 1, 0);
    for (const int32_t left : left_) ++offset[static_cast<size_t>(left) + 1];
    std::partial_sum(offset.begin(), offset.end(), offset.begin());
    std::vector<int64_t> next(offset.begin(), offset.end() - 1);
    for (size_t i = 0; i < count; ++i) {
      while (next[i] < offset[i + 1]) {
        const auto at = static_cast<size_t>(next[i]);
        const auto left = static_cast<size_t>(left_[at]);
        const auto to = static_cast<size_t>(next[left]++);
        if (to == at) continue;
        std::swap(left_[at], left_[to]);
        Swap(at, to);
      }
    }
    left_ = std::vector<int32_t>();
  }

  std::vector<std::pair<int32_t, int32_t>> SortRows() {
    std::vector<std::pair<int32_t, int32_t>> twice;
    std::vector<std::pair<int32_t, size_t>> order;
    for (int32_t i = 0; i < instance_.left_count(); ++i) {
      const auto begin = instance_.right.begin() + instance_.offset[static_cast<size_t>(i)];
      const auto end = instance_.right.begin() + instance_.offset[static_cast<size_t>(i) + 1];
      if (std::adjacent_find(begin, end, std::greater_equal<>()) == end) continue;
      SortRow(static_cast<size_t>(instance_.offset[static_cast<size_t>(i)]), static_cast<size_t>(end - begin), order);
      for (auto at = std::adjacent_find(begin, end); at != end && twice.size() < kMostFaults;
           at = std::adjacent_find(at + 1, end)) {
        if (twice.empty() || twice.back() != std::pair(i, *at)) twice.emplace_back(i, *at);
      }
    }
    return twice;
  }

  template <typename T>
  static void Permute(std::vector<T>& column, size_t begin, const std::vector<std::pair<int32_t, size_t>>& order,
                      std::vector<T>& kept) {
    if (column.empty()) return;
    kept.assign(column.begin() + static_cast<std::ptrdiff_t>(begin),
                column.begin() + static_cast<std::ptrdiff_t>(begin + order.size()));
    for (size_t k = 0; k < order.size(); ++k) column[begin + k] = kept[order[k].second];
  }

  void SortRow(size_t begin, size_t size, std::vector<std::pair<int32_t, size_t>>& order) {
    order.clear();
    for (size_t k = 0; k < size; ++k) order.emplace_back(instance_.right[begin + k], k);
    std::sort(order.begin(), order.end());
    Permute(instance_.right, begin, order, kept_);
    Permute(instance_.score, begin, order, kept_);
    Permute(instance_.wide_score, begin, order, kept_wide_);
    Permute(instance_.left_rank, begin, order, kept_);
    Permute(instance_.right_rank, begin, order, kept_);
  }

  Instance& instance_;
  const int64_t bytes_;
  std::vector<int32_t> left_;  // Used once the pairs are out of order.
  std::vector<int32_t> kept_;
  std::vector<int64_t> kept_wide_;
  int32_t last_left_ = 0, most_right_ = -1;
  int64_t most_score_ = 0, most_score_line_ = 0;
  bool wide_ = false;
};

// Finds the lines of pairs that are known to be there twice.
class Finder : public Sink {
 public:
  explicit Finder(const std::vector<std::pair<int32_t, int32_t>>& pairs) {
    for (const auto& pair : pairs) lines_[Key(pair.first, pair.second)];
  }
  void Sizes(int32_t, int32_t, int64_t) override {}
  bool SetCapacity(bool, int32_t, int32_t) override { return true; }
  void Add(int64_t line, const Record& record) override {
    const auto found = lines_.find(Key(record.left, record.right));
    if (found != lines_.end() && found->second.size() < 2) found->second.push_back(line);
  }
  const std::vector<int64_t>& LinesOf(const std::pair<int32_t, int32_t>& pair) const {
    return lines_.at(Key(pair.first, pair.second));
  }

 private:
  static uint64_t Key(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }
  std::unordered_map<uint64_t, std::vector<int64_t>> lines_;
};

std::string Name(const std::vector<std::string>& names, int32_t row) {
  return names.empty() ? absl::StrCat(row + 1) : Shown(names[static_cast<size_t>(row)]);
}

// Names pairs that are there twice, by their lines where the source can be read again.
absl::Status TellTwice(const InstanceSource& source, const Instance& instance,
                       const std::vector<std::pair<int32_t, int32_t>>& twice, Faults& faults) {
  Finder finder(twice);
  if (source.rewind && source.rewind()) {
    Faults ignored;
    Instance names;
    BRYGGA_RETURN_IF_ERROR(ReadRecords(source, {}, finder, ignored, names));
  }
  for (const auto& pair : twice) {
    const std::vector<int64_t>& lines = finder.LinesOf(pair);
    const std::string who =
        absl::StrCat("the pair ", Name(instance.left_name, pair.first), ", ", Name(instance.right_name, pair.second));
    if (lines.size() == 2) {
      faults.Add(lines[1], "pair", absl::StrCat(who, " stands on line ", lines[0], " already: take one of them out"));
    } else {
      faults.Add("pair", absl::StrCat(who, " is given twice: take one of them out"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Instance> ReadInstance(const InstanceSource& source, const Control& control) {
  Instance instance;
  Faults faults;
  Builder builder(instance, source.size);
  BRYGGA_RETURN_IF_ERROR(ReadRecords(source, control, builder, faults, instance));
  if (!faults.none()) return std::move(faults).status();
  const std::vector<std::pair<int32_t, int32_t>> twice = builder.Finish();
  if (!twice.empty()) BRYGGA_RETURN_IF_ERROR(TellTwice(source, instance, twice, faults));
  builder.CheckScores(faults);
  if (!faults.none()) return std::move(faults).status();
  return instance;
}

absl::StatusOr<Instance> ParseInstance(std::string_view text) {
  size_t at = 0;
  return ReadInstance({.read = [&](char* to, size_t most) -> absl::StatusOr<size_t> {
                         const size_t size = std::min(most, text.size() - at);
                         std::memcpy(to, text.data() + at, size);
                         at += size;
                         return size;
                       },
                       .rewind =
                           [&] {
                             at = 0;
                             return true;
                           },
                       .size = static_cast<int64_t>(text.size())});
}

void WriteInstance(const Instance& instance, std::ostream& out) {
  std::string text =
      absl::StrCat("p brygga ", instance.left_count(), " ", instance.right_count(), " ", instance.pair_count(), "\n");
  const auto flush = [&](size_t above) {
    if (text.size() <= above) return;
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    text.clear();
  };
  for (const bool on_the_left : {true, false}) {
    const auto& capacities = on_the_left ? instance.left_capacity : instance.right_capacity;
    for (size_t i = 0; i < capacities.size(); ++i) {
      if (capacities[i] != 1) absl::StrAppend(&text, on_the_left ? "l " : "r ", i + 1, " ", capacities[i], "\n");
      flush(kBlockBytes);
    }
  }
  for (int32_t i = 0; i < instance.left_count(); ++i) {
    for (int64_t p = instance.offset[static_cast<size_t>(i)]; p < instance.offset[static_cast<size_t>(i) + 1]; ++p) {
      const auto at = static_cast<size_t>(p);
      absl::StrAppend(&text, "e ", i + 1, " ", instance.right[at] + 1, " ", instance.Score(p));
      if (instance.has_ranks()) absl::StrAppend(&text, " ", instance.left_rank[at], " ", instance.right_rank[at]);
      text += '\n';
      flush(kBlockBytes);
    }
  }
  flush(0);
}

}  // namespace brygga::engine
