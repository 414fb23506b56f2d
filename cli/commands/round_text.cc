#include "cli/commands/round_text.h"

#include <cstdint>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "cli/app/words.h"
#include "cli/output/text.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

// What a certificate proves, in the words of the objective.
std::string GuaranteeOf(v1::Objective objective) {
  switch (objective) {
    case v1::OBJECTIVE_SCORE:
      return "no set of pairs scores higher in total";
    case v1::OBJECTIVE_FAIREST:
      return "no more can be matched, and nobody's worst pair can be better without another's being worse";
    case v1::OBJECTIVE_STABLE:
      return "no two people would both rather have each other; at least two thirds as many are matched as in the "
             "largest such answer";
    default:
      return "no more can be matched, and no set of as many pairs scores higher";
  }
}

// What would change by `n`: "3 adepts fewer", "1 adept more", "as many adepts".
std::string FewerText(int64_t n, std::string_view one, std::string_view many) {
  if (n == 0) return absl::StrCat("as many ", std::string(many));
  return absl::StrCat(Count(n < 0 ? -n : n, one, many), n < 0 ? " more" : " fewer");
}

// The same of points.
std::string LessText(int64_t micros) {
  if (micros == 0) return "as many points";
  return absl::StrCat(Points(micros < 0 ? -micros : micros), micros < 0 ? " points more" : " points less");
}

std::string PriceText(const std::string& kind, const v1::ObjectivePrice& price) {
  if (price.pairs() == 0 && price.total_score() == 0 && price.worst_score_gain() == 0 &&
      price.blocking_pairs_fewer() == 0) {
    return absl::StrCat("  A ", kind, " answer would have the same figures.\n");
  }
  std::string text = absl::StrCat("  A ", kind, " answer would match ", FewerText(price.pairs(), "adept", "adepts"),
                                  " and score ", LessText(price.total_score()), " in total");
  if (price.worst_score_gain() != 0) {
    absl::StrAppend(&text, "; its lowest pair would have ", LessText(-price.worst_score_gain()));
  }
  if (price.blocking_pairs_fewer() != 0) {
    absl::StrAppend(&text, "; ", FewerText(price.blocking_pairs_fewer(), "pair", "pairs"),
                    " would rather have each other");
  }
  return text + ".\n";
}

std::string RepairText(const v1::MatchingRound& round) {
  if (!round.has_repair()) return "";
  const v1::RoundStatistics& figures = round.statistics();
  std::string text = absl::StrCat("Of the pairs before, ", figures.kept_pairs(), " stay and ", figures.changed_pairs(),
                                  " do not; ", Count(figures.new_pairs(), "pair is", "pairs are"), " new.\n");
  if (figures.lost_pairs() != 0 || figures.lost_score() != 0) {
    absl::StrAppend(&text, "Keeping them costs ", Count(figures.lost_pairs(), "adept", "adepts"), " and ",
                    Points(figures.lost_score()), " points.\n");
  }
  return text;
}

}  // namespace

std::string RoundText(const v1::MatchingRound& round) {
  const v1::RoundStatistics& figures = round.statistics();
  std::string text = round.name().empty() ? "Dry run, nothing is stored. The round would be "
                                          : absl::StrCat(round.name(), "\nThe round is ");
  text += WordOf(round.state());
  if (!round.failure_reason().empty()) absl::StrAppend(&text, " (", round.failure_reason(), ")");
  if (!round.has_statistics()) return text + ".\n";
  absl::StrAppend(&text, ": ", figures.matched(), " of ", Count(figures.adepts(), "adept", "adepts"), " matched with ",
                  Count(figures.mentors(), "mentor", "mentors"), " who had ",
                  Count(figures.seats(), "free seat", "free seats"), "; ", figures.feasible_pairs(),
                  " pairs were possible.\n");
  if (figures.matched() > 0) {
    absl::StrAppend(&text, Points(figures.total_score() / figures.matched()), " points a pair on average, ",
                    Points(figures.worst_score()), " at least.\n");
  }
  absl::StrAppend(&text, round.certified() ? "Certified: " + GuaranteeOf(round.objective()) : "Not certified", ".\n");
  absl::StrAppend(&text, RepairText(round));
  if (figures.overrides() > 0) {
    absl::StrAppend(&text, Count(figures.overrides(), "pair is", "pairs are"), " there against a rule, by a lock.\n");
  }
  if (figures.has_price_of_stability()) absl::StrAppend(&text, PriceText("stable", figures.price_of_stability()));
  if (figures.has_price_of_fairness()) absl::StrAppend(&text, PriceText("fairest", figures.price_of_fairness()));
  return text;
}

}  // namespace brygga::cli
