// A problem as a network: every answer is a circulation, and every rule about
// people, seats and groups is a bound of one of its arcs.
//
//   hub → groups of adepts → adepts → mentors → groups of mentors → hub
//
// A pair is an arc from its adept to its mentor that carries 0 or 1. All other
// arcs are links: each person hangs on the innermost group with a rule (or on
// the hub), each such group on the one around it. A link's bounds are what the
// locks leave of capacities, caps and minimum loads. A reserve splits a group's
// link in two: the first `reserved` units and the rest; so does a guarantee with
// a mentor's first seat. Where reserves of a side stay empty, all else of that
// side hangs on a node "open", whose link to the hub holds what such reserves
// leave.
#ifndef BRYGGA_ENGINE_NETWORK_H_
#define BRYGGA_ENGINE_NETWORK_H_

#include <cstdint>
#include <vector>

#include "engine/problem.h"

namespace brygga::engine {

enum class LinkKind : uint8_t {
  kPlain,
  kGuaranteed,  // An adept of a guaranteed group; the first seat of such a mentor.
  kReserved,    // The reserved units of a group.
};

struct Link {
  int32_t tail = 0;
  int32_t head = 0;
  int64_t lower = 0;
  int64_t upper = 0;
  int32_t hung = 0;  // The end that is further from the hub.
  LinkKind kind = LinkKind::kPlain;
};

// Nodes: agents (adepts) by row, then hosts (mentors), groups, the hub, "open"
// of the adepts, "open" of the mentors. Pairs are known by their position in
// `host` (Problem::edges.mentor), which the network borrows.
struct Network {
  const std::vector<int64_t>& offset;
  const std::vector<int32_t>& host;
  int32_t agents = 0;
  int32_t hosts = 0;
  int32_t nodes = 0;
  int32_t hub = 0;
  std::vector<Link> links;
  std::vector<uint8_t> agent_open, host_open;  // 0: none of its pairs is in the network (a lock, no seats).
};

// `problem` must be valid and outlive the network.
Network NetworkOf(const Problem& problem);

// Agents with `places[a]` places each (empty: one) and hosts with seats; the hub
// is the only other node. The vectors must outlive the network.
Network NetworkOf(const std::vector<int64_t>& offset, const std::vector<int32_t>& host,
                  const std::vector<int32_t>& places, const std::vector<int32_t>& seats);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_NETWORK_H_
