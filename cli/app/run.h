// The program `brygga`, without its main().
#ifndef BRYGGA_CLI_APP_RUN_H_
#define BRYGGA_CLI_APP_RUN_H_

#include <string>
#include <vector>

#include "cli/app/context.h"
#include "cli/output/error_text.h"

namespace brygga::cli {

// Runs `brygga` with `arguments` (without the program's name), which a test may
// do as well as main(). Reads the environment: BRYGGA_ADDRESS,
// BRYGGA_TOKEN_FILE, BRYGGA_ISSUER.
ExitCode Run(std::vector<std::string> arguments, const Streams& streams, Connect connect);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_APP_RUN_H_
