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

// Prices that prove an answer to COVERAGE_THEN_SCORE. All speak of what the
// locks leave: adepts without a lock, and the seats that are left.
//
// Coverage: everyone in `adept_cover` and `mentor_cover` together touch every
// allowed pair, and hold as many adepts and seats as there are pairs in the
// answer; so no answer has more pairs (König).
// Score: with the prices u of adepts, v of mentors and q of staying unmatched,
// u + v >= score for every allowed pair, u + q >= 0, v >= 0; so no answer of as
// many pairs totals more than sum(u) + sum(seats × v) + unmatched × q, which is
// what this one totals (linear programming duality).
//
// Ties among the best answers are broken by rounds waited and lots (solve.h);
// the certificate proves the two declared objectives, not the tie-break.
struct Certificate {
  std::vector<int64_t> adept_price, mentor_price;  // Micro-units.
  int64_t unmatched_price = 0;
  std::vector<uint8_t> adept_cover, mentor_cover;  // 0 or 1.

  friend bool operator==(const Certificate&, const Certificate&) = default;
};

// OK where `assignment` is feasible (pairs allowed, capacities kept, locks in,
// vetoes out) and `certificate` proves it best.
//
// kInvalidArgument, reason INVALID_CERTIFICATE: otherwise; the message says
// what does not hold.
absl::Status CheckCoverageThenScore(const Problem& problem, const Assignment& assignment,
                                    const Certificate& certificate);

// A certificate as text (JSON, one line) and back.
//
// kInvalidArgument: not such a text.
std::string CertificateToJson(const Certificate& certificate);
absl::StatusOr<Certificate> CertificateFromJson(std::string_view json);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_CERTIFICATE_H_
