#include "services/matching/store/fake_matching_store.h"

#include <algorithm>
#include <set>
#include <string>

#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {
namespace {

template <typename T>
list::Page<T> PageOf(std::vector<T> items, const list::ListQuery& query) {
  return list::Apply(std::move(items), query,
                     [](const T& item, std::string_view field) { return ValueOf(item, field); });
}

template <typename Map>
auto ValuesIn(const Map& map, const CohortKey& key) {
  std::vector<typename Map::mapped_type> values;
  for (const auto& [id, value] : map) {
    if (value.cohort == key) values.push_back(value);
  }
  return values;
}

}  // namespace

template <typename T, typename F>
absl::StatusOr<T> FakeMatchingStore::Once(const Mutation<T>& mutation, F change) {
  const MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, change);
}

template <typename F>
absl::Status FakeMatchingStore::Do(const Origin& origin, F change) {
  Mutation<bool> mutation;
  static_cast<Origin&>(mutation) = origin;
  return internal::StatusOf(Once(mutation, [&]() -> absl::StatusOr<bool> {
    BRYGGA_RETURN_IF_ERROR(change());
    return true;
  }));
}

absl::StatusOr<Cohort*> FakeMatchingStore::FindCohort(const CohortKey& key) {
  const auto found = state_.cohorts.find(key);
  if (found == state_.cohorts.end()) return NotFound(NameOf(key));
  return &found->second;
}

absl::StatusOr<MatchingPolicy> FakeMatchingStore::FindPolicy(const CohortKey& key, int version) {
  const auto cohort = state_.cohorts.find(key);
  const int wanted = version == 0 && cohort != state_.cohorts.end() ? cohort->second.policy_version : version;
  const auto found = state_.policies.find({key, wanted});
  if (found == state_.policies.end()) {
    return NotFound(NameOf(key, "policies", version == 0 ? "current" : std::to_string(version)));
  }
  return found->second;
}

absl::StatusOr<Round*> FakeMatchingStore::FindRound(const CohortKey& key, const RoundId& id) {
  const auto found = state_.rounds.find(id);
  if (found == state_.rounds.end() || found->second.cohort != key) return NotFound(NameOf(key, id));
  return &found->second;
}

absl::StatusOr<Round*> FakeMatchingStore::FindClaimed(const Round& claimed) {
  const auto found = state_.rounds.find(claimed.id);
  if (found == state_.rounds.end() || found->second.state != RoundState::kRunning ||
      found->second.attempt != claimed.attempt) {
    return RoundLost(claimed.id);
  }
  return &found->second;
}

Seats FakeMatchingStore::SeatsIn(const CohortKey& key, const ParticipantId& mentor) {
  const StatedSeats& stated = state_.seats[mentor];
  Seats seats{.capacity = stated.capacity, .taken = stated.taken};
  for (const auto& [id, match] : state_.matches) {
    if (match.cohort == key && match.mentor == mentor && IsLive(match.state)) ++seats.taken_here;
  }
  return seats;
}

const Match* FakeMatchingStore::LiveMatchOf(const ParticipantId& adept, const ProgrammeId& programme, MatchKind kind) {
  for (const auto& [id, match] : state_.matches) {
    if (match.adept == adept && match.cohort.programme == programme && KeepsFrom(match.kind, kind) &&
        IsLive(match.state)) {
      return &match;
    }
  }
  return nullptr;
}

const Match* FakeMatchingStore::OtherLiveMatch(const Match& match) {
  for (const auto& [id, other] : state_.matches) {
    if (id != match.id && other.adept == match.adept && other.cohort.programme == match.cohort.programme &&
        other.kind == match.kind && IsLive(other.state)) {
      return &other;
    }
  }
  return nullptr;
}

bool FakeMatchingStore::TakeSeat(const CohortKey& key, const ParticipantId& mentor, bool beyond, int capacity_here) {
  if (!beyond && FreeSeats(SeatsIn(key, mentor), capacity_here) <= 0) return false;
  StatedSeats& seats = state_.seats[mentor];
  seats.capacity = std::max(seats.capacity, ++seats.taken);
  return true;
}

absl::StatusOr<Match*> FakeMatchingStore::FindMatch(const CohortKey& key, const MatchId& id) {
  const auto found = state_.matches.find(id);
  if (found == state_.matches.end() || found->second.cohort != key) return NotFound(NameOf(key, id));
  return &found->second;
}

void FakeMatchingStore::InsertPolicy(Cohort& cohort, MatchingPolicy policy) {
  cohort.policy_version = policy.version;
  ++cohort.epoch;
  ledger_.Changed(policy.name(), ChangeKind::kCreated, 1);
  state_.policies[{cohort.key, policy.version}] = std::move(policy);
}

Round FakeMatchingStore::WriteRound(Round round) {
  ++round.revision;
  round.updated_at = clock_.Now();
  ledger_.Changed(round.name(), ChangeKind::kUpdated, round.revision);
  return state_.rounds[round.id] = round;
}

absl::StatusOr<Match> FakeMatchingStore::WriteMatch(const Match& before, Match after) {
  if (after == before) return after;
  if (after.kind != before.kind) {
    if (const Match* other = OtherLiveMatch(after)) return AdeptHasMatch(after.cohort, after.adept, other->id);
  }
  ++after.revision;
  after.updated_at = clock_.Now();
  if (TakesMentorSeat(before.kind) && IsLive(before.state) && !IsLive(after.state)) {
    StatedSeats& seats = state_.seats[after.mentor];
    --seats.taken;
    seats.capacity = std::max(seats.stated, seats.taken);
  }
  ledger_.Changed(after.name(), ChangeKind::kUpdated, after.revision);
  return state_.matches[after.id] = after;
}

absl::StatusOr<Cohort> FakeMatchingStore::GetCohort(const CohortKey& key, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(key));
  return AsOfNow(*cohort);
}

Cohort FakeMatchingStore::AsOfNow(Cohort cohort) {
  const auto followed = state_.feeds.find("participant");
  if (followed != state_.feeds.end()) cohort.as_of = std::max(cohort.as_of, followed->second.as_of);
  return cohort;
}

absl::StatusOr<std::vector<Cohort>> FakeMatchingStore::ListCohorts(absl::Time) {
  const MutexLock lock(&mutex_);
  std::vector<Cohort> cohorts;
  for (const auto& [key, cohort] : state_.cohorts) cohorts.push_back(cohort);
  return cohorts;
}

absl::StatusOr<int64_t> FakeMatchingStore::ReadingMark(absl::Time) {
  const MutexLock lock(&mutex_);
  return state_.readings;
}

void FakeMatchingStore::PutPerson(const Cohort& cohort, const Person& person) {
  const PersonKey key{person.role, person.id};
  state_.people[cohort.key][key] = person;
  state_.marks[cohort.key][key] = {.epoch = cohort.epoch + 1, .reading = state_.readings};
  state_.removed[cohort.key].erase(key);
  if (person.role != Side::kMentor) return;
  StatedSeats& seats = state_.seats[person.id];
  seats.stated = person.person_capacity;
  seats.capacity = std::max(seats.stated, seats.taken);
}

void FakeMatchingStore::RemovePerson(const Cohort& cohort, const PersonKey& person) {
  state_.people[cohort.key].erase(person);
  state_.marks[cohort.key].erase(person);
  state_.removed[cohort.key][person] = {.epoch = cohort.epoch + 1, .at = clock_.Now()};
}

absl::StatusOr<std::vector<std::string>> FakeMatchingStore::ReplacePeople(
    const Origin& origin, const CohortPeople& people, const std::optional<MatchingPolicy>& default_policy) {
  Mutation<std::vector<std::string>> mutation;
  static_cast<Origin&>(mutation) = origin;
  return Once(mutation, [&]() -> absl::StatusOr<std::vector<std::string>> {
    mutex_.AssertHeld();
    const CohortKey& key = people.cohort.key;
    for (const auto& [known, cohort] : state_.cohorts) {
      if (known.cohort == key.cohort && known != key) return NotFound(NameOf(key));
    }
    Cohort& cohort = state_.cohorts.try_emplace(key, Cohort{.key = key, .as_of = absl::UnixEpoch()}).first->second;
    const auto overtaken = [&](int64_t reading) { return people.mark && reading > *people.mark; };
    if (overtaken(state_.refreshed[key])) return ReadingOvertaken();
    if (!people.mark && people.cohort.as_of < cohort.as_of) return std::vector<std::string>();
    if (cohort.policy_version == 0 && default_policy) {
      MatchingPolicy policy = *default_policy;
      policy.cohort = key;
      policy.version = 1;
      policy.created_at = clock_.Now();
      InsertPolicy(cohort, policy);
    }
    state_.refreshed[key] = ++state_.readings;
    bool changed = cohort.kind != people.cohort.kind || cohort.state != people.cohort.state;
    std::vector<std::string> left;
    auto before = state_.people[key];
    for (const Person& person : people.people) {
      const PersonKey id{person.role, person.id};
      const auto known = before.find(id);
      const bool is_known = known != before.end();
      const bool is_same = is_known && Canonical(known->second) == Canonical(person);
      if (is_known) before.erase(known);
      if (is_same) continue;
      if (overtaken(is_known ? state_.marks[key][id].reading : state_.named)) {
        left.push_back(person.enrolment);
        continue;
      }
      PutPerson(cohort, person);
      changed = true;
    }
    for (const auto& [id, person] : before) {
      if (overtaken(state_.marks[key][id].reading)) {
        left.push_back(person.enrolment);
        continue;
      }
      RemovePerson(cohort, id);
      changed = true;
    }
    cohort.epoch += changed ? 1 : 0;
    cohort.kind = people.cohort.kind;
    cohort.state = people.cohort.state;
    cohort.as_of = people.cohort.as_of;
    return left;
  });
}

absl::StatusOr<bool> FakeMatchingStore::ApplyPerson(const Cohort& cohort, const PersonKey& key,
                                                    const PeopleChange::Found* after, int64_t mark) {
  auto& people = state_.people[cohort.key];
  const auto known = people.find(key);
  const bool is_known = known != people.end();
  if ((is_known ? state_.marks[cohort.key][key].reading : state_.named) > mark) return ReadingOvertaken();
  if (after == nullptr) {
    RemovePerson(cohort, key);
    return true;
  }
  Person person = after->person;
  if (is_known && !after->agreement_known) {
    person.features.agreement_active = known->second.features.agreement_active;
  }
  if (is_known && Canonical(known->second) == Canonical(person)) {
    state_.marks[cohort.key][key].reading = state_.readings;
    return false;
  }
  PutPerson(cohort, person);
  return true;
}

absl::StatusOr<PeopleApplied> FakeMatchingStore::ApplyPeople(const Origin& origin, const PeopleChange& change,
                                                             const std::optional<feed::Step>& step) {
  Mutation<PeopleApplied> mutation;
  static_cast<Origin&>(mutation) = origin;
  return Once(mutation, [&]() -> absl::StatusOr<PeopleApplied> {
    mutex_.AssertHeld();
    if (step) {
      const auto known = state_.feeds.find(step->feed);
      const bool fits = known == state_.feeds.end() ? !step->from : step->from == known->second.token;
      if (!fits) return feed::FeedMoved(step->feed);
      state_.feeds[step->feed] = step->to;
    }
    if (change.empty()) return PeopleApplied();
    PeopleApplied applied;
    ++state_.readings;
    for (auto& [key, cohort] : state_.cohorts) {
      std::map<PersonKey, const PeopleChange::Found*> said;
      for (const auto& [id, person] : state_.people[key]) {
        if (change.participants.contains(id.second) || change.enrolments.contains(person.enrolment)) said[id] = nullptr;
      }
      for (const PeopleChange::Found& found : change.found) {
        if (found.cohort.cohort == key.cohort) said[{found.person.role, found.person.id}] = &found;
      }
      const auto facts = std::find_if(change.cohorts.begin(), change.cohorts.end(),
                                      [&key = key](const Cohort& other) { return other.key == key; });
      if (said.empty() && facts == change.cohorts.end()) continue;
      if (state_.refreshed[key] > change.mark) return ReadingOvertaken();
      bool changed = false;
      for (const auto& [id, after] : said) {
        BRYGGA_ASSIGN_OR_RETURN(const bool differs, ApplyPerson(cohort, id, after, change.mark));
        applied.people += differs ? 1 : 0;
        changed |= differs;
      }
      if (facts != change.cohorts.end() && (facts->kind != cohort.kind || facts->state != cohort.state)) {
        cohort.kind = facts->kind;
        cohort.state = facts->state;
        changed = true;
      }
      cohort.epoch += changed ? 1 : 0;
      applied.cohorts += changed ? 1 : 0;
    }
    state_.named = state_.readings;
    return applied;
  });
}

absl::StatusOr<std::set<ParticipantId>> FakeMatchingStore::ListEmployed(const std::set<std::string>& organisations,
                                                                        absl::Time) {
  const MutexLock lock(&mutex_);
  std::set<ParticipantId> employed;
  for (const auto& [key, people] : state_.people) {
    for (const auto& [id, person] : people) {
      if (organisations.contains(person.features.organisation)) employed.insert(person.id);
    }
  }
  return employed;
}

absl::StatusOr<std::optional<feed::Progress>> FakeMatchingStore::GetProgress(std::string_view feed, absl::Time) {
  const MutexLock lock(&mutex_);
  const auto known = state_.feeds.find(feed);
  return known == state_.feeds.end() ? std::nullopt : std::optional(known->second);
}

absl::Status FakeMatchingStore::ForgetRemovals(const Origin& origin, absl::Time before) {
  return Do(origin, [&]() -> absl::Status {
    mutex_.AssertHeld();
    for (auto& [key, removals] : state_.removed) {
      for (auto removal = removals.begin(); removal != removals.end();) {
        if (removal->second.at >= before) {
          ++removal;
          continue;
        }
        state_.removals_from[key] = std::max(state_.removals_from[key], removal->second.epoch);
        removal = removals.erase(removal);
      }
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<CohortInput> FakeMatchingStore::LoadInput(const CohortKey& key, int policy_version, absl::Time) {
  const MutexLock lock(&mutex_);
  CohortInput input;
  BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(key));
  input.cohort = *cohort;
  if (policy_version == 0 && cohort->policy_version == 0) return NoPolicy(*cohort);
  BRYGGA_ASSIGN_OR_RETURN(input.policy, FindPolicy(key, policy_version));
  for (const auto& [id, person] : state_.people[key]) {
    input.people.push_back(person);
    if (person.role == Side::kMentor) input.seats[person.id] = SeatsIn(key, person.id);
  }
  std::stable_sort(input.people.begin(), input.people.end(),
                   [](const Person& a, const Person& b) { return NameOf(a.role) < NameOf(b.role); });
  for (const auto& [id, match] : state_.matches) {
    if (match.cohort.programme == key.programme && KeepsFrom(match.kind, MatchKindFor(cohort->kind)) &&
        IsLive(match.state)) {
      input.matched[match.adept] = match.name();
    }
  }
  input.waited = WaitedIn(key.programme);
  input.locks = ValuesIn(state_.locks, key);
  input.vetoes = ValuesIn(state_.vetoes, key);
  input.matches = ValuesIn(state_.matches, key);
  return input;
}

std::map<ParticipantId, int> FakeMatchingStore::WaitedIn(const ProgrammeId& programme) {
  std::map<ParticipantId, int> waited;
  for (const auto& [id, round] : state_.rounds) {
    if (round.cohort.programme != programme || round.state != RoundState::kPublished || round.repair) continue;
    for (const Unmatched& unmatched : state_.proposals[id].unmatched) ++waited[unmatched.adept];
  }
  return waited;
}

void FakeMatchingStore::GrowContext(const CohortKey& key) { state_.context_epochs[key] = ++state_.cohorts[key].epoch; }

absl::StatusOr<CohortChanges> FakeMatchingStore::LoadChanges(const CohortKey& key, std::optional<int64_t> since,
                                                             absl::Time) {
  const MutexLock lock(&mutex_);
  CohortChanges changes;
  BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(key));
  if (cohort->policy_version == 0) return NoPolicy(*cohort);
  changes.cohort = *cohort;
  BRYGGA_ASSIGN_OR_RETURN(changes.policy, FindPolicy(key, 0));
  changes.whole = !since || *since < state_.removals_from[key] || *since > cohort->epoch;
  for (const auto& [id, person] : state_.people[key]) {
    if (changes.whole || state_.marks[key][id].epoch > *since) changes.people.push_back(person);
  }
  std::stable_sort(changes.people.begin(), changes.people.end(),
                   [](const Person& a, const Person& b) { return NameOf(a.role) < NameOf(b.role); });
  if (!changes.whole) {
    for (const auto& [id, removal] : state_.removed[key]) {
      if (removal.epoch > *since) changes.gone.push_back(id);
    }
  }
  if (changes.whole || state_.context_epochs[key] > *since) {
    changes.context = {.waited = WaitedIn(key.programme),
                       .locks = ValuesIn(state_.locks, key),
                       .vetoes = ValuesIn(state_.vetoes, key)};
  }
  return changes;
}

absl::StatusOr<MatchingPolicy> FakeMatchingStore::GetPolicy(const CohortKey& key, int version, absl::Time) {
  const MutexLock lock(&mutex_);
  return FindPolicy(key, version);
}

absl::StatusOr<list::Page<MatchingPolicy>> FakeMatchingStore::ListPolicies(const CohortKey& key,
                                                                           const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.policies, key), query);
}

absl::StatusOr<MatchingPolicy> FakeMatchingStore::CreatePolicy(const Mutation<MatchingPolicy>& mutation,
                                                               MatchingPolicy policy) {
  return Once(mutation, [&]() -> absl::StatusOr<MatchingPolicy> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(Cohort* const cohort, FindCohort(policy.cohort));
    policy.version = cohort->policy_version + 1;
    policy.created_at = clock_.Now();
    InsertPolicy(*cohort, policy);
    return policy;
  });
}

absl::StatusOr<PairFacts> FakeMatchingStore::FactsOf(const CohortKey& key, const ParticipantId& mentor_id,
                                                     const ParticipantId& adept_id) {
  BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(key));
  if (cohort->policy_version == 0) return NoPolicy(*cohort);
  const MatchKind kind = MatchKindFor(cohort->kind);
  PairFacts facts{.cohort_kind = cohort->kind, .cohort_state = cohort->state};
  BRYGGA_ASSIGN_OR_RETURN(facts.policy, FindPolicy(key, 0));
  const auto& people = state_.people[key];
  const auto mentor = people.find({Side::kMentor, mentor_id});
  if (mentor == people.end()) return NotFound(NameOf(mentor_id));
  const auto adept = people.find({Side::kAdept, adept_id});
  if (adept == people.end()) return NotFound(NameOf(adept_id));
  facts.mentor = mentor->second;
  facts.adept = adept->second;
  facts.free_seats = FreeSeats(SeatsIn(key, mentor_id), facts.mentor.features.capacity);
  for (const Lock& other : ValuesIn(state_.locks, key)) {
    if (other.adept == adept_id) facts.adept_lock = other;
    if (other.mentor == mentor_id && other.adept != adept_id &&
        LiveMatchOf(other.adept, key.programme, kind) == nullptr) {
      --facts.free_seats;
    }
  }
  for (const Veto& veto : ValuesIn(state_.vetoes, key)) {
    if (veto.mentor == mentor_id && veto.adept == adept_id) facts.vetoes.push_back(veto);
  }
  if (const Match* match = LiveMatchOf(adept_id, key.programme, kind)) facts.adept_match = match->id;
  return facts;
}

absl::StatusOr<Lock> FakeMatchingStore::CreateLock(const Mutation<Lock>& mutation, const Lock& pair,
                                                   const DecideLockFn& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Lock> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const PairFacts facts, FactsOf(pair.cohort, pair.mentor, pair.adept));
    BRYGGA_ASSIGN_OR_RETURN(const Lock made, decide(facts, clock_.Now()));
    for (const Lock& other : ValuesIn(state_.locks, made.cohort)) {
      if (other.adept == made.adept) return LockExists(made);
    }
    GrowContext(made.cohort);
    ledger_.Changed(made.name(), ChangeKind::kCreated, made.revision);
    return state_.locks[made.id] = made;
  });
}

absl::StatusOr<Lock> FakeMatchingStore::DeleteLock(const Mutation<Lock>& mutation, const CohortKey& key,
                                                   const LockId& id, std::string_view etag) {
  return Once(mutation, [&]() -> absl::StatusOr<Lock> {
    mutex_.AssertHeld();
    const auto found = state_.locks.find(id);
    if (found == state_.locks.end() || found->second.cohort != key) return NotFound(NameOf(key, id));
    const Lock gone = found->second;
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, gone.revision, gone.name()));
    state_.locks.erase(found);
    GrowContext(key);
    ledger_.Changed(gone.name(), ChangeKind::kDeleted, gone.revision + 1);
    return gone;
  });
}

absl::StatusOr<list::Page<Lock>> FakeMatchingStore::ListLocks(const CohortKey& key, const list::ListQuery& query,
                                                              absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.locks, key), query);
}

absl::StatusOr<Veto> FakeMatchingStore::CreateVeto(const Mutation<Veto>& mutation, Veto veto) {
  return Once(mutation, [&]() -> absl::StatusOr<Veto> {
    mutex_.AssertHeld();
    BRYGGA_RETURN_IF_ERROR(FindCohort(veto.cohort));
    for (const Veto& other : ValuesIn(state_.vetoes, veto.cohort)) {
      if (other.mentor == veto.mentor && other.adept == veto.adept && other.origin == veto.origin) {
        return VetoExists(veto);
      }
    }
    veto.created_at = clock_.Now();
    GrowContext(veto.cohort);
    ledger_.Changed(veto.name(), ChangeKind::kCreated, veto.revision);
    return state_.vetoes[veto.id] = veto;
  });
}

absl::StatusOr<Veto> FakeMatchingStore::DeleteVeto(const Mutation<Veto>& mutation, const CohortKey& key,
                                                   const VetoId& id, const CheckVeto& check) {
  return Once(mutation, [&]() -> absl::StatusOr<Veto> {
    mutex_.AssertHeld();
    const auto found = state_.vetoes.find(id);
    if (found == state_.vetoes.end() || found->second.cohort != key) return NotFound(NameOf(key, id));
    const Veto veto = found->second;
    BRYGGA_RETURN_IF_ERROR(check(veto));
    state_.vetoes.erase(found);
    GrowContext(key);
    ledger_.Changed(veto.name(), ChangeKind::kDeleted, veto.revision + 1);
    return veto;
  });
}

absl::StatusOr<list::Page<Veto>> FakeMatchingStore::ListVetoes(const CohortKey& key, const list::ListQuery& query,
                                                               absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.vetoes, key), query);
}

absl::StatusOr<Round> FakeMatchingStore::CreateRound(const Mutation<Round>& mutation, Round round) {
  return Once(mutation, [&]() -> absl::StatusOr<Round> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(round.cohort));
    if (!IsMatchable(cohort->state)) return CohortNotMatchable(*cohort);
    if (round.policy_version == 0 && cohort->policy_version == 0) return NoPolicy(*cohort);
    BRYGGA_ASSIGN_OR_RETURN(const MatchingPolicy policy, FindPolicy(round.cohort, round.policy_version));
    if (round.repair && !round.repair->base.empty()) {
      BRYGGA_ASSIGN_OR_RETURN(const Round* base, FindRound(round.cohort, round.repair->base));
      if (base->state != RoundState::kPublished) return WrongRoundState(*base, {"PUBLISHED"});
    }
    for (const Round& other : ValuesIn(state_.rounds, round.cohort)) {
      const bool is_under_way = other.state == RoundState::kQueued || other.state == RoundState::kRunning;
      if (is_under_way && !mutation.validate_only) {
        return RoundUnderWay(round.cohort);
      }
    }
    round.policy_version = policy.version;
    round.created_at = round.updated_at = clock_.Now();
    ledger_.Changed(round.name(), ChangeKind::kCreated, round.revision);
    return state_.rounds[round.id] = round;
  });
}

absl::StatusOr<Round> FakeMatchingStore::GetRound(const CohortKey& key, const RoundId& id, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Round* round, FindRound(key, id));
  return *round;
}

absl::StatusOr<list::Page<Round>> FakeMatchingStore::ListRounds(const CohortKey& key, const list::ListQuery& query,
                                                                absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.rounds, key), query);
}

absl::StatusOr<list::Page<RoundPair>> FakeMatchingStore::ListPairs(const CohortKey& key, const RoundId& id,
                                                                   const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(FindRound(key, id));
  return PageOf(state_.proposals[id].pairs, query);
}

absl::StatusOr<list::Page<Unmatched>> FakeMatchingStore::ListUnmatched(const CohortKey& key, const RoundId& id,
                                                                       const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(FindRound(key, id));
  return PageOf(state_.proposals[id].unmatched, query);
}

absl::StatusOr<Proposal> FakeMatchingStore::LoadProposal(const CohortKey& key, const RoundId& id, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(FindRound(key, id));
  Proposal proposal = state_.proposals[id];
  std::sort(proposal.pairs.begin(), proposal.pairs.end(), [](const RoundPair& a, const RoundPair& b) {
    return std::tie(a.mentor, a.adept) < std::tie(b.mentor, b.adept);
  });
  return proposal;
}

absl::StatusOr<Round> FakeMatchingStore::ChangeRound(const Mutation<Round>& mutation, const CohortKey& key,
                                                     const RoundId& id, const DecideRound& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Round> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Round* before, FindRound(key, id));
    BRYGGA_ASSIGN_OR_RETURN(const Round after, decide(*before, clock_.Now()));
    return WriteRound(after);
  });
}

std::string FakeMatchingStore::PublishPair(const Round& round, MatchKind kind, RoundPair& pair,
                                           const PublishOrder& order, Publication& publication) {
  const auto& people = state_.people[round.cohort];
  const auto mentor = people.find({Side::kMentor, pair.mentor});
  if (mentor == people.end() || !people.contains({Side::kAdept, pair.adept})) return "NOT_AVAILABLE";
  for (const Veto& veto : ValuesIn(state_.vetoes, round.cohort)) {
    const bool holds = veto.origin == VetoOrigin::kParticipant || !pair.overrides;
    if (veto.mentor == pair.mentor && veto.adept == pair.adept && holds) return "VETO";
  }
  if (!pair.overrides && FreeSeats(SeatsIn(round.cohort, pair.mentor), mentor->second.features.capacity) <= 0) {
    return "MENTOR_CAPACITY";
  }
  if (OtherLiveMatch({.cohort = round.cohort, .kind = kind, .adept = pair.adept}) != nullptr) return "ADEPT_HAS_MATCH";
  const absl::Time now = clock_.Now();
  const Match match{.id = order.match_ids[static_cast<size_t>(publication.matches)],
                    .cohort = round.cohort,
                    .kind = kind,
                    .mentor = pair.mentor,
                    .adept = pair.adept,
                    .score = pair.score,
                    .round = round.id,
                    .expires_at = now + order.answer_within,
                    .created_at = now,
                    .updated_at = now};
  TakeSeat(round.cohort, pair.mentor, /*beyond=*/true, 0);
  state_.matches[match.id] = match;
  pair.match = match.id;
  ledger_.Changed(match.name(), ChangeKind::kCreated, match.revision);
  ++publication.matches;
  return "";
}

absl::StatusOr<FakeMatchingStore::Kept> FakeMatchingStore::Mend(const Round& round, const std::vector<RoundPair>& pairs,
                                                                Publication& publication) {
  Kept standing;
  if (!round.repair) return standing;
  std::set<std::pair<ParticipantId, ParticipantId>> wanted;
  for (const RoundPair& pair : pairs) wanted.emplace(pair.mentor, pair.adept);
  for (const EarlierPair& pair : state_.proposals[round.id].input.repair->earlier) {
    const auto found = state_.matches.find(pair.match);
    if (pair.fate != Fate::kOpen || found == state_.matches.end()) continue;
    if (wanted.contains({pair.mentor, pair.adept})) {
      standing.emplace(std::pair(pair.mentor, pair.adept), pair.match);
    } else if (found->second.state == MatchState::kProposed) {
      const Match before = found->second;
      BRYGGA_ASSIGN_OR_RETURN(const Match superseded, Supersede(before, clock_.Now()));
      BRYGGA_RETURN_IF_ERROR(WriteMatch(before, superseded));
      ++publication.withdrawn;
    }
  }
  return standing;
}

std::string FakeMatchingStore::KeepPair(const MatchId& id, RoundPair& pair, Publication& publication) {
  if (!IsLive(state_.matches.at(id).state)) return "MATCH_OVER";
  pair.match = id;
  ++publication.kept;
  return "";
}

absl::StatusOr<Publication> FakeMatchingStore::PublishRound(const Mutation<Publication>& mutation,
                                                            const PublishOrder& order) {
  return Once(mutation, [&]() -> absl::StatusOr<Publication> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Round* found, FindRound(order.cohort, order.round));
    const Round before = *found;
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(order.etag, before.revision, before.name()));
    BRYGGA_ASSIGN_OR_RETURN(const Round published, Publish(before, clock_.Now()));
    BRYGGA_ASSIGN_OR_RETURN(Cohort* const cohort, FindCohort(order.cohort));
    std::vector<RoundPair>& pairs = state_.proposals[order.round].pairs;
    BRYGGA_CHECK(pairs.size() <= order.match_ids.size());
    Publication publication{.round = before, .validate_only = mutation.validate_only};
    BRYGGA_ASSIGN_OR_RETURN(const Kept standing, Mend(before, pairs, publication));
    for (RoundPair& pair : pairs) {
      const auto kept = standing.find({pair.mentor, pair.adept});
      const std::string reason = kept != standing.end()
                                     ? KeepPair(kept->second, pair, publication)
                                     : PublishPair(before, MatchKindFor(cohort->kind), pair, order, publication);
      if (!reason.empty()) publication.conflicts.push_back({pair.adept, reason});
    }
    if (mutation.validate_only) return publication;
    if (!publication.conflicts.empty()) return RoundOutdated(before, publication.conflicts);
    // Those who were left out have waited once more, wherever in the programme.
    GrowContext(order.cohort);
    for (const auto& [key, people] : state_.people) {
      if (key == order.cohort || key.programme != order.cohort.programme) continue;
      const auto& unmatched = state_.proposals[order.round].unmatched;
      const auto is_here = [&people = people](const Unmatched& left) {
        return people.contains({Side::kAdept, left.adept});
      };
      if (std::any_of(unmatched.begin(), unmatched.end(), is_here)) GrowContext(key);
    }
    publication.round = WriteRound(published);
    return publication;
  });
}

absl::StatusOr<std::vector<Round>> FakeMatchingStore::ListClaimable(absl::Time) {
  const MutexLock lock(&mutex_);
  std::vector<Round> rounds;
  for (const auto& [id, round] : state_.rounds) {
    if (IsClaimable(round, clock_.Now())) rounds.push_back(round);
  }
  std::sort(rounds.begin(), rounds.end(),
            [](const Round& a, const Round& b) { return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id); });
  return rounds;
}

absl::StatusOr<std::optional<Round>> FakeMatchingStore::ClaimRound(const Origin& origin, const RoundId& id,
                                                                   std::string_view worker, absl::Duration length) {
  Mutation<std::optional<Round>> mutation;
  static_cast<Origin&>(mutation) = origin;
  return Once(mutation, [&]() -> absl::StatusOr<std::optional<Round>> {
    mutex_.AssertHeld();
    const auto found = state_.rounds.find(id);
    const absl::Time now = clock_.Now();
    if (found == state_.rounds.end() || !IsClaimable(found->second, now)) return std::optional<Round>();
    return std::optional<Round>(WriteRound(Claim(found->second, worker, now, now + length)));
  });
}

absl::Status FakeMatchingStore::Beat(const Origin& origin, const Round& claimed, RoundPhase phase, int permille,
                                     absl::Duration length) {
  return Do(origin, [&]() -> absl::Status {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(Round* const round, FindClaimed(claimed));
    round->phase = phase;
    round->progress_permille = permille;
    round->worker_until = clock_.Now() + length;
    return absl::OkStatus();
  });
}

absl::Status FakeMatchingStore::Propose(const Origin& origin, const Round& claimed, const Proposal& proposal) {
  return Do(origin, [&]() -> absl::Status {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Round* found, FindClaimed(claimed));
    Round round = *found;
    state_.proposals[round.id] = proposal;
    round.state = RoundState::kProposed;
    round.phase = RoundPhase::kNone;
    round.progress_permille = 1000;
    round.certified = true;
    round.snapshot_hash = proposal.snapshot_hash;
    round.as_of = proposal.input.cohort.as_of;
    round.statistics = proposal.statistics;
    WriteRound(round);
    return absl::OkStatus();
  });
}

absl::Status FakeMatchingStore::FailRound(const Origin& origin, const Round& claimed, std::string_view reason,
                                          std::string_view detail) {
  return Do(origin, [&]() -> absl::Status {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Round* found, FindClaimed(claimed));
    Round round = *found;
    round.state = RoundState::kFailed;
    round.phase = RoundPhase::kNone;
    round.failure_reason = reason;
    round.failure_detail = detail;
    WriteRound(round);
    return absl::OkStatus();
  });
}

absl::StatusOr<Match> FakeMatchingStore::GetMatch(const CohortKey& key, const MatchId& id, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Match* found, FindMatch(key, id));
  return *found;
}

absl::StatusOr<std::vector<Match>> FakeMatchingStore::BatchGetMatches(const CohortKey& key,
                                                                      const std::vector<MatchId>& ids,
                                                                      absl::Time deadline) {
  std::vector<Match> matches;
  for (const MatchId& id : ids) {
    BRYGGA_ASSIGN_OR_RETURN(matches.emplace_back(), GetMatch(key, id, deadline));
  }
  return matches;
}

absl::StatusOr<list::Page<Match>> FakeMatchingStore::ListMatches(const CohortKey& key, const list::ListQuery& query,
                                                                 absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.matches, key), query);
}

absl::StatusOr<list::Page<Match>> FakeMatchingStore::ListMatchesOf(
    const ParticipantId& person, const std::optional<std::vector<ProgrammeId>>& programmes,
    const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  std::vector<Match> matches;
  for (const auto& [id, match] : state_.matches) {
    const bool is_asked =
        !programmes || std::find(programmes->begin(), programmes->end(), match.cohort.programme) != programmes->end();
    if (is_asked && (match.mentor == person || match.adept == person)) matches.push_back(match);
  }
  return PageOf(std::move(matches), query);
}

absl::StatusOr<Match> FakeMatchingStore::CreateMatch(const Mutation<Match>& mutation, const Match& pair,
                                                     const DecideNewMatch& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Match> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const PairFacts facts, FactsOf(pair.cohort, pair.mentor, pair.adept));
    BRYGGA_ASSIGN_OR_RETURN(const Match made, decide(facts, clock_.Now()));
    if (!TakeSeat(made.cohort, made.mentor, made.over_capacity, facts.mentor.features.capacity)) {
      return MatchBreaksRules(made, {}, /*over_capacity=*/true);
    }
    if (const Match* other = OtherLiveMatch(made)) return AdeptHasMatch(made.cohort, made.adept, other->id);
    ledger_.Changed(made.name(), ChangeKind::kCreated, made.revision);
    return state_.matches[made.id] = made;
  });
}

absl::StatusOr<Match> FakeMatchingStore::ChangeMatch(const Mutation<Match>& mutation, const CohortKey& key,
                                                     const MatchId& id, const DecideChange& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Match> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Match* found, FindMatch(key, id));
    const Match before = *found;
    BRYGGA_ASSIGN_OR_RETURN(const Match after, decide(before, clock_.Now()));
    return WriteMatch(before, after);
  });
}

absl::StatusOr<int> FakeMatchingStore::ExpireDue(const Origin& origin, int limit) {
  Mutation<int> mutation;
  static_cast<Origin&>(mutation) = origin;
  return Once(mutation, [&]() -> absl::StatusOr<int> {
    mutex_.AssertHeld();
    int expired = 0;
    for (const auto& [id, match] : std::map<MatchId, Match>(state_.matches)) {
      if (expired == limit) break;
      const Match after = Expire(match, clock_.Now());
      if (after == match) continue;
      BRYGGA_RETURN_IF_ERROR(WriteMatch(match, after));
      ++expired;
    }
    return expired;
  });
}

absl::StatusOr<Meeting> FakeMatchingStore::RecordMeeting(const Mutation<Meeting>& mutation, const CohortKey& key,
                                                         const MatchId& match, const std::optional<MeetingId>& known,
                                                         const MeetingId& new_id, const DecideMeeting& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Meeting> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Match* of, FindMatch(key, match));
    Meeting before{.cohort = key, .match = match};
    if (known) {
      const auto found = state_.meetings.find(*known);
      if (found == state_.meetings.end() || found->second.match != match) {
        return NotFound(MeetingName(key, match, *known));
      }
      before = found->second;
    }
    BRYGGA_ASSIGN_OR_RETURN(Meeting after, decide(before, *of, clock_.Now()));
    if (known && after == before) return after;
    after.updated_at = clock_.Now();
    if (known) {
      ++after.revision;
    } else {
      after.id = new_id;
      after.created_at = clock_.Now();
    }
    ledger_.Changed(after.name(), known ? ChangeKind::kUpdated : ChangeKind::kCreated, after.revision);
    return state_.meetings[after.id] = after;
  });
}

absl::StatusOr<list::Page<Meeting>> FakeMatchingStore::ListMeetings(const CohortKey& key,
                                                                    const std::optional<MatchId>& match,
                                                                    const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  std::vector<Meeting> meetings = ValuesIn(state_.meetings, key);
  std::erase_if(meetings, [&](const Meeting& meeting) { return match && meeting.match != *match; });
  return PageOf(std::move(meetings), query);
}

absl::StatusOr<Cadence> FakeMatchingStore::GetCadence(const CohortKey& key, absl::Time) {
  const MutexLock lock(&mutex_);
  const auto found = state_.cadences.find(key);
  if (found == state_.cadences.end()) return NotFound(Cadence{.cohort = key}.name());
  return found->second;
}

absl::StatusOr<Cadence> FakeMatchingStore::SetCadence(const Mutation<Cadence>& mutation, const Cadence& cadence,
                                                      std::string_view etag) {
  return Once(mutation, [&]() -> absl::StatusOr<Cadence> {
    mutex_.AssertHeld();
    BRYGGA_RETURN_IF_ERROR(FindCohort(cadence.cohort));
    Cadence after = cadence;
    after.created_at = after.updated_at = clock_.Now();
    after.revision = 1;
    const auto before = state_.cadences.find(cadence.cohort);
    if (before != state_.cadences.end()) {
      BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before->second.revision, after.name()));
      after.revision = before->second.revision + 1;
      after.created_at = before->second.created_at;
    }
    ledger_.Changed(after.name(), after.revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated, after.revision);
    return state_.cadences[cadence.cohort] = after;
  });
}

absl::StatusOr<MeetingBook> FakeMatchingStore::LoadMeetings(const CohortKey& key, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(FindCohort(key));
  const auto cadence = state_.cadences.find(key);
  if (cadence == state_.cadences.end()) return NoCadence(key);
  MeetingBook book{.cadence = cadence->second, .now = clock_.Now()};
  for (const Match& match : ValuesIn(state_.matches, key)) {
    if (TakesMentorSeat(match.kind) && ActiveSince(match)) book.matches.push_back(match);
  }
  for (const Meeting& meeting : ValuesIn(state_.meetings, key)) {
    if (meeting.state == MeetingState::kHeld) book.meetings.push_back(meeting);
  }
  std::sort(book.meetings.begin(), book.meetings.end(), [](const Meeting& a, const Meeting& b) {
    return std::tie(a.match, a.starts_at, a.id) < std::tie(b.match, b.starts_at, b.id);
  });
  return book;
}

}  // namespace brygga::matching
