#include "common/time/local_time.h"

#include <gtest/gtest.h>

#include "common/time/clock.h"

namespace brygga {
namespace {

absl::Time Utc(std::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, std::string(text), &time, &error)) << error;
  return time;
}

LocalDateTime Stockholm(std::string_view text) { return {.time = ParseLocalTime(text).value()}; }

TEST(LocalTimeTest, TheInstantFollowsSummerTime) {
  EXPECT_EQ(*InstantOf(Stockholm("2022-10-20T10:00:00")), Utc("2022-10-20T08:00:00Z"));
  EXPECT_EQ(*InstantOf(Stockholm("2022-11-17T10:00:00")), Utc("2022-11-17T09:00:00Z"));
}

TEST(LocalTimeTest, ASkippedTimeMovesForwardAndADoubleOneMeansTheFirst) {
  EXPECT_EQ(*InstantOf(Stockholm("2023-03-26T02:30:00")), Utc("2023-03-26T01:30:00Z"));
  EXPECT_EQ(*InstantOf(Stockholm("2022-10-30T02:30:00")), Utc("2022-10-30T00:30:00Z"));
}

TEST(LocalTimeTest, UnknownZonesAreRefused) {
  for (const char* zone : {"", "Europe/Atlantis", "/etc/passwd", "../etc/x", "localtime", "Stockholm"}) {
    EXPECT_EQ(LoadZone(zone).status().code(), absl::StatusCode::kInvalidArgument) << zone;
  }
}

TEST(LocalTimeTest, DatesRoundTripAndNonsenseIsRefused) {
  EXPECT_EQ(FormatDate(*ParseDate("2024-02-29")), "2024-02-29");
  for (const char* text : {"", "2023-02-29", "2023-13-01", "2023-1-1", "0000-01-01", "2023-01-01 ", "20230101"}) {
    EXPECT_FALSE(ParseDate(text).ok()) << text;
  }
}

TEST(LocalTimeTest, LocalTimesRoundTripAndNonsenseIsRefused) {
  EXPECT_EQ(FormatLocalTime(*ParseLocalTime("2022-10-06T10:00:00")), "2022-10-06T10:00:00");
  for (const char* text : {"2022-10-06T24:00:00", "2022-10-06T10:60:00", "2022-10-06 10:00:00", "2022-10-06T10:00"}) {
    EXPECT_FALSE(ParseLocalTime(text).ok()) << text;
  }
}

TEST(LocalTimeTest, MonthsAreCalendarMonths) {
  EXPECT_EQ(AddMonths(Date(2023, 1, 31), 1), Date(2023, 2, 28));
  EXPECT_EQ(AddMonths(Date(2023, 8, 31), 6), Date(2024, 2, 29));
  EXPECT_EQ(AddMonths(Date(2023, 3, 15), -3), Date(2022, 12, 15));
}

TEST(LocalTimeTest, AgeChangesOnTheBirthday) {
  EXPECT_EQ(AgeOn(Date(2006, 5, 25), Date(2022, 5, 24)), 15);
  EXPECT_EQ(AgeOn(Date(2006, 5, 25), Date(2022, 5, 25)), 16);
  EXPECT_EQ(AgeOn(Date(2004, 2, 29), Date(2022, 2, 28)), 17);
  EXPECT_EQ(AgeOn(Date(2004, 2, 29), Date(2022, 3, 1)), 18);
}

TEST(ClockTest, AManualClockMovesOnlyWhenTold) {
  ManualClock clock(absl::FromUnixSeconds(100));

  clock.Advance(absl::Seconds(5));

  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(105));
}

}  // namespace
}  // namespace brygga
