// The seed of a draw.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_SEED_H_
#define BRYGGA_SERVICES_MATCHING_WORK_SEED_H_

#include <string>

namespace brygga::matching {

// 32 bytes from the system's generator of random numbers, as 64 hexadecimal
// digits: nobody can guess or choose it.
std::string NewSeed();

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_SEED_H_
