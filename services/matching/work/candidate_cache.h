// Rankings that were made before: in this process, and where all replicas find
// them. Nothing here decides an answer: whether a ranking is the right one is
// told by its key, whose epoch the caller has read from the database, and who of
// those listed may be offered is read there too. Besides, first pages as they went
// out, each good as long as both are what they were.
//
//   if (auto page = cache.Page(asked, standing)) return Answer(*page);
//   if (auto known = cache.InMemory(key, enough)) return Answer(known->ranking);
//   cache.Find(key, [=](CandidateCache::Found found) {
//     if (found != nullptr && enough(found->ranking)) return Answer(found->ranking);
//     OnAThread([=] { Answer(cache.Rank(key, deadline, enough, compute)); });
//   });
#ifndef BRYGGA_SERVICES_MATCHING_WORK_CANDIDATE_CACHE_H_
#define BRYGGA_SERVICES_MATCHING_WORK_CANDIDATE_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"
#include "services/matching/domain/availability.h"
#include "services/matching/domain/ranking.h"
#include "services/matching/store/ranking_cache.h"
#include "services/matching/work/last_used.h"

namespace prometheus {
class Counter;
class Registry;
}  // namespace prometheus

namespace brygga::matching {

// Whether pages are kept beside rankings. Off to measure what that gains.
enum class KeepPages { kYes, kNo };

// Whether a page is looked at for the state of the database that it was made of. Off
// only to show what it is for.
enum class StandingCheck { kYes, kNo };

struct CandidateCacheOptions {
  // Of what is kept in this process, half of it rankings and half pages; 0: none.
  size_t memory_bytes = size_t{64} << 20;
  absl::Duration ttl = absl::Minutes(10);  // Give or take a tenth, so that not all end at once.
  // Pages say more of people than rankings do, and are soon made again.
  absl::Duration page_ttl = absl::Minutes(1);
  // How long to wait for the shared cache: twice as long as a ranking has taken of
  // late, within these bounds. What takes longer is no gain.
  absl::Duration least_patience = absl::Milliseconds(2), patience = absl::Milliseconds(10);
  KeepPages keep_pages = KeepPages::kYes;
  EpochInKey epoch_in_key = EpochInKey::kYes;
  SealCheck seal_check = SealCheck::kYes;
  StandingCheck standing_check = StandingCheck::kYes;
};

// What became of the calls, in all. A call may count in several.
enum class CacheEvent {
  kPageHit,      // Answered with a page of this process.
  kMemoryHit,    // Answered from a ranking of this process.
  kSharedHit,    // Answered from the shared cache.
  kMiss,         // The shared cache had nothing.
  kUnreachable,  // It did not answer, or not in time.
  kUnreadable,   // It had something that nobody sealed under this key.
  kShort,        // Too few of those listed were left to be offered.
  kRanked,       // Computed.
  kJoined,       // Waited for one that was being computed.
  kStale,        // Computed at another epoch than was asked for: kept under its own.
  kBypass,       // Not asked.
};
inline constexpr size_t kCacheEvents = 11;
std::string_view NameOf(CacheEvent event);

// Safe for concurrent use. Outlives the calls that it has not answered.
class CandidateCache {
 public:
  // A ranking and what it is a function of.
  struct Known {
    RankingKey key;
    Ranking ranking;
  };
  // Shared between the memory and all who answer from it. Null: not known.
  using Found = std::shared_ptr<const Known>;
  // Whether a ranking is long enough for the caller.
  using Enough = absl::FunctionRef<bool(const Ranking&)>;
  // Makes one, perhaps of a later epoch than was asked for.
  using Compute = absl::FunctionRef<absl::StatusOr<Known>()>;

  // `shared` may be null: then there is the memory alone; without both nothing is
  // kept. `secret` seals what leaves this process; all replicas have the same. Only
  // those with the same `made_by` have each other's rankings.
  CandidateCache(CandidateCacheOptions options, std::unique_ptr<RankingCache> shared, std::string secret,
                 std::string made_by);
  ~CandidateCache();

  // False where nothing is kept: then a caller computes what it needs and no more.
  bool on() const { return shared_ != nullptr || options_.memory_bytes > 0; }

  // The page that was kept for `asked`, if it was made at `standing`, which the
  // caller has just read: same epoch, availability and policy. Null: there is none.
  // Never waits.
  using Bytes = std::shared_ptr<const std::string>;  // Shared as Found is.
  Bytes Page(std::string_view asked, const Standing& standing);
  // Keeps the first page for `asked`, made of a ranking and of who is taken at
  // `standing`.
  void KeepPage(std::string_view asked, const Standing& standing, Bytes page);

  // The ranking that this process has, if it is enough. Never waits.
  Found InMemory(const RankingKey& key, Enough enough);

  // Asks the shared cache. `found` is called once: on this thread where the answer
  // is known at once, else on the shared cache's, within `patience`. It must not
  // wait. Those who ask for the same at the same time are one question.
  void Find(const RankingKey& key, absl::AnyInvocable<void(Found)> found);

  // Computes the ranking and keeps it in both. Blocks. Of those who ask for the
  // same at the same time one computes and the others wait for it; where it fails,
  // it alone has its error, and the next one tries. The key of what comes back is
  // of a later epoch where the database has moved on meanwhile.
  //
  // What `compute` answers. kDeadlineExceeded: the deadline passed in waiting.
  absl::StatusOr<Found> Rank(const RankingKey& key, absl::Time deadline, Enough enough, Compute compute);

  // Forgets what has been kept in this process for its time. Now and then: what nobody
  // asks for again is not to stay.
  void Sweep();
  // Of all that this process keeps.
  size_t bytes() const;

  // For the metrics: an answer that did not ask here.
  void Bypassed() { Count(CacheEvent::kBypass); }

  int64_t count(CacheEvent event) const { return counts_[static_cast<size_t>(event)].load(); }
  // Shows the counts as brygga_candidate_cache_events_total from now on. Once.
  void Expose(std::shared_ptr<prometheus::Registry> registry);

 private:
  struct KeptPage;
  struct Flight;

  void Count(CacheEvent event);
  std::string KeyOf(const RankingKey& key) const { return TextOf(key, made_by_, options_.epoch_in_key); }
  Found Opened(const RankingKey& key, const std::string& text, absl::StatusOr<std::optional<std::string>> bytes);
  absl::StatusOr<Found> Lead(const RankingKey& key, const std::string& text, Enough enough, Compute compute);
  absl::Duration TtlOf(const std::string& text) const;
  absl::Duration Patience() const;
  void Took(absl::Duration duration);

  const CandidateCacheOptions options_;
  const std::string secret_, made_by_;
  const std::unique_ptr<LastUsed<Known>> memory_;
  const std::unique_ptr<LastUsed<KeptPage>> pages_;
  std::array<std::atomic<int64_t>, kCacheEvents> counts_ = {};
  std::array<std::atomic<prometheus::Counter*>, kCacheEvents> shown_ = {};
  std::shared_ptr<prometheus::Registry> registry_;  // Shared with the server, which may go first.
  std::atomic<int64_t> ranking_ns_;                 // A moving average of what a ranking takes.
  Mutex mutex_;
  // Those who wait for the shared cache, by key.
  std::unordered_map<std::string, std::vector<absl::AnyInvocable<void(Found)>>> asking_ ABSL_GUARDED_BY(mutex_);
  // What is being computed, by key. Shared with those who wait for it.
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_ ABSL_GUARDED_BY(mutex_);
  // Last: its thread calls into the rest until it is gone.
  const std::unique_ptr<RankingCache> shared_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_CANDIDATE_CACHE_H_
