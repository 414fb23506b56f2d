// An allocation in words.
#ifndef BRYGGA_CLI_COMMANDS_ALLOCATION_TEXT_H_
#define BRYGGA_CLI_COMMANDS_ALLOCATION_TEXT_H_

#include <cstddef>
#include <string>

#include "brygga/matching/v1/allocation.pb.h"
#include "cli/app/context.h"

namespace brygga::cli {

// What an ALLOCATION may be.
inline constexpr char kAllocationHelp[] = "An allocation's name, or a cohort: then its newest allocation";

// How far its draw is, with the hash of the seed.
std::string DrawText(const matching::v1::Allocation& allocation);

// How many were placed, and whether that is certified.
std::string ResultText(const matching::v1::Allocation& allocation);

// All of it: its state, its draw and its result.
std::string AllocationText(const matching::v1::Allocation& allocation);

// A table of how each group fared, behind an empty line; "" where there is no group.
std::string GroupsText(const matching::v1::Allocation& allocation, size_t columns);

// Prints AllocationText, or JSON where that was asked for.
void PrintAllocation(Context& context, const matching::v1::Allocation& allocation);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_COMMANDS_ALLOCATION_TEXT_H_
