// A real Redis for tests.
#ifndef BRYGGA_COMMON_TESTING_REDIS_H_
#define BRYGGA_COMMON_TESTING_REDIS_H_

#include <memory>
#include <string>
#include <vector>

#include "common/testing/process.h"
#include "common/testing/temp_dir.h"

namespace brygga::testing {

// An empty redis-server of its own behind a unix socket, keeping nothing on
// disk. It goes with this object. Failing to start ends the process.
class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> more_options = {});

  const std::string& socket() const { return socket_; }

  // Kills it without a word; Start begins again, empty, at the same socket.
  void Kill();
  void Start();
  // For SIGSTOP and SIGCONT: a server that hangs.
  Process& process() { return *process_; }

 private:
  TempDir folder_;
  std::string socket_;
  std::vector<std::string> more_options_;
  std::unique_ptr<Process> process_;
};

}  // namespace brygga::testing

#endif  // BRYGGA_COMMON_TESTING_REDIS_H_
