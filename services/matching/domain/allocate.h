// From applications to placements: an allocation in the engine's terms, and back.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATE_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/control.h"
#include "services/matching/domain/allocation.h"

namespace brygga::matching {

// Draws lots and places people. `input` has the seed, openings with their free
// seats, and applications with what bars them. statistics.solve_us is left to the
// caller.
//
// kInvalidArgument, kResourceExhausted, kCancelled: the engine's.
absl::StatusOr<AllocationProposal> Propose(const AllocationInput& input, const engine::Control& control);

// OK where the stored result is a right answer: a checker that shares no code with
// what computed it goes through all of it again, with the stored certificate.
//
// kInvalidArgument INVALID_CERTIFICATE.
absl::Status CheckProposal(const AllocationInput& input, const std::string& certificate);

// What is published: everything that an outsider needs to draw and place again,
// with references instead of people. JSON, format "brygga-allocation/1".
std::string PublishedDocument(const AllocationInput& input, const std::string& certificate);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATE_H_
