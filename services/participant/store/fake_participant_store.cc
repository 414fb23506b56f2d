#include "services/participant/store/fake_participant_store.h"

#include <algorithm>
#include <utility>

#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/participant/domain/errors.h"

namespace brygga::participant {
namespace {

std::string ConsentName(const ParticipantId& person, const ConsentId& id) {
  return NameOf(person) + "/consents/" + id.value();
}

// Answers `query` from those of `items` that satisfy `wanted`.
template <typename T, typename Items, typename Wanted>
list::Page<T> PageOf(const Items& items, const list::ListQuery& query, list::Value (*field)(const T&, std::string_view),
                     const Wanted& wanted) {
  std::vector<T> chosen;
  for (const auto& [key, item] : items) {
    if (wanted(item)) chosen.push_back(item);
  }
  return list::Apply(std::move(chosen), query, [&](const T& item, std::string_view name) { return field(item, name); });
}

list::Value ConsentField(const Consent& consent, std::string_view) { return consent.id.value(); }

// Replaces `slot` by what `change` makes of it, and notes the change.
template <typename T, typename F>
absl::StatusOr<T> Replace(T& slot, FakeLedger& ledger, const std::string& name, const F& change) {
  BRYGGA_ASSIGN_OR_RETURN(T after, change(slot));
  if (after == slot) return after;
  slot = after;
  ledger.Changed(name, ChangeKind::kUpdated, after.revision);
  return after;
}

}  // namespace

// --- What a database would hold ---

bool FakeParticipantStore::State::Sees(const Audience& audience, const ParticipantId& person) const {
  if (audience.everything || audience.persons.contains(person)) return true;
  return std::any_of(audience.programmes.begin(), audience.programmes.end(), [&](const ProgrammeId& programme) {
    return links.contains({person, programme});
  });
}

bool FakeParticipantStore::State::Sees(const Audience& audience, const Enrolment& enrolment) const {
  return audience.everything || audience.persons.contains(enrolment.person) ||
         audience.programmes.contains(enrolment.ref.cohort.programme);
}

list::Page<Participant> FakeParticipantStore::State::Persons(const Audience& audience,
                                                             const list::ListQuery& query) const {
  return PageOf<Participant>(persons, query, &ParticipantField,
                             [&](const Participant& person) { return Sees(audience, person.id); });
}

list::Page<Enrolment> FakeParticipantStore::State::Enrolments(const EnrolmentScope& scope,
                                                              const list::ListQuery& query) const {
  return PageOf<Enrolment>(enrolments, query, &EnrolmentField, [&](const Enrolment& enrolment) {
    return (!scope.cohort || enrolment.ref.cohort == *scope.cohort) && Sees(scope.audience, enrolment);
  });
}

const Participant* FakeParticipantStore::State::FindByRef(const ExternalRef& ref) const {
  const auto found =
      std::find_if(persons.begin(), persons.end(), [&](const auto& entry) { return entry.second.external_ref == ref; });
  return found == persons.end() ? nullptr : &found->second;
}

std::vector<Consent> FakeParticipantStore::State::ConsentsOf(const ParticipantId& person) const {
  std::vector<Consent> found;
  for (const auto& [id, consent] : consents) {
    if (consent.person == person) found.push_back(consent);
  }
  return found;
}

std::vector<Screening> FakeParticipantStore::State::ScreeningsOf(const ParticipantId& person) const {
  std::vector<Screening> found;
  for (const auto& [key, screening] : screenings) {
    if (key.first == person) found.push_back(screening);
  }
  return found;
}

KnownPerson FakeParticipantStore::State::KnownOf(const Participant& person) const {
  KnownPerson known{.person = person, .consents = ConsentsOf(person.id)};
  if (const auto found = backgrounds.find(person.id); found != backgrounds.end()) known.background = found->second;
  for (const auto& [ref, enrolment] : enrolments) {
    if (enrolment.person == person.id) known.enrolments.push_back(enrolment);
  }
  return known;
}

std::vector<Lookalike> FakeParticipantStore::State::LookalikesOf(const Participant& person) const {
  std::vector<Lookalike> found;
  const std::string likeness = LikenessOf(Completed(person));
  const std::string email = ComparableEmail(person);
  for (const auto& [id, other] : persons) {
    const Lookalike lookalike{.external_ref = other.external_ref,
                              .same_name_and_year = !likeness.empty() && LikenessOf(other) == likeness,
                              .same_email = !email.empty() && ComparableEmail(other) == email};
    if (lookalike.same_name_and_year || lookalike.same_email) found.push_back(lookalike);
  }
  return found;
}

absl::StatusOr<CohortFacts> FakeParticipantStore::State::FactsOf(const CohortRef& ref) const {
  const auto cohort = cohorts.find(ref);
  if (cohort == cohorts.end()) return NotFound(NameOf(ref));
  return CohortFacts{.cohort = cohort->second, .programme = programmes.at(ref.programme)};
}

Applicant FakeParticipantStore::State::ApplicantOf(const Enrolment& enrolment) const {
  KnownPerson known = KnownOf(persons.at(enrolment.person));
  return {.enrolment = enrolment,
          .person = std::move(known.person),
          .background = std::move(known.background),
          .screenings = ScreeningsOf(enrolment.person)};
}

RuleSet FakeParticipantStore::State::RulesOf(const Programme& programme) const {
  if (programme.rule_set_version == 0) return {.programme = programme.id};
  return rules.at({programme.id, programme.rule_set_version});
}

int FakeParticipantStore::State::AdeptsEnrolled(const CohortRef& cohort) const {
  return static_cast<int>(std::count_if(enrolments.begin(), enrolments.end(), [&](const auto& entry) {
    return entry.first.cohort == cohort && entry.second.role == Role::kAdept &&
           entry.second.state == EnrolmentState::kEnrolled;
  }));
}

CohortDecider FakeParticipantStore::State::DeciderFor(const CohortFacts& facts, const DecisionTerms& terms,
                                                      absl::Time now) const {
  return CohortDecider(facts, RulesOf(facts.programme), terms, AdeptsEnrolled(facts.cohort.ref), now);
}

// --- Persons ---

absl::StatusOr<Participant> FakeParticipantStore::CreateParticipant(const Mutation<Participant>& mutation,
                                                                    const NewParticipant& wanted) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Participant> {
    if (!state.programmes.contains(wanted.programme)) return NotFound(NameOf(wanted.programme));
    if (wanted.person.external_ref && state.FindByRef(*wanted.person.external_ref) != nullptr) {
      return ExternalRefTaken();
    }
    Participant person = wanted.person;
    person.revision = 1;
    person.created_at = person.updated_at = clock_.Now();
    state.persons[person.id] = person;
    state.backgrounds[person.id] = wanted.background;
    state.links.insert({person.id, wanted.programme});
    ledger.Changed(NameOf(person.id), ChangeKind::kCreated, 1);
    return person;
  });
}

absl::StatusOr<Participant> FakeParticipantStore::ChangeParticipant(const Mutation<Participant>& mutation,
                                                                    const ParticipantId& id,
                                                                    const std::optional<Background>& background,
                                                                    const Change<Participant>& change) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Participant> {
    const auto found = state.persons.find(id);
    if (found == state.persons.end()) return NotFound(NameOf(id));
    const bool other_background = background && *background != state.backgrounds[id];
    if (other_background) state.backgrounds[id] = *background;
    return Replace(found->second, ledger, NameOf(id), [&](const Participant& before) -> absl::StatusOr<Participant> {
      BRYGGA_ASSIGN_OR_RETURN(Participant after, change(before, clock_.Now()));
      if (other_background && after == before) {
        ++after.revision;
        after.updated_at = clock_.Now();
      }
      return after;
    });
  });
}

absl::StatusOr<ImportReport> FakeParticipantStore::Import(const Mutation<ImportReport>& mutation,
                                                          const ImportBatch& batch) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<ImportReport> {
    CohortsByRef cohorts;
    for (const ImportRow& row : batch.rows) {
      for (const ImportEnrolment& item : row.enrolments) {
        BRYGGA_ASSIGN_OR_RETURN(cohorts[item.enrolment.ref.cohort], state.FactsOf(item.enrolment.ref.cohort));
      }
    }
    ImportReport report;
    for (const ImportRow& row : batch.rows) {
      std::optional<KnownPerson> known;
      if (row.person.external_ref) {
        if (const Participant* const person = state.FindByRef(*row.person.external_ref)) known = state.KnownOf(*person);
      }
      std::vector<Lookalike> lookalikes;
      if (MayBeSomebodyElse(row, known)) lookalikes = state.LookalikesOf(row.person);
      RowPlan plan = PlanRow(batch, row, cohorts, known, lookalikes, clock_.Now());
      if (plan.person) {
        const auto kind = plan.person->revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated;
        ledger.Changed(NameOf(plan.person->id), kind, plan.person->revision);
        state.persons[plan.person->id] = *plan.person;
      }
      if (plan.background) state.backgrounds[plan.result.person] = *plan.background;
      for (const Consent& consent : plan.consents) {
        const auto kind = consent.revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated;
        ledger.Changed(ConsentName(consent.person, consent.id), kind, consent.revision);
        state.consents[consent.id] = consent;
      }
      for (const Enrolment& enrolment : plan.enrolments) {
        const auto kind = enrolment.revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated;
        ledger.Changed(NameOf(enrolment.ref), kind, enrolment.revision);
        state.enrolments[enrolment.ref] = enrolment;
      }
      for (const ProgrammeId& programme : plan.programmes) state.links.insert({plan.result.person, programme});
      report.results.push_back(std::move(plan.result));
    }
    return report;
  });
}

absl::StatusOr<std::vector<Participant>> FakeParticipantStore::GetParticipants(const std::vector<ParticipantId>& ids,
                                                                               absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<Participant> persons;
  for (const ParticipantId& id : ids) {
    const auto found = state_.persons.find(id);
    if (found == state_.persons.end()) return NotFound(NameOf(id));
    persons.push_back(found->second);
  }
  return persons;
}

absl::StatusOr<list::Page<Participant>> FakeParticipantStore::ListParticipants(const Audience& audience,
                                                                               const list::ListQuery& query,
                                                                               absl::Time) {
  MutexLock lock(&mutex_);
  return state_.Persons(audience, query);
}

absl::Status FakeParticipantStore::CheckVisible(const Audience& audience, const std::vector<ParticipantId>& ids,
                                                absl::Time) {
  MutexLock lock(&mutex_);
  for (const ParticipantId& id : ids) {
    if (!state_.persons.contains(id) || !state_.Sees(audience, id)) return NotFound(NameOf(id));
  }
  return absl::OkStatus();
}

// --- Consents ---

absl::StatusOr<Consent> FakeParticipantStore::GiveConsent(const Mutation<Consent>& mutation, const Consent& wanted) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Consent> {
    if (!state.persons.contains(wanted.person)) return NotFound(NameOf(wanted.person));
    for (auto& [id, other] : state.consents) {
      if (other.person != wanted.person || other.purpose != wanted.purpose || !other.live()) continue;
      if (other.notice == wanted.notice) return other;
      other = Withdrawn(other, clock_.Now());
      ledger.Changed(ConsentName(other.person, id), ChangeKind::kUpdated, other.revision);
    }
    Consent consent = wanted;
    consent.given_at = clock_.Now();
    state.consents[consent.id] = consent;
    ledger.Changed(ConsentName(consent.person, consent.id), ChangeKind::kCreated, 1);
    return consent;
  });
}

absl::StatusOr<Consent> FakeParticipantStore::WithdrawConsent(const Mutation<Consent>& mutation,
                                                              const ParticipantId& person, const ConsentId& id) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Consent> {
    const auto found = state.consents.find(id);
    if (found == state.consents.end() || found->second.person != person) return NotFound(ConsentName(person, id));
    return Replace(found->second, ledger, ConsentName(person, id),
                   [&](const Consent& before) -> absl::StatusOr<Consent> { return Withdrawn(before, clock_.Now()); });
  });
}

absl::StatusOr<list::Page<Consent>> FakeParticipantStore::ListConsents(const ParticipantId& person,
                                                                       const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  return PageOf<Consent>(state_.consents, query, &ConsentField,
                         [&](const Consent& consent) { return consent.person == person; });
}

// --- Programmes, rules and cohorts ---

absl::StatusOr<Programme> FakeParticipantStore::CreateProgramme(const Mutation<Programme>& mutation,
                                                                const Programme& wanted) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Programme> {
    Programme programme = wanted;
    programme.revision = 1;
    programme.created_at = programme.updated_at = clock_.Now();
    state.programmes[programme.id] = programme;
    ledger.Changed(NameOf(programme.id), ChangeKind::kCreated, 1);
    return programme;
  });
}

absl::StatusOr<Programme> FakeParticipantStore::ChangeProgramme(const Mutation<Programme>& mutation,
                                                                const ProgrammeId& id,
                                                                const Change<Programme>& change) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Programme> {
    const auto found = state.programmes.find(id);
    if (found == state.programmes.end()) return NotFound(NameOf(id));
    return Replace(found->second, ledger, NameOf(id),
                   [&](const Programme& before) { return change(before, clock_.Now()); });
  });
}

absl::StatusOr<Programme> FakeParticipantStore::GetProgramme(const ProgrammeId& id, absl::Time) {
  MutexLock lock(&mutex_);
  const auto found = state_.programmes.find(id);
  if (found == state_.programmes.end()) return NotFound(NameOf(id));
  return found->second;
}

absl::StatusOr<list::Page<Programme>> FakeParticipantStore::ListProgrammes(const Audience& audience,
                                                                           const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  return PageOf<Programme>(state_.programmes, query, &ProgrammeField, [&](const Programme& programme) {
    return audience.everything || audience.programmes.contains(programme.id);
  });
}

absl::StatusOr<RuleSet> FakeParticipantStore::CreateRuleSet(const Mutation<RuleSet>& mutation, const RuleSet& wanted) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<RuleSet> {
    const auto found = state.programmes.find(wanted.programme);
    if (found == state.programmes.end()) return NotFound(NameOf(wanted.programme));
    Programme& programme = found->second;
    RuleSet rules = wanted;
    rules.version = ++programme.rule_set_version;
    rules.created_at = programme.updated_at = clock_.Now();
    state.rules[{rules.programme, rules.version}] = rules;
    ledger.Changed(NameOf(programme.id), ChangeKind::kUpdated, ++programme.revision);
    return rules;
  });
}

absl::StatusOr<RuleSet> FakeParticipantStore::GetRuleSet(const ProgrammeId& programme, int version, absl::Time) {
  MutexLock lock(&mutex_);
  if (version == 0) return RuleSet{.programme = programme};
  const auto found = state_.rules.find({programme, version});
  if (found == state_.rules.end()) return NotFound(NameOf(programme) + "/ruleSets/" + std::to_string(version));
  return found->second;
}

absl::StatusOr<Cohort> FakeParticipantStore::CreateCohort(const Mutation<Cohort>& mutation, const Cohort& wanted) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Cohort> {
    const auto programme = state.programmes.find(wanted.ref.programme);
    if (programme == state.programmes.end()) return NotFound(NameOf(wanted.ref.programme));
    Cohort cohort = wanted;
    cohort.revision = 1;
    cohort.created_at = cohort.updated_at = clock_.Now();
    cohort.programme_kind = programme->second.kind;
    state.cohorts[cohort.ref] = cohort;
    ledger.Changed(NameOf(cohort.ref), ChangeKind::kCreated, 1);
    return cohort;
  });
}

absl::StatusOr<Cohort> FakeParticipantStore::ChangeCohort(const Mutation<Cohort>& mutation, const CohortRef& ref,
                                                          const Change<Cohort>& change) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Cohort> {
    const auto found = state.cohorts.find(ref);
    if (found == state.cohorts.end()) return NotFound(NameOf(ref));
    return Replace(found->second, ledger, NameOf(ref),
                   [&](const Cohort& before) { return change(before, clock_.Now()); });
  });
}

absl::StatusOr<Cohort> FakeParticipantStore::GetCohort(const CohortRef& ref, absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(CohortFacts facts, state_.FactsOf(ref));
  return std::move(facts.cohort);
}

absl::StatusOr<list::Page<Cohort>> FakeParticipantStore::ListCohorts(const std::optional<ProgrammeId>& programme,
                                                                     const Audience& audience,
                                                                     const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  return PageOf<Cohort>(state_.cohorts, query, &CohortField, [&](const Cohort& cohort) {
    return (!programme || cohort.ref.programme == *programme) &&
           (audience.everything || audience.programmes.contains(cohort.ref.programme));
  });
}

absl::StatusOr<CohortSummary> FakeParticipantStore::Summarise(const CohortRef& ref, absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(CohortFacts facts, state_.FactsOf(ref));
  CohortSummary summary{.cohort = std::move(facts.cohort)};
  for (const auto& [key, enrolment] : state_.enrolments) {
    if (key.cohort != ref) continue;
    ++summary.enrolments[{enrolment.role, enrolment.state}];
    Count(enrolment, summary.criteria);
  }
  for (const ErasedEnrolment& erased : state_.erased) {
    if (erased.cohort == ref) ++summary.erased[{erased.role, erased.state}];
  }
  return summary;
}

// --- Enrolments ---

absl::StatusOr<Enrolment> FakeParticipantStore::CreateEnrolment(const Mutation<Enrolment>& mutation,
                                                                const Enrolment& wanted) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Enrolment> {
    BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, state.FactsOf(wanted.ref.cohort));
    const auto person = state.persons.find(wanted.person);
    if (person == state.persons.end()) return NotFound(NameOf(wanted.person));
    BRYGGA_RETURN_IF_ERROR(MayApply(facts, wanted, person->second, LivePurposes(state.ConsentsOf(wanted.person))));
    for (const auto& [ref, other] : state.enrolments) {
      if (ref.cohort == wanted.ref.cohort && other.person == wanted.person && other.role == wanted.role) {
        return AlreadyEnrolled(ref.cohort, wanted.role);
      }
    }
    Enrolment enrolment = wanted;
    enrolment.revision = 1;
    enrolment.created_at = enrolment.updated_at = clock_.Now();
    state.enrolments[enrolment.ref] = enrolment;
    state.links.insert({enrolment.person, enrolment.ref.cohort.programme});
    ledger.Changed(NameOf(enrolment.ref), ChangeKind::kCreated, 1);
    return enrolment;
  });
}

absl::StatusOr<Enrolment> FakeParticipantStore::ChangeEnrolment(const Mutation<Enrolment>& mutation,
                                                                const EnrolmentRef& ref,
                                                                const ChangeApplicant& change) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Enrolment> {
    const auto found = state.enrolments.find(ref);
    if (found == state.enrolments.end()) return NotFound(NameOf(ref));
    return Replace(found->second, ledger, NameOf(ref),
                   [&](const Enrolment& before) { return change(state.ApplicantOf(before), clock_.Now()); });
  });
}

absl::StatusOr<Enrolment> FakeParticipantStore::DecideEnrolment(const Mutation<Enrolment>& mutation,
                                                                const EnrolmentRef& ref, const DecisionTerms& terms,
                                                                const std::string& etag) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Enrolment> {
    const auto found = state.enrolments.find(ref);
    if (found == state.enrolments.end()) return NotFound(NameOf(ref));
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, found->second.revision, NameOf(ref)));
    BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, state.FactsOf(ref.cohort));
    CohortDecider decider = state.DeciderFor(facts, terms, clock_.Now());
    return Replace(found->second, ledger, NameOf(ref),
                   [&](const Enrolment& before) { return decider.Decide(state.ApplicantOf(before)); });
  });
}

absl::StatusOr<DecisionReport> FakeParticipantStore::DecideEnrolments(const Mutation<DecisionReport>& mutation,
                                                                      const CohortRef& cohort,
                                                                      const DecisionTerms& terms) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<DecisionReport> {
    BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, state.FactsOf(cohort));
    CohortDecider decider = state.DeciderFor(facts, terms, clock_.Now());
    std::vector<Enrolment*> pending;
    for (auto& [ref, enrolment] : state.enrolments) {
      if (ref.cohort == cohort && IsPending(enrolment.state)) pending.push_back(&enrolment);
    }
    std::stable_sort(pending.begin(), pending.end(),
                     [](const Enrolment* a, const Enrolment* b) { return a->created_at < b->created_at; });
    for (Enrolment* const enrolment : pending) {
      BRYGGA_RETURN_IF_ERROR(Replace(*enrolment, ledger, NameOf(enrolment->ref), [&](const Enrolment& before) {
        return decider.Decide(state.ApplicantOf(before));
      }));
    }
    return decider.report();
  });
}

absl::StatusOr<std::vector<Enrolment>> FakeParticipantStore::GetEnrolments(const std::vector<EnrolmentRef>& refs,
                                                                           absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<Enrolment> enrolments;
  for (const EnrolmentRef& ref : refs) {
    const auto found = state_.enrolments.find(ref);
    if (found == state_.enrolments.end()) return NotFound(NameOf(ref));
    enrolments.push_back(found->second);
  }
  return enrolments;
}

absl::StatusOr<list::Page<Enrolment>> FakeParticipantStore::ListEnrolments(const EnrolmentScope& scope,
                                                                           const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  return state_.Enrolments(scope, query);
}

absl::StatusOr<std::set<std::string>> FakeParticipantStore::EmployersIn(const CohortRef& cohort, absl::Time) {
  MutexLock lock(&mutex_);
  std::set<std::string> employers;
  for (const auto& [ref, enrolment] : state_.enrolments) {
    const std::string& employer = state_.persons.at(enrolment.person).profile.employer;
    if (ref.cohort == cohort && !employer.empty()) employers.insert(employer);
  }
  return employers;
}

absl::StatusOr<FeaturesPage> FakeParticipantStore::ListFeatures(const CohortRef& cohort,
                                                                const AgreementFacts& agreements, Date today,
                                                                const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  const State& state = state_;
  BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, state.FactsOf(cohort));
  const auto page = PageOf<Enrolment>(state.enrolments, query, &EnrolmentField, [&](const Enrolment& enrolment) {
    return enrolment.ref.cohort == cohort && enrolment.state == EnrolmentState::kEnrolled;
  });
  FeaturesPage features{.next = page.next, .as_of = clock_.Now()};
  for (const Enrolment& enrolment : page.items) {
    if (auto seen = FeaturesOf(state.ApplicantOf(enrolment), facts.programme,
                               LivePurposes(state.ConsentsOf(enrolment.person)), agreements, today)) {
      features.features.push_back(*std::move(seen));
    }
  }
  return features;
}

absl::StatusOr<NamedFeatures> FakeParticipantStore::GetFeatures(const std::vector<EnrolmentRef>& refs,
                                                                const std::vector<ParticipantId>& persons, Date today,
                                                                absl::Time) {
  MutexLock lock(&mutex_);
  const State& state = state_;
  NamedFeatures named{.as_of = clock_.Now()};
  for (const auto& [ref, enrolment] : state.enrolments) {
    const bool is_wanted = std::count(refs.begin(), refs.end(), ref) > 0 ||
                           std::count(persons.begin(), persons.end(), enrolment.person) > 0;
    if (!is_wanted) continue;
    BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, state.FactsOf(ref.cohort));
    auto seen = FeaturesOf(state.ApplicantOf(enrolment), facts.programme,
                           LivePurposes(state.ConsentsOf(enrolment.person)), {}, today);
    if (seen) named.items.push_back({*std::move(seen), facts.programme.operator_name});
  }
  return named;
}

// --- Screening ---

absl::StatusOr<Screening> FakeParticipantStore::RecordScreening(const Mutation<Screening>& mutation,
                                                                const Screening& wanted) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Screening> {
    if (!state.persons.contains(wanted.person)) return NotFound(NameOf(wanted.person));
    Screening screening = wanted;
    screening.recorded_at = clock_.Now();
    state.screenings[{screening.person, screening.kind}] = screening;
    ledger.Changed(NameOf(screening.person) + "/screenings/" + screening.id.value(), ChangeKind::kCreated, 1);
    return screening;
  });
}

absl::StatusOr<ScreeningReport> FakeParticipantStore::RecordScreenings(const Mutation<ScreeningReport>& mutation,
                                                                       const CohortRef& cohort, Role role,
                                                                       const std::vector<Screening>& screenings,
                                                                       Date today) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<ScreeningReport> {
    BRYGGA_RETURN_IF_ERROR(state.FactsOf(cohort));
    ScreeningReport report;
    for (const auto& [ref, enrolment] : state.enrolments) {
      const bool meant = IsPending(enrolment.state) || enrolment.state == EnrolmentState::kEnrolled;
      if (ref.cohort != cohort || enrolment.role != role || !meant) continue;
      const std::vector<Screening> present = state.ScreeningsOf(enrolment.person);
      const int before = report.screenings;
      for (const Screening& screening : screenings) {
        if (IsScreened(present, screening, today)) continue;
        const Screening made = ScreeningFor(enrolment.person, screening, clock_.Now());
        state.screenings[{made.person, made.kind}] = made;
        ledger.Changed(NameOf(made.person) + "/screenings/" + made.id.value(), ChangeKind::kCreated, 1);
        ++report.screenings;
      }
      if (report.screenings > before) ++report.participants;
    }
    return report;
  });
}

absl::StatusOr<std::vector<Screening>> FakeParticipantStore::GetScreenings(const ParticipantId& person, absl::Time) {
  MutexLock lock(&mutex_);
  return state_.ScreeningsOf(person);
}

// --- Enquiries ---

absl::StatusOr<Enquiry> FakeParticipantStore::SubmitEnquiry(const Mutation<Enquiry>& mutation, const Enquiry& wanted) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Enquiry> {
    if (wanted.programme && !state.programmes.contains(*wanted.programme)) return NotFound(NameOf(*wanted.programme));
    const absl::Time now = clock_.Now();
    EnquiryLoad load;
    for (const auto& [id, other] : state.enquiries) {
      if (other.created_at > now - kAllWindow) ++load.from_all;
      if (other.created_at > now - kAddressWindow && EnquiryAddress(other) == EnquiryAddress(wanted)) {
        ++load.from_address;
      }
    }
    BRYGGA_RETURN_IF_ERROR(CheckRate(load));
    Enquiry enquiry = wanted;
    enquiry.created_at = enquiry.updated_at = enquiry.consented_at = now;
    state.enquiries[enquiry.id] = enquiry;
    ledger.Changed(NameOf(enquiry.id), ChangeKind::kCreated, 1);
    return enquiry;
  });
}

absl::StatusOr<Enquiry> FakeParticipantStore::ChangeEnquiry(const Mutation<Enquiry>& mutation, const EnquiryId& id,
                                                            const Change<Enquiry>& change) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Enquiry> {
    const auto found = state.enquiries.find(id);
    if (found == state.enquiries.end()) return NotFound(NameOf(id));
    return Replace(found->second, ledger, NameOf(id), [&](const Enquiry& before) -> absl::StatusOr<Enquiry> {
      BRYGGA_ASSIGN_OR_RETURN(Enquiry after, change(before, clock_.Now()));
      if (after.person && !state.persons.contains(*after.person)) return NotFound(NameOf(*after.person));
      return after;
    });
  });
}

absl::StatusOr<Enquiry> FakeParticipantStore::GetEnquiry(const EnquiryId& id, absl::Time) {
  MutexLock lock(&mutex_);
  const auto found = state_.enquiries.find(id);
  if (found == state_.enquiries.end()) return NotFound(NameOf(id));
  return found->second;
}

absl::StatusOr<list::Page<Enquiry>> FakeParticipantStore::ListEnquiries(const Audience& audience,
                                                                        const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  return PageOf<Enquiry>(state_.enquiries, query, &EnquiryField, [&](const Enquiry& enquiry) {
    return audience.everything || (enquiry.programme && audience.programmes.contains(*enquiry.programme));
  });
}

absl::StatusOr<int> FakeParticipantStore::EraseEnquiries(absl::Time before, absl::Time) {
  MutexLock lock(&mutex_);
  int erased = 0;
  for (auto& [id, enquiry] : state_.enquiries) {
    if (enquiry.created_at >= before || enquiry.state == EnquiryState::kDeleted || erased == 100) continue;
    BRYGGA_ASSIGN_OR_RETURN(enquiry, MoveEnquiry(enquiry, EnquiryState::kDeleted, std::nullopt, clock_.Now()));
    ledger_.Changed(NameOf(id), ChangeKind::kUpdated, enquiry.revision);
    ++erased;
  }
  return erased;
}

}  // namespace brygga::participant
