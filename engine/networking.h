// Speed networking: who meets whom in k rounds of short conversations.
//
// Newcomers and established people sit down two and two; a round later
// everybody moves on. Nobody is in two places at once, and no two people meet
// twice.
//
// Method. A plan of k rounds exists for a set of pairs exactly when nobody is in
// more than k of them (König's edge colouring theorem), so the pairs are chosen
// first and placed in rounds afterwards. Choosing is a maximum-weight b-matching
// in which each pair is used at most once: a flow hub → tables → newcomers →
// established → hub, first with the most conversations, then with the highest
// total among those (flow.h, whose complexity it has). Placing is an edge
// colouring by alternating (Kempe) chains, O(conversations × people) at most; the
// rounds are then evened out by the same chains until they differ by one
// conversation at most (D. de Werra, 1971), which is also why a limit on tables
// costs nothing in exactness.
#ifndef BRYGGA_ENGINE_NETWORKING_H_
#define BRYGGA_ENGINE_NETWORKING_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/control.h"
#include "engine/score.h"

namespace brygga::engine {

inline constexpr int32_t kMostNetworkingRounds = 100;

// Two people in one round, both by row.
struct Conversation {
  int32_t round = 0;  // From 0.
  int32_t newcomer = 0;
  int32_t established = 0;

  friend bool operator==(const Conversation&, const Conversation&) = default;
};

// What is to be planned. A plan that is under way is planned again by telling
// what was held, how many rounds are over and who is not there any more: what
// was held stays, and the rounds that are left are planned anew.
struct NetworkingProblem {
  // Allowed pairs with their scores (0 to kScoreOne): newcomers as adepts,
  // established people as mentors. A hard rule, such as a common language, is a
  // pair that is not here.
  Edges pairs;
  int32_t established = 0;  // How many there are.
  int32_t rounds = 0;       // 1 to kMostNetworkingRounds, finished ones included.
  int32_t tables = 0;       // The most conversations at a time; 0: no limit.
  // The most conversations of each person in all rounds together, held ones
  // included; empty: as many as there are rounds.
  std::vector<int32_t> newcomer_most, established_most;

  int32_t finished_rounds = 0;     // Rounds before this one are over.
  std::vector<Conversation> held;  // What took place in them. Such a pair need not be allowed (any more).
  std::vector<uint8_t> newcomer_absent, established_absent;  // 1: not there for the rest; empty: all are there.

  int32_t newcomers() const { return pairs.adept_count(); }
};

// The proof that no plan of the rounds that are left is better, given what was
// held. All of it speaks of the pairs that are still open: allowed, not held,
// both people there; a person's room is how many conversations it may still have.
//
// Count: either all tables are used in all rounds that are left, or the room of
// the people in the cover plus the open pairs that touch none of them is as much
// as there are planned conversations (the minimum cut).
// Score: with prices u and v >= 0 of the people and q of a conversation, no plan
// of as many conversations totals more than sum(room × price) + planned × q +
// the sum over open pairs of max(0, score - u - v - q), which is what this one
// totals (linear programming duality).
struct NetworkingCertificate {
  std::vector<int64_t> newcomer_price, established_price;
  int64_t conversation_price = 0;
  std::vector<uint8_t> newcomer_cover, established_cover;  // 0 or 1.

  friend bool operator==(const NetworkingCertificate&, const NetworkingCertificate&) = default;
};

struct NetworkingPlan {
  std::vector<Conversation> conversations;  // Held and planned, ascending by round, then newcomer.
  int64_t planned = 0;                      // Conversations in the rounds that are left,
  int64_t planned_score = 0;                // and the total of their scores.
  NetworkingCertificate certificate;

  friend bool operator==(const NetworkingPlan&, const NetworkingPlan&) = default;
};

struct NetworkingOptions {
  // A problem that would need more is refused before it is started.
  int64_t memory_limit_bytes = int64_t{1} << 30;
  Control control;  // Phases "conversations" and "rounds".
};

// What PlanNetworking needs beside the problem itself, at most: 48 bytes a pair,
// and 320 plus 12 per round for each person.
int64_t NetworkingMemoryBound(const NetworkingProblem& problem);

// kInvalidArgument, reason INVALID_FIELDS: rows out of range or out of order,
// scores out of bounds, columns of the wrong length, rounds, tables or limits
// out of bounds, held conversations outside the finished rounds or in conflict
// with each other; up to 100 are named.
absl::Status Validate(const NetworkingProblem& problem);

// The plan with the most conversations and, among those, the highest total of
// scores, both over the rounds that are left. The same answer on every machine.
//
// kInvalidArgument: Validate refuses the problem. kCancelled: the control said
// so. kResourceExhausted, reason NETWORKING_TOO_LARGE: NetworkingMemoryBound is
// above the limit; both are named.
absl::StatusOr<NetworkingPlan> PlanNetworking(const NetworkingProblem& problem, const NetworkingOptions& options = {});

// OK where `plan` keeps what was held, breaks no rule (open pairs only, once
// each, nobody in two places at once, limits and tables kept) and its
// certificate proves it best. Shares no code with PlanNetworking.
//
// kInvalidArgument: Validate refuses the problem; or, reason
// INVALID_CERTIFICATE: the message says what does not hold.
absl::Status CheckNetworkingPlan(const NetworkingProblem& problem, const NetworkingPlan& plan);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_NETWORKING_H_
