#include "engine/plain_start.h"

#include <algorithm>
#include <utility>

namespace brygga::engine {
namespace {

size_t At(int64_t i) { return static_cast<size_t>(i); }

// One stage's prices, node by node.
class Prices {
 public:
  explicit Prices(StageKind kind) : stage_{.kind = kind, .node = {}, .price = {}} {}

  // Nodes are added in ascending order.
  void Add(int32_t node, int64_t price) {
    price_.push_back(price);
    if (price == 0) return;
    stage_.node.push_back(node);
    stage_.price.push_back(price);
  }
  int64_t Of(int32_t node) const { return At(node) < price_.size() ? price_[At(node)] : 0; }  // The hub's is 0.
  const Stage& stage() const { return stage_; }

 private:
  std::vector<int64_t> price_;
  Stage stage_;
};

// Who is in the cover must be used to the full; prices of 1 say so.
Prices PricesOfCover(const Network& network, const PlainAnswer& answer) {
  Prices prices(StageKind::kCoverage);
  for (int32_t a = 0; a < network.agents; ++a) prices.Add(a, answer.agent_cover[At(a)] ? -1 : 0);
  for (int32_t h = 0; h < network.hosts; ++h) prices.Add(network.agents + h, answer.host_cover[At(h)] ? 1 : 0);
  return prices;
}

// The cover parts the network in two: agents that may stay out with the hosts
// that are full for certain, and the others. The price of staying unmatched is
// the first part's against the hub.
Prices PricesOfTotal(const Network& network, const PlainAnswer& answer, const PlainPrices& plain) {
  const bool has_cover = answer.has_cover;
  int64_t unmatched = plain.unmatched_price;
  for (int32_t a = 0; a < network.agents && has_cover; ++a) {
    if (network.agent_open[At(a)] && !answer.agent_cover[At(a)]) {
      unmatched = std::max(unmatched, -plain.agent_price[At(a)]);
    }
  }
  Prices prices(StageKind::kScore);
  for (int32_t a = 0; a < network.agents; ++a) {
    const bool may_stay_out = has_cover && !answer.agent_cover[At(a)];
    prices.Add(a, -plain.agent_price[At(a)] - (may_stay_out ? unmatched : 0));
  }
  for (int32_t h = 0; h < network.hosts; ++h) {
    const bool is_full = has_cover && answer.host_cover[At(h)];
    prices.Add(network.agents + h, plain.host_price[At(h)] - (is_full ? unmatched : 0));
  }
  return prices;
}

}  // namespace

FlowStart StartFrom(const Network& network, const PlainAnswer& answer, const PlainPrices* plain,
                    std::vector<Stage>& stages, Ticker& ticker) {
  std::vector<Prices> proofs;
  if (answer.has_cover) proofs.push_back(PricesOfCover(network, answer));
  if (plain != nullptr) proofs.push_back(PricesOfTotal(network, answer, *plain));
  FlowStart start;
  start.free.reserve(network.host.size());  // Growing would copy for longer than a cancellation may wait.
  start.carries.reserve(network.host.size());
  std::vector<int64_t> taken(At(network.hosts), 0);
  for (int32_t a = 0; a < network.agents; ++a) {
    if (!ticker.Step(network.offset[At(a) + 1] - network.offset[At(a)])) return start;
    if (!network.agent_open[At(a)]) continue;
    for (int64_t e = network.offset[At(a)]; e < network.offset[At(a) + 1]; ++e) {
      const int32_t host = network.host[At(e)];
      if (!network.host_open[At(host)]) continue;
      const bool is_chosen = answer.host[At(a)] == host;
      taken[At(host)] += is_chosen ? 1 : 0;
      const bool is_free = std::all_of(proofs.begin(), proofs.end(), [&](const Prices& prices) {
        const int64_t cost = prices.stage().kind == StageKind::kCoverage ? -1 : -int64_t{plain->score[At(e)]};
        return cost - prices.Of(a) + prices.Of(network.agents + host) == 0;
      });
      if (is_free) {
        start.free.push_back(e);
        start.carries.push_back(is_chosen ? 1 : 0);
      } else if (is_chosen) {
        start.fixed.push_back(e);
      }
    }
  }
  for (const Link& link : network.links) {
    const bool is_agents = link.hung < network.agents;
    start.link_flow.push_back(is_agents ? (answer.host[At(link.hung)] >= 0 ? 1 : 0)
                                        : taken[At(link.hung - network.agents)]);
    const bool is_free = link.upper > 0 && std::all_of(proofs.begin(), proofs.end(),
                                                       [&](const Prices& prices) { return prices.Of(link.hung) == 0; });
    start.link_fixed.push_back(is_free ? 0 : 1);
  }
  for (const Prices& prices : proofs) stages.push_back(prices.stage());
  return start;
}

}  // namespace brygga::engine
