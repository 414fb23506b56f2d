// Checks an allocation, and writes down what an outsider needs to check it.
//
// Shares no code with Allocate: lottery numbers, the division of seats, openings'
// choices, reserve lists and prices are worked out again from the problem.
#ifndef BRYGGA_ENGINE_ALLOCATION_CERTIFICATE_H_
#define BRYGGA_ENGINE_ALLOCATION_CERTIFICATE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/allocation.h"

namespace brygga::engine {

// OK where `allocation` is a right answer of `mechanism`:
// - both: wishes and rules kept, seats enough, everybody unplaced has the right
//   reason, reserve lists whole and in order, counts and lottery right;
// - kDeferredAcceptance: no opening would rather have somebody else than whom it has
//   (nobody on its reserve list comes before any of its own for the same seat), each
//   placed applicant sits on the seat that the opening's choice gives; and no other such
//   allocation is better for anybody, which is checked by running the proposals again in
//   the plainest way;
// - kMaxPlaced: the prices prove it best.
// O(wishes × log wishes), and for kDeferredAcceptance O(wishes × seats of an opening).
//
// kInvalidArgument: Validate refuses the problem. kInvalidArgument, reason
// INVALID_CERTIFICATE: otherwise; the message says what does not hold.
absl::Status CheckAllocation(const AllocationProblem& problem, AllocationMechanism mechanism,
                             const Allocation& allocation);

// Everything an outsider needs, and nothing about people but what they are called
// here: the published form (JSON, format "brygga-allocation/1"; data/lottery/README.md
// defines each field). data/lottery/replay.py reads it.
std::string PublishedAllocation(const AllocationProblem& problem, AllocationMechanism mechanism,
                                const Allocation& allocation);

// A certificate as text (JSON, one line) and back.
//
// kInvalidArgument: not such a text.
std::string AllocationCertificateToJson(const AllocationCertificate& certificate);
absl::StatusOr<AllocationCertificate> AllocationCertificateFromJson(std::string_view json);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_ALLOCATION_CERTIFICATE_H_
