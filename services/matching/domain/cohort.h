// A cohort as matching knows it: people by opaque id with the features that
// scoring needs, and what a coordinator has said of pairs.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "engine/people.h"
#include "engine/score.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

// A cohort in the words of participant: kind "VOCATIONAL", state "OPEN".
struct Cohort {
  CohortKey key;
  std::string kind;
  std::string state;
  int64_t epoch = 0;       // Grows whenever a ranking may have changed.
  int policy_version = 0;  // The one in force; 0: none yet.
  absl::Time as_of = {};   // When its people were read from participant.

  friend bool operator==(const Cohort&, const Cohort&) = default;
};

// False for the states in which nobody is matched: DRAFT, COMPLETED, CANCELLED.
bool IsMatchable(std::string_view cohort_state);

// What binds the pairs of a cohort of `kind`.
MatchKind MatchKindFor(std::string_view kind);

// One person in one role of one cohort.
struct Person {
  ParticipantId id;
  Side role = Side::kAdept;
  std::string enrolment;    // programmes/{p}/cohorts/{c}/enrolments/{e}.
  int person_capacity = 1;  // Mentors: pairs at a time over all cohorts.
  // `capacity` is the one in this cohort; `id` is empty: this struct's own holds.
  engine::Person features;
};

// Every fact of `person` as one line of text: equal lines, equal facts.
std::string Canonical(const Person& person);

// All that participant says of a cohort at one moment.
struct CohortPeople {
  Cohort cohort;  // Key, kind, state and as_of.
  std::vector<Person> people;
};

struct MatchingPolicy {
  CohortKey cohort;
  int version = 0;
  std::string kind;
  std::string document;  // JSON, engine/policy.h.
  std::string hash;      // SHA-256 of the document, hexadecimal.
  absl::Time created_at = {};

  std::string name() const { return NameOf(cohort, "policies", std::to_string(version)); }

  friend bool operator==(const MatchingPolicy&, const MatchingPolicy&) = default;
};

// A hand-picked pair that every round keeps.
struct Lock {
  LockId id;
  CohortKey cohort;
  ParticipantId mentor;
  ParticipantId adept;
  std::string reason;
  std::string override_reason = {};
  std::vector<std::string> broken_rules = {};  // Codes of engine::HardRule.
  bool over_capacity = false;
  std::string author = {};
  int64_t revision = 1;
  absl::Time created_at = {};

  std::string name() const { return NameOf(cohort, id); }

  friend bool operator==(const Lock&, const Lock&) = default;
};

enum class VetoOrigin { kCoordinator, kParticipant };
std::string_view NameOf(VetoOrigin origin);
VetoOrigin VetoOriginOf(std::string_view name);

// A pair that no round makes.
struct Veto {
  VetoId id;
  CohortKey cohort;
  ParticipantId mentor;
  ParticipantId adept;
  std::string reason;
  VetoOrigin origin = VetoOrigin::kCoordinator;
  std::string author = {};
  int64_t revision = 1;
  absl::Time created_at = {};

  std::string name() const { return NameOf(cohort, id); }

  friend bool operator==(const Veto&, const Veto&) = default;
};

const list::Schema& LockSchema();
list::Value ValueOf(const Lock& lock, std::string_view field);
const list::Schema& VetoSchema();
list::Value ValueOf(const Veto& veto, std::string_view field);
const list::Schema& PolicySchema();
list::Value ValueOf(const MatchingPolicy& policy, std::string_view field);

// One mentor's seats: `capacity` over all cohorts and how many are taken by
// live matches anywhere; `taken_here` by those of one cohort.
struct Seats {
  int capacity = 0;
  int taken = 0;
  int taken_here = 0;

  friend bool operator==(const Seats&, const Seats&) = default;
};

// Seats that a mentor has left in a cohort, where they offer `capacity_here`.
int FreeSeats(const Seats& seats, int capacity_here);

// Everything a round or a ranking starts from, read in one snapshot.
struct CohortInput {
  Cohort cohort;
  MatchingPolicy policy;
  std::vector<Person> people;                    // Ordered by role and id.
  std::map<ParticipantId, Seats> seats;          // Of its mentors.
  std::map<ParticipantId, std::string> matched;  // Adepts with a live match in the programme and kind: its name.
  std::map<ParticipantId, int> waited;           // Published rounds of the programme that left the adept out.
  std::vector<Lock> locks;
  std::vector<Veto> vetoes;
};

// What a pair looks like to somebody who would lock it.
struct PairFacts {
  MatchingPolicy policy;
  Person mentor;
  Person adept;
  int free_seats = 0;        // Of the mentor in the cohort, less the seats that other locks wait for.
  std::vector<Veto> vetoes;  // Of this pair.
  std::optional<MatchId> adept_match;
};

// The lock that `lock` asks for, with what it breaks, where `broken` are the
// hard rules that the pair breaks, vetoes aside.
//
// kFailedPrecondition: LOCK_VETOED, one of the two has forbidden the pair;
// ADEPT_HAS_MATCH; LOCK_BREAKS_RULES, there is no override reason.
absl::StatusOr<Lock> DecideLock(Lock lock, const PairFacts& facts, const std::vector<engine::BrokenRule>& broken,
                                absl::Time now);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_H_
