#include "engine/score.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/evaluation.h"

namespace brygga::engine {

std::string_view HardRuleCode(HardRule rule) {
  static constexpr std::array<std::string_view, kHardRuleCount> kCodes = {"VETO",
                                                                          "SCREENING_NOT_PASSED",
                                                                          "NO_ACTIVE_AGREEMENT",
                                                                          "PRIVATE_MENTOR_NOT_ALLOWED",
                                                                          "SAME_EMPLOYER",
                                                                          "EXCLUDED_ORGANISATION",
                                                                          "GENDER_PREFERENCE",
                                                                          "AGE_WINDOW",
                                                                          "FORMAT_CONFLICT",
                                                                          "NO_COMMON_SLOT",
                                                                          "NO_COMMON_LANGUAGE",
                                                                          "TOO_FAR",
                                                                          "OCCUPATION_TOO_DISTANT",
                                                                          "TOO_FEW_SHARED_COMPETENCES"};
  return kCodes[static_cast<size_t>(rule)];
}

int64_t Edges::Find(int32_t adept, int32_t mentor_row) const {
  const auto begin = mentor.begin() + offset[static_cast<size_t>(adept)];
  const auto end = mentor.begin() + offset[static_cast<size_t>(adept) + 1];
  const auto found = std::lower_bound(begin, end, mentor_row);
  return found == end || *found != mentor_row ? -1 : found - mentor.begin();
}

Scorer::Scorer(std::unique_ptr<const Evaluation> evaluation) : evaluation_(std::move(evaluation)) {}
Scorer::Scorer(Scorer&&) noexcept = default;
Scorer& Scorer::operator=(Scorer&&) noexcept = default;
Scorer::~Scorer() = default;

const Policy& Scorer::policy() const { return evaluation_->policy(); }

absl::StatusOr<Scorer> Scorer::Create(const Reference& reference, const Policy& policy) {
  auto evaluation = std::make_unique<const Evaluation>(reference, policy);
  if (!evaluation->violations().empty()) return InvalidFields(evaluation->violations());
  return Scorer(std::move(evaluation));
}

namespace {

constexpr int kRowsAtOnce = 16;
constexpr int kMostThreads = 64;

absl::Status CheckVetoes(const Pairs& vetoes, const People& adepts, const People& mentors) {
  for (size_t i = 0; i < vetoes.size(); ++i) {
    const auto [adept, mentor] = vetoes[i];
    if (adept < 0 || adept >= adepts.count || mentor < 0 || mentor >= mentors.count) {
      return InvalidFields({{absl::StrCat("vetoes[", i, "]"), "names a row that does not exist"}});
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMemory(const People& adepts, const People& mentors, int64_t limit) {
  const int64_t bound = int64_t{8} * adepts.count * mentors.count;
  if (bound <= limit) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("the pairs of ", adepts.count, " adepts and ", mentors.count, " mentors need up to ",
                                bound, " bytes; the limit is ", limit),
                   {.reason = "COHORT_TOO_LARGE"});
}

// The pairs of one adept.
struct Row {
  std::vector<int32_t> mentor, score;
};

// Puts rows together in their order, and empties them on the way.
Edges Join(std::vector<Row>& rows) {
  Edges edges;
  size_t count = 0;
  for (const Row& row : rows) count += row.mentor.size();
  edges.offset.reserve(rows.size() + 1);
  edges.mentor.reserve(count);
  edges.score.reserve(count);
  for (Row& row : rows) {
    edges.mentor.insert(edges.mentor.end(), row.mentor.begin(), row.mentor.end());
    edges.score.insert(edges.score.end(), row.score.begin(), row.score.end());
    edges.offset.push_back(edges.size());
    row = {};
  }
  return edges;
}

}  // namespace

absl::StatusOr<Edges> Scorer::ScoreAll(const People& adepts, const People& mentors, const Pairs& vetoes,
                                       const ScoreOptions& options) const {
  BRYGGA_RETURN_IF_ERROR(CheckVetoes(vetoes, adepts, mentors));
  BRYGGA_RETURN_IF_ERROR(CheckMemory(adepts, mentors, options.memory_limit_bytes));
  std::vector<std::vector<int32_t>> vetoed(static_cast<size_t>(adepts.count));
  for (const auto& [adept, mentor] : vetoes) vetoed[static_cast<size_t>(adept)].push_back(mentor);

  // Each thread takes the next rows until none is left; they are put together in
  // their order afterwards, so the threads do not show in the result.
  std::vector<Row> rows(static_cast<size_t>(adepts.count));
  std::atomic<int32_t> next = 0;
  std::atomic<bool> stop = false;
  const auto work = [&](bool reports) {
    AdeptView view(evaluation_->reference());
    while (!stop) {
      const int32_t begin = next.fetch_add(kRowsAtOnce);
      if (begin >= adepts.count) return;
      const int32_t end = std::min(begin + kRowsAtOnce, adepts.count);
      for (int32_t a = begin; a < end && !stop; ++a) {
        if (reports && options.control.cancelled && options.control.cancelled()) stop = true;
        evaluation_->Show(adepts, a, view);
        const std::vector<int32_t>& forbidden = vetoed[static_cast<size_t>(a)];
        Row& row = rows[static_cast<size_t>(a)];
        for (int32_t m = 0; m < mentors.count; ++m) {
          Values values;
          if (!evaluation_->Allows(view, mentors, m, values)) continue;
          if (!forbidden.empty() && std::find(forbidden.begin(), forbidden.end(), m) != forbidden.end()) continue;
          row.mentor.push_back(m);
          row.score.push_back(evaluation_->Score(values));
        }
      }
      if (reports && options.control.progress) options.control.progress({"scores", end, adepts.count});
    }
  };
  std::vector<std::thread> helpers;
  for (int i = 1; i < std::min(options.threads, kMostThreads); ++i) helpers.emplace_back(work, false);
  work(true);
  for (std::thread& helper : helpers) helper.join();
  if (stop) return absl::CancelledError("scoring was cancelled");
  return Join(rows);
}

PairScore Scorer::ScorePair(const People& adepts, int32_t adept, const People& mentors, int32_t mentor) const {
  BRYGGA_CHECK(adept >= 0 && adept < adepts.count && mentor >= 0 && mentor < mentors.count);
  AdeptView view(evaluation_->reference());
  evaluation_->Show(adepts, adept, view);
  Values values;
  PairScore pair{.broken = evaluation_->Broken(view, mentors, mentor, values)};
  if (!pair.allowed()) return pair;
  pair.score = evaluation_->Score(values);
  pair.contributions = evaluation_->Contributions(values);
  return pair;
}

namespace {

void KeepBest(std::vector<Candidate>& candidates, const std::vector<std::string>& tie_keys, int k) {
  const auto better = [&](const Candidate& a, const Candidate& b) {
    if (a.score != b.score) return a.score > b.score;
    return tie_keys[static_cast<size_t>(a.row)] < tie_keys[static_cast<size_t>(b.row)];
  };
  const size_t kept = std::min(candidates.size(), static_cast<size_t>(std::max(k, 0)));
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept), candidates.end(),
                    better);
  candidates.resize(kept);
}

}  // namespace

std::vector<Candidate> Scorer::BestMentors(const People& adepts, int32_t adept, const People& mentors, int k) const {
  BRYGGA_CHECK(adept >= 0 && adept < adepts.count);
  AdeptView view(evaluation_->reference());
  evaluation_->Show(adepts, adept, view);
  std::vector<Candidate> candidates;
  for (int32_t m = 0; m < mentors.count; ++m) {
    Values values;
    if (!evaluation_->Allows(view, mentors, m, values)) continue;
    candidates.push_back({m, evaluation_->Score(values)});
  }
  KeepBest(candidates, mentors.tie_key, k);
  return candidates;
}

std::vector<Candidate> Scorer::BestAdepts(const People& adepts, const People& mentors, int32_t mentor, int k) const {
  BRYGGA_CHECK(mentor >= 0 && mentor < mentors.count);
  AdeptView view(evaluation_->reference());
  std::vector<Candidate> candidates;
  for (int32_t a = 0; a < adepts.count; ++a) {
    evaluation_->Show(adepts, a, view);
    Values values;
    if (!evaluation_->Allows(view, mentors, mentor, values)) continue;
    candidates.push_back({a, evaluation_->Score(values)});
  }
  KeepBest(candidates, adepts.tie_key, k);
  return candidates;
}

}  // namespace brygga::engine
