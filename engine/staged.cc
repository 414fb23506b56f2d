#include "engine/staged.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/fairest.h"
#include "engine/flow.h"
#include "engine/flow_hint.h"
#include "engine/network.h"
#include "engine/plain.h"
#include "engine/plain_start.h"

namespace brygga::engine {
namespace {

constexpr int64_t kBytesOfAPair = 48, kMoreOfAFairPair = 24, kBytesOfAPerson = 1024;
constexpr int64_t kStepsOfATicket = 200;

absl::Status Cancelled() { return absl::CancelledError("the round was cancelled"); }

// One solve: the stages in their declared order.
class Stages {
 public:
  Stages(const Problem& problem, Objective objective, const SolveOptions& options)
      : problem_(problem),
        objective_(objective),
        options_(options),
        control_(options.control),
        network_(NetworkOf(problem)) {
    if (!problem.repair) return;
    previous_.assign(problem.rounds_waited.size(), -1);
    for (const auto& [adept, mentor] : problem.repair->previous) previous_[At(adept)] = mentor;
  }

  absl::StatusOr<Solution> Run() {
    Ticker order_ticker(control_, "order", network_.nodes);
    if (!DrawTickets(problem_.adept_key, adept_ticket_, order_ticker)) return Cancelled();
    if (!DrawTickets(problem_.mentor_key, mentor_ticket_, order_ticker)) return Cancelled();
    if (problem_.groups.empty()) return RunPlain();
    Ticker ticker(control_, "groups", network_.nodes);
    BRYGGA_ASSIGN_OR_RETURN(StagedFlow flow, NearTheEnd(ticker));
    if (!flow.MakeFeasible(ticker)) return ticker.stopped() ? Cancelled() : Unreachable();
    AddProof(flow, StageKind::kBounds);
    BRYGGA_RETURN_IF_ERROR(GroupStages(flow));
    BRYGGA_RETURN_IF_ERROR(ObjectiveStages(flow));
    if (objective_ != Objective::kFairest) return Finish(flow);
    BRYGGA_ASSIGN_OR_RETURN(FlowStart fairest, Levels(flow.Left()));
    return FinishFrom(std::move(fairest));
  }

 private:
  static size_t At(int64_t i) { return static_cast<size_t>(i); }

  // From the best answer without groups it is not far to the best one with them,
  // in the one cost that stands for all stages; so few of these have much to do.
  absl::StatusOr<StagedFlow> NearTheEnd(Ticker& ticker) {
    const bool is_score = objective_ == Objective::kScore;
    BRYGGA_ASSIGN_OR_RETURN(const FlowHint hint,
                            HintWithoutGroups(network_, problem_.edges.score, !is_score,
                                              {.threads = options_.threads,
                                               .memory_limit_bytes = std::numeric_limits<int64_t>::max(),
                                               .control = control_}));
    StagedFlow flow(network_, hint, ticker);
    const auto pair_cost = [&](const StagedFlow::Layers& layers, int32_t adept, int64_t pair) {
      return std::max(TotalCost(adept, pair), -layers.pair) - (is_score ? 0 : layers.pair);
    };
    const auto link_cost = [](const StagedFlow::Layers& layers, const Link& link) {
      if (link.kind == LinkKind::kPlain) return int64_t{0};
      return link.kind == LinkKind::kGuaranteed ? -layers.guaranteed : -layers.reserved;
    };
    if (ticker.stopped() || !flow.Approach(pair_cost, link_cost, ticker)) return Cancelled();
    return flow;
  }

  // Without groups the fast solver does the first stages.
  absl::StatusOr<Solution> RunPlain() {
    Problem plain = problem_;
    plain.repair.reset();
    const bool is_score = objective_ == Objective::kScore;
    BRYGGA_ASSIGN_OR_RETURN(const Solution solution,
                            SolvePlain(plain, is_score ? Objective::kScore : Objective::kCoverageThenScore, options_));
    std::vector<int32_t> mentor(At(network_.agents), -1);
    for (const MatchedPair& pair : solution.assignment.pairs) {
      if (!pair.locked) mentor[At(pair.adept)] = pair.mentor;
    }
    const Certificate& proof = solution.certificate;
    const PlainAnswer answer{
        .host = mentor, .has_cover = !is_score, .agent_cover = proof.adept_cover, .host_cover = proof.mentor_cover};
    const PlainPrices prices{.score = problem_.edges.score,
                             .agent_price = proof.adept_price,
                             .host_price = proof.mentor_price,
                             .unmatched_price = proof.unmatched_price};
    const bool is_fairest = objective_ == Objective::kFairest;
    Ticker start_ticker(control_, "ties", network_.nodes);
    FlowStart start = StartFrom(network_, answer, is_fairest ? nullptr : &prices, stages_, start_ticker);
    if (start_ticker.stopped()) return Cancelled();
    if (!is_fairest) return FinishFrom(std::move(start));
    BRYGGA_ASSIGN_OR_RETURN(start, Levels(std::move(start)));
    return FinishFrom(std::move(start));
  }

  absl::StatusOr<Solution> FinishFrom(FlowStart start) {
    Ticker ticker(control_, "ties", network_.nodes);
    StagedFlow flow(network_, std::move(start), ticker);
    if (!flow.MakeFeasible(ticker)) return Cancelled();
    AddProof(flow, StageKind::kBounds);
    return Finish(flow);
  }

  static constexpr auto kNoLinkCost = [](const Link&) { return int64_t{0}; };
  static constexpr auto kNoPairCost = [](int32_t, int64_t) { return int64_t{0}; };

  bool DrawTickets(const std::vector<std::string>& keys, std::vector<uint64_t>& tickets, Ticker& ticker) const {
    for (const std::string& key : keys) {
      tickets.push_back(Ticket(problem_.seed, key));
      if (!ticker.Step(kStepsOfATicket)) return false;
    }
    return true;
  }

  bool HasLinks(LinkKind kind) const {
    return std::any_of(network_.links.begin(), network_.links.end(),
                       [&](const Link& link) { return link.kind == kind; });
  }
  bool IsPrevious(int32_t adept, int64_t pair) const {
    return !previous_.empty() && previous_[At(adept)] == problem_.edges.mentor[At(pair)];
  }

  // Of the stage of totals: the score and, of a pair that was there before, what a change would cost.
  int64_t TotalCost(int32_t adept, int64_t pair) const {
    const int64_t price = problem_.repair ? problem_.repair->price.value_or(0) : 0;
    return -int64_t{problem_.edges.score[At(pair)]} - (price > 0 && IsPrevious(adept, pair) ? price : 0);
  }

  int64_t LotOf(int32_t adept, int64_t pair) const {
    return Lot(adept_ticket_[At(adept)], mentor_ticket_[At(problem_.edges.mentor[At(pair)])]);
  }

  // What a stage is guided by where its own costs are alike. (Those before the
  // total begin where they end, and need no guide.)
  auto GuideByLot() const {
    return [this](int32_t adept, int64_t pair) { return LotOf(adept, pair) >> 16; };
  }

  absl::Status Minimise(StagedFlow& flow, std::string_view phase, const auto& pair_cost, const auto& link_cost,
                        const auto& guide) {
    Ticker ticker(control_, phase, network_.nodes);
    return flow.Minimise(pair_cost, link_cost, guide, ticker) ? absl::OkStatus() : Cancelled();
  }

  void AddProof(const StagedFlow& flow, StageKind kind) {
    Stage stage{.kind = kind, .node = {}, .price = {}};
    for (int32_t v = 0; v < network_.nodes; ++v) {
      if (flow.price()[At(v)] == 0) continue;
      stage.node.push_back(v);
      stage.price.push_back(flow.price()[At(v)]);
    }
    if (kind == StageKind::kBounds && stage.node.empty()) return;
    stages_.push_back(std::move(stage));
  }

  absl::Status Prove(StagedFlow& flow, StageKind kind, std::string_view phase, const auto& pair_cost,
                     const auto& link_cost, const auto& guide) {
    BRYGGA_RETURN_IF_ERROR(Minimise(flow, phase, pair_cost, link_cost, guide));
    AddProof(flow, kind);
    return absl::OkStatus();
  }

  absl::Status GroupStages(StagedFlow& flow) {
    for (const auto& [link_kind, kind] : {std::pair(LinkKind::kGuaranteed, StageKind::kGuaranteed),
                                          std::pair(LinkKind::kReserved, StageKind::kReserved)}) {
      if (!HasLinks(link_kind)) continue;
      const auto cost = [wanted = link_kind](const Link& link) { return int64_t{link.kind == wanted ? -1 : 0}; };
      BRYGGA_RETURN_IF_ERROR(Prove(flow, kind, "groups", kNoPairCost, cost, kNoPairCost));
    }
    return absl::OkStatus();
  }

  absl::Status ObjectiveStages(StagedFlow& flow) {
    if (objective_ != Objective::kScore) {
      const auto cost = [](int32_t, int64_t) { return int64_t{-1}; };
      BRYGGA_RETURN_IF_ERROR(Prove(flow, StageKind::kCoverage, "coverage", cost, kNoLinkCost, kNoPairCost));
    }
    if (objective_ == Objective::kFairest) return absl::OkStatus();
    const auto cost = [&](int32_t adept, int64_t pair) { return TotalCost(adept, pair); };
    return Prove(flow, StageKind::kScore, "total", cost, kNoLinkCost, GuideByLot());
  }

  absl::StatusOr<FlowStart> Levels(FlowStart start) {
    Ticker ticker(control_, "fairest", network_.agents);
    std::vector<int32_t> score_of;
    score_of.reserve(start.free.size());
    for (const int64_t e : start.free) score_of.push_back(problem_.edges.score[At(e)]);
    const LevelRanks<int32_t> ranks(score_of, ticker);
    if (ticker.stopped()) return Cancelled();
    FairestLevels levels(network_, std::move(start));
    if (!levels.Run(ranks.rank, static_cast<int32_t>(ranks.value.size()), ticker)) return Cancelled();
    for (Stage stage : levels.stages()) {
      stage.level = ranks.value[At(stage.level)];
      stages_.push_back(std::move(stage));
    }
    FlowStart end = levels.End(ticker);
    if (ticker.stopped()) return Cancelled();
    return end;
  }

  absl::StatusOr<Solution> Finish(StagedFlow& flow) {
    if (problem_.repair && !problem_.repair->price && !problem_.repair->previous.empty()) {
      const auto cost = [&](int32_t adept, int64_t pair) { return int64_t{IsPrevious(adept, pair) ? -1 : 0}; };
      BRYGGA_RETURN_IF_ERROR(Prove(flow, StageKind::kChanges, "changes", cost, kNoLinkCost, GuideByLot()));
    }
    const auto waited = [&](int32_t adept, int64_t) { return -int64_t{problem_.rounds_waited[At(adept)]}; };
    BRYGGA_RETURN_IF_ERROR(Minimise(flow, "ties", waited, kNoLinkCost, GuideByLot()));
    const auto lots = [&](int32_t adept, int64_t pair) { return -LotOf(adept, pair); };
    BRYGGA_RETURN_IF_ERROR(Minimise(flow, "ties", lots, kNoLinkCost, kNoPairCost));
    return Answer(flow.Chosen());
  }

  Solution Answer(const std::vector<int64_t>& chosen) {
    Solution solution;
    std::vector<MatchedPair>& pairs = solution.assignment.pairs;
    const Edges& edges = problem_.edges;
    int32_t adept = 0;
    for (const int64_t e : chosen) {
      while (edges.offset[At(adept) + 1] <= e) ++adept;
      pairs.push_back({.adept = adept, .mentor = edges.mentor[At(e)], .score = edges.score[At(e)]});
    }
    for (const Lock& lock : problem_.locks) {
      const int64_t e = edges.Find(lock.adept, lock.mentor);
      pairs.push_back(
          {.adept = lock.adept, .mentor = lock.mentor, .score = e < 0 ? 0 : edges.score[At(e)], .locked = true});
    }
    std::sort(pairs.begin(), pairs.end(), [](const MatchedPair& a, const MatchedPair& b) { return a.adept < b.adept; });
    for (const MatchedPair& pair : pairs) solution.assignment.total_score += pair.score;
    solution.certificate.stages = std::move(stages_);
    solution.statistics = StatisticsOf(problem_, solution.assignment);
    return solution;
  }

  // Says how much of the minimum loads can be reached together, who stays short
  // in such an answer, and whom their members could have.
  absl::Status Unreachable() const {
    Network network = network_;
    network.links.clear();
    for (Link link : network_.links) {
      link.kind = LinkKind::kPlain;
      Link needed = link;
      needed.kind = LinkKind::kReserved;
      needed.upper = link.lower;
      needed.lower = 0;
      link.upper -= link.lower;
      link.lower = 0;
      if (needed.upper > 0) network.links.push_back(needed);
      network.links.push_back(link);
    }
    Ticker ticker(control_, "groups", network.nodes);
    StagedFlow flow(network, ticker);
    const auto cost = [](const Link& link) { return int64_t{link.kind == LinkKind::kReserved ? -1 : 0}; };
    if (!flow.MakeFeasible(ticker) || !flow.Minimise(kNoPairCost, cost, kNoPairCost, ticker)) return Cancelled();

    std::vector<int64_t> short_of(problem_.groups.size(), 0);
    int64_t missing = 0, wanted = 0;
    for (const Group& group : problem_.groups) wanted += group.at_least;
    for (size_t l = 0; l < network.links.size(); ++l) {
      const Link& link = network.links[l];
      if (link.kind != LinkKind::kReserved) continue;
      const int64_t lacks = link.upper - flow.LinkFlow(l);
      short_of[At(link.hung - network.agents - network.hosts)] += lacks;
      missing += lacks;
    }
    std::vector<std::string> lines;
    ErrorDetails details{.reason = "MINIMUM_LOAD"};
    for (size_t g = 0; g < problem_.groups.size(); ++g) {
      if (short_of[g] == 0) continue;
      lines.push_back(Shortage(g, short_of[g]));
      details.preconditions.push_back({"MINIMUM_LOAD", problem_.groups[g].name, lines.back()});
    }
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("no answer reaches all minimum loads: of ", wanted, " pairs that they ask for ",
                                  wanted - missing, " are the most; ", absl::StrJoin(lines, "; ")),
                     details);
  }

  std::string Shortage(size_t g, int64_t lacks) const {
    const Group& group = problem_.groups[g];
    const std::set<int32_t> have = CanHave(group);
    std::vector<std::string> rivals;
    for (const Group& other : problem_.groups) {
      if (&other == &group || other.side != group.side || other.at_least == 0) continue;
      const std::set<int32_t> theirs = CanHave(other);
      const bool meet = std::any_of(theirs.begin(), theirs.end(), [&](int32_t row) { return have.contains(row); });
      if (meet) rivals.push_back(absl::StrCat("'", other.name, "'"));
    }
    return absl::StrCat("'", group.name, "' has to have ", group.at_least, " and lacks ", lacks, "; its ",
                        group.members.size(), " members may have ", have.size(),
                        group.side == GroupSide::kAdepts ? " mentors" : " adepts",
                        rivals.empty() ? "" : absl::StrCat(", whom ", absl::StrJoin(rivals, ", "), " need as well"));
  }

  // The people of the other side whom some member may have.
  std::set<int32_t> CanHave(const Group& group) const {
    std::set<int32_t> people;
    const Edges& edges = problem_.edges;
    const auto is_member = [&](int32_t row) {
      return std::binary_search(group.members.begin(), group.members.end(), row);
    };
    for (int32_t a = 0; a < network_.agents; ++a) {
      if (!network_.agent_open[At(a)] || (group.side == GroupSide::kAdepts && !is_member(a))) continue;
      for (int64_t e = edges.offset[At(a)]; e < edges.offset[At(a) + 1]; ++e) {
        const int32_t mentor = edges.mentor[At(e)];
        if (!network_.host_open[At(mentor)]) continue;
        if (group.side == GroupSide::kAdepts) {
          people.insert(mentor);
        } else if (is_member(mentor)) {
          people.insert(a);
        }
      }
    }
    return people;
  }

  const Problem& problem_;
  const Objective objective_;
  const SolveOptions& options_;
  const Control& control_;
  const Network network_;
  std::vector<int32_t> previous_;  // Mentor per adept, -1: none. Empty without a repair.
  std::vector<uint64_t> adept_ticket_, mentor_ticket_;
  std::vector<Stage> stages_;
};

}  // namespace

int64_t StagedMemoryBound(const Problem& problem, Objective objective) {
  const int64_t of_a_pair = kBytesOfAPair + (objective == Objective::kFairest ? kMoreOfAFairPair : 0);
  int64_t members = 0;
  for (const Group& group : problem.groups) members += static_cast<int64_t>(group.members.size()) + 1;
  return of_a_pair * problem.edges.size() +
         kBytesOfAPerson * (int64_t{problem.adept_count()} + problem.mentor_count() + members);
}

absl::StatusOr<Solution> SolveStaged(const Problem& problem, Objective objective, const SolveOptions& options) {
  return Stages(problem, objective, options).Run();
}

}  // namespace brygga::engine
