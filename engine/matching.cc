#include "engine/matching.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/auction.h"
#include "engine/coverage.h"
#include "engine/market.h"
#include "engine/shortest_paths.h"
#include "engine/workers.h"

namespace brygga::engine {
namespace {

absl::Status Cancelled() { return absl::CancelledError("the round was cancelled"); }

// One solve of a graph, whose seats it cuts to those that can be used meanwhile.
template <typename W>
class GraphSolver {
 public:
  GraphSolver(Bipartite<W>& graph, const GraphOptions& options)
      : graph_(graph), options_(options), workers_(options.threads) {}

  absl::StatusOr<PricedMatching> Run(bool coverage_first) {
    const std::vector<int32_t> seats = graph_.seats;
    LeaveOutNeedlessSeats();
    auto result = coverage_first ? CoverageThenScore() : Score();
    graph_.seats = seats;
    return result;
  }

 private:
  using Price = int64_t;

  static size_t At(int32_t i) { return static_cast<size_t>(i); }

  // More seats than agents who could sit there are never needed; one more keeps
  // a host that has them from ever being full, and so from a price. Hosts are
  // counted only where it would not be wasted work.
  void LeaveOutNeedlessSeats() {
    const int64_t agents = static_cast<int64_t>(graph_.agent_count());
    int64_t total = 0;
    for (const int32_t seats : graph_.seats) total += std::min<int64_t>(seats, agents + 1);
    if (total <= agents + agents / 2) return;
    std::vector<int32_t> wanted(graph_.host_count(), 1);
    for (const int32_t host : graph_.host) ++wanted[At(host)];
    for (size_t h = 0; h < wanted.size(); ++h) graph_.seats[h] = std::min(graph_.seats[h], wanted[h]);
  }

  absl::StatusOr<PricedMatching> CoverageThenScore() {
    const int64_t agents = static_cast<int64_t>(graph_.agent_count());
    Ticker ticker(options_.control, "coverage", agents);
    const std::optional<Coverage> coverage = LargestCoverage(graph_, ticker);
    if (!coverage || ticker.stopped()) return Cancelled();
    Market<W, Price> market(graph_, static_cast<int32_t>(agents - coverage->size));
    KeepWithinParts(market, *coverage);
    auto result = Settle(market);
    BRYGGA_RETURN_IF_ERROR(result.status());
    JoinParts(market, *coverage, *result);
    for (const Part part : coverage->agent_part) result->agent_cover.push_back(part == Part::kScarce ? 0 : 1);
    for (const Part part : coverage->host_part) {
      result->host_cover.push_back(part == Part::kScarce || part == Part::kClosed ? 1 : 0);
    }
    return result;
  }

  // Everybody may go to the room, which always has a seat left.
  absl::StatusOr<PricedMatching> Score() {
    Market<W, Price> market(graph_, static_cast<int32_t>(graph_.agent_count()) + 1);
    std::fill(market.waits.begin(), market.waits.end(), 1);
    std::fill(market.spare.begin(), market.spare.end(), 1);
    Keep(market, [&](size_t, int32_t host) { return graph_.seats[At(host)] > 0; });
    auto result = Settle(market);
    BRYGGA_RETURN_IF_ERROR(result.status());
    for (Price& price : result->agent_price) price += result->unmatched_price;
    for (Price& price : result->host_price) price -= result->unmatched_price;
    PriceClosed(0, *result);
    result->unmatched_price = 0;
    return result;
  }

  void KeepWithinParts(Market<W, Price>& market, const Coverage& coverage) {
    for (size_t a = 0; a < graph_.agent_count(); ++a) market.waits[a] = coverage.agent_part[a] == Part::kScarce;
    for (size_t h = 0; h < graph_.host_count(); ++h) market.spare[h] = coverage.host_part[h] == Part::kAmple;
    const auto is_first = [&](const auto& parts) {
      return std::all_of(parts.begin(), parts.end(), [&](Part part) { return part == parts.front(); });
    };
    if (is_first(coverage.agent_part) && is_first(coverage.host_part)) return;
    Keep(market,
         [&](size_t agent, int32_t host) { return coverage.agent_part[agent] == coverage.host_part[At(host)]; });
  }

  // Leaves those pairs in the game for which `stays`: the first of each row.
  void Keep(Market<W, Price>& market, const auto& stays) {
    workers_.For(graph_.agent_count(), 256, [&](size_t begin, size_t end) {
      for (size_t a = begin; a < end; ++a) {
        int32_t* const host = market.Hosts(a);
        W* const weight = market.Weights(a);
        int32_t kept = 0;
        for (int32_t i = 0; i < market.count[a]; ++i) {
          if (!stays(a, host[i])) continue;
          std::swap(host[kept], host[i]);
          std::swap(weight[kept++], weight[i]);
        }
        market.count[a] = kept;
      }
    });
  }

  // Solves it; each part has its own level of prices so far.
  absl::StatusOr<PricedMatching> Settle(Market<W, Price>& market) {
    Ticker ticker(options_.control, "total", static_cast<int64_t>(graph_.agent_count()));
    Auction<W, Price>(market, workers_, ticker).Run();
    if (ticker.stopped()) return Cancelled();
    ShortestPaths<W, Price> paths(market);
    if (!paths.Run(workers_, ticker)) return Cancelled();
    PricedMatching result{.agent_price = paths.gain()};
    result.host_price.assign(market.price.begin(), market.price.end() - 1);
    result.unmatched_price = market.price.back();
    for (size_t a = 0; a < graph_.agent_count(); ++a) {
      const bool stays_out = market.host_of[a] == market.room;
      result.host.push_back(stays_out ? kNobody : market.host_of[a]);
      result.size += stays_out ? 0 : 1;
      result.total += stays_out ? 0 : static_cast<int64_t>(market.weight_of[a]);
    }
    return result;
  }

  // Lifts the prices of what is even over those of what is ample, and the scarce
  // ones' over both, until no pair between them is worth more than its prices.
  void JoinParts(const Market<W, Price>& market, const Coverage& coverage, PricedMatching& result) const {
    Price floor = market.kFar;  // What every free seat asks.
    for (size_t h = 0; h < graph_.host_count(); ++h) {
      if (market.spare[h]) floor = std::min(floor, market.price[h]);
    }
    Lift(coverage, Part::kAmple, -floor, result);
    Lift(coverage, Part::kEven, LiftNeeded(market, coverage, Part::kEven, result), result);
    const Price lowest = [&] {  // Of those who are always seated.
      Price price = 0;
      for (size_t a = 0; a < graph_.agent_count(); ++a) {
        if (coverage.agent_part[a] != Part::kScarce) price = std::min(price, result.agent_price[a]);
      }
      return price;
    }();
    if (coverage.size < static_cast<int64_t>(graph_.agent_count())) {
      const Price lift =
          std::max(LiftNeeded(market, coverage, Part::kScarce, result), -lowest - result.unmatched_price);
      Lift(coverage, Part::kScarce, lift, result);
      result.unmatched_price += lift;
    } else {
      result.unmatched_price = -lowest;
    }
    const auto least = std::min_element(result.agent_price.begin(), result.agent_price.end());
    PriceClosed(least == result.agent_price.end() ? 0 : std::min<Price>(0, *least), result);
  }

  static void Lift(const Coverage& coverage, Part part, Price by, PricedMatching& result) {
    for (size_t h = 0; h < result.host_price.size(); ++h)
      result.host_price[h] += coverage.host_part[h] == part ? by : 0;
    for (size_t a = 0; a < result.agent_price.size(); ++a) {
      result.agent_price[a] -= coverage.agent_part[a] == part ? by : 0;
    }
  }

  Price LiftNeeded(const Market<W, Price>& market, const Coverage& coverage, Part part,
                   const PricedMatching& result) const {
    Price lift = -market.kFar;
    for (size_t h = 0; h < graph_.host_count(); ++h) {
      if (coverage.host_part[h] == part) lift = std::max(lift, -result.host_price[h]);
    }
    for (size_t a = 0; a < graph_.agent_count(); ++a) {
      for (int64_t e = graph_.offset[a] + market.count[a]; e < graph_.offset[a + 1]; ++e) {
        const size_t h = At(graph_.host[static_cast<size_t>(e)]);
        if (coverage.host_part[h] != part) continue;
        const Price weight = static_cast<Price>(graph_.weight[static_cast<size_t>(e)]);
        lift = std::max(lift, weight - result.agent_price[a] - result.host_price[h]);
      }
    }
    return lift == -market.kFar ? 0 : lift;
  }

  // A host without seats costs nothing at any price.
  void PriceClosed(Price least_agent_price, PricedMatching& result) const {
    const auto most = std::max_element(graph_.weight.begin(), graph_.weight.end());
    for (size_t h = 0; h < graph_.host_count(); ++h) {
      if (graph_.seats[h] > 0) continue;
      result.host_price[h] = most == graph_.weight.end() ? 0 : static_cast<Price>(*most) - least_agent_price;
    }
  }

  Bipartite<W>& graph_;
  const GraphOptions& options_;
  Workers workers_;
};

template <typename W>
absl::Status CheckGraph(const Bipartite<W>& graph) {
  const auto invalid = [](const std::string& what) { return InvalidFields({{"graph", what}}); };
  // One look at each pair: the largest host and weight, a sign anywhere.
  uint32_t host = 0;
  W weight = 0, signs = 0;
  for (const int32_t h : graph.host) host = std::max(host, static_cast<uint32_t>(h));
  for (const W w : graph.weight) {
    weight = std::max(weight, w);
    signs |= w;
  }
  if (!graph.host.empty() && host >= graph.host_count()) return invalid("a pair names a host that does not exist");
  if (signs < 0) return invalid("a weight is negative");
  if (std::any_of(graph.seats.begin(), graph.seats.end(), [](int32_t seats) { return seats < 0; })) {
    return invalid("a host has a negative number of seats");
  }
  const int64_t people = static_cast<int64_t>(graph.agent_count() + graph.host_count());
  const int64_t bound = (int64_t{1} << 62) / (8 * (people + 2));
  if (static_cast<int64_t>(weight) > bound) {
    return invalid(absl::StrCat("a weight is ", weight, "; with ", people, " people the solver takes up to ", bound));
  }
  return absl::OkStatus();
}

template <typename W>
absl::StatusOr<PricedMatching> Solve(Bipartite<W>& graph, const GraphOptions& options, bool coverage_first) {
  BRYGGA_RETURN_IF_ERROR(CheckGraph(graph));
  if (const int64_t bound = GraphMemoryBound(graph); bound > options.memory_limit_bytes) {
    return MakeError(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("solving ", graph.host.size(), " pairs of ", graph.agent_count(), " and ", graph.host_count(),
                     " people needs up to ", bound, " bytes; the limit is ", options.memory_limit_bytes),
        {.reason = "COHORT_TOO_LARGE"});
  }
  return GraphSolver<W>(graph, options).Run(coverage_first);
}

}  // namespace

template <typename W>
int64_t GraphMemoryBound(const Bipartite<W>& graph) {
  const int64_t agents = static_cast<int64_t>(graph.agent_count()), hosts = static_cast<int64_t>(graph.host_count());
  int64_t seats = agents + 1;
  for (const int32_t s : graph.seats) seats += std::min<int64_t>(s, agents + 1);
  return 256 * (agents + hosts) + 24 * std::min(seats, static_cast<int64_t>(graph.host.size()) + hosts + agents + 1);
}

template <typename W>
absl::StatusOr<PricedMatching> SolveCoverageThenScore(Bipartite<W>& graph, const GraphOptions& options) {
  return Solve(graph, options, /*coverage_first=*/true);
}

template <typename W>
absl::StatusOr<PricedMatching> SolveScore(Bipartite<W>& graph, const GraphOptions& options) {
  return Solve(graph, options, /*coverage_first=*/false);
}

template int64_t GraphMemoryBound(const Bipartite<int32_t>& graph);
template int64_t GraphMemoryBound(const Bipartite<int64_t>& graph);
template absl::StatusOr<PricedMatching> SolveCoverageThenScore(Bipartite<int32_t>& graph, const GraphOptions& options);
template absl::StatusOr<PricedMatching> SolveCoverageThenScore(Bipartite<int64_t>& graph, const GraphOptions& options);
template absl::StatusOr<PricedMatching> SolveScore(Bipartite<int32_t>& graph, const GraphOptions& options);
template absl::StatusOr<PricedMatching> SolveScore(Bipartite<int64_t>& graph, const GraphOptions& options);

}  // namespace brygga::engine
