#include "services/participant/work/old_enquiries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/testing/matchers.h"
#include "common/time/clock.h"
#include "services/participant/store/fake_participant_store.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::IsOk;

class OldEnquiriesTest : public ::testing::Test {
 protected:
  static absl::Time Day(int year, int month, int day) {
    return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
  }
  absl::Status Submit(const std::string& id) {
    return store_.SubmitEnquiry({}, {.id = EnquiryId(id), .email = id + "@post.example", .body = "Hello"}).status();
  }
  absl::Status Erase() { return EraseOldEnquiries(store_, absl::InfiniteFuture()); }
  std::string Body(const std::string& id) { return store_.GetEnquiry(EnquiryId(id), absl::InfiniteFuture())->body; }

  ManualClock clock_{Day(2022, 8, 15)};
  FakeParticipantStore store_{clock_};
};

TEST_F(OldEnquiriesTest, AnEnquiryIsKeptForSixMonthsAndThenErased) {
  ASSERT_THAT(Submit("q"), IsOk());
  clock_.Set(Day(2023, 2, 15));
  ASSERT_THAT(Erase(), IsOk());
  EXPECT_EQ(Body("q"), "Hello");

  clock_.Advance(absl::Hours(24));
  ASSERT_THAT(Erase(), IsOk());
  EXPECT_EQ(Body("q"), "");
}

TEST_F(OldEnquiriesTest, AllThatAreOldGoAtOnceHoweverMany) {
  constexpr int kEnquiries = 250;  // More than the store erases in one transaction.
  for (int i = 0; i < kEnquiries; ++i) {
    ASSERT_THAT(Submit("q" + std::to_string(i)), IsOk());
    clock_.Advance(absl::Minutes(2));  // Not too many in a minute.
  }
  clock_.Set(Day(2023, 3, 15));

  ASSERT_THAT(Erase(), IsOk());

  for (int i = 0; i < kEnquiries; ++i) EXPECT_EQ(Body("q" + std::to_string(i)), "");
}

}  // namespace
}  // namespace brygga::participant
