// The instances that the engine and its peers are measured on, each seeded and
// the same on every machine.
#ifndef BRYGGA_TESTS_BENCH_ENGINE_INSTANCES_H_
#define BRYGGA_TESTS_BENCH_ENGINE_INSTANCES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/instance.h"

namespace brygga::bench {

// "cohort-200", "cohort-1000", "cohort-4000": people like the sample's under
// the vocational policy, without its lower limit of closeness, so that 43 % of the
// pairs are allowed.
// "capacity-4000": 4,000 such adepts and 1,600 mentors with 1 to 4 seats.
// "places-20000": 20,000 such people, each with the 100 best of 9,000 openings
// of 1 to 4 seats.
// "uniform-1000", "uniform-4000": every pair, scores 0 to 10^6 drawn evenly.
// "product-1000": every pair, score i × j: Machol and Wien's hard case.
// "dense-800": every pair, scores 1 to 100, as OR-Library's assign800.
// "sparse-5000": 5,000 × 5,000, 100 pairs each, even scores.
// "cohort-100", "cohort-50": small enough for munkres and NetworkX.
std::vector<std::string> InstanceNames();

// `data` is the repository's folder of that name; `name` is one of InstanceNames().
engine::Instance MakeInstance(std::string_view name, const std::string& data, uint64_t seed);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_ENGINE_INSTANCES_H_
