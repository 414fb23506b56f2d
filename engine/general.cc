#include "engine/general.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "engine/fairest.h"
#include "engine/flow.h"
#include "engine/network.h"

namespace brygga::engine {
namespace {

constexpr int64_t kBytesOfAPair = 80, kBytesOfAPerson = 1024;
constexpr int64_t kMostWeight = int64_t{1} << 62;  // Times eight people each.
constexpr auto kNoLinkCost = [](const Link&) { return int64_t{0}; };

size_t At(int64_t i) { return static_cast<size_t>(i); }

absl::Status Cancelled() { return absl::CancelledError("the solve was cancelled"); }
absl::Status Wrong(std::string field, std::string_view description) {
  return InvalidFields({{std::move(field), std::string(description)}});
}

template <typename W>
absl::Status ValidateGraph(const Bipartite<W>& graph, const std::vector<int32_t>& places, Objective objective) {
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

// Takes the levels' pairs into the answer; false where it was stopped.
template <typename W>
bool Level(const Bipartite<W>& graph, const Network& network, FlowStart start, const Control& control,
           GeneralAnswer& answer) {
  std::vector<W> levels;
  for (const int64_t e : start.free) levels.push_back(graph.weight[At(e)]);
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  std::vector<int32_t> rank;
  for (const int64_t e : start.free) {
    rank.push_back(
        static_cast<int32_t>(std::lower_bound(levels.begin(), levels.end(), graph.weight[At(e)]) - levels.begin()));
  }
  Ticker ticker(control, "fairest", network.agents);
  FairestLevels fairest(network, std::move(start), rank, static_cast<int32_t>(levels.size()));
  if (!fairest.Run(ticker)) return false;
  for (Stage stage : fairest.stages()) {
    stage.level = static_cast<int64_t>(levels[At(stage.level)]);
    answer.stages.push_back(std::move(stage));
  }
  const FlowStart end = fairest.End();
  answer.chosen = end.fixed;
  for (size_t i = 0; i < end.free.size(); ++i) {
    if (end.carries[i]) answer.chosen.push_back(end.free[i]);
  }
  std::sort(answer.chosen.begin(), answer.chosen.end());
  return true;
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
  if (absl::Status status = ValidateGraph(graph, places, objective); !status.ok()) return status;
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
  StagedFlow flow(network);
  Ticker ticker(options.control, "coverage", network.nodes);
  if (!flow.MakeFeasible(ticker)) return Cancelled();
  Prove(flow, StageKind::kBounds, answer);
  if (objective != Objective::kScore) {
    if (!flow.Minimise([](int32_t, int64_t) { return int64_t{-1}; }, kNoLinkCost, ticker)) return Cancelled();
    Prove(flow, StageKind::kCoverage, answer);
  }
  if (objective == Objective::kFairest) {
    if (!Level(graph, network, flow.Left(), options.control, answer)) return Cancelled();
  } else {
    Ticker total_ticker(options.control, "total", network.nodes);
    const auto cost = [&](int32_t, int64_t pair) { return -static_cast<int64_t>(graph.weight[At(pair)]); };
    if (!flow.Minimise(cost, kNoLinkCost, total_ticker)) return Cancelled();
    Prove(flow, StageKind::kScore, answer);
    answer.chosen = flow.Chosen();
  }
  for (const int64_t e : answer.chosen) answer.total += static_cast<int64_t>(graph.weight[At(e)]);
  return answer;
}

template int64_t GeneralMemoryBound(const Bipartite<int32_t>&);
template int64_t GeneralMemoryBound(const Bipartite<int64_t>&);
template absl::StatusOr<GeneralAnswer> SolveGeneral(const Bipartite<int32_t>&, const std::vector<int32_t>&, Objective,
                                                    const GraphOptions&);
template absl::StatusOr<GeneralAnswer> SolveGeneral(const Bipartite<int64_t>&, const std::vector<int32_t>&, Objective,
                                                    const GraphOptions&);

}  // namespace brygga::engine
