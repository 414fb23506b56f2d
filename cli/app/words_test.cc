#include "cli/app/words.h"

#include <gtest/gtest.h>

#include "brygga/matching/v1/match.pb.h"
#include "brygga/participant/v1/enrolment.pb.h"

namespace brygga::cli {
namespace {

namespace mv1 = ::brygga::matching::v1;
namespace pv1 = ::brygga::participant::v1;

TEST(WordsTest, ValuesAreReadAndWrittenInSmallLetters) {
  EXPECT_EQ(WordOf(pv1::ENROLMENT_STATE_UNDER_REVIEW), "under review");
  EXPECT_EQ(WordOf(pv1::ENROLMENT_STATE_UNSPECIFIED), "");
  for (const char* word : {"under review", "under-review", "UNDER_REVIEW"}) {
    EXPECT_EQ(*ParseWord<pv1::EnrolmentState>("--state", word), pv1::ENROLMENT_STATE_UNDER_REVIEW);
  }
}

TEST(WordsTest, AnUnknownWordNamesThoseThereAre) {
  EXPECT_EQ(ParseWord<mv1::Side>("--side", "left").status().message(), "--side left: give one of mentor, adept");
  EXPECT_FALSE(ParseWord<mv1::Side>("--side", "unspecified").ok());
}

TEST(WordsTest, PointsAreOutOfAHundred) {
  EXPECT_EQ(Points(1'000'000), "100.0");
  EXPECT_EQ(Points(0), "0.0");
  EXPECT_EQ(Points(814'499), "81.4");
}

TEST(WordsTest, TheLargestPartsOfAScoreAreItsReasons) {
  google::protobuf::RepeatedPtrField<mv1::Contribution> parts;
  const auto add = [&](mv1::Criterion criterion, int micro) {
    mv1::Contribution& part = *parts.Add();
    part.set_criterion(criterion);
    part.set_micro(micro);
  };
  add(mv1::CRITERION_SLOTS, 100'000);
  add(mv1::CRITERION_OCCUPATION, 320'000);
  add(mv1::CRITERION_LANGUAGE, 90'000);
  parts.Mutable(0)->set_unknown(true);

  EXPECT_EQ(MainReasons(parts, 2), "close occupation 32.0, common times 10.0 (assumed)");
}

TEST(WordsTest, ABottleneckIsNamed) {
  mv1::UnmatchedAdept adept;
  adept.set_reason(mv1::UNMATCHED_REASON_BOTTLENECK);
  for (int i = 0; i < 9; ++i) adept.add_group("participants/a");
  adept.add_group_mentors("participants/m");
  adept.set_group_seats(6);

  EXPECT_EQ(UnmatchedText(adept), "one of 9 adepts who share 6 seats of 1 mentor");
}

TEST(WordsTest, TheRulesThatForbidAreCounted) {
  mv1::UnmatchedAdept adept;
  adept.set_reason(mv1::UNMATCHED_REASON_NO_FEASIBLE_MENTOR);
  adept.add_rules()->set_rule(mv1::HARD_RULE_TOO_FAR);
  adept.mutable_rules(0)->set_mentors(212);

  EXPECT_EQ(UnmatchedText(adept), "no mentor satisfies every rule: 212 too far away");
}

TEST(WordsTest, TimesAreReadInStockholm) {
  google::protobuf::Timestamp time;
  time.set_seconds(1665043200);  // 2022-10-06 08:00 UTC.

  EXPECT_EQ(StockholmTime(time), "2022-10-06 10:00");
  EXPECT_EQ(StockholmTime({}), "");
}

}  // namespace
}  // namespace brygga::cli
