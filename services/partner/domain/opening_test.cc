#include "services/partner/domain/opening.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

Opening OpeningOf(OpeningKind kind, int days) {
  return {.id = OpeningId("x"),
          .organisation = OrganisationId("o"),
          .kind = kind,
          .seats = 3,
          .period = {.from = Date(2023, 3, 6), .to = Date(2023, 3, 6) + (days - 1)}};
}

std::vector<std::string> FieldsOf(const std::vector<FieldViolation>& problems) {
  std::vector<std::string> fields;
  for (const FieldViolation& problem : problems) fields.push_back(problem.field);
  return fields;
}

TEST(OpeningProblemsTest, WorkExperienceIsFourteenDaysAndOtherKindsAsLongAsTheyLike) {
  EXPECT_THAT(Problems(OpeningOf(OpeningKind::kWorkExperience, 14), "opening"), IsEmpty());
  for (const int days : {1, 13, 15}) {
    EXPECT_THAT(FieldsOf(Problems(OpeningOf(OpeningKind::kWorkExperience, days), "opening")),
                ElementsAre("opening.end_date"))
        << days;
  }
  EXPECT_THAT(Problems(OpeningOf(OpeningKind::kInternship, 15), "opening"), IsEmpty());
}

TEST(OpeningProblemsTest, EverythingWrongIsNamedAtOnce) {
  Opening opening = OpeningOf(OpeningKind::kHolidayJob, 10);
  opening.period.to = opening.period.from - 1;
  opening.age_min = 21;
  opening.age_max = 16;
  opening.subtype = OpeningSubtype::kItHost;
  opening.contract = "D-1";

  EXPECT_THAT(FieldsOf(Problems(opening, "")), ElementsAre("end_date", "age_max", "subtype", "host", "contract"));
}

TEST(OpeningProblemsTest, AContractorNamesItsContract) {
  Opening opening = OpeningOf(OpeningKind::kHolidayJob, 10);
  opening.host = OpeningHost::kContractor;
  EXPECT_THAT(FieldsOf(Problems(opening, "")), ElementsAre("contract"));
  opening.contract = "KS 2022/114";
  EXPECT_THAT(Problems(opening, ""), IsEmpty());
}

TEST(CheckHostTest, AHolidayJobHasAMunicipalUnitAContractorOrANonProfitAsItsHost) {
  const Organisation municipality = {.sector = Sector::kPublic, .kind = OrganisationKind::kMunicipality};
  const Organisation agency = {.sector = Sector::kPublic, .kind = OrganisationKind::kAgency};
  const Organisation company = {.sector = Sector::kPrivate, .kind = OrganisationKind::kCompany};
  const Organisation association = {.sector = Sector::kCivilSociety, .kind = OrganisationKind::kAssociation};
  const auto fits = [](OpeningHost host, const Organisation& organisation) {
    Opening opening = OpeningOf(OpeningKind::kHolidayJob, 10);
    opening.host = host;
    return CheckHost(opening, organisation).ok();
  };

  EXPECT_TRUE(fits(OpeningHost::kMunicipalUnit, municipality));
  EXPECT_TRUE(fits(OpeningHost::kContractor, company));
  EXPECT_TRUE(fits(OpeningHost::kNonProfit, association));
  for (const OpeningHost host : {OpeningHost::kMunicipalUnit, OpeningHost::kContractor, OpeningHost::kNonProfit}) {
    EXPECT_FALSE(fits(host, agency));
  }
  EXPECT_FALSE(fits(OpeningHost::kMunicipalUnit, company));
  EXPECT_FALSE(fits(OpeningHost::kNonProfit, company));
  EXPECT_FALSE(fits(OpeningHost::kContractor, municipality));
}

TEST(OpeningStateTest, ItGoesFromDraftToOpenToClosedAndIsFullWhileItsSeatsAreTaken) {
  Opening opening = OpeningOf(OpeningKind::kInternship, 30);
  EXPECT_THAT(Close(opening, "", absl::UnixEpoch()), HasReason("OPENING_STATE"));
  opening = *OpenUp(opening, "1", absl::UnixEpoch());
  EXPECT_EQ(StateOf(opening), OpeningState::kOpen);
  opening.taken = 3;
  EXPECT_EQ(StateOf(opening), OpeningState::kFull);
  EXPECT_THAT(OpenUp(opening, "", absl::UnixEpoch()), IsOkAndHolds(opening));
  EXPECT_THAT(Cancel(opening, "", absl::UnixEpoch()), HasReason("SEATS_TAKEN"));
  opening = *Close(opening, "", absl::UnixEpoch());
  EXPECT_EQ(StateOf(opening), OpeningState::kClosed);
  EXPECT_THAT(OpenUp(opening, "", absl::UnixEpoch()), HasReason("OPENING_STATE"));
  EXPECT_THAT(Cancel(opening, "", absl::UnixEpoch()), HasReason("OPENING_STATE"));
  EXPECT_THAT(Close(opening, "9", absl::UnixEpoch()), HasReason("ETAG_MISMATCH"));
}

TEST(OpeningUpdateTest, SeatsThatAreTakenStayAndWhatIsFixedDoesNotChange) {
  Opening before = OpeningOf(OpeningKind::kInternship, 30);
  before.state = OpeningState::kOpen;
  before.taken = 2;
  Opening wanted = before;
  wanted.kind = OpeningKind::kVolunteer;
  wanted.seats = 2;

  EXPECT_THAT(Update(before, wanted, "1", absl::UnixEpoch()), IsOkAndHolds(Field(&Opening::kind, before.kind)));
  wanted.seats = 1;
  EXPECT_THAT(Update(before, wanted, "", absl::UnixEpoch()), HasReason("SEATS_TAKEN"));
  EXPECT_THAT(Update(before, wanted, "7", absl::UnixEpoch()), HasReason("ETAG_MISMATCH"));
  wanted.seats = 3;
  wanted.period.to = wanted.period.from - 1;
  EXPECT_THAT(Update(before, wanted, "", absl::UnixEpoch()), HasReason("INVALID_FIELDS"));
  before.state = OpeningState::kClosed;
  EXPECT_THAT(Update(before, wanted, "", absl::UnixEpoch()), HasReason("OPENING_STATE"));
}

}  // namespace
}  // namespace brygga::partner
