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
#include "engine/flow_hint.h"
#include "engine/network.h"
#include "engine/plain_start.h"
#include "engine/rough_auction.h"

namespace brygga::engine {
namespace {

constexpr int64_t kBytesOfAPair = 80, kBytesOfAPerson = 1024;
constexpr int64_t kMostWeight = int64_t{1} << 62;  // Times eight people each.
constexpr int64_t kMostRough = int64_t{1} << 58;   // A weight that rough bids are made for.
constexpr auto kNoLinkCost = [](const Link&) { return int64_t{0}; };

// Spreads positions, so that a stage has something to choose by.
int64_t Spread(int64_t position) {
  return static_cast<int64_t>(static_cast<uint64_t>(position) * 0x9E3779B97F4A7C15u >> 40);
}

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

void Prove(const StagedFlow& flow, StageKind kind, GeneralAnswer& answer) {
  Stage stage{.kind = kind, .node = {}, .price = {}};
  for (size_t v = 0; v < flow.price().size(); ++v) {
    if (flow.price()[v] == 0) continue;
    stage.node.push_back(static_cast<int32_t>(v));
    stage.price.push_back(flow.price()[v]);
  }
  answer.stages.push_back(std::move(stage));
}

template <typename W>
FlowHint RoughHint(const Bipartite<W>& graph, const std::vector<int32_t>& places, const Network& network,
                   Ticker& ticker) {
  const W most = graph.weight.empty() ? 0 : *std::max_element(graph.weight.begin(), graph.weight.end());
  if (static_cast<int64_t>(most) > kMostRough) return {.stay = std::vector<int64_t>(graph.agent_count(), 0)};
  const std::vector<int32_t> one_each(places.empty() ? graph.agent_count() : 0, 1);
  RoughAuction<W> auction(graph, places.empty() ? one_each : places, ticker);
  auction.Run();
  return HintFrom(network, graph.weight, auction.Chosen(), auction.price(), /*stay=*/0, ticker);
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
  GeneralAnswer answer;
  const bool one_each = std::all_of(places.begin(), places.end(), [](int32_t most) { return most == 1; });
  if (objective == Objective::kFairest && one_each) return SolvePlainFairest(graph, network, options);
  Ticker ticker(options.control, "coverage", network.nodes);
  StagedFlow flow(network, RoughHint(graph, places, network, ticker), ticker);
  if (!flow.MakeFeasible(ticker)) return Cancelled();
  Prove(flow, StageKind::kBounds, answer);
  if (objective != Objective::kScore) {
    const W most = graph.weight.empty() ? 0 : *std::max_element(graph.weight.begin(), graph.weight.end());
    const int shift = std::max(0, 44 - std::countl_zero(static_cast<uint64_t>(most)));
    const auto guide = [&](int32_t, int64_t pair) {
      return (static_cast<int64_t>(graph.weight[At(pair)]) >> shift) << 4 | Spread(pair) >> 20;
    };
    if (!flow.Minimise([](int32_t, int64_t) { return int64_t{-1}; }, kNoLinkCost, guide, ticker)) return Cancelled();
    Prove(flow, StageKind::kCoverage, answer);
  }
  if (objective == Objective::kFairest) {
    if (!Level(graph, network, flow.Left(), options.control, answer)) return Cancelled();
  } else {
    Ticker total_ticker(options.control, "total", network.nodes);
    const auto cost = [&](int32_t, int64_t pair) { return -static_cast<int64_t>(graph.weight[At(pair)]); };
    const auto guide = [](int32_t, int64_t pair) { return Spread(pair); };
    if (!flow.Minimise(cost, kNoLinkCost, guide, total_ticker)) return Cancelled();
    Prove(flow, StageKind::kScore, answer);
    answer.chosen = flow.Chosen();
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
