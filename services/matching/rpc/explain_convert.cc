#include "services/matching/rpc/explain_convert.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "services/matching/rpc/convert.h"

namespace brygga::matching {
namespace {

constexpr size_t kMostMoves = 100;

int32_t ScoreOf(const engine::Problem& problem, int32_t adept, int32_t mentor) {
  const int64_t pair = mentor < 0 ? -1 : problem.edges.Find(adept, mentor);
  return pair < 0 ? 0 : problem.edges.score[static_cast<size_t>(pair)];
}

v1::Move ToProto(const engine::Move& move, const CohortView& view, const engine::Problem& problem,
                 const Catalogue& words) {
  v1::Move proto;
  proto.set_adept(NameOf(view.AdeptAt(move.adept)));
  if (move.from >= 0) proto.set_from_mentor(NameOf(view.MentorAt(move.from)));
  if (move.to >= 0) proto.set_to_mentor(NameOf(view.MentorAt(move.to)));
  proto.set_from_score(ScoreOf(problem, move.adept, move.from));
  proto.set_to_score(ScoreOf(problem, move.adept, move.to));
  *proto.mutable_sentence() = ToProto(SentenceOfMove(proto.adept(), proto.from_mentor(), proto.to_mentor(),
                                                     int64_t{proto.to_score()} - proto.from_score()),
                                      words);
  return proto;
}

v1::Visibility ToProto(Visibility visibility) {
  switch (visibility) {
    case Visibility::kShown:
      return v1::VISIBILITY_SHOWN;
    case Visibility::kSmall:
      return v1::VISIBILITY_SMALL;
    case Visibility::kWithheld:
      return v1::VISIBILITY_WITHHELD;
    case Visibility::kCountOnly:
      return v1::VISIBILITY_COUNT_ONLY;
  }
  return v1::VISIBILITY_UNSPECIFIED;
}

// `part` of `all`, more than 0, in so many parts of a whole: rounded half up, but all
// or none only where it is all or none.
int64_t RateOf(int64_t part, int64_t all, int64_t whole) {
  const int64_t rounded = (2 * whole * part + all) / (2 * all);
  if (part > 0 && part < all) return std::clamp<int64_t>(rounded, 1, whole - 1);
  return rounded;
}

// The kind of the codes of a dimension's groups; ages have no names.
std::string KindOf(const std::string& dimension) { return dimension == "FIRST_LANGUAGE" ? "LANGUAGE" : dimension; }

v1::FairnessGroup ToProto(const FairnessGroup& group, const std::string& kind, const Catalogue& words) {
  v1::FairnessGroup proto;
  proto.set_code(group.code);
  const bool is_special = group.code == "UNKNOWN" || group.code == "ALL";
  proto.set_label(words.NameOf(is_special ? "GROUP" : kind, group.code));
  proto.set_visibility(ToProto(group.visibility));
  const bool is_shown = group.visibility == Visibility::kShown;
  if (is_shown || group.visibility == Visibility::kCountOnly) proto.set_adepts(group.adepts);
  if (!is_shown) return proto;
  proto.set_matched(group.matched);
  if (group.adepts > 0) proto.set_match_permille(static_cast<int32_t>(RateOf(group.matched, group.adepts, 1000)));
  if (group.worst_score) proto.set_worst_score(*group.worst_score);
  if (group.median_score) proto.set_median_score(*group.median_score);
  return proto;
}

}  // namespace

v1::Sentence ToProto(const Sentence& sentence, const Catalogue& words) {
  v1::Sentence proto;
  proto.set_key(sentence.key);
  for (const auto& [name, value] : sentence.arguments) (*proto.mutable_arguments())[name] = value;
  proto.set_text(words.Render(sentence));
  return proto;
}

v1::Contribution ToProto(const engine::Contribution& contribution, const Catalogue& words) {
  v1::Contribution proto = ToProto(contribution);
  *proto.mutable_sentence() = ToProto(SentenceOf(contribution), words);
  return proto;
}

v1::BrokenRule ToProto(const engine::BrokenRule& broken, const Catalogue& words) {
  v1::BrokenRule proto = ToProto(broken);
  *proto.mutable_sentence() = ToProto(SentenceOf(broken), words);
  return proto;
}

v1::ForcedPair ToProto(const engine::Forced& forced, bool counts_pairs, const CohortView& view,
                       const engine::Problem& problem, const Catalogue& words) {
  v1::ForcedPair proto;
  if (counts_pairs) proto.set_matched_change(static_cast<int32_t>(forced.change.pairs));
  proto.set_score_change(forced.change.score);
  for (size_t i = 0; i < std::min(forced.moves.size(), kMostMoves); ++i) {
    *proto.add_moves() = ToProto(forced.moves[i], view, problem, words);
  }
  proto.set_more_moves(static_cast<int32_t>(forced.moves.size()) - proto.moves_size());
  return proto;
}

void AddAgain(const engine::ForcedAgain& made, engine::Objective objective, v1::ForcedPair& proto) {
  if (objective == engine::Objective::kStable) {
    proto.set_blocking_pairs(static_cast<int32_t>(made.blocking_pairs));
    return;
  }
  proto.set_worst_score_change(made.worst_change);
  proto.set_first_difference(made.first_difference);
  proto.set_difference_score(made.difference);
}

v1::MentorProfile ToProto(const engine::MentorKind& kind) {
  v1::MentorProfile proto;
  for (const auto& [code, level] : kind.languages) {
    v1::SpokenLanguage& language = *proto.add_languages();
    language.set_language(code);
    language.set_level(level);
  }
  proto.set_ssyk4(kind.ssyk4);
  proto.set_municipality(kind.municipality);
  if (kind.within_km >= 0) proto.set_within_km(kind.within_km);
  proto.set_online(kind.online);
  for (const std::string& slot : kind.slots) proto.add_slots(slot);
  if (kind.gender == engine::Gender::kFemale) proto.set_gender("F");
  if (kind.gender == engine::Gender::kMale) proto.set_gender("M");
  return proto;
}

v1::SharedFeature ToProto(const engine::CommonFeature& common, const Catalogue& words) {
  v1::SharedFeature proto;
  proto.set_feature(std::string(common.feature.kind));
  proto.set_code(common.feature.code);
  proto.set_members(common.members);
  proto.set_label(words.NameOf(proto.feature(), proto.code()));
  return proto;
}

v1::FairnessReport ToProto(const FairnessReport& report, const std::string& name, const Catalogue& words) {
  v1::FairnessReport proto;
  proto.set_name(name);
  for (const char* figure : {"ADEPTS", "MATCHED", "RATE", "WORST", "MEDIAN"}) {
    (*proto.mutable_figures())[figure] = words.NameOf("FIGURE", figure);
  }
  *proto.mutable_all() = ToProto(report.all, "GROUP", words);
  bool small = report.all.visibility == Visibility::kSmall;
  bool count_only = report.all.visibility == Visibility::kCountOnly;
  for (const FairnessDimension& dimension : report.dimensions) {
    v1::FairnessDimension& made = *proto.add_dimensions();
    made.set_dimension(dimension.dimension);
    made.set_label(words.NameOf("DIMENSION", dimension.dimension));
    for (const FairnessGroup& group : dimension.groups) {
      *made.add_groups() = ToProto(group, KindOf(dimension.dimension), words);
      small = small || group.visibility == Visibility::kSmall;
      count_only = count_only || group.visibility == Visibility::kCountOnly;
    }
  }
  if (report.all.visibility == Visibility::kShown && report.all.adepts > 0) {
    *proto.add_sentences() = ToProto(
        Say("fairness.ALL", {{"adepts", absl::StrCat(report.all.adepts)},
                             {"matched", absl::StrCat(report.all.matched)},
                             {"rate", absl::StrCat(1000 * RateOf(report.all.matched, report.all.adepts, 1000))}}),
        words);
  }
  if (small) *proto.add_sentences() = ToProto(Say("fairness.SMALL"), words);
  if (count_only) *proto.add_sentences() = ToProto(Say("fairness.COUNT_ONLY"), words);
  return proto;
}

}  // namespace brygga::matching
