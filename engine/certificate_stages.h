// The checker's part for proofs by stages. It builds the network of network.h
// itself, from the problem alone, and shares no code with the solvers.
#ifndef BRYGGA_ENGINE_CERTIFICATE_STAGES_H_
#define BRYGGA_ENGINE_CERTIFICATE_STAGES_H_

#include "absl/status/status.h"
#include "engine/certificate.h"
#include "engine/problem.h"

namespace brygga::engine {

// OK where `assignment`, whose pairs are known to be allowed and to keep
// capacities and locks, keeps the groups' rules too and `stages` prove it best.
// One pass over the pairs; each asks as many stages as tell its two people apart.
//
// kInvalidArgument, reason INVALID_CERTIFICATE: otherwise.
absl::Status CheckStages(const Problem& problem, Objective objective, const Assignment& assignment,
                         const std::vector<Stage>& stages);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_CERTIFICATE_STAGES_H_
