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

// What binds the pairs of a cohort of `kind`. (Those of PLACEMENT are an
// allocation's.)
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
  // CohortStore::ReadingMark from before participant was asked. Nothing: nobody
  // else writes people.
  std::optional<int64_t> mark = {};
};

// What participant says of some people, and of cohorts as such.
struct PeopleChange {
  struct Found {
    CohortKey cohort;
    Person person;
    // False where participant cannot tell whether the employer's agreement is
    // active: then what is known of it stays.
    bool agreement_known = true;
  };

  int64_t mark = 0;                      // As that of CohortPeople.
  std::set<ParticipantId> participants;  // Asked for, in all cohorts.
  std::set<std::string> enrolments;      // Asked for, by resource name.
  // Something was heard of these, which need not be known: one that has come to be
  // known since the mark was read without it.
  std::set<CohortKey> heard_of;
  std::vector<Found> found;     // Those of them who may be matched; nobody else may.
  std::vector<Cohort> cohorts;  // Key, kind and state.

  bool empty() const { return participants.empty() && enrolments.empty() && heard_of.empty() && cohorts.empty(); }
};

// What came of it.
struct PeopleApplied {
  int people = 0;   // Who came, changed or went.
  int cohorts = 0;  // Whose epoch grew.

  friend bool operator==(const PeopleApplied&, const PeopleApplied&) = default;
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
  std::optional<Side> by = {};  // Of a participant's: who of the two.
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

// What becomes of a pair of an earlier answer while a round mends it.
enum class Fate {
  kOpen,   // Nobody has answered: it may stay or change.
  kStays,  // Runs, or is half accepted, or is to stay: its people are not in the problem.
  kOver,   // Was declined, has expired or has ended.
};
std::string_view NameOf(Fate fate);
Fate FateOf(std::string_view name);

struct EarlierPair {
  ParticipantId mentor;
  ParticipantId adept;
  MatchId match;
  Fate fate = Fate::kOpen;

  friend bool operator==(const EarlierPair&, const EarlierPair&) = default;
};

// What a round mends (round.h has the order that leads to it).
struct RepairInput {
  std::vector<EarlierPair> earlier;     // Ordered by match.
  std::optional<int64_t> change_price;  // Micro-units; nullopt: the fewest changes.
};

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
  std::vector<Match> matches = {};         // All of the cohort, ordered by id. Empty in a prepared input.
  std::optional<RepairInput> repair = {};  // Of a prepared input.
};

// What a pair looks like to somebody who would lock or match it.
struct PairFacts {
  MatchingPolicy policy;
  Person mentor;
  Person adept;
  int free_seats = 0;        // Of the mentor in the cohort, less the seats that other locks wait for.
  std::vector<Veto> vetoes;  // Of this pair.
  std::optional<MatchId> adept_match;
  std::optional<Lock> adept_lock = {};
  std::string cohort_kind = {};
  std::string cohort_state = {};
};

// The lock that `lock` asks for, with what it breaks, where `broken` are the
// hard rules that the pair breaks, vetoes aside.
//
// kFailedPrecondition: LOCK_VETOED, one of the two has forbidden the pair;
// ADEPT_HAS_MATCH; LOCK_BREAKS_RULES, there is no override reason.
absl::StatusOr<Lock> DecideLock(Lock lock, const PairFacts& facts, const std::vector<engine::BrokenRule>& broken,
                                absl::Time now);

// How a match by hand begins.
struct ByHand {
  bool accepted = false;  // Both have said yes elsewhere.
  absl::Duration answer_within = absl::Hours(24 * 14);
};

// The match by hand that `match` asks for, with its kind and what it breaks;
// `score` is the pair's.
//
// kFailedPrecondition: COHORT_NOT_MATCHABLE; MATCH_VETOED, one of the two has
// forbidden the pair; ADEPT_HAS_MATCH; ADEPT_LOCKED, to another mentor;
// MATCH_BREAKS_RULES, there is no override reason.
absl::StatusOr<Match> DecideMatch(Match match, const PairFacts& facts, const engine::PairScore& score,
                                  const ByHand& by_hand, absl::Time now);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_H_
