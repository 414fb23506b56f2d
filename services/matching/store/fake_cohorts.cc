#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/fake_lists.h"
#include "services/matching/store/fake_matching_store.h"

namespace brygga::matching {

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
      if (said.empty() && facts == change.cohorts.end() && !change.heard_of.contains(key)) continue;
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

absl::StatusOr<std::vector<std::string>> FakeMatchingStore::ListEnrolments(const CohortKey& key, absl::Time) {
  const MutexLock lock(&mutex_);
  std::vector<std::string> enrolments;
  const auto people = state_.people.find(key);
  if (people == state_.people.end()) return enrolments;
  for (const auto& [id, person] : people->second) enrolments.push_back(person.enrolment);
  return enrolments;
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

}  // namespace brygga::matching
