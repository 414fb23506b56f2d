// Where the servers of a suite listen, for whoever wants to find them.
#ifndef BRYGGA_SERVICES_SUITE_PORTS_H_
#define BRYGGA_SERVICES_SUITE_PORTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/server.h"

namespace brygga::suite {

// One line per server, "gateway 127.0.0.1:7070 9070 9170": its name, its
// address, its admin port and its metrics port; 0 where there is none.
std::string PortsText(const std::vector<std::pair<std::string, rpc::Server*>>& servers);

// Writes `text` to `path` so that a reader finds all of it or nothing.
//
// kUnavailable: the file cannot be written.
absl::Status WriteWhole(const std::string& path, const std::string& text);

}  // namespace brygga::suite

#endif  // BRYGGA_SERVICES_SUITE_PORTS_H_
