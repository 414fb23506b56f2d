// What was used last, in memory.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_LAST_USED_H_
#define BRYGGA_SERVICES_MATCHING_WORK_LAST_USED_H_

#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"

namespace brygga::matching {

// Values by key, up to a number of bytes and each for a while; what was used
// longest ago goes first. Safe for concurrent use.
template <typename V>
class LastUsed {
 public:
  // Shared with those who go on with it when it is no longer kept.
  using Value = std::shared_ptr<const V>;

  explicit LastUsed(size_t most_bytes) : most_bytes_(most_bytes) {}

  // Null: there is none.
  Value Get(std::string_view key) {
    const MutexLock lock(&mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    if (found->second->until <= absl::Now()) {
      Drop(found->second);
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  // In the place of what there was. `bytes` are those of the value; what has more
  // than there is room for is not kept.
  void Put(std::string_view key, Value value, size_t bytes, absl::Duration ttl) {
    constexpr size_t kEntry = 256;  // With what the allocator takes.
    bytes += kEntry + key.size();
    if (bytes > most_bytes_) return;
    const MutexLock lock(&mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) Drop(found->second);
    entries_.push_front(
        {.key = std::string(key), .value = std::move(value), .bytes = bytes, .until = absl::Now() + ttl});
    by_key_.emplace(entries_.front().key, entries_.begin());
    bytes_ += bytes;
    while (bytes_ > most_bytes_) Drop(std::prev(entries_.end()));
  }

 private:
  struct Entry {
    std::string key;
    Value value;
    size_t bytes;
    absl::Time until;
  };

  void Drop(typename std::list<Entry>::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    bytes_ -= entry->bytes;
    by_key_.erase(entry->key);
    entries_.erase(entry);
  }

  const size_t most_bytes_;
  Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // The last used first.
  // The keys are those of the entries.
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_LAST_USED_H_
