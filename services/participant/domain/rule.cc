#include "services/participant/domain/rule.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/participant/domain/form.h"

namespace brygga::participant {
namespace {

enum class Truth { kHolds, kFails, kUnknown };

Truth From(bool holds) { return holds ? Truth::kHolds : Truth::kFails; }

// How the values of a fact compare.
enum class FactKind { kWord, kNumber, kSunLevel, kCefr, kAge };

struct Context {
  const Programme& programme;
  const Applicant& applicant;
  const AgreementFacts& agreements;
  Date date;
};

using ReadFact = std::function<std::optional<std::string>(const Context&, std::string_view argument)>;

struct Fact {
  std::string_view name;  // Ends with ':' where an argument follows.
  FactKind kind;
  ReadFact read;  // Nothing: not known.
  std::function<bool(std::string_view)> is_argument = nullptr;
  std::function<bool(std::string_view)> is_value = nullptr;
  std::string_view values_are;
};

std::optional<std::string> Known(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::string YesNo(bool value) { return value ? "true" : "false"; }

template <typename E>
bool IsWord(std::string_view text) {
  return !text.empty() && FromWord<E>(text) != E{};
}

bool IsYesNo(std::string_view text) { return text == "true" || text == "false"; }
bool IsNumber(std::string_view text) { return IsDigits(text, 1, 6); }

std::optional<std::string> ReadCefr(const Context& context, std::string_view language) {
  const std::vector<LanguageSkill>& languages = context.applicant.person.profile.languages;
  if (languages.empty()) return std::nullopt;
  for (const LanguageSkill& skill : languages) {
    if (skill.language == language) return WordOf(skill.level);
  }
  return "";  // Languages are known, and this is none of them.
}

std::optional<std::string> ReadAgreement(const Context& context, std::string_view) {
  const std::string& employer = context.applicant.person.profile.employer;
  if (employer.empty()) return "false";
  if (!context.agreements.asked.contains(employer)) return std::nullopt;
  return YesNo(context.agreements.active.contains(employer));
}

std::optional<std::string> ReadScreening(const Context& context, std::string_view kind) {
  for (const Screening& screening : context.applicant.screenings) {
    if (WordOf(screening.kind) != kind) continue;
    const ScreeningState state = StateOn(screening, context.date);
    if (state == ScreeningState::kPassed || state == ScreeningState::kFailed) return WordOf(state);
  }
  return std::nullopt;
}

const std::vector<Fact>& Facts() {
  using Argument = std::string_view;
  static const auto* const facts = new std::vector<Fact>{
      {"origin_country", FactKind::kWord,
       [](const Context& c, Argument) { return Known(c.applicant.background.origin_country); }, nullptr, IsCountry,
       "country codes such as SE"},
      {"residence", FactKind::kWord,
       [](const Context& c, Argument) { return Known(WordOf(c.applicant.background.residence_status)); }, nullptr,
       IsWord<ResidenceStatus>, "residence statuses such as PERMANENT"},
      {"municipality", FactKind::kWord,
       [](const Context& c, Argument) { return Known(c.applicant.person.profile.municipality_code); }, nullptr,
       [](std::string_view text) { return IsDigits(text, 4, 4); }, "municipality codes of four digits"},
      {"gender", FactKind::kWord, [](const Context& c, Argument) { return Known(WordOf(c.applicant.person.gender)); },
       nullptr, IsWord<Gender>, "FEMALE, MALE or OTHER"},
      {"employer_agreement", FactKind::kWord, ReadAgreement, nullptr, IsYesNo, "true or false"},
      {"private_person", FactKind::kWord,
       [](const Context& c, Argument) -> std::optional<std::string> {
         return YesNo(c.applicant.person.profile.employer.empty() && c.programme.private_mentors_allowed);
       },
       nullptr, IsYesNo, "true or false"},
      {"documents", FactKind::kWord,
       [](const Context& c, Argument) {
         return c.applicant.enrolment.documents_missing ? std::nullopt : Known("true");
       },
       nullptr, IsYesNo, "true or false"},
      {"screening:", FactKind::kWord, ReadScreening, IsWord<ScreeningKind>,
       [](std::string_view text) { return text == "PASSED" || text == "FAILED"; }, "PASSED or FAILED"},
      {"sun_level", FactKind::kSunLevel,
       [](const Context& c, Argument) { return Known(c.applicant.person.profile.sun_level); }, nullptr,
       [](std::string_view text) { return IsDigits(text, 1, 3); }, "SUN 2020 levels of one to three digits"},
      {"cefr:", FactKind::kCefr, ReadCefr, IsLanguage, IsWord<CefrLevel>, "A1, A2, B1, B2, C1, C2 or NATIVE"},
      {"goals", FactKind::kNumber,
       [](const Context& c, Argument) { return Known(absl::StrCat(c.applicant.person.profile.goals.size())); }, nullptr,
       IsNumber, "whole numbers"},
      {"years_experience", FactKind::kNumber,
       [](const Context& c, Argument) { return Known(absl::StrCat(c.applicant.person.profile.years_experience)); },
       nullptr, IsNumber, "whole numbers"},
      {"age", FactKind::kAge, [](const Context&, Argument) { return std::optional<std::string>(); }, nullptr, IsNumber,
       "whole years"},
  };
  return *facts;
}

// The fact that `text` names and its argument; null where there is none.
std::pair<const Fact*, std::string_view> FindFact(std::string_view text) {
  for (const Fact& fact : Facts()) {
    if (fact.is_argument == nullptr) {
      if (text == fact.name) return {&fact, ""};
    } else if (text.starts_with(fact.name) && fact.is_argument(text.substr(fact.name.size()))) {
      return {&fact, text.substr(fact.name.size())};
    }
  }
  return {nullptr, ""};
}

std::vector<RuleOperator> OperatorsOf(FactKind kind) {
  if (kind == FactKind::kWord) {
    return {RuleOperator::kEquals, RuleOperator::kNotEquals, RuleOperator::kIn, RuleOperator::kNotIn};
  }
  return {RuleOperator::kAtLeast, RuleOperator::kAtMost};
}

int NumberOf(const std::string& text) {
  int number = 0;
  return absl::SimpleAtoi(text, &number) ? number : 0;
}

// Less than zero, zero or more: the fact against the limit.
int Compare(FactKind kind, const std::string& fact, const std::string& limit) {
  switch (kind) {
    case FactKind::kCefr:
      return static_cast<int>(FromWord<CefrLevel>(fact)) - static_cast<int>(FromWord<CefrLevel>(limit));
    case FactKind::kSunLevel:  // As finely as both are known: 53 is level 5.
      return fact.substr(0, limit.size()).compare(limit.substr(0, fact.size()));
    case FactKind::kNumber:
    case FactKind::kAge:
    case FactKind::kWord:
      return NumberOf(fact) - NumberOf(limit);
  }
  return 0;
}

Truth AgeHolds(const RuleCondition& condition, const Context& context) {
  const int limit = NumberOf(condition.values[0]);
  const bool at_least = condition.op == RuleOperator::kAtLeast;
  const AgeAnswer answer =
      CheckAge(context.applicant.person, context.date, at_least ? std::optional(limit) : std::nullopt,
               at_least ? std::nullopt : std::optional(limit));
  if (answer == AgeAnswer::kNeedsEvidence) return Truth::kUnknown;
  return From(answer == AgeAnswer::kYes);
}

Truth Holds(const RuleCondition& condition, const Context& context) {
  const auto [fact, argument] = FindFact(condition.fact);
  if (fact == nullptr || condition.values.empty()) return Truth::kUnknown;
  if (fact->kind == FactKind::kAge) return AgeHolds(condition, context);
  const std::optional<std::string> value = fact->read(context, argument);
  if (!value) return Truth::kUnknown;
  const bool among = std::find(condition.values.begin(), condition.values.end(), *value) != condition.values.end();
  switch (condition.op) {
    case RuleOperator::kEquals:
    case RuleOperator::kIn:
      return From(among);
    case RuleOperator::kNotEquals:
    case RuleOperator::kNotIn:
      return From(!among);
    case RuleOperator::kAtLeast:
      return From(Compare(fact->kind, *value, condition.values[0]) >= 0);
    case RuleOperator::kAtMost:
      return From(Compare(fact->kind, *value, condition.values[0]) <= 0);
    case RuleOperator::kUnspecified:
      return Truth::kUnknown;
  }
  return Truth::kUnknown;
}

Truth IsMet(const Criterion& criterion, const Context& context) {
  Truth best = Truth::kFails;
  for (const RuleCondition& condition : criterion.any_of) {
    const Truth truth = Holds(condition, context);
    if (truth == Truth::kHolds) return truth;
    if (truth == Truth::kUnknown) best = truth;
  }
  return best;
}

void CheckCondition(const RuleCondition& condition, const std::string& path, std::vector<FieldViolation>& violations) {
  const Fact* const fact = FindFact(condition.fact).first;
  if (fact == nullptr) {
    const std::string known = absl::StrJoin(Facts(), ", ", [](std::string* out, const Fact& known_fact) {
      absl::StrAppend(out, std::string(known_fact.name), known_fact.is_argument ? "…" : "");
    });
    violations.push_back({path + ".fact", "is not a fact that rules can ask; there are " + known});
    return;
  }
  const std::vector<RuleOperator> allowed = OperatorsOf(fact->kind);
  if (std::find(allowed.begin(), allowed.end(), condition.op) == allowed.end()) {
    violations.push_back({path + ".operator", "does not suit this fact; it takes " +
                                                  absl::StrJoin(allowed, ", ", [](std::string* out, RuleOperator op) {
                                                    out->append(WordOf(op));
                                                  })});
  }
  const bool many = condition.op == RuleOperator::kIn || condition.op == RuleOperator::kNotIn;
  if (condition.values.empty() || (!many && condition.values.size() != 1)) {
    violations.push_back({path + ".values", many ? "must not be empty" : "must hold exactly one value"});
  }
  for (size_t i = 0; i < condition.values.size(); ++i) {
    if (fact->is_value(condition.values[i])) continue;
    violations.push_back(
        {absl::StrCat(path, ".values[", i, "]"), "this fact's values are " + std::string(fact->values_are)});
  }
}

}  // namespace

std::vector<FieldViolation> CheckRuleSet(const RuleSet& rules) {
  std::vector<FieldViolation> violations;
  std::set<std::pair<Role, std::string>> seen;
  for (size_t i = 0; i < rules.criteria.size(); ++i) {
    const Criterion& criterion = rules.criteria[i];
    const std::string path = absl::StrCat("rule_set.criteria[", i, "]");
    if (!seen.insert({criterion.role, criterion.code}).second) {
      violations.push_back({path + ".code", "is used for this role before; choose another"});
    }
    for (size_t k = 0; k < criterion.any_of.size(); ++k) {
      CheckCondition(criterion.any_of[k], absl::StrCat(path, ".any_of[", k, "]"), violations);
    }
  }
  return violations;
}

bool AsksAboutAgreements(const RuleSet& rules) {
  for (const Criterion& criterion : rules.criteria) {
    for (const RuleCondition& condition : criterion.any_of) {
      if (condition.fact == "employer_agreement") return true;
    }
  }
  return false;
}

Decision Decide(const RuleSet& rules, const Programme& programme, const Applicant& applicant,
                const AgreementFacts& agreements, Date date, absl::Time decided_at) {
  const Context context{.programme = programme, .applicant = applicant, .agreements = agreements, .date = date};
  Decision decision{
      .verdict = Verdict::kEligible, .rule_set_version = rules.version, .date = date, .decided_at = decided_at};
  for (const Criterion& criterion : rules.criteria) {
    if (criterion.role != applicant.enrolment.role) continue;
    const Truth truth = IsMet(criterion, context);
    if (truth == Truth::kHolds) continue;
    const bool failed = truth == Truth::kFails;
    decision.findings.push_back({criterion.code, failed ? CriterionOutcome::kFailed : CriterionOutcome::kUnknown});
    if (failed) {
      decision.verdict = Verdict::kIneligible;
    } else if (decision.verdict == Verdict::kEligible) {
      decision.verdict = Verdict::kNeedsEvidence;
    }
  }
  return decision;
}

}  // namespace brygga::participant
