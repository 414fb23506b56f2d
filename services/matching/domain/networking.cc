#include "services/matching/domain/networking.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/networking.h"

namespace brygga::matching {
namespace {

constexpr int32_t kScoreOfALevel = 100'000;

absl::Status WrongNetworkingState(const NetworkingPlan& plan, const std::string& description) {
  return FailedPrecondition("NETWORKING_STATE", {.type = "STATE", .subject = plan.name(), .description = description});
}

// The guests of one side by row, and the rows by person.
struct SideRows {
  std::vector<const NetworkingGuest*> guests;
  std::map<ParticipantId, int32_t> rows;
};

SideRows RowsOf(const NetworkingRecord& record, Side side) {
  SideRows rows;
  for (const NetworkingGuest& guest : record.guests) {
    if (guest.side != side) continue;
    rows.rows[guest.id] = static_cast<int32_t>(rows.guests.size());
    rows.guests.push_back(&guest);
  }
  return rows;
}

std::vector<uint8_t> AbsentOf(const SideRows& side) {
  std::vector<uint8_t> absent;
  for (const NetworkingGuest* guest : side.guests) absent.push_back(guest->absent ? 1 : 0);
  return absent;
}

// What is to be planned, in the engine's terms.
engine::NetworkingProblem ToProblem(const NetworkingRecord& record, const SideRows& newcomers,
                                    const SideRows& established, const PairWorth& worth) {
  const NetworkingPlan& plan = record.plan;
  engine::NetworkingProblem problem{.established = static_cast<int32_t>(established.guests.size()),
                                    .rounds = plan.rounds,
                                    .tables = plan.tables,
                                    .finished_rounds = plan.started_rounds,
                                    .newcomer_absent = AbsentOf(newcomers),
                                    .established_absent = AbsentOf(established)};
  const int least = LevelRank(plan.language_level);
  for (const NetworkingGuest* newcomer : newcomers.guests) {
    for (size_t e = 0; e < established.guests.size(); ++e) {
      const auto [language, level] = CommonLanguage(newcomer->languages, established.guests[e]->languages);
      if (level < least || level == 0 || newcomer->id == established.guests[e]->id) continue;
      problem.pairs.mentor.push_back(static_cast<int32_t>(e));
      problem.pairs.score.push_back(std::max(level * kScoreOfALevel, worth(newcomer->id, established.guests[e]->id)));
    }
    problem.pairs.offset.push_back(static_cast<int64_t>(problem.pairs.mentor.size()));
  }
  for (const NetworkingConversation& held : record.conversations) {
    if (held.round > plan.started_rounds) continue;
    problem.held.push_back({.round = held.round - 1,
                            .newcomer = newcomers.rows.at(held.newcomer),
                            .established = established.rows.at(held.established)});
  }
  return problem;
}

// Whoever is established keeps one table and the newcomers move on, where there are
// tables enough; else tables are numbered round by round.
void NumberTables(const SideRows& established, NetworkingRecord& record) {
  const NetworkingPlan& plan = record.plan;
  const bool keeps_table = plan.tables == 0 || plan.tables >= static_cast<int>(established.guests.size());
  std::map<int, int> used;
  for (NetworkingConversation& conversation : record.conversations) {
    if (conversation.round <= plan.started_rounds) continue;
    conversation.table = keeps_table ? established.rows.at(conversation.established) + 1 : ++used[conversation.round];
  }
  std::sort(record.conversations.begin(), record.conversations.end(),
            [](const NetworkingConversation& a, const NetworkingConversation& b) {
              return std::pair(a.round, a.table) < std::pair(b.round, b.table);
            });
}

}  // namespace

int LevelRank(std::string_view level) {
  const auto found = std::find(std::begin(kLanguageLevels), std::end(kLanguageLevels), level);
  return found == std::end(kLanguageLevels) ? 0 : static_cast<int>(found - std::begin(kLanguageLevels)) + 1;
}

NetworkingState StateOf(const NetworkingPlan& plan) {
  if (plan.started_rounds == 0) return NetworkingState::kPlanned;
  return plan.finished_rounds >= plan.rounds ? NetworkingState::kFinished : NetworkingState::kRunning;
}

std::string_view NameOf(NetworkingState state) {
  static constexpr std::string_view kWords[] = {"PLANNED", "RUNNING", "FINISHED"};
  return kWords[static_cast<size_t>(state) - 1];
}

std::pair<std::string, int> CommonLanguage(const Languages& a, const Languages& b) {
  std::pair<std::string, int> best = {"", 0};
  for (const auto& [language, level] : a) {
    for (const auto& [other, other_level] : b) {
      const int both = std::min(LevelRank(level), LevelRank(other_level));
      if (language != other || both == 0) continue;
      if (both > best.second || (both == best.second && language < best.first)) best = {language, both};
    }
  }
  return best;
}

absl::Status CheckHasRoundsLeft(const NetworkingPlan& plan) {
  if (plan.started_rounds < plan.rounds) return absl::OkStatus();
  return WrongNetworkingState(
      plan, absl::StrCat("has begun all of its ", plan.rounds, " rounds; there is none left to plan or begin"));
}

absl::StatusOr<NetworkingRecord> Plan(NetworkingRecord record, const PairWorth& worth) {
  BRYGGA_RETURN_IF_ERROR(CheckHasRoundsLeft(record.plan));
  const SideRows newcomers = RowsOf(record, Side::kAdept);
  const SideRows established = RowsOf(record, Side::kMentor);
  const engine::NetworkingProblem problem = ToProblem(record, newcomers, established, worth);
  BRYGGA_ASSIGN_OR_RETURN(const engine::NetworkingPlan answer, engine::PlanNetworking(problem));
  BRYGGA_RETURN_IF_ERROR(engine::CheckNetworkingPlan(problem, answer));
  std::erase_if(record.conversations, [&](const NetworkingConversation& conversation) {
    return conversation.round > record.plan.started_rounds;
  });
  for (const engine::Conversation& planned : answer.conversations) {
    if (planned.round < record.plan.started_rounds) continue;
    const NetworkingGuest& newcomer = *newcomers.guests[static_cast<size_t>(planned.newcomer)];
    const NetworkingGuest& other = *established.guests[static_cast<size_t>(planned.established)];
    const int64_t edge = problem.pairs.Find(planned.newcomer, planned.established);
    record.conversations.push_back({.round = planned.round + 1,
                                    .newcomer = newcomer.id,
                                    .established = other.id,
                                    .language = CommonLanguage(newcomer.languages, other.languages).first,
                                    .score = problem.pairs.score[static_cast<size_t>(edge)]});
  }
  NumberTables(established, record);
  record.plan.conversation_count = static_cast<int>(record.conversations.size());
  record.plan.possible_pairs = static_cast<int>(problem.pairs.size());
  record.plan.total_score = answer.planned_score;
  return record;
}

std::vector<NetworkingGap> GapsOf(const NetworkingRecord& record) {
  const NetworkingPlan& plan = record.plan;
  std::map<ParticipantId, int> planned;
  for (const NetworkingConversation& conversation : record.conversations) {
    if (conversation.round <= plan.started_rounds) continue;
    ++planned[conversation.newcomer];
    ++planned[conversation.established];
  }
  std::vector<NetworkingGap> gaps;
  const int left = plan.rounds - plan.started_rounds;
  for (const NetworkingGuest& guest : record.guests) {
    if (guest.absent || planned[guest.id] >= left) continue;
    NetworkingGap gap{.participant = guest.id, .rounds = left - planned[guest.id]};
    for (const NetworkingGuest& other : record.guests) {
      if (other.side == guest.side || other.absent) continue;
      const int level = CommonLanguage(guest.languages, other.languages).second;
      if (level >= LevelRank(plan.language_level)) ++gap.possible_partners;
    }
    gaps.push_back(std::move(gap));
  }
  return gaps;
}

absl::StatusOr<NetworkingPlan> StartRound(NetworkingPlan plan) {
  BRYGGA_RETURN_IF_ERROR(CheckHasRoundsLeft(plan));
  if (plan.started_rounds > plan.finished_rounds) {
    return WrongNetworkingState(plan,
                                absl::StrCat("has round ", plan.started_rounds, " under way; finish that one first"));
  }
  ++plan.started_rounds;
  return plan;
}

absl::StatusOr<NetworkingPlan> FinishRound(NetworkingPlan plan) {
  if (plan.started_rounds == plan.finished_rounds) {
    return WrongNetworkingState(plan, "has no round under way; start one first");
  }
  ++plan.finished_rounds;
  return plan;
}

const list::Schema& NetworkingPlanSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "display_name", .sortable = Sortable::kYes},
      {.name = "event"},
      {.name = "state", .kind = FieldKind::kEnum, .enum_values = {"PLANNED", "RUNNING", "FINISHED"}},
      {.name = "create_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
  };
  return kSchema;
}

list::Value ValueOf(const NetworkingPlan& plan, std::string_view field) {
  if (field == "display_name") return plan.display_name;
  if (field == "event") return plan.event;
  if (field == "state") return std::string(NameOf(StateOf(plan)));
  if (field == "create_time") return absl::ToUnixMicros(plan.created_at);
  return plan.id.value();
}

const list::Schema& ConversationSchema() {
  static const list::Schema kSchema = {};
  return kSchema;
}

list::Value ValueOf(const NetworkingConversation& conversation, std::string_view) {
  return absl::StrCat(1'000'000 + conversation.round * 10'000 + conversation.table);  // As long for all.
}

}  // namespace brygga::matching
