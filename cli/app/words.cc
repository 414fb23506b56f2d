#include "cli/app/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "cli/app/findings.h"
#include "cli/output/text.h"
#include "common/status/macros.h"
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

absl::StatusOr<int> ParseWord(const google::protobuf::EnumDescriptor& type, std::string_view word) {
  if (const std::optional<int> value = ValueOf(type, word)) return *value;
  return UsageError(absl::StrCat("\"", std::string(word), "\""),
                    absl::StrCat("is not known; give one of ", WordsOf(type)));
}

absl::StatusOr<absl::CivilSecond> ParseClock(std::string_view text) {
  std::string full = absl::StrReplaceAll(std::string(text), {{" ", "T"}});
  if (full.size() == sizeof("YYYY-MM-DDThh:mm") - 1) full += ":00";
  if (const auto local = ParseLocalTime(full); local.ok()) return *local;
  return UsageError(absl::StrCat("\"", std::string(text), "\""),
                    "is not a time on Stockholm's clocks; write it as 'YYYY-MM-DD hh:mm', without a zone");
}

absl::StatusOr<absl::Time> ParseStockholmTime(std::string_view text) {
  BRYGGA_ASSIGN_OR_RETURN(const absl::CivilSecond local, ParseClock(text));
  return InstantOf({.time = local});
}

std::string Points(int64_t micros) { return absl::StrFormat("%.1f", micros / 10'000.0); }

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
  return absl::StrJoin(parts, "; ", [](std::string* out, const mv1::Contribution* part) {
    absl::StrAppend(out, Points(part->micro()), " ", Printable(part->sentence().text()));
  });
}

std::string StockholmTime(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  const auto local = LocalAt(absl::FromUnixSeconds(time.seconds()), kDefaultZone);
  return local.ok() ? absl::StrReplaceAll(FormatLocalTime(local->time).substr(0, 16), {{"T", " "}}) : "";
}

}  // namespace brygga::cli
