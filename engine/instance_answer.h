// Answers to an instance: how it is solved, and how an answer is checked.
//
// The solving sends each instance to the fastest solver that suits it
// (matching.h, general.h, stable.h). The checking shares no code with any of
// them: it reads the instance, the pairs and the certificate.
#ifndef BRYGGA_ENGINE_INSTANCE_ANSWER_H_
#define BRYGGA_ENGINE_INSTANCE_ANSWER_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/certificate.h"
#include "engine/instance.h"
#include "engine/matching.h"
#include "engine/problem.h"

namespace brygga::engine {

struct InstancePair {
  int32_t left = 0;
  int32_t right = 0;
  int64_t score = 0;

  friend bool operator==(const InstancePair&, const InstancePair&) = default;
};

struct InstanceAnswer {
  std::vector<InstancePair> pairs;  // Ascending by left, then right.
  int64_t total = 0;                // Of their scores.
  // The left ones are its adepts, the right ones its mentors. Prices u, v and q
  // with capacities c on both sides: u + v >= score for every pair, u + q >= 0,
  // v >= 0, and the total is sum(c × (u + q)) + sum(c × v) − pairs × q (SCORE: q is
  // 0). The cover holds as much capacity as there are pairs. Or stages, on the
  // network hub → left → right → hub; nodes are left, right, hub. STABLE: empty.
  Certificate certificate;
};

// Solves by `objective`; ranks, where the instance has them, count for STABLE
// alone. Of equally good answers the same one at every order of lines and number
// of threads. May put each left one's pairs into another order; nothing else of
// the instance changes.
//
// SCORE leaves a pair of score 0 out where nothing is gained by it.
//
// kResourceExhausted: the solver would need more memory than the options allow.
// kCancelled: the control said so.
absl::StatusOr<InstanceAnswer> SolveInstance(Instance& instance, Objective objective, const GraphOptions& options = {});

// A pair that is allowed and not in the answer blocks it where both sides would
// rather have it: each has a place left, or ranks somebody it has strictly lower
// (by the file's ranks, or else by score).
//
// kInvalidArgument, reason INVALID_ANSWER: the pairs are not an answer: not
// allowed, there twice, with another score, or more than a capacity.
absl::StatusOr<int64_t> CountBlockingPairs(const Instance& instance, const std::vector<InstancePair>& pairs);

// OK where `pairs` are an answer and `certificate` proves that none is better by
// `objective`; for STABLE, where no pair blocks.
//
// kInvalidArgument, reason INVALID_ANSWER or INVALID_CERTIFICATE: what does not hold.
absl::Status CheckInstanceAnswer(const Instance& instance, Objective objective, const std::vector<InstancePair>& pairs,
                                 const Certificate& certificate);

// Pairs as a file in the instance's own format, which holds the chosen pairs and
// no others: CSV with names where the instance has names, else text.
void WritePairs(const Instance& instance, const std::vector<InstancePair>& pairs, std::ostream& out);

// The pairs of such a file.
//
// kInvalidArgument: as ReadInstance; or, reason MALFORMED_PAIRS: a name that the
// instance does not know, or the other of the two formats.
absl::StatusOr<std::vector<InstancePair>> ReadPairs(const Instance& instance, std::string_view text);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_INSTANCE_ANSWER_H_
