// A cohort made ready for the engine: people as columns, one policy, rows for
// ids.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_VIEW_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_VIEW_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/people.h"
#include "engine/policy.h"
#include "engine/problem.h"
#include "engine/reference.h"
#include "engine/score.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/round.h"

namespace brygga::matching {

// A person as the engine takes them: codes that the reference does not know count
// as not known, so that one code that a table has dropped does not stop a cohort.
engine::Person Known(const engine::Reference& reference, const Person& person);

// What a ranking sees: `input` with the rounds that its adepts have waited here
// added to those that participant knows of.
CohortInput ForRanking(CohortInput input);

// What a round sees: adepts without a live match, mentors with the seats that
// are left, and the locks whose adept is still to be matched. The result stands
// alone: it is stored with the round, and what is built from it again is the
// same problem.
CohortInput ForRound(CohortInput input);

// What a round sees that mends an earlier answer: as ForRound, where adepts and
// seats of matches that nobody has answered are free again, and pairs that were
// declined or ended early are forbidden unless a lock holds them. `base` are the
// pairs of the order's base, if it has one.
CohortInput ForRepair(CohortInput input, const RepairOrder& order, const std::vector<RoundPair>& base);

// SHA-256, hexadecimal, of everything in `input` that a solver reads.
std::string SnapshotHash(const CohortInput& input, std::string_view seed);

// Immutable; safe for concurrent use. `reference` outlives it.
class CohortView {
 public:
  // Codes that the reference does not know count as not known.
  //
  // kInvalidArgument: the policy is not one.
  static absl::StatusOr<std::shared_ptr<const CohortView>> Build(const engine::Reference& reference, CohortInput input);

  const CohortInput& input() const { return input_; }
  const engine::People& adepts() const { return adepts_; }
  const engine::People& mentors() const { return mentors_; }
  const engine::Scorer& scorer() const { return scorer_; }
  // The adepts by row as codes, those aside that the reference does not know.
  const std::vector<engine::Person>& adept_features() const { return adept_features_; }

  // The row of a person, or nothing.
  std::optional<int32_t> AdeptRow(const ParticipantId& id) const { return Find(adept_rows_, id); }
  std::optional<int32_t> MentorRow(const ParticipantId& id) const { return Find(mentor_rows_, id); }
  ParticipantId AdeptAt(int32_t row) const { return ParticipantId(adepts_.id[static_cast<size_t>(row)]); }
  ParticipantId MentorAt(int32_t row) const { return ParticipantId(mentors_.id[static_cast<size_t>(row)]); }

  // Everything there is to say about a pair, vetoes included.
  engine::PairScore ScorePair(int32_t adept, int32_t mentor) const;

  // Vetoes and locks by row; the pairs that a coordinator's veto forbids and an
  // override lock keeps are no vetoes here.
  const engine::Pairs& vetoes() const { return vetoes_; }
  const std::vector<engine::Lock>& locks() const { return locks_; }
  // The lock of an adept by row, or null.
  const Lock* LockOf(int32_t adept) const;

  // A problem with these `edges`, which ScoreAll made of this view.
  engine::Problem Problem(engine::Edges edges, std::string_view seed) const;

 private:
  using Rows = std::unordered_map<ParticipantId, int32_t>;

  CohortView(CohortInput input, std::vector<engine::Person> adept_features, engine::People adepts,
             engine::People mentors, engine::Scorer scorer);
  static std::optional<int32_t> Find(const Rows& rows, const ParticipantId& id) {
    const auto found = rows.find(id);
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }

  const CohortInput input_;
  const std::vector<engine::Person> adept_features_;
  const engine::People adepts_, mentors_;
  const engine::Scorer scorer_;
  Rows adept_rows_, mentor_rows_;
  engine::Pairs vetoes_;
  std::vector<engine::Lock> locks_;
};

// The hard rules that a pair breaks, or its score, vetoes aside.
absl::StatusOr<engine::PairScore> ScoreOf(const engine::Reference& reference, const PairFacts& facts);

// SHA-256 of `text`, hexadecimal.
std::string Sha256Hex(std::string_view text);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_VIEW_H_
