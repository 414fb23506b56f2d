#include "engine/allocation_certificate.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <queue>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/lottery.h"

namespace brygga::engine {
namespace {

using Json = nlohmann::json;
using Wide = __int128;

constexpr Wide kMostPrice = Wide{1} << 125;  // Two of them still fit.
constexpr size_t kMostPeople = 1 << 20;

absl::Status Invalid(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what, {.reason = "INVALID_CERTIFICATE"});
}

std::optional<Wide> ParsePrice(const std::string& text) {
  const bool negative = !text.empty() && text.front() == '-';
  const size_t digits = text.size() - (negative ? 1 : 0);
  if (digits == 0 || digits > 38) return std::nullopt;
  Wide value = 0;
  for (size_t i = negative ? 1 : 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = 10 * value + (text[i] - '0');
  }
  if (value > kMostPrice) return std::nullopt;
  return negative ? -value : value;
}

class Checker {
 public:
  Checker(const AllocationProblem& problem, const Allocation& allocation)
      : problem_(problem), allocation_(allocation), people_(problem.applicants.size()) {}

  absl::Status Run(AllocationMechanism mechanism) {
    BRYGGA_RETURN_IF_ERROR(CheckShape());
    BRYGGA_RETURN_IF_ERROR(CheckLottery());
    PutInOrder();
    BRYGGA_RETURN_IF_ERROR(CheckSeats());
    BRYGGA_RETURN_IF_ERROR(CheckPlacements());
    BRYGGA_RETURN_IF_ERROR(CheckReasonsAndLists());
    BRYGGA_RETURN_IF_ERROR(CheckCounts());
    return mechanism == AllocationMechanism::kDeferredAcceptance ? CheckNobodyIsPassedOver() : CheckMostArePlaced();
  }

 private:
  // Who gets which seats at one opening: the reserve, or kOpenSeat, by applicant.
  using Chosen = std::map<int32_t, int32_t>;

  const Applicant& Of(int32_t a) const { return problem_.applicants[static_cast<size_t>(a)]; }
  const Placement& PlacementOf(int32_t a) const { return allocation_.placements[static_cast<size_t>(a)]; }
  int32_t people() const { return static_cast<int32_t>(people_); }
  bool Member(int32_t a, size_t reserve) const {
    const auto& groups = Of(a).groups;
    return std::count(groups.begin(), groups.end(), problem_.reserves[reserve].group) > 0;
  }
  bool Opens(size_t reserve) const { return problem_.reserves[reserve].fallback == Reserve::Fallback::kOpenToAll; }
  std::string Name(int32_t a) const { return absl::StrCat("applicant ", Of(a).reference); }

  absl::Status CheckShape() const {
    if (allocation_.placements.size() != people_ || allocation_.reasons.size() != people_ ||
        allocation_.lottery.size() != people_ || allocation_.seats.size() != problem_.openings.size() ||
        allocation_.reserve_lists.size() != problem_.openings.size()) {
      return Invalid("the allocation is of another problem: its columns have other lengths");
    }
    return absl::OkStatus();
  }

  absl::Status CheckLottery() {
    for (int32_t a = 0; a < people(); ++a) number_.push_back(DrawLotteryNumber(problem_.seed, Of(a).reference));
    std::set<int32_t> seen;
    for (size_t i = 0; i < people_; ++i) {
      const int32_t a = allocation_.lottery[i];
      if (a < 0 || a >= people() || !seen.insert(a).second) return Invalid("the lottery's order is no order");
      if (i > 0 && number_[static_cast<size_t>(a)] < number_[static_cast<size_t>(allocation_.lottery[i - 1])]) {
        return Invalid(absl::StrCat(Name(a), " has a lower number than who is drawn before"));
      }
    }
    return absl::OkStatus();
  }

  void PutInOrder() {
    std::vector<std::tuple<bool, int32_t, LotteryNumber, int32_t>> keys;
    for (int32_t a = 0; a < people(); ++a) {
      const std::set<int32_t> groups(Of(a).groups.begin(), Of(a).groups.end());
      bool first = false;
      for (const int32_t group : problem_.guaranteed) first = first || groups.contains(group);
      int32_t level = 0;
      while (level < static_cast<int32_t>(problem_.priorities.size()) &&
             !groups.contains(problem_.priorities[static_cast<size_t>(level)])) {
        ++level;
      }
      guaranteed_.push_back(first);
      level_.push_back(level);
      keys.emplace_back(!first, level, number_[static_cast<size_t>(a)], a);
    }
    std::sort(keys.begin(), keys.end());
    place_.resize(people_);
    for (const auto& key : keys) {
      place_[static_cast<size_t>(std::get<3>(key))] = static_cast<int32_t>(order_.size());
      order_.push_back(std::get<3>(key));
    }
  }

  // Works the division of seats out by a queue of claims.
  absl::Status CheckSeats() const {
    const size_t openings = problem_.openings.size();
    std::vector<int64_t> left(openings);
    int64_t all = 0;
    for (size_t o = 0; o < openings; ++o) all += left[o] = problem_.openings[o].seats;
    for (size_t r = 0; r < problem_.reserves.size(); ++r) {
      const Reserve& reserve = problem_.reserves[r];
      std::vector<int64_t> given(openings, 0);
      using Claim = std::tuple<int64_t, int64_t, LotteryNumber, size_t>;  // Turn, less remainder, number, opening.
      std::priority_queue<Claim, std::vector<Claim>, std::greater<>> claims;
      const auto of = [&](int64_t seats) {
        return reserve.share ? seats * *reserve.share / 1'000'000 : static_cast<int64_t>(*reserve.count);
      };
      int64_t missing = reserve.scope == Reserve::Scope::kAllSeats ? of(all) : 0;
      const int64_t total = missing;
      for (size_t o = 0; o < openings; ++o) {
        const int64_t seats = problem_.openings[o].seats;
        const bool each = reserve.scope == Reserve::Scope::kEachOpening;
        const int64_t exact = each ? of(seats) : (all == 0 ? 0 : total * seats / all);
        given[o] = std::min(left[o], exact);
        left[o] -= given[o];
        if (each) continue;
        missing -= given[o];
        const LotteryNumber number =
            DrawLotteryNumber(problem_.seed, absl::StrCat("opening:", problem_.openings[o].reference));
        claims.emplace(0, all == 0 ? 0 : -(total * seats % all), number, o);
      }
      for (; missing > 0 && !claims.empty();) {
        auto [turn, remainder, number, o] = claims.top();
        claims.pop();
        if (left[o] == 0) continue;
        --left[o];
        ++given[o];
        --missing;
        claims.emplace(turn + 1, remainder, number, o);
      }
      for (size_t o = 0; o < openings; ++o) {
        const auto& reserved = allocation_.seats[o].reserved;
        if (reserved.size() != problem_.reserves.size() || reserved[r] != given[o]) {
          return Invalid(absl::StrCat("opening ", problem_.openings[o].reference, " reserves other seats"));
        }
      }
    }
    for (size_t o = 0; o < openings; ++o) {
      if (allocation_.seats[o].open != left[o]) {
        return Invalid(absl::StrCat("opening ", problem_.openings[o].reference, " has other open seats"));
      }
      if (allocation_.seats[o].reserved.size() != problem_.reserves.size()) {
        return Invalid(absl::StrCat("opening ", problem_.openings[o].reference, " reserves other seats"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckPlacements() {
    at_opening_.resize(problem_.openings.size());
    for (int32_t a = 0; a < people(); ++a) {
      const Placement& placement = PlacementOf(a);
      if (placement.opening == kNoOpening) {
        if (placement != Placement{}) return Invalid(absl::StrCat(Name(a), " has no opening but a seat or a rank"));
        continue;
      }
      const auto& wishes = Of(a).wishes;
      if (placement.rank < 1 || static_cast<size_t>(placement.rank) > wishes.size() ||
          wishes[static_cast<size_t>(placement.rank) - 1].opening != placement.opening) {
        return Invalid(absl::StrCat(Name(a), " did not wish for the opening at that rank"));
      }
      if (!Of(a).barred.empty() || !wishes[static_cast<size_t>(placement.rank) - 1].barred.empty()) {
        return Invalid(absl::StrCat(Name(a), " is barred from the opening"));
      }
      const int32_t seat = placement.seat;
      if (seat < kOpenSeat || seat >= static_cast<int32_t>(problem_.reserves.size()) ||
          (seat != kOpenSeat && !Member(a, static_cast<size_t>(seat)))) {
        return Invalid(absl::StrCat(Name(a), " has a seat that is reserved for others"));
      }
      at_opening_[static_cast<size_t>(placement.opening)].push_back(a);
    }
    for (size_t o = 0; o < at_opening_.size(); ++o) {
      std::vector<int64_t> reserved(problem_.reserves.size(), 0);
      int64_t open = 0, room = allocation_.seats[o].open;
      for (const int32_t a : at_opening_[o]) {
        ++(PlacementOf(a).seat == kOpenSeat ? open : reserved[static_cast<size_t>(PlacementOf(a).seat)]);
      }
      for (size_t r = 0; r < reserved.size(); ++r) {
        const int64_t free = allocation_.seats[o].reserved[r] - reserved[r];
        if (free < 0) return Invalid(absl::StrCat("opening ", problem_.openings[o].reference, " lacks reserved seats"));
        if (Opens(r)) room += free;
      }
      if (open > room) return Invalid(absl::StrCat("opening ", problem_.openings[o].reference, " lacks seats"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckReasonsAndLists() const {
    std::vector<std::vector<int32_t>> lists(problem_.openings.size());
    for (const int32_t a : order_) {
      const Placement& placement = PlacementOf(a);
      const bool placed = placement.opening != kNoOpening;
      bool may_any = false, seats_any = false;
      for (size_t w = 0; w < Of(a).wishes.size(); ++w) {
        const Wish& wish = Of(a).wishes[w];
        if (!wish.barred.empty() || !Of(a).barred.empty()) continue;
        may_any = true;
        const SeatPlan& plan = allocation_.seats[static_cast<size_t>(wish.opening)];
        bool seats = plan.open > 0;
        for (size_t r = 0; r < plan.reserved.size(); ++r) {
          seats = seats || (plan.reserved[r] > 0 && (Opens(r) || Member(a, r)));
        }
        seats_any = seats_any || seats;
        if (!placed || static_cast<int32_t>(w) + 1 < placement.rank)
          lists[static_cast<size_t>(wish.opening)].push_back(a);
      }
      UnplacedReason reason = UnplacedReason::kPlaced;
      if (!placed && !Of(a).barred.empty()) {
        reason = UnplacedReason::kBarred;
      } else if (!placed && Of(a).wishes.empty()) {
        reason = UnplacedReason::kNoWishes;
      } else if (!placed && !may_any) {
        reason = UnplacedReason::kAllWishesBarred;
      } else if (!placed) {
        reason = seats_any ? UnplacedReason::kOthersCameFirst : UnplacedReason::kNoSeats;
      }
      if (allocation_.reasons[static_cast<size_t>(a)] != reason) {
        return Invalid(
            absl::StrCat(Name(a), " is given another reason than ", std::string(UnplacedReasonCode(reason))));
      }
    }
    for (size_t o = 0; o < lists.size(); ++o) {
      if (lists[o] != allocation_.reserve_lists[o]) {
        return Invalid(absl::StrCat("the reserve list of opening ", problem_.openings[o].reference, " is another"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckCounts() const {
    AllocationCounts counts;
    counts.reserved.resize(problem_.reserves.size());
    counts.reserved_filled.resize(problem_.reserves.size());
    for (int32_t a = 0; a < people(); ++a) {
      const Placement& placement = PlacementOf(a);
      bool may_any = false;
      for (const Wish& wish : Of(a).wishes) may_any = may_any || (wish.barred.empty() && Of(a).barred.empty());
      if (guaranteed_[static_cast<size_t>(a)] && may_any) ++counts.guaranteed;
      if (placement.opening == kNoOpening) continue;
      ++counts.placed;
      if (guaranteed_[static_cast<size_t>(a)]) ++counts.guaranteed_placed;
      counts.rank_sum += placement.rank;
      counts.by_rank.resize(std::max(counts.by_rank.size(), static_cast<size_t>(placement.rank)));
      ++counts.by_rank[static_cast<size_t>(placement.rank) - 1];
      if (placement.seat != kOpenSeat) ++counts.reserved_filled[static_cast<size_t>(placement.seat)];
    }
    for (size_t o = 0; o < problem_.openings.size(); ++o) {
      counts.seats += problem_.openings[o].seats;
      for (size_t r = 0; r < counts.reserved.size(); ++r) counts.reserved[r] += allocation_.seats[o].reserved[r];
    }
    counts.seats_empty = counts.seats - counts.placed;
    return counts == allocation_.counts ? absl::OkStatus() : Invalid("the counts are others");
  }

  // The opening's choice from nothing: `asking` in the order.
  Chosen Choose(size_t o, const std::vector<int32_t>& asking) const {
    const SeatPlan& plan = allocation_.seats[o];
    Chosen chosen;
    const auto fill = [&](int64_t seats, std::optional<size_t> reserve) {
      int64_t left = seats;
      for (const int32_t a : asking) {
        if (left == 0) break;
        if (chosen.contains(a) || (reserve && !Member(a, *reserve))) continue;
        chosen[a] = reserve ? static_cast<int32_t>(*reserve) : kOpenSeat;
        --left;
      }
      return left;
    };
    const bool open_first = problem_.precedence == Precedence::kOpenFirst;
    int64_t rest = open_first ? 0 : plan.open;
    if (open_first) fill(plan.open, std::nullopt);
    for (size_t r = 0; r < plan.reserved.size(); ++r) {
      const int64_t left = fill(plan.reserved[r], r);
      if (Opens(r)) rest += left;
    }
    fill(rest, std::nullopt);
    return chosen;
  }

  std::vector<int32_t> InOrder(std::vector<int32_t> people) const {
    std::sort(people.begin(), people.end(),
              [&](int32_t x, int32_t y) { return place_[static_cast<size_t>(x)] < place_[static_cast<size_t>(y)]; });
    return people;
  }

  absl::Status CheckNobodyIsPassedOver() const {
    for (size_t o = 0; o < problem_.openings.size(); ++o) {
      const Chosen chosen = Choose(o, InOrder(at_opening_[o]));
      for (const int32_t a : at_opening_[o]) {
        const auto found = chosen.find(a);
        if (found == chosen.end()) return Invalid(absl::StrCat(Name(a), " is not who the opening would choose"));
        if (found->second != PlacementOf(a).seat) return Invalid(absl::StrCat(Name(a), " sits on another seat"));
      }
      BRYGGA_RETURN_IF_ERROR(CheckReserveList(o, chosen));
    }
    return CheckBestForApplicants();
  }

  // Nobody on the reserve list would be chosen: each finds every kind of seats that
  // it may have full, and of people who come before.
  absl::Status CheckReserveList(size_t o, const Chosen& chosen) const {
    const SeatPlan& plan = allocation_.seats[o];
    const bool open_first = problem_.precedence == Precedence::kOpenFirst;
    std::vector<int64_t> taken(plan.reserved.size(), 0);
    std::vector<int32_t> worst(plan.reserved.size(), -1);
    std::vector<int32_t> open;  // Places in the order.
    for (const auto& [a, seat] : chosen) {
      const int32_t place = place_[static_cast<size_t>(a)];
      if (seat == kOpenSeat) {
        open.push_back(place);
        continue;
      }
      ++taken[static_cast<size_t>(seat)];
      worst[static_cast<size_t>(seat)] = std::max(worst[static_cast<size_t>(seat)], place);
    }
    std::sort(open.begin(), open.end());
    int64_t left = 0;  // Reserved seats that are open to all.
    for (size_t r = 0; r < taken.size(); ++r) left += Opens(r) ? plan.reserved[r] - taken[r] : 0;
    // Open seats in two rounds, where the reserves come between them.
    const size_t first = open_first ? std::min(open.size(), static_cast<size_t>(plan.open)) : 0;
    const int64_t rest = left + (open_first ? 0 : plan.open);
    for (const int32_t a : allocation_.reserve_lists[o]) {
      const int32_t place = place_[static_cast<size_t>(a)];
      bool would_be =
          open_first && plan.open > 0 && (first < static_cast<size_t>(plan.open) || place < open[first - 1]);
      for (size_t r = 0; r < taken.size(); ++r) {
        would_be =
            would_be || (Member(a, r) && plan.reserved[r] > 0 && (taken[r] < plan.reserved[r] || place < worst[r]));
      }
      would_be = would_be || (rest > 0 && (static_cast<int64_t>(open.size() - first) < rest || place < open.back()));
      if (would_be) {
        return Invalid(absl::StrCat(Name(a), " is passed over at opening ", problem_.openings[o].reference));
      }
    }
    return absl::OkStatus();
  }

  // Applicants ask in rounds, everybody who has no seat at once.
  absl::Status CheckBestForApplicants() const {
    std::vector<size_t> next(people_, 0);
    std::vector<std::vector<int32_t>> held(problem_.openings.size());
    std::vector<int32_t> free = order_;
    while (!free.empty()) {
      std::map<size_t, std::vector<int32_t>> asking;
      for (const int32_t a : free) {
        const Applicant& applicant = Of(a);
        size_t& wish = next[static_cast<size_t>(a)];
        while (wish < applicant.wishes.size() && !applicant.wishes[wish].barred.empty()) ++wish;
        if (wish == applicant.wishes.size() || !applicant.barred.empty()) continue;
        asking[static_cast<size_t>(applicant.wishes[wish].opening)].push_back(a);
      }
      free.clear();
      for (auto& [o, people] : asking) {
        people.insert(people.end(), held[o].begin(), held[o].end());
        people = InOrder(std::move(people));
        const Chosen chosen = Choose(o, people);
        held[o].clear();
        for (const int32_t a : people) {
          if (chosen.contains(a)) {
            held[o].push_back(a);
          } else {
            ++next[static_cast<size_t>(a)];
            free.push_back(a);
          }
        }
      }
    }
    for (size_t o = 0; o < held.size(); ++o) {
      if (held[o] != InOrder(at_opening_[o])) {
        return Invalid(absl::StrCat("there is an allocation that is better for applicants at opening ",
                                    problem_.openings[o].reference));
      }
    }
    return absl::OkStatus();
  }

  struct Prices {
    std::vector<Wide> applicant, host;
  };

  absl::StatusOr<Prices> Parse(const AllocationPrices& texts, size_t hosts) const {
    if (texts.applicant.size() != people_ || texts.host.size() != hosts) {
      return Invalid("the certificate is of another problem: its columns have other lengths");
    }
    Prices prices;
    for (const bool of_hosts : {false, true}) {
      for (const std::string& text : of_hosts ? texts.host : texts.applicant) {
        const std::optional<Wide> price = ParsePrice(text);
        if (!price) return Invalid("a price is no number of its kind");
        (of_hosts ? prices.host : prices.applicant).push_back(*price);
      }
    }
    return prices;
  }

  // What counts how much, from the least on: each unit is more than all that stands
  // below it can sum to.
  struct Units {
    Wide longest, people, classes;
    Wide priority, placed, reserved, guaranteed;  // Of the declared objectives; a better rank counts 1.
    Wide weighted_rank, priced_seat;              // Of the draw; a lot counts 1.
  };

  Units UnitsOfLayers() const {
    Units unit{.longest = 0, .people = people(), .classes = static_cast<Wide>(problem_.priorities.size())};
    for (const Applicant& applicant : problem_.applicants) {
      unit.longest = std::max<Wide>(unit.longest, static_cast<Wide>(applicant.wishes.size()));
    }
    unit.priority = unit.people * unit.longest + 1;
    unit.placed = unit.priority * (unit.people * unit.classes + 1);
    unit.reserved = unit.placed * (unit.people + 1);
    unit.guaranteed = unit.reserved * (unit.people + 1);
    unit.weighted_rank = unit.people * (Wide{1} << 40) + 1;
    unit.priced_seat = unit.weighted_rank * (unit.people * unit.people * unit.longest + 1);
    return unit;
  }

  Wide Declared(const Units& unit, int32_t a, size_t wish, bool on_reserve) const {
    return (guaranteed_[static_cast<size_t>(a)] ? unit.guaranteed : 0) + (on_reserve ? unit.reserved : 0) +
           unit.placed + unit.priority * (unit.classes - level_[static_cast<size_t>(a)]) +
           (unit.longest - static_cast<Wide>(wish));
  }

  Wide Drawn(const Units& unit, int32_t a, size_t wish, bool priced) const {
    const size_t opening = static_cast<size_t>(Of(a).wishes[wish].opening);
    return (priced ? unit.priced_seat : 0) +
           unit.weighted_rank * (unit.longest - static_cast<Wide>(wish)) *
               (unit.people - lottery_place_[static_cast<size_t>(a)]) +
           PairLot(static_cast<size_t>(a), opening);
  }

  absl::Status CheckMostArePlaced() {
    const size_t kinds = problem_.reserves.size() + 1, hosts = problem_.openings.size() * kinds;
    if (people_ > kMostPeople) return Invalid("there are more people than the prices of MAX_PLACED are for");
    if (allocation_.certificate.prices.size() != 2) return Invalid("the certificate has not two stages");
    BRYGGA_ASSIGN_OR_RETURN(const Prices first, Parse(allocation_.certificate.prices[0], hosts));
    BRYGGA_ASSIGN_OR_RETURN(const Prices second, Parse(allocation_.certificate.prices[1], hosts));
    lottery_place_.resize(people_);
    for (size_t i = 0; i < people_; ++i) {
      lottery_place_[static_cast<size_t>(allocation_.lottery[i])] = static_cast<int32_t>(i);
    }
    const Units unit = UnitsOfLayers();
    BRYGGA_RETURN_IF_ERROR(CheckPairs(unit, kinds, first, second));
    return CheckSums(unit, kinds, first, second);
  }

  // No pair weighs more than its prices; in the draw, none of those that the first
  // prices leave.
  absl::Status CheckPairs(const Units& unit, size_t kinds, const Prices& first, const Prices& second) const {
    for (int32_t a = 0; a < people(); ++a) {
      const Wide u1 = first.applicant[static_cast<size_t>(a)], u2 = second.applicant[static_cast<size_t>(a)];
      if (u1 < 0 || (u1 == 0 && u2 < 0)) return Invalid(absl::StrCat(Name(a), " would gain by having no seat"));
      for (size_t w = 0; w < Of(a).wishes.size() && Of(a).barred.empty(); ++w) {
        const Wish& wish = Of(a).wishes[w];
        const size_t o = static_cast<size_t>(wish.opening);
        for (size_t kind = 0; kind < kinds && wish.barred.empty(); ++kind) {
          const bool open = kind + 1 == kinds, member = !open && Member(a, kind);
          const int32_t seats = open ? allocation_.seats[o].open : allocation_.seats[o].reserved[kind];
          if (seats == 0 || (!open && !member && !Opens(kind))) continue;
          const Wide v1 = first.host[o * kinds + kind], v2 = second.host[o * kinds + kind];
          const Wide declared = Declared(unit, a, w, member);
          const bool tight = u1 + v1 == declared;
          if (u1 + v1 < declared || (tight && u2 + v2 < Drawn(unit, a, w, v1 > 0))) {
            return Invalid(absl::StrCat(Name(a), " at opening ", problem_.openings[o].reference,
                                        " is worth more than its prices"));
          }
        }
      }
    }
    return absl::OkStatus();
  }

  // The prices sum to what the allocation weighs. Then each placed applicant sits on a
  // tight seat and every priced seat is taken, so a seat's price can be read off the
  // applicant's, whichever of an opening's seats it is.
  absl::Status CheckSums(const Units& unit, size_t kinds, const Prices& first, const Prices& second) const {
    Wide declared = 0, drawn = 0, declared_bound = 0, drawn_bound = 0;
    const auto in_bounds = [](Wide x) { return x <= kMostPrice && x >= -kMostPrice; };
    for (size_t h = 0; h < first.host.size(); ++h) {
      const SeatPlan& plan = allocation_.seats[h / kinds];
      const size_t kind = h % kinds;
      const int32_t seats = kind + 1 == kinds ? plan.open : plan.reserved[kind];
      if (first.host[h] < 0 || second.host[h] < 0) return Invalid("a seat's price is negative");
      // A host with more seats than people cannot be full, so its seats can have no price.
      const Wide most = kMostPrice / std::max<Wide>(1, seats);
      if (seats > 0 && (first.host[h] > most || second.host[h] > most)) return Invalid("the prices are out of bounds");
      declared_bound += first.host[h] * seats;
      drawn_bound += second.host[h] * seats;
      if (!in_bounds(declared_bound) || !in_bounds(drawn_bound)) return Invalid("the prices are out of bounds");
    }
    for (int32_t a = 0; a < people(); ++a) {
      declared_bound += first.applicant[static_cast<size_t>(a)];
      drawn_bound += second.applicant[static_cast<size_t>(a)];
      if (!in_bounds(declared_bound) || !in_bounds(drawn_bound)) return Invalid("the prices are out of bounds");
      const Placement& placement = PlacementOf(a);
      if (placement.opening == kNoOpening) continue;
      const size_t wish = static_cast<size_t>(placement.rank) - 1;
      const Wide weight = Declared(unit, a, wish, placement.seat != kOpenSeat);
      declared += weight;
      drawn += Drawn(unit, a, wish, weight > first.applicant[static_cast<size_t>(a)]);
    }
    if (declared != declared_bound) return Invalid("the prices allow a better allocation");
    if (drawn != drawn_bound) return Invalid("the prices allow an allocation that the lottery puts first");
    return absl::OkStatus();
  }

  Wide PairLot(size_t a, size_t opening) const {
    const LotteryNumber number = DrawLotteryNumber(
        problem_.seed, absl::StrCat(problem_.applicants[a].reference, "\n", problem_.openings[opening].reference));
    Wide lot = 0;
    for (size_t i = 0; i < 5; ++i) lot = 256 * lot + number[i];
    return lot;
  }

  const AllocationProblem& problem_;
  const Allocation& allocation_;
  const size_t people_;
  std::vector<LotteryNumber> number_;
  std::vector<bool> guaranteed_;
  std::vector<int32_t> level_;
  std::vector<int32_t> order_, place_;            // People in the order, and back.
  std::vector<std::vector<int32_t>> at_opening_;  // Who is placed there.
  std::vector<int32_t> lottery_place_;
};

Json CodesOf(const AllocationProblem& problem, const std::vector<int32_t>& groups) {
  Json codes = Json::array();
  for (const int32_t group : groups) codes.push_back(problem.groups[static_cast<size_t>(group)]);
  return codes;
}

Json ReservesOf(const AllocationProblem& problem) {
  Json reserves = Json::array();
  for (const Reserve& reserve : problem.reserves) {
    Json json = {{"group", problem.groups[static_cast<size_t>(reserve.group)]},
                 {"scope", reserve.scope == Reserve::Scope::kAllSeats ? "ALL_SEATS" : "EACH_OPENING"},
                 {"fallback", reserve.fallback == Reserve::Fallback::kOpenToAll ? "OPEN_TO_ALL" : "KEEP_EMPTY"}};
    if (reserve.share) json["share"] = *reserve.share;
    if (reserve.count) json["count"] = *reserve.count;
    reserves.push_back(std::move(json));
  }
  return reserves;
}

Json ApplicantsOf(const AllocationProblem& problem) {
  Json applicants = Json::array();
  for (const Applicant& applicant : problem.applicants) {
    Json wishes = Json::array();
    for (const Wish& wish : applicant.wishes) {
      Json json = {{"opening", problem.openings[static_cast<size_t>(wish.opening)].reference}};
      if (!wish.barred.empty()) json["barred"] = wish.barred;
      wishes.push_back(std::move(json));
    }
    Json json = {{"reference", applicant.reference},
                 {"groups", CodesOf(problem, applicant.groups)},
                 {"wishes", std::move(wishes)}};
    if (!applicant.barred.empty()) json["barred"] = applicant.barred;
    applicants.push_back(std::move(json));
  }
  return applicants;
}

Json PricesOf(const AllocationCertificate& certificate) {
  Json prices = Json::array();
  for (const AllocationPrices& stage : certificate.prices) {
    prices.push_back({{"applicant", stage.applicant}, {"host", stage.host}});
  }
  return prices;
}

Json ResultOf(const AllocationProblem& problem, const Allocation& allocation) {
  const auto reference = [&](int32_t a) { return problem.applicants[static_cast<size_t>(a)].reference; };
  Json lottery = Json::array(), placements = Json::array(), unplaced = Json::array(), openings = Json::array();
  for (const int32_t a : allocation.lottery) lottery.push_back(reference(a));
  for (size_t a = 0; a < problem.applicants.size(); ++a) {
    const Placement& placement = allocation.placements[a];
    if (placement.opening == kNoOpening) {
      unplaced.push_back({{"applicant", problem.applicants[a].reference},
                          {"reason", std::string(UnplacedReasonCode(allocation.reasons[a]))}});
      continue;
    }
    Json json = {{"applicant", problem.applicants[a].reference},
                 {"opening", problem.openings[static_cast<size_t>(placement.opening)].reference},
                 {"rank", placement.rank}};
    if (placement.seat != kOpenSeat) {
      json["reserve"] =
          problem.groups[static_cast<size_t>(problem.reserves[static_cast<size_t>(placement.seat)].group)];
    }
    placements.push_back(std::move(json));
  }
  for (size_t o = 0; o < problem.openings.size(); ++o) {
    Json list = Json::array();
    for (const int32_t a : allocation.reserve_lists[o]) list.push_back(reference(a));
    openings.push_back({{"reference", problem.openings[o].reference},
                        {"reserved", allocation.seats[o].reserved},
                        {"open", allocation.seats[o].open},
                        {"reserve_list", std::move(list)}});
  }
  return {{"lottery", std::move(lottery)},
          {"placements", std::move(placements)},
          {"unplaced", std::move(unplaced)},
          {"openings", std::move(openings)}};
}

}  // namespace

absl::Status CheckAllocation(const AllocationProblem& problem, AllocationMechanism mechanism,
                             const Allocation& allocation) {
  BRYGGA_RETURN_IF_ERROR(Validate(problem));
  return Checker(problem, allocation).Run(mechanism);
}

std::string PublishedAllocation(const AllocationProblem& problem, AllocationMechanism mechanism,
                                const Allocation& allocation) {
  Json openings = Json::array();
  for (const Opening& opening : problem.openings) {
    openings.push_back({{"reference", opening.reference}, {"seats", opening.seats}});
  }
  const Json json = {
      {"format", "brygga-allocation/1"},
      {"mechanism", std::string(MechanismCode(mechanism))},
      {"commitment", LotteryCommitment(problem.seed)},
      {"seed", problem.seed},
      {"groups", problem.groups},
      {"guaranteed", CodesOf(problem, problem.guaranteed)},
      {"priorities", CodesOf(problem, problem.priorities)},
      {"precedence", problem.precedence == Precedence::kReservedFirst ? "RESERVED_FIRST" : "OPEN_FIRST"},
      {"reserves", ReservesOf(problem)},
      {"openings", std::move(openings)},
      {"applicants", ApplicantsOf(problem)},
      {"result", ResultOf(problem, allocation)},
      {"certificate", {{"prices", PricesOf(allocation.certificate)}}},
  };
  return json.dump();
}

std::string AllocationCertificateToJson(const AllocationCertificate& certificate) {
  return Json{{"format", 1}, {"prices", PricesOf(certificate)}}.dump();
}

absl::StatusOr<AllocationCertificate> AllocationCertificateFromJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("format", Json()) != 1) return Invalid("is no certificate of format 1");
  AllocationCertificate certificate;
  try {
    for (const Json& stage : json.at("prices")) {
      AllocationPrices& prices = certificate.prices.emplace_back();
      stage.at("applicant").get_to(prices.applicant);
      stage.at("host").get_to(prices.host);
    }
  } catch (const Json::exception&) {
    return Invalid("is no certificate: a column is missing or of another type");
  }
  return certificate;
}

}  // namespace brygga::engine
