#include "engine/certificate.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/blocking.h"
#include "engine/certificate_stages.h"

namespace brygga::engine {
namespace {

using Wide = __int128;

// Prices beyond this are nobody's; within it, sums stay far from overflow.
constexpr int64_t kMostPrice = int64_t{1} << 60;
constexpr std::array<const char*, kStageKindCount> kStageNames = {"BOUNDS", "GUARANTEED", "RESERVED", "COVERAGE",
                                                                  "SCORE",  "LEVEL",      "CHANGES"};

absl::Status Invalid(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what, {.reason = "INVALID_CERTIFICATE"});
}

// What the locks leave, as the checker itself works it out.
struct Rest {
  std::vector<bool> is_locked;
  std::vector<int64_t> seats;
  int64_t adepts = 0;
};

Rest RestOf(const Problem& problem) {
  Rest rest{.is_locked = std::vector<bool>(problem.rounds_waited.size()),
            .seats = std::vector<int64_t>(problem.capacity.begin(), problem.capacity.end()),
            .adepts = problem.adept_count()};
  for (const Lock& lock : problem.locks) {
    rest.is_locked[static_cast<size_t>(lock.adept)] = true;
    int64_t& seats = rest.seats[static_cast<size_t>(lock.mentor)];
    if (seats > 0) --seats;
    --rest.adepts;
  }
  return rest;
}

bool HasFewestChanges(const Problem& problem) {
  return problem.repair && !problem.repair->price && !problem.repair->previous.empty();
}

absl::Status CheckShape(const Problem& problem, Objective objective, const Certificate& certificate) {
  const size_t adepts = problem.rounds_waited.size(), mentors = problem.capacity.size();
  const bool has_cover = objective == Objective::kCoverageThenScore;
  if (certificate.adept_price.size() != adepts || certificate.adept_cover.size() != (has_cover ? adepts : 0) ||
      certificate.mentor_price.size() != mentors || certificate.mentor_cover.size() != (has_cover ? mentors : 0)) {
    return Invalid("the certificate is of another problem: its columns have other lengths");
  }
  for (const auto* prices : {&certificate.adept_price, &certificate.mentor_price}) {
    for (const int64_t price : *prices) {
      if (price > kMostPrice || price < -kMostPrice) return Invalid("a price is out of bounds");
    }
  }
  for (const int64_t price : certificate.mentor_price) {
    if (price < 0) return Invalid("a mentor's price is negative");
  }
  const int64_t waiting = certificate.unmatched_price;
  if (!has_cover && waiting != 0) return Invalid("SCORE has a price of staying unmatched");
  return waiting > kMostPrice || waiting < -kMostPrice ? Invalid("a price is out of bounds") : absl::OkStatus();
}

// Pairs are allowed, nobody is paired twice, seats suffice, locks are in.
absl::Status CheckFeasible(const Problem& problem, const Assignment& assignment, const Rest& rest) {
  std::set<std::pair<int32_t, int32_t>> missing_locks;
  for (const Lock& lock : problem.locks) missing_locks.emplace(lock.adept, lock.mentor);
  const std::set<std::pair<int32_t, int32_t>> vetoes(problem.vetoes.begin(), problem.vetoes.end());
  std::vector<bool> matched(problem.rounds_waited.size());
  std::vector<int64_t> seats = rest.seats;
  int64_t total = 0;
  for (const MatchedPair& pair : assignment.pairs) {
    const std::string name = absl::StrCat("pair (", pair.adept, ", ", pair.mentor, ")");
    if (pair.adept < 0 || pair.adept >= problem.adept_count() || pair.mentor < 0 ||
        pair.mentor >= problem.mentor_count()) {
      return Invalid(absl::StrCat(name, " names a row that does not exist"));
    }
    if (matched[static_cast<size_t>(pair.adept)]) return Invalid(absl::StrCat(name, " pairs the adept twice"));
    matched[static_cast<size_t>(pair.adept)] = true;
    if (vetoes.contains({pair.adept, pair.mentor})) return Invalid(absl::StrCat(name, " is vetoed"));
    const bool locked = missing_locks.erase({pair.adept, pair.mentor}) > 0;
    if (locked != pair.locked) return Invalid(absl::StrCat(name, " is wrong about being locked"));
    const int64_t e = problem.edges.Find(pair.adept, pair.mentor);
    if (e < 0 && !locked) return Invalid(absl::StrCat(name, " is forbidden"));
    if (pair.score != (e < 0 ? 0 : problem.edges.score[static_cast<size_t>(e)])) {
      return Invalid(absl::StrCat(name, " has another score"));
    }
    if (!locked && --seats[static_cast<size_t>(pair.mentor)] < 0) {
      return Invalid(absl::StrCat(name, " exceeds the mentor's capacity"));
    }
    total += pair.score;
  }
  if (!missing_locks.empty()) return Invalid("a locked pair is missing");
  if (total != assignment.total_score) return Invalid("the total is not the sum of the scores");
  return absl::OkStatus();
}

// What keeping a pair is worth beside its score: the price of a change, where it
// is one of the previous ones.
class Keeping {
 public:
  explicit Keeping(const Problem& problem) {
    if (!problem.repair || !problem.repair->price) return;
    price_ = *problem.repair->price;
    previous_.insert(problem.repair->previous.begin(), problem.repair->previous.end());
  }
  int64_t Of(int32_t adept, int32_t mentor) const {
    return !previous_.empty() && previous_.contains({adept, mentor}) ? price_ : 0;
  }

 private:
  int64_t price_ = 0;
  std::set<std::pair<int32_t, int32_t>> previous_;
};

// The one pass over the pairs: every one is touched by the cover, and none is
// worth more than its two prices.
absl::Status CheckPairs(const Problem& problem, Objective objective, const Certificate& certificate, const Rest& rest) {
  const bool has_cover = objective == Objective::kCoverageThenScore;
  const Keeping keeping(problem);
  for (size_t a = 0; a < rest.is_locked.size(); ++a) {
    if (rest.is_locked[a]) continue;
    for (int64_t e = problem.edges.offset[a]; e < problem.edges.offset[a + 1]; ++e) {
      const size_t m = static_cast<size_t>(problem.edges.mentor[static_cast<size_t>(e)]);
      if (has_cover && !certificate.adept_cover[a] && !certificate.mentor_cover[m]) {
        return Invalid(absl::StrCat("pair (", a, ", ", m, ") is touched by nobody in the cover"));
      }
      const int64_t worth =
          problem.edges.score[static_cast<size_t>(e)] + keeping.Of(static_cast<int32_t>(a), static_cast<int32_t>(m));
      if (certificate.adept_price[a] + certificate.mentor_price[m] < worth) {
        return Invalid(absl::StrCat("pair (", a, ", ", m, ") is worth more than its prices"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSums(const Problem& problem, Objective objective, const Assignment& assignment,
                       const Certificate& certificate, const Rest& rest) {
  const bool has_cover = objective == Objective::kCoverageThenScore;
  const Keeping keeping(problem);
  const int64_t chosen = static_cast<int64_t>(assignment.pairs.size() - problem.locks.size());
  Wide free_score = 0, bound = static_cast<Wide>(rest.adepts - chosen) * certificate.unmatched_price;
  int64_t cover = 0;
  for (const MatchedPair& pair : assignment.pairs) {
    free_score += pair.locked ? 0 : pair.score + keeping.Of(pair.adept, pair.mentor);
  }
  for (size_t a = 0; a < rest.is_locked.size(); ++a) {
    if (rest.is_locked[a]) continue;
    cover += has_cover && certificate.adept_cover[a] ? 1 : 0;
    bound += certificate.adept_price[a];
    const bool may_stay_out = !has_cover || rest.adepts > chosen;
    if (may_stay_out && certificate.adept_price[a] + certificate.unmatched_price < 0) {
      return Invalid(absl::StrCat("adept ", a, " would gain by staying unmatched"));
    }
  }
  for (size_t m = 0; m < rest.seats.size(); ++m) {
    cover += has_cover && certificate.mentor_cover[m] ? rest.seats[m] : 0;
    bound += static_cast<Wide>(rest.seats[m]) * certificate.mentor_price[m];
  }
  if (has_cover && cover != chosen) {
    return Invalid("the cover is larger than the number of pairs: more people could be matched");
  }
  if (bound != free_score) return Invalid("the prices allow a higher total than the answer has");
  return absl::OkStatus();
}

absl::Status CheckStable(const Problem& problem, const Assignment& assignment) {
  const absl::StatusOr<BlockingPairs> blocking = FindBlockingPairs(problem, assignment, /*limit=*/1);
  if (!blocking.ok()) return blocking.status();
  if (blocking->count == 0) return absl::OkStatus();
  return Invalid(absl::StrCat(blocking->count, " pairs block the answer, the first of them (", blocking->pairs[0].agent,
                              ", ", blocking->pairs[0].host, ")"));
}

}  // namespace

absl::Status Check(const Problem& problem, Objective objective, const Assignment& assignment,
                   const Certificate& certificate) {
  BRYGGA_RETURN_IF_ERROR(Validate(problem, objective));
  const Rest rest = RestOf(problem);
  BRYGGA_RETURN_IF_ERROR(CheckFeasible(problem, assignment, rest));
  if (objective == Objective::kStable) return CheckStable(problem, assignment);
  const bool is_plain = problem.groups.empty() && !HasFewestChanges(problem) && objective != Objective::kFairest;
  if (!is_plain || !certificate.stages.empty()) {
    return CheckStages(problem, objective, assignment, certificate.stages);
  }
  BRYGGA_RETURN_IF_ERROR(CheckShape(problem, objective, certificate));
  BRYGGA_RETURN_IF_ERROR(CheckPairs(problem, objective, certificate, rest));
  return CheckSums(problem, objective, assignment, certificate, rest);
}

absl::Status CheckCoverageThenScore(const Problem& problem, const Assignment& assignment,
                                    const Certificate& certificate) {
  return Check(problem, Objective::kCoverageThenScore, assignment, certificate);
}

std::string CertificateToJson(const Certificate& certificate) {
  nlohmann::json json = {{"format", 1},
                         {"adept_price", certificate.adept_price},
                         {"mentor_price", certificate.mentor_price},
                         {"unmatched_price", certificate.unmatched_price},
                         {"adept_cover", certificate.adept_cover},
                         {"mentor_cover", certificate.mentor_cover}};
  if (!certificate.stages.empty()) json["stages"] = nlohmann::json::array();
  for (const Stage& stage : certificate.stages) {
    nlohmann::json text = {
        {"kind", kStageNames[static_cast<size_t>(stage.kind)]}, {"node", stage.node}, {"price", stage.price}};
    if (stage.kind == StageKind::kLevel) text["level"] = stage.level;
    json["stages"].push_back(std::move(text));
  }
  return json.dump();
}

absl::StatusOr<Certificate> CertificateFromJson(std::string_view text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("format", nlohmann::json()) != 1) return Invalid("is no certificate of format 1");
  Certificate certificate;
  try {
    json.at("adept_price").get_to(certificate.adept_price);
    json.at("mentor_price").get_to(certificate.mentor_price);
    json.at("unmatched_price").get_to(certificate.unmatched_price);
    json.at("adept_cover").get_to(certificate.adept_cover);
    json.at("mentor_cover").get_to(certificate.mentor_cover);
    for (const nlohmann::json& read : json.value("stages", nlohmann::json::array())) {
      const std::string kind = read.at("kind");
      const auto found = std::find(kStageNames.begin(), kStageNames.end(), kind);
      if (found == kStageNames.end()) return Invalid(absl::StrCat("'", kind, "' is no kind of stage"));
      Stage stage{.kind = static_cast<StageKind>(found - kStageNames.begin()), .node = {}, .price = {}};
      if (stage.kind == StageKind::kLevel) read.at("level").get_to(stage.level);
      read.at("node").get_to(stage.node);
      read.at("price").get_to(stage.price);
      certificate.stages.push_back(std::move(stage));
    }
  } catch (const nlohmann::json::exception&) {
    return Invalid("is no certificate: a column is missing or of another type");
  }
  return certificate;
}

}  // namespace brygga::engine
