#include "engine/problem.h"

#include <algorithm>
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

  const Problem& problem_;
  std::vector<FieldViolation> violations_;
};

}  // namespace

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

}  // namespace brygga::engine
