// The port for what is known here of the pairs that matching publishes.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_PAIR_STORE_H_
#define BRYGGA_SERVICES_EVENTS_STORE_PAIR_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/feed_step.h"
#include "common/mutation/mutation.h"
#include "services/events/domain/pair.h"

namespace brygga::events {

// What matching says of some matches.
struct PairNews {
  std::vector<Pair> standing;
  std::vector<std::string> gone;  // Names of matches that stand no more, or never were a pair.
};

struct KnownPairs {
  list::Page<Pair> page;
  // All that was acknowledged before is in it; nothing: the feed was never followed.
  std::optional<absl::Time> as_of;
};

// Keeps pairs together with how far matching's feed has been followed: both move
// in one transaction. See EventStore for threads, blocking and retries.
//
// Who reads of matching notes the mark before and gives it with what was read:
// the mark counts erasures, and what was read before one may tell of whom it
// erased.
class PairStore {
 public:
  virtual ~PairStore() = default;

  // Nothing: the feed was never followed.
  virtual absl::StatusOr<std::optional<feed::Progress>> GetProgress(absl::Time deadline) = 0;
  virtual absl::StatusOr<int64_t> GetMark(absl::Time deadline) = 0;

  // Makes `pairs` all that is known; or takes in what is new of some.
  //
  // kAborted FEED_MOVED; PersonErased: somebody was erased since `mark`.
  virtual absl::Status Replace(const Origin& origin, const std::vector<Pair>& pairs, int64_t mark,
                               const feed::Step& step) = 0;
  virtual absl::Status Apply(const Origin& origin, const PairNews& news, int64_t mark, const feed::Step& step) = 0;

  // Forgets the pairs of `participant` (participants/{p}). Doing it again finds
  // nothing; how many there were.
  virtual absl::StatusOr<int> ErasePerson(const Origin& origin, const std::string& participant) = 0;

  // The pairs of these cohorts.
  virtual absl::StatusOr<KnownPairs> List(const std::vector<std::string>& cohorts, const list::ListQuery& query,
                                          absl::Time deadline) = 0;
};

// The name under which progress is kept.
inline constexpr std::string_view kMatchingFeed = "matching";

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_PAIR_STORE_H_
