#include "cli/app/words.h"

#include <gmock/gmock.h>
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
    EXPECT_EQ(*ParseWord<pv1::EnrolmentState>(word), pv1::ENROLMENT_STATE_UNDER_REVIEW);
  }
}

TEST(WordsTest, AnUnknownWordNamesThoseThereAre) {
  EXPECT_EQ(ParseWord<mv1::Side>("left").status().message(), "\"left\": is not known; give one of mentor, adept");
  EXPECT_FALSE(ParseWord<mv1::Side>("unspecified").ok());
}

TEST(WordsTest, TimesAreOnStockholmsClocks) {
  const absl::CivilSecond five(2023, 3, 10, 17, 0, 0);
  for (const char* text : {"2023-03-10 17:00", "2023-03-10T17:00", "2023-03-10T17:00:00"}) {
    EXPECT_EQ(*ParseClock(text), five);
  }
  EXPECT_EQ(*ParseStockholmTime("2023-03-10 17:00"), absl::FromUnixSeconds(1678464000));
  for (const char* text : {"2023-03-10T17:00:00Z", "2023-03-10", "17:00", "tomorrow", ""}) {
    EXPECT_THAT(ParseClock(text).status().message(), ::testing::HasSubstr("without a zone"));
  }
}

TEST(WordsTest, PointsAreOutOfAHundred) {
  EXPECT_EQ(Points(1'000'000), "100.0");
  EXPECT_EQ(Points(0), "0.0");
  EXPECT_EQ(Points(814'499), "81.4");
}

TEST(WordsTest, TheLargestPartsOfAScoreAreItsReasons) {
  google::protobuf::RepeatedPtrField<mv1::Contribution> parts;
  const auto add = [&](const char* sentence, int micro) {
    mv1::Contribution& part = *parts.Add();
    part.mutable_sentence()->set_text(sentence);
    part.set_micro(micro);
  };
  add("Tider: okända", 100'000);
  add("Yrke: samma yrke", 320'000);
  add("Språk: okänt", 90'000);

  EXPECT_EQ(MainReasons(parts, 2), "32.0 Yrke: samma yrke; 10.0 Tider: okända");
}

TEST(WordsTest, TimesAreReadInStockholm) {
  google::protobuf::Timestamp time;
  time.set_seconds(1665043200);  // 2022-10-06 08:00 UTC.

  EXPECT_EQ(StockholmTime(time), "2022-10-06 10:00");
  EXPECT_EQ(StockholmTime({}), "");
}

}  // namespace
}  // namespace brygga::cli
