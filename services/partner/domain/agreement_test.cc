#include "services/partner/domain/agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kRecorded = absl::FromUnixSeconds(1'600'000'000);

Agreement Since(Date from, Date to = kNoEnd) {
  return {.id = AgreementId("a"),
          .organisation = OrganisationId("o"),
          .operator_id = OrganisationId("x"),
          .created_at = kRecorded,
          .recorded_at = kRecorded,
          .terms = {.period = {.from = from, .to = to}}};
}

TEST(AgreementTest, TheFirstAndTheLastDayAreActive) {
  const Period period = {.from = Date(2022, 1, 1), .to = Date(2022, 12, 31)};

  EXPECT_EQ(StatusOn(period, Date(2021, 12, 31)), AgreementStatus::kUpcoming);
  EXPECT_EQ(StatusOn(period, Date(2022, 1, 1)), AgreementStatus::kActive);
  EXPECT_EQ(StatusOn(period, Date(2022, 12, 31)), AgreementStatus::kActive);
  EXPECT_EQ(StatusOn(period, Date(2023, 1, 1)), AgreementStatus::kEnded);
}

TEST(AgreementTest, PeriodsThatShareADayOverlap) {
  const Period year = {.from = Date(2022, 1, 1), .to = Date(2022, 12, 31)};

  EXPECT_TRUE(year.Overlaps({.from = Date(2022, 12, 31)}));
  EXPECT_FALSE(year.Overlaps({.from = Date(2023, 1, 1)}));
  EXPECT_FALSE(year.Overlaps({.from = Date(2021, 1, 1), .to = Date(2021, 12, 31)}));
}

TEST(AgreementTest, AnEndBeforeTheStartIsAProblem) {
  EXPECT_THAT(Problems(Since(Date(2022, 1, 2), Date(2022, 1, 1)).terms, "agreement.terms"),
              ElementsAre(Field(&FieldViolation::field, "agreement.terms.valid_to")));
  EXPECT_THAT(Problems(Since(Date(2022, 1, 1), Date(2022, 1, 1)).terms, "terms"), IsEmpty());
}

TEST(AgreementTest, ACorrectionIsTheNextVersionRecordedLater) {
  const Agreement before = Since(Date(2016, 2, 1));
  Correction correction = {.terms = before.terms, .reason = "TYPING_ERROR", .etag = "1"};
  correction.terms.period.from = Date(2016, 1, 1);

  const auto after = Correct(before, correction, kRecorded);

  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->revision, 2);
  EXPECT_EQ(after->terms.period.from, Date(2016, 1, 1));
  EXPECT_EQ(after->reason, "TYPING_ERROR");
  EXPECT_GT(after->recorded_at, before.recorded_at) << "although the clock stood still";
  EXPECT_EQ(after->created_at, before.created_at);
}

TEST(AgreementTest, ACorrectionThatSaysTheSameChangesNothing) {
  const Agreement before = Since(Date(2016, 1, 1));

  EXPECT_THAT(Correct(before, {.terms = before.terms, .reason = "AGAIN"}, kRecorded), IsOkAndHolds(before));
}

TEST(AgreementTest, ACorrectionOfWhatChangedSinceIsRefused) {
  EXPECT_THAT(Correct(Since(Date(2016, 1, 1)), {.etag = "7"}, kRecorded), HasReason("ETAG_MISMATCH"));
}

TEST(PartnershipTest, DurationIsInWholeMonthsFromTheFirstDay) {
  const Partnership norrkoping = {.start_date = Date(2014, 1, 1), .terms = {Since(Date(2014, 1, 1)).terms}};

  EXPECT_EQ(DurationOn(norrkoping, Date(2014, 1, 1)).months, 0);
  EXPECT_EQ(DurationOn(norrkoping, Date(2014, 1, 31)).months, 0);
  EXPECT_EQ(DurationOn(norrkoping, Date(2014, 2, 1)).months, 1);
  EXPECT_EQ(DurationOn(norrkoping, Date(2022, 8, 15)).months, 103);
  EXPECT_EQ(DurationOn(norrkoping, Date(2014, 1, 31)).days_covered, 31);
}

TEST(PartnershipTest, GapsCountInMonthsButNotInDaysAndOverlapsOnce) {
  const Partnership partnership = {
      .start_date = Date(2020, 1, 1),
      .terms = {Since(Date(2020, 1, 1), Date(2020, 1, 10)).terms, Since(Date(2020, 1, 5), Date(2020, 1, 12)).terms,
                Since(Date(2020, 3, 1), Date(2020, 3, 2)).terms}};

  const PartnershipDuration duration = DurationOn(partnership, Date(2020, 4, 1));

  EXPECT_EQ(duration.days_covered, 14);
  EXPECT_EQ(duration.end_date, Date(2020, 3, 2));
  EXPECT_EQ(duration.months, 2);
  EXPECT_FALSE(duration.active);
  EXPECT_THAT(DurationOn(partnership, Date(2020, 1, 7)).active_kinds, SizeIs(2));
}

}  // namespace
}  // namespace brygga::partner
