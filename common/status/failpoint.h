// Named places where a test may kill the process, as a loss of power would.
#ifndef BRYGGA_COMMON_STATUS_FAILPOINT_H_
#define BRYGGA_COMMON_STATUS_FAILPOINT_H_

#include <string_view>

namespace brygga {

// Ends the process at once (SIGKILL) where the folder that the environment names
// as BRYGGA_FAILPOINTS holds a file called `name`, and removes that file: each
// strikes once, also where several threads come by. Does nothing in release
// builds. Safe for concurrent use; not for places that are hot.
void Failpoint(std::string_view name);

}  // namespace brygga

#endif  // BRYGGA_COMMON_STATUS_FAILPOINT_H_
