#include "services/matching/domain/sentence.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/check.h"

namespace brygga::matching {
namespace {

using Keys = std::map<std::string, std::vector<std::string>>;

// Criteria by the code of what a value comes from; "" where there is none.
struct Details {
  std::string_view criterion;
  std::vector<std::string_view> details;
};

const std::vector<Details>& AllDetails() {
  static const auto& details = *new std::vector<Details>{
      {"OCCUPATION",
       {"SAME_OCCUPATION", "EDGE_75", "SAME_SSYK4", "MANAGER_BRIDGE", "GROUP_EDGE_75", "SAME_SSYK3", "EDGE_25",
        "GROUP_EDGE_25", "SAME_SSYK2", "SAME_FIELD", "UNRELATED", "UNKNOWN"}},
      {"COMPETENCES", {"SHARED", "UNKNOWN"}},
      {"LANGUAGE", {"NOTHING_TO_PRACTISE", "PRACTISE_COMMON", "PRACTISE_POSSIBLE", "OTHER_LANGUAGE", "UNKNOWN"}},
      {"DISTANCE", {"ONLINE", "ONSITE", "UNKNOWN"}},
      {"SLOTS", {"COMMON", "UNKNOWN"}},
      {"GOALS", {"MET", "UNKNOWN"}},
      {"EDUCATION_FIELD", {"SAME_3", "SAME_2", "SAME_1", "UNRELATED", "UNKNOWN"}},
      {"CONTINUITY", {""}},
      {"ROUNDS_WAITED", {""}}};
  return details;
}

std::string CriterionKey(std::string_view criterion, std::string_view detail) {
  const std::string key = absl::StrCat("criterion.", std::string(criterion));
  return detail.empty() ? key : absl::StrCat(key, ".", std::string(detail));
}

// Rules that are asked about something; the others have no arguments.
const Keys& RuleArguments() {
  static const auto& arguments = *new Keys{{"NO_COMMON_SLOT", {"common", "minimum"}},
                                           {"NO_COMMON_LANGUAGE", {"adept_level", "mentor_level"}},
                                           {"TOO_FAR", {"km", "limit_km"}},
                                           {"TOO_FEW_SHARED_COMPETENCES", {"minimum", "shared"}}};
  return arguments;
}

Keys MakeKeys() {
  Keys keys = {
      {"pair.ALLOWED", {"score"}},
      {"pair.FORBIDDEN", {"rules"}},
      {"pair.IN_ROUND", {}},
      {"pair.LOCKED", {}},
      {"pair.VETOED", {}},
      {"pair.ADEPT_LOCKED", {}},
      {"pair.NOT_COMPUTED", {}},
      {"pair.TOO_LONG", {}},
      {"forced.SAME", {}},
      {"forced.LOWER", {"points"}},
      {"forced.HIGHER", {"points"}},
      {"forced.FEWER_LOWER", {"adepts", "points"}},
      {"forced.FEWER_HIGHER", {"adepts", "points"}},
      {"forced.MORE_LOWER", {"adepts", "points"}},
      {"forced.MORE_HIGHER", {"adepts", "points"}},
      {"forced.TOTAL_LOWER", {"points"}},
      {"forced.TOTAL_HIGHER", {"points"}},
      {"forced.TOTAL_SAME", {}},
      {"forced.WORST", {"change"}},
      {"forced.WORST_LATER", {"change", "place"}},
      {"forced.BLOCKING", {"pairs"}},
      {"move.BETWEEN", {"adept", "change", "from", "to"}},
      {"move.IN", {"adept", "change", "to"}},
      {"move.OUT", {"adept", "change", "from"}},
      {"unmatched.NO_FEASIBLE_MENTOR", {"mentors", "rules"}},
      {"unmatched.NO_FEASIBLE_MENTOR_AT_ALL", {}},
      {"unmatched.BOTTLENECK", {"adepts", "mentors", "seats"}},
      {"unmatched.NO_SEATS", {}},
      {"unmatched.OBJECTIVE", {}},
      {"unmatched.RULE", {"alone", "mentors", "rule"}},
      {"bottleneck.SHARED", {"adepts", "seats"}},
      {"bottleneck.SHARED_FEATURES", {"adepts", "features", "seats"}},
      {"bottleneck.FEW", {}},
      {"waiting.POSITION", {"position", "rounds", "waiting"}},
      {"waiting.NEXT_NONE", {}},
      {"waiting.NEXT_UNDER_WAY", {}},
      {"waiting.NEXT_PROPOSED", {}},
      {"waiting.NEXT_PUBLISHED", {}},
      {"suggestion.SEAT_CERTAIN", {"mentors"}},
      {"suggestion.SEAT_POSSIBLE", {"mentors"}},
      {"suggestion.RULE", {"mentors", "rule"}},
      {"suggestion.RULE_TOO_FAR", {"km", "limit_km", "mentors"}},
      {"suggestion.MENTOR_CERTAIN", {"helps"}},
      {"suggestion.MENTOR_POSSIBLE", {"helps"}},
      {"kind.LANGUAGES", {"languages", "level"}},
      {"kind.OCCUPATION", {"occupation"}},
      {"kind.PLACE", {"municipality"}},
      {"kind.PLACE_WITHIN", {"km", "municipality"}},
      {"kind.PLACE_OR_ONLINE", {"municipality"}},
      {"kind.PLACE_WITHIN_OR_ONLINE", {"km", "municipality"}},
      {"kind.ONLINE", {}},
      {"kind.SLOTS", {"slots"}},
      {"kind.SLOTS_SEVERAL", {"minimum", "slots"}},
      {"kind.SKILLS", {"minimum"}},
      {"kind.GENDER", {"gender"}},
      {"fairness.ALL", {"adepts", "matched", "rate"}},
      {"fairness.SMALL", {}},
      {"fairness.COUNT_ONLY", {}},
      {"price.STABILITY", {"adepts", "part", "points"}},
      {"price.FAIRNESS", {"gain", "part", "points"}},
  };
  for (const Details& of : AllDetails()) {
    for (const std::string_view detail : of.details) keys[CriterionKey(of.criterion, detail)] = {};
  }
  keys["criterion.DISTANCE.ONSITE"] = {"km"};
  keys["criterion.SLOTS.COMMON"] = {"common", "of"};
  keys["criterion.GOALS.MET"] = {"met", "of"};
  for (int i = 0; i < engine::kHardRuleCount; ++i) {
    const std::string code(engine::HardRuleCode(static_cast<engine::HardRule>(i)));
    const auto arguments = RuleArguments().find(code);
    keys[absl::StrCat("rule.", code)] =
        arguments == RuleArguments().end() ? std::vector<std::string>() : arguments->second;
    keys[absl::StrCat("impossible.", code)] = {};
  }
  keys["rule.TOO_FAR_UNKNOWN"] = {};
  return keys;
}

std::string Number(int64_t number) { return std::to_string(number); }

std::string_view LowerOrHigher(int64_t score) { return score <= 0 ? "LOWER" : "HIGHER"; }

}  // namespace

const std::map<std::string, std::vector<std::string>>& AllSentences() {
  static const auto& keys = *new Keys(MakeKeys());
  return keys;
}

Sentence Say(std::string key, SentenceArguments arguments) {
  const auto known = AllSentences().find(key);
  BRYGGA_CHECK(known != AllSentences().end());
  Sentence sentence{.key = std::move(key)};
  for (const std::string& name : known->second) {
    const auto found = arguments.find(name);
    BRYGGA_CHECK(found != arguments.end());
    sentence.arguments.insert(*found);
  }
  return sentence;
}

Sentence SentenceOf(const engine::Contribution& contribution) {
  const std::string criterion = absl::AsciiStrToUpper(std::string(engine::CriterionName(contribution.criterion)));
  SentenceArguments arguments = contribution.arguments;
  // Contributions of rounds that are stored keep their codes alone.
  for (const char* name : {"km", "common", "of", "met"}) arguments.try_emplace(name, "");
  return Say(CriterionKey(criterion, contribution.detail), std::move(arguments));
}

Sentence SentenceOf(const engine::BrokenRule& broken) {
  const std::string code(engine::HardRuleCode(broken.rule));
  const auto km = broken.arguments.find("km");
  if (km != broken.arguments.end() && km->second == "unknown") return Say("rule.TOO_FAR_UNKNOWN");
  return Say(absl::StrCat("rule.", code), broken.arguments);
}

Sentence SentenceOf(const engine::Change& change, bool counts_pairs) {
  const SentenceArguments arguments = {{"adepts", Number(std::abs(change.pairs))},
                                       {"points", Number(std::abs(change.score))}};
  const std::string direction(LowerOrHigher(change.score));
  if (!counts_pairs) return Say(change.score == 0 ? "forced.TOTAL_SAME" : "forced.TOTAL_" + direction, arguments);
  if (change.pairs < 0) return Say("forced.FEWER_" + direction, arguments);
  if (change.pairs > 0) return Say("forced.MORE_" + direction, arguments);
  return Say(change.score == 0 ? "forced.SAME" : "forced." + direction, arguments);
}

std::vector<Sentence> SentencesOf(const engine::ForcedAgain& made, engine::Objective objective) {
  const bool is_fairest = objective == engine::Objective::kFairest;
  const bool costs_nothing = is_fairest ? made.first_difference == 0 : made.blocking_pairs == 0;
  Sentence first = SentenceOf(made.forced.change, /*counts_pairs=*/true);
  if (first.key == "forced.SAME" && !costs_nothing) first = Say("forced.TOTAL_SAME");
  std::vector<Sentence> sentences = {std::move(first)};
  if (!is_fairest) {
    sentences.push_back(Say("forced.BLOCKING", {{"pairs", Number(made.blocking_pairs)}}));
  } else if (made.first_difference > 0) {
    sentences.push_back(Say(made.first_difference == 1 ? "forced.WORST" : "forced.WORST_LATER",
                            {{"place", Number(made.first_difference)}, {"change", Number(made.difference)}}));
  }
  return sentences;
}

Sentence SentenceOfMove(const std::string& adept, const std::string& from, const std::string& to, int64_t change) {
  const SentenceArguments arguments = {{"adept", adept}, {"from", from}, {"to", to}, {"change", Number(change)}};
  return Say(from.empty() ? "move.IN" : to.empty() ? "move.OUT" : "move.BETWEEN", arguments);
}

std::vector<Sentence> SentencesOf(const engine::MentorKind& kind) {
  std::vector<Sentence> sentences;
  for (const engine::HardRule rule : kind.impossible) {
    sentences.push_back(Say(absl::StrCat("impossible.", std::string(engine::HardRuleCode(rule)))));
  }
  if (!sentences.empty()) return sentences;
  if (!kind.ssyk4.empty()) sentences.push_back(Say("kind.OCCUPATION", {{"occupation", kind.ssyk4}}));
  if (!kind.languages.empty()) {
    const auto code = [](std::string* out, const auto& language) { out->append(language.first); };
    sentences.push_back(Say("kind.LANGUAGES", {{"languages", absl::StrJoin(kind.languages, ",", code)},
                                               {"level", kind.languages.front().second}}));
  }
  if (!kind.municipality.empty()) {
    sentences.push_back(
        Say(absl::StrCat("kind.PLACE", kind.within_km >= 0 ? "_WITHIN" : "", kind.online ? "_OR_ONLINE" : ""),
            {{"municipality", kind.municipality}, {"km", Number(kind.within_km)}}));
  } else if (kind.online) {
    sentences.push_back(Say("kind.ONLINE"));
  }
  if (kind.minimum_slots > 0) {
    sentences.push_back(Say(kind.minimum_slots == 1 ? "kind.SLOTS" : "kind.SLOTS_SEVERAL",
                            {{"slots", absl::StrJoin(kind.slots, ",")}, {"minimum", Number(kind.minimum_slots)}}));
  }
  if (kind.minimum_skills > 0) sentences.push_back(Say("kind.SKILLS", {{"minimum", Number(kind.minimum_skills)}}));
  if (kind.gender == engine::Gender::kFemale) sentences.push_back(Say("kind.GENDER", {{"gender", "F"}}));
  if (kind.gender == engine::Gender::kMale) sentences.push_back(Say("kind.GENDER", {{"gender", "M"}}));
  return sentences;
}

Sentence SentenceOf(const engine::RuleOption& option) {
  SentenceArguments arguments = option.arguments;
  arguments["mentors"] = Number(static_cast<int64_t>(option.mentors.size()));
  arguments["rule"] = std::string(engine::HardRuleCode(option.rule));
  const auto km = arguments.find("km");
  const bool is_distance = option.rule == engine::HardRule::kTooFar && km != arguments.end() && km->second != "unknown";
  return Say(is_distance ? "suggestion.RULE_TOO_FAR" : "suggestion.RULE", std::move(arguments));
}

Sentence UnmatchedSentence(std::string_view reason, const std::vector<engine::RuleCount>& rules, size_t group,
                           int64_t seats, size_t mentors) {
  if (reason == "NO_FEASIBLE_MENTOR") {
    if (rules.empty()) return Say("unmatched.NO_FEASIBLE_MENTOR_AT_ALL");
    constexpr size_t kMost = 3;
    std::vector<std::string> codes;
    for (size_t i = 0; i < rules.size() && i < kMost; ++i) codes.emplace_back(engine::HardRuleCode(rules[i].rule));
    return Say("unmatched.NO_FEASIBLE_MENTOR",
               {{"rules", absl::StrJoin(codes, ",")}, {"mentors", Number(rules.front().mentors)}});
  }
  return Say(absl::StrCat("unmatched.", std::string(reason)), {{"adepts", Number(static_cast<int64_t>(group))},
                                                               {"seats", Number(seats)},
                                                               {"mentors", Number(static_cast<int64_t>(mentors))}});
}

Sentence BottleneckSentence(size_t adepts, int64_t seats, const std::vector<engine::CommonFeature>& features) {
  const auto word = [](std::string* out, const engine::CommonFeature& common) {
    absl::StrAppend(out, std::string(common.feature.kind), ":", common.feature.code);
  };
  return Say(features.empty() ? "bottleneck.SHARED" : "bottleneck.SHARED_FEATURES",
             {{"adepts", Number(static_cast<int64_t>(adepts))},
              {"seats", Number(seats)},
              {"features", absl::StrJoin(features, ",", word)}});
}

}  // namespace brygga::matching
