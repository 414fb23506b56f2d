// The answer of the fast solver of plain graphs, as the stages of a network's
// flow would have left it: where no groups bind, later stages start from here.
#ifndef BRYGGA_ENGINE_PLAIN_START_H_
#define BRYGGA_ENGINE_PLAIN_START_H_

#include <cstdint>
#include <vector>

#include "engine/certificate.h"
#include "engine/flow.h"
#include "engine/network.h"

namespace brygga::engine {

// An answer with its proof, as matching.h and certificate.h give it.
struct PlainAnswer {
  const std::vector<int32_t>& host;  // Per agent, -1: none.
  bool has_cover = true;             // False for SCORE; then both are not looked at:
  const std::vector<uint8_t>& agent_cover;
  const std::vector<uint8_t>& host_cover;
};

// Its total, where that is a stage.
struct PlainPrices {
  const std::vector<int32_t>& score;  // By position.
  const std::vector<int64_t>& agent_price;
  const std::vector<int64_t>& host_price;
  int64_t unmatched_price = 0;
};

// What the stages of coverage (where there is a cover) and of the score (where
// there are prices) leave of `network`, which has one link for each agent and
// host that is open, and no other. Their proofs are added to `stages`. `prices`
// may be null. O(pairs); cut short where `ticker` stops it.
FlowStart StartFrom(const Network& network, const PlainAnswer& answer, const PlainPrices* prices,
                    std::vector<Stage>& stages, Ticker& ticker);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_PLAIN_START_H_
