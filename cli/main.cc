// `brygga`: the command line for coordinators and operators.
#include <unistd.h>

#include <iostream>

#include "absl/synchronization/mutex.h"
#include "cli/app/run.h"
#include "common/rpc/client.h"

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  using brygga::cli::ColumnsAt;
  using brygga::cli::Run;
  using brygga::cli::TerminalAt;
  return Run({argv + 1, argv + argc}, {std::cout, std::cerr, TerminalAt(STDERR_FILENO), ColumnsAt(STDOUT_FILENO)},
             [](const std::string& address) { return brygga::rpc::Channel::Connect(address); });
}
