#include "services/events/domain/pair.h"

#include <algorithm>

namespace brygga::events {

std::string CohortOf(std::string_view name) {
  // programmes/{p}/cohorts/{c} ends at the fourth slash.
  size_t end = 0;
  for (int slashes = 0; end < name.size(); ++end) {
    if (name[end] == '/' && ++slashes == 4) break;
  }
  return std::string(name.substr(0, end));
}

std::string MatchIdOf(std::string_view match) { return std::string(match.substr(match.rfind('/') + 1)); }

Audience AudienceOf(const Event& event, const Pair& pair, PairSide side) {
  const bool for_reverse =
      std::find(event.audience.begin(), event.audience.end(), Audience::kReversePairs) != event.audience.end();
  if (pair.kind != PairKind::kMentoring && for_reverse) return Audience::kReversePairs;
  return side == PairSide::kMentor ? Audience::kMentors : Audience::kMentees;
}

const list::Schema& PairSchema() {
  static const list::Schema kSchema = {{.name = "cohort"}, {.name = "round"}, {.name = "mentor"}, {.name = "adept"}};
  return kSchema;
}

list::Value FieldOf(const Pair& pair, std::string_view field) {
  if (field == "cohort") return CohortOf(pair.match);
  if (field == "round") return pair.round;
  if (field == "mentor") return pair.mentor;
  if (field == "adept") return pair.adept;
  return MatchIdOf(pair.match);
}

}  // namespace brygga::events
