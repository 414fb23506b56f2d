// The proof that an answer is the best there is, and its checker.
//
// The checker shares no code with the solver: it reads the problem, the answer
// and the certificate, and passes once over the pairs.
#ifndef BRYGGA_ENGINE_CERTIFICATE_H_
#define BRYGGA_ENGINE_CERTIFICATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/problem.h"

namespace brygga::engine {

// One stage of a proof by stages: prices of the nodes of the network (below).
// kBounds has no costs: it says what the bounds alone leave no choice of.
enum class StageKind : uint8_t { kBounds, kGuaranteed, kReserved, kCoverage, kScore, kLevel, kChanges };
inline constexpr int kStageKindCount = 7;

struct Stage {
  StageKind kind = StageKind::kCoverage;
  int64_t level = 0;          // kLevel: the score whose pairs are to be few.
  std::vector<int32_t> node;  // Ascending; whoever is not named has the price 0.
  std::vector<int64_t> price;

  friend bool operator==(const Stage&, const Stage&) = default;
};

// The proof of an answer. Which parts it has depends on the problem.
//
// **Plain** problems (no groups, no previous pairs to keep) with
// COVERAGE_THEN_SCORE or SCORE have prices and, for coverage, a cover. All speak
// of what the locks leave: adepts without a lock, and the seats that are left.
//
// Coverage: everyone in `adept_cover` and `mentor_cover` together touch every
// allowed pair, and hold as many adepts and seats as there are pairs in the
// answer; so no answer has more pairs (König). SCORE has no cover, and 0 as
// `unmatched_price`.
// Score: with the prices u of adepts, v of mentors and q of staying unmatched,
// u + v >= score for every allowed pair, u + q >= 0, v >= 0; so no answer of as
// many pairs totals more than sum(u) + sum(seats × v) + unmatched × q, which is
// what this one totals (linear programming duality). A price of changed pairs
// counts as so much more score of each previous pair.
//
// **Stages** prove everything else but STABLE. The answer is a circulation in a
// network (certificate_network in certificate.cc builds it from the problem;
// network.h describes it): hub → groups of adepts → adepts → mentors → groups of
// mentors → hub, each arc with the bounds and, per stage, the cost that the
// declared order gives it. Stage by stage, with the prices of its nodes, an arc
// whose reduced cost (cost − price of its tail + price of its head) is positive
// carries its lower bound and one whose reduced cost is negative its upper bound;
// so the answer is the best of its stage, and every other best one agrees with
// it on those arcs (complementary slackness), which therefore take no part in
// later stages. FAIREST has one stage a score at which pairs must be accepted:
// kLevel says that no fewer of them would do, given all stages before.
//
// **STABLE** has no numbers: the proof is that no pair blocks, and the checker
// looks at every one.
//
// Ties among the best answers are broken by rounds waited and lots (solve.h);
// the certificate proves all that stands before them, not the tie-break.
struct Certificate {
  std::vector<int64_t> adept_price, mentor_price;  // Micro-units.
  int64_t unmatched_price = 0;
  std::vector<uint8_t> adept_cover, mentor_cover;  // 0 or 1.
  std::vector<Stage> stages;

  friend bool operator==(const Certificate&, const Certificate&) = default;
};

// OK where `assignment` is feasible (pairs allowed, capacities, caps and minimum
// loads kept, locks in, vetoes out) and `certificate` proves that it is the best
// answer to `problem` with `objective` (STABLE: that no pair blocks).
//
// kInvalidArgument: Validate refuses the problem; or, reason
// INVALID_CERTIFICATE: the message says what does not hold.
absl::Status Check(const Problem& problem, Objective objective, const Assignment& assignment,
                   const Certificate& certificate);

// Check with COVERAGE_THEN_SCORE.
absl::Status CheckCoverageThenScore(const Problem& problem, const Assignment& assignment,
                                    const Certificate& certificate);

// A certificate as text (JSON, one line) and back.
//
// kInvalidArgument: not such a text.
std::string CertificateToJson(const Certificate& certificate);
absl::StatusOr<Certificate> CertificateFromJson(std::string_view json);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_CERTIFICATE_H_
