#include "services/participant/store/participant_store_conformance.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "common/testing/matchers.h"

namespace brygga::participant {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ParticipantStoreConformance);

namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const absl::Time kEver = absl::InfiniteFuture();
const Date kToday(2022, 8, 15);

Participant Fatima(const std::string& id) {
  return {.id = ParticipantId(id),
          .external_ref = ExternalRef{"sample", id},
          .given_name = "Fatima",
          .family_name = "Zaidan",
          .email = id + "@post.example",
          .gender = Gender::kFemale,
          .birth_date = Date(1984, 2, 29),
          .birth_year = 1984,
          .capacity = 2,
          .profile = {.version = 1,
                      .languages = {{"ar", CefrLevel::kNative}, {"sv", CefrLevel::kB1}},
                      .sun_level = "53",
                      .sun_field = "345",
                      .ssyk4 = "3352",
                      .occupation_id = "iWoz_Qa7_UQC",
                      .target_ssyk4 = "3353",
                      .years_experience = 11,
                      .skills = {"b", "a"},
                      .municipality_code = "0180",
                      .max_distance_km = 0,
                      .meeting_format = MeetingFormat::kEither,
                      .slots = {Slot::kSunEvening, Slot::kMonLunch},
                      .employer = "organisations/o",
                      .goals = {"NETWORK", "CV_FEEDBACK"},
                      .rounds_before = 3}};
}

std::vector<std::string> IdsOf(const std::vector<Participant>& persons) {
  std::vector<std::string> ids;
  for (const Participant& person : persons) ids.push_back(person.id.value());
  return ids;
}

std::vector<ImportOutcome> OutcomesOf(const absl::StatusOr<ImportReport>& report) {
  std::vector<ImportOutcome> outcomes;
  if (!report.ok()) return outcomes;
  for (const RowResult& result : report->results) outcomes.push_back(result.outcome);
  return outcomes;
}

list::ListQuery Limit(int limit) { return {.limit = limit}; }

}  // namespace

ParticipantStoreConformance::ParticipantStoreConformance() {
  programme_ = *store_.CreateProgramme({}, {.id = ProgrammeId("v"),
                                            .display_name = "Mitt Livs Chans",
                                            .kind = ProgrammeKind::kVocational,
                                            .operator_name = "organisations/mitt-liv",
                                            .roles = {Role::kMentor, Role::kAdept},
                                            .legal_bases = {{Role::kMentor, Purpose::kProgramme, LegalBasis::kContract},
                                                            {Role::kMentor, Purpose::kMatching, LegalBasis::kConsent}},
                                            .cadence = "monthly",
                                            .private_mentors_allowed = true});
  cohort_ = *store_.CreateCohort({}, {.ref = {ProgrammeId("v"), CohortId("c")},
                                      .display_name = "Autumn",
                                      .places = 0,
                                      .start_date = Date(2022, 9, 1)});
  MoveTo(CohortState::kOpen);
}

Participant ParticipantStoreConformance::AddPerson(const std::string& id) {
  return *store_.CreateParticipant({}, {.person = Fatima(id), .background = {}, .programme = programme_.id});
}

Enrolment ParticipantStoreConformance::AddEnrolment(const std::string& person, Role role) {
  return *store_.CreateEnrolment(
      {}, {.ref = {cohort_.ref, EnrolmentId("e-" + person)}, .person = ParticipantId(person), .role = role});
}

Consent ParticipantStoreConformance::AddConsent(const std::string& id, const std::string& person, Purpose purpose,
                                                const std::string& notice) {
  return *store_.GiveConsent({}, {.id = ConsentId(id),
                                  .person = ParticipantId(person),
                                  .purpose = purpose,
                                  .notice = {.version = notice},
                                  .channel = ConsentChannel::kWeb});
}

void ParticipantStoreConformance::MoveTo(CohortState state) {
  cohort_ = *store_.ChangeCohort(
      {}, cohort_.ref, [state](const Cohort& before, absl::Time now) { return MoveCohort(before, state, "", now); });
}

FeaturesPage ParticipantStoreConformance::Features() {
  return *store_.ListFeatures(cohort_.ref, {}, kToday, Limit(10), kEver);
}

absl::StatusOr<DataSubjectRequest> ParticipantStoreConformance::Erase(const std::string& person,
                                                                      const std::string& key) {
  return store_.ErasePerson({}, {.id = DataSubjectRequestId("d-" + person),
                                 .person = ParticipantId(person),
                                 .requested_by = "anna",
                                 .rules = {.holders = {"matching"}, .deadline = absl::Hours(1)},
                                 .person_key = key});
}

ImportRow ParticipantStoreConformance::RowOf(const std::string& key) const {
  ImportRow row{.person = Fatima("p-" + key), .consent = RowConsent::kGiven};
  row.person.given_name = key;
  row.person.external_ref->key = key;
  row.background = {.origin_country = "EG", .residence_status = ResidenceStatus::kPermanent, .arrival_year = 2019};
  row.enrolments = {
      {.enrolment = {.ref = {cohort_.ref, EnrolmentId("e-" + key)}, .role = Role::kAdept, .rounds_waited = 1}}};
  row.consent_ids = {ConsentId("k1-" + key), ConsentId("k2-" + key)};
  return row;
}

ImportBatch ParticipantStoreConformance::BatchOf(std::vector<ImportRow> rows) const {
  return {.rows = std::move(rows),
          .notice = {.version = "sample-1"},
          .purposes = {Purpose::kProgramme, Purpose::kMatching}};
}

// --- Persons ---

TEST_P(ParticipantStoreConformance, APersonIsReadAsWritten) {
  const Participant created = AddPerson("p");

  EXPECT_EQ(created.revision, 1);
  EXPECT_EQ(created.created_at, clock_.Now());
  EXPECT_THAT(store_.GetParticipants({ParticipantId("p")}, kEver), IsOkAndHolds(ElementsAre(created)));
}

TEST_P(ParticipantStoreConformance, AnExternalRefIsTakenOnce) {
  AddPerson("p");
  Participant other = Fatima("q");
  other.external_ref = ExternalRef{"sample", "p"};

  EXPECT_THAT(store_.CreateParticipant({}, {.person = other, .background = {}, .programme = programme_.id}),
              HasReason("EXTERNAL_REF_TAKEN"));
  EXPECT_THAT(store_.GetParticipants({ParticipantId("q")}, kEver), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ParticipantStoreConformance, ManyMayBeWithoutAnExternalRef) {
  for (const std::string id : {"p", "q"}) {
    Participant person = Fatima(id);
    person.external_ref.reset();
    EXPECT_THAT(store_.CreateParticipant({}, {.person = person, .background = {}, .programme = programme_.id}), IsOk());
  }
}

TEST_P(ParticipantStoreConformance, AnUnknownProgrammeIsNotFound) {
  EXPECT_THAT(store_.CreateParticipant({}, {.person = Fatima("p"), .background = {}, .programme = ProgrammeId("x")}),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ParticipantStoreConformance, ARepeatedRequestGetsTheFirstAnswer) {
  const NewParticipant person{.person = Fatima("p"), .background = {}, .programme = programme_.id};
  ASSERT_THAT(store_.CreateParticipant(Request<Participant>("r"), person), IsOk());

  EXPECT_EQ(ReplayedAnswer(store_.CreateParticipant(Request<Participant>("r"), person).status()), "answer");
  EXPECT_THAT(store_.CreateParticipant(Request<Participant>("r", "other"), person), HasReason("REQUEST_ID_REUSED"));
}

TEST_P(ParticipantStoreConformance, AChangedProfileIsReadInItsNewVersion) {
  const Participant before = AddPerson("p");
  clock_.Advance(absl::Hours(1));
  Participant wanted = before;
  wanted.profile.languages = {{"sv", CefrLevel::kC1}};
  wanted.profile.skills.clear();
  wanted.profile.max_distance_km.reset();
  wanted.email = "new@post.example";

  const auto changed =
      store_.ChangeParticipant({}, before.id, std::nullopt, [&](const Participant& seen, absl::Time now) {
        EXPECT_EQ(seen, before);
        return UpdateParticipant(seen, wanted, "1", now);
      });

  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->profile.version, 2);
  EXPECT_EQ(changed->updated_at, clock_.Now());
  EXPECT_THAT(store_.GetParticipants({before.id}, kEver), IsOkAndHolds(ElementsAre(*changed)));
}

TEST_P(ParticipantStoreConformance, WhatTheChangeRefusesIsNotWritten) {
  const Participant before = AddPerson("p");

  EXPECT_THAT(store_.ChangeParticipant(
                  {}, before.id, Background{.origin_country = "SE"},
                  [](const Participant& seen, absl::Time now) { return UpdateParticipant(seen, seen, "99", now); }),
              HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(store_.GetParticipants({before.id}, kEver), IsOkAndHolds(ElementsAre(before)));
}

TEST_P(ParticipantStoreConformance, AChangedBackgroundAloneIsARevision) {
  AddPerson("p");
  const auto keep = [](const Participant& seen, absl::Time) -> absl::StatusOr<Participant> { return seen; };

  EXPECT_THAT(store_.ChangeParticipant({}, ParticipantId("p"), Background{.origin_country = "EG"}, keep),
              IsOkAndHolds(Field(&Participant::revision, 2)));
  EXPECT_THAT(store_.ChangeParticipant({}, ParticipantId("p"), Background{.origin_country = "EG"}, keep),
              IsOkAndHolds(Field(&Participant::revision, 2)));
}

TEST_P(ParticipantStoreConformance, ManyAreReadInTheOrderAskedForAndTheMissingOneIsNamed) {
  AddPerson("p");
  AddPerson("q");

  const auto persons = store_.GetParticipants({ParticipantId("q"), ParticipantId("p"), ParticipantId("q")}, kEver);
  ASSERT_THAT(persons, IsOk());
  EXPECT_THAT(IdsOf(*persons), ElementsAre("q", "p", "q"));
  EXPECT_THAT(store_.GetParticipants({ParticipantId("p"), ParticipantId("x")}, kEver),
              StatusIs(absl::StatusCode::kNotFound, ::testing::HasSubstr("participants/x")));
}

TEST_P(ParticipantStoreConformance, WhoIsNotInTheAudienceIsNotSeen) {
  AddPerson("p");
  const std::vector<ParticipantId> p = {ParticipantId("p")};

  EXPECT_THAT(store_.CheckVisible({.everything = true}, p, kEver), IsOk());
  EXPECT_THAT(store_.CheckVisible({.programmes = {ProgrammeId("w"), programme_.id}}, p, kEver), IsOk());
  EXPECT_THAT(store_.CheckVisible({.persons = {ParticipantId("p")}}, p, kEver), IsOk());
  EXPECT_THAT(store_.CheckVisible({.programmes = {ProgrammeId("w")}, .persons = {ParticipantId("q")}}, p, kEver),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.CheckVisible({}, p, kEver), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.CheckVisible({.everything = true}, {ParticipantId("x")}, kEver),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ParticipantStoreConformance, AListIsFilteredOrderedAndPaged) {
  for (const std::string id : {"p", "q", "r"}) {
    AddPerson(id);
    clock_.Advance(absl::Minutes(1));
  }
  const Audience all{.everything = true};

  const auto first = store_.ListParticipants(all, {.order = {{"create_time", true}, {"id", true}}, .limit = 2}, kEver);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(IdsOf(first->items), ElementsAre("r", "q"));
  ASSERT_TRUE(first->next.has_value());
  const auto second = store_.ListParticipants(
      all, {.order = {{"create_time", true}, {"id", true}}, .after = first->next, .limit = 2}, kEver);
  EXPECT_THAT(IdsOf(second->items), ElementsAre("p"));
  EXPECT_FALSE(second->next.has_value());
  EXPECT_EQ(second->items[0].profile.skills, Fatima("p").profile.skills);

  const auto by_key = store_.ListParticipants(
      all, {.filter = {{"external_source", list::Op::kEqual, "sample"}, {"external_key", list::Op::kEqual, "q"}}},
      kEver);
  EXPECT_THAT(IdsOf(by_key->items), ElementsAre("q"));
  EXPECT_THAT(store_.ListParticipants({.programmes = {ProgrammeId("w")}}, {}, kEver)->items, IsEmpty());
}

// --- Consents ---

TEST_P(ParticipantStoreConformance, AConsentIsGivenOncePerNotice) {
  AddPerson("p");
  const Consent first = AddConsent("k-1", "p", Purpose::kMatching);

  EXPECT_EQ(AddConsent("k-2", "p", Purpose::kMatching), first);
  clock_.Advance(absl::Hours(1));
  const Consent second = AddConsent("k-3", "p", Purpose::kMatching, "n-2");

  const auto consents = store_.ListConsents(ParticipantId("p"), {}, kEver);
  ASSERT_THAT(consents, IsOk());
  EXPECT_THAT(consents->items, ElementsAre(Withdrawn(first, clock_.Now()), second));
}

TEST_P(ParticipantStoreConformance, AConsentIsWithdrawnOnceAndMayBeGivenAgain) {
  AddPerson("p");
  AddConsent("k-1", "p", Purpose::kMatching);

  const auto withdrawn = store_.WithdrawConsent({}, ParticipantId("p"), ConsentId("k-1"));
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_EQ(withdrawn->withdrawn_at, clock_.Now());
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(store_.WithdrawConsent({}, ParticipantId("p"), ConsentId("k-1")), IsOkAndHolds(*withdrawn));
  EXPECT_EQ(AddConsent("k-2", "p", Purpose::kMatching).id, ConsentId("k-2"));
}

TEST_P(ParticipantStoreConformance, AConsentIsFoundOnlyUnderItsPerson) {
  AddPerson("p");
  AddPerson("q");
  AddConsent("k-1", "p", Purpose::kMatching);

  EXPECT_THAT(store_.WithdrawConsent({}, ParticipantId("q"), ConsentId("k-1")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.GiveConsent({}, {.id = ConsentId("k"), .person = ParticipantId("x")}),
              StatusIs(absl::StatusCode::kNotFound));
}

// --- Programmes, rules and cohorts ---

TEST_P(ParticipantStoreConformance, AProgrammeIsReadAsWrittenAndChanged) {
  EXPECT_THAT(store_.GetProgramme(programme_.id, kEver), IsOkAndHolds(programme_));
  Programme wanted = programme_;
  wanted.roles.push_back(Role::kHost);
  wanted.legal_bases.pop_back();

  const auto changed = store_.ChangeProgramme({}, programme_.id, [&](const Programme& before, absl::Time now) {
    return UpdateProgramme(before, wanted, "1", now);
  });

  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->revision, 2);
  EXPECT_THAT(store_.GetProgramme(programme_.id, kEver), IsOkAndHolds(*changed));
  EXPECT_THAT(store_.GetProgramme(ProgrammeId("x"), kEver), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ParticipantStoreConformance, ProgrammesAndCohortsAreListedForTheirAudience) {
  ASSERT_THAT(store_.CreateProgramme({}, {.id = ProgrammeId("w"), .kind = ProgrammeKind::kYouth}), IsOk());
  ASSERT_THAT(store_.CreateCohort({}, {.ref = {ProgrammeId("w"), CohortId("d")}}), IsOk());
  const Audience all{.everything = true};
  const Audience w{.programmes = {ProgrammeId("w")}};

  EXPECT_THAT(store_.ListProgrammes(all, {}, kEver)->items, SizeIs(2));
  EXPECT_THAT(store_.ListProgrammes(w, {}, kEver)->items, ElementsAre(Field(&Programme::id, ProgrammeId("w"))));
  EXPECT_THAT(store_.ListCohorts(std::nullopt, w, {}, kEver)->items,
              ElementsAre(Field(&Cohort::programme_kind, ProgrammeKind::kYouth)));
  EXPECT_THAT(store_.ListCohorts(programme_.id, all, {}, kEver)->items, ElementsAre(cohort_));
  EXPECT_THAT(store_.ListCohorts(std::nullopt, all, {.filter = {{"state", list::Op::kEqual, "OPEN"}}}, kEver)->items,
              ElementsAre(cohort_));
}

TEST_P(ParticipantStoreConformance, RulesAreVersioned) {
  const RuleSet wanted{
      .programme = programme_.id,
      .criteria = {{.code = "SWEDISH_OR_ENGLISH",
                    .role = Role::kAdept,
                    .description = "B2",
                    .any_of = {{"cefr:sv", RuleOperator::kAtLeast, {"B2"}},
                               {"residence", RuleOperator::kIn, {"CITIZEN", "PERMANENT"}}}},
                   {.code = "GOALS", .role = Role::kAdept, .any_of = {{"goals", RuleOperator::kAtLeast, {"1"}}}}}};

  const auto first = store_.CreateRuleSet({}, wanted);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->version, 1);
  EXPECT_THAT(store_.CreateRuleSet({}, {.programme = programme_.id}), IsOkAndHolds(Field(&RuleSet::version, 2)));

  EXPECT_THAT(store_.GetRuleSet(programme_.id, 1, kEver), IsOkAndHolds(*first));
  EXPECT_EQ(first->criteria, wanted.criteria);
  EXPECT_THAT(store_.GetRuleSet(programme_.id, 0, kEver), IsOkAndHolds(Field(&RuleSet::criteria, IsEmpty())));
  EXPECT_THAT(store_.GetRuleSet(programme_.id, 3, kEver), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(store_.GetProgramme(programme_.id, kEver)->rule_set_version, 2);
  EXPECT_EQ(store_.GetProgramme(programme_.id, kEver)->revision, 3);
}

TEST_P(ParticipantStoreConformance, ACohortIsFoundOnlyUnderItsProgramme) {
  EXPECT_THAT(store_.GetCohort(cohort_.ref, kEver), IsOkAndHolds(cohort_));
  EXPECT_THAT(store_.GetCohort({ProgrammeId("w"), CohortId("c")}, kEver), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.ChangeCohort({}, {ProgrammeId("w"), CohortId("c")},
                                  [](const Cohort& before, absl::Time) -> absl::StatusOr<Cohort> { return before; }),
              StatusIs(absl::StatusCode::kNotFound));
}

// --- Enrolments ---

TEST_P(ParticipantStoreConformance, AnEnrolmentIsReadAsWrittenAndChanged) {
  AddPerson("p");
  const auto created = store_.CreateEnrolment({}, {.ref = {cohort_.ref, EnrolmentId("e")},
                                                   .person = ParticipantId("p"),
                                                   .role = Role::kMentor,
                                                   .counterpart_gender = Gender::kFemale,
                                                   .excluded_organisations = {"organisations/b", "organisations/a"},
                                                   .capacity = 1,
                                                   .referral_source = ReferralSource::kSfi,
                                                   .rounds_waited = 2,
                                                   .documents_missing = true});
  ASSERT_THAT(created, IsOk());
  EXPECT_THAT(store_.GetEnrolments({created->ref}, kEver), IsOkAndHolds(ElementsAre(*created)));

  Enrolment wanted = *created;
  wanted.excluded_organisations = {"organisations/c"};
  wanted.documents_missing = false;
  const auto changed = store_.ChangeEnrolment({}, created->ref, [&](const Applicant& before, absl::Time now) {
    EXPECT_EQ(before.person.capacity, 2);
    return UpdateEnrolment(before.enrolment, wanted, before.person.capacity, "1", now);
  });
  ASSERT_THAT(changed, IsOk());
  EXPECT_THAT(store_.GetEnrolments({created->ref}, kEver), IsOkAndHolds(ElementsAre(*changed)));
}

TEST_P(ParticipantStoreConformance, APersonIsEnrolledOncePerCohortAndRole) {
  AddPerson("p");
  AddEnrolment("p");

  EXPECT_THAT(store_.CreateEnrolment(
                  {}, {.ref = {cohort_.ref, EnrolmentId("e-2")}, .person = ParticipantId("p"), .role = Role::kMentor}),
              HasReason("ALREADY_ENROLLED"));
}

TEST_P(ParticipantStoreConformance, WhoMayNotApplyDoesNot) {
  AddPerson("p");
  const Enrolment wanted{.ref = {cohort_.ref, EnrolmentId("e")}, .person = ParticipantId("p"), .role = Role::kAdept};
  Enrolment stranger = wanted;
  stranger.person = ParticipantId("x");

  EXPECT_THAT(store_.CreateEnrolment({}, wanted), HasReason("CONSENT_MISSING"));
  EXPECT_THAT(store_.CreateEnrolment({}, stranger), StatusIs(absl::StatusCode::kNotFound));
  AddConsent("k", "p", Purpose::kProgramme);
  EXPECT_THAT(store_.CreateEnrolment({}, wanted), IsOk());

  MoveTo(CohortState::kClosed);
  AddPerson("q");
  stranger.person = ParticipantId("q");
  stranger.role = Role::kMentor;
  stranger.ref.enrolment = EnrolmentId("e-q");
  EXPECT_THAT(store_.CreateEnrolment({}, stranger), HasReason("COHORT_NOT_OPEN"));
}

TEST_P(ParticipantStoreConformance, AnEnrolmentIsFoundOnlyUnderItsCohort) {
  AddPerson("p");
  AddEnrolment("p");
  const EnrolmentRef elsewhere{{ProgrammeId("w"), CohortId("c")}, EnrolmentId("e-p")};

  EXPECT_THAT(store_.GetEnrolments({elsewhere}, kEver), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.DecideEnrolment({}, elsewhere, {.date = kToday}, ""), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.ChangeEnrolment(
                  {}, elsewhere,
                  [](const Applicant& before, absl::Time now) { return WithdrawEnrolment(before.enrolment, now); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ParticipantStoreConformance, EnrolmentsAreListedForTheirAudience) {
  AddPerson("p");
  AddPerson("q");
  const Enrolment p = AddEnrolment("p");
  const Enrolment q = AddEnrolment("q");
  const Audience all{.everything = true};

  EXPECT_THAT(store_.ListEnrolments({.cohort = cohort_.ref, .audience = all}, {}, kEver)->items, ElementsAre(p, q));
  EXPECT_THAT(
      store_.ListEnrolments({.cohort = std::nullopt, .audience = {.persons = {ParticipantId("q")}}}, {}, kEver)->items,
      ElementsAre(q));
  EXPECT_THAT(
      store_.ListEnrolments({.cohort = cohort_.ref, .audience = {.programmes = {ProgrammeId("w")}}}, {}, kEver)->items,
      IsEmpty());
  EXPECT_THAT(store_
                  .ListEnrolments({.cohort = cohort_.ref, .audience = {.programmes = {programme_.id}}},
                                  {.filter = {{"participant", list::Op::kEqual, "participants/p"}}}, kEver)
                  ->items,
              ElementsAre(p));
}

TEST_P(ParticipantStoreConformance, ADecisionKeepsEveryFindingAndTheRulesVersion) {
  AddPerson("p");
  const Enrolment enrolment = AddEnrolment("p");
  ASSERT_THAT(
      store_.CreateRuleSet({}, {.programme = programme_.id,
                                .criteria = {{.code = "ABROAD",
                                              .role = Role::kMentor,
                                              .any_of = {{"origin_country", RuleOperator::kNotEquals, {"SE"}}}},
                                             {.code = "SENIOR",
                                              .role = Role::kMentor,
                                              .any_of = {{"years_experience", RuleOperator::kAtLeast, {"50"}}}}}}),
      IsOk());

  const auto decided = store_.DecideEnrolment({}, enrolment.ref, {.date = kToday}, "1");

  ASSERT_THAT(decided, IsOk());
  EXPECT_EQ(decided->state, EnrolmentState::kDenied);
  EXPECT_EQ(decided->decision->rule_set_version, 1);
  EXPECT_EQ(decided->decision->date, kToday);
  EXPECT_THAT(decided->decision->findings,
              ElementsAre(Finding{"ABROAD", CriterionOutcome::kUnknown}, Finding{"SENIOR", CriterionOutcome::kFailed}));
  EXPECT_THAT(store_.GetEnrolments({enrolment.ref}, kEver), IsOkAndHolds(ElementsAre(*decided)));
  EXPECT_THAT(store_.DecideEnrolment({}, enrolment.ref, {.date = kToday}, "1"), HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(store_.Summarise(cohort_.ref, kEver)->criteria,
              UnorderedElementsAre(Pair(std::tuple(Role::kMentor, "ABROAD", CriterionOutcome::kUnknown), 1),
                                   Pair(std::tuple(Role::kMentor, "SENIOR", CriterionOutcome::kFailed), 1)));

  // The rules become milder: the new decision replaces the findings of the old.
  ASSERT_THAT(store_.CreateRuleSet({}, {.programme = programme_.id}), IsOk());
  EXPECT_THAT(store_.DecideEnrolment({}, enrolment.ref, {.date = kToday}, ""),
              IsOkAndHolds(Field(&Enrolment::state, EnrolmentState::kEnrolled)));
  EXPECT_THAT(store_.Summarise(cohort_.ref, kEver)->criteria, IsEmpty());
}

TEST_P(ParticipantStoreConformance, ACohortIsDecidedUpToItsPlacesInTheOrderOfApplication) {
  cohort_ = *store_.ChangeCohort({}, cohort_.ref, [](const Cohort& before, absl::Time now) {
    Cohort wanted = before;
    wanted.places = 2;
    return UpdateCohort(before, wanted, "", now);
  });
  for (const std::string id : {"c", "b", "a"}) {
    AddPerson(id);
    AddConsent("k-" + id, id, Purpose::kProgramme);
    AddEnrolment(id, Role::kAdept);
    clock_.Advance(absl::Minutes(1));
  }
  const auto state_of = [&](const std::string& id) {
    return store_.GetEnrolments({{cohort_.ref, EnrolmentId("e-" + id)}}, kEver)->at(0).state;
  };

  const auto report = store_.DecideEnrolments(Request<DecisionReport>("r"), cohort_.ref, {.date = kToday});

  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->decided, UnorderedElementsAre(Pair(std::pair(Role::kAdept, EnrolmentState::kEnrolled), 2),
                                                    Pair(std::pair(Role::kAdept, EnrolmentState::kWaitlisted), 1)));
  EXPECT_EQ(state_of("c"), EnrolmentState::kEnrolled);
  EXPECT_EQ(state_of("a"), EnrolmentState::kWaitlisted);
  EXPECT_EQ(store_.Summarise(cohort_.ref, kEver)->enrolments, report->decided);

  // Somebody steps back, and whoever waits gets the place.
  ASSERT_THAT(store_.ChangeEnrolment(
                  {}, {cohort_.ref, EnrolmentId("e-c")},
                  [](const Applicant& before, absl::Time now) { return WithdrawEnrolment(before.enrolment, now); }),
              IsOk());
  ASSERT_THAT(store_.DecideEnrolments({}, cohort_.ref, {.date = kToday}), IsOk());
  EXPECT_EQ(state_of("a"), EnrolmentState::kEnrolled);
}

TEST_P(ParticipantStoreConformance, WhoAppliesManyTimesAtOnceIsEnrolledOnce) {
  AddPerson("p");
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto created = store_.CreateEnrolment({}, {.ref = {cohort_.ref, EnrolmentId("e-" + std::to_string(i))},
                                                       .person = ParticipantId("p"),
                                                       .role = Role::kMentor});
      if (created.ok()) ++made;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(made, 1);
}

int ParticipantStoreConformance::EnrolledInTheLastPlace() {
  cohort_ = *store_.ChangeCohort({}, cohort_.ref, [](const Cohort& before, absl::Time now) {
    Cohort wanted = before;
    wanted.places = 1;
    return UpdateCohort(before, wanted, "", now);
  });
  std::vector<EnrolmentRef> refs;
  for (int i = 0; i < 8; ++i) {
    const std::string id = "p" + std::to_string(i);
    AddPerson(id);
    AddConsent("k-" + id, id, Purpose::kProgramme);
    refs.push_back(AddEnrolment(id, Role::kAdept).ref);
  }
  std::atomic<int> enrolled = 0;
  std::vector<std::thread> threads;
  for (const EnrolmentRef& ref : refs) {
    threads.emplace_back([&] {
      const auto decided = store_.DecideEnrolment({}, ref, {.date = kToday}, "");
      if (decided.ok() && decided->state == EnrolmentState::kEnrolled) ++enrolled;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return enrolled;
}

TEST_P(ParticipantStoreConformance, TheLastPlaceIsGivenOnceToManyWhoAreDecidedAtOnce) {
  EXPECT_EQ(EnrolledInTheLastPlace(), 1);
  EXPECT_EQ(store_.Summarise(cohort_.ref, kEver)->enrolments.at({Role::kAdept, EnrolmentState::kWaitlisted}), 7);
}

TEST_P(ParticipantStoreConformance, DecidingForValidationOnlyLeavesNoTrace) {
  AddPerson("p");
  const Enrolment enrolment = AddEnrolment("p");
  Mutation<DecisionReport> mutation = Request<DecisionReport>("r");
  mutation.validate_only = true;

  EXPECT_THAT(store_.DecideEnrolments(mutation, cohort_.ref, {.date = kToday}),
              IsOkAndHolds(Field(&DecisionReport::decided, SizeIs(1))));
  EXPECT_THAT(store_.GetEnrolments({enrolment.ref}, kEver), IsOkAndHolds(ElementsAre(enrolment)));
}

TEST_P(ParticipantStoreConformance, TheEmployersOfACohortAreKnown) {
  AddPerson("p");
  AddEnrolment("p");

  EXPECT_THAT(store_.EmployersIn(cohort_.ref, kEver), IsOkAndHolds(ElementsAre("organisations/o")));
}

// --- Features ---

TEST_P(ParticipantStoreConformance, WithdrawnConsentRemovesAPersonFromTheFeaturesAtOnce) {
  for (const std::string id : {"p", "q"}) {
    AddPerson(id);
    AddConsent("k-" + id, id, Purpose::kMatching);
    AddEnrolment(id);
  }
  ASSERT_THAT(store_.DecideEnrolments({}, cohort_.ref, {.date = kToday}), IsOk());
  ASSERT_THAT(Features().features, SizeIs(2));
  EXPECT_EQ(Features().features[0].profile, Fatima("p").profile);
  EXPECT_EQ(Features().features[0].tie_key, TieKeyOf(Fatima("p")));
  EXPECT_EQ(Features().as_of, clock_.Now());

  ASSERT_THAT(store_.WithdrawConsent({}, ParticipantId("p"), ConsentId("k-p")), IsOk());

  EXPECT_THAT(Features().features, ElementsAre(Field(&Features::person, ParticipantId("q"))));
}

TEST_P(ParticipantStoreConformance, FeaturesArePaged) {
  for (const std::string id : {"p", "q", "r"}) {
    AddPerson(id);
    AddConsent("k-" + id, id, Purpose::kMatching);
    AddEnrolment(id);
  }
  ASSERT_THAT(store_.DecideEnrolments({}, cohort_.ref, {.date = kToday}), IsOk());
  const AgreementFacts facts{.asked = {"organisations/o"}, .active = {"organisations/o"}};

  const auto first = store_.ListFeatures(cohort_.ref, facts, kToday, Limit(2), kEver);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->features, SizeIs(2));
  EXPECT_TRUE(first->features[0].employer_agreement_active);
  const auto second = store_.ListFeatures(cohort_.ref, facts, kToday, {.after = first->next, .limit = 2}, kEver);
  EXPECT_THAT(second->features, ElementsAre(Field(&Features::person, ParticipantId("r"))));
  EXPECT_FALSE(second->next.has_value());
}

TEST_P(ParticipantStoreConformance, FeaturesAreReadByNameOfAnEnrolmentOrAPerson) {
  std::vector<EnrolmentRef> refs;
  for (const std::string id : {"p", "q", "r", "s"}) {
    AddPerson(id);
    AddConsent("k-" + id, id, Purpose::kMatching);
    refs.push_back(AddEnrolment(id).ref);
  }
  ASSERT_THAT(store_.DecideEnrolments({}, cohort_.ref, {.date = kToday}), IsOk());
  ASSERT_THAT(store_.WithdrawConsent({}, ParticipantId("r"), ConsentId("k-r")), IsOk());
  EnrolmentRef elsewhere = refs[3];
  elsewhere.cohort.programme = ProgrammeId("other");
  const auto person_of = [](const NamedFeatures& named) {
    std::vector<std::string> persons;
    for (const NamedFeatures::Item& item : named.items) persons.push_back(item.features.person.value());
    return persons;
  };

  const auto named = store_.GetFeatures(
      {refs[0], refs[2], elsewhere}, {ParticipantId("p"), ParticipantId("q"), ParticipantId("nobody")}, kToday, kEver);

  ASSERT_THAT(named, IsOk());
  EXPECT_THAT(person_of(*named), ElementsAre("p", "q"));
  EXPECT_EQ(named->items[0].features.profile, Fatima("p").profile);
  EXPECT_EQ(named->items[0].features.tie_key, Features().features[0].tie_key);
  EXPECT_EQ(named->as_of, clock_.Now());
  EXPECT_THAT(person_of(*store_.GetFeatures({}, {}, kToday, kEver)), IsEmpty());
}

// --- Screening ---

TEST_P(ParticipantStoreConformance, TheNewestScreeningOfAKindCounts) {
  AddPerson("p");
  const Screening failed{.id = ScreeningId("s-1"),
                         .person = ParticipantId("p"),
                         .kind = ScreeningKind::kInterview,
                         .state = ScreeningState::kFailed,
                         .date = kToday};
  Screening passed = failed;
  passed.id = ScreeningId("s-2");
  passed.state = ScreeningState::kPassed;
  passed.expire_date = Date(2023, 8, 15);

  ASSERT_THAT(store_.RecordScreening({}, failed), IsOk());
  const auto recorded = store_.RecordScreening({}, passed);

  ASSERT_THAT(recorded, IsOk());
  EXPECT_THAT(store_.GetScreenings(ParticipantId("p"), kEver), IsOkAndHolds(ElementsAre(*recorded)));
}

TEST_P(ParticipantStoreConformance, ScreeningsOfACohortAreRecordedOnce) {
  AddPerson("p");
  AddPerson("q");
  AddPerson("r");
  AddEnrolment("p");
  AddEnrolment("q");
  const std::vector<Screening> all = {
      {.kind = ScreeningKind::kInterview, .state = ScreeningState::kPassed, .date = kToday},
      {.kind = ScreeningKind::kReferences, .state = ScreeningState::kPassed, .date = kToday}};

  const auto report = store_.RecordScreenings({}, cohort_.ref, Role::kMentor, all, kToday);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->participants, 2);
  EXPECT_EQ(report->screenings, 4);
  EXPECT_THAT(store_.GetScreenings(ParticipantId("q"), kEver), IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT(store_.GetScreenings(ParticipantId("r"), kEver), IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(store_.RecordScreenings({}, cohort_.ref, Role::kMentor, all, kToday)->screenings, 0);
}

// --- Import ---

TEST_P(ParticipantStoreConformance, AnImportedFileIsStoredOnce) {
  const auto first = store_.Import(Request<ImportReport>("r"), BatchOf({RowOf("A1"), RowOf("A2")}));
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(OutcomesOf(first), ElementsAre(ImportOutcome::kCreated, ImportOutcome::kCreated));

  EXPECT_EQ(ReplayedAnswer(store_.Import(Request<ImportReport>("r"), BatchOf({})).status()), "answer");
  EXPECT_THAT(OutcomesOf(store_.Import({}, BatchOf({RowOf("A1"), RowOf("A2")}))),
              ElementsAre(ImportOutcome::kUnchanged, ImportOutcome::kUnchanged));
  EXPECT_THAT(store_.ListConsents(ParticipantId("p-A1"), {}, kEver)->items, SizeIs(2));
  EXPECT_EQ(store_.Summarise(cohort_.ref, kEver)->enrolments.at({Role::kAdept, EnrolmentState::kApplied}), 2);
}

TEST_P(ParticipantStoreConformance, AChangedRowUpdatesWhatIsStored) {
  ASSERT_THAT(store_.Import({}, BatchOf({RowOf("A1")})), IsOk());
  ImportRow row = RowOf("A1");
  row.person.id = ParticipantId("unused");
  row.person.profile.goals = {"INTERNSHIP"};
  row.enrolments[0].enrolment.rounds_waited = 2;
  row.enrolments[0].enrolment.ref.enrolment = EnrolmentId("unused");

  EXPECT_THAT(OutcomesOf(store_.Import({}, BatchOf({row}))), ElementsAre(ImportOutcome::kUpdated));

  EXPECT_EQ(store_.GetParticipants({ParticipantId("p-A1")}, kEver)->at(0).profile.version, 2);
  EXPECT_EQ(store_.GetEnrolments({{cohort_.ref, EnrolmentId("e-A1")}}, kEver)->at(0).rounds_waited, 2);
}

TEST_P(ParticipantStoreConformance, TheSamePersonAgainIsFoundInTheBatchAndInEarlierOnes) {
  ImportRow again = RowOf("A2");
  again.person.given_name = "a1";
  again.person.email = "P-A1@POST.EXAMPLE";
  ImportRow perhaps = RowOf("A3");
  perhaps.person.given_name = "A1";
  const ExternalRef first{"sample", "A1"};

  const auto report = store_.Import({}, BatchOf({RowOf("A1"), again, perhaps}));
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(OutcomesOf(report),
              ElementsAre(ImportOutcome::kCreated, ImportOutcome::kDuplicate, ImportOutcome::kAmbiguous));
  EXPECT_THAT(report->results[1].resembles, ElementsAre(first));
  EXPECT_THAT(report->results[2].resembles, ElementsAre(first));

  EXPECT_THAT(OutcomesOf(store_.Import({}, BatchOf({again}))), ElementsAre(ImportOutcome::kDuplicate));
  perhaps.confirmed_distinct = true;
  EXPECT_THAT(OutcomesOf(store_.Import({}, BatchOf({perhaps}))), ElementsAre(ImportOutcome::kCreated));
}

TEST_P(ParticipantStoreConformance, ACohortThatIsNoLongerOpenRefusesOnlyWhoIsNew) {
  ASSERT_THAT(store_.Import({}, BatchOf({RowOf("A1")})), IsOk());
  MoveTo(CohortState::kClosed);
  ImportRow again = RowOf("A2");
  again.person.given_name = "A1";
  again.person.email = "p-A1@post.example";
  ImportRow perhaps = RowOf("A3");
  perhaps.person.given_name = "A1";
  ImportRow silent = RowOf("A4");
  silent.consent = RowConsent::kNotAsked;

  const auto report = store_.Import({}, BatchOf({RowOf("A1"), again, perhaps, silent, RowOf("A5")}));

  EXPECT_THAT(OutcomesOf(report),
              ElementsAre(ImportOutcome::kUnchanged, ImportOutcome::kDuplicate, ImportOutcome::kAmbiguous,
                          ImportOutcome::kNoConsent, ImportOutcome::kRefused));
  EXPECT_THAT(IdsOf(store_.ListParticipants({.everything = true}, {}, kEver)->items), ElementsAre("p-A1"));
}

TEST_P(ParticipantStoreConformance, ABadRowStopsNoOtherAndLeavesNothing) {
  ImportRow bad = RowOf("A1");
  bad.person.profile.ssyk4 = "1";
  ImportRow silent = RowOf("A2");
  silent.consent = RowConsent::kRefused;

  EXPECT_THAT(OutcomesOf(store_.Import({}, BatchOf({bad, silent, RowOf("A3")}))),
              ElementsAre(ImportOutcome::kRefused, ImportOutcome::kNoConsent, ImportOutcome::kCreated));
  EXPECT_THAT(IdsOf(store_.ListParticipants({.everything = true}, {}, kEver)->items), ElementsAre("p-A3"));
}

TEST_P(ParticipantStoreConformance, ADryRunReportsAndStoresNothing) {
  Mutation<ImportReport> mutation = Request<ImportReport>("r");
  mutation.validate_only = true;

  EXPECT_THAT(OutcomesOf(store_.Import(mutation, BatchOf({RowOf("A1")}))), ElementsAre(ImportOutcome::kCreated));
  EXPECT_THAT(store_.ListParticipants({.everything = true}, {}, kEver)->items, IsEmpty());
}

TEST_P(ParticipantStoreConformance, AnUnknownCohortFailsTheImport) {
  ImportRow row = RowOf("A1");
  row.enrolments[0].enrolment.ref.cohort.cohort = CohortId("x");

  EXPECT_THAT(store_.Import({}, BatchOf({row})), StatusIs(absl::StatusCode::kNotFound));
}

// --- Enquiries ---

TEST_P(ParticipantStoreConformance, AnEnquiryIsReadAsWrittenConvertedAndErased) {
  AddPerson("p");
  const Enquiry wanted{.id = EnquiryId("q"),
                       .display_name = "Ali",
                       .email = "ali@post.example",
                       .phone = "08-465 004 00",
                       .subject = "Mentor",
                       .body = "How do I begin?",
                       .organisation_name = "Klintsund",
                       .programme = programme_.id,
                       .notice = {.version = "web-1"}};
  const auto created = store_.SubmitEnquiry({}, wanted);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->consented_at, clock_.Now());
  EXPECT_THAT(store_.GetEnquiry(wanted.id, kEver), IsOkAndHolds(*created));
  const auto move = [&](EnquiryState state, const std::optional<ParticipantId>& person) {
    return store_.ChangeEnquiry(
        {}, wanted.id, [=](const Enquiry& before, absl::Time now) { return MoveEnquiry(before, state, person, now); });
  };

  EXPECT_THAT(move(EnquiryState::kConverted, ParticipantId("x")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(move(EnquiryState::kConverted, ParticipantId("p")),
              IsOkAndHolds(Field(&Enquiry::person, ParticipantId("p"))));
  EXPECT_THAT(move(EnquiryState::kDeleted, std::nullopt), IsOk());
  EXPECT_EQ(store_.GetEnquiry(wanted.id, kEver)->body, "");
}

TEST_P(ParticipantStoreConformance, EnquiriesAreListedForTheirAudience) {
  ASSERT_THAT(store_.SubmitEnquiry({}, {.id = EnquiryId("a"), .email = "a@b.example", .programme = programme_.id}),
              IsOk());
  ASSERT_THAT(store_.SubmitEnquiry({}, {.id = EnquiryId("b"), .email = "b@b.example"}), IsOk());

  EXPECT_THAT(store_.ListEnquiries({.everything = true}, {}, kEver)->items, SizeIs(2));
  EXPECT_THAT(store_.ListEnquiries({.programmes = {programme_.id}}, {}, kEver)->items,
              ElementsAre(Field(&Enquiry::id, EnquiryId("a"))));
  EXPECT_THAT(
      store_.ListEnquiries({.everything = true}, {.filter = {{"programme", list::Op::kEqual, "programmes/v"}}}, kEver)
          ->items,
      SizeIs(1));
}

TEST_P(ParticipantStoreConformance, OldEnquiriesAreErased) {
  ASSERT_THAT(store_.SubmitEnquiry({}, {.id = EnquiryId("old"), .email = "a@b.example", .body = "Hello"}), IsOk());
  clock_.Advance(absl::Hours(24));
  ASSERT_THAT(store_.SubmitEnquiry({}, {.id = EnquiryId("new"), .email = "a@b.example", .body = "Hello"}), IsOk());

  EXPECT_THAT(store_.EraseEnquiries(clock_.Now(), kEver), IsOkAndHolds(1));
  EXPECT_THAT(store_.EraseEnquiries(clock_.Now(), kEver), IsOkAndHolds(0));

  EXPECT_EQ(store_.GetEnquiry(EnquiryId("old"), kEver)->email, "");
  EXPECT_EQ(store_.GetEnquiry(EnquiryId("old"), kEver)->state, EnquiryState::kDeleted);
  EXPECT_EQ(store_.GetEnquiry(EnquiryId("new"), kEver)->body, "Hello");
}

TEST_P(ParticipantStoreConformance, TooManyEnquiriesFromOneAddressAreRefusedForAWhile) {
  const auto submit = [&](int i) {
    return store_.SubmitEnquiry({},
                                {.id = EnquiryId(std::to_string(i)), .email = i % 2 ? "A@b.example" : "a@B.example"});
  };
  for (int i = 0; i < kMostFromAddress; ++i) ASSERT_THAT(submit(i), IsOk());

  EXPECT_THAT(submit(100), HasReason("RATE_LIMITED"));
  clock_.Advance(kAddressWindow);
  EXPECT_THAT(submit(100), IsOk());
}

// --- Data-subject requests ---

TEST_P(ParticipantStoreConformance, AnErasedPersonIsGoneAndTheEnrolmentStaysCounted) {
  AddPerson("p");
  AddPerson("other");
  AddEnrolment("p");
  AddEnrolment("other");
  AddConsent("c", "p", Purpose::kMatching);
  ASSERT_THAT(store_.RecordScreening({}, {.id = ScreeningId("s"),
                                          .person = ParticipantId("p"),
                                          .kind = ScreeningKind::kInterview,
                                          .state = ScreeningState::kPassed,
                                          .date = kToday}),
              IsOk());

  const auto erased = Erase("p");

  ASSERT_THAT(erased, IsOk());
  EXPECT_EQ(StateOf(*erased), DataSubjectRequestState::kOpen);
  EXPECT_THAT(store_.GetParticipants({ParticipantId("p")}, kEver), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(IdsOf(store_.ListParticipants({.everything = true}, {}, kEver)->items), ElementsAre("other"));
  EXPECT_THAT(store_.ListConsents(ParticipantId("p"), {}, kEver)->items, IsEmpty());
  EXPECT_THAT(store_.GetScreenings(ParticipantId("p"), kEver), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(store_.GetEnrolments({{cohort_.ref, EnrolmentId("e-p")}}, kEver), StatusIs(absl::StatusCode::kNotFound));
  const auto summary = store_.Summarise(cohort_.ref, kEver);
  EXPECT_THAT(summary->enrolments, ElementsAre(Pair(Pair(Role::kMentor, EnrolmentState::kApplied), 1)));
  EXPECT_THAT(summary->erased, ElementsAre(Pair(Pair(Role::kMentor, EnrolmentState::kApplied), 1)));
  EXPECT_THAT(Erase("p"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ParticipantStoreConformance, EnquiriesOfAnErasedPersonGoToo) {
  AddPerson("p");
  ASSERT_THAT(store_.SubmitEnquiry({}, {.id = EnquiryId("same"), .email = "P@post.example", .body = "Hello"}), IsOk());
  ASSERT_THAT(store_.SubmitEnquiry({}, {.id = EnquiryId("became"), .email = "a@b.example", .body = "Hello"}), IsOk());
  ASSERT_THAT(store_.SubmitEnquiry({}, {.id = EnquiryId("other"), .email = "c@b.example", .body = "Hello"}), IsOk());
  ASSERT_THAT(store_.ChangeEnquiry({}, EnquiryId("became"),
                                   [](const Enquiry& before, absl::Time now) {
                                     return MoveEnquiry(before, EnquiryState::kConverted, ParticipantId("p"), now);
                                   }),
              IsOk());

  ASSERT_THAT(Erase("p"), IsOk());

  EXPECT_EQ(store_.GetEnquiry(EnquiryId("same"), kEver)->body, "");
  EXPECT_EQ(store_.GetEnquiry(EnquiryId("became"), kEver)->body, "");
  EXPECT_EQ(store_.GetEnquiry(EnquiryId("other"), kEver)->body, "Hello");
}

TEST_P(ParticipantStoreConformance, ARowThatNamesAnErasedPersonMakesAnotherWhoInheritsNothing) {
  ASSERT_THAT(store_.Import({}, BatchOf({RowOf("A1")})), IsOk());
  ASSERT_THAT(Erase("p-A1"), IsOk());
  ImportRow again = RowOf("A1");
  again.person.id = ParticipantId("q-A1");
  again.enrolments[0].enrolment.ref.enrolment = EnrolmentId("f-A1");
  again.consent_ids = {ConsentId("k3"), ConsentId("k4")};

  EXPECT_THAT(OutcomesOf(store_.Import({}, BatchOf({again}))), ElementsAre(ImportOutcome::kCreated));

  const auto person = store_.GetParticipants({ParticipantId("q-A1")}, kEver);
  ASSERT_THAT(person, IsOk());
  EXPECT_EQ(person->at(0).revision, 1);
  EXPECT_EQ(person->at(0).profile.version, 1);
  EXPECT_THAT(store_.GetParticipants({ParticipantId("p-A1")}, kEver), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.ListConsents(ParticipantId("q-A1"), {}, kEver)->items, SizeIs(2));
}

TEST_P(ParticipantStoreConformance, ARequestIsReadAsWrittenAndCompletedByItsHolders) {
  AddPerson("p");
  const auto asked = Erase("p");
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(store_.GetDataSubjectRequest(asked->id, kEver), IsOkAndHolds(*asked));
  clock_.Advance(absl::Minutes(5));

  const auto done = store_.ChangeDataSubjectRequest(
      {}, asked->id,
      [](const DataSubjectRequest& before, absl::Time now) { return Acknowledge(before, "matching", now); });

  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->completed_at, clock_.Now());
  EXPECT_THAT(store_.GetDataSubjectRequest(asked->id, kEver), IsOkAndHolds(*done));
  const auto refuse = [](const DataSubjectRequest& before, absl::Time now) {
    return Acknowledge(before, "events", now);
  };
  EXPECT_THAT(store_.ChangeDataSubjectRequest({}, asked->id, refuse), HasReason("NOT_A_HOLDER"));
  EXPECT_THAT(store_.ChangeDataSubjectRequest({}, DataSubjectRequestId("x"), refuse),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ParticipantStoreConformance, RequestsAreListedForWhoMadeThemAndWhomTheyAreAbout) {
  AddPerson("p");
  AddPerson("q");
  ASSERT_THAT(Erase("p"), IsOk());
  ASSERT_THAT(Erase("q", "l"), IsOk());
  const auto count = [&](const RequestAudience& audience, const std::string& state = "OPEN") {
    const list::ListQuery query{.filter = {{"state", list::Op::kEqual, state}}};
    return store_.ListDataSubjectRequests(audience, query, kEver)->items.size();
  };

  EXPECT_EQ(count({.everything = true}), 2u);
  EXPECT_EQ(count({.everything = true}, "COMPLETED"), 0u);
  EXPECT_EQ(count({.requester = "anna"}), 2u);
  EXPECT_EQ(count({.requester = "bo", .persons = {ParticipantId("q")}}), 1u);
  EXPECT_EQ(count({.requester = "bo"}), 0u);
}

}  // namespace brygga::participant
