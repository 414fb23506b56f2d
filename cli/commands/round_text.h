// A round in words.
#ifndef BRYGGA_CLI_COMMANDS_ROUND_TEXT_H_
#define BRYGGA_CLI_COMMANDS_ROUND_TEXT_H_

#include <string>

#include "brygga/matching/v1/round.pb.h"

namespace brygga::cli {

// What became of a round, its figures and what its certificate proves; of a dry
// run, what would have.
std::string RoundText(const matching::v1::MatchingRound& round);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_COMMANDS_ROUND_TEXT_H_
