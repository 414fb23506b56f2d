// Rounds: one solve of one cohort, from a snapshot of its people to pairs.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_ROUND_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_ROUND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "engine/blocking.h"
#include "engine/explain.h"
#include "engine/problem.h"
#include "engine/score.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

enum class RoundState { kQueued, kRunning, kProposed, kPublished, kDiscarded, kFailed };
enum class RoundPhase { kNone, kPeople, kScoring, kSolving, kChecking, kComparing, kStoring };

std::string_view NameOf(RoundState state);
std::string_view NameOf(RoundPhase phase);
RoundState RoundStateOf(std::string_view name);
RoundPhase RoundPhaseOf(std::string_view name);

struct RoundStatistics {
  int adepts = 0;
  int mentors = 0;
  int seats = 0;
  int64_t feasible_pairs = 0;
  int matched = 0;
  int64_t total_score = 0;
  int worst_score = 0;
  int64_t solve_us = 0;
  int overrides = 0;
  int64_t blocking_pairs = 0;  // That would both rather have each other.
  int64_t guaranteed = 0;      // People of guaranteed groups who have a pair.
  int64_t reserved = 0;        // Reserved seats that their groups fill.
  // Of a repair: earlier pairs that stay and that do not, pairs that are new, and
  // what the price of changes costs against the best answer.
  int64_t kept_pairs = 0;
  int64_t changed_pairs = 0;
  int64_t new_pairs = 0;
  int64_t lost_pairs = 0;
  int64_t lost_score = 0;
  // What other objectives would give up against COVERAGE_THEN_SCORE; nullopt where
  // they have no answer.
  std::optional<engine::Price> price_of_stability = {};
  std::optional<engine::Price> price_of_fairness = {};
};

// Every figure but the time by its name in the contract, in the order of the
// contract: what a replay compares.
std::vector<std::pair<std::string, int64_t>> FiguresOf(const RoundStatistics& statistics);
inline bool operator==(const RoundStatistics& a, const RoundStatistics& b) {
  return FiguresOf(a) == FiguresOf(b) && a.solve_us == b.solve_us;
}

// What to mend.
struct RepairOrder {
  RoundId base;                // Empty: the cohort's matches as they are.
  bool keep_proposed = false;  // Matches that nobody has answered stay too.
  std::optional<int64_t> change_price;

  friend bool operator==(const RepairOrder&, const RepairOrder&) = default;
};

struct Round {
  RoundId id;
  CohortKey cohort;
  RoundState state = RoundState::kQueued;
  engine::Objective objective = engine::Objective::kCoverageThenScore;
  int policy_version = 0;
  std::string seed;
  std::optional<RepairOrder> repair = {};
  std::string snapshot_hash = {};
  absl::Time as_of = absl::UnixEpoch();
  RoundStatistics statistics = {};
  bool certified = false;
  std::string failure_reason = {};
  std::string failure_detail = {};
  RoundPhase phase = RoundPhase::kNone;
  int progress_permille = 0;
  // Who computes it, until when, and for the how manieth time: a worker that
  // was taken for dead has an older attempt and can change nothing more.
  std::string worker = {};
  absl::Time worker_until = absl::UnixEpoch();
  int attempt = 0;
  int64_t revision = 1;
  absl::Time created_at = {};
  absl::Time updated_at = {};
  std::optional<absl::Time> started_at = {};
  std::optional<absl::Time> published_at = {};

  std::string name() const { return NameOf(cohort, id); }

  friend bool operator==(const Round&, const Round&) = default;
};

// What the stages of a round's objective reached, in their order: "MATCHED" and
// 146.
std::vector<std::pair<std::string_view, int64_t>> StagesOf(const Round& round);

struct RoundPair {
  ParticipantId mentor;
  ParticipantId adept;
  int32_t score = 0;
  std::vector<engine::Contribution> contributions = {};
  LockId lock = {};
  bool overrides = false;            // The lock has an override reason:
  std::string override_reason = {};  // this one.
  MatchId match = {};
};

// There were seats enough, and the objective or a rule of a group kept the adept
// out of them.
inline constexpr std::string_view kLeftOutByObjective = "OBJECTIVE";

struct Unmatched {
  ParticipantId adept;
  std::string reason;  // Code of engine::UnmatchedReason, or kLeftOutByObjective.
  std::vector<engine::RuleCount> rules = {};
  std::vector<ParticipantId> group = {};
  std::vector<ParticipantId> group_mentors = {};
  int64_t group_seats = 0;
  int rounds_waited = 0;
};

// The result of a round, and all that is needed to check or repeat it.
struct Proposal {
  CohortInput input;
  std::string snapshot_hash;
  RoundStatistics statistics;
  std::string certificate;  // engine::CertificateToJson.
  std::vector<RoundPair> pairs;
  std::vector<Unmatched> unmatched;
};

// A pair that can no longer be published and why: MENTOR_CAPACITY,
// ADEPT_HAS_MATCH, NOT_AVAILABLE, VETO or MATCH_OVER.
struct PairConflict {
  ParticipantId adept;
  std::string reason;

  friend bool operator==(const PairConflict&, const PairConflict&) = default;
};

// What a publication made, or would make.
struct Publication {
  Round round;
  int matches = 0;    // New ones.
  int kept = 0;       // Of a repair: open ones that stay,
  int withdrawn = 0;  // and that are taken back.
  std::vector<PairConflict> conflicts = {};
  bool validate_only = false;
};

const list::Schema& RoundSchema();
list::Value ValueOf(const Round& round, std::string_view field);
const list::Schema& RoundPairSchema();
list::Value ValueOf(const RoundPair& pair, std::string_view field);
const list::Schema& UnmatchedSchema();
list::Value ValueOf(const Unmatched& unmatched, std::string_view field);

// How often a round is begun again after its worker died.
inline constexpr int kMaxAttempts = 3;

// True where a worker may take the round at `now`: QUEUED, or RUNNING with a
// worker whose time is over.
bool IsClaimable(const Round& round, absl::Time now);
// The round as `worker` takes it until `until`; FAILED, INTERRUPTED, after too
// many attempts. `round` is claimable.
Round Claim(Round round, std::string_view worker, absl::Time now, absl::Time until);

// kFailedPrecondition ROUND_STATE: not in the state that the verb needs.
absl::StatusOr<Round> Cancel(Round round);
absl::StatusOr<Round> Discard(Round round, std::string_view reason);
absl::StatusOr<Round> Publish(Round round, absl::Time now);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_ROUND_H_
