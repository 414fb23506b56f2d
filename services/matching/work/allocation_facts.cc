#include "services/matching/work/allocation_facts.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

constexpr size_t kAtOnce = 1000;

// Calls `call` with [from, to) of `size` things, so many at a time.
template <typename F>
absl::Status InBatches(size_t size, const F& call) {
  for (size_t from = 0; from < size; from += kAtOnce) {
    BRYGGA_RETURN_IF_ERROR(call(from, std::min(size, from + kAtOnce)));
  }
  return absl::OkStatus();
}

// What bars an applicant from an opening whatever their age is.
UnplacedReason Bar(const Application& application, const std::optional<OpeningFacts>& facts) {
  if (!facts || (facts->state != OpeningState::kOpen && facts->state != OpeningState::kFull)) {
    return UnplacedReason::kNoSeats;
  }
  const bool meets_all =
      std::all_of(facts->requirements.begin(), facts->requirements.end(), [&](const std::string& code) {
        return std::find(application.meets.begin(), application.meets.end(), code) != application.meets.end();
      });
  return meets_all ? UnplacedReason::kNone : UnplacedReason::kRequirements;
}

UnplacedReason BarOf(AgeAnswer answer) {
  if (answer == AgeAnswer::kOutside) return UnplacedReason::kAge;
  return answer == AgeAnswer::kNeedsEvidence ? UnplacedReason::kAgeNeedsEvidence : UnplacedReason::kNone;
}

}  // namespace

absl::Time AllocationFacts::Soon(absl::Time deadline) const { return std::min(deadline, absl::Now() + call_timeout_); }

absl::Status AllocationFacts::Gather(AllocationInput& input, absl::Time deadline, const Heard& heard) const {
  std::vector<std::optional<OpeningFacts>> facts;
  BRYGGA_RETURN_IF_ERROR(InBatches(input.openings.size(), [&](size_t from, size_t to) -> absl::Status {
    std::vector<std::string> names;
    for (size_t i = from; i < to; ++i) names.push_back(input.openings[i].name);
    BRYGGA_ASSIGN_OR_RETURN(const auto page, openings_.Read(names, Soon(deadline)));
    facts.insert(facts.end(), page.begin(), page.end());
    heard(facts.size(), 2 * input.openings.size());
    return absl::OkStatus();
  }));
  for (size_t i = 0; i < facts.size(); ++i) {
    const bool is_open = facts[i] && facts[i]->state == OpeningState::kOpen;
    input.openings[i].seats = is_open ? facts[i]->free_seats : 0;
  }
  return AskAges(input, facts, deadline, heard);
}

absl::Status AllocationFacts::AskAges(AllocationInput& input, const std::vector<std::optional<OpeningFacts>>& facts,
                                      absl::Time deadline, const Heard& heard) const {
  std::map<std::string, size_t> rows;
  for (size_t i = 0; i < input.openings.size(); ++i) rows[input.openings[i].name] = i;
  // Who is to be asked about, for each window on each day that matters to somebody.
  using Question = std::tuple<Date, AgeWindow>;
  std::map<Question, std::vector<std::pair<size_t, size_t>>> questions;  // To applicant and choice.
  for (size_t a = 0; a < input.applications.size(); ++a) {
    Application& application = input.applications[a];
    application.gone = false;
    application.barred.assign(application.choices.size(), UnplacedReason::kNone);
    for (size_t c = 0; c < application.choices.size(); ++c) {
      const auto& opening = facts[rows.at(application.choices[c])];
      application.barred[c] = Bar(application, opening);
      if (!opening) continue;
      questions[{opening->first_day, {opening->age_min, opening->age_max}}].emplace_back(a, c);
    }
  }
  size_t asked = 0;
  for (const auto& [question, places] : questions) {
    const Date& day = std::get<Date>(question);
    const AgeWindow& window = std::get<AgeWindow>(question);
    std::vector<size_t> people;
    for (const auto& [applicant, choice] : places) {
      if (people.empty() || people.back() != applicant) people.push_back(applicant);
    }
    std::map<size_t, AgeAnswer> answers;
    BRYGGA_RETURN_IF_ERROR(InBatches(people.size(), [&](size_t from, size_t to) -> absl::Status {
      std::vector<std::string> names;
      for (size_t i = from; i < to; ++i) names.push_back(NameOf(input.applications[people[i]].participant));
      BRYGGA_ASSIGN_OR_RETURN(const auto page, ages_.Ask(names, window, day, Soon(deadline)));
      for (size_t i = from; i < to; ++i) answers[people[i]] = page[i - from];
      return absl::OkStatus();
    }));
    heard(questions.size() + ++asked, 2 * questions.size());
    const bool has_window = window.least || window.most;
    for (const auto& [applicant, choice] : places) {
      Application& application = input.applications[applicant];
      const AgeAnswer answer = answers.at(applicant);
      if (answer == AgeAnswer::kNoSuchPerson) application.gone = true;
      if (application.barred[choice] == UnplacedReason::kNone && has_window) application.barred[choice] = BarOf(answer);
    }
  }
  for (Application& application : input.applications) {
    const bool is_barred = std::any_of(application.barred.begin(), application.barred.end(),
                                       [](UnplacedReason reason) { return reason != UnplacedReason::kNone; });
    if (!is_barred) application.barred.clear();
  }
  return absl::OkStatus();
}

absl::StatusOr<AllocationFacts::Standing> AllocationFacts::Ask(const Application& application,
                                                               const std::string& opening, absl::Time deadline) const {
  BRYGGA_ASSIGN_OR_RETURN(const auto found, openings_.Read({opening}, Soon(deadline)));
  const std::optional<OpeningFacts>& facts = found.front();
  Standing standing{.bar = Bar(application, facts)};
  if (!facts) return standing;
  standing.last_day = facts->last_day;
  const AgeWindow window{facts->age_min, facts->age_max};
  BRYGGA_ASSIGN_OR_RETURN(const auto answers,
                          ages_.Ask({NameOf(application.participant)}, window, facts->first_day, Soon(deadline)));
  if (answers.front() == AgeAnswer::kNoSuchPerson) {
    standing.bar = UnplacedReason::kPersonGone;
  } else if (standing.bar == UnplacedReason::kNone && (window.least || window.most)) {
    standing.bar = BarOf(answers.front());
  }
  return standing;
}

}  // namespace brygga::matching
