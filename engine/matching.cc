#include "engine/matching.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/assignment.h"
#include "engine/coverage.h"

namespace brygga::engine {
namespace {

absl::Status Cancelled() { return absl::CancelledError("the round was cancelled"); }

// One more host, the last, whom everybody may have at weight 0.
template <typename W>
Bipartite<W> WithRoom(const Bipartite<W>& graph, int32_t seats) {
  Bipartite<W> wider;
  const int32_t room = static_cast<int32_t>(graph.host_count());
  wider.host.reserve(graph.host.size() + graph.agent_count());
  wider.weight.reserve(graph.host.size() + graph.agent_count());
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    for (int64_t e = graph.offset[a]; e < graph.offset[a + 1]; ++e) {
      wider.host.push_back(graph.host[static_cast<size_t>(e)]);
      wider.weight.push_back(graph.weight[static_cast<size_t>(e)]);
    }
    wider.host.push_back(room);
    wider.weight.push_back(0);
    wider.offset.push_back(static_cast<int64_t>(wider.host.size()));
  }
  wider.seats = graph.seats;
  wider.seats.push_back(seats);
  return wider;
}

template <typename W>
absl::StatusOr<PricedMatching> SolveWithRoom(const Bipartite<W>& graph, int32_t room_seats, const Control& control) {
  const int32_t room = static_cast<int32_t>(graph.host_count());
  Bipartite<W> wider = WithRoom(graph, room_seats);
  Ticker ticker(control, "total", static_cast<int64_t>(graph.agent_count()));
  auto priced = AssignmentSolver<W, int64_t>(wider, ticker).Run();
  if (!priced) return Cancelled();
  PricedMatching result{.host = std::move(priced->host),
                        .agent_price = std::move(priced->agent_price),
                        .host_price = std::move(priced->host_price)};
  result.unmatched_price = result.host_price.back();
  result.host_price.pop_back();
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    if (result.host[a] == room) {
      result.host[a] = kNobody;
      continue;
    }
    ++result.size;
    result.total += result.agent_price[a] + result.host_price[static_cast<size_t>(result.host[a])];
  }
  return result;
}

}  // namespace

template <typename W>
int64_t GraphMemoryBound(const Bipartite<W>& graph) {
  return static_cast<int64_t>(graph.host.size()) * 32 +
         512 * static_cast<int64_t>(graph.agent_count() + graph.host_count());
}

template <typename W>
absl::StatusOr<PricedMatching> SolveCoverageThenScore(Bipartite<W>& graph, const GraphOptions& options) {
  Ticker ticker(options.control, "coverage", static_cast<int64_t>(graph.agent_count()));
  std::optional<Coverage> coverage = LargestCoverage(graph, ticker);
  if (!coverage) return Cancelled();
  auto result = SolveWithRoom(graph, static_cast<int32_t>(static_cast<int64_t>(graph.agent_count()) - coverage->size),
                              options.control);
  if (!result.ok()) return result;
  result->agent_cover = std::move(coverage->agent_cover);
  result->host_cover = std::move(coverage->host_cover);
  return result;
}

template <typename W>
absl::StatusOr<PricedMatching> SolveScore(Bipartite<W>& graph, const GraphOptions& options) {
  return SolveWithRoom(graph, static_cast<int32_t>(graph.agent_count()) + 1, options.control);
}

template int64_t GraphMemoryBound(const Bipartite<int32_t>& graph);
template int64_t GraphMemoryBound(const Bipartite<int64_t>& graph);
template absl::StatusOr<PricedMatching> SolveCoverageThenScore(Bipartite<int32_t>& graph, const GraphOptions& options);
template absl::StatusOr<PricedMatching> SolveCoverageThenScore(Bipartite<int64_t>& graph, const GraphOptions& options);
template absl::StatusOr<PricedMatching> SolveScore(Bipartite<int32_t>& graph, const GraphOptions& options);
template absl::StatusOr<PricedMatching> SolveScore(Bipartite<int64_t>& graph, const GraphOptions& options);

}  // namespace brygga::engine
