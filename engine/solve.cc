#include "engine/solve.h"

#include <openssl/sha.h>

#include <array>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "engine/plain.h"

namespace brygga::engine {
namespace {

constexpr int kMostPeople = 1 << 20;  // A side; the tie-break's numbers are laid out for it.

absl::Status TooLarge(std::string_view what) {
  return MakeError(absl::StatusCode::kResourceExhausted, what, {.reason = "COHORT_TOO_LARGE"});
}

}  // namespace

uint64_t Ticket(std::string_view seed, std::string_view tie_key) {
  const std::string text = absl::StrCat(absl::string_view(seed.data(), seed.size()), "\n",
                                        absl::string_view(tie_key.data(), tie_key.size()));
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  uint64_t ticket = 0;
  for (size_t i = 0; i < 8; ++i) ticket = ticket << 8 | digest[i];
  return ticket;
}

int64_t Lot(uint64_t adept_ticket, uint64_t mentor_ticket) {
  uint64_t z = adept_ticket + mentor_ticket * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return static_cast<int64_t>((z ^ (z >> 31)) >> 24);
}

int64_t SolveMemoryBound(const Problem& problem) {
  return 64 * problem.edges.size() + 512 * (int64_t{problem.adept_count()} + problem.mentor_count());
}

absl::StatusOr<Solution> SolveCoverageThenScore(const Problem& problem, const SolveOptions& options) {
  if (absl::Status status = Validate(problem); !status.ok()) return status;
  if (problem.adept_count() > kMostPeople || problem.mentor_count() > kMostPeople) {
    return TooLarge(absl::StrCat("a side of the cohort has more than ", kMostPeople, " people"));
  }
  if (const int64_t bound = SolveMemoryBound(problem); bound > options.memory_limit_bytes) {
    return TooLarge(absl::StrCat("solving ", problem.edges.size(), " pairs of ", problem.adept_count(), " adepts and ",
                                 problem.mentor_count(), " mentors needs up to ", bound, " bytes; the limit is ",
                                 options.memory_limit_bytes));
  }
  return SolvePlainCoverageThenScore(problem, options);
}

}  // namespace brygga::engine
