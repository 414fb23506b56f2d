// Pairs that matching has published, as far as events needs to know them: who
// the two are. They meet at a kick-off.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_PAIR_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_PAIR_H_

#include <string>
#include <string_view>

#include "common/list/list_query.h"
#include "services/events/domain/event.h"
#include "services/events/domain/words.h"

namespace brygga::events {

// One that stands: proposed, accepted by one, active or paused. One that ends is
// forgotten.
struct Pair {
  std::string match;  // programmes/{p}/cohorts/{c}/matches/{m}.
  std::string round;  // programmes/{p}/cohorts/{c}/rounds/{r}; empty: made by hand.
  PairKind kind = PairKind::kMentoring;
  std::string mentor;  // participants/{p}.
  std::string adept;

  friend bool operator==(const Pair&, const Pair&) = default;
};

// programmes/{p}/cohorts/{c} of a match or a round, and {m} of a match.
std::string CohortOf(std::string_view name);
std::string MatchIdOf(std::string_view match);

enum class PairSide { kMentor, kAdept };

// In what role one of a pair comes to an event.
Audience AudienceOf(const Event& event, const Pair& pair, PairSide side);

// The fields that lists filter by, and their values.
const list::Schema& PairSchema();
list::Value FieldOf(const Pair& pair, std::string_view field);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_PAIR_H_
