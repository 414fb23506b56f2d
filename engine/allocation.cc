#include "engine/allocation.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/bipartite.h"
#include "engine/lottery.h"
#include "engine/max_placed.h"

namespace brygga::engine {
namespace {

constexpr size_t kMostViolations = 100;
constexpr int64_t kMostSeats = 1'000'000;
constexpr int64_t kMostPeople = 1 << 20;
constexpr int32_t kShareOne = 1'000'000;
constexpr size_t kShortestSeed = 16, kLongestSeed = 1000;

// Text that means the same to everybody who reads it: printable ASCII without spaces.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

absl::Status Cancelled() { return absl::CancelledError("the allocation was cancelled"); }

absl::Status TooLarge(std::string_view what) {
  return MakeError(absl::StatusCode::kResourceExhausted, what, {.reason = "ALLOCATION_TOO_LARGE"});
}

class AllocationValidator {
 public:
  explicit AllocationValidator(const AllocationProblem& problem) : problem_(problem) {}

  absl::Status Run() {
    if (problem_.seed.size() < kShortestSeed || problem_.seed.size() > kLongestSeed) {
      Wrong("seed", "has fewer than 16 or more than 1000 bytes");
    }
    if (!IsPlain(problem_.seed)) Wrong("seed", "is not printable ASCII without spaces");
    CheckDistinct("groups", problem_.groups);
    CheckRows("guaranteed", problem_.guaranteed, problem_.groups.size());
    CheckRows("priorities", problem_.priorities, problem_.groups.size());
    CheckReserves();
    CheckOpenings();
    CheckApplicants();
    return wrong_.empty() ? absl::OkStatus() : InvalidFields(std::move(wrong_));
  }

 private:
  void Wrong(std::string field, std::string_view description) {
    if (wrong_.size() < kMostViolations) wrong_.push_back({std::move(field), std::string(description)});
  }

  void CheckDistinct(const char* column, const std::vector<std::string>& names) {
    std::unordered_set<std::string_view> seen;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i].empty()) Wrong(absl::StrCat(column, "[", i, "]"), "is empty");
      if (!IsPlain(names[i])) Wrong(absl::StrCat(column, "[", i, "]"), "is not printable ASCII without spaces");
      if (!seen.insert(names[i]).second) Wrong(absl::StrCat(column, "[", i, "]"), "appears twice");
    }
  }

  void CheckRows(const std::string& column, const std::vector<int32_t>& rows, size_t end) {
    std::unordered_set<int32_t> seen;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] < 0 || static_cast<size_t>(rows[i]) >= end) {
        Wrong(absl::StrCat(column, "[", i, "]"), "is no row");
      } else if (!seen.insert(rows[i]).second) {
        Wrong(absl::StrCat(column, "[", i, "]"), "appears twice");
      }
    }
  }

  void CheckReserves() {
    std::vector<int32_t> groups;
    for (size_t i = 0; i < problem_.reserves.size(); ++i) {
      const Reserve& reserve = problem_.reserves[i];
      const std::string field = absl::StrCat("reserves[", i, "]");
      groups.push_back(reserve.group);
      if (reserve.share.has_value() == reserve.count.has_value()) Wrong(field, "has not one of share and count");
      if (reserve.share && (*reserve.share < 0 || *reserve.share > kShareOne)) {
        Wrong(field + ".share", "is not from 0 to 1000000");
      }
      if (reserve.count && (*reserve.count < 0 || *reserve.count > kMostSeats)) {
        Wrong(field + ".count", "is not from 0 to 1000000");
      }
    }
    CheckRows("reserves.group", groups, problem_.groups.size());
  }

  void CheckOpenings() {
    std::vector<std::string> references;
    int64_t seats = 0;
    for (size_t o = 0; o < problem_.openings.size(); ++o) {
      const Opening& opening = problem_.openings[o];
      references.push_back(opening.reference);
      if (opening.seats < 0) Wrong(absl::StrCat("openings[", o, "].seats"), "is negative");
      seats += std::max(0, opening.seats);
    }
    if (seats > kMostSeats) Wrong("openings.seats", "sums to more than 1000000");
    CheckDistinct("openings.reference", references);
  }

  void CheckApplicants() {
    std::vector<std::string> references;
    std::vector<int64_t> seen(problem_.openings.size(), -1);
    for (size_t a = 0; a < problem_.applicants.size(); ++a) {
      const Applicant& applicant = problem_.applicants[a];
      references.push_back(applicant.reference);
      if (!IsPlain(applicant.barred)) Wrong(absl::StrCat("applicants[", a, "].barred"), "is no code");
      for (size_t w = 0; w < applicant.wishes.size(); ++w) {
        const int32_t opening = applicant.wishes[w].opening;
        if (opening < 0 || static_cast<size_t>(opening) >= problem_.openings.size()) {
          Wrong(absl::StrCat("applicants[", a, "].wishes[", w, "]"), "is no row");
        } else if (std::exchange(seen[static_cast<size_t>(opening)], static_cast<int64_t>(a)) ==
                   static_cast<int64_t>(a)) {
          Wrong(absl::StrCat("applicants[", a, "].wishes[", w, "]"), "appears twice");
        }
        if (!IsPlain(applicant.wishes[w].barred)) {
          Wrong(absl::StrCat("applicants[", a, "].wishes[", w, "].barred"), "is no code");
        }
      }
      if (!applicant.groups.empty()) {
        CheckRows(absl::StrCat("applicants[", a, "].groups"), applicant.groups, problem_.groups.size());
      }
    }
    CheckDistinct("applicants.reference", references);
  }

  const AllocationProblem& problem_;
  std::vector<FieldViolation> wrong_;
};

std::vector<std::string> ApplicantReferences(const AllocationProblem& problem) {
  std::vector<std::string> references;
  references.reserve(problem.applicants.size());
  for (const Applicant& applicant : problem.applicants) references.push_back(applicant.reference);
  return references;
}

bool IsIn(const Applicant& applicant, int32_t group) {
  return std::find(applicant.groups.begin(), applicant.groups.end(), group) != applicant.groups.end();
}

Standing StandingOf(const AllocationProblem& problem, const std::vector<int32_t>& lottery) {
  const size_t people = problem.applicants.size();
  Standing standing{.guaranteed = std::vector<uint8_t>(people, 0),
                    .priority_class = std::vector<int32_t>(people, 0),
                    .lottery_place = std::vector<int32_t>(people),
                    .place = std::vector<int32_t>(people)};
  for (size_t i = 0; i < people; ++i) standing.lottery_place[static_cast<size_t>(lottery[i])] = static_cast<int32_t>(i);
  for (size_t a = 0; a < people; ++a) {
    const Applicant& applicant = problem.applicants[a];
    for (const int32_t group : problem.guaranteed) {
      if (IsIn(applicant, group)) standing.guaranteed[a] = 1;
    }
    const auto first = std::find_if(problem.priorities.begin(), problem.priorities.end(),
                                    [&](int32_t group) { return IsIn(applicant, group); });
    standing.priority_class[a] = static_cast<int32_t>(first - problem.priorities.begin());
  }
  std::vector<int32_t> order = lottery;
  std::stable_sort(order.begin(), order.end(), [&](int32_t x, int32_t y) {
    const size_t i = static_cast<size_t>(x), j = static_cast<size_t>(y);
    if (standing.guaranteed[i] != standing.guaranteed[j]) return standing.guaranteed[i] > standing.guaranteed[j];
    return standing.priority_class[i] < standing.priority_class[j];
  });
  for (size_t i = 0; i < people; ++i) standing.place[static_cast<size_t>(order[i])] = static_cast<int32_t>(i);
  return standing;
}

// One opening's choice, kept as proposals come: whoever comes last among those
// who want the same seats falls through to the next kind of seats, and out at the end.
class Choice {
 public:
  Choice(const AllocationProblem& problem, const SeatPlan& plan) : problem_(problem) {
    if (problem.precedence == Precedence::kOpenFirst) blocks_.push_back({.reserve = kOpenSeat, .seats = plan.open});
    int32_t left = problem.precedence == Precedence::kReservedFirst ? plan.open : 0;
    for (size_t r = 0; r < problem.reserves.size(); ++r) {
      blocks_.push_back({.reserve = static_cast<int32_t>(r), .seats = plan.reserved[r]});
      if (problem.reserves[r].fallback == Reserve::Fallback::kOpenToAll) left += plan.reserved[r];
    }
    blocks_.push_back({.reserve = kOpenSeat, .seats = left});
  }

  // Who is refused then: the one who asks, somebody held, or nobody (-1).
  int32_t Ask(int32_t applicant, const std::vector<int32_t>& place, const std::vector<int32_t>& by_place) {
    int32_t asking = place[static_cast<size_t>(applicant)];
    for (Block& block : blocks_) {
      if (!MayHave(by_place[static_cast<size_t>(asking)], block)) continue;
      if (static_cast<int32_t>(block.held.size()) < block.seats) {
        Push(block, asking);
        return TakeFromRest(block, by_place);
      }
      if (block.seats > 0 && asking < block.held.front()) {
        const int32_t out = Pop(block);
        Push(block, asking);
        asking = out;
      }
    }
    return by_place[static_cast<size_t>(asking)];
  }

  void ForEach(const auto& apply, const std::vector<int32_t>& by_place) const {
    for (const Block& block : blocks_) {
      for (const int32_t place : block.held) apply(by_place[static_cast<size_t>(place)], block.reserve);
    }
  }

 private:
  struct Block {
    int32_t reserve;  // kOpenSeat: for all.
    int32_t seats;
    std::vector<int32_t> held = {};  // Places in the order, the last of them on top of a heap.
  };

  bool MayHave(int32_t applicant, const Block& block) const {
    return block.reserve == kOpenSeat || IsIn(problem_.applicants[static_cast<size_t>(applicant)],
                                              problem_.reserves[static_cast<size_t>(block.reserve)].group);
  }
  static void Push(Block& block, int32_t place) {
    block.held.push_back(place);
    std::push_heap(block.held.begin(), block.held.end());
  }
  static int32_t Pop(Block& block) {
    std::pop_heap(block.held.begin(), block.held.end());
    const int32_t place = block.held.back();
    block.held.pop_back();
    return place;
  }

  // A reserved seat that had been left to all is taken by a member.
  int32_t TakeFromRest(const Block& block, const std::vector<int32_t>& by_place) {
    if (block.reserve == kOpenSeat) return -1;
    const Reserve& reserve = problem_.reserves[static_cast<size_t>(block.reserve)];
    if (reserve.fallback != Reserve::Fallback::kOpenToAll) return -1;
    Block& rest = blocks_.back();
    --rest.seats;
    if (static_cast<int32_t>(rest.held.size()) <= rest.seats) return -1;
    return by_place[static_cast<size_t>(Pop(rest))];
  }

  const AllocationProblem& problem_;
  std::vector<Block> blocks_;
};

std::optional<std::vector<Placement>> DeferredAcceptance(const AllocationProblem& problem,
                                                         const std::vector<SeatPlan>& seats, const Standing& standing,
                                                         const Control& control) {
  std::vector<int32_t> by_place(problem.applicants.size());
  for (size_t a = 0; a < by_place.size(); ++a)
    by_place[static_cast<size_t>(standing.place[a])] = static_cast<int32_t>(a);
  std::vector<Choice> choices;
  choices.reserve(seats.size());
  for (const SeatPlan& plan : seats) choices.emplace_back(problem, plan);
  std::vector<size_t> next(problem.applicants.size(), 0);
  Ticker ticker(control, "places", static_cast<int64_t>(problem.applicants.size()));
  for (size_t i = 0; i < by_place.size(); ++i) {
    for (int32_t a = by_place[i]; a >= 0;) {
      const Applicant& applicant = problem.applicants[static_cast<size_t>(a)];
      size_t& wish = next[static_cast<size_t>(a)];
      while (wish < applicant.wishes.size() && !applicant.wishes[wish].barred.empty()) ++wish;
      if (!applicant.barred.empty() || wish == applicant.wishes.size()) break;
      const size_t opening = static_cast<size_t>(applicant.wishes[wish].opening);
      a = choices[opening].Ask(a, standing.place, by_place);
      if (a >= 0) ++next[static_cast<size_t>(a)];
      if (!ticker.Step(16)) return std::nullopt;
    }
    ticker.Advance(static_cast<int64_t>(i) + 1);
  }
  std::vector<Placement> placements(problem.applicants.size());
  for (size_t o = 0; o < choices.size(); ++o) {
    choices[o].ForEach(
        [&](int32_t a, int32_t reserve) {
          const int32_t rank = static_cast<int32_t>(next[static_cast<size_t>(a)]) + 1;
          placements[static_cast<size_t>(a)] = {.opening = static_cast<int32_t>(o), .rank = rank, .seat = reserve};
        },
        by_place);
  }
  return placements;
}

bool HasSeatFor(const AllocationProblem& problem, const Applicant& applicant, const SeatPlan& plan) {
  if (plan.open > 0) return true;
  for (size_t r = 0; r < problem.reserves.size(); ++r) {
    const Reserve& reserve = problem.reserves[r];
    const bool may = reserve.fallback == Reserve::Fallback::kOpenToAll || IsIn(applicant, reserve.group);
    if (plan.reserved[r] > 0 && may) return true;
  }
  return false;
}

UnplacedReason ReasonFor(const AllocationProblem& problem, const Allocation& allocation, size_t a) {
  const Applicant& applicant = problem.applicants[a];
  if (allocation.placements[a].opening != kNoOpening) return UnplacedReason::kPlaced;
  if (!applicant.barred.empty()) return UnplacedReason::kBarred;
  if (applicant.wishes.empty()) return UnplacedReason::kNoWishes;
  bool all_barred = true, has_seats = false;
  for (const Wish& wish : applicant.wishes) {
    if (!wish.barred.empty()) continue;
    all_barred = false;
    has_seats = has_seats || HasSeatFor(problem, applicant, allocation.seats[static_cast<size_t>(wish.opening)]);
  }
  if (all_barred) return UnplacedReason::kAllWishesBarred;
  return has_seats ? UnplacedReason::kOthersCameFirst : UnplacedReason::kNoSeats;
}

// Those who would rather have it, in the order.
void ListReserves(const AllocationProblem& problem, const Standing& standing, Allocation& allocation) {
  std::vector<int32_t> by_place(problem.applicants.size());
  for (size_t a = 0; a < by_place.size(); ++a)
    by_place[static_cast<size_t>(standing.place[a])] = static_cast<int32_t>(a);
  allocation.reserve_lists.resize(problem.openings.size());
  for (const int32_t a : by_place) {
    const Applicant& applicant = problem.applicants[static_cast<size_t>(a)];
    if (!applicant.barred.empty()) continue;
    const Placement& placement = allocation.placements[static_cast<size_t>(a)];
    for (size_t w = 0; w < applicant.wishes.size(); ++w) {
      if (placement.opening != kNoOpening && static_cast<int32_t>(w) + 1 >= placement.rank) break;
      if (!applicant.wishes[w].barred.empty()) continue;
      allocation.reserve_lists[static_cast<size_t>(applicant.wishes[w].opening)].push_back(a);
    }
  }
}

bool IsBarredFromAll(const Applicant& applicant) {
  return !applicant.barred.empty() || std::none_of(applicant.wishes.begin(), applicant.wishes.end(),
                                                   [](const Wish& wish) { return wish.barred.empty(); });
}

AllocationCounts CountsOf(const AllocationProblem& problem, const Standing& standing, const Allocation& allocation) {
  AllocationCounts counts;
  counts.reserved.assign(problem.reserves.size(), 0);
  counts.reserved_filled.assign(problem.reserves.size(), 0);
  for (size_t o = 0; o < problem.openings.size(); ++o) {
    counts.seats += problem.openings[o].seats;
    for (size_t r = 0; r < problem.reserves.size(); ++r) counts.reserved[r] += allocation.seats[o].reserved[r];
  }
  for (size_t a = 0; a < problem.applicants.size(); ++a) {
    const Placement& placement = allocation.placements[a];
    const bool placed = placement.opening != kNoOpening;
    if (standing.guaranteed[a] != 0 && !IsBarredFromAll(problem.applicants[a])) ++counts.guaranteed;
    if (!placed) continue;
    ++counts.placed;
    counts.guaranteed_placed += standing.guaranteed[a] != 0 ? 1 : 0;
    counts.rank_sum += placement.rank;
    if (counts.by_rank.size() < static_cast<size_t>(placement.rank)) {
      counts.by_rank.resize(static_cast<size_t>(placement.rank), 0);
    }
    ++counts.by_rank[static_cast<size_t>(placement.rank) - 1];
    if (placement.seat != kOpenSeat) ++counts.reserved_filled[static_cast<size_t>(placement.seat)];
  }
  counts.seats_empty = counts.seats - counts.placed;
  return counts;
}

int64_t CountWishes(const AllocationProblem& problem) {
  int64_t wishes = 0;
  for (const Applicant& applicant : problem.applicants) wishes += static_cast<int64_t>(applicant.wishes.size());
  return wishes;
}

absl::Status CheckSize(const AllocationProblem& problem, AllocationMechanism mechanism,
                       const AllocationOptions& options) {
  if (static_cast<int64_t>(std::max(problem.applicants.size(), problem.openings.size())) > kMostPeople) {
    return TooLarge(absl::StrCat("there are more than ", kMostPeople, " applicants or openings"));
  }
  if (const int64_t bound = AllocationMemoryBound(problem, mechanism); bound > options.memory_limit_bytes) {
    return TooLarge(absl::StrCat("allocating ", problem.openings.size(), " openings to ", problem.applicants.size(),
                                 " applicants needs up to ", bound, " bytes; the limit is ",
                                 options.memory_limit_bytes));
  }
  if (mechanism == AllocationMechanism::kMaxPlaced && !LayersFit(problem)) {
    return TooLarge(absl::StrCat("MAX_PLACED cannot weigh ", problem.applicants.size(),
                                 " applicants with lists and priorities as long as these exactly"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view MechanismCode(AllocationMechanism mechanism) {
  return mechanism == AllocationMechanism::kDeferredAcceptance ? "DEFERRED_ACCEPTANCE" : "MAX_PLACED";
}

std::string_view UnplacedReasonCode(UnplacedReason reason) {
  constexpr std::array<std::string_view, 6> kCodes = {"PLACED",   "BARRED",           "NO_WISHES", "ALL_WISHES_BARRED",
                                                      "NO_SEATS", "OTHERS_CAME_FIRST"};
  return kCodes[static_cast<size_t>(reason)];
}

absl::Status Validate(const AllocationProblem& problem) { return AllocationValidator(problem).Run(); }

std::vector<SeatPlan> SpreadSeats(const AllocationProblem& problem) {
  std::vector<SeatPlan> plans;
  std::vector<LotteryNumber> numbers;
  int64_t all = 0;
  for (const Opening& opening : problem.openings) {
    plans.push_back({.reserved = std::vector<int32_t>(problem.reserves.size(), 0), .open = opening.seats});
    numbers.push_back(DrawLotteryNumber(problem.seed, absl::StrCat("opening:", opening.reference)));
    all += opening.seats;
  }
  const auto take = [&](size_t o, size_t r, int64_t wanted) {
    const int32_t taken = static_cast<int32_t>(std::min<int64_t>(wanted, plans[o].open));
    plans[o].reserved[r] += taken;
    plans[o].open -= taken;
    return taken;
  };
  for (size_t r = 0; r < problem.reserves.size(); ++r) {
    const Reserve& reserve = problem.reserves[r];
    const auto part = [&](int64_t seats) {
      return reserve.share ? seats * *reserve.share / kShareOne : *reserve.count;
    };
    if (reserve.scope == Reserve::Scope::kEachOpening) {
      for (size_t o = 0; o < plans.size(); ++o) take(o, r, part(problem.openings[o].seats));
      continue;
    }
    const int64_t total = part(all);
    int64_t missing = total;
    for (size_t o = 0; o < plans.size() && all > 0; ++o) missing -= take(o, r, total * problem.openings[o].seats / all);
    std::vector<size_t> order(plans.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t x, size_t y) {
      const int64_t left_x = total * problem.openings[x].seats % std::max<int64_t>(all, 1);
      const int64_t left_y = total * problem.openings[y].seats % std::max<int64_t>(all, 1);
      return left_x != left_y ? left_x > left_y : numbers[x] < numbers[y];
    });
    for (bool any = true; missing > 0 && any;) {
      any = false;
      for (size_t i = 0; i < order.size() && missing > 0; ++i) {
        if (take(order[i], r, 1) == 0) continue;
        --missing;
        any = true;
      }
    }
  }
  return plans;
}

int64_t AllocationMemoryBound(const AllocationProblem& problem, AllocationMechanism mechanism) {
  const int64_t rows = static_cast<int64_t>(problem.applicants.size() + problem.openings.size());
  const int64_t kinds = static_cast<int64_t>(problem.reserves.size()) + 1;
  const int64_t a_wish = mechanism == AllocationMechanism::kMaxPlaced ? 96 + 160 * kinds : 96;
  return a_wish * CountWishes(problem) + (256 + 128 * kinds) * rows;
}

absl::StatusOr<Allocation> Allocate(const AllocationProblem& problem, AllocationMechanism mechanism,
                                    const AllocationOptions& options) {
  BRYGGA_RETURN_IF_ERROR(Validate(problem));
  BRYGGA_RETURN_IF_ERROR(CheckSize(problem, mechanism, options));
  Ticker ticker(options.control, "lottery", static_cast<int64_t>(problem.applicants.size()));
  if (!ticker.Step(1 << 20)) return Cancelled();
  Allocation allocation;
  allocation.lottery = LotteryOrder(problem.seed, ApplicantReferences(problem));
  allocation.seats = SpreadSeats(problem);
  const Standing standing = StandingOf(problem, allocation.lottery);
  if (mechanism == AllocationMechanism::kDeferredAcceptance) {
    auto placements = DeferredAcceptance(problem, allocation.seats, standing, options.control);
    if (!placements) return Cancelled();
    allocation.placements = *std::move(placements);
  } else {
    auto most = PlaceMost(problem, allocation.seats, standing, options.control);
    if (!most) return Cancelled();
    allocation.placements = std::move(most->placements);
    allocation.certificate.prices = std::move(most->prices);
  }
  for (size_t a = 0; a < problem.applicants.size(); ++a) {
    allocation.reasons.push_back(ReasonFor(problem, allocation, a));
  }
  ListReserves(problem, standing, allocation);
  allocation.counts = CountsOf(problem, standing, allocation);
  return allocation;
}

}  // namespace brygga::engine
