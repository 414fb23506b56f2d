#include "services/matching/work/candidate_cache.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "common/status/error.h"

namespace brygga::matching {
namespace {

constexpr CacheEvent kAllEvents[] = {CacheEvent::kPageHit, CacheEvent::kMemoryHit,   CacheEvent::kSharedHit,
                                     CacheEvent::kMiss,    CacheEvent::kUnreachable, CacheEvent::kUnreadable,
                                     CacheEvent::kShort,   CacheEvent::kRanked,      CacheEvent::kJoined,
                                     CacheEvent::kStale,   CacheEvent::kBypass};
static_assert(std::size(kAllEvents) == kCacheEvents);

size_t BytesOf(const Ranking& ranking) {
  constexpr size_t kKnown = 320;  // With its key and what the allocator takes.
  return kKnown + ranking.listed.Packed(ranking.listed.size()).size();
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
    case CacheEvent::kPageHit:
      return "page_hit";
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

// A page and what it was made at.
struct CandidateCache::KeptPage {
  int64_t epoch;
  int64_t availability;
  std::string policy_hash;
  Bytes bytes;

  bool IsOf(const Standing& standing) const {
    return epoch == standing.cohort.epoch && availability == standing.availability &&
           policy_hash == standing.policy_hash;
  }
};

// One computation. Guarded by the cache's mutex.
struct CandidateCache::Flight {
  bool over = false;
  Found made = nullptr;  // Null where it failed.
};

CandidateCache::CandidateCache(CandidateCacheOptions options, std::unique_ptr<RankingCache> shared, std::string secret,
                               std::string made_by)
    : options_(options),
      secret_(std::move(secret)),
      made_by_(std::move(made_by)),
      memory_(std::make_unique<LastUsed<Known>>(options.memory_bytes / 2)),
      pages_(
          std::make_unique<LastUsed<KeptPage>>(options.keep_pages == KeepPages::kYes ? options.memory_bytes / 2 : 0)),
      ranking_ns_(absl::ToInt64Nanoseconds(options.patience)),
      shared_(std::move(shared)) {}

CandidateCache::~CandidateCache() = default;

CandidateCache::Bytes CandidateCache::Page(std::string_view asked, const Standing& standing) {
  const auto kept = pages_->Get(asked);
  if (kept == nullptr) return nullptr;
  if (options_.standing_check == StandingCheck::kYes && !kept->IsOf(standing)) return nullptr;
  Count(CacheEvent::kPageHit);
  return kept->bytes;
}

void CandidateCache::KeepPage(std::string_view asked, const Standing& standing, Bytes page) {
  const size_t bytes = sizeof(KeptPage) + standing.policy_hash.size() + page->size();
  pages_->Put(asked,
              std::make_shared<const KeptPage>(KeptPage{.epoch = standing.cohort.epoch,
                                                        .availability = standing.availability,
                                                        .policy_hash = standing.policy_hash,
                                                        .bytes = std::move(page)}),
              bytes, options_.page_ttl);
}

void CandidateCache::Sweep() {
  memory_->Sweep();
  pages_->Sweep();
}

size_t CandidateCache::bytes() const { return memory_->bytes() + pages_->bytes(); }

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
  shared_->Get(text, absl::Now() + Patience(), [this, key, text](absl::StatusOr<std::optional<std::string>> bytes) {
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
  memory_->Put(text, known, BytesOf(known->ranking), TtlOf(text));
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
  const absl::Time begun = absl::Now();
  absl::StatusOr<Known> made = compute();
  if (!made.ok()) return made.status();
  Took(absl::Now() - begun);
  Count(CacheEvent::kRanked);
  if (made->key != key) Count(CacheEvent::kStale);
  auto known = std::make_shared<const Known>(*std::move(made));
  if (!on()) return known;
  const std::string own = KeyOf(known->key);
  memory_->Put(own, known, BytesOf(known->ranking), TtlOf(own));
  if (shared_ != nullptr) {
    shared_->Put(own, Seal(known->ranking, own, secret_), TtlOf(own), absl::Now() + options_.patience);
  }
  return known;
}

// By key and not by chance: spread all the same.
absl::Duration CandidateCache::TtlOf(const std::string& text) const {
  constexpr size_t kSteps = 2001;
  const auto step = static_cast<double>(std::hash<std::string>()(text) % kSteps);
  return options_.ttl * (0.9 + 0.2 * step / (kSteps - 1));
}

absl::Duration CandidateCache::Patience() const {
  return std::clamp(2 * absl::Nanoseconds(ranking_ns_.load(std::memory_order_relaxed)), options_.least_patience,
                    options_.patience);
}

// Two at once may lose one of the two: it is an average.
void CandidateCache::Took(absl::Duration duration) {
  constexpr int kWeight = 8;
  const int64_t before = ranking_ns_.load(std::memory_order_relaxed);
  const int64_t now = absl::ToInt64Nanoseconds(std::min(duration, options_.patience));
  ranking_ns_.store(before + (now - before) / kWeight, std::memory_order_relaxed);
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
