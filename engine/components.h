// Who can change seats with whom.
#ifndef BRYGGA_ENGINE_COMPONENTS_H_
#define BRYGGA_ENGINE_COMPONENTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/bipartite.h"

namespace brygga::engine {

// The strongly connected components of hosts, where a host leads to every host
// that someone seated there has a pair with: a pair whose agent sits in another
// component than its host is in no other seating of the same people on the same
// seats. Agent a's pairs are host[offset[a] .. offset[a + 1]), its seat is at
// host_of[a] or nowhere (kNobody).
//
// The component of each host; components that can be reached from one have lower
// numbers than it. Tarjan's algorithm (1972), without recursion: O(pairs) time,
// 28 bytes a host and 4 an agent. Cut short where `ticker` stops it.
std::vector<int32_t> StrongComponents(const std::vector<int64_t>& offset, const std::vector<int32_t>& host,
                                      const std::vector<int32_t>& host_of, size_t host_count, Ticker& ticker);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_COMPONENTS_H_
