// How a round treated groups of adepts, with small groups kept out of sight.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_FAIRNESS_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_FAIRNESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/people.h"

namespace brygga::matching {

// An adept of a round with the score of their pair, if they have one.
struct TreatedAdept {
  const engine::Person* features;  // Borrowed.
  std::optional<int32_t> score;
};

enum class Visibility {
  kShown,
  kSmall,      // Fewer than five people.
  kWithheld,   // Would give away another group by subtraction.
  kCountOnly,  // How many they are, and nothing of how they fared.
};

struct FairnessGroup {
  std::string code;
  Visibility visibility = Visibility::kShown;
  // What is not visible is 0 or nothing: it leaves this file for nobody.
  int adepts = 0;
  int matched = 0;
  std::optional<int32_t> worst_score, median_score;  // From five pairs on; of two medians the lower.

  friend bool operator==(const FairnessGroup&, const FairnessGroup&) = default;
};

// Everyone is in exactly one group.
struct FairnessDimension {
  std::string dimension;  // GENDER, FIRST_LANGUAGE, AGE, COUNTY, MUNICIPALITY.
  std::vector<FairnessGroup> groups;
};

struct FairnessReport {
  FairnessGroup all;
  std::vector<FairnessDimension> dimensions;  // Those of which something is known.
};

enum class ReportFor { kCoordinator, kOthers };

inline constexpr int kSmallGroup = 5;     // Fewer are not shown.
inline constexpr int kExtremeGroup = 20;  // All or none of fewer is shown to the cohort's coordinator only.

// The report on `adepts`. Groups of fewer than five are SMALL. What is not shown
// of a dimension can be had by subtraction as one group: where that group may not
// be shown itself, the smallest group that is (ties: the lower code) is withheld
// as well, until it may. The same goes for how groups fared: for others than the
// coordinator a group of fewer than twenty of whom all or none are matched is
// COUNT_ONLY, and so is the smallest other one as long as the groups of whom
// nothing is said are all or none matched together. Municipalities are told from
// their county, so that each county's are a table of their own; those of a
// county that is not shown are not shown either.
FairnessReport ReportFairness(const std::vector<TreatedAdept>& adepts, ReportFor reader);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_FAIRNESS_H_
