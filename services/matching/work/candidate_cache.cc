#include "services/matching/work/candidate_cache.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <functional>
#include <list>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "common/status/error.h"

namespace brygga::matching {
namespace {

constexpr CacheEvent kAllEvents[] = {CacheEvent::kMemoryHit,   CacheEvent::kSharedHit,  CacheEvent::kMiss,
                                     CacheEvent::kUnreachable, CacheEvent::kUnreadable, CacheEvent::kShort,
                                     CacheEvent::kRanked,      CacheEvent::kJoined,     CacheEvent::kStale,
                                     CacheEvent::kBypass};
static_assert(std::size(kAllEvents) == kCacheEvents);

size_t BytesOf(const std::string& text, const Ranking& ranking) {
  constexpr size_t kEntry = 512, kListed = 96;  // With what the allocator takes.
  return kEntry + 2 * text.size() + kListed * ranking.listed.size();
}

absl::Status WaitedTooLong(const RankingKey& key) {
  return MakeError(
      absl::StatusCode::kDeadlineExceeded,
      "the deadline passed while the candidates of participants/" + key.subject.value() + " were being ranked",
      {.reason = "DEADLINE_EXCEEDED"});
}

}  // namespace

std::string_view NameOf(CacheEvent event) {
  switch (event) {
    case CacheEvent::kMemoryHit:
      return "memory_hit";
    case CacheEvent::kSharedHit:
      return "redis_hit";
    case CacheEvent::kMiss:
      return "miss";
    case CacheEvent::kUnreachable:
      return "unreachable";
    case CacheEvent::kUnreadable:
      return "unreadable";
    case CacheEvent::kShort:
      return "short";
    case CacheEvent::kRanked:
      return "ranked";
    case CacheEvent::kJoined:
      return "joined";
    case CacheEvent::kStale:
      return "stale";
    case CacheEvent::kBypass:
      return "bypass";
  }
  return "";
}

// The rankings used last, up to a number of bytes. Safe for concurrent use.
class CandidateCache::Memory {
 public:
  explicit Memory(size_t most_bytes) : most_bytes_(most_bytes) {}

  Found Get(const std::string& text) {
    const MutexLock lock(&mutex_);
    const auto found = by_key_.find(text);
    if (found == by_key_.end()) return nullptr;
    if (found->second->until <= absl::Now()) {
      Drop(found->second);
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->known;
  }

  void Put(const std::string& text, Found known, absl::Duration ttl) {
    const size_t bytes = BytesOf(text, known->ranking);
    if (bytes > most_bytes_) return;
    const MutexLock lock(&mutex_);
    if (const auto found = by_key_.find(text); found != by_key_.end()) Drop(found->second);
    entries_.push_front({.text = text, .known = std::move(known), .bytes = bytes, .until = absl::Now() + ttl});
    by_key_.emplace(text, entries_.begin());
    bytes_ += bytes;
    while (bytes_ > most_bytes_) Drop(std::prev(entries_.end()));
  }

 private:
  struct Entry {
    std::string text;
    Found known;
    size_t bytes;
    absl::Time until;
  };

  void Drop(std::list<Entry>::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    bytes_ -= entry->bytes;
    by_key_.erase(entry->text);
    entries_.erase(entry);
  }

  const size_t most_bytes_;
  Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // The last used first.
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

// One computation. Guarded by the cache's mutex.
struct CandidateCache::Flight {
  bool over = false;
  Found made = nullptr;  // Null where it failed.
};

CandidateCache::CandidateCache(CandidateCacheOptions options, std::unique_ptr<RankingCache> shared, std::string secret)
    : options_(options),
      secret_(std::move(secret)),
      memory_(std::make_unique<Memory>(options.memory_bytes)),
      shared_(std::move(shared)) {}

CandidateCache::~CandidateCache() = default;

CandidateCache::Found CandidateCache::InMemory(const RankingKey& key, Enough enough) {
  Found known = memory_->Get(KeyOf(key));
  if (known == nullptr) return nullptr;
  if (!enough(known->ranking)) {
    Count(CacheEvent::kShort);
    return nullptr;
  }
  Count(CacheEvent::kMemoryHit);
  return known;
}

void CandidateCache::Find(const RankingKey& key, absl::AnyInvocable<void(Found)> found) {
  if (shared_ == nullptr) return found(nullptr);
  const std::string text = KeyOf(key);
  {
    const MutexLock lock(&mutex_);
    auto& asking = asking_[text];
    asking.push_back(std::move(found));
    if (asking.size() > 1) return;
  }
  shared_->Get(text, absl::Now() + options_.patience,
               [this, key, text](absl::StatusOr<std::optional<std::string>> bytes) {
                 const Found known = Opened(key, text, std::move(bytes));
                 std::vector<absl::AnyInvocable<void(Found)>> asking;
                 {
                   const MutexLock lock(&mutex_);
                   asking = std::move(asking_.extract(text).mapped());
                 }
                 for (auto& one : asking) std::move(one)(known);
               });
}

CandidateCache::Found CandidateCache::Opened(const RankingKey& key, const std::string& text,
                                             absl::StatusOr<std::optional<std::string>> bytes) {
  if (!bytes.ok()) return Count(CacheEvent::kUnreachable), nullptr;
  if (!*bytes) return Count(CacheEvent::kMiss), nullptr;
  std::optional<Ranking> ranking = Unseal(**bytes, text, secret_, options_.seal_check);
  if (!ranking) return Count(CacheEvent::kUnreadable), nullptr;
  Count(CacheEvent::kSharedHit);
  // What is left of its time there is not known here; the key keeps it true.
  auto known = std::make_shared<const Known>(Known{key, *std::move(ranking)});
  memory_->Put(text, known, TtlOf(text));
  return known;
}

absl::StatusOr<CandidateCache::Found> CandidateCache::Rank(const RankingKey& key, absl::Time deadline, Enough enough,
                                                           Compute compute) {
  const std::string text = KeyOf(key);
  for (bool joined = false;;) {
    std::shared_ptr<Flight> flight;
    {
      const MutexLock lock(&mutex_);
      std::shared_ptr<Flight>& in_the_air = flights_[text];
      if (in_the_air == nullptr) {
        flight = in_the_air = std::make_shared<Flight>();
      } else {
        const std::shared_ptr<Flight> other = in_the_air;
        if (!std::exchange(joined, true)) Count(CacheEvent::kJoined);
        if (!mutex_.AwaitWithDeadline(Condition(&other->over), deadline)) return WaitedTooLong(key);
        if (other->made != nullptr && enough(other->made->ranking)) return other->made;
        continue;  // Its error is its own; what was not enough for this caller is asked for again.
      }
    }
    Found made;
    const absl::Cleanup land = [&] {
      const MutexLock lock(&mutex_);
      flight->made = made;
      flight->over = true;
      flights_.erase(text);
    };
    absl::StatusOr<Found> led = Lead(key, text, enough, compute);
    if (led.ok()) made = *led;
    return led;
  }
}

absl::StatusOr<CandidateCache::Found> CandidateCache::Lead(const RankingKey& key, const std::string& text,
                                                           Enough enough, Compute compute) {
  // Somebody may have landed between this caller's look and its turn.
  if (Found known = memory_->Get(text); known != nullptr && enough(known->ranking)) return known;
  absl::StatusOr<Known> made = compute();
  if (!made.ok()) return made.status();
  Count(CacheEvent::kRanked);
  if (made->key != key) Count(CacheEvent::kStale);
  auto known = std::make_shared<const Known>(*std::move(made));
  if (!on()) return known;
  const std::string own = KeyOf(known->key);
  memory_->Put(own, known, TtlOf(own));
  if (shared_ != nullptr) shared_->Put(own, Seal(known->ranking, own, secret_), TtlOf(own));
  return known;
}

// By key and not by chance: spread all the same.
absl::Duration CandidateCache::TtlOf(const std::string& text) const {
  constexpr size_t kSteps = 2001;
  const auto step = static_cast<double>(std::hash<std::string>()(text) % kSteps);
  return options_.ttl * (0.9 + 0.2 * step / (kSteps - 1));
}

void CandidateCache::Count(CacheEvent event) {
  const auto index = static_cast<size_t>(event);
  counts_[index].fetch_add(1, std::memory_order_relaxed);
  if (prometheus::Counter* const shown = shown_[index].load(std::memory_order_acquire)) shown->Increment();
}

void CandidateCache::Expose(std::shared_ptr<prometheus::Registry> registry) {
  registry_ = std::move(registry);
  auto& family = prometheus::BuildCounter()
                     .Name("brygga_candidate_cache_events_total")
                     .Help("What became of questions for kept rankings; a question may count in several.")
                     .Register(*registry_);
  for (const CacheEvent event : kAllEvents) {
    prometheus::Counter& counter = family.Add({{"event", std::string(NameOf(event))}});
    counter.Increment(static_cast<double>(count(event)));
    shown_[static_cast<size_t>(event)].store(&counter, std::memory_order_release);
  }
}

}  // namespace brygga::matching
