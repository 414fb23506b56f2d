#include "engine/problem.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace brygga::engine {
namespace {

constexpr size_t kMostViolations = 100;
constexpr int32_t kMostRounds = 1000;
constexpr int32_t kMostCapacity = 1'000'000;
constexpr int64_t kMostPrice = int64_t{1}
                               << 31;  // Of a changed pair; so prices of whole answers stay far from overflow.
constexpr int64_t kMostOfAGroup = int64_t{1} << 40;
constexpr std::array<std::string_view, kObjectiveCount> kObjectiveNames = {"COVERAGE_THEN_SCORE", "SCORE", "FAIREST",
                                                                           "STABLE"};

// Collects what is wrong with a problem.
class Validator {
 public:
  explicit Validator(const Problem& problem) : problem_(problem) {}

  absl::Status Run() {
    CheckColumns();
    if (violations_.empty()) CheckEdges();  // Which could not be read otherwise.
    if (violations_.empty()) CheckPeople();
    if (violations_.empty()) CheckVetoes();
    if (violations_.empty()) CheckLocks();
    if (violations_.empty()) CheckGroups();
    if (violations_.empty()) CheckRepair();
    return violations_.empty() ? absl::OkStatus() : InvalidFields(std::move(violations_));
  }

 private:
  void Wrong(std::string field, std::string_view description) {
    if (violations_.size() < kMostViolations) violations_.push_back({std::move(field), std::string(description)});
  }

  void CheckColumns() {
    const Edges& edges = problem_.edges;
    if (edges.offset.empty() || edges.offset.front() != 0) {
      Wrong("edges.offset", "does not start with 0");
      return;
    }
    if (edges.offset.back() != edges.size()) Wrong("edges.offset", "does not end with the number of pairs");
    if (edges.score.size() != edges.mentor.size()) Wrong("edges.score", "has another length than edges.mentor");
    if (!std::is_sorted(edges.offset.begin(), edges.offset.end())) Wrong("edges.offset", "does not ascend");
    const size_t adepts = edges.offset.size() - 1;
    if (problem_.rounds_waited.size() != adepts) Wrong("rounds_waited", "has another length than the adepts");
    if (problem_.adept_key.size() != adepts) Wrong("adept_key", "has another length than the adepts");
    if (problem_.mentor_key.size() != problem_.capacity.size()) {
      Wrong("mentor_key", "has another length than the mentors");
    }
  }

  void CheckEdges() {
    const Edges& edges = problem_.edges;
    for (int32_t a = 0; a < problem_.adept_count(); ++a) {
      const int64_t begin = edges.offset[static_cast<size_t>(a)], end = edges.offset[static_cast<size_t>(a) + 1];
      for (int64_t e = begin; e < end; ++e) {
        const int32_t mentor = edges.mentor[static_cast<size_t>(e)], score = edges.score[static_cast<size_t>(e)];
        const bool ascends = e == begin || mentor > edges.mentor[static_cast<size_t>(e) - 1];
        if (mentor < 0 || mentor >= problem_.mentor_count()) Wrong(absl::StrCat("edges.mentor[", e, "]"), "is no row");
        if (!ascends) Wrong(absl::StrCat("edges.mentor[", e, "]"), "does not ascend within its adept");
        if (score < 0 || score > kScoreOne) Wrong(absl::StrCat("edges.score[", e, "]"), "is not from 0 to 1000000");
      }
    }
  }

  void CheckRange(std::string_view column, const std::vector<int32_t>& values, int32_t most) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] >= 0 && values[i] <= most) continue;
      Wrong(absl::StrCat(absl::string_view(column.data(), column.size()), "[", i, "]"),
            absl::StrCat("is not from 0 to ", most));
    }
  }

  void CheckKeys(std::string_view column, const std::vector<std::string>& keys) {
    std::unordered_set<std::string_view> seen;
    for (size_t i = 0; i < keys.size(); ++i) {
      if (seen.insert(keys[i]).second) continue;
      Wrong(absl::StrCat(absl::string_view(column.data(), column.size()), "[", i, "]"), "appears twice");
    }
  }

  void CheckPeople() {
    CheckRange("capacity", problem_.capacity, kMostCapacity);
    CheckRange("rounds_waited", problem_.rounds_waited, kMostRounds);
    CheckKeys("adept_key", problem_.adept_key);
    CheckKeys("mentor_key", problem_.mentor_key);
  }

  bool IsRow(int32_t adept, int32_t mentor) const {
    return adept >= 0 && adept < problem_.adept_count() && mentor >= 0 && mentor < problem_.mentor_count();
  }

  void CheckVetoes() {
    for (size_t i = 0; i < problem_.vetoes.size(); ++i) {
      const auto [adept, mentor] = problem_.vetoes[i];
      const std::string field = absl::StrCat("vetoes[", i, "]");
      if (!IsRow(adept, mentor)) {
        Wrong(field, "names a row that does not exist");
      } else if (problem_.edges.Find(adept, mentor) >= 0) {
        Wrong(field, "is among the allowed pairs");
      }
    }
  }

  void CheckLocks() {
    const std::set<std::pair<int32_t, int32_t>> vetoes(problem_.vetoes.begin(), problem_.vetoes.end());
    std::vector<int32_t> left = problem_.capacity;
    std::unordered_set<int32_t> locked;
    for (size_t i = 0; i < problem_.locks.size(); ++i) {
      const Lock& lock = problem_.locks[i];
      const std::string field = absl::StrCat("locks[", i, "]");
      if (!IsRow(lock.adept, lock.mentor)) {
        Wrong(field, "names a row that does not exist");
        continue;
      }
      if (!locked.insert(lock.adept).second) Wrong(field, "locks an adept a second time");
      if (vetoes.contains({lock.adept, lock.mentor})) Wrong(field, "locks a pair that is vetoed");
      if (lock.override_rules) continue;
      if (problem_.edges.Find(lock.adept, lock.mentor) < 0) Wrong(field, "locks a pair that a hard rule forbids");
    }
    for (const Lock& lock : problem_.locks) {
      if (IsRow(lock.adept, lock.mentor)) --left[static_cast<size_t>(lock.mentor)];
    }
    for (size_t i = 0; i < problem_.locks.size(); ++i) {
      const Lock& lock = problem_.locks[i];
      if (lock.override_rules || !IsRow(lock.adept, lock.mentor)) continue;
      if (left[static_cast<size_t>(lock.mentor)] < 0) {
        Wrong(absl::StrCat("locks[", i, "]"), "exceeds the mentor's capacity together with the other locks");
      }
    }
  }

  void CheckGroups() {
    for (const GroupSide side : {GroupSide::kAdepts, GroupSide::kMentors}) {
      std::unordered_set<std::string_view> names;
      for (size_t i = 0; i < problem_.groups.size(); ++i) {
        if (problem_.groups[i].side == side) CheckGroup(i, names);
      }
      if (violations_.empty()) CheckLaminar(side);
    }
    if (violations_.empty()) CheckLocksOfGroups();
  }

  void CheckGroup(size_t i, std::unordered_set<std::string_view>& names) {
    const Group& group = problem_.groups[i];
    const std::string field = absl::StrCat("groups[", i, "]");
    const int32_t people = group.side == GroupSide::kAdepts ? problem_.adept_count() : problem_.mentor_count();
    if (group.name.empty()) Wrong(field + ".name", "is empty");
    if (!names.insert(group.name).second) Wrong(field + ".name", "is the name of another group of this side");
    for (size_t m = 0; m < group.members.size(); ++m) {
      const int32_t row = group.members[m];
      if (row < 0 || row >= people) Wrong(absl::StrCat(field, ".members[", m, "]"), "is no row");
      if (m > 0 && row <= group.members[m - 1]) Wrong(absl::StrCat(field, ".members[", m, "]"), "does not ascend");
    }
    const auto check_count = [&](std::string_view name, int64_t count) {
      if (count >= 0 && count <= kMostOfAGroup) return;
      Wrong(absl::StrCat(field, ".", absl::string_view(name.data(), name.size())),
            absl::StrCat("is not from 0 to ", kMostOfAGroup));
    };
    check_count("at_most", group.at_most.value_or(0));
    check_count("at_least", group.at_least);
    check_count("reserved", group.reserved);
    if (group.at_most && *group.at_most < group.at_least) Wrong(field + ".at_least", "is above at_most");
  }

  // Largest first, each person knows the smallest group so far that holds it; a
  // group crosses another where its members do not all name the same one.
  void CheckLaminar(GroupSide side) {
    std::vector<size_t> order;
    for (size_t i = 0; i < problem_.groups.size(); ++i) {
      if (problem_.groups[i].side == side) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return problem_.groups[a].members.size() > problem_.groups[b].members.size();
    });
    const int32_t people = side == GroupSide::kAdepts ? problem_.adept_count() : problem_.mentor_count();
    constexpr size_t kNone = static_cast<size_t>(-1);
    std::vector<size_t> inside(static_cast<size_t>(people), kNone);  // By person.
    std::vector<uint8_t> bound(problem_.groups.size(), 0);           // 1: it, or one around it, has a rule.
    int64_t kept = 0;
    for (const size_t i : order) {
      const Group& group = problem_.groups[i];
      const std::string field = absl::StrCat("groups[", i, "]");
      size_t around = group.members.empty() ? kNone : inside[static_cast<size_t>(group.members[0])];
      for (const int32_t row : group.members) {
        size_t& other = inside[static_cast<size_t>(row)];
        if (other != around) {
          Wrong(field + ".members",
                absl::StrCat("'", group.name, "' crosses '", problem_.groups[Crossed(group, other, around)].name,
                             "': two groups of one side must be disjoint, or one hold the other"));
          break;
        }
        other = i;
      }
      const bool keeps = group.reserved > 0 && group.fallback == ReserveFallback::kKeepEmpty;
      if (around != kNone && bound[around] && keeps) {
        Wrong(field + ".fallback",
              absl::StrCat("'", group.name, "' keeps seats empty inside '", problem_.groups[around].name,
                           "', which has or is in a rule of its own; take one apart"));
      }
      const bool rules = group.at_most || group.at_least > 0 || group.reserved > 0;
      bound[i] = rules || (around != kNone && bound[around]) ? 1 : 0;
      if (keeps) kept += group.reserved;
    }
    if (kept > ReserveBase(problem_, side)) {
      Wrong("groups",
            absl::StrCat("keep ", kept, " seats empty of the ", side == GroupSide::kAdepts ? "adepts" : "mentors", "' ",
                         ReserveBase(problem_, side)));
    }
  }

  // The one of two groups around members of `group` that does not hold it.
  size_t Crossed(const Group& group, size_t one, size_t two) const {
    constexpr size_t kNone = static_cast<size_t>(-1);
    if (one == kNone) return two;
    if (two == kNone) return one;
    const auto& members = problem_.groups[one].members;
    const bool holds = std::includes(members.begin(), members.end(), group.members.begin(), group.members.end());
    return holds ? two : one;
  }

  void CheckLocksOfGroups() {
    for (const Group& group : problem_.groups) {
      if (!group.at_most) continue;
      const auto is_of_group = [&](const Lock& lock) {
        const int32_t row = group.side == GroupSide::kAdepts ? lock.adept : lock.mentor;
        return std::binary_search(group.members.begin(), group.members.end(), row);
      };
      if (std::count_if(problem_.locks.begin(), problem_.locks.end(), is_of_group) <= *group.at_most) continue;
      for (size_t i = 0; i < problem_.locks.size(); ++i) {
        if (problem_.locks[i].override_rules || !is_of_group(problem_.locks[i])) continue;
        Wrong(absl::StrCat("locks[", i, "]"),
              absl::StrCat("exceeds the cap of '", group.name, "' with the other locks"));
      }
    }
  }

  void CheckRepair() {
    if (!problem_.repair) return;
    std::unordered_set<int32_t> seen;
    const Pairs& previous = problem_.repair->previous;
    for (size_t i = 0; i < previous.size(); ++i) {
      const std::string field = absl::StrCat("repair.previous[", i, "]");
      if (!IsRow(previous[i].first, previous[i].second)) Wrong(field, "names a row that does not exist");
      if (!seen.insert(previous[i].first).second) Wrong(field, "names an adept a second time");
    }
    const int64_t price = problem_.repair->price.value_or(0);
    if (price < 0 || price > kMostPrice) Wrong("repair.price", absl::StrCat("is not from 0 to ", kMostPrice));
  }

  const Problem& problem_;
  std::vector<FieldViolation> violations_;
};

}  // namespace

std::string_view ObjectiveName(Objective objective) { return kObjectiveNames[static_cast<size_t>(objective)]; }

std::optional<Objective> ObjectiveOf(std::string_view name) {
  const auto found = std::find(kObjectiveNames.begin(), kObjectiveNames.end(), name);
  if (found == kObjectiveNames.end()) return std::nullopt;
  return static_cast<Objective>(found - kObjectiveNames.begin());
}

int64_t ReserveBase(const Problem& problem, GroupSide side) {
  int64_t seats = 0;
  for (const int32_t capacity : problem.capacity) seats += capacity;
  return side == GroupSide::kAdepts ? seats : std::min<int64_t>(seats, problem.adept_count());
}

Problem MakeProblem(const People& adepts, const People& mentors, Edges edges, std::vector<Lock> locks, Pairs vetoes,
                    std::string seed) {
  return {.edges = std::move(edges),
          .capacity = mentors.capacity,
          .rounds_waited = adepts.rounds_waited,
          .adept_key = adepts.tie_key,
          .mentor_key = mentors.tie_key,
          .locks = std::move(locks),
          .vetoes = std::move(vetoes),
          .seed = std::move(seed)};
}

absl::Status Validate(const Problem& problem) { return Validator(problem).Run(); }

absl::Status Validate(const Problem& problem, Objective objective) {
  if (absl::Status status = Validate(problem); !status.ok()) return status;
  std::vector<FieldViolation> violations;
  const bool prices = objective == Objective::kCoverageThenScore || objective == Objective::kScore;
  if (problem.repair && problem.repair->price && !prices) {
    violations.push_back({"repair.price", absl::StrCat("is for objectives with a total score, not for ",
                                                       absl::string_view(ObjectiveName(objective).data(),
                                                                         ObjectiveName(objective).size()))});
  }
  for (size_t i = 0; i < problem.groups.size() && objective == Objective::kStable; ++i) {
    if (problem.groups[i].at_least == 0 || violations.size() == kMostViolations) continue;
    violations.push_back(
        {absl::StrCat("groups[", i, "].at_least"),
         absl::StrCat("'", problem.groups[i].name, "' has a minimum load, which STABLE does not take")});
  }
  return violations.empty() ? absl::OkStatus() : InvalidFields(std::move(violations));
}

}  // namespace brygga::engine
