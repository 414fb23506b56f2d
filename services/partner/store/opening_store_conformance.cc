// What every store keeps its word on about openings and their seats.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "common/status/error.h"
#include "common/testing/matchers.h"
#include "services/partner/store/partner_store_conformance.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::SizeIs;

Opening OpeningOf(const std::string& id, int seats, const std::string& organisation = "o") {
  return {.id = OpeningId(id),
          .organisation = OrganisationId(organisation),
          .display_name = id,
          .seats = seats,
          .period = {.from = Date(2022, 9, 1), .to = Date(2022, 12, 31)}};
}

SeatKey KeyOf(const std::string& opening, const std::string& match) {
  return {.organisation = OrganisationId("o"),
          .opening = OpeningId(opening),
          .match = "programmes/p/cohorts/c/matches/" + match};
}

}  // namespace

Opening PartnerStoreConformance::MakeOpen(const std::string& id, int seats) {
  if (!store_.GetOrganisation(OrganisationId("o"), Soon()).ok()) MakeOrganisation("o");
  EXPECT_THAT(store_.CreateOpening(New<Opening>(), OpeningOf(id, seats)), IsOk());
  const auto opened =
      store_.ChangeOpening(New<Opening>(), OrganisationId("o"), OpeningId(id),
                           [](const Opening& before, absl::Time now) { return OpenUp(before, "", now); });
  EXPECT_THAT(opened, IsOk());
  return opened.value_or(Opening());
}

absl::StatusOr<std::vector<Seat>> PartnerStoreConformance::Hold(const std::vector<SeatKey>& keys) {
  return store_.HoldSeats(New<std::vector<Seat>>(), keys);
}
absl::StatusOr<std::vector<Seat>> PartnerStoreConformance::Confirm(const std::vector<SeatKey>& keys) {
  return store_.ConfirmSeats(New<std::vector<Seat>>(), keys);
}
absl::StatusOr<std::vector<Seat>> PartnerStoreConformance::Release(const std::vector<SeatKey>& keys) {
  return store_.ReleaseSeats(New<std::vector<Seat>>(), keys);
}

int PartnerStoreConformance::TakenOf(const std::string& id) {
  const auto opening = store_.GetOpening(OrganisationId("o"), OpeningId(id), Soon());
  EXPECT_THAT(opening, IsOk());
  return opening.ok() ? opening->taken : -1;
}

TEST_P(PartnerStoreConformance, AnOpeningComesBackAsItWasCreated) {
  MakeOrganisation("o");
  MakeOrganisation("city", {.sector = Sector::kPublic, .kind = OrganisationKind::kMunicipality});
  Opening opening = OpeningOf("x", 4, "city");
  opening.kind = OpeningKind::kHolidayJob;
  opening.ssyk4 = "9610";
  opening.municipality_code = "0180";
  opening.place = "Tantolunden";
  opening.age_min = 16;
  opening.age_max = 21;
  opening.requirements = {"SWIMS", "DRIVING_LICENCE_B"};
  opening.adaptation_possible = true;
  opening.host = OpeningHost::kMunicipalUnit;
  opening.operator_id = OrganisationId("o");

  const auto created = store_.CreateOpening(New<Opening>(), opening);

  ASSERT_THAT(created, IsOk());
  opening.created_at = opening.updated_at = clock_.Now();
  EXPECT_EQ(*created, opening);
  EXPECT_THAT(store_.GetOpening(opening.organisation, opening.id, Soon()), IsOkAndHolds(opening));
  EXPECT_THAT(store_.GetOpening(OrganisationId("o"), opening.id, Soon()), HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, WhatAnOpeningRefersToMustExistAndFit) {
  MakeOrganisation("o");
  Opening nowhere = OpeningOf("x", 1, "nobody");
  EXPECT_THAT(store_.CreateOpening(New<Opening>(), nowhere), HasReason("NOT_FOUND"));
  Opening orphan = OpeningOf("x", 1);
  orphan.operator_id = OrganisationId("nobody");
  EXPECT_THAT(store_.CreateOpening(New<Opening>(), orphan), HasReason("OPERATOR_UNUSABLE"));
  Opening holiday = OpeningOf("x", 1);
  holiday.kind = OpeningKind::kHolidayJob;
  holiday.host = OpeningHost::kNonProfit;
  EXPECT_THAT(store_.CreateOpening(New<Opening>(), holiday), HasReason("HOST_NOT_ALLOWED"));
}

TEST_P(PartnerStoreConformance, AChangeOfAnOpeningIsKeptAndOneThatChangesNothingIsNotWritten) {
  const Opening opened = MakeOpen("x", 1);
  EXPECT_EQ(opened.revision, 2);
  EXPECT_THAT(store_.ChangeOpening(New<Opening>(), OrganisationId("o"), OpeningId("x"),
                                   [](const Opening& before, absl::Time now) { return OpenUp(before, "", now); }),
              IsOkAndHolds(opened));
  EXPECT_THAT(store_.ChangeOpening(New<Opening>(), OrganisationId("o"), OpeningId("y"), nullptr),
              HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, SeatsAreTakenUntilTheOpeningIsFullAndAreFreeAgainWhenGivenBack) {
  MakeOpen("x", 2);

  ASSERT_THAT(Hold({KeyOf("x", "1"), KeyOf("x", "2")}), IsOk());
  EXPECT_THAT(Hold({KeyOf("x", "3")}), HasReason("OPENING_FULL"));
  EXPECT_EQ(TakenOf("x"), 2);

  ASSERT_THAT(Release({KeyOf("x", "1")}), IsOk());
  EXPECT_EQ(TakenOf("x"), 1);
  EXPECT_THAT(Hold({KeyOf("x", "3")}), IsOk());
}

TEST_P(PartnerStoreConformance, HoldingConfirmingAndReleasingASecondTimeChangesNothing) {
  MakeOpen("x", 2);
  const auto held = Hold({KeyOf("x", "1")});
  ASSERT_THAT(held, IsOk());

  EXPECT_THAT(Hold({KeyOf("x", "1")}), IsOkAndHolds(*held));
  const auto confirmed = Confirm({KeyOf("x", "1")});
  ASSERT_THAT(confirmed, IsOkAndHolds(ElementsAre(Field(&Seat::state, SeatState::kConfirmed))));
  EXPECT_THAT(Confirm({KeyOf("x", "1")}), IsOkAndHolds(*confirmed));
  EXPECT_THAT(Hold({KeyOf("x", "1")}), IsOkAndHolds(*confirmed));
  EXPECT_EQ(TakenOf("x"), 1);
  const auto released = Release({KeyOf("x", "1")});
  EXPECT_THAT(Release({KeyOf("x", "1")}), IsOkAndHolds(*released));
  EXPECT_EQ(TakenOf("x"), 0);
}

TEST_P(PartnerStoreConformance, AReleasedSeatStaysSoAlsoWhereTheReleaseCameFirst) {
  MakeOpen("x", 2);
  ASSERT_THAT(Release({KeyOf("x", "late")}), IsOk());

  EXPECT_THAT(Hold({KeyOf("x", "late")}), HasReason("SEAT_RELEASED"));
  EXPECT_THAT(Confirm({KeyOf("x", "late")}), HasReason("SEAT_RELEASED"));
  EXPECT_THAT(Confirm({KeyOf("x", "never")}), HasReason("NOT_FOUND"));
  EXPECT_EQ(TakenOf("x"), 0);
}

TEST_P(PartnerStoreConformance, ABatchIsTakenAsAWholeOrNotAtAllAndEveryFullOneIsNamed) {
  MakeOpen("a", 1);
  MakeOpen("b", 1);
  MakeOpen("c", 1);
  ASSERT_THAT(Hold({KeyOf("a", "1"), KeyOf("c", "3")}), IsOk());

  const auto refused = Hold({KeyOf("a", "4"), KeyOf("b", "5"), KeyOf("c", "6")});

  EXPECT_THAT(refused, HasReason("OPENING_FULL"));
  EXPECT_THAT(DetailsOf(refused.status()).preconditions, SizeIs(2));
  EXPECT_EQ(TakenOf("b"), 0);
}

TEST_P(PartnerStoreConformance, AMatchHasOneSeatAndOnlyAnOpenOpeningGivesIt) {
  MakeOpen("a", 1);
  MakeOpen("b", 1);
  ASSERT_THAT(store_.CreateOpening(New<Opening>(), OpeningOf("draft", 1)), IsOk());
  ASSERT_THAT(Hold({KeyOf("a", "1")}), IsOk());

  EXPECT_THAT(Hold({KeyOf("b", "1")}), HasReason("MATCH_HAS_SEAT"));
  EXPECT_THAT(Hold({KeyOf("draft", "2")}), HasReason("OPENING_STATE"));
  EXPECT_THAT(Hold({KeyOf("nowhere", "2")}), HasReason("NOT_FOUND"));
  ASSERT_THAT(Release({KeyOf("a", "1")}), IsOk());
  EXPECT_THAT(Hold({KeyOf("b", "1")}), IsOk());
}

TEST_P(PartnerStoreConformance, ListsTellFullOpeningsFromOpenOnes) {
  MakeOpen("a", 1);
  MakeOpen("b", 1);
  MakeOrganisation("other");
  ASSERT_THAT(store_.CreateOpening(New<Opening>(), OpeningOf("c", 1, "other")), IsOk());
  ASSERT_THAT(Hold({KeyOf("a", "1")}), IsOk());
  list::ListQuery full;
  full.filter = {{"state", list::Op::kEqual, std::string("FULL")}};
  list::ListQuery open;
  open.filter = {{"state", list::Op::kEqual, std::string("OPEN")}};

  EXPECT_THAT(Ids(store_.ListOpenings(OrganisationId("o"), full, Soon())), ElementsAre("a"));
  EXPECT_THAT(Ids(store_.ListOpenings(OrganisationId("o"), open, Soon())), ElementsAre("b"));
  EXPECT_THAT(Ids(store_.ListOpenings(OrganisationId(), {}, Soon())), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Ids(store_.ListSeats(OrganisationId("o"), OpeningId("a"), {}, Soon())), ElementsAre("1"));
  EXPECT_THAT(store_.ListSeats(OrganisationId("o"), OpeningId("z"), {}, Soon()), HasReason("NOT_FOUND"));
}

TEST_P(PartnerStoreConformance, OfManyWhoAskAtOnceAsManyGetASeatAsThereAre) {
  MakeOpen("x", 3);
  std::atomic<int> held = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&, i] {
      if (store_.HoldSeats({}, {KeyOf("x", std::to_string(i))}).ok()) ++held;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(held, 3);
  EXPECT_EQ(TakenOf("x"), 3);
}

}  // namespace brygga::partner
