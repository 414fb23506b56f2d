// The best counterparts of one person, without scoring everybody.
//
// Everybody's hard rules are asked, the cheap ones for a block of people at a
// time from columns that the policy was worked into beforehand; who passes gets
// a score only where a bound on it says that it could be among the best. Rules
// and scores are Scorer's to the micro-unit.
#ifndef BRYGGA_ENGINE_RANKING_H_
#define BRYGGA_ENGINE_RANKING_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/crowd.h"
#include "engine/score.h"

namespace brygga::engine {

// A place in a ranking: the order is by score, the highest first, then by tie
// key and id, ascending.
struct Place {
  int32_t score = 0;
  std::string tie_key;
  std::string id;
};

struct RankOptions {
  // The best so many; at least 1.
  int32_t k = std::numeric_limits<int32_t>::max();
  // Only those who come after this.
  std::optional<Place> after = std::nullopt;
  // Rows that are forbidden besides; ascending.
  std::vector<int32_t> vetoed = {};
  // Those whom it does not want are not ranked. Asked only of those who would be
  // among the best, at least once for each of them. Empty: everybody is wanted.
  std::function<bool(const Candidate&)> admits = nullptr;
};

struct Ranking {
  std::vector<Candidate> best;  // Best first.
  int32_t allowed = 0;          // All whom no rule and no veto forbids, the wanted and the others.
};

// Ranks under one policy. Immutable, safe for concurrent use. `scorer` outlives
// it.
class Ranker {
 public:
  explicit Ranker(const Scorer& scorer);
  ~Ranker();

  // `crowd` with the changes of Crowd::With, ready to be ranked by this ranker
  // and none of another policy.
  absl::StatusOr<Crowd> Change(const Crowd& crowd, const std::vector<Person>& changed,
                               const std::vector<std::string>& gone) const;

  // The best mentors of an adept, the best adepts of a mentor. O(people) with a
  // small constant; about 40 kB of memory besides the answer.
  Ranking RankMentors(const Crowd& adepts, int32_t adept, const Crowd& mentors, const RankOptions& options = {}) const;
  Ranking RankAdepts(const Crowd& mentors, int32_t mentor, const Crowd& adepts, const RankOptions& options = {}) const;

  // One pair in full, as Scorer::ScorePair.
  PairScore ScorePair(const Crowd& adepts, int32_t adept, const Crowd& mentors, int32_t mentor) const;

 private:
  struct Tables;
  struct Subject;
  template <CrowdSide kRanked>
  class Scan;

  Lanes MakeLanes(CrowdSide side, const People& people) const;
  Subject Show(CrowdSide side, const Crowd& crowd, int32_t row) const;

  const Scorer& scorer_;
  const std::unique_ptr<const Tables> tables_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_RANKING_H_
