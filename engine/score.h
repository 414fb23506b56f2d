// Which pairs are allowed, and what each is worth.
#ifndef BRYGGA_ENGINE_SCORE_H_
#define BRYGGA_ENGINE_SCORE_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/control.h"
#include "engine/people.h"
#include "engine/policy.h"
#include "engine/reference.h"

namespace brygga::engine {

// A score of 1.0. Scores are whole micro-units, so that every machine agrees.
inline constexpr int32_t kScoreOne = 1'000'000;

// Why a pair is forbidden, in the order in which the rules are asked.
enum class HardRule {
  kVeto,
  kScreeningNotPassed,
  kNoActiveAgreement,
  kPrivateMentorNotAllowed,
  kSameEmployer,
  kExcludedOrganisation,
  kGenderPreference,
  kAgeWindow,
  kFormatConflict,
  kNoCommonSlot,
  kNoCommonLanguage,
  kTooFar,
  kOccupationTooDistant,
  kTooFewSharedCompetences,
};
inline constexpr int kHardRuleCount = 14;

// The rule's code: "TOO_FAR".
std::string_view HardRuleCode(HardRule rule);

// Pairs (adept, mentor) by row. Order and repetition do not matter.
using Pairs = std::vector<std::pair<int32_t, int32_t>>;

// The allowed pairs, adept by adept: those of adept a are
// mentor[offset[a] .. offset[a + 1]), ascending, with their scores.
// 8 bytes a pair.
struct Edges {
  std::vector<int64_t> offset = {0};
  std::vector<int32_t> mentor;
  std::vector<int32_t> score;

  int32_t adept_count() const { return static_cast<int32_t>(offset.size()) - 1; }
  int64_t size() const { return static_cast<int64_t>(mentor.size()); }
  // The position of a pair in `mentor` and `score`, or -1 where it is forbidden.
  int64_t Find(int32_t adept, int32_t mentor_row) const;
};

// One broken rule, with what it was asked about, for the words of a message:
// {"km": "398", "limit_km": "25"}.
struct BrokenRule {
  HardRule rule;
  std::map<std::string, std::string> arguments;
};

// One criterion's part of a score. The contributions of a pair sum to its score
// exactly: each is its share rounded down, and what is then missing to the
// rounded score goes, one micro-unit each, to the largest remainders (ties: the
// earlier criterion).
struct Contribution {
  Criterion criterion;
  double value = 0;      // 0 to 1.
  int32_t micro = 0;     // Its part of the score.
  int32_t maximum = 0;   // What a value of 1 would give, rounded.
  bool unknown = false;  // Data is missing: the value is the policy's unknown value.
  // What the value comes from: a code ("SAME_SSYK4", "ONLINE") and its numbers
  // ({"km": "12"}); both may be empty. data/policy/README.md lists them.
  std::string detail;
  std::map<std::string, std::string> arguments;
};

// Everything there is to say about one pair.
struct PairScore {
  std::vector<BrokenRule> broken;           // Every broken rule; empty: the pair is allowed.
  int32_t score = 0;                        // 0 where the pair is forbidden.
  std::vector<Contribution> contributions;  // Of criteria that have a weight; empty where the pair is forbidden.

  bool allowed() const { return broken.empty(); }
};

// A counterpart for one person.
struct Candidate {
  int32_t row;  // On the other side.
  int32_t score;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct ScoreOptions {
  int threads = 1;
  // More bytes of pairs than this are refused before they are made.
  int64_t memory_limit_bytes = int64_t{2} << 30;
  Control control;
};

class Evaluation;

// Applies one policy. Immutable, safe for concurrent use. `reference` must
// outlive it.
class Scorer {
 public:
  // kInvalidArgument, reason INVALID_FIELDS: the policy names a language or a
  // level that `reference` does not know.
  static absl::StatusOr<Scorer> Create(const Reference& reference, const Policy& policy);

  Scorer(Scorer&&) noexcept;
  Scorer& operator=(Scorer&&) noexcept;
  ~Scorer();

  const Policy& policy() const;
  const Evaluation& evaluation() const { return *evaluation_; }

  // All allowed pairs with their scores; the same at every number of threads.
  // Capacity is not looked at: who has no seat left still has scores.
  //
  // kInvalidArgument: a veto names a row that does not exist. kCancelled: the
  // control said so. kResourceExhausted, reason COHORT_TOO_LARGE: the bound on
  // memory, checked with 8 bytes for every pair that could exist, and named.
  absl::StatusOr<Edges> ScoreAll(const People& adepts, const People& mentors, const Pairs& vetoes,
                                 const ScoreOptions& options = {}) const;

  // One pair in full: every broken rule, or every contribution. Vetoes are the
  // caller's to add. The score is the one that ScoreAll gives.
  PairScore ScorePair(const People& adepts, int32_t adept, const People& mentors, int32_t mentor) const;

  // The best `k` mentors of one adept, best first; ties by the mentors' tie
  // keys, ascending.
  std::vector<Candidate> BestMentors(const People& adepts, int32_t adept, const People& mentors, int k) const;
  // The best `k` adepts of one mentor.
  std::vector<Candidate> BestAdepts(const People& adepts, const People& mentors, int32_t mentor, int k) const;

 private:
  explicit Scorer(std::unique_ptr<const Evaluation> evaluation);
  std::unique_ptr<const Evaluation> evaluation_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_SCORE_H_
