// What a search comes to next.
#ifndef BRYGGA_ENGINE_DISTANCE_QUEUE_H_
#define BRYGGA_ENGINE_DISTANCE_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace brygga::engine {

// Nodes by distance, the nearest first: a heap whose nodes have four children.
class DistanceQueue {
 public:
  struct Entry {
    int64_t distance;
    int32_t node;
  };

  void Clear() { entries_.clear(); }
  bool IsOver(int64_t distance) const { return entries_.empty() || entries_.front().distance >= distance; }

  void Push(int64_t distance, int32_t node) {
    size_t at = entries_.size();
    entries_.push_back({distance, node});
    for (; at > 0 && entries_[(at - 1) / 4].distance > distance; at = (at - 1) / 4) {
      entries_[at] = entries_[(at - 1) / 4];
    }
    entries_[at] = {distance, node};
  }

  Entry Pop() {
    const Entry first = entries_.front(), last = entries_.back();
    entries_.pop_back();
    if (!entries_.empty()) SiftDown(last);
    return first;
  }

 private:
  void SiftDown(const Entry entry) {
    const size_t size = entries_.size();
    size_t at = 0;
    for (size_t child = 1; child < size; child = 4 * at + 1) {
      size_t least = child;
      for (size_t i = child + 1; i < std::min(size, child + 4); ++i) {
        if (entries_[i].distance < entries_[least].distance) least = i;
      }
      if (entries_[least].distance >= entry.distance) break;
      entries_[at] = entries_[least];
      at = least;
    }
    entries_[at] = entry;
  }

  std::vector<Entry> entries_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_DISTANCE_QUEUE_H_
