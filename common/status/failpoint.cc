#include "common/status/failpoint.h"

#ifdef BRYGGA_FAILPOINTS
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#endif

namespace brygga {

#ifdef BRYGGA_FAILPOINTS
void Failpoint(std::string_view name) {
  static const char* const folder = std::getenv("BRYGGA_FAILPOINTS");
  if (folder == nullptr || unlink((std::string(folder) + "/" + std::string(name)).c_str()) != 0) return;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}
#else
void Failpoint(std::string_view) {}
#endif

}  // namespace brygga
