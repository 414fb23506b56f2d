#include "services/matching/domain/allocate.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "engine/allocation.h"
#include "engine/allocation_certificate.h"
#include "engine/lottery.h"

namespace brygga::matching {
namespace {

// The part of an opening's name that outsiders need to tell it from the others.
std::string ReferenceOf(const AllocationOpening& opening) { return opening.name.substr(opening.name.rfind('/') + 1); }

// The engine's rows of codes: priorities, reserves' groups and guaranteed ones.
class GroupRows {
 public:
  explicit GroupRows(const Allocation& allocation) {
    for (const std::string& code : allocation.priorities) Row(code);
    for (const AllocationReserve& reserve : allocation.reserves) Row(reserve.group);
    for (const std::string& code : allocation.guaranteed_groups) Row(code);
  }

  int32_t Row(const std::string& code) {
    const auto [known, fresh] = rows_.try_emplace(code, static_cast<int32_t>(codes_.size()));
    if (fresh) codes_.push_back(code);
    return known->second;
  }
  // -1: no such group any more.
  int32_t Find(const std::string& code) const {
    const auto known = rows_.find(code);
    return known == rows_.end() ? -1 : known->second;
  }
  const std::vector<std::string>& codes() const { return codes_; }

 private:
  std::map<std::string, int32_t> rows_;
  std::vector<std::string> codes_;
};

engine::AllocationMechanism MechanismOf(AllocationObjective objective) {
  return objective == AllocationObjective::kMaxPlaced ? engine::AllocationMechanism::kMaxPlaced
                                                      : engine::AllocationMechanism::kDeferredAcceptance;
}

std::map<std::string, int32_t> RowsOf(const std::vector<AllocationOpening>& openings) {
  std::map<std::string, int32_t> rows;
  for (size_t i = 0; i < openings.size(); ++i) rows[openings[i].name] = static_cast<int32_t>(i);
  return rows;
}

engine::Applicant ToEngine(const Application& application, const std::map<std::string, int32_t>& openings,
                           const GroupRows& groups) {
  engine::Applicant applicant{.reference = application.reference,
                              .barred = application.gone ? std::string(NameOf(UnplacedReason::kPersonGone)) : ""};
  for (size_t i = 0; i < application.choices.size(); ++i) {
    const bool is_barred = !application.barred.empty();
    applicant.wishes.push_back({.opening = openings.at(application.choices[i]),
                                .barred = is_barred ? std::string(NameOf(application.barred[i])) : ""});
  }
  std::vector<std::string> codes = application.groups;
  if (!application.priority.empty()) codes.push_back(application.priority);
  for (const std::string& code : codes) {
    if (const int32_t row = groups.Find(code); row >= 0) applicant.groups.push_back(row);
  }
  std::sort(applicant.groups.begin(), applicant.groups.end());
  applicant.groups.erase(std::unique(applicant.groups.begin(), applicant.groups.end()), applicant.groups.end());
  return applicant;
}

engine::Reserve ToEngine(const AllocationReserve& reserve, int32_t group) {
  engine::Reserve made{
      .group = group,
      .scope = reserve.scope == AllocationReserveScope::kEachOpening ? engine::Reserve::Scope::kEachOpening
                                                                     : engine::Reserve::Scope::kAllSeats,
      .fallback = reserve.fallback == AllocationReserveFallback::kKeepEmpty ? engine::Reserve::Fallback::kKeepEmpty
                                                                            : engine::Reserve::Fallback::kOpenToAll};
  reserve.count > 0 ? made.count = reserve.count : made.share = reserve.share_permille * 1000;
  return made;
}

engine::AllocationProblem ToProblem(const AllocationInput& input) {
  const Allocation& allocation = input.allocation;
  GroupRows groups(allocation);
  engine::AllocationProblem problem{.seed = allocation.seed};
  for (const std::string& code : allocation.priorities) problem.priorities.push_back(groups.Row(code));
  for (const std::string& code : allocation.guaranteed_groups) problem.guaranteed.push_back(groups.Row(code));
  for (const AllocationReserve& reserve : allocation.reserves) {
    problem.reserves.push_back(ToEngine(reserve, groups.Row(reserve.group)));
  }
  problem.groups = groups.codes();
  for (const AllocationOpening& opening : input.openings) {
    problem.openings.push_back({.reference = ReferenceOf(opening), .seats = opening.seats});
  }
  const auto rows = RowsOf(input.openings);
  for (const Application& application : input.applications) {
    problem.applicants.push_back(ToEngine(application, rows, groups));
  }
  return problem;
}

// Why nothing of what a person chose may be theirs, in one word: what can still be
// mended first.
UnplacedReason ReasonOf(const std::vector<UnplacedReason>& barred) {
  for (const UnplacedReason reason : {UnplacedReason::kAgeNeedsEvidence, UnplacedReason::kRequirements,
                                      UnplacedReason::kAge, UnplacedReason::kNoSeats}) {
    if (std::find(barred.begin(), barred.end(), reason) != barred.end()) return reason;
  }
  return UnplacedReason::kNoSeats;
}

UnplacedReason ToDomain(engine::UnplacedReason reason, const Application& application) {
  switch (reason) {
    case engine::UnplacedReason::kPlaced:
      return UnplacedReason::kNone;
    case engine::UnplacedReason::kBarred:
      return UnplacedReason::kPersonGone;
    case engine::UnplacedReason::kNoWishes:
    case engine::UnplacedReason::kAllWishesBarred:
      return ReasonOf(application.barred);
    case engine::UnplacedReason::kNoSeats:
      return UnplacedReason::kNoSeats;
    case engine::UnplacedReason::kOthersCameFirst:
      return UnplacedReason::kOutranked;
  }
  return UnplacedReason::kOutranked;
}

bool IsBarred(const Application& application, size_t choice) {
  return !application.barred.empty() && application.barred[choice] != UnplacedReason::kNone;
}

// True where there is an opening that the person chose and may have.
bool IsEligible(const Application& application) {
  if (application.gone) return false;
  for (size_t i = 0; i < application.choices.size(); ++i) {
    if (!IsBarred(application, i)) return true;
  }
  return false;
}

// Who comes before whom, everywhere: guaranteed groups, priority, lot.
class Order {
 public:
  Order(const Allocation& allocation, const std::vector<Application>& applications)
      : allocation_(allocation), applications_(applications) {}

  bool operator()(size_t a, size_t b) const { return KeyOf(applications_[a]) < KeyOf(applications_[b]); }

 private:
  struct Key {
    bool not_guaranteed;
    size_t priority;
    int lot;
    auto operator<=>(const Key&) const = default;
  };
  Key KeyOf(const Application& application) const {
    // A priority may be the code of a group as well.
    const auto has = [&](const std::string& code) {
      return application.priority == code ||
             std::find(application.groups.begin(), application.groups.end(), code) != application.groups.end();
    };
    const auto& guaranteed = allocation_.guaranteed_groups;
    const auto priority = std::find_if(allocation_.priorities.begin(), allocation_.priorities.end(), has);
    return {.not_guaranteed = std::none_of(guaranteed.begin(), guaranteed.end(), has),
            .priority = static_cast<size_t>(priority - allocation_.priorities.begin()),
            .lot = application.lottery_number};
  }

  const Allocation& allocation_;
  const std::vector<Application>& applications_;
};

// Everybody without a place who may have one, numbered in the order.
int NumberReserves(const Allocation& allocation, std::vector<Application>& applications) {
  std::vector<size_t> waiting;
  for (size_t i = 0; i < applications.size(); ++i) {
    applications[i].reserve_position = 0;
    if (applications[i].placement.empty() && IsEligible(applications[i])) waiting.push_back(i);
  }
  std::sort(waiting.begin(), waiting.end(), Order(allocation, applications));
  for (size_t i = 0; i < waiting.size(); ++i) applications[waiting[i]].reserve_position = static_cast<int>(i) + 1;
  return static_cast<int>(waiting.size());
}

std::vector<GroupFigure> FiguresOf(const Allocation& allocation, const std::vector<Application>& applications,
                                   const engine::AllocationCounts& counts) {
  std::vector<GroupFigure> figures;
  const GroupRows rows(allocation);
  for (const std::string& code : rows.codes()) figures.push_back({.group = code});
  figures.push_back({});
  for (const Application& application : applications) {
    if (!IsEligible(application)) continue;
    bool in_any = false;
    const auto count = [&](GroupFigure& figure) {
      ++figure.eligible;
      if (!application.placement.empty()) ++figure.placed;
    };
    for (size_t i = 0; i + 1 < figures.size(); ++i) {
      const bool is_in =
          application.priority == figures[i].group ||
          std::find(application.groups.begin(), application.groups.end(), figures[i].group) != application.groups.end();
      if (is_in) count(figures[i]);
      in_any = in_any || is_in;
    }
    if (!in_any) count(figures.back());
  }
  for (size_t k = 0; k < allocation.reserves.size(); ++k) {
    figures[static_cast<size_t>(rows.Find(allocation.reserves[k].group))].reserved =
        static_cast<int>(counts.reserved[k]);
  }
  return figures;
}

void TakeOver(const engine::Allocation& answer, const AllocationInput& input, AllocationProposal& proposal) {
  for (size_t i = 0; i < answer.lottery.size(); ++i) {
    proposal.applications[static_cast<size_t>(answer.lottery[i])].lottery_number = static_cast<int>(i) + 1;
  }
  for (size_t i = 0; i < answer.placements.size(); ++i) {
    Application& application = proposal.applications[i];
    const engine::Placement& placement = answer.placements[i];
    const bool is_placed = placement.opening != engine::kNoOpening;
    application.placement = is_placed ? input.openings[static_cast<size_t>(placement.opening)].name : "";
    application.choice = is_placed ? placement.rank : 0;
    application.seat_group = is_placed && placement.seat != engine::kOpenSeat
                                 ? input.allocation.reserves[static_cast<size_t>(placement.seat)].group
                                 : "";
    application.reason = ToDomain(answer.reasons[i], application);
    application.match = MatchId();
    application.seat = PlacementSeat::kNone;
  }
}

AllocationStatistics StatisticsOf(const engine::Allocation& answer, const AllocationProposal& proposal) {
  AllocationStatistics statistics{
      .applicants = static_cast<int>(proposal.applications.size()),
      .seats = static_cast<int>(answer.counts.seats),
      .placed = static_cast<int>(answer.counts.placed),
      .first_choice = answer.counts.by_rank.empty() ? 0 : static_cast<int>(answer.counts.by_rank.front()),
      .rank_sum = answer.counts.rank_sum};
  statistics.eligible =
      static_cast<int>(std::count_if(proposal.applications.begin(), proposal.applications.end(), &IsEligible));
  statistics.openings = static_cast<int>(std::count_if(proposal.openings.begin(), proposal.openings.end(),
                                                       [](const auto& opening) { return opening.seats > 0; }));
  return statistics;
}

// The answer in the engine's terms, from what is stored of it.
engine::Allocation Rebuild(const AllocationInput& input, const engine::AllocationProblem& problem) {
  const auto& applications = input.applications;
  engine::Allocation answer;
  const auto openings = RowsOf(input.openings);
  answer.lottery.resize(applications.size());
  answer.reserve_lists.resize(input.openings.size());
  answer.seats = engine::SpreadSeats(problem);
  engine::AllocationCounts& counts = answer.counts;
  counts.reserved.assign(problem.reserves.size(), 0);
  counts.reserved_filled.assign(problem.reserves.size(), 0);
  for (const engine::SeatPlan& plan : answer.seats) {
    for (size_t k = 0; k < plan.reserved.size(); ++k) counts.reserved[k] += plan.reserved[k];
  }
  for (const engine::Opening& opening : problem.openings) counts.seats += opening.seats;
  for (size_t i = 0; i < applications.size(); ++i) {
    const Application& application = applications[i];
    if (application.lottery_number >= 1 && application.lottery_number <= static_cast<int>(applications.size())) {
      answer.lottery[static_cast<size_t>(application.lottery_number - 1)] = static_cast<int32_t>(i);
    }
    engine::Placement placement;
    if (!application.placement.empty()) {
      placement = {.opening = openings.at(application.placement), .rank = application.choice};
      for (size_t k = 0; k < input.allocation.reserves.size(); ++k) {
        if (!application.seat_group.empty() && input.allocation.reserves[k].group == application.seat_group) {
          placement.seat = static_cast<int32_t>(k);
        }
      }
    }
    answer.placements.push_back(placement);
    const bool all_barred = !application.gone && !IsEligible(application);
    answer.reasons.push_back(placement.opening != engine::kNoOpening ? engine::UnplacedReason::kPlaced
                             : application.gone                      ? engine::UnplacedReason::kBarred
                             : all_barred                            ? engine::UnplacedReason::kAllWishesBarred
                             : application.reason == UnplacedReason::kNoSeats
                                 ? engine::UnplacedReason::kNoSeats
                                 : engine::UnplacedReason::kOthersCameFirst);
  }
  std::vector<size_t> order(applications.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), Order(input.allocation, applications));
  for (const size_t i : order) {
    const Application& application = applications[i];
    const int better =
        application.placement.empty() ? static_cast<int>(application.choices.size()) : application.choice - 1;
    for (int c = 0; c < better && !application.gone; ++c) {
      if (IsBarred(application, static_cast<size_t>(c))) continue;
      answer.reserve_lists[static_cast<size_t>(openings.at(application.choices[static_cast<size_t>(c)]))].push_back(
          static_cast<int32_t>(i));
    }
  }
  return answer;
}

// Fills in the counts that follow from the placements.
void Count(const engine::AllocationProblem& problem, engine::Allocation& answer) {
  engine::AllocationCounts& counts = answer.counts;
  const auto in = [&](size_t applicant, int32_t group) {
    const auto& groups = problem.applicants[applicant].groups;
    return std::find(groups.begin(), groups.end(), group) != groups.end();
  };
  for (size_t i = 0; i < answer.placements.size(); ++i) {
    const engine::Placement& placement = answer.placements[i];
    const bool is_placed = placement.opening != engine::kNoOpening;
    const bool is_guaranteed =
        std::any_of(problem.guaranteed.begin(), problem.guaranteed.end(), [&](int32_t group) { return in(i, group); });
    const bool may_have_one = answer.reasons[i] != engine::UnplacedReason::kBarred &&
                              answer.reasons[i] != engine::UnplacedReason::kAllWishesBarred &&
                              answer.reasons[i] != engine::UnplacedReason::kNoWishes;
    if (is_guaranteed && may_have_one) ++counts.guaranteed;
    if (!is_placed) continue;
    ++counts.placed;
    if (is_guaranteed) ++counts.guaranteed_placed;
    counts.rank_sum += placement.rank;
    if (counts.by_rank.size() < static_cast<size_t>(placement.rank)) {
      counts.by_rank.resize(static_cast<size_t>(placement.rank));
    }
    ++counts.by_rank[static_cast<size_t>(placement.rank - 1)];
    if (placement.seat != engine::kOpenSeat && in(i, problem.reserves[static_cast<size_t>(placement.seat)].group)) {
      ++counts.reserved_filled[static_cast<size_t>(placement.seat)];
    }
  }
  counts.seats_empty = counts.seats - counts.placed;
}

absl::StatusOr<engine::Allocation> Reopen(const AllocationInput& input, const engine::AllocationProblem& problem,
                                          const std::string& certificate) {
  engine::Allocation answer = Rebuild(input, problem);
  Count(problem, answer);
  BRYGGA_ASSIGN_OR_RETURN(answer.certificate, engine::AllocationCertificateFromJson(certificate));
  return answer;
}

}  // namespace

absl::StatusOr<AllocationProposal> Propose(const AllocationInput& input, const engine::Control& control) {
  const engine::AllocationProblem problem = ToProblem(input);
  engine::AllocationOptions options;
  options.control = control;
  BRYGGA_ASSIGN_OR_RETURN(const engine::Allocation answer,
                          engine::Allocate(problem, MechanismOf(input.allocation.objective), options));
  AllocationProposal proposal{.openings = input.openings, .applications = input.applications};
  TakeOver(answer, input, proposal);
  proposal.statistics = StatisticsOf(answer, proposal);
  proposal.statistics.reserves = NumberReserves(input.allocation, proposal.applications);
  proposal.groups = FiguresOf(input.allocation, proposal.applications, answer.counts);
  proposal.certificate = engine::AllocationCertificateToJson(answer.certificate);
  return proposal;
}

absl::Status CheckProposal(const AllocationInput& input, const std::string& certificate) {
  const engine::AllocationProblem problem = ToProblem(input);
  BRYGGA_ASSIGN_OR_RETURN(const engine::Allocation answer, Reopen(input, problem, certificate));
  return engine::CheckAllocation(problem, MechanismOf(input.allocation.objective), answer);
}

std::string PublishedDocument(const AllocationInput& input, const std::string& certificate) {
  const engine::AllocationProblem problem = ToProblem(input);
  const auto answer = Reopen(input, problem, certificate);
  if (!answer.ok()) return "";
  return engine::PublishedAllocation(problem, MechanismOf(input.allocation.objective), *answer);
}

}  // namespace brygga::matching
