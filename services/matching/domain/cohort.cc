#include "services/matching/domain/cohort.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/check.h"
#include "services/matching/domain/errors.h"
#include "services/matching/domain/words.h"

namespace brygga::matching {
namespace {

constexpr Words<VetoOrigin, 2> kOrigins = {
    {{VetoOrigin::kCoordinator, "COORDINATOR"}, {VetoOrigin::kParticipant, "PARTICIPANT"}}};

constexpr Words<Fate, 3> kFates = {{{Fate::kOpen, "OPEN"}, {Fate::kStays, "STAYS"}, {Fate::kOver, "OVER"}}};

std::string Optional(const std::optional<int>& value) { return value ? absl::StrCat(*value) : "-"; }

}  // namespace

bool IsMatchable(std::string_view cohort_state) {
  return cohort_state != "DRAFT" && cohort_state != "COMPLETED" && cohort_state != "CANCELLED";
}

MatchKind MatchKindFor(std::string_view kind) {
  if (kind == "REVERSE") return MatchKind::kReverse;
  return kind == "MUTUAL" ? MatchKind::kMutual : MatchKind::kMentoring;
}

std::string Canonical(const Person& person) {
  const engine::Person& f = person.features;
  return absl::StrCat(
      absl::StrJoin({std::string(NameOf(person.role)),
                     person.id.value(),
                     person.enrolment,
                     absl::StrCat(person.person_capacity),
                     f.tie_key,
                     f.occupation_id,
                     f.ssyk4,
                     f.target_occupation_id,
                     f.target_ssyk4,
                     absl::StrJoin(f.skills, ";"),
                     absl::StrJoin(f.languages, ";", absl::PairFormatter(":")),
                     f.sun_field,
                     f.municipality_code,
                     Optional(f.max_distance_km),
                     absl::StrCat(static_cast<int>(f.format)),
                     absl::StrJoin(f.slots, ";"),
                     absl::StrJoin(f.goals, ";"),
                     Optional(f.years_experience),
                     f.organisation,
                     absl::StrCat(f.agreement_active)},
                    "|"),
      "|",
      absl::StrJoin(
          {absl::StrJoin(f.excluded_organisations, ";"), absl::StrCat(static_cast<int>(f.gender)),
           absl::StrCat(static_cast<int>(f.preferred_gender)), Optional(f.age), absl::StrCat(f.screening_passed),
           absl::StrCat(f.rounds_waited), absl::StrCat(f.rounds_before), absl::StrCat(f.capacity)},
          "|"),
      // Snapshots from before this was known keep their hash.
      f.referral_source.empty() ? "" : "|", f.referral_source);
}

std::string_view NameOf(VetoOrigin origin) { return WordOf(kOrigins, origin); }
VetoOrigin VetoOriginOf(std::string_view name) { return ValueOfWord(kOrigins, name); }

std::string_view NameOf(Fate fate) { return WordOf(kFates, fate); }
Fate FateOf(std::string_view name) { return ValueOfWord(kFates, name); }

const list::Schema& LockSchema() {
  static const auto& schema =
      *new list::Schema{{.name = "mentor"},
                        {.name = "adept"},
                        {.name = "reason"},
                        {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes}};
  return schema;
}

list::Value ValueOf(const Lock& lock, std::string_view field) {
  if (field == "id") return lock.id.value();
  if (field == "mentor") return lock.mentor.value();
  if (field == "adept") return lock.adept.value();
  if (field == "reason") return lock.reason;
  BRYGGA_CHECK(field == "create_time");
  return absl::ToUnixMicros(lock.created_at);
}

const list::Schema& VetoSchema() {
  static const auto& schema =
      *new list::Schema{{.name = "mentor"},
                        {.name = "adept"},
                        {.name = "reason"},
                        {.name = "origin", .kind = list::FieldKind::kEnum, .enum_values = AllWords(kOrigins)},
                        {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes}};
  return schema;
}

list::Value ValueOf(const Veto& veto, std::string_view field) {
  if (field == "id") return veto.id.value();
  if (field == "mentor") return veto.mentor.value();
  if (field == "adept") return veto.adept.value();
  if (field == "reason") return veto.reason;
  if (field == "origin") return std::string(NameOf(veto.origin));
  BRYGGA_CHECK(field == "create_time");
  return absl::ToUnixMicros(veto.created_at);
}

const list::Schema& PolicySchema() {
  static const auto& schema =
      *new list::Schema{{.name = "version", .kind = list::FieldKind::kInteger, .sortable = list::Sortable::kYes}};
  return schema;
}

list::Value ValueOf(const MatchingPolicy& policy, std::string_view field) {
  if (field == "version") return int64_t{policy.version};
  BRYGGA_CHECK(field == "id");
  return absl::StrCat(policy.version);
}

int FreeSeats(const Seats& seats, int capacity_here) {
  return std::max(0, std::min(seats.capacity - seats.taken, capacity_here - seats.taken_here));
}

absl::StatusOr<Lock> DecideLock(Lock lock, const PairFacts& facts, const std::vector<engine::BrokenRule>& broken,
                                absl::Time now) {
  std::vector<engine::BrokenRule> all = broken;
  for (const Veto& veto : facts.vetoes) {
    if (veto.origin == VetoOrigin::kParticipant) return LockVetoed(lock);
    all.push_back({.rule = engine::HardRule::kVeto});
  }
  if (facts.adept_match) return AdeptHasMatch(lock.cohort, lock.adept, *facts.adept_match);
  lock.over_capacity = facts.free_seats <= 0;
  if ((!all.empty() || lock.over_capacity) && lock.override_reason.empty()) {
    return LockBreaksRules(lock, all, lock.over_capacity);
  }
  for (const engine::BrokenRule& rule : all) lock.broken_rules.emplace_back(engine::HardRuleCode(rule.rule));
  lock.created_at = now;
  return lock;
}

absl::StatusOr<Match> DecideMatch(Match match, const PairFacts& facts, const engine::PairScore& score,
                                  const ByHand& by_hand, absl::Time now) {
  if (!IsMatchable(facts.cohort_state)) {
    return CohortNotMatchable({.key = match.cohort, .state = facts.cohort_state});
  }
  std::vector<engine::BrokenRule> broken = score.broken;
  for (const Veto& veto : facts.vetoes) {
    if (veto.origin == VetoOrigin::kParticipant) return MatchVetoed(match);
    broken.push_back({.rule = engine::HardRule::kVeto});
  }
  if (facts.adept_match) return AdeptHasMatch(match.cohort, match.adept, *facts.adept_match);
  if (facts.adept_lock && facts.adept_lock->mentor != match.mentor) return AdeptLocked(*facts.adept_lock);
  match.over_capacity = facts.free_seats <= 0;
  if ((!broken.empty() || match.over_capacity) && match.override_reason.empty()) {
    return MatchBreaksRules(match, broken, match.over_capacity);
  }
  for (const engine::BrokenRule& rule : broken) match.broken_rules.emplace_back(engine::HardRuleCode(rule.rule));
  match.kind = MatchKindFor(facts.cohort_kind);
  match.score = broken.empty() ? score.score : 0;
  match.expires_at = now + by_hand.answer_within;
  match.created_at = match.updated_at = now;
  if (by_hand.accepted) {
    match.accepted_at = {{Side::kMentor, now}, {Side::kAdept, now}};
    match.state = MatchState::kActive;
  }
  return match;
}

}  // namespace brygga::matching
