#include "engine/plain.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/status/check.h"
#include "engine/assignment.h"
#include "engine/bipartite.h"
#include "engine/coverage.h"

namespace brygga::engine {
namespace {

using Wide = __int128;

constexpr int64_t kStepsOfATicket = 200;
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

// One solve: takes the locks out, then coverage, total and ties in turn.
class CoverageThenScore {
 public:
  CoverageThenScore(const Problem& problem, const Control& control) : problem_(problem), control_(control) {
    TakeLocks();
  }

  absl::StatusOr<Solution> Run() {
    Ticker order_ticker(control_, "order", problem_.edges.size());
    Rank(order_ticker);
    if (order_ticker.stopped()) return Cancelled();
    Bipartite<int32_t> graph = RankedGraph(order_ticker);
    if (order_ticker.stopped()) return Cancelled();

    const int64_t people = static_cast<int64_t>(graph.agent_count());
    Ticker coverage_ticker(control_, "coverage", people);
    const std::optional<Coverage> coverage = LargestCoverage(graph, coverage_ticker);
    if (!coverage) return Cancelled();

    // Exactly as many stay unmatched as must: a host of so many seats takes them.
    const int32_t unmatched = static_cast<int32_t>(people - coverage->size);
    if (unmatched > 0) AddWaitingRoom(graph, unmatched);
    Ticker total_ticker(control_, "total", people);
    auto priced = AssignmentSolver<int32_t, int64_t>(graph, total_ticker).Run();
    if (total_ticker.stopped()) return Cancelled();
    BRYGGA_CHECK(priced.has_value());

    Ticker tie_ticker(control_, "ties", people);
    Bipartite<Wide> ties = TightGraph(graph, *priced, unmatched > 0, tie_ticker);
    if (tie_ticker.stopped()) return Cancelled();
    const auto chosen = AssignmentSolver<Wide, Wide>(ties, tie_ticker).Run();
    if (tie_ticker.stopped()) return Cancelled();
    BRYGGA_CHECK(chosen.has_value());
    return Answer(chosen->host, *priced, *coverage, unmatched > 0);
  }

 private:
  static absl::Status Cancelled() { return absl::CancelledError("the round was cancelled"); }

  void TakeLocks() {
    unlocked_.assign(static_cast<size_t>(problem_.adept_count()), 1);
    seats_ = problem_.capacity;
    for (const Lock& lock : problem_.locks) {
      unlocked_[static_cast<size_t>(lock.adept)] = 0;
      int32_t& seats = seats_[static_cast<size_t>(lock.mentor)];
      seats = std::max(0, seats - 1);  // Below 0 only by an override.
    }
  }

  void Rank(Ticker& ticker) {
    adepts_ = Ranking::Of(problem_.adept_key, problem_.seed, unlocked_, ticker);
    std::vector<uint8_t> has_seats(seats_.size());
    std::transform(seats_.begin(), seats_.end(), has_seats.begin(), [](int32_t seats) { return seats > 0 ? 1 : 0; });
    if (!ticker.stopped()) mentors_ = Ranking::Of(problem_.mentor_key, problem_.seed, has_seats, ticker);
  }

  // The pairs that are left, by rank; within an agent, hosts ascend. Sorted by
  // turning the graph around twice, which costs two passes and no comparison.
  Bipartite<int32_t> RankedGraph(Ticker& ticker) const {
    const Edges& edges = problem_.edges;
    std::vector<size_t> next(mentors_.rows.size() + 1, 0);  // Per host: where its next agent goes.
    std::vector<int64_t> degree(adepts_.rows.size() + 1, 0);
    ForEachPair(ticker, [&](int32_t agent, int32_t host, size_t) {
      ++next[static_cast<size_t>(host) + 1];
      ++degree[static_cast<size_t>(agent) + 1];
    });
    std::partial_sum(next.begin(), next.end(), next.begin());
    const std::vector<size_t> begin = next;
    std::vector<std::pair<int32_t, int32_t>> by_host(next.back());  // Agent and score.
    ForEachPair(ticker, [&](int32_t agent, int32_t host, size_t e) {
      by_host[next[static_cast<size_t>(host)]++] = {agent, edges.score[e]};
    });

    Bipartite<int32_t> graph;
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
      // More seats than agents who could sit there are never needed; one more keeps
      // a host that has them from ever being full, and so from a price.
      const int64_t wanted = static_cast<int64_t>(begin[host + 1] - begin[host]) + 1;
      graph.seats.push_back(
          static_cast<int32_t>(std::min<int64_t>(wanted, seats_[static_cast<size_t>(mentors_.rows[host])])));
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

  // One more host, the last, whom everybody may have at weight 0.
  static void AddWaitingRoom(Bipartite<int32_t>& graph, int32_t seats) {
    Bipartite<int32_t> wider;
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
    wider.seats = std::move(graph.seats);
    wider.seats.push_back(seats);
    graph = std::move(wider);
  }

  // The best answers are those that use tight pairs alone and leave no seat free
  // that has a price. So the next objectives are the weights of the tight pairs:
  // first the priced seats (all of them can be taken), then rounds waited, then
  // lots, each laid out above what the next can sum to.
  Bipartite<Wide> TightGraph(const Bipartite<int32_t>& graph, const PricedAssignment<int64_t>& priced, bool has_room,
                             Ticker& ticker) const {
    const int32_t room = has_room ? static_cast<int32_t>(graph.host_count()) - 1 : kNobody;
    Bipartite<Wide> tight;
    for (size_t a = 0; a < graph.agent_count(); ++a) {
      for (int64_t e = graph.offset[a]; e < graph.offset[a + 1]; ++e) {
        const int32_t host = graph.host[static_cast<size_t>(e)];
        const int64_t price = priced.host_price[static_cast<size_t>(host)];
        if (priced.agent_price[a] + price == graph.weight[static_cast<size_t>(e)]) tight.host.push_back(host);
      }
      tight.offset.push_back(static_cast<int64_t>(tight.host.size()));
      if (!ticker.Step(graph.offset[a + 1] - graph.offset[a])) return tight;
    }
    tight.weight.reserve(tight.host.size());
    for (size_t a = 0; a < graph.agent_count(); ++a) {
      for (int64_t e = tight.offset[a]; e < tight.offset[a + 1]; ++e) {
        const int32_t host = tight.host[static_cast<size_t>(e)];
        const bool has_price = priced.host_price[static_cast<size_t>(host)] > 0;
        tight.weight.push_back(host == room ? 0 : TieWeight(adepts_.rows[a], host, has_price));
      }
      if (!ticker.Step(tight.offset[a + 1] - tight.offset[a])) return tight;
    }
    tight.seats = graph.seats;
    return tight;
  }

  Wide TieWeight(int32_t adept_row, int32_t host, bool has_price) const {
    const size_t adept = static_cast<size_t>(adept_row);
    const size_t mentor = static_cast<size_t>(mentors_.rows[static_cast<size_t>(host)]);
    return (static_cast<Wide>(has_price ? 1 : 0) << 100) + (static_cast<Wide>(problem_.rounds_waited[adept]) << 62) +
           Lot(adepts_.ticket[adept], mentors_.ticket[mentor]);
  }

  Solution Answer(const std::vector<int32_t>& host, const PricedAssignment<int64_t>& priced, const Coverage& coverage,
                  bool has_room) const {
    Solution solution;
    std::vector<MatchedPair>& pairs = solution.assignment.pairs;
    const int32_t room = has_room ? static_cast<int32_t>(mentors_.rows.size()) : kNobody;
    for (size_t a = 0; a < host.size(); ++a) {
      if (host[a] == room) continue;
      pairs.push_back(Pair(adepts_.rows[a], mentors_.rows[static_cast<size_t>(host[a])], /*locked=*/false));
    }
    for (const Lock& lock : problem_.locks) pairs.push_back(Pair(lock.adept, lock.mentor, /*locked=*/true));
    std::sort(pairs.begin(), pairs.end(), [](const MatchedPair& a, const MatchedPair& b) { return a.adept < b.adept; });
    for (const MatchedPair& pair : pairs) solution.assignment.total_score += pair.score;
    solution.certificate = Prove(priced, coverage, has_room);
    return solution;
  }

  MatchedPair Pair(int32_t adept, int32_t mentor, bool locked) const {
    const int64_t e = problem_.edges.Find(adept, mentor);
    return {.adept = adept,
            .mentor = mentor,
            .score = e < 0 ? 0 : problem_.edges.score[static_cast<size_t>(e)],
            .locked = locked};
  }

  Certificate Prove(const PricedAssignment<int64_t>& priced, const Coverage& coverage, bool has_room) const {
    Certificate certificate;
    certificate.adept_price.assign(unlocked_.size(), 0);
    certificate.adept_cover.assign(unlocked_.size(), 0);
    for (size_t a = 0; a < adepts_.rows.size(); ++a) {
      const size_t row = static_cast<size_t>(adepts_.rows[a]);
      certificate.adept_price[row] = priced.agent_price[a];
      certificate.adept_cover[row] = coverage.agent_cover[a];
    }
    // A mentor without a seat costs nothing at any price.
    const int64_t lowest =
        priced.agent_price.empty() ? 0 : *std::min_element(priced.agent_price.begin(), priced.agent_price.end());
    certificate.mentor_price.assign(seats_.size(), kScoreOne + std::max<int64_t>(0, -lowest));
    certificate.mentor_cover.assign(seats_.size(), 1);
    for (size_t m = 0; m < mentors_.rows.size(); ++m) {
      const size_t row = static_cast<size_t>(mentors_.rows[m]);
      certificate.mentor_price[row] = priced.host_price[m];
      certificate.mentor_cover[row] = coverage.host_cover[m];
    }
    if (has_room) certificate.unmatched_price = priced.host_price.back();
    return certificate;
  }

  const Problem& problem_;
  const Control& control_;
  std::vector<uint8_t> unlocked_;
  std::vector<int32_t> seats_;  // Per mentor row, after the locks.
  Ranking adepts_, mentors_;
};

}  // namespace

absl::StatusOr<Solution> SolvePlainCoverageThenScore(const Problem& problem, const SolveOptions& options) {
  return CoverageThenScore(problem, options.control).Run();
}

}  // namespace brygga::engine
