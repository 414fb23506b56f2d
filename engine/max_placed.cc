#include "engine/max_placed.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "engine/assignment.h"
#include "engine/bipartite.h"
#include "engine/lottery.h"

namespace brygga::engine {
namespace {

using Wide = __int128;

// Prices stay below four times the number of applicants times the largest weight.
constexpr int kMostBits = 120;

int BitsOf(Wide value) {
  int bits = 0;
  for (; value > 0; value >>= 1) ++bits;
  return bits;
}

std::string Decimal(Wide value) {
  const bool negative = value < 0;
  std::string digits;
  do {
    const int digit = static_cast<int>(value % 10);
    digits += static_cast<char>('0' + (negative ? -digit : digit));
    value /= 10;
  } while (value != 0);
  if (negative) digits += '-';
  return {digits.rbegin(), digits.rend()};
}

int64_t LongestList(const AllocationProblem& problem) {
  size_t longest = 0;
  for (const Applicant& applicant : problem.applicants) longest = std::max(longest, applicant.wishes.size());
  return static_cast<int64_t>(longest);
}

// The layers of the declared objectives, each unit above all that the layers below can sum to.
struct Layers {
  Wide guaranteed, reserved, placed, priority;  // What one counts. One better rank counts 1.
  int64_t longest, classes;

  explicit Layers(const AllocationProblem& problem)
      : longest(LongestList(problem)), classes(static_cast<int64_t>(problem.priorities.size())) {
    const Wide people = static_cast<Wide>(problem.applicants.size());
    priority = people * longest + 1;
    placed = priority * (people * classes + 1);
    reserved = placed * (people + 1);
    guaranteed = reserved * (people + 1);
  }

  Wide Largest() const { return guaranteed + reserved + placed + priority * classes + longest; }
};

// The layers of the tie-break.
struct TieLayers {
  Wide weighted_rank, priced_seat;  // A lot counts as it is.

  TieLayers(int64_t people, int64_t longest) {
    weighted_rank = static_cast<Wide>(people) * (Wide{1} << 40) + 1;
    priced_seat = weighted_rank * (static_cast<Wide>(people) * people * longest + 1);
  }

  Wide Largest(int64_t people, int64_t longest) const { return 2 * priced_seat + weighted_rank * people * longest; }
};

class PlacesMost {
 public:
  PlacesMost(const AllocationProblem& problem, const std::vector<SeatPlan>& seats, const Standing& standing,
             const Control& control)
      : problem_(problem),
        seats_(seats),
        standing_(standing),
        control_(control),
        kinds_(problem.reserves.size() + 1),
        layers_(problem),
        tie_layers_(static_cast<int64_t>(problem.applicants.size()), layers_.longest) {}

  std::optional<MostPlaced> Run() {
    const int64_t people = static_cast<int64_t>(problem_.applicants.size());
    Ticker places_ticker(control_, "places", people);
    Bipartite<Wide> graph = AllPairs();
    const auto priced = AssignmentSolver<Wide, Wide>(graph, places_ticker).Run();
    if (places_ticker.stopped()) return std::nullopt;
    BRYGGA_CHECK(priced.has_value());

    Ticker ties_ticker(control_, "ties", people);
    Bipartite<Wide> tight = TightPairs(graph, *priced, ties_ticker);
    if (ties_ticker.stopped()) return std::nullopt;
    graph = {};
    const auto chosen = AssignmentSolver<Wide, Wide>(tight, ties_ticker).Run();
    if (ties_ticker.stopped()) return std::nullopt;
    BRYGGA_CHECK(chosen.has_value());
    return Answer(*priced, *chosen);
  }

 private:
  int32_t room() const { return static_cast<int32_t>(problem_.openings.size() * kinds_); }
  bool IsMember(size_t applicant, size_t reserve) const {
    const std::vector<int32_t>& groups = problem_.applicants[applicant].groups;
    return std::find(groups.begin(), groups.end(), problem_.reserves[reserve].group) != groups.end();
  }
  int32_t SeatsOf(size_t opening, size_t kind) const {
    return kind + 1 == kinds_ ? seats_[opening].open : seats_[opening].reserved[kind];
  }

  // Every applicant with every kind of seat that it may have; the last host is the
  // one of those who stay without, and has room for everybody.
  Bipartite<Wide> AllPairs() const {
    Bipartite<Wide> graph;
    for (size_t a = 0; a < problem_.applicants.size(); ++a) {
      const Applicant& applicant = problem_.applicants[a];
      for (size_t w = 0; w < applicant.wishes.size() && applicant.barred.empty(); ++w) {
        if (!applicant.wishes[w].barred.empty()) continue;
        const size_t opening = static_cast<size_t>(applicant.wishes[w].opening);
        for (size_t kind = 0; kind < kinds_; ++kind) {
          const bool is_reserve = kind + 1 < kinds_, member = is_reserve && IsMember(a, kind);
          if (SeatsOf(opening, kind) == 0) continue;
          if (is_reserve && !member && problem_.reserves[kind].fallback == Reserve::Fallback::kKeepEmpty) continue;
          graph.host.push_back(static_cast<int32_t>(opening * kinds_ + kind));
          graph.weight.push_back(Weight(a, static_cast<int64_t>(w) + 1, member));
        }
      }
      graph.host.push_back(room());
      graph.weight.push_back(0);
      graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
    }
    graph.seats = HostSeats();
    return graph;
  }

  std::vector<int32_t> HostSeats() const {
    std::vector<int32_t> seats;
    const int32_t people = static_cast<int32_t>(problem_.applicants.size());
    for (size_t opening = 0; opening < problem_.openings.size(); ++opening) {
      for (size_t kind = 0; kind < kinds_; ++kind) seats.push_back(std::min(SeatsOf(opening, kind), people + 1));
    }
    seats.push_back(people + 1);
    return seats;
  }

  Wide Weight(size_t applicant, int64_t rank, bool member) const {
    return (standing_.guaranteed[applicant] != 0 ? layers_.guaranteed : 0) + (member ? layers_.reserved : 0) +
           layers_.placed + layers_.priority * (layers_.classes - standing_.priority_class[applicant]) +
           (layers_.longest + 1 - rank);
  }

  // The answers that are best so far use tight pairs alone and fill every seat that
  // has a price: that is the top layer now, and all such seats can be filled.
  Bipartite<Wide> TightPairs(const Bipartite<Wide>& graph, const PricedAssignment<Wide>& priced, Ticker& ticker) const {
    Bipartite<Wide> tight{.seats = graph.seats};
    for (size_t a = 0; a < graph.agent_count(); ++a) {
      for (size_t e = static_cast<size_t>(graph.offset[a]); e < static_cast<size_t>(graph.offset[a + 1]); ++e) {
        const int32_t host = graph.host[e];
        const Wide price = priced.host_price[static_cast<size_t>(host)];
        if (priced.agent_price[a] + price != graph.weight[e]) continue;
        tight.host.push_back(host);
        tight.weight.push_back(host == room() ? 0 : TieWeight(a, host, price > 0));
        ticker.Step(200);
      }
      tight.offset.push_back(static_cast<int64_t>(tight.host.size()));
      if (!ticker.Step(1)) break;
    }
    return tight;
  }

  Wide TieWeight(size_t applicant, int32_t host, bool has_price) const {
    const size_t opening = static_cast<size_t>(host) / kinds_;
    const int64_t people = static_cast<int64_t>(problem_.applicants.size());
    const int64_t weight = people - standing_.lottery_place[applicant];
    return (has_price ? tie_layers_.priced_seat : 0) +
           tie_layers_.weighted_rank * (weight * (layers_.longest + 1 - RankOf(applicant, opening))) +
           PairLot(applicant, opening);
  }

  int64_t RankOf(size_t applicant, size_t opening) const {
    const std::vector<Wish>& wishes = problem_.applicants[applicant].wishes;
    const auto found = std::find_if(wishes.begin(), wishes.end(),
                                    [&](const Wish& wish) { return static_cast<size_t>(wish.opening) == opening; });
    return found - wishes.begin() + 1;
  }

  int64_t PairLot(size_t applicant, size_t opening) const {
    const LotteryNumber number = DrawLotteryNumber(
        problem_.seed,
        absl::StrCat(problem_.applicants[applicant].reference, "\n", problem_.openings[opening].reference));
    int64_t lot = 0;
    for (size_t i = 0; i < 5; ++i) lot = lot << 8 | number[i];
    return lot;
  }

  MostPlaced Answer(const PricedAssignment<Wide>& priced, const PricedAssignment<Wide>& chosen) const {
    MostPlaced answer{.placements = std::vector<Placement>(chosen.host.size())};
    std::vector<std::vector<int32_t>> at_opening(problem_.openings.size());
    for (size_t a = 0; a < chosen.host.size(); ++a) {
      if (chosen.host[a] == room()) continue;
      const size_t opening = static_cast<size_t>(chosen.host[a]) / kinds_;
      answer.placements[a] = {.opening = static_cast<int32_t>(opening),
                              .rank = static_cast<int32_t>(RankOf(a, opening))};
      at_opening[opening].push_back(static_cast<int32_t>(a));
    }
    for (size_t opening = 0; opening < at_opening.size() && kinds_ > 1; ++opening) {
      std::sort(at_opening[opening].begin(), at_opening[opening].end(), [&](int32_t x, int32_t y) {
        return standing_.place[static_cast<size_t>(x)] < standing_.place[static_cast<size_t>(y)];
      });
      SeatMembers(opening, at_opening[opening], answer.placements);
    }
    for (const PricedAssignment<Wide>* stage : {&priced, &chosen}) {
      AllocationPrices prices;
      for (const Wide price : stage->agent_price) prices.applicant.push_back(Decimal(price));
      for (int32_t host = 0; host < room(); ++host) {
        prices.host.push_back(Decimal(stage->host_price[static_cast<size_t>(host)]));
      }
      answer.prices.push_back(std::move(prices));
    }
    return answer;
  }

  // Which of an opening's seats its people have changes no layer, so that the rule is
  // a plain one: members sit on reserved seats, as many as can, first on those that
  // would stay empty; people in the order, reserves in theirs.
  void SeatMembers(size_t opening, const std::vector<int32_t>& people, std::vector<Placement>& placements) const {
    std::vector<std::vector<int32_t>> sitting(kinds_ - 1);
    for (const Reserve::Fallback fallback : {Reserve::Fallback::kKeepEmpty, Reserve::Fallback::kOpenToAll}) {
      for (const int32_t a : people) {
        if (placements[static_cast<size_t>(a)].seat != kOpenSeat) continue;
        std::vector<uint8_t> tried(kinds_ - 1, 0);
        for (size_t r = 0; r + 1 < kinds_; ++r) tried[r] = problem_.reserves[r].fallback == fallback ? 0 : 2;
        FindReserve(opening, a, fallback, tried, sitting, placements);
      }
    }
  }

  // Seats `a` on a reserved seat, if need be by moving others to another reserve.
  bool FindReserve(size_t opening, int32_t a, Reserve::Fallback last, std::vector<uint8_t>& tried,
                   std::vector<std::vector<int32_t>>& sitting, std::vector<Placement>& placements) const {
    for (size_t r = 0; r + 1 < kinds_; ++r) {
      // In the second turn people may move among the reserves of the first as well.
      const bool may = tried[r] == 0 || (tried[r] == 2 && last == Reserve::Fallback::kOpenToAll);
      if (!may || !IsMember(static_cast<size_t>(a), r)) continue;
      tried[r] = 1;
      int32_t* seat = nullptr;
      if (static_cast<int32_t>(sitting[r].size()) < seats_[opening].reserved[r]) {
        seat = &sitting[r].emplace_back();
      } else {
        for (size_t i = 0; i < sitting[r].size() && seat == nullptr; ++i) {
          if (FindReserve(opening, sitting[r][i], last, tried, sitting, placements)) seat = &sitting[r][i];
        }
      }
      if (seat == nullptr) continue;
      *seat = a;
      placements[static_cast<size_t>(a)].seat = static_cast<int32_t>(r);
      return true;
    }
    return false;
  }

  const AllocationProblem& problem_;
  const std::vector<SeatPlan>& seats_;
  const Standing& standing_;
  const Control& control_;
  const size_t kinds_;  // Of seats at an opening.
  const Layers layers_;
  const TieLayers tie_layers_;
};

}  // namespace

bool LayersFit(const AllocationProblem& problem) {
  const int64_t people = static_cast<int64_t>(problem.applicants.size()), longest = LongestList(problem);
  // Each factor has at most 20 bits, so nothing here overflows before it is asked.
  const int people_bits = BitsOf(people) + 1, longest_bits = BitsOf(longest) + 1;
  const int class_bits = BitsOf(static_cast<Wide>(problem.priorities.size())) + 1;
  const int first = 4 * people_bits + longest_bits + class_bits, ties = 3 * people_bits + longest_bits + 40;
  if (std::max(first, ties) > kMostBits) return false;
  const Wide largest = std::max(Layers(problem).Largest(), TieLayers(people, longest).Largest(people, longest));
  return BitsOf(largest) + people_bits + 2 <= kMostBits + 5;
}

std::optional<MostPlaced> PlaceMost(const AllocationProblem& problem, const std::vector<SeatPlan>& seats,
                                    const Standing& standing, const Control& control) {
  return PlacesMost(problem, seats, standing, control).Run();
}

}  // namespace brygga::engine
