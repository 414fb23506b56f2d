// Allocations: who applies for which openings, how lots fall, who is placed.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATION_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATION_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/status/error.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

using AllocationId = Id<struct AllocationTag>;

inline std::string NameOf(const CohortKey& key, const AllocationId& id) {
  return NameOf(key, "allocations", id.value());
}
// "programmes/p/cohorts/c/allocations/a/applications/p".
inline std::string NameOf(const CohortKey& key, const AllocationId& id, const ParticipantId& participant) {
  return NameOf(key, id) + "/applications/" + participant.value();
}

enum class AllocationState { kOpen = 1, kQueued, kRunning, kProposed, kPublishing, kPublished, kCancelled, kFailed };
enum class AllocationObjective { kDeferredAcceptance = 1, kMaxPlaced };
enum class DrawState { kNone = 0, kCommitted, kDrawn, kPublished };
enum class AllocationPhase { kNone = 0, kFacts, kSolving, kChecking, kStoring, kHolding, kUndoing, kConfirming };
enum class AllocationReserveFallback { kOpenToAll = 1, kKeepEmpty };
enum class UnplacedReason {
  kNone = 0,
  kOutranked,
  kAge,
  kAgeNeedsEvidence,
  kRequirements,
  kNoSeats,
  kPersonGone,
};
enum class PlacementSeat { kNone = 0, kHeld, kConfirmed, kReleased };
enum class AllocationReserveScope { kAllSeats = 1, kEachOpening };
// Whether a seat that was given back has been offered on.
enum class FreedSeat { kNone = 0, kOffering, kOffered, kLapsed };

// The words that tables, filters and messages use; "" for the value 0.
std::string_view NameOf(AllocationState state);
std::string_view NameOf(AllocationObjective objective);
std::string_view NameOf(DrawState state);
std::string_view NameOf(AllocationPhase phase);
std::string_view NameOf(AllocationReserveFallback fallback);
std::string_view NameOf(UnplacedReason reason);
std::string_view NameOf(PlacementSeat seat);
std::string_view NameOf(AllocationReserveScope scope);
AllocationState AllocationStateOf(std::string_view name);
AllocationObjective AllocationObjectiveOf(std::string_view name);
DrawState DrawStateOf(std::string_view name);
AllocationPhase AllocationPhaseOf(std::string_view name);
AllocationReserveFallback AllocationReserveFallbackOf(std::string_view name);
UnplacedReason UnplacedReasonOf(std::string_view name);
PlacementSeat PlacementSeatOf(std::string_view name);
AllocationReserveScope AllocationReserveScopeOf(std::string_view name);

struct AllocationReserve {
  std::string group;
  int share_permille = 0;  // Or, where it is 0,
  int count = 0;           // so many seats.
  AllocationReserveFallback fallback = AllocationReserveFallback::kOpenToAll;
  AllocationReserveScope scope = AllocationReserveScope::kAllSeats;

  friend bool operator==(const AllocationReserve&, const AllocationReserve&) = default;
};

struct AllocationStatistics {
  int applicants = 0;
  int eligible = 0;
  int openings = 0;
  int seats = 0;
  int placed = 0;
  int first_choice = 0;
  int reserves = 0;
  int64_t rank_sum = 0;
  int64_t solve_us = 0;

  friend bool operator==(const AllocationStatistics&, const AllocationStatistics&) = default;
};

struct GroupFigure {
  std::string group;  // Empty: in none.
  int eligible = 0;
  int placed = 0;
  int reserved = 0;

  friend bool operator==(const GroupFigure&, const GroupFigure&) = default;
};

inline constexpr int kMostOpenings = 20'000;
inline constexpr int kMostAllocationAttempts = 3;

struct Allocation {
  AllocationId id;
  CohortKey cohort;
  int64_t revision = 1;
  absl::Time created_at = {};
  absl::Time updated_at = {};
  std::string display_name;
  AllocationState state = AllocationState::kOpen;
  AllocationObjective objective = AllocationObjective::kDeferredAcceptance;
  std::vector<std::string> priorities = {};
  std::vector<AllocationReserve> reserves = {};
  std::vector<std::string> guaranteed_groups = {};
  int opening_count = 0;
  int application_count = 0;
  DrawState draw = DrawState::kNone;
  std::string seed = {};  // Secret until the draw is PUBLISHED.
  std::string seed_hash = {};
  std::optional<absl::Time> committed_at = {};
  std::optional<absl::Time> drawn_at = {};
  AllocationStatistics statistics = {};
  std::vector<GroupFigure> groups = {};
  bool certified = false;
  std::string failure_reason = {};
  std::string failure_detail = {};
  AllocationPhase phase = AllocationPhase::kNone;
  int progress_permille = 0;
  // Who works on it, until when, and for the how manieth time, as in a round.
  std::string worker = {};
  absl::Time worker_until = absl::UnixEpoch();
  int attempt = 0;
  absl::Duration answer_within = absl::ZeroDuration();  // From publication on.
  std::optional<absl::Time> published_at = {};

  std::string name() const { return NameOf(cohort, id); }
  // True where `code` is a priority, a reserve's group or a guaranteed one.
  bool HasPriority(std::string_view code) const;
  bool HasGroup(std::string_view code) const;

  friend bool operator==(const Allocation&, const Allocation&) = default;
};

// True while a worker has something to do, so that a watcher waits on.
bool IsUnderWay(AllocationState state);

// An opening of an allocation, with what was read from partner when it was
// started.
struct AllocationOpening {
  std::string name;  // organisations/{o}/openings/{x}.
  int seats = 0;     // Free ones.

  friend bool operator==(const AllocationOpening&, const AllocationOpening&) = default;
};

// What one person asks for, and what became of it.
struct Application {
  ParticipantId participant;
  int64_t revision = 1;
  absl::Time created_at = {};
  absl::Time updated_at = {};
  std::string reference = {};  // Stands for the person in the published draw.
  std::vector<std::string> choices = {};
  std::string priority = {};
  std::vector<std::string> groups = {};
  std::vector<std::string> meets = {};

  // The result, from PROPOSED on.
  std::vector<UnplacedReason> barred = {};  // Per choice; empty: none is barred.
  bool gone = false;                        // There is no such person.
  int lottery_number = 0;
  std::string placement = {};  // An opening.
  int choice = 0;              // Its rank, from 1.
  std::string seat_group = {};
  int reserve_position = 0;
  UnplacedReason reason = UnplacedReason::kNone;
  MatchId match = {};
  PlacementSeat seat = PlacementSeat::kNone;

  // Of a placement that is listed: whose seat it was before, and what became of it
  // afterwards (offers.h).
  ParticipantId freed_by = {};
  FreedSeat freed = FreedSeat::kNone;
  ParticipantId passed_to = {};
  std::string lapse_reason = {};

  friend bool operator==(const Application&, const Application&) = default;
};

enum class ApplicationOutcome { kCreated = 1, kUpdated, kUnchanged, kRefused };

struct ApplicationResult {
  ApplicationOutcome outcome = ApplicationOutcome::kRefused;
  Application application;  // As it is now; empty where refused.
  std::vector<FieldViolation> problems = {};
};

// One wish to apply. Problems that its form has are named already.
struct ApplicationRow {
  Application application;  // With a reference that is taken where it is a new one.
  std::vector<FieldViolation> problems = {};
};

// What becomes of `row`, given what is known of the person's application
// (nothing: null) and the names of those of its choices that the allocation has.
ApplicationResult Judge(const Allocation& allocation, const ApplicationRow& row, const std::set<std::string>& openings,
                        const Application* known, absl::Time now);

// All that a result is computed from.
struct AllocationInput {
  Allocation allocation;
  std::vector<AllocationOpening> openings;  // By position.
  std::vector<Application> applications;    // By participant.
};

struct AllocationProposal {
  std::vector<AllocationOpening> openings;
  std::vector<Application> applications;
  AllocationStatistics statistics;
  std::vector<GroupFigure> groups;
  std::string certificate;
};

// The states in which people may apply, a computation may begin, and so on.
//
// kFailedPrecondition ALLOCATION_STATE: in another one.
absl::Status CheckTakesApplications(const Allocation& allocation);
// kFailedPrecondition ALLOCATION_STATE.
absl::StatusOr<Allocation> Commit(Allocation allocation, std::string_view seed, std::string_view seed_hash,
                                  absl::Time now);
// kFailedPrecondition ALLOCATION_STATE, NOT_COMMITTED, NO_APPLICATIONS.
absl::StatusOr<Allocation> Start(Allocation allocation, AllocationObjective objective);
// kFailedPrecondition ALLOCATION_STATE.
absl::StatusOr<Allocation> Cancel(Allocation allocation);
absl::StatusOr<Allocation> BeginPublication(Allocation allocation, absl::Duration answer_within);

// True where a worker may take it at `now`.
bool IsClaimable(const Allocation& allocation, absl::Time now);
// The allocation as `worker` takes it until `until`; FAILED, INTERRUPTED, after
// too many attempts to compute it. A publication is attempted until it is done.
Allocation Claim(Allocation allocation, std::string_view worker, absl::Time until);

const list::Schema& AllocationSchema();
list::Value ValueOf(const Allocation& allocation, std::string_view field);
const list::Schema& ApplicationSchema();
const list::Schema& PlacementSchema();
const list::Schema& ReserveSchema();
// For all three.
list::Value ValueOf(const Application& application, std::string_view field);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATION_H_
