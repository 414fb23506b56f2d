#include "cli/app/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "cli/output/text.h"
#include "common/time/local_time.h"

namespace brygga::cli {
namespace {

namespace mv1 = ::brygga::matching::v1;

// The prefix of an enum's values is the name of the one that is 0, which ends
// in UNSPECIFIED.
size_t PrefixOf(const google::protobuf::EnumDescriptor& type) {
  const auto* const zero = type.FindValueByNumber(0);
  constexpr size_t kUnspecified = sizeof("UNSPECIFIED") - 1;
  return zero == nullptr ? 0 : zero->name().size() - kUnspecified;
}

std::string AsWord(std::string_view name) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(std::string(name)), {{"_", " "}});
}

}  // namespace

std::string WordOf(const google::protobuf::EnumDescriptor& type, int value) {
  if (value == 0) return "";
  const auto* const found = type.FindValueByNumber(value);
  if (found == nullptr) return absl::StrCat("(", value, ")");
  return AsWord(std::string_view(found->name()).substr(PrefixOf(type)));
}

std::optional<int> ValueOf(const google::protobuf::EnumDescriptor& type, std::string_view word) {
  const std::string wanted = absl::StrReplaceAll(AsWord(word), {{"-", " "}});
  for (int i = 0; i < type.value_count(); ++i) {
    const int value = type.value(i)->number();
    if (value != 0 && WordOf(type, value) == wanted) return value;
  }
  return std::nullopt;
}

std::string WordsOf(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    words.push_back(absl::StrReplaceAll(WordOf(type, type.value(i)->number()), {{" ", "-"}}));
  }
  return absl::StrJoin(words, ", ");
}

absl::StatusOr<int> ParseWord(const google::protobuf::EnumDescriptor& type, std::string_view flag,
                              std::string_view word) {
  if (const std::optional<int> value = ValueOf(type, word)) return *value;
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(flag), " ", std::string(word), ": give one of ", WordsOf(type)));
}

std::string Points(int64_t micros) { return absl::StrFormat("%.1f", micros / 10'000.0); }

std::string ReasonText(mv1::Criterion criterion) {
  switch (criterion) {
    case mv1::CRITERION_OCCUPATION:
      return "close occupation";
    case mv1::CRITERION_COMPETENCES:
      return "shared competences";
    case mv1::CRITERION_LANGUAGE:
      return "common language";
    case mv1::CRITERION_DISTANCE:
      return "easy to meet";
    case mv1::CRITERION_SLOTS:
      return "common times";
    case mv1::CRITERION_GOALS:
      return "goals met by experience";
    case mv1::CRITERION_EDUCATION_FIELD:
      return "same field of education";
    case mv1::CRITERION_CONTINUITY:
      return "a mentor before";
    case mv1::CRITERION_ROUNDS_WAITED:
      return "long wait";
    default:
      return WordOf(criterion);
  }
}

std::string RuleText(mv1::HardRule rule) {
  switch (rule) {
    case mv1::HARD_RULE_VETO:
      return "the pair is forbidden";
    case mv1::HARD_RULE_SCREENING_NOT_PASSED:
      return "not screened";
    case mv1::HARD_RULE_NO_ACTIVE_AGREEMENT:
      return "employer without active agreement";
    case mv1::HARD_RULE_PRIVATE_MENTOR_NOT_ALLOWED:
      return "private person";
    case mv1::HARD_RULE_SAME_EMPLOYER:
      return "same employer";
    case mv1::HARD_RULE_EXCLUDED_ORGANISATION:
      return "excluded organisation";
    case mv1::HARD_RULE_GENDER_PREFERENCE:
      return "another gender than asked for";
    case mv1::HARD_RULE_AGE_WINDOW:
      return "outside the ages";
    case mv1::HARD_RULE_FORMAT_CONFLICT:
      return "one on site only, the other online only";
    case mv1::HARD_RULE_NO_COMMON_SLOT:
      return "no common time";
    case mv1::HARD_RULE_NO_COMMON_LANGUAGE:
      return "no common language";
    case mv1::HARD_RULE_TOO_FAR:
      return "too far away";
    case mv1::HARD_RULE_OCCUPATION_TOO_DISTANT:
      return "occupation too far off";
    case mv1::HARD_RULE_TOO_FEW_SHARED_COMPETENCES:
      return "too few shared competences";
    default:
      return WordOf(rule);
  }
}

std::string MainReasons(const google::protobuf::RepeatedPtrField<mv1::Contribution>& contributions, size_t at_most) {
  std::vector<const mv1::Contribution*> parts;
  for (const mv1::Contribution& part : contributions) parts.push_back(&part);
  std::stable_sort(parts.begin(), parts.end(), [](const auto* a, const auto* b) { return a->micro() > b->micro(); });
  parts.resize(std::min(parts.size(), at_most));
  return absl::StrJoin(parts, ", ", [](std::string* out, const mv1::Contribution* part) {
    absl::StrAppend(out, ReasonText(part->criterion()), " ", Points(part->micro()),
                    part->unknown() ? " (assumed)" : "");
  });
}

std::string UnmatchedText(const mv1::UnmatchedAdept& adept) {
  switch (adept.reason()) {
    case mv1::UNMATCHED_REASON_NO_FEASIBLE_MENTOR: {
      const auto end = adept.rules().begin() + std::min(3, adept.rules_size());
      const std::string counts =
          absl::StrJoin(adept.rules().begin(), end, ", ", [](std::string* out, const mv1::RuleCount& count) {
            absl::StrAppend(out, count.mentors(), " ", RuleText(count.rule()));
          });
      return absl::StrCat("no mentor satisfies every rule", counts.empty() ? "" : ": ", counts);
    }
    case mv1::UNMATCHED_REASON_BOTTLENECK:
      return absl::StrCat("one of ", Count(adept.group_size(), "adept", "adepts"), " who share ",
                          Count(adept.group_seats(), "seat", "seats"), " of ",
                          Count(adept.group_mentors_size(), "mentor", "mentors"));
    case mv1::UNMATCHED_REASON_NO_SEATS:
      return "mentors would do, and none of them has a free seat";
    default:
      return WordOf(adept.reason());
  }
}

std::string StockholmTime(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  const auto local = LocalAt(absl::FromUnixSeconds(time.seconds()), kDefaultZone);
  return local.ok() ? absl::StrReplaceAll(FormatLocalTime(local->time).substr(0, 16), {{"T", " "}}) : "";
}

}  // namespace brygga::cli
