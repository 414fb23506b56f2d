#include "engine/networking.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/flow.h"
#include "engine/network.h"

namespace brygga::engine {
namespace {

constexpr size_t kMostViolations = 100;
constexpr int32_t kMostPeople = 1'000'000;

size_t At(int64_t i) { return static_cast<size_t>(i); }

bool InOrder(const Conversation& a, const Conversation& b) {
  return std::tie(a.round, a.newcomer, a.established) < std::tie(b.round, b.newcomer, b.established);
}

// Collects what is wrong with a problem.
class Validator {
 public:
  explicit Validator(const NetworkingProblem& problem) : problem_(problem) {}

  absl::Status Run() {
    CheckNumbers();
    if (violations_.empty()) CheckColumns();
    if (violations_.empty()) CheckPairs();
    if (violations_.empty()) CheckHeld();
    return violations_.empty() ? absl::OkStatus() : InvalidFields(std::move(violations_));
  }

 private:
  void Wrong(std::string field, std::string description) {
    if (violations_.size() < kMostViolations) violations_.push_back({std::move(field), std::move(description)});
  }

  void CheckNumber(const char* field, int64_t value, int64_t least, int64_t most) {
    if (value < least || value > most) Wrong(field, absl::StrCat("is ", value, ", not from ", least, " to ", most));
  }

  void CheckNumbers() {
    CheckNumber("rounds", problem_.rounds, 1, kMostNetworkingRounds);
    CheckNumber("finished_rounds", problem_.finished_rounds, 0, std::max(0, problem_.rounds));
    CheckNumber("established", problem_.established, 0, kMostPeople);
    CheckNumber("tables", problem_.tables, 0, kMostPeople);
    const Edges& pairs = problem_.pairs;
    if (pairs.offset.empty() || pairs.offset.front() != 0 || pairs.offset.back() != pairs.size() ||
        pairs.score.size() != pairs.mentor.size() || !std::is_sorted(pairs.offset.begin(), pairs.offset.end())) {
      Wrong("pairs", "has columns that do not fit each other");
      return;
    }
    CheckNumber("newcomers", problem_.newcomers(), 0, kMostPeople);
  }

  template <typename T>
  void CheckColumn(const char* name, const std::vector<T>& column, int32_t people, int64_t most) {
    if (column.empty()) return;
    if (column.size() != At(people)) Wrong(name, absl::StrCat("has ", column.size(), " rows for ", people, " people"));
    for (size_t i = 0; i < column.size(); ++i) {
      const int64_t value = column[i];
      if (value < 0 || value > most) Wrong(absl::StrCat(name, "[", i, "]"), absl::StrCat("is not from 0 to ", most));
    }
  }

  void CheckColumns() {
    CheckColumn("newcomer_most", problem_.newcomer_most, problem_.newcomers(), kMostNetworkingRounds);
    CheckColumn("established_most", problem_.established_most, problem_.established, kMostNetworkingRounds);
    CheckColumn("newcomer_absent", problem_.newcomer_absent, problem_.newcomers(), 1);
    CheckColumn("established_absent", problem_.established_absent, problem_.established, 1);
  }

  void CheckPairs() {
    const Edges& pairs = problem_.pairs;
    for (int32_t n = 0; n < problem_.newcomers(); ++n) {
      for (int64_t p = pairs.offset[At(n)]; p < pairs.offset[At(n) + 1]; ++p) {
        const int32_t other = pairs.mentor[At(p)], score = pairs.score[At(p)];
        const bool ascends = p == pairs.offset[At(n)] || other > pairs.mentor[At(p) - 1];
        if (other < 0 || other >= problem_.established) Wrong(absl::StrCat("pairs.mentor[", p, "]"), "is no row");
        if (!ascends) Wrong(absl::StrCat("pairs.mentor[", p, "]"), "does not ascend within its newcomer");
        if (score < 0 || score > kScoreOne) Wrong(absl::StrCat("pairs.score[", p, "]"), "is not from 0 to 1000000");
      }
    }
  }

  void CheckHeld() {
    std::set<std::pair<int32_t, int32_t>> met, newcomer_round, established_round;
    for (size_t h = 0; h < problem_.held.size(); ++h) {
      const Conversation& held = problem_.held[h];
      const std::string field = absl::StrCat("held[", h, "]");
      if (held.round < 0 || held.round >= problem_.finished_rounds) {
        Wrong(field, "is not in a finished round");
      } else if (held.newcomer < 0 || held.newcomer >= problem_.newcomers() || held.established < 0 ||
                 held.established >= problem_.established) {
        Wrong(field, "is of people who do not exist");
      } else if (!met.emplace(held.newcomer, held.established).second) {
        Wrong(field, "is of two people who met before");
      } else if (!newcomer_round.emplace(held.newcomer, held.round).second ||
                 !established_round.emplace(held.established, held.round).second) {
        Wrong(field, "has a person who was in another conversation in that round");
      }
    }
  }

  const NetworkingProblem& problem_;
  std::vector<FieldViolation> violations_;
};

// What is left to plan: who has room for how many conversations, and which pairs
// may still meet. Rows and positions are the problem's.
struct OpenProblem {
  Bipartite<int32_t> graph;  // Newcomers as agents.
  std::vector<int32_t> newcomer_room, established_room;
  int64_t most = 0;  // All conversations that the tables allow.
  int32_t rounds = 0;
};

OpenProblem OpenOf(const NetworkingProblem& problem) {
  OpenProblem open{.rounds = problem.rounds - problem.finished_rounds};
  open.most = problem.tables == 0 ? int64_t{open.rounds} * std::max(problem.newcomers(), problem.established)
                                  : int64_t{open.rounds} * problem.tables;
  const auto room = [&](int32_t people, const std::vector<int32_t>& most, const std::vector<uint8_t>& absent,
                        int32_t Conversation::*person) {
    std::vector<int32_t> left = most.empty() ? std::vector<int32_t>(At(people), problem.rounds) : most;
    for (const Conversation& held : problem.held) --left[At(held.*person)];
    for (size_t i = 0; i < left.size(); ++i) {
      left[i] = !absent.empty() && absent[i] != 0 ? 0 : std::clamp(left[i], 0, open.rounds);
    }
    return left;
  };
  open.newcomer_room =
      room(problem.newcomers(), problem.newcomer_most, problem.newcomer_absent, &Conversation::newcomer);
  open.established_room =
      room(problem.established, problem.established_most, problem.established_absent, &Conversation::established);
  std::vector<std::pair<int32_t, int32_t>> met;
  for (const Conversation& held : problem.held) met.emplace_back(held.newcomer, held.established);
  std::sort(met.begin(), met.end());
  const Edges& pairs = problem.pairs;
  for (int32_t n = 0; n < problem.newcomers(); ++n) {
    for (int64_t p = pairs.offset[At(n)]; open.newcomer_room[At(n)] > 0 && p < pairs.offset[At(n) + 1]; ++p) {
      const int32_t other = pairs.mentor[At(p)];
      if (open.established_room[At(other)] == 0) continue;
      if (std::binary_search(met.begin(), met.end(), std::pair(n, other))) continue;
      open.graph.host.push_back(other);
      open.graph.weight.push_back(pairs.score[At(p)]);
    }
    open.graph.offset.push_back(static_cast<int64_t>(open.graph.host.size()));
  }
  open.graph.seats = open.established_room;
  return open;
}

// Which pairs meet, and the proof.
struct Choice {
  std::vector<int64_t> chosen;  // Positions in the open graph, ascending.
  int64_t total = 0;
  NetworkingCertificate certificate;
};

// hub → tables → newcomers → established → hub, in two stages.
class Chooser {
 public:
  Chooser(const OpenProblem& open, Ticker& ticker)
      : open_(open),
        ticker_(ticker),
        network_(NetworkOf(open.graph.offset, open.graph.host, open.newcomer_room, open.graph.seats)) {
    tables_ = network_.nodes++;
    for (Link& link : network_.links) {
      if (link.tail == network_.hub) link.tail = tables_;
    }
    network_.links.push_back({.tail = network_.hub, .head = tables_, .lower = 0, .upper = open.most, .hung = tables_});
  }

  // False: `ticker` stopped it.
  bool Run(Choice& choice) {
    StagedFlow flow(network_, ticker_);
    const auto nothing = [](const Link&) { return int64_t{0}; };
    if (!flow.MakeFeasible(ticker_)) return false;
    const auto guide = [&](int32_t, int64_t p) { return int64_t{open_.graph.weight[At(p)]}; };
    if (!flow.Minimise([](int32_t, int64_t) { return int64_t{-1}; }, nothing, guide, ticker_)) return false;
    const std::vector<int64_t> count_price = flow.price();
    const auto score = [&](int32_t, int64_t p) { return -int64_t{open_.graph.weight[At(p)]}; };
    if (!flow.Minimise(
            score, nothing, [](int32_t, int64_t) { return int64_t{0}; }, ticker_))
      return false;
    choice.chosen = flow.Chosen();
    for (const int64_t p : choice.chosen) choice.total += open_.graph.weight[At(p)];
    Prove(count_price, flow.price(), choice);
    return true;
  }

 private:
  // The prices of both stages as those of one: the first one's times a number
  // that is large enough, and no larger.
  void Prove(const std::vector<int64_t>& count_price, const std::vector<int64_t>& score_price, Choice& choice) {
    int64_t factor = 0;
    const auto settle = [&](int32_t tail, int32_t head, int64_t count_cost, int64_t score_cost) {
      const int64_t first = count_cost - count_price[At(tail)] + count_price[At(head)];
      const int64_t second = score_cost - score_price[At(tail)] + score_price[At(head)];
      if (first > 0 && second < 0) factor = std::max(factor, (-second + first - 1) / first);
      if (first < 0 && second > 0) factor = std::max(factor, (second - first - 1) / -first);
    };
    for (int32_t n = 0; n < network_.agents; ++n) {
      for (int64_t p = open_.graph.offset[At(n)]; p < open_.graph.offset[At(n) + 1]; ++p) {
        settle(n, network_.agents + open_.graph.host[At(p)], -1, -int64_t{open_.graph.weight[At(p)]});
      }
    }
    for (const Link& link : network_.links) settle(link.tail, link.head, 0, 0);
    const auto price = [&](int32_t node) { return factor * count_price[At(node)] + score_price[At(node)]; };
    NetworkingCertificate& certificate = choice.certificate;
    certificate.conversation_price = -price(tables_) - factor;
    for (int32_t n = 0; n < network_.agents; ++n) {
      const bool open = open_.newcomer_room[At(n)] > 0;
      certificate.newcomer_price.push_back(open ? std::max<int64_t>(0, price(tables_) - price(n)) : 0);
    }
    for (int32_t e = 0; e < network_.hosts; ++e) {
      const bool open = open_.established_room[At(e)] > 0;
      certificate.established_price.push_back(open ? std::max<int64_t>(0, price(network_.agents + e)) : 0);
    }
    Cover(choice);
  }

  // Who can be reached from somebody with room by pairs that do not meet, and
  // back by pairs that do: the minimum cut lies around them.
  void Cover(Choice& choice) const {
    const Bipartite<int32_t>& graph = open_.graph;
    std::vector<uint8_t> meets(graph.host.size(), 0);
    std::vector<int32_t> used(graph.agent_count(), 0);
    std::vector<std::vector<int32_t>> partners(graph.host_count());
    for (const int64_t p : choice.chosen) meets[At(p)] = 1;
    for (size_t n = 0; n < graph.agent_count(); ++n) {
      for (int64_t p = graph.offset[n]; p < graph.offset[n + 1]; ++p) {
        if (meets[At(p)] == 0) continue;
        ++used[n];
        partners[At(graph.host[At(p)])].push_back(static_cast<int32_t>(n));
      }
    }
    std::vector<uint8_t> newcomer_seen(graph.agent_count(), 0), established_seen(graph.host_count(), 0);
    std::vector<int32_t> queue;
    for (size_t n = 0; n < used.size(); ++n) {
      if (used[n] == open_.newcomer_room[n]) continue;
      newcomer_seen[n] = 1;
      queue.push_back(static_cast<int32_t>(n));
    }
    for (size_t next = 0; next < queue.size(); ++next) {
      const size_t n = At(queue[next]);
      for (int64_t p = graph.offset[n]; p < graph.offset[n + 1]; ++p) {
        const size_t e = At(graph.host[At(p)]);
        if (meets[At(p)] != 0 || established_seen[e] != 0) continue;
        established_seen[e] = 1;
        for (const int32_t partner : partners[e]) {
          if (newcomer_seen[At(partner)] != 0) continue;
          newcomer_seen[At(partner)] = 1;
          queue.push_back(partner);
        }
      }
    }
    for (const uint8_t seen : newcomer_seen) choice.certificate.newcomer_cover.push_back(seen == 0 ? 1 : 0);
    choice.certificate.established_cover = std::move(established_seen);
  }

  const OpenProblem& open_;
  Ticker& ticker_;
  Network network_;
  int32_t tables_ = 0;
};

// Gives each of a set of pairs a round so that nobody is in two at once. Nobody
// may be in more pairs than there are rounds.
class Rounds {
 public:
  Rounds(size_t newcomers, size_t established, int32_t rounds)
      : rounds_(At(rounds)),
        newcomers_(newcomers),
        slot_((newcomers + established) * rounds_, kFree),
        size_(rounds_, 0) {}

  void Add(int32_t newcomer, int32_t established) {
    const size_t pair = ends_.size();
    ends_.emplace_back(At(newcomer), newcomers_ + At(established));
    round_.push_back(0);
    const size_t at_newcomer = FreeRound(ends_[pair].first), at_established = FreeRound(ends_[pair].second);
    // Frees the newcomer's round at the established one's side: the chain of the
    // two rounds that begins there cannot end at the newcomer (König).
    if (Slot(ends_[pair].second, at_newcomer) != kFree)
      Flip(Chain(ends_[pair].second, at_newcomer, at_established), at_newcomer, at_established);
    Put(pair, at_newcomer);
  }

  // Until no round has two conversations more than another.
  void EvenOut() {
    for (;;) {
      const size_t most = At(std::max_element(size_.begin(), size_.end()) - size_.begin());
      const size_t least = At(std::min_element(size_.begin(), size_.end()) - size_.begin());
      if (size_[most] <= size_[least] + 1) return;
      MoveOne(most, least);
    }
  }

  int32_t RoundOf(size_t pair) const { return static_cast<int32_t>(round_[pair]); }

 private:
  static constexpr int32_t kFree = -1;

  int32_t& Slot(size_t person, size_t round) { return slot_[person * rounds_ + round]; }

  size_t FreeRound(size_t person) {
    size_t round = 0;
    while (Slot(person, round) != kFree) ++round;
    return round;
  }

  void Put(size_t pair, size_t round) {
    Slot(ends_[pair].first, round) = Slot(ends_[pair].second, round) = static_cast<int32_t>(pair);
    round_[pair] = round;
    ++size_[round];
  }

  // The pairs on the way from `person` that alternates between two rounds and
  // begins with `first`.
  std::vector<size_t> Chain(size_t person, size_t first, size_t second) {
    std::vector<size_t> chain;
    for (int32_t pair = Slot(person, first); pair != kFree; pair = Slot(person, first)) {
      chain.push_back(At(pair));
      const auto& [newcomer, established] = ends_[At(pair)];
      person = person == newcomer ? established : newcomer;
      std::swap(first, second);
    }
    return chain;
  }

  // Every pair of the chain changes to the other of the two rounds.
  void Flip(const std::vector<size_t>& chain, size_t a, size_t b) {
    for (const size_t pair : chain) {
      Slot(ends_[pair].first, round_[pair]) = Slot(ends_[pair].second, round_[pair]) = kFree;
      --size_[round_[pair]];
    }
    for (const size_t pair : chain) Put(pair, round_[pair] == a ? b : a);
  }

  // A chain that begins and ends in round `most` has one pair more in it; there
  // is one, since `most` has more pairs than `least`.
  void MoveOne(size_t most, size_t least) {
    for (size_t person = 0; person * rounds_ < slot_.size(); ++person) {
      if (Slot(person, most) == kFree || Slot(person, least) != kFree) continue;
      const std::vector<size_t> chain = Chain(person, most, least);
      if (chain.size() % 2 == 0) continue;
      Flip(chain, most, least);
      return;
    }
  }

  const size_t rounds_, newcomers_;
  std::vector<std::pair<size_t, size_t>> ends_;  // Per pair, both people.
  std::vector<size_t> round_;
  std::vector<int32_t> slot_;  // Per person and round, the pair.
  std::vector<int64_t> size_;  // Per round.
};

absl::Status CheckMemory(const NetworkingProblem& problem, int64_t limit) {
  const int64_t bound = NetworkingMemoryBound(problem);
  if (bound <= limit) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("planning would need up to ", bound, " bytes, more than the limit of ", limit,
                                ": plan fewer people or fewer pairs at a time"),
                   {.reason = "NETWORKING_TOO_LARGE"});
}

// From here on: the checker, which shares nothing with what stands above but
// the words of the problem.

absl::Status InvalidPlan(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what, {.reason = "INVALID_CERTIFICATE"});
}

class PlanCheck {
 public:
  PlanCheck(const NetworkingProblem& problem, const NetworkingPlan& plan) : problem_(problem), plan_(plan) {}

  absl::Status Run() {
    BRYGGA_RETURN_IF_ERROR(CheckConversations());
    FindRoom();
    BRYGGA_RETURN_IF_ERROR(CheckLimits());
    BRYGGA_RETURN_IF_ERROR(CheckColumns());
    return CheckOptimality();
  }

 private:
  static std::string NameOf(const Conversation& c) {
    return absl::StrCat("the conversation of newcomer ", c.newcomer, " and established ", c.established, " in round ",
                        c.round);
  }

  absl::Status CheckConversations() {
    std::set<std::pair<int32_t, int32_t>> met, newcomer_round, established_round;
    std::set<std::tuple<int32_t, int32_t, int32_t>> held;
    for (const Conversation& c : problem_.held) held.emplace(c.round, c.newcomer, c.established);
    size_t kept = 0;
    for (const Conversation& c : plan_.conversations) {
      if (c.round < 0 || c.round >= problem_.rounds || c.newcomer < 0 || c.newcomer >= problem_.newcomers() ||
          c.established < 0 || c.established >= problem_.established) {
        return InvalidPlan(absl::StrCat(NameOf(c), " is out of range"));
      }
      if (!met.emplace(c.newcomer, c.established).second)
        return InvalidPlan(absl::StrCat(NameOf(c), " repeats another"));
      if (!newcomer_round.emplace(c.newcomer, c.round).second ||
          !established_round.emplace(c.established, c.round).second) {
        return InvalidPlan(absl::StrCat(NameOf(c), " has a person who is in two places"));
      }
      if (c.round >= problem_.finished_rounds) {
        planned_.push_back(c);
      } else if (held.contains({c.round, c.newcomer, c.established})) {
        ++kept;
      } else {
        return InvalidPlan(absl::StrCat(NameOf(c), " is in a finished round and was not held"));
      }
    }
    if (kept != problem_.held.size()) return InvalidPlan("a conversation that was held is missing");
    return absl::OkStatus();
  }

  // How many conversations each person may still have.
  void FindRoom() {
    const int32_t left = problem_.rounds - problem_.finished_rounds;
    newcomer_room_.assign(At(problem_.newcomers()), 0);
    established_room_.assign(At(problem_.established), 0);
    for (size_t i = 0; i < newcomer_room_.size(); ++i) {
      newcomer_room_[i] = problem_.newcomer_most.empty() ? problem_.rounds : problem_.newcomer_most[i];
    }
    for (size_t i = 0; i < established_room_.size(); ++i) {
      established_room_[i] = problem_.established_most.empty() ? problem_.rounds : problem_.established_most[i];
    }
    for (const Conversation& c : problem_.held) {
      --newcomer_room_[At(c.newcomer)];
      --established_room_[At(c.established)];
      held_.emplace(c.newcomer, c.established);
    }
    for (size_t i = 0; i < newcomer_room_.size(); ++i) {
      newcomer_room_[i] = std::max<int64_t>(0, std::min<int64_t>(newcomer_room_[i], left));
      if (!problem_.newcomer_absent.empty() && problem_.newcomer_absent[i] == 1) newcomer_room_[i] = 0;
    }
    for (size_t i = 0; i < established_room_.size(); ++i) {
      established_room_[i] = std::max<int64_t>(0, std::min<int64_t>(established_room_[i], left));
      if (!problem_.established_absent.empty() && problem_.established_absent[i] == 1) established_room_[i] = 0;
    }
  }

  // Whether two people, of an allowed pair, may still meet.
  bool IsOpen(int32_t newcomer, int32_t established) const {
    return newcomer_room_[At(newcomer)] > 0 && established_room_[At(established)] > 0 &&
           !held_.contains({newcomer, established});
  }

  absl::Status CheckLimits() {
    std::vector<int64_t> newcomer(newcomer_room_.size(), 0), established(established_room_.size(), 0);
    std::vector<int64_t> in_round(At(problem_.rounds), 0);
    for (const Conversation& c : planned_) {
      const int64_t pair = problem_.pairs.Find(c.newcomer, c.established);
      if (pair < 0 || !IsOpen(c.newcomer, c.established)) return InvalidPlan(absl::StrCat(NameOf(c), " is not open"));
      total_ += problem_.pairs.score[At(pair)];
      if (++newcomer[At(c.newcomer)] > newcomer_room_[At(c.newcomer)] ||
          ++established[At(c.established)] > established_room_[At(c.established)]) {
        return InvalidPlan(absl::StrCat(NameOf(c), " has a person who has no room left"));
      }
      if (++in_round[At(c.round)] > problem_.tables && problem_.tables > 0) {
        return InvalidPlan(absl::StrCat("round ", c.round, " has more conversations than there are tables"));
      }
    }
    if (plan_.planned != static_cast<int64_t>(planned_.size()) || plan_.planned_score != total_) {
      return InvalidPlan("the plan's figures are not its conversations'");
    }
    return absl::OkStatus();
  }

  absl::Status CheckColumns() const {
    const NetworkingCertificate& c = plan_.certificate;
    const size_t newcomers = newcomer_room_.size(), established = established_room_.size();
    if (c.newcomer_price.size() != newcomers || c.newcomer_cover.size() != newcomers ||
        c.established_price.size() != established || c.established_cover.size() != established) {
      return InvalidPlan("the certificate speaks of another number of people");
    }
    constexpr int64_t kMost = int64_t{1} << 60;
    const auto wrong = [](int64_t price) { return price < 0 || price > kMost; };
    if (std::any_of(c.newcomer_price.begin(), c.newcomer_price.end(), wrong) ||
        std::any_of(c.established_price.begin(), c.established_price.end(), wrong) || c.conversation_price > kMost ||
        c.conversation_price < -kMost) {
      return InvalidPlan("a price is negative or out of bounds");
    }
    return absl::OkStatus();
  }

  absl::Status CheckOptimality() const {
    const NetworkingCertificate& c = plan_.certificate;
    int64_t cut = 0;
    __int128 bound = static_cast<__int128>(c.conversation_price) * plan_.planned;
    for (size_t i = 0; i < newcomer_room_.size(); ++i) {
      if (c.newcomer_cover[i] != 0) cut += newcomer_room_[i];
      bound += static_cast<__int128>(newcomer_room_[i]) * c.newcomer_price[i];
    }
    for (size_t i = 0; i < established_room_.size(); ++i) {
      if (c.established_cover[i] != 0) cut += established_room_[i];
      bound += static_cast<__int128>(established_room_[i]) * c.established_price[i];
    }
    for (int32_t n = 0; n < problem_.newcomers(); ++n) {
      for (int64_t p = problem_.pairs.offset[At(n)]; p < problem_.pairs.offset[At(n) + 1]; ++p) {
        const int32_t e = problem_.pairs.mentor[At(p)];
        if (!IsOpen(n, e)) continue;
        if (c.newcomer_cover[At(n)] == 0 && c.established_cover[At(e)] == 0) ++cut;
        const __int128 over = static_cast<__int128>(problem_.pairs.score[At(p)]) - c.newcomer_price[At(n)] -
                              c.established_price[At(e)] - c.conversation_price;
        if (over > 0) bound += over;
      }
    }
    const int64_t seats = int64_t{problem_.tables} * (problem_.rounds - problem_.finished_rounds);
    const bool tables_are_full = problem_.tables > 0 && plan_.planned == seats;
    if (!tables_are_full && cut != plan_.planned) {
      return InvalidPlan(absl::StrCat("the cover allows ", cut, " conversations, the plan has ", plan_.planned));
    }
    return bound == total_ ? absl::OkStatus() : InvalidPlan("the prices allow another total than the plan has");
  }

  const NetworkingProblem& problem_;
  const NetworkingPlan& plan_;
  std::vector<Conversation> planned_;
  std::vector<int64_t> newcomer_room_, established_room_;
  std::set<std::pair<int32_t, int32_t>> held_;
  int64_t total_ = 0;
};

}  // namespace

int64_t NetworkingMemoryBound(const NetworkingProblem& problem) {
  const int64_t people = int64_t{problem.newcomers()} + problem.established;
  return 48 * problem.pairs.size() + (320 + 12 * int64_t{problem.rounds}) * (people + 1);
}

absl::Status Validate(const NetworkingProblem& problem) { return Validator(problem).Run(); }

absl::StatusOr<NetworkingPlan> PlanNetworking(const NetworkingProblem& problem, const NetworkingOptions& options) {
  BRYGGA_RETURN_IF_ERROR(Validate(problem));
  BRYGGA_RETURN_IF_ERROR(CheckMemory(problem, options.memory_limit_bytes));
  const OpenProblem open = OpenOf(problem);
  Ticker ticker(options.control, "conversations", static_cast<int64_t>(open.graph.agent_count()));
  Choice choice;
  if (!Chooser(open, ticker).Run(choice)) return absl::CancelledError("the planning was cancelled");
  NetworkingPlan plan{.conversations = problem.held,
                      .planned = static_cast<int64_t>(choice.chosen.size()),
                      .planned_score = choice.total,
                      .certificate = std::move(choice.certificate)};
  Ticker placing(options.control, "rounds", plan.planned);
  Rounds rounds(open.graph.agent_count(), open.graph.host_count(), open.rounds);
  int32_t newcomer = 0;
  for (size_t c = 0; c < choice.chosen.size(); ++c) {
    while (open.graph.offset[At(newcomer) + 1] <= choice.chosen[c]) ++newcomer;
    const int32_t established = open.graph.host[At(choice.chosen[c])];
    rounds.Add(newcomer, established);
    plan.conversations.push_back({.newcomer = newcomer, .established = established});
    placing.Advance(static_cast<int64_t>(c));
    if (!placing.Step(open.rounds + 1)) return absl::CancelledError("the planning was cancelled");
  }
  if (!choice.chosen.empty()) rounds.EvenOut();
  for (size_t c = 0; c < choice.chosen.size(); ++c) {
    plan.conversations[problem.held.size() + c].round = problem.finished_rounds + rounds.RoundOf(c);
  }
  std::sort(plan.conversations.begin(), plan.conversations.end(), &InOrder);
  return plan;
}

absl::Status CheckNetworkingPlan(const NetworkingProblem& problem, const NetworkingPlan& plan) {
  BRYGGA_RETURN_IF_ERROR(Validate(problem));
  return PlanCheck(problem, plan).Run();
}

}  // namespace brygga::engine
