// A cohort made ready for ranking, as columns that versions share: what changes
// between two epochs is put in and nothing else is touched.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_SNAPSHOT_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_SNAPSHOT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/crowd.h"
#include "engine/ranking.h"
#include "engine/reference.h"
#include "engine/score.h"
#include "services/matching/domain/cohort_changes.h"

namespace brygga::matching {

// Immutable; safe for concurrent use. About 0.5 kB a person, shared with the versions
// before and after but for what differs. `reference` outlives it.
class CohortSnapshot {
 public:
  // `changes` are whole.
  //
  // kInvalidArgument: the policy is not one.
  static absl::StatusOr<std::shared_ptr<const CohortSnapshot>> Make(const engine::Reference& reference,
                                                                    const CohortChanges& changes);

  // This one with the changes since its epoch; nothing where that takes the whole
  // cohort: another policy, other rounds waited, `changes` that are whole.
  absl::StatusOr<std::shared_ptr<const CohortSnapshot>> With(const CohortChanges& changes) const;

  const Cohort& cohort() const { return cohort_; }
  const MatchingPolicy& policy() const { return *policy_; }
  const engine::Reference& reference() const { return reference_; }
  const engine::Crowd& adepts() const { return adepts_; }
  const engine::Crowd& mentors() const { return mentors_; }
  const engine::Crowd& crowd(Side side) const { return side == Side::kMentor ? mentors_ : adepts_; }

  // A person in one of their roles.
  struct Seat {
    Side side = Side::kAdept;
    int32_t row = 0;
  };
  // As an adept where they are one, else as a mentor; nothing where they take no
  // part.
  std::optional<Seat> Find(const ParticipantId& person) const;
  std::optional<int32_t> Find(Side side, const ParticipantId& person) const { return crowd(side).Find(person.value()); }
  ParticipantId IdOf(Side side, int32_t row) const { return ParticipantId(crowd(side).IdOf(row)); }
  const engine::People& PeopleOf(Side side, int32_t row) const { return crowd(side).PeopleOf(row); }

  // The best counterparts of `subject`, by row of the other side. Vetoes are this
  // function's to add to `options`.
  engine::Ranking Rank(const Seat& subject, engine::RankOptions options) const;

  // Everything there is to say about a pair, vetoes included.
  engine::PairScore ScorePair(int32_t adept, int32_t mentor) const;
  bool IsVetoed(const ParticipantId& adept, const ParticipantId& mentor) const;

  int64_t bytes() const { return adepts_.bytes() + mentors_.bytes(); }

 private:
  // Whom of the other side each person may not be paired with, by their own.
  using Vetoed = std::map<std::pair<Side, ParticipantId>, std::set<ParticipantId>>;

  explicit CohortSnapshot(const engine::Reference& reference) : reference_(reference) {}
  absl::Status Put(const CohortChanges& changes);

  const engine::Reference& reference_;
  Cohort cohort_;
  // Shared between the versions under one policy.
  std::shared_ptr<const MatchingPolicy> policy_;
  std::shared_ptr<const engine::Scorer> scorer_;
  std::shared_ptr<const engine::Ranker> ranker_;
  // Shared between the versions with the same.
  std::shared_ptr<const CohortChanges::Context> context_;
  std::shared_ptr<const Vetoed> vetoed_;
  engine::Crowd adepts_{engine::CrowdSide::kAdepts}, mentors_{engine::CrowdSide::kMentors};
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_SNAPSHOT_H_
