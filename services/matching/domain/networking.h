// Speed networking: plans, who takes part, and who sits down with whom.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_NETWORKING_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_NETWORKING_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

using NetworkingPlanId = Id<struct NetworkingPlanTag>;

inline std::string NameOf(const CohortKey& key, const NetworkingPlanId& id) {
  return NameOf(key, "networkingPlans", id.value());
}

enum class NetworkingState { kPlanned = 1, kRunning, kFinished };

// Levels of a language, the lowest first; the last is a first language.
inline constexpr std::string_view kLanguageLevels[] = {"A1", "A2", "B1", "B2", "C1", "C2", "N"};
// From 1; 0 for a word that is none.
int LevelRank(std::string_view level);

// Language codes and levels.
using Languages = std::vector<std::pair<std::string, std::string>>;

// Somebody who takes part: an adept is a newcomer, a mentor is established.
struct NetworkingGuest {
  ParticipantId id;
  Side side = Side::kAdept;
  Languages languages;
  bool absent = false;  // From the next plan on.

  friend bool operator==(const NetworkingGuest&, const NetworkingGuest&) = default;
};

struct NetworkingConversation {
  int round = 1;  // From 1.
  int table = 1;  // From 1.
  ParticipantId newcomer;
  ParticipantId established;
  std::string language;
  int32_t score = 0;

  friend bool operator==(const NetworkingConversation&, const NetworkingConversation&) = default;
};

struct NetworkingPlan {
  NetworkingPlanId id;
  CohortKey cohort;
  int64_t revision = 1;
  absl::Time created_at = {};
  absl::Time updated_at = {};
  std::string display_name;
  std::string event = {};  // events/{e}, or empty.
  int rounds = 1;
  int round_minutes = 15;
  std::optional<absl::Time> starts_at = {};
  int tables = 0;  // 0: no limit.
  std::string language_level = "B1";
  int started_rounds = 0;
  int finished_rounds = 0;
  // Figures of the plan as it was made last.
  int conversation_count = 0;
  int possible_pairs = 0;
  int64_t total_score = 0;

  std::string name() const { return NameOf(cohort, id); }
  friend bool operator==(const NetworkingPlan&, const NetworkingPlan&) = default;
};

// A plan and all that belongs to it.
struct NetworkingRecord {
  NetworkingPlan plan;
  std::vector<NetworkingGuest> guests;
  std::vector<NetworkingConversation> conversations;  // By round and table.

  friend bool operator==(const NetworkingRecord&, const NetworkingRecord&) = default;
};

// Somebody who has fewer conversations than there are rounds left.
struct NetworkingGap {
  ParticipantId participant;
  int rounds = 0;
  int possible_partners = 0;
};

NetworkingState StateOf(const NetworkingPlan& plan);
std::string_view NameOf(NetworkingState state);

// The language that both speak best, and how well the less fluent of the two does;
// "" and 0 where they have none in common.
std::pair<std::string, int> CommonLanguage(const Languages& a, const Languages& b);

// What a pair is worth by the cohort's policy, micro-units; 0 where the policy
// does not say.
using PairWorth = std::function<int32_t(const ParticipantId& newcomer, const ParticipantId& established)>;

// Plans the rounds that have not been begun: the most conversations, and among
// those plans the one with the highest total of scores. A pair's score is its worth,
// or 100,000 for each level of the language both speak best, if that is more.
// Rounds that were begun stay as they are. The answer is checked before it is given.
//
// kFailedPrecondition NETWORKING_STATE: no round is left. kResourceExhausted, as
// the engine says.
absl::StatusOr<NetworkingRecord> Plan(NetworkingRecord record, const PairWorth& worth);

// Who sits out how many of the rounds that are left.
std::vector<NetworkingGap> GapsOf(const NetworkingRecord& record);

// kFailedPrecondition NETWORKING_STATE.
absl::StatusOr<NetworkingPlan> StartRound(NetworkingPlan plan);
absl::StatusOr<NetworkingPlan> FinishRound(NetworkingPlan plan);
absl::Status CheckHasRoundsLeft(const NetworkingPlan& plan);

const list::Schema& NetworkingPlanSchema();
list::Value ValueOf(const NetworkingPlan& plan, std::string_view field);
// Ordered by round and table alone.
const list::Schema& ConversationSchema();
list::Value ValueOf(const NetworkingConversation& conversation, std::string_view field);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_NETWORKING_H_
