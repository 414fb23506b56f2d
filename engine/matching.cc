#include "engine/matching.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/auction.h"
#include "engine/coverage.h"
#include "engine/few.h"
#include "engine/market.h"
#include "engine/shortest_paths.h"
#include "engine/workers.h"

namespace brygga::engine {
namespace {

constexpr int64_t kMostPrice = int64_t{1} << 60;

absl::Status Cancelled() { return absl::CancelledError("the round was cancelled"); }

// One solve of a graph, whose seats it cuts to those that can be used, and whose
// weights it counts in their common factor, meanwhile.
template <typename W, typename Price>
class GraphSolver {
 public:
  GraphSolver(Bipartite<W>& graph, const GraphOptions& options)
      : graph_(graph), factor_(DivideByCommonFactor(graph.weight)), options_(options), workers_(options.threads) {}

  absl::StatusOr<PricedMatching> Run(bool coverage_first) {
    const std::vector<int32_t> seats = graph_.seats;
    LeaveOutNeedlessSeats();
    auto result = coverage_first || IsComplete() ? CoverageThenScore() : Score();
    if (!coverage_first && result.ok() && IsComplete() && !LetStayOut(*result)) result = Score();
    if (factor_ > 1) {
      for (W& weight : graph_.weight) weight *= factor_;
    }
    graph_.seats = seats;
    return result;
  }

 private:
  static size_t At(int32_t i) { return static_cast<size_t>(i); }

  // More seats than agents who could sit there are never needed; one more keeps
  // a host that has them from ever being full, and so from a price. Hosts are
  // counted only where it would not be wasted work.
  void LeaveOutNeedlessSeats() {
    const int64_t agents = static_cast<int64_t>(graph_.agent_count());
    int64_t total = 0;
    for (int32_t& seats : graph_.seats) {
      seats = static_cast<int32_t>(std::min<int64_t>(seats, agents + 1));
      total += seats;
    }
    if (total <= agents + agents / 2) return;
    std::vector<int32_t> wanted(graph_.host_count(), 1);
    for (const int32_t host : graph_.host) ++wanted[At(host)];
    for (size_t h = 0; h < wanted.size(); ++h) graph_.seats[h] = std::min(graph_.seats[h], wanted[h]);
  }

  // Where everybody may have every host, no answer totals more than the best of the
  // largest ones, which is found sooner.
  bool IsComplete() const {
    return graph_.host.size() == graph_.agent_count() * graph_.host_count() &&
           std::all_of(graph_.seats.begin(), graph_.seats.end(), [](int32_t seats) { return seats > 0; });
  }

  // Makes of prices among the largest answers those among all; false where they are
  // not (some agent has the same host twice).
  bool LetStayOut(PricedMatching& result) const {
    std::vector<int32_t> free = graph_.seats;
    for (const int32_t host : result.host) {
      if (host != kNobody) --free[At(host)];
    }
    const bool is_full = std::all_of(free.begin(), free.end(), [](int32_t seats) { return seats == 0; });
    const bool all_seated = result.size == static_cast<int64_t>(graph_.agent_count());
    const auto least = std::min_element(result.host_price.begin(), result.host_price.end());
    const int64_t by = !all_seated ? result.unmatched_price : is_full && !free.empty() ? *least : 0;
    const auto is_negative = [](int64_t price) { return price < 0; };
    for (int64_t& price : result.agent_price) price += by;
    for (int64_t& price : result.host_price) price -= by;
    result.unmatched_price = 0;
    result.agent_cover.clear();
    result.host_cover.clear();
    return std::none_of(result.agent_price.begin(), result.agent_price.end(), is_negative) &&
           std::none_of(result.host_price.begin(), result.host_price.end(), is_negative);
  }

  absl::StatusOr<PricedMatching> CoverageThenScore() {
    const int64_t agents = static_cast<int64_t>(graph_.agent_count());
    Ticker ticker(options_.control, "coverage", agents);
    const std::optional<Coverage> coverage = LargestCoverage(graph_, ticker);
    if (!coverage || ticker.stopped()) return Cancelled();
    Market<W, Price> market(graph_, static_cast<int32_t>(agents - coverage->size));
    KeepWithinParts(market, *coverage, ticker);
    if (!Settle(market)) return Cancelled();
    JoinParts(market, *coverage);
    auto result = Answer(market);
    BRYGGA_RETURN_IF_ERROR(result.status());
    result->looks += ticker.steps();
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
    Ticker ticker(options_.control, "total", static_cast<int64_t>(graph_.agent_count()));
    Keep(market, ticker, [&](size_t, int32_t host) { return graph_.seats[At(host)] > 0; });
    if (!Settle(market)) return Cancelled();
    for (Price& price : agent_price_) price += unmatched_price_;
    for (Price& price : host_price_) price -= unmatched_price_;
    PriceClosed(0);
    unmatched_price_ = 0;
    return Answer(market);
  }

  void KeepWithinParts(Market<W, Price>& market, const Coverage& coverage, Ticker& ticker) {
    for (size_t a = 0; a < graph_.agent_count(); ++a) market.waits[a] = coverage.agent_part[a] == Part::kScarce;
    for (size_t h = 0; h < graph_.host_count(); ++h) market.spare[h] = coverage.host_part[h] == Part::kAmple;
    const auto all = [&](Part part) {
      const auto is = [part](Part other) { return other == part; };
      return std::all_of(coverage.agent_part.begin(), coverage.agent_part.end(), is) &&
             std::all_of(coverage.host_part.begin(), coverage.host_part.end(), is);
    };
    if (all(Part::kEven) || all(Part::kAmple)) return;
    Keep(market, ticker,
         [&](size_t agent, int32_t host) { return coverage.agent_part[agent] == coverage.host_part[At(host)]; });
  }

  // Leaves those pairs in the game for which `stays`: the first of each row.
  void Keep(Market<W, Price>& market, Ticker& ticker, const auto& stays) {
    ForAgents(market, workers_, ticker, [&](size_t agent) {
      int32_t* const host = market.Hosts(agent);
      W* const weight = market.Weights(agent);
      int32_t kept = 0;
      for (int32_t i = 0; i < market.count[agent]; ++i) {
        if (!stays(agent, host[i])) continue;
        std::swap(host[kept], host[i]);
        std::swap(weight[kept++], weight[i]);
      }
      market.count[agent] = kept;
    });
  }

  // Solves it; each part has its own level of prices so far. False: cancelled.
  bool Settle(Market<W, Price>& market) {
    Ticker ticker(options_.control, "total", static_cast<int64_t>(graph_.agent_count()));
    Auction<W, Price> auction(market, workers_, ticker);
    auction.Run();
    const int64_t least_patience = kPasses * static_cast<int64_t>(graph_.host.size());
    for (int64_t patience = ticker.steps() / 2, before = 0; !ticker.stopped();) {
      ShortestPaths<W, Price> paths(market);
      if (paths.Run(workers_, ticker, patience + least_patience)) {
        agent_price_ = std::move(paths).gain();
        break;
      }
      before = ticker.steps();
      patience = auction.Refine() ? (ticker.steps() - before) / 2 : kForever;
    }
    if (ticker.stopped()) return false;
    looks_ = ticker.steps();
    host_price_ = std::move(market.price);
    unmatched_price_ = host_price_.back();
    host_price_.pop_back();
    return true;
  }

  absl::StatusOr<PricedMatching> Answer(const Market<W, Price>& market) const {
    PricedMatching result;
    const Price factor = static_cast<Price>(factor_);
    Price total = 0, furthest = std::max(unmatched_price_, -unmatched_price_);
    result.host.reserve(graph_.agent_count());
    for (size_t a = 0; a < graph_.agent_count(); ++a) {
      const bool stays_out = market.host_of[a] == market.room;
      result.host.push_back(stays_out ? kNobody : market.host_of[a]);
      result.size += stays_out ? 0 : 1;
      total += stays_out ? 0 : static_cast<Price>(market.weight_of[a]);
    }
    for (const auto* prices : {&agent_price_, &host_price_}) {
      for (const Price price : *prices) furthest = std::max(furthest, std::max(price, -price));
    }
    if (std::max(furthest, total) > kMostPrice / factor) {
      return InvalidFields({{"graph", "its weights are so large that their prices or total do not fit 62 bits"}});
    }
    const auto whole = [factor](Price value) { return static_cast<int64_t>(value * factor); };
    result.total = whole(total);
    result.looks = looks_;
    result.agent_price.reserve(agent_price_.size());
    result.host_price.reserve(host_price_.size());
    std::transform(agent_price_.begin(), agent_price_.end(), std::back_inserter(result.agent_price), whole);
    std::transform(host_price_.begin(), host_price_.end(), std::back_inserter(result.host_price), whole);
    result.unmatched_price = whole(unmatched_price_);
    return result;
  }

  // Lifts the prices of what is even over those of what is ample, and the scarce
  // ones' over both, until no pair between them is worth more than its prices.
  void JoinParts(const Market<W, Price>& market, const Coverage& coverage) {
    Price floor = market.kFar;  // What every free seat asks.
    for (size_t h = 0; h < graph_.host_count(); ++h) {
      if (market.spare[h]) floor = std::min(floor, host_price_[h]);
    }
    Lift(coverage, Part::kAmple, -floor);
    Lift(coverage, Part::kEven, LiftNeeded(market, coverage, Part::kEven));
    const Price lowest = [&] {  // Of those who are always seated.
      Price price = 0;
      for (size_t a = 0; a < graph_.agent_count(); ++a) {
        if (coverage.agent_part[a] != Part::kScarce) price = std::min(price, agent_price_[a]);
      }
      return price;
    }();
    if (coverage.size < static_cast<int64_t>(graph_.agent_count())) {
      const Price lift = std::max(LiftNeeded(market, coverage, Part::kScarce), -lowest - unmatched_price_);
      Lift(coverage, Part::kScarce, lift);
      unmatched_price_ += lift;
    } else {
      unmatched_price_ = -lowest;
    }
    const auto least = std::min_element(agent_price_.begin(), agent_price_.end());
    PriceClosed(least == agent_price_.end() ? 0 : std::min<Price>(0, *least));
  }

  void Lift(const Coverage& coverage, Part part, Price by) {
    for (size_t h = 0; h < host_price_.size(); ++h) host_price_[h] += coverage.host_part[h] == part ? by : 0;
    for (size_t a = 0; a < agent_price_.size(); ++a) {
      agent_price_[a] -= coverage.agent_part[a] == part ? by : 0;
    }
  }

  Price LiftNeeded(const Market<W, Price>& market, const Coverage& coverage, Part part) const {
    Price lift = -market.kFar;
    for (size_t h = 0; h < graph_.host_count(); ++h) {
      if (coverage.host_part[h] == part) lift = std::max(lift, -host_price_[h]);
    }
    for (size_t a = 0; a < graph_.agent_count(); ++a) {
      for (int64_t e = graph_.offset[a] + market.count[a]; e < graph_.offset[a + 1]; ++e) {
        const size_t h = At(graph_.host[static_cast<size_t>(e)]);
        if (coverage.host_part[h] != part) continue;
        const Price weight = static_cast<Price>(graph_.weight[static_cast<size_t>(e)]);
        lift = std::max(lift, weight - agent_price_[a] - host_price_[h]);
      }
    }
    return lift == -market.kFar ? 0 : lift;
  }

  // A host without seats costs nothing at any price.
  void PriceClosed(Price least_agent_price) {
    const auto most = std::max_element(graph_.weight.begin(), graph_.weight.end());
    for (size_t h = 0; h < graph_.host_count(); ++h) {
      if (graph_.seats[h] > 0) continue;
      host_price_[h] = most == graph_.weight.end() ? 0 : static_cast<Price>(*most) - least_agent_price;
    }
  }

  // What paths may cost before bids are refined: half of what the bids did, and some passes.
  static constexpr int64_t kPasses = 4, kForever = int64_t{1} << 60;

  Bipartite<W>& graph_;
  const W factor_;
  const GraphOptions& options_;
  Workers workers_;
  std::vector<Price> agent_price_, host_price_;
  Price unmatched_price_ = 0;
  int64_t looks_ = 0;
};

// The largest weight.
template <typename W>
absl::StatusOr<W> CheckGraph(const Bipartite<W>& graph) {
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
  if (static_cast<int64_t>(weight) > kMostPrice) return invalid(absl::StrCat("a weight is above ", kMostPrice));
  return weight;
}

template <typename W>
absl::StatusOr<PricedMatching> Solve(Bipartite<W>& graph, const GraphOptions& options, bool coverage_first) {
  BRYGGA_ASSIGN_OR_RETURN(const W most, CheckGraph(graph));
  if (const int64_t bound = GraphMemoryBound(graph); bound > options.memory_limit_bytes) {
    return MakeError(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("solving ", graph.host.size(), " pairs of ", graph.agent_count(), " and ", graph.host_count(),
                     " people needs up to ", bound, " bytes; the limit is ", options.memory_limit_bytes),
        {.reason = "COHORT_TOO_LARGE"});
  }
  if (Few<W>::Fits(graph, static_cast<int64_t>(most))) {
    Few<W> few(graph, static_cast<int64_t>(most), coverage_first, options.control);
    auto answer = few.Run();
    if (few.stopped()) return Cancelled();
    if (answer) return *std::move(answer);
  }
  // Mostly 64 bits hold all prices; an auction's may reach some multiples of what
  // a path through everybody can cost.
  const int64_t people = static_cast<int64_t>(graph.agent_count() + graph.host_count());
  if (static_cast<int64_t>(most) <= kMostPrice / 64 / (people + 2)) {
    return GraphSolver<W, int64_t>(graph, options).Run(coverage_first);
  }
  return GraphSolver<W, __int128>(graph, options).Run(coverage_first);
}

}  // namespace

template <typename W>
int64_t GraphMemoryBound(const Bipartite<W>& graph) {
  const int64_t agents = static_cast<int64_t>(graph.agent_count()), hosts = static_cast<int64_t>(graph.host_count());
  int64_t seats = agents + 1;
  for (const int32_t s : graph.seats) seats += std::min<int64_t>(s, agents + 1);
  return 320 * (agents + hosts) + 24 * std::min(seats, static_cast<int64_t>(graph.host.size()) + hosts + agents + 1);
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
