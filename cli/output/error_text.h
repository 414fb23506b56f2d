// Errors as sentences, and as exit codes.
#ifndef BRYGGA_CLI_OUTPUT_ERROR_TEXT_H_
#define BRYGGA_CLI_OUTPUT_ERROR_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace brygga::cli {

// How `brygga` ends. The numbers are part of what scripts rely on.
enum ExitCode : int {
  kDone = 0,         // All of it was done.
  kSomeRefused = 1,  // It was done, except for the rows that the report names.
  kUsage = 2,        // The command line or a file is wrong; nothing was done.
  kRefused = 3,      // The services refused: a field, a state or a name is wrong.
  kNotAllowed = 4,   // The token is missing, expired or not enough.
  kTryAgain = 5,     // The services could not be reached or are busy; the same command may work later.
  kBroken = 6,       // A fault in Brygga.
};

// Reasons of errors that are found here: of the command line alone, and of
// fields, as the services say it.
inline constexpr std::string_view kCommandLine = "COMMAND_LINE";
inline constexpr std::string_view kInvalidFields = "INVALID_FIELDS";

// The code that a failed call ends with. `error` is not OK.
ExitCode ExitCodeOf(const absl::Status& error);

// What went wrong, in lines for a person: the message, then one line for each
// wrong field, each thing that must change first, and when to try again. Ends
// with the reason code, for whoever asks for help. `error` is not OK.
std::string ErrorText(const absl::Status& error);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_OUTPUT_ERROR_TEXT_H_
