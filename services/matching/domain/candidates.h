// Who could meet one person: what a listing asks of a snapshot and of who is free.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_CANDIDATES_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_CANDIDATES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/list/list_query.h"
#include "engine/reference.h"
#include "services/matching/domain/availability.h"
#include "services/matching/domain/cohort_snapshot.h"
#include "services/matching/domain/ranking.h"

namespace brygga::matching {

// What a listing may be filtered by: nothing personal.
const list::Schema& CandidateSchema();

// A filter over CandidateSchema, made ready.
class CandidateFilter {
 public:
  // kInvalidArgument: a comparison that a field does not take; the message says
  // which would do.
  static absl::StatusOr<CandidateFilter> Create(list::Filter filter);

  bool empty() const { return filter_.empty(); }
  // Whether the candidate, of `side`, satisfies every comparison.
  bool Admits(const CohortSnapshot& snapshot, const Taken& taken, Side side, const engine::Candidate& candidate) const;

 private:
  explicit CandidateFilter(list::Filter filter) : filter_(std::move(filter)) {}

  list::Filter filter_;
};

// The last one of a page.
struct LastListed {
  int32_t score = 0;
  ParticipantId id;
  int64_t rank = 0;
};

struct CandidateQuery {
  CandidateFilter filter;
  bool show_unavailable = false;
  std::optional<LastListed> after;
  int limit = 50;
};

// One page of the counterparts of one person.
struct CandidatePage {
  Side side = Side::kMentor;  // Theirs.
  std::vector<Ranked> items;
  bool has_more = false;
  int64_t total = 0;  // As that of Ranking.
};

// Straight from the people. Goes on after the place that the last one had: who has
// kept their place comes once, whatever has changed since.
CandidatePage ListCandidates(const CohortSnapshot& snapshot, const Taken& taken, const CohortSnapshot::Seat& subject,
                             const CandidateQuery& query);

// The ranking that later first pages of `limit` free ones are made of: all down to
// the place where some more than that are free, but no more than kMostListed.
Ranking RankAll(const CohortSnapshot& snapshot, const Taken& taken, const CohortSnapshot::Seat& subject, int limit);

// The first page, made of `ranking` and without a filter; and whether that one goes
// on for long enough: otherwise the people would give another page.
CandidatePage FirstPage(const Ranking& ranking, const Taken& taken, int limit);
inline bool IsEnough(const Ranking& ranking, const CandidatePage& page) { return ranking.complete() || page.has_more; }

// Seats of a mentor that are free now; 0 for an adept.
int FreeSeatsOf(const CohortSnapshot& snapshot, const Taken& taken, Side side, int32_t row);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_CANDIDATES_H_
