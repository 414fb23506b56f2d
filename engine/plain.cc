#include "engine/plain.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/status/macros.h"
#include "engine/bipartite.h"
#include "engine/matching.h"
#include "engine/ties.h"

namespace brygga::engine {
namespace {

constexpr int64_t kStepsOfATicket = 200;
constexpr int64_t kMostNarrow = 1 << 30;  // For weights of 32 bits.
// The rows of one side in the order of their tickets: the only order the solver
// knows, so that the order of rows in the problem cannot show.
struct Ranking {
  std::vector<int32_t> rows;  // By rank.
  std::vector<int32_t> rank;  // By row; -1: not in the game.
  std::vector<uint64_t> ticket;

  // Cut short where `ticker` stops it.
  static Ranking Of(const std::vector<std::string>& keys, std::string_view seed, const std::vector<uint8_t>& plays,
                    Ticker& ticker) {
    Ranking ranking;
    for (const std::string& key : keys) {
      ranking.ticket.push_back(Ticket(seed, key));
      if (!ticker.Step(kStepsOfATicket)) return ranking;
    }
    for (size_t i = 0; i < keys.size(); ++i) {
      if (plays[i]) ranking.rows.push_back(static_cast<int32_t>(i));
    }
    std::sort(ranking.rows.begin(), ranking.rows.end(), [&](int32_t a, int32_t b) {
      const size_t i = static_cast<size_t>(a), j = static_cast<size_t>(b);
      return std::pair(ranking.ticket[i], std::string_view(keys[i])) <
             std::pair(ranking.ticket[j], std::string_view(keys[j]));
    });
    ranking.rank.assign(keys.size(), -1);
    for (size_t i = 0; i < ranking.rows.size(); ++i) {
      ranking.rank[static_cast<size_t>(ranking.rows[i])] = static_cast<int32_t>(i);
    }
    return ranking;
  }
};

// One solve: takes the locks out, solves what is left, then breaks ties.
// W: wide enough for a score and the price of a changed pair.
template <typename W>
class PlainSolver {
 public:
  PlainSolver(const Problem& problem, Objective objective, const SolveOptions& options)
      : problem_(problem), objective_(objective), options_(options) {
    TakeLocks();
  }

  absl::StatusOr<Solution> Run() {
    Ticker order_ticker(options_.control, "order", problem_.edges.size());
    Rank(order_ticker);
    if (order_ticker.stopped()) return Cancelled();
    Bipartite<W> graph = RankedGraph(order_ticker);
    if (order_ticker.stopped()) return Cancelled();

    const GraphOptions options{.threads = options_.threads,
                               .memory_limit_bytes = std::numeric_limits<int64_t>::max(),  // Asked for the whole.
                               .control = options_.control};
    auto priced = objective_ == Objective::kScore ? SolveScore(graph, options) : SolveCoverageThenScore(graph, options);
    BRYGGA_RETURN_IF_ERROR(priced.status());
    Ticker tie_ticker(options_.control, "ties", static_cast<int64_t>(graph.agent_count()));
    const TieOrder order{.anyone_may_stay_out = objective_ == Objective::kScore,
                         .rounds_waited = [&](int32_t agent) { return problem_.rounds_waited[Row(adepts_, agent)]; },
                         .lot =
                             [&](int32_t agent, int32_t host) {
                               return Lot(adepts_.ticket[Row(adepts_, agent)], mentors_.ticket[Row(mentors_, host)]);
                             }};
    if (!BreakTies(graph, *priced, order, options_.threads, tie_ticker)) return Cancelled();
    return Answer(*priced);
  }

 private:
  static absl::Status Cancelled() { return absl::CancelledError("the round was cancelled"); }

  // And the previous pairs in.
  void TakeLocks() {
    unlocked_.assign(static_cast<size_t>(problem_.adept_count()), 1);
    seats_ = problem_.capacity;
    for (const Lock& lock : problem_.locks) {
      unlocked_[static_cast<size_t>(lock.adept)] = 0;
      int32_t& seats = seats_[static_cast<size_t>(lock.mentor)];
      seats = std::max(0, seats - 1);  // Below 0 only by an override.
    }
    if (!problem_.repair || problem_.repair->price.value_or(0) == 0) return;
    kept_.assign(static_cast<size_t>(problem_.adept_count()), kNobody);
    for (const auto& [adept, mentor] : problem_.repair->previous) kept_[static_cast<size_t>(adept)] = mentor;
  }

  void Rank(Ticker& ticker) {
    adepts_ = Ranking::Of(problem_.adept_key, problem_.seed, unlocked_, ticker);
    std::vector<uint8_t> has_seats(seats_.size());
    std::transform(seats_.begin(), seats_.end(), has_seats.begin(), [](int32_t seats) { return seats > 0 ? 1 : 0; });
    if (!ticker.stopped()) mentors_ = Ranking::Of(problem_.mentor_key, problem_.seed, has_seats, ticker);
  }

  // The pairs that are left, by rank; within an agent, hosts ascend. Sorted by
  // turning the graph around twice, which costs two passes and no comparison.
  Bipartite<W> RankedGraph(Ticker& ticker) const {
    const Edges& edges = problem_.edges;
    std::vector<size_t> next(mentors_.rows.size() + 1, 0);  // Per host: where its next agent goes.
    std::vector<int64_t> degree(adepts_.rows.size() + 1, 0);
    ForEachPair(ticker, [&](int32_t agent, int32_t host, size_t) {
      ++next[static_cast<size_t>(host) + 1];
      ++degree[static_cast<size_t>(agent) + 1];
    });
    std::partial_sum(next.begin(), next.end(), next.begin());
    const std::vector<size_t> begin = next;
    std::vector<std::pair<int32_t, W>> by_host(next.back());  // Agent and weight.
    ForEachPair(ticker, [&](int32_t agent, int32_t host, size_t e) {
      by_host[next[static_cast<size_t>(host)]++] = {agent, Weight(agent, host, edges.score[e])};
    });

    Bipartite<W> graph;
    if (ticker.stopped()) return graph;
    std::partial_sum(degree.begin(), degree.end(), degree.begin());
    graph.offset = degree;
    graph.host.resize(by_host.size());
    graph.weight.resize(by_host.size());
    for (size_t host = 0; host < mentors_.rows.size(); ++host) {
      for (size_t i = begin[host]; i < begin[host + 1]; ++i) {
        const size_t e = static_cast<size_t>(degree[static_cast<size_t>(by_host[i].first)]++);
        graph.host[e] = static_cast<int32_t>(host);
        graph.weight[e] = by_host[i].second;
      }
      if (!ticker.Step(static_cast<int64_t>(begin[host + 1] - begin[host]))) return graph;
      graph.seats.push_back(seats_[static_cast<size_t>(mentors_.rows[host])]);
    }
    return graph;
  }

  void ForEachPair(Ticker& ticker, const auto& take) const {
    for (size_t agent = 0; agent < adepts_.rows.size(); ++agent) {
      const size_t a = static_cast<size_t>(adepts_.rows[agent]);
      const size_t end = static_cast<size_t>(problem_.edges.offset[a + 1]);
      if (!ticker.Step(problem_.edges.offset[a + 1] - problem_.edges.offset[a])) return;
      for (size_t e = static_cast<size_t>(problem_.edges.offset[a]); e < end; ++e) {
        const int32_t host = mentors_.rank[static_cast<size_t>(problem_.edges.mentor[e])];
        if (host >= 0) take(static_cast<int32_t>(agent), host, e);
      }
    }
  }

  static size_t Row(const Ranking& ranking, int32_t rank) {
    return static_cast<size_t>(ranking.rows[static_cast<size_t>(rank)]);
  }

  // The score, and the price of changing the pair where it is a previous one.
  W Weight(int32_t agent, int32_t host, int32_t score) const {
    if (kept_.empty()) return score;
    const size_t adept = Row(adepts_, agent);
    const bool previous = kept_[adept] == static_cast<int32_t>(Row(mentors_, host));
    return static_cast<W>(score) + (previous ? static_cast<W>(*problem_.repair->price) : 0);
  }

  Solution Answer(const PricedMatching& priced) const {
    Solution solution;
    std::vector<MatchedPair>& pairs = solution.assignment.pairs;
    for (size_t a = 0; a < priced.host.size(); ++a) {
      if (priced.host[a] == kNobody) continue;
      pairs.push_back(Pair(adepts_.rows[a], mentors_.rows[static_cast<size_t>(priced.host[a])], /*locked=*/false));
    }
    for (const Lock& lock : problem_.locks) pairs.push_back(Pair(lock.adept, lock.mentor, /*locked=*/true));
    std::sort(pairs.begin(), pairs.end(), [](const MatchedPair& a, const MatchedPair& b) { return a.adept < b.adept; });
    for (const MatchedPair& pair : pairs) solution.assignment.total_score += pair.score;
    solution.certificate = Prove(priced);
    return solution;
  }

  MatchedPair Pair(int32_t adept, int32_t mentor, bool locked) const {
    const int64_t e = problem_.edges.Find(adept, mentor);
    return {.adept = adept,
            .mentor = mentor,
            .score = e < 0 ? 0 : problem_.edges.score[static_cast<size_t>(e)],
            .locked = locked};
  }

  Certificate Prove(const PricedMatching& priced) const {
    Certificate certificate;
    certificate.adept_price.assign(unlocked_.size(), 0);
    for (size_t a = 0; a < adepts_.rows.size(); ++a) {
      certificate.adept_price[static_cast<size_t>(adepts_.rows[a])] = priced.agent_price[a];
    }
    // A mentor without a seat costs nothing at any price.
    const int64_t lowest =
        priced.agent_price.empty() ? 0 : *std::min_element(priced.agent_price.begin(), priced.agent_price.end());
    certificate.mentor_price.assign(seats_.size(), MostWeight() + std::max<int64_t>(0, -lowest));
    for (size_t m = 0; m < mentors_.rows.size(); ++m) {
      certificate.mentor_price[static_cast<size_t>(mentors_.rows[m])] = priced.host_price[m];
    }
    certificate.unmatched_price = priced.unmatched_price;
    if (objective_ == Objective::kScore) return certificate;
    certificate.adept_cover.assign(unlocked_.size(), 0);
    for (size_t a = 0; a < adepts_.rows.size(); ++a) {
      certificate.adept_cover[static_cast<size_t>(adepts_.rows[a])] = priced.agent_cover[a];
    }
    certificate.mentor_cover.assign(seats_.size(), 1);
    for (size_t m = 0; m < mentors_.rows.size(); ++m) {
      certificate.mentor_cover[static_cast<size_t>(mentors_.rows[m])] = priced.host_cover[m];
    }
    return certificate;
  }

  int64_t MostWeight() const { return kScoreOne + (kept_.empty() ? 0 : *problem_.repair->price); }

  const Problem& problem_;
  const Objective objective_;
  const SolveOptions& options_;
  std::vector<uint8_t> unlocked_;
  std::vector<int32_t> seats_;  // Per mentor row, after the locks.
  std::vector<int32_t> kept_;   // Per adept row: the mentor of its previous pair. Empty: changes cost nothing.
  Ranking adepts_, mentors_;
};

}  // namespace

absl::StatusOr<Solution> SolvePlain(const Problem& problem, Objective objective, const SolveOptions& options) {
  const int64_t price = problem.repair ? problem.repair->price.value_or(0) : 0;
  if (kScoreOne + price <= kMostNarrow) return PlainSolver<int32_t>(problem, objective, options).Run();
  return PlainSolver<int64_t>(problem, objective, options).Run();
}

int64_t PlainMemoryBound(const Problem& problem) {
  return 40 * problem.edges.size() + 1024 * (int64_t{problem.adept_count()} + problem.mentor_count());
}

}  // namespace brygga::engine
