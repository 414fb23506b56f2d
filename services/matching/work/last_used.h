// What was used last, in memory.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_LAST_USED_H_
#define BRYGGA_SERVICES_MATCHING_WORK_LAST_USED_H_

#include <cstddef>
#include <iterator>
#include <list>
#include <map>
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

// Values by key, up to a number of bytes and each for a while, after which it goes at
// the next Put or Sweep; what was used longest ago goes first. Safe for concurrent use.
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
    if (found->second->until->first <= absl::Now()) {
      Drop(found->second);
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  // In the place of what there was. `bytes` are those of the value; what has more
  // than there is room for is not kept.
  void Put(std::string_view key, Value value, size_t bytes, absl::Duration ttl) {
    constexpr size_t kEntry = 320;  // With what the allocator takes.
    bytes += kEntry + key.size();
    if (bytes > most_bytes_) return;
    const absl::Time now = absl::Now();
    const MutexLock lock(&mutex_);
    DropExpired(now);
    if (const auto found = by_key_.find(key); found != by_key_.end()) Drop(found->second);
    entries_.push_front({.key = std::string(key), .value = std::move(value), .bytes = bytes});
    entries_.front().until = by_end_.emplace(now + ttl, entries_.begin());
    by_key_.emplace(entries_.front().key, entries_.begin());
    bytes_ += bytes;
    while (bytes_ > most_bytes_) Drop(std::prev(entries_.end()));
  }

  // Drops what has had its time.
  void Sweep() {
    const absl::Time now = absl::Now();
    const MutexLock lock(&mutex_);
    DropExpired(now);
  }

  // Of all that is kept.
  size_t bytes() const {
    const MutexLock lock(&mutex_);
    return bytes_;
  }

 private:
  struct Entry;
  using Entries = std::list<Entry>;
  using Ends = std::multimap<absl::Time, typename Entries::iterator>;
  struct Entry {
    std::string key;
    Value value;
    size_t bytes;
    typename Ends::iterator until = {};
  };

  void Drop(typename Entries::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    bytes_ -= entry->bytes;
    by_key_.erase(entry->key);
    by_end_.erase(entry->until);
    entries_.erase(entry);
  }
  void DropExpired(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    while (!by_end_.empty() && by_end_.begin()->first <= now) Drop(by_end_.begin()->second);
  }

  const size_t most_bytes_;
  mutable Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // The last used first.
  // The keys are those of the entries.
  std::unordered_map<std::string_view, typename Entries::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
  Ends by_end_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_LAST_USED_H_
