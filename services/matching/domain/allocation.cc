#include "services/matching/domain/allocation.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/check.h"
#include "services/matching/domain/allocation_errors.h"

namespace brygga::matching {
namespace {

// Words by value, the first for `first`.
template <size_t n>
std::string_view WordOf(const std::array<std::string_view, n>& words, int value, int first) {
  return words[static_cast<size_t>(value - first)];
}
template <typename Enum, size_t n>
Enum ValueOfWord(const std::array<std::string_view, n>& words, std::string_view word, int first) {
  const auto found = std::find(words.begin(), words.end(), word);
  BRYGGA_CHECK(found != words.end());  // Words come from our own tables.
  return static_cast<Enum>(found - words.begin() + first);
}

constexpr auto kStates = std::to_array<std::string_view>(
    {"OPEN", "QUEUED", "RUNNING", "PROPOSED", "PUBLISHING", "PUBLISHED", "CANCELLED", "FAILED"});
constexpr auto kObjectives = std::to_array<std::string_view>({"DEFERRED_ACCEPTANCE", "MAX_PLACED"});
constexpr auto kDraws = std::to_array<std::string_view>({"", "COMMITTED", "DRAWN", "PUBLISHED"});
constexpr auto kPhases = std::to_array<std::string_view>(
    {"", "FACTS", "SOLVING", "CHECKING", "STORING", "HOLDING", "UNDOING", "CONFIRMING"});
constexpr auto kFallbacks = std::to_array<std::string_view>({"OPEN_TO_ALL", "KEEP_EMPTY"});
constexpr auto kReasons = std::to_array<std::string_view>(
    {"", "OUTRANKED", "AGE", "AGE_NEEDS_EVIDENCE", "REQUIREMENTS", "NO_SEATS", "PERSON_GONE"});
constexpr auto kScopes = std::to_array<std::string_view>({"ALL_SEATS", "EACH_OPENING"});
constexpr auto kSeats = std::to_array<std::string_view>({"", "HELD", "CONFIRMED", "RELEASED"});

template <size_t n>
std::vector<std::string> All(const std::array<std::string_view, n>& words) {
  std::vector<std::string> all;
  for (const std::string_view word : words) {
    if (!word.empty()) all.emplace_back(word);
  }
  return all;
}

bool Contains(const std::vector<std::string>& codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

std::string_view NameOf(AllocationState state) { return WordOf(kStates, static_cast<int>(state), 1); }
std::string_view NameOf(AllocationObjective objective) { return WordOf(kObjectives, static_cast<int>(objective), 1); }
std::string_view NameOf(DrawState state) { return WordOf(kDraws, static_cast<int>(state), 0); }
std::string_view NameOf(AllocationPhase phase) { return WordOf(kPhases, static_cast<int>(phase), 0); }
std::string_view NameOf(AllocationReserveFallback fallback) {
  return WordOf(kFallbacks, static_cast<int>(fallback), 1);
}
std::string_view NameOf(UnplacedReason reason) { return WordOf(kReasons, static_cast<int>(reason), 0); }
std::string_view NameOf(PlacementSeat seat) { return WordOf(kSeats, static_cast<int>(seat), 0); }
std::string_view NameOf(AllocationReserveScope scope) { return WordOf(kScopes, static_cast<int>(scope), 1); }
AllocationState AllocationStateOf(std::string_view name) { return ValueOfWord<AllocationState>(kStates, name, 1); }
AllocationObjective AllocationObjectiveOf(std::string_view name) {
  return ValueOfWord<AllocationObjective>(kObjectives, name, 1);
}
DrawState DrawStateOf(std::string_view name) { return ValueOfWord<DrawState>(kDraws, name, 0); }
AllocationPhase AllocationPhaseOf(std::string_view name) { return ValueOfWord<AllocationPhase>(kPhases, name, 0); }
AllocationReserveFallback AllocationReserveFallbackOf(std::string_view name) {
  return ValueOfWord<AllocationReserveFallback>(kFallbacks, name, 1);
}
UnplacedReason UnplacedReasonOf(std::string_view name) { return ValueOfWord<UnplacedReason>(kReasons, name, 0); }
PlacementSeat PlacementSeatOf(std::string_view name) { return ValueOfWord<PlacementSeat>(kSeats, name, 0); }
AllocationReserveScope AllocationReserveScopeOf(std::string_view name) {
  return ValueOfWord<AllocationReserveScope>(kScopes, name, 1);
}

bool Allocation::HasPriority(std::string_view code) const { return Contains(priorities, code); }

bool Allocation::HasGroup(std::string_view code) const {
  return Contains(guaranteed_groups, code) ||
         std::any_of(reserves.begin(), reserves.end(), [&](const auto& reserve) { return reserve.group == code; });
}

bool IsUnderWay(AllocationState state) {
  return state == AllocationState::kQueued || state == AllocationState::kRunning ||
         state == AllocationState::kPublishing;
}

ApplicationResult Judge(const Allocation& allocation, const ApplicationRow& row, const std::set<std::string>& openings,
                        const Application* known, absl::Time now) {
  const Application& wanted = row.application;
  ApplicationResult result{.problems = row.problems};
  for (size_t i = 0; i < wanted.choices.size(); ++i) {
    if (!openings.contains(wanted.choices[i])) {
      result.problems.push_back({absl::StrCat("choices[", i, "]"), "is no opening of this allocation"});
    }
  }
  if (!wanted.priority.empty() && !allocation.HasPriority(wanted.priority)) {
    result.problems.push_back(
        {"priority", "is none of the allocation's: " + absl::StrJoin(allocation.priorities, ", ")});
  }
  for (size_t i = 0; i < wanted.groups.size(); ++i) {
    if (!allocation.HasGroup(wanted.groups[i])) {
      result.problems.push_back(
          {absl::StrCat("groups[", i, "]"), "is no group that the allocation has a reserve or a guarantee for"});
    }
  }
  if (!result.problems.empty()) return result;
  Application after = known ? *known : wanted;
  after.choices = wanted.choices;
  after.priority = wanted.priority;
  after.groups = wanted.groups;
  after.meets = wanted.meets;
  if (!known) {
    after.revision = 1;
    after.created_at = after.updated_at = now;
    result.outcome = ApplicationOutcome::kCreated;
  } else if (after == *known) {
    result.outcome = ApplicationOutcome::kUnchanged;
  } else {
    ++after.revision;
    after.updated_at = now;
    result.outcome = ApplicationOutcome::kUpdated;
  }
  result.application = std::move(after);
  return result;
}

absl::Status CheckTakesApplications(const Allocation& allocation) {
  if (allocation.state == AllocationState::kOpen) return absl::OkStatus();
  return WrongAllocationState(allocation, {AllocationState::kOpen});
}

absl::StatusOr<Allocation> Commit(Allocation allocation, std::string_view seed, std::string_view seed_hash,
                                  absl::Time now) {
  if (allocation.draw != DrawState::kNone) return allocation;
  if (allocation.state != AllocationState::kOpen) return WrongAllocationState(allocation, {AllocationState::kOpen});
  allocation.draw = DrawState::kCommitted;
  allocation.seed = seed;
  allocation.seed_hash = seed_hash;
  allocation.committed_at = now;
  return allocation;
}

absl::StatusOr<Allocation> Start(Allocation allocation, AllocationObjective objective) {
  const std::vector<AllocationState> allowed = {AllocationState::kOpen, AllocationState::kProposed,
                                                AllocationState::kFailed};
  if (std::find(allowed.begin(), allowed.end(), allocation.state) == allowed.end()) {
    return WrongAllocationState(allocation, allowed);
  }
  if (allocation.draw == DrawState::kNone) return NotCommitted(allocation);
  if (allocation.application_count == 0) return NoApplications(allocation);
  allocation.state = AllocationState::kQueued;
  allocation.objective = objective;
  allocation.statistics = {};
  allocation.groups.clear();
  allocation.certified = false;
  allocation.failure_reason.clear();
  allocation.failure_detail.clear();
  allocation.attempt = 0;
  return allocation;
}

absl::StatusOr<Allocation> Cancel(Allocation allocation) {
  if (allocation.state == AllocationState::kPublishing || allocation.state == AllocationState::kPublished ||
      allocation.state == AllocationState::kCancelled) {
    return WrongAllocationState(allocation,
                                {AllocationState::kOpen, AllocationState::kQueued, AllocationState::kRunning,
                                 AllocationState::kProposed, AllocationState::kFailed});
  }
  allocation.state = AllocationState::kCancelled;
  allocation.phase = AllocationPhase::kNone;
  return allocation;
}

absl::StatusOr<Allocation> BeginPublication(Allocation allocation, absl::Duration answer_within) {
  if (allocation.state != AllocationState::kProposed) {
    return WrongAllocationState(allocation, {AllocationState::kProposed});
  }
  allocation.state = AllocationState::kPublishing;
  allocation.phase = AllocationPhase::kHolding;
  allocation.progress_permille = 0;
  allocation.answer_within = answer_within;
  allocation.failure_reason.clear();
  allocation.failure_detail.clear();
  allocation.worker_until = absl::UnixEpoch();
  allocation.attempt = 0;
  return allocation;
}

bool IsClaimable(const Allocation& allocation, absl::Time now) {
  if (allocation.state == AllocationState::kQueued) return true;
  return (allocation.state == AllocationState::kRunning || allocation.state == AllocationState::kPublishing) &&
         allocation.worker_until <= now;
}

Allocation Claim(Allocation allocation, std::string_view worker, absl::Time until) {
  ++allocation.attempt;
  allocation.worker = worker;
  allocation.worker_until = until;
  if (allocation.state == AllocationState::kPublishing) return allocation;
  if (allocation.attempt > kMostAllocationAttempts) {
    allocation.state = AllocationState::kFailed;
    allocation.phase = AllocationPhase::kNone;
    allocation.failure_reason = "INTERRUPTED";
    allocation.failure_detail = absl::StrCat("Its computation was begun ", kMostAllocationAttempts, " times.");
    return allocation;
  }
  allocation.state = AllocationState::kRunning;
  allocation.phase = AllocationPhase::kFacts;
  allocation.progress_permille = 0;
  return allocation;
}

const list::Schema& AllocationSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "state", .kind = FieldKind::kEnum, .enum_values = All(kStates)},
      {.name = "display_name", .sortable = Sortable::kYes},
      {.name = "create_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
  };
  return kSchema;
}

list::Value ValueOf(const Allocation& allocation, std::string_view field) {
  if (field == "state") return std::string(NameOf(allocation.state));
  if (field == "display_name") return allocation.display_name;
  if (field == "create_time") return absl::ToUnixMicros(allocation.created_at);
  return allocation.id.value();
}

const list::Schema& ApplicationSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "participant"},
      {.name = "priority"},
      {.name = "reference"},
      {.name = "lottery_number", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "create_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
  };
  return kSchema;
}

const list::Schema& PlacementSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "opening", .sortable = Sortable::kYes},
      {.name = "participant"},
      {.name = "choice", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "group"},
      {.name = "seat", .kind = FieldKind::kEnum, .enum_values = All(kSeats)},
      {.name = "lottery_number", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
  };
  return kSchema;
}

const list::Schema& ReserveSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "position", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "reason", .kind = FieldKind::kEnum, .enum_values = All(kReasons)},
      {.name = "priority"},
      {.name = "participant"},
      {.name = "openings"},
  };
  return kSchema;
}

list::Value ValueOf(const Application& application, std::string_view field) {
  if (field == "priority") return application.priority;
  if (field == "reference") return application.reference;
  if (field == "lottery_number") return int64_t{application.lottery_number};
  if (field == "create_time") return absl::ToUnixMicros(application.created_at);
  if (field == "opening") return application.placement;
  if (field == "choice") return int64_t{application.choice};
  if (field == "group") return application.seat_group;
  if (field == "seat") return std::string(NameOf(application.seat));
  if (field == "position") return int64_t{application.reserve_position};
  if (field == "reason") return std::string(NameOf(application.reason));
  if (field == "openings") return absl::StrJoin(application.choices, ";");
  return application.participant.value();  // "participant" and "id".
}

}  // namespace brygga::matching
