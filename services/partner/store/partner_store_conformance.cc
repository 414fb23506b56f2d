#include "services/partner/store/partner_store_conformance.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <utility>

#include "common/status/error.h"
#include "common/testing/matchers.h"

namespace brygga::partner {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

OrganisationId PartnerStoreConformance::MakeOrganisation(const std::string& id, Organisation organisation) {
  organisation.id = OrganisationId(id);
  if (organisation.display_name.empty()) organisation.display_name = id;
  EXPECT_THAT(store_.CreateOrganisation(New<Organisation>(), organisation), IsOk());
  return organisation.id;
}

NetworkId PartnerStoreConformance::MakeNetwork(const std::string& id) {
  EXPECT_THAT(store_.CreateNetwork(New<Network>(), {.id = NetworkId(id), .display_name = id}), IsOk());
  return NetworkId(id);
}

absl::StatusOr<Membership> PartnerStoreConformance::Join(const std::string& id, const std::string& network,
                                                         const std::string& organisation, Period period,
                                                         MembershipKind kind) {
  return store_.CreateMembership(New<Membership>(), {.id = MembershipId(id),
                                                     .network = NetworkId(network),
                                                     .organisation = OrganisationId(organisation),
                                                     .kind = kind,
                                                     .period = period});
}

absl::StatusOr<Agreement> PartnerStoreConformance::Agree(const std::string& id, const std::string& organisation,
                                                         Period period, AgreementKind kind,
                                                         const std::string& operator_id) {
  return store_.CreateAgreement(New<Agreement>(),
                                {.id = AgreementId(id),
                                 .organisation = OrganisationId(organisation),
                                 .operator_id = OrganisationId(operator_id),
                                 .terms = {.kind = kind,
                                           .period = period,
                                           .mentor_seats = 12,
                                           .openings = 3,
                                           .services = {ServiceKind::kMentorship, ServiceKind::kNewsletter}}});
}

absl::StatusOr<Agreement> PartnerStoreConformance::CorrectTo(const Agreement& agreement, Period period) {
  return store_.CorrectAgreement(New<Agreement>(), agreement.organisation, agreement.id,
                                 [&](const Agreement& before, absl::Time now) {
                                   Correction correction = {.terms = before.terms, .reason = "TYPING_ERROR"};
                                   correction.terms.period = period;
                                   return Correct(before, correction, now);
                                 });
}

ContactPerson PartnerStoreConformance::MakeContact(const std::string& id, const std::string& organisation,
                                                   const std::string& email) {
  const auto created = store_.CreateContactPerson(
      New<ContactPerson>(), {.id = ContactPersonId(id), .organisation = OrganisationId(organisation), .email = email});
  EXPECT_THAT(created, IsOk());
  return created.value_or(ContactPerson());
}

namespace {

constexpr Period kFrom2014 = {.from = Date(2014, 1, 1)};
constexpr Period kFrom2016 = {.from = Date(2016, 1, 1)};

list::ListQuery By(const std::string& field) { return {.order = {{field, false}, {"id", false}}}; }

}  // namespace

// --- Organisations ---

TEST_P(PartnerStoreConformance, AnOrganisationComesBackAsItWasCreated) {
  const OrganisationId parent = MakeOrganisation("parent");
  const Organisation unit = {.id = OrganisationId("unit"),
                             .external_ref = ExternalRef{"sample", "P0001"},
                             .display_name = "Arbetsmarknadsförvaltningen",
                             .organisation_number = "2999990340",
                             .sector = Sector::kPublic,
                             .kind = OrganisationKind::kMunicipality,
                             .industry = "84",
                             .municipality_code = "0180",
                             .employees = 1708,
                             .parent = parent};

  const auto created = store_.CreateOrganisation(New<Organisation>(), unit);

  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->created_at, clock_.Now());
  EXPECT_EQ(created->revision, 1);
  EXPECT_THAT(store_.GetOrganisation(unit.id, Soon()), IsOkAndHolds(*created));
  Organisation expected = unit;
  expected.created_at = expected.updated_at = clock_.Now();
  EXPECT_EQ(*created, expected);
}

TEST_P(PartnerStoreConformance, ARepeatedRequestGetsTheFirstAnswerAndAnotherOneIsRefused) {
  const Organisation organisation = {.id = OrganisationId("a"), .display_name = "A"};
  const auto render = [](const Organisation& created) { return "created " + created.display_name; };
  ASSERT_THAT(store_.CreateOrganisation(Repeat<Organisation>("r", render), organisation), IsOk());

  auto other = Repeat<Organisation>("r", render);
  other.request_digest = "another";

  EXPECT_EQ(ReplayedAnswer(store_.CreateOrganisation(Repeat<Organisation>("r", render), organisation).status()),
            "created A");
  EXPECT_THAT(store_.CreateOrganisation(other, organisation), HasReason("REQUEST_ID_REUSED"));
}

TEST_P(PartnerStoreConformance, AnExternalRefIsUniqueAndTheHolderIsNamed) {
  const OrganisationId holder = MakeOrganisation("a", {.external_ref = ExternalRef{"sample", "P1"}});

  const auto second = store_.CreateOrganisation(
      New<Organisation>(), {.id = OrganisationId("b"), .external_ref = ExternalRef{"sample", "P1"}});

  EXPECT_THAT(second, HasReason("EXTERNAL_REF_TAKEN"));
  EXPECT_EQ(DetailsOf(second.status()).metadata["resource"], NameOf(holder));
  MakeOrganisation("c", {.external_ref = ExternalRef{"crm", "P1"}});
  MakeOrganisation("d");
  MakeOrganisation("e");
}

TEST_P(PartnerStoreConformance, AnOrganisationNumberIsUniqueButUnitsShareTheirParents) {
  MakeOrganisation("a", {.organisation_number = "2999990340"});
  MakeOrganisation("unit", {.organisation_number = "2999990340", .parent = OrganisationId("a")});
  MakeOrganisation("b");

  EXPECT_THAT(
      store_.CreateOrganisation(New<Organisation>(), {.id = OrganisationId("c"), .organisation_number = "2999990340"}),
      HasReason("ORGANISATION_NUMBER_TAKEN"));
  EXPECT_THAT(store_.ChangeOrganisation(New<Organisation>(), OrganisationId("b"),
                                        [](const Organisation& before, absl::Time now) {
                                          Organisation wanted = before;
                                          wanted.organisation_number = "2999990340";
                                          return Update(before, wanted, "", now);
                                        }),
              HasReason("ORGANISATION_NUMBER_TAKEN"));
}

TEST_P(PartnerStoreConformance, AUnitBelongsToAnOrganisationThatIsNone) {
  MakeOrganisation("a");
  MakeOrganisation("unit", {.parent = OrganisationId("a")});

  for (const char* parent : {"unit", "nobody"}) {
    EXPECT_THAT(
        store_.CreateOrganisation(New<Organisation>(), {.id = OrganisationId("x"), .parent = OrganisationId(parent)}),
        HasReason("PARENT_UNUSABLE"))
        << parent;
  }
}

TEST_P(PartnerStoreConformance, AChangeIsKeptAndADecisionToChangeNothingWritesNothing) {
  const OrganisationId id = MakeOrganisation("a");
  clock_.Advance(absl::Hours(1));

  const auto changed =
      store_.ChangeOrganisation(New<Organisation>(), id, [](const Organisation& before, absl::Time now) {
        Organisation wanted = before;
        wanted.employees = 99;
        return Update(before, wanted, "1", now);
      });

  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->revision, 2);
  EXPECT_EQ(changed->updated_at, clock_.Now());
  EXPECT_THAT(store_.GetOrganisation(id, Soon()), IsOkAndHolds(*changed));
  EXPECT_THAT(store_.ChangeOrganisation(
                  New<Organisation>(), id,
                  [](const Organisation& before, absl::Time) -> absl::StatusOr<Organisation> { return before; }),
              IsOkAndHolds(*changed));
  EXPECT_THAT(store_.ChangeOrganisation(New<Organisation>(), OrganisationId("nobody"), nullptr),
              HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, ARefusedDecisionLeavesEverythingAsItWas) {
  const OrganisationId id = MakeOrganisation("a");

  EXPECT_THAT(store_.ChangeOrganisation(
                  New<Organisation>(), id,
                  [](const Organisation& before, absl::Time now) { return Update(before, before, "7", now); }),
              HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(store_.GetOrganisation(id, Soon()), IsOkAndHolds(Field(&Organisation::revision, 1)));
}

TEST_P(PartnerStoreConformance, BatchesKeepTheOrderAskedForAndNameWhatIsMissing) {
  const OrganisationId a = MakeOrganisation("a"), b = MakeOrganisation("b");

  EXPECT_THAT(store_.GetOrganisations({b, a}, Soon()),
              IsOkAndHolds(ElementsAre(Field(&Organisation::id, b), Field(&Organisation::id, a))));
  EXPECT_THAT(store_.GetOrganisations({a, OrganisationId("nobody")}, Soon()), HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, LookUpFindsTheKeysOfOneSource) {
  const OrganisationId a = MakeOrganisation("a", {.external_ref = ExternalRef{"sample", "P1"}});
  MakeOrganisation("b", {.external_ref = ExternalRef{"crm", "P2"}});

  EXPECT_THAT(store_.LookUp("sample", {"P1", "P2", "P1"}, Soon()), IsOkAndHolds(ElementsAre(Pair("P1", a))));
}

TEST_P(PartnerStoreConformance, ListsFilterOrderAndGoOnFromAKey) {
  for (const char* id : {"b", "a", "d", "c"}) {
    MakeOrganisation(id, {.sector = id == std::string("d") ? Sector::kPrivate : Sector::kPublic, .employees = 5});
  }
  list::ListQuery query = By("display_name");
  query.filter = {{"sector", list::Op::kEqual, std::string("PUBLIC")}, {"employees", list::Op::kGreater, int64_t{4}}};
  query.limit = 2;

  const auto first = store_.ListOrganisations({}, query, Soon());
  EXPECT_THAT(Ids(first), ElementsAre("a", "b"));
  ASSERT_TRUE(first->next);
  query.after = first->next;
  const auto second = store_.ListOrganisations({}, query, Soon());

  EXPECT_THAT(Ids(second), ElementsAre("c"));
  EXPECT_FALSE(second->next);
}

TEST_P(PartnerStoreConformance, EveryFieldOfTheSchemaFilters) {
  MakeOrganisation("parent");
  MakeOrganisation("a", {.external_ref = ExternalRef{"sample", "P1"},
                         .display_name = "Åre kommun",
                         .organisation_number = "2999990340",
                         .sector = Sector::kPublic,
                         .kind = OrganisationKind::kMunicipality,
                         .industry = "84",
                         .municipality_code = "2321",
                         .employees = 7,
                         .parent = OrganisationId("parent")});
  const list::Filter each = {{"display_name", list::Op::kHas, std::string("åre")},
                             {"organisation_number", list::Op::kEqual, std::string("299999-0340")},
                             {"sector", list::Op::kEqual, std::string("PUBLIC")},
                             {"kind", list::Op::kEqual, std::string("MUNICIPALITY")},
                             {"industry", list::Op::kEqual, std::string("84")},
                             {"municipality_code", list::Op::kGreater, std::string("2300")},
                             {"employees", list::Op::kEqual, int64_t{7}},
                             {"parent", list::Op::kEqual, std::string("organisations/parent")},
                             {"external_source", list::Op::kEqual, std::string("sample")},
                             {"external_key", list::Op::kEqual, std::string("P1")}};

  for (const list::Comparison& comparison : each) {
    EXPECT_THAT(Ids(store_.ListOrganisations({}, {.filter = {comparison}}, Soon())), ElementsAre("a"))
        << comparison.field;
  }
  EXPECT_THAT(Ids(store_.ListOrganisations(
                  {}, {.filter = {{"create_time", list::Op::kLessEqual, absl::ToUnixMicros(clock_.Now())}}}, Soon())),
              SizeIs(2));
}

// --- Networks and memberships ---

TEST_P(PartnerStoreConformance, ANetworkNameIsUnique) {
  MakeNetwork("Integrationspakten");

  EXPECT_THAT(store_.CreateNetwork(New<Network>(), {.id = NetworkId("n"), .display_name = "Integrationspakten"}),
              HasReason("NETWORK_NAME_TAKEN"));
  EXPECT_THAT(Ids(store_.ListNetworks(By("display_name"), Soon())), ElementsAre("Integrationspakten"));
}

TEST_P(PartnerStoreConformance, AnOrganisationIsInANetworkInTwoKindsAtOnceButInOneOnlyOnce) {
  MakeOrganisation("a");
  MakeNetwork("n");
  MakeNetwork("m");
  EXPECT_THAT(Join("1", "n", "a", kFrom2014), IsOk());
  EXPECT_THAT(Join("2", "n", "a", kFrom2014, MembershipKind::kJobPartner), IsOk());
  EXPECT_THAT(Join("3", "m", "a", kFrom2014), IsOk());

  EXPECT_THAT(Join("4", "n", "a", kFrom2016), HasReason("MEMBERSHIP_OVERLAPS"));
  EXPECT_THAT(Join("5", "n", "nobody", kFrom2016), HasReason("ORGANISATION_UNUSABLE"));
  EXPECT_THAT(Join("6", "nothing", "a", kFrom2016), HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, AnEndedMembershipStaysAsHistoryAndMayBeginAgain) {
  MakeOrganisation("a");
  MakeNetwork("n");
  ASSERT_THAT(Join("1", "n", "a", kFrom2014), IsOk());
  const auto end = [](const Membership& before, absl::Time now) { return End(before, Date(2020, 12, 31), "", now); };

  ASSERT_THAT(store_.ChangeMembership(New<Membership>(), NetworkId("n"), MembershipId("1"), end), IsOk());

  const OrganisationId a("a");
  EXPECT_THAT(Ids(store_.ListMemberships({.organisation = a}, {}, Soon())), ElementsAre("1"));
  EXPECT_THAT(Ids(store_.ListMemberships({.as_of = Date(2020, 12, 31)}, {}, Soon())), ElementsAre("1"));
  EXPECT_THAT(Ids(store_.ListMemberships({.as_of = Date(2021, 1, 1)}, {}, Soon())), IsEmpty());
  EXPECT_THAT(Join("2", "n", "a", {.from = Date(2020, 12, 31)}), HasReason("MEMBERSHIP_OVERLAPS"));
  EXPECT_THAT(Join("2", "n", "a", {.from = Date(2021, 1, 1)}), IsOk());
  EXPECT_THAT(Ids(store_.ListMemberships({.network = NetworkId("n")}, By("start_date"), Soon())),
              ElementsAre("1", "2"));
  EXPECT_THAT(store_.ChangeMembership(New<Membership>(), NetworkId("m"), MembershipId("1"), end),
              HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, OrganisationsAndSectorsAreThoseInTheNetworkOnTheDay) {
  MakeOrganisation("a", {.sector = Sector::kPublic});
  MakeOrganisation("b", {.sector = Sector::kCivilSociety});
  MakeOrganisation("unit", {.sector = Sector::kPublic, .parent = OrganisationId("a")});
  const NetworkId n = MakeNetwork("n");
  ASSERT_THAT(Join("1", "n", "a", kFrom2014, MembershipKind::kJobPartner), IsOk());
  ASSERT_THAT(Join("2", "n", "b", kFrom2016), IsOk());
  ASSERT_THAT(Join("3", "n", "unit", kFrom2014), IsOk());

  EXPECT_THAT(Ids(store_.ListOrganisations({.network = n, .as_of = Date(2015, 1, 1)}, {}, Soon())),
              ElementsAre("a", "unit"));
  EXPECT_THAT(
      Ids(store_.ListOrganisations(
          {.network = n, .membership_kind = MembershipKind::kJobPartner, .as_of = Date(2022, 1, 1)}, {}, Soon())),
      ElementsAre("a"));
  EXPECT_THAT(
      store_.CountSectors({.network = n, .as_of = Date(2022, 1, 1)}, Soon()),
      IsOkAndHolds(ElementsAre(Pair(Sector::kPrivate, 0), Pair(Sector::kCivilSociety, 1), Pair(Sector::kPublic, 1))));
  EXPECT_THAT(
      store_.CountSectors({}, Soon()),
      IsOkAndHolds(ElementsAre(Pair(Sector::kPrivate, 0), Pair(Sector::kCivilSociety, 1), Pair(Sector::kPublic, 1))));
}

// --- Agreements ---

TEST_P(PartnerStoreConformance, AnAgreementComesBackAsItWasRecorded) {
  MakeOrganisation("operator");
  MakeOrganisation("a");

  const auto created = Agree("1", "a", {.from = Date(2014, 1, 1), .to = Date(2024, 12, 31)});

  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->recorded_at, clock_.Now());
  EXPECT_EQ(created->terms.mentor_seats, 12);
  EXPECT_THAT(store_.GetAgreement(OrganisationId("a"), AgreementId("1"), std::nullopt, Soon()), IsOkAndHolds(*created));
  EXPECT_THAT(store_.GetAgreement(OrganisationId("operator"), AgreementId("1"), std::nullopt, Soon()),
              HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, AnAgreementNeedsAnOrganisationAndAnotherAsOperator) {
  MakeOrganisation("operator");
  MakeOrganisation("a");

  EXPECT_THAT(Agree("1", "nobody", kFrom2014), HasReason("NOT_FOUND"));
  EXPECT_THAT(Agree("1", "a", kFrom2014, AgreementKind::kNetwork, "nobody"), HasReason("OPERATOR_UNUSABLE"));
  EXPECT_THAT(Agree("1", "a", kFrom2014, AgreementKind::kNetwork, "a"), HasReason("OPERATOR_UNUSABLE"));
}

TEST_P(PartnerStoreConformance, AgreementsOfOneKindWithOneOperatorNeverOverlap) {
  for (const char* id : {"operator", "stockholm", "a", "b"}) MakeOrganisation(id);
  ASSERT_THAT(Agree("1", "a", {.from = Date(2014, 1, 1), .to = Date(2015, 12, 31)}), IsOk());

  const auto overlapping = Agree("2", "a", {.from = Date(2015, 12, 31)});

  EXPECT_THAT(overlapping, HasReason("AGREEMENT_OVERLAPS"));
  EXPECT_EQ(DetailsOf(overlapping.status()).metadata["resource"], "organisations/a/agreements/1");
  EXPECT_THAT(Agree("2", "a", kFrom2016), IsOk());
  EXPECT_THAT(Agree("3", "a", kFrom2016, AgreementKind::kNetwork), IsOk());
  EXPECT_THAT(Agree("4", "a", kFrom2016, AgreementKind::kMentorPartner, "stockholm"), IsOk());
  EXPECT_THAT(Agree("5", "b", kFrom2016), IsOk());
}

TEST_P(PartnerStoreConformance, ACorrectionMayNotOverlapEither) {
  MakeOrganisation("operator");
  MakeOrganisation("a");
  const auto first = Agree("1", "a", {.from = Date(2014, 1, 1), .to = Date(2015, 12, 31)});
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Agree("2", "a", kFrom2016), IsOk());

  EXPECT_THAT(CorrectTo(*first, {.from = Date(2014, 1, 1), .to = Date(2016, 1, 1)}), HasReason("AGREEMENT_OVERLAPS"));
  EXPECT_THAT(CorrectTo(*first, {.from = Date(2013, 1, 1), .to = Date(2015, 12, 31)}), IsOk());
}

TEST_P(PartnerStoreConformance, OfManyAtOnceOneAgreementIsRecorded) {
  MakeOrganisation("operator");
  MakeOrganisation("a");
  constexpr int kCallers = 12;
  std::atomic<int> recorded = 0, overlaps = 0;
  std::vector<Mutation<Agreement>> mutations;
  for (int i = 0; i < kCallers; ++i) mutations.push_back(New<Agreement>());

  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      const auto created = store_.CreateAgreement(
          mutations[i], {.id = AgreementId("agreement-" + std::to_string(i)),
                         .organisation = OrganisationId("a"),
                         .operator_id = OrganisationId("operator"),
                         .terms = {.period = {.from = Date(2014, 1, 1) + i, .to = Date(2030, 1, 1)}}});
      if (created.ok()) ++recorded;
      if (ReasonOf(created.status()) == "AGREEMENT_OVERLAPS") ++overlaps;
    });
  }
  for (std::thread& caller : callers) caller.join();

  EXPECT_EQ(recorded, 1);
  EXPECT_EQ(overlaps, kCallers - 1);
}

TEST_P(PartnerStoreConformance, ACorrectionChangesTodaysAnswerAndNotThatOfLastYear) {
  MakeOrganisation("operator");
  MakeOrganisation("a");
  const absl::Time last_year = clock_.Now();
  const auto first = Agree("1", "a", {.from = Date(2016, 2, 1)});
  ASSERT_THAT(first, IsOk());
  clock_.Advance(absl::Hours(24 * 365));

  const auto corrected = CorrectTo(*first, kFrom2016);

  ASSERT_THAT(corrected, IsOk());
  const auto at = [&](std::optional<absl::Time> known_at) {
    return store_.GetAgreement(OrganisationId("a"), AgreementId("1"), known_at, Soon());
  };
  EXPECT_THAT(at(std::nullopt), IsOkAndHolds(*corrected));
  EXPECT_THAT(at(clock_.Now()), IsOkAndHolds(*corrected));
  EXPECT_THAT(at(clock_.Now() - absl::Microseconds(1)), IsOkAndHolds(*first));
  EXPECT_THAT(at(last_year), IsOkAndHolds(*first));
  EXPECT_THAT(at(last_year - absl::Microseconds(1)), HasReason("NOT_FOUND"));
  EXPECT_THAT(store_.ListAgreements({.known_at = last_year}, {}, Soon()),
              IsOkAndHolds(Field(&list::Page<Agreement>::items, ElementsAre(*first))));
  EXPECT_THAT(store_.ListAgreements({}, {}, Soon()),
              IsOkAndHolds(Field(&list::Page<Agreement>::items, ElementsAre(*corrected))));
}

TEST_P(PartnerStoreConformance, CorrectionsWithinOneMicrosecondKeepTheirOrder) {
  MakeOrganisation("operator");
  MakeOrganisation("a");
  const auto first = Agree("1", "a", kFrom2014);
  ASSERT_THAT(first, IsOk());

  for (int day = 2; day <= 5; ++day) {
    ASSERT_THAT(CorrectTo(*first, {.from = Date(2014, 1, day)}), IsOkAndHolds(Field(&Agreement::revision, day)));
  }

  EXPECT_THAT(store_.GetAgreement(OrganisationId("a"), AgreementId("1"), clock_.Now(), Soon()), IsOkAndHolds(*first));
  EXPECT_THAT(store_.GetAgreement(OrganisationId("a"), AgreementId("1"), std::nullopt, Soon()),
              IsOkAndHolds(Field(&Agreement::revision, 5)));
}

TEST_P(PartnerStoreConformance, AgreementsAreListedByOrganisationOperatorAndStatus) {
  for (const char* id : {"operator", "stockholm", "a", "b"}) MakeOrganisation(id);
  ASSERT_THAT(Agree("ended", "a", {.from = Date(2010, 1, 1), .to = Date(2022, 8, 14)}), IsOk());
  ASSERT_THAT(Agree("active", "b", kFrom2016), IsOk());
  ASSERT_THAT(Agree("upcoming", "a", {.from = Date(2022, 8, 16)}), IsOk());
  ASSERT_THAT(Agree("other", "a", kFrom2014, AgreementKind::kNetwork, "stockholm"), IsOk());
  const OrganisationId with("operator");
  const Date today(2022, 8, 15);

  const auto of_status = [&](AgreementStatus status) {
    return Ids(store_.ListAgreements({.operator_id = with, .status = status, .as_of = today}, {}, Soon()));
  };

  EXPECT_THAT(of_status(AgreementStatus::kEnded), ElementsAre("ended"));
  EXPECT_THAT(of_status(AgreementStatus::kActive), ElementsAre("active"));
  EXPECT_THAT(of_status(AgreementStatus::kUpcoming), ElementsAre("upcoming"));
  EXPECT_THAT(Ids(store_.ListAgreements({.organisation = OrganisationId("a")}, By("valid_from"), Soon())),
              ElementsAre("ended", "other", "upcoming"));
  EXPECT_THAT(Ids(store_.ListAgreements({}, {.filter = {{"kind", list::Op::kEqual, std::string("NETWORK")}}}, Soon())),
              ElementsAre("other"));
  EXPECT_THAT(store_.WithActiveAgreement(
                  with, {OrganisationId("b"), OrganisationId("a"), OrganisationId("b"), OrganisationId("nobody")},
                  today, Soon()),
              IsOkAndHolds(ElementsAre(OrganisationId("b"))));
}

TEST_P(PartnerStoreConformance, PartnershipsGatherAgreementsAndAreListedByTheirStart) {
  for (const char* id : {"operator", "linkoping", "norrkoping", "later"}) {
    MakeOrganisation(id, {.sector = Sector::kPublic, .kind = OrganisationKind::kMunicipality});
  }
  ASSERT_THAT(Agree("1", "linkoping", kFrom2016), IsOk());
  ASSERT_THAT(Agree("2", "norrkoping", {.from = Date(2018, 1, 1)}), IsOk());
  ASSERT_THAT(Agree("3", "norrkoping", kFrom2014, AgreementKind::kNetwork), IsOk());
  ASSERT_THAT(Agree("4", "later", {.from = Date(2030, 1, 1)}), IsOk());
  list::ListQuery query = By("start_date");
  query.filter = {{"kind", list::Op::kEqual, std::string("MUNICIPALITY")}};

  const auto page =
      store_.ListPartnerships({.operator_id = OrganisationId("operator"), .as_of = Date(2022, 8, 15)}, query, Soon());

  ASSERT_THAT(Ids(page), ElementsAre("norrkoping", "linkoping"));
  EXPECT_EQ(page->items[0].start_date, Date(2014, 1, 1));
  EXPECT_THAT(page->items[0].terms, SizeIs(2));
  EXPECT_EQ(page->items[1].operator_id, OrganisationId("operator"));
}

// --- Contact persons ---

TEST_P(PartnerStoreConformance, AContactPersonComesBackAsItWasCreated) {
  MakeOrganisation("a");
  const ContactPerson person = {.id = ContactPersonId("c"),
                                .organisation = OrganisationId("a"),
                                .role = ContactRole::kProgramme,
                                .display_name = "Test Testsson",
                                .email = "Test@Exempel.example",
                                .phone = "08-465 004 00",
                                .start_date = Date(2020, 1, 1),
                                .end_date = Date(2023, 1, 1),
                                .publish_consent = true};

  const auto created = store_.CreateContactPerson(New<ContactPerson>(), person);

  ASSERT_THAT(created, IsOk());
  ContactPerson expected = person;
  expected.created_at = expected.updated_at = clock_.Now();
  EXPECT_THAT(store_.ListContactPersons(OrganisationId("a"), {}, Soon()),
              IsOkAndHolds(Field(&list::Page<ContactPerson>::items, ElementsAre(expected))));
}

TEST_P(PartnerStoreConformance, AnAddressIsOnceInAnOrganisation) {
  MakeOrganisation("a");
  MakeOrganisation("b");
  MakeContact("1", "a", "anna@exempel.example");
  MakeContact("2", "b", "anna@exempel.example");
  MakeContact("3", "a", "bo@exempel.example");

  EXPECT_THAT(store_.CreateContactPerson(
                  New<ContactPerson>(),
                  {.id = ContactPersonId("4"), .organisation = OrganisationId("a"), .email = "ANNA@exempel.example"}),
              HasReason("CONTACT_EMAIL_TAKEN"));
  EXPECT_THAT(store_.ChangeContactPerson(New<ContactPerson>(), OrganisationId("a"), ContactPersonId("3"),
                                         [](const ContactPerson& before, absl::Time now) {
                                           ContactPerson wanted = before;
                                           wanted.email = "anna@exempel.example";
                                           return Update(before, wanted, "", now);
                                         }),
              HasReason("CONTACT_EMAIL_TAKEN"));
  EXPECT_THAT(store_.CreateContactPerson(New<ContactPerson>(),
                                         {.id = ContactPersonId("5"), .organisation = OrganisationId("nobody")}),
              HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, ManyWithoutAnAddressAreNoConflict) {
  MakeOrganisation("a");
  for (const char* id : {"1", "2"}) {
    EXPECT_THAT(store_.CreateContactPerson(
                    New<ContactPerson>(),
                    {.id = ContactPersonId(id), .organisation = OrganisationId("a"), .phone = "08-465 004 00"}),
                IsOk());
  }
  EXPECT_THAT(store_.ExportContactPerson(OrganisationId("a"), ContactPersonId("1"), Soon()), IsOkAndHolds(SizeIs(1)));
}

TEST_P(PartnerStoreConformance, ErasureDeletesEveryRecordOfThePerson) {
  MakeOrganisation("a");
  MakeOrganisation("b");
  MakeContact("1", "a", "anna@exempel.example");
  MakeContact("2", "b", "Anna@exempel.example");
  MakeContact("3", "b", "bo@exempel.example");
  EXPECT_THAT(store_.ExportContactPerson(OrganisationId("a"), ContactPersonId("1"), Soon()), IsOkAndHolds(SizeIs(2)));

  const auto erased =
      store_.EraseContactPerson(New<std::vector<std::string>>(), OrganisationId("a"), ContactPersonId("1"));

  EXPECT_THAT(erased,
              IsOkAndHolds(ElementsAre("organisations/a/contactPersons/1", "organisations/b/contactPersons/2")));
  EXPECT_THAT(Ids(store_.ListContactPersons(OrganisationId("a"), {}, Soon())), IsEmpty());
  EXPECT_THAT(Ids(store_.ListContactPersons(OrganisationId("b"), {}, Soon())), ElementsAre("3"));
  EXPECT_THAT(store_.ExportContactPerson(OrganisationId("a"), ContactPersonId("1"), Soon()), HasReason("NOT_FOUND"));
  EXPECT_THAT(store_.EraseContactPerson(New<std::vector<std::string>>(), OrganisationId("a"), ContactPersonId("1")),
              HasReason("NOT_FOUND"));
}

// --- Import ---

namespace {

ImportRow Row(const std::string& key, const std::string& id) {
  return {.organisation = {.id = OrganisationId(id),
                           .external_ref = ExternalRef{"sample", key},
                           .display_name = "Organisation " + key},
          .terms = AgreementTerms{.kind = AgreementKind::kNetwork, .period = kFrom2014, .mentor_seats = 11},
          .agreement_id = AgreementId("agreement-" + id),
          .contact_email = "kontakt@" + key + ".example",
          .contact_id = ContactPersonId("contact-" + id)};
}

std::vector<ImportOutcome> Outcomes(const absl::StatusOr<std::vector<ImportResult>>& results) {
  EXPECT_TRUE(results.ok()) << results.status();
  std::vector<ImportOutcome> outcomes;
  if (results.ok()) {
    for (const ImportResult& result : *results) outcomes.push_back(result.outcome);
  }
  return outcomes;
}

}  // namespace

TEST_P(PartnerStoreConformance, AnImportStoresGoodRowsAndTellsOfEachOther) {
  const OrganisationId with = MakeOrganisation("operator");
  MakeOrganisation("known", {.organisation_number = "2999990340"});
  ImportRow wrong = Row("P2", "2"), ambiguous = Row("P3", "3");
  wrong.problems = {{"organisation.sector", "is missing"}};
  ambiguous.organisation.organisation_number = "2999990340";

  const auto results =
      store_.Import(New<std::vector<ImportResult>>(),
                    {.operator_id = with, .rows = {Row("P1", "1"), wrong, ambiguous, Row("P1", "4"), Row("P5", "5")}});

  EXPECT_THAT(Outcomes(results),
              ElementsAre(ImportOutcome::kCreated, ImportOutcome::kRefused, ImportOutcome::kAmbiguous,
                          ImportOutcome::kAmbiguous, ImportOutcome::kCreated));
  EXPECT_THAT((*results)[2].candidates, ElementsAre(OrganisationId("known")));
  EXPECT_THAT(Ids(store_.ListOrganisations({}, {}, Soon())), ElementsAre("1", "5", "known", "operator"));
  EXPECT_THAT(Ids(store_.ListAgreements({.operator_id = with}, {}, Soon())), ElementsAre("agreement-1", "agreement-5"));
  EXPECT_THAT(Ids(store_.ListContactPersons(OrganisationId("1"), {}, Soon())), ElementsAre("contact-1"));
}

TEST_P(PartnerStoreConformance, ImportingAgainChangesOnlyWhatDiffers) {
  const OrganisationId with = MakeOrganisation("operator");
  ASSERT_THAT(store_.Import(New<std::vector<ImportResult>>(),
                            {.operator_id = with, .rows = {Row("P1", "1"), Row("P2", "2"), Row("P3", "3")}}),
              IsOk());
  ImportRow renamed = Row("P2", "12"), more_seats = Row("P3", "13");
  renamed.organisation.display_name = "Another name";
  more_seats.terms->mentor_seats = 40;
  clock_.Advance(absl::Hours(1));

  const auto again = store_.Import(New<std::vector<ImportResult>>(),
                                   {.operator_id = with, .rows = {Row("P1", "11"), renamed, more_seats}});

  EXPECT_THAT(Outcomes(again),
              ElementsAre(ImportOutcome::kUnchanged, ImportOutcome::kUpdated, ImportOutcome::kUpdated));
  EXPECT_THAT(store_.GetOrganisation(OrganisationId("1"), Soon()), IsOkAndHolds(Field(&Organisation::revision, 1)));
  EXPECT_THAT(store_.GetOrganisation(OrganisationId("2"), Soon()),
              IsOkAndHolds(Field(&Organisation::display_name, "Another name")));
  const auto corrected = store_.GetAgreement(OrganisationId("3"), AgreementId("agreement-3"), std::nullopt, Soon());
  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->revision, 2);
  EXPECT_EQ(corrected->terms.mentor_seats, 40);
}

TEST_P(PartnerStoreConformance, AnImportForValidationOnlyLeavesNoTrace) {
  const OrganisationId with = MakeOrganisation("operator");
  auto mutation = New<std::vector<ImportResult>>();
  mutation.validate_only = true;

  EXPECT_THAT(Outcomes(store_.Import(mutation, {.operator_id = with, .rows = {Row("P1", "1")}})),
              ElementsAre(ImportOutcome::kCreated));

  EXPECT_THAT(Ids(store_.ListOrganisations({}, {}, Soon())), ElementsAre("operator"));
}

TEST_P(PartnerStoreConformance, AnImportNeedsItsOperator) {
  EXPECT_THAT(store_.Import(New<std::vector<ImportResult>>(),
                            {.operator_id = OrganisationId("nobody"), .rows = {Row("P1", "1")}}),
              HasReason("OPERATOR_UNUSABLE"));
}

}  // namespace brygga::partner
