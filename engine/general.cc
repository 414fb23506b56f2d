#include "engine/general.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "engine/fairest.h"
#include "engine/flow.h"
#include "engine/network.h"
#include "engine/places.h"
#include "engine/places_paths.h"
#include "engine/plain_start.h"
#include "engine/rough_auction.h"

namespace brygga::engine {
namespace {

constexpr int64_t kBytesOfAPair = 80, kBytesOfAPerson = 1024;
constexpr int64_t kMostWeight = int64_t{1} << 62;  // Times eight people each.
// So few pairs, or weights so near to each other or in heaps that are so far apart,
// are first tried without bids, as long as that takes so many looks at pairs.
constexpr int64_t kFewPairs = 1500, kLooks = 20'000;
constexpr int64_t kVeryFewWeights = 3, kFewWeights = 1000, kManyPairs = 32;  // An agent.
constexpr int64_t kFarApart = 16, kPassesInHeaps = 150, kPasses = 12;

size_t At(int64_t i) { return static_cast<size_t>(i); }

absl::Status Cancelled() { return absl::CancelledError("the solve was cancelled"); }
absl::Status Wrong(std::string field, std::string_view description) {
  return InvalidFields({{std::move(field), std::string(description)}});
}

template <typename W>
absl::Status ValidateGraph(const Bipartite<W>& graph, const std::vector<int32_t>& places, Objective objective,
                           Ticker& ticker) {
  if (objective == Objective::kStable) return Wrong("objective", "is STABLE, which is not solved by weights alone");
  if (graph.offset.empty() || graph.offset.front() != 0 || !std::is_sorted(graph.offset.begin(), graph.offset.end()) ||
      graph.offset.back() != static_cast<int64_t>(graph.host.size()) || graph.weight.size() != graph.host.size()) {
    return Wrong("offset", "does not fit the pairs");
  }
  if (!places.empty() && places.size() != graph.agent_count()) return Wrong("places", "has another length than agents");
  for (size_t a = 0; a < places.size(); ++a) {
    if (places[a] < 0) return Wrong(absl::StrCat("places[", a, "]"), "is negative");
  }
  for (size_t h = 0; h < graph.seats.size(); ++h) {
    if (graph.seats[h] < 0) return Wrong(absl::StrCat("seats[", h, "]"), "is negative");
  }
  const int64_t people = static_cast<int64_t>(graph.agent_count() + graph.host_count());
  const int64_t most =
      objective == Objective::kFairest ? std::numeric_limits<int64_t>::max() : kMostWeight / (8 * (people + 2));
  std::vector<int64_t> last(graph.host_count(), -1);
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    if (!ticker.Step(graph.offset[a + 1] - graph.offset[a])) return Cancelled();
    for (int64_t e = graph.offset[a]; e < graph.offset[a + 1]; ++e) {
      const int32_t host = graph.host[At(e)];
      if (host < 0 || At(host) >= graph.host_count()) return Wrong(absl::StrCat("host[", e, "]"), "is no host");
      if (last[At(host)] == static_cast<int64_t>(a)) {
        return Wrong(absl::StrCat("host[", e, "]"), "is there twice with its agent");
      }
      last[At(host)] = static_cast<int64_t>(a);
      if (graph.weight[At(e)] < 0 || graph.weight[At(e)] > most) {
        return Wrong(absl::StrCat("weight[", e, "]"), absl::StrCat("is not from 0 to ", most));
      }
    }
  }
  return absl::OkStatus();
}

void Prove(const PlacesPrices& prices, StageKind kind, GeneralAnswer& answer) {
  Stage stage{.kind = kind, .node = {}, .price = {}};
  const auto add = [&](size_t node, int64_t price) {
    if (price == 0) return;
    stage.node.push_back(static_cast<int32_t>(node));
    stage.price.push_back(price);
  };
  for (size_t a = 0; a < prices.gain.size(); ++a) add(a, -prices.gain[a]);
  for (size_t h = 0; h < prices.price.size(); ++h) add(prices.gain.size() + h, prices.price[h]);
  answer.stages.push_back(std::move(stage));
}

// Leaves just the largest answers; false where it was stopped.
template <typename W>
bool Cover(PlacesGraph<W>& graph, Ticker& ticker, GeneralAnswer& answer) {
  PlacesPaths<W, SameWeight> paths(graph, {}, std::vector<int64_t>(graph.seats.size(), 0), ticker);
  if (!paths.Run()) return false;
  const PlacesPrices prices = paths.Prices();
  Prove(prices, StageKind::kCoverage, answer);
  LeaveLargest(graph, prices, ticker);
  return !ticker.stopped();
}

// So many looks at pairs what a search without bids may take: 0 where bids are
// faster for certain. People's scores tie as often as people are alike, which says
// nothing: heaps are near, but not the same.
template <typename W>
int64_t LooksWithoutBids(const PlacesGraph<W>& graph, Ticker& ticker) {
  const int64_t pairs = static_cast<int64_t>(graph.host.size()), agents = graph.agents();
  const auto [least, most] = std::minmax_element(graph.weight.begin(), graph.weight.end());
  const int64_t range = graph.weight.empty() ? 0 : static_cast<int64_t>(*most - *least);
  const int64_t even_range = EvenRange(graph, ticker);
  const bool few = range <= kVeryFewWeights || (range <= kFewWeights && pairs >= kManyPairs * agents);
  const bool in_heaps = range > kFewWeights && even_range > 0;
  if ((few || in_heaps) && even_range <= range / kFarApart) return kPassesInHeaps * (pairs + agents);
  return few || pairs <= kFewPairs ? kPasses * (pairs + agents) + kLooks : 0;
}

// Puts the highest total into graph.chosen, with the proof; false where it was stopped.
template <typename W>
bool Total(PlacesGraph<W>& graph, Ticker& ticker, GeneralAnswer& answer) {
  const int64_t factor = static_cast<int64_t>(DivideByCommonFactor(graph.weight));
  const auto search = [&](std::vector<int64_t> price, int64_t most_looks) {
    PlacesPaths<W, OwnWeight<W>> paths(graph, {graph.weight.data()}, std::move(price), ticker);
    if (!paths.Run(most_looks)) return false;
    PlacesPrices prices = paths.Prices();
    for (std::vector<int64_t>* of : {&prices.gain, &prices.price}) {
      for (int64_t& price : *of) price *= factor;
    }
    Prove(prices, StageKind::kScore, answer);
    return true;
  };
  const int64_t looks = LooksWithoutBids(graph, ticker);
  if (looks > 0 && search(std::vector<int64_t>(graph.seats.size(), 0), looks)) return true;
  std::vector<int64_t> price = RoughAuction<W>(graph, ticker).Run();
  return !ticker.stopped() && search(std::move(price), std::numeric_limits<int64_t>::max() / 4);
}

template <typename W>
std::vector<int64_t> ChosenOf(const PlacesGraph<W>& graph) {
  std::vector<int64_t> chosen(graph.fixed.begin(), graph.fixed.end());
  for (size_t e = 0; e < graph.id.size(); ++e) {
    if (graph.chosen[e]) chosen.push_back(int64_t{graph.id[e]});
  }
  std::inplace_merge(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(graph.fixed.size()), chosen.end());
  return chosen;
}

// The largest answers, and a good one of them, to go on from. Best totals are
// where levels start from; weights are cut for it to so many bits.
template <typename W>
FlowStart StartOf(const Network& network, PlacesGraph<W> graph, const Stage& coverage, Ticker& ticker) {
  const W most = graph.weight.empty() ? 0 : *std::max_element(graph.weight.begin(), graph.weight.end());
  const int shift = std::max(0, 44 - std::countl_zero(static_cast<uint64_t>(most)));
  for (W& weight : graph.weight) weight >>= shift;
  GeneralAnswer total;
  FlowStart start;
  if (!Total(graph, ticker, total)) return start;
  start.free.assign(graph.id.begin(), graph.id.end());
  start.fixed.assign(graph.fixed.begin(), graph.fixed.end());
  std::vector<int64_t> taken(At(network.agents + network.hosts), 0);
  int32_t agent = 0;
  for (const int64_t e : ChosenOf(graph)) {
    while (network.offset[At(agent) + 1] <= e) ++agent;
    ++taken[At(agent)];
    ++taken[At(network.agents + network.host[At(e)])];
  }
  start.carries = std::move(graph.chosen);
  for (const Link& link : network.links) {
    start.link_flow.push_back(taken[At(link.hung)]);
    const bool priced = std::binary_search(coverage.node.begin(), coverage.node.end(), link.hung);
    start.link_fixed.push_back(priced || link.upper == 0 ? 1 : 0);
  }
  return start;
}

// Takes the levels' pairs into the answer; false where it was stopped.
template <typename W>
bool Level(const Bipartite<W>& graph, const Network& network, FlowStart start, const Control& control,
           GeneralAnswer& answer) {
  Ticker ticker(control, "fairest", network.agents);
  std::vector<W> weights;
  weights.reserve(start.free.size());
  for (const int64_t e : start.free) {
    weights.push_back(graph.weight[At(e)]);
    if (!ticker.Step(1)) return false;
  }
  const LevelRanks<W> ranks(std::move(weights), ticker);
  if (ticker.stopped()) return false;
  FairestLevels fairest(network, std::move(start));
  if (!fairest.Run(ranks.rank, static_cast<int32_t>(ranks.value.size()), ticker)) return false;
  for (Stage stage : fairest.stages()) {
    stage.level = static_cast<int64_t>(ranks.value[At(stage.level)]);
    answer.stages.push_back(std::move(stage));
  }
  const FlowStart end = fairest.End(ticker);
  if (ticker.stopped()) return false;
  answer.chosen = end.fixed;
  for (size_t i = 0; i < end.free.size(); ++i) {
    if (end.carries[i]) answer.chosen.push_back(end.free[i]);
  }
  std::inplace_merge(answer.chosen.begin(), answer.chosen.begin() + static_cast<std::ptrdiff_t>(end.fixed.size()),
                     answer.chosen.end());
  return true;
}

// The total for what it is worth: only the order of weights counts here.
template <typename W>
int64_t TotalOf(const Bipartite<W>& graph, const std::vector<int64_t>& chosen) {
  __int128 total = 0;
  for (const int64_t e : chosen) total += graph.weight[At(e)];
  return static_cast<int64_t>(std::min<__int128>(total, std::numeric_limits<int64_t>::max()));
}

// Where agents have one seat each, the fast solver finds the most pairs, and
// good ones, to start from.
template <typename W>
absl::StatusOr<GeneralAnswer> SolvePlainFairest(const Bipartite<W>& graph, const Network& network,
                                                const GraphOptions& options) {
  const W most = graph.weight.empty() ? 0 : *std::max_element(graph.weight.begin(), graph.weight.end());
  const int shift = std::max(0, 44 - std::countl_zero(static_cast<uint64_t>(most)));
  Bipartite<int32_t> rough{.offset = graph.offset, .host = graph.host, .weight = {}, .seats = graph.seats};
  Ticker ticker(options.control, "coverage", network.agents);
  for (const W weight : graph.weight) {
    rough.weight.push_back(static_cast<int32_t>(weight >> shift));
    if (!ticker.Step(1)) return Cancelled();
  }
  const absl::StatusOr<PricedMatching> matching = SolveCoverageThenScore(rough, options);
  if (!matching.ok()) return matching.status();
  GeneralAnswer answer;
  const PlainAnswer plain{
      .host = matching->host, .agent_cover = matching->agent_cover, .host_cover = matching->host_cover};
  FlowStart start = StartFrom(network, plain, nullptr, answer.stages, ticker);
  if (ticker.stopped()) return Cancelled();
  if (!Level(graph, network, std::move(start), options.control, answer)) return Cancelled();
  answer.total = TotalOf(graph, answer.chosen);
  return answer;
}

}  // namespace

template <typename W>
int64_t GeneralMemoryBound(const Bipartite<W>& graph) {
  return kBytesOfAPair * static_cast<int64_t>(graph.host.size()) +
         kBytesOfAPerson * static_cast<int64_t>(graph.agent_count() + graph.host_count());
}

template <typename W>
absl::StatusOr<GeneralAnswer> SolveGeneral(const Bipartite<W>& graph, const std::vector<int32_t>& places,
                                           Objective objective, const GraphOptions& options) {
  Ticker order_ticker(options.control, "order", static_cast<int64_t>(graph.agent_count()));
  if (absl::Status status = ValidateGraph(graph, places, objective, order_ticker); !status.ok()) return status;
  const int64_t bound = GeneralMemoryBound(graph);
  if (bound > options.memory_limit_bytes || graph.host.size() > std::numeric_limits<uint32_t>::max()) {
    return MakeError(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("solving ", graph.host.size(), " pairs of ", graph.agent_count(), " and ", graph.host_count(),
                     " people needs up to ", bound, " bytes; the limit is ", options.memory_limit_bytes),
        {.reason = "COHORT_TOO_LARGE"});
  }
  const Network network = NetworkOf(graph.offset, graph.host, places, graph.seats);
  const bool one_each = std::all_of(places.begin(), places.end(), [](int32_t most) { return most == 1; });
  if (objective == Objective::kFairest && one_each) return SolvePlainFairest(graph, network, options);
  GeneralAnswer answer;
  Ticker ticker(options.control, "coverage", network.nodes), total_ticker(options.control, "total", network.nodes);
  PlacesGraph<W> open = OpenPlaces(graph, places, ticker);
  if (ticker.stopped()) return Cancelled();
  if (objective != Objective::kScore && !Cover(open, ticker, answer)) return Cancelled();
  if (objective == Objective::kFairest) {
    FlowStart start = StartOf(network, std::move(open), answer.stages.back(), total_ticker);
    if (total_ticker.stopped() || !Level(graph, network, std::move(start), options.control, answer)) return Cancelled();
  } else {
    if (!Total(open, total_ticker, answer)) return Cancelled();
    answer.chosen = ChosenOf(open);
  }
  answer.total = TotalOf(graph, answer.chosen);
  return answer;
}

template int64_t GeneralMemoryBound(const Bipartite<int32_t>&);
template int64_t GeneralMemoryBound(const Bipartite<int64_t>&);
template absl::StatusOr<GeneralAnswer> SolveGeneral(const Bipartite<int32_t>&, const std::vector<int32_t>&, Objective,
                                                    const GraphOptions&);
template absl::StatusOr<GeneralAnswer> SolveGeneral(const Bipartite<int64_t>&, const std::vector<int32_t>&, Objective,
                                                    const GraphOptions&);

}  // namespace brygga::engine
