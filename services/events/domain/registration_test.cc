#include "services/events/domain/registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "services/events/domain/testing.h"

namespace brygga::events {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;

Event Published() { return *Publish(*NewEvent(DraftOf("e"), kNow), "", kNow); }

Event ForAges(int least, int most) {
  Event draft = DraftOf("e");
  draft.ages = {.least = least, .most = most};
  return *Publish(*NewEvent(draft, kNow), "", kNow);
}

Applicant Mentor() { return {.participant = "participants/p", .audience = Audience::kMentors}; }

Applicant MentorOfAge(const Event& event, AgeAnswer answer) {
  Applicant applicant = Mentor();
  applicant.age = {.window = event.ages, .on = event.first_day, .answer = answer};
  return applicant;
}

TEST(RegistrationTest, OnlyAPublishedEventTakesRegistrations) {
  for (const std::string& word : AllNames<EventState>()) {
    Event event = Published();
    event.state = FromName<EventState>(word);
    EXPECT_EQ(ExpectOpen(event, kNow).ok(), event.state == EventState::kPublished) << word;
  }
}

TEST(RegistrationTest, TheDeadlineIsTheFirstMomentThatIsTooLate) {
  const Event event = Published();

  EXPECT_THAT(ExpectOpen(event, event.closes - absl::Microseconds(1)), IsOk());
  EXPECT_THAT(ExpectOpen(event, event.closes), HasReason("REGISTRATION_CLOSED"));
}

TEST(RegistrationTest, OneComesInARoleThatTheEventIsFor) {
  Applicant applicant = Mentor();
  EXPECT_THAT(ExpectEligible(Published(), applicant), IsOkAndHolds(Audience::kMentors));

  applicant.audience = Audience::kYouth;
  EXPECT_THAT(ExpectEligible(Published(), applicant), HasReason("NOT_IN_AUDIENCE"));
  applicant.audience.reset();
  EXPECT_THAT(ExpectEligible(Published(), applicant), HasReason("NOT_IN_AUDIENCE"));

  Event event = Published();
  event.audience = {Audience::kPublic};
  EXPECT_THAT(ExpectEligible(event, applicant), IsOkAndHolds(Audience::kPublic));
  applicant.audience = Audience::kYouth;
  EXPECT_THAT(ExpectEligible(event, applicant), IsOkAndHolds(Audience::kYouth));
}

TEST(RegistrationTest, TheAgeDecidesWhereTheEventHasAWindow) {
  const Event event = ForAges(16, 21);

  EXPECT_THAT(ExpectEligible(event, MentorOfAge(event, AgeAnswer::kWithin)), IsOk());
  EXPECT_THAT(ExpectEligible(event, MentorOfAge(event, AgeAnswer::kOutside)), HasReason("OUTSIDE_AGE_WINDOW"));
  EXPECT_THAT(ExpectEligible(event, MentorOfAge(event, AgeAnswer::kNeedsEvidence)), HasReason("AGE_UNKNOWN"));
  EXPECT_THAT(ExpectEligible(event, MentorOfAge(event, AgeAnswer::kNoSuchPerson)), HasReason("NOT_FOUND"));
}

TEST(RegistrationTest, AnAgeThatWasAskedForAnotherWindowOrDayDecidesNothing) {
  const Event event = ForAges(16, 21);
  Applicant applicant = MentorOfAge(event, AgeAnswer::kWithin);

  EXPECT_THAT(ExpectEligible(event, Mentor()), HasReason("EVENT_CHANGED"));
  applicant.age->window.most = 22;
  EXPECT_THAT(ExpectEligible(event, applicant), HasReason("EVENT_CHANGED"));
  applicant.age->window = event.ages;
  applicant.age->on = event.first_day + 1;
  EXPECT_THAT(ExpectEligible(event, applicant), HasReason("EVENT_CHANGED"));
}

TEST(RegistrationTest, ARegistrationIsCancelledOnce) {
  const Event event = Published();
  const Registration seated = Seated(event, Mentor(), Audience::kMentors, kNow);

  const auto cancelled = CancelRegistration(event, seated, "ILL", "1", kNow);

  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state, RegistrationState::kCancelled);
  EXPECT_THAT(CancelRegistration(event, *cancelled, "", "", kNow), HasReason("REGISTRATION_STATE"));
  EXPECT_THAT(CancelRegistration(event, seated, "", "7", kNow), HasReason("ETAG_MISMATCH"));
}

TEST(RegistrationTest, NobodyCancelsOnceTheEventGoesOn) {
  Event event = Published();
  const Registration seated = Seated(event, Mentor(), Audience::kMentors, kNow);
  event.state = EventState::kLive;

  EXPECT_THAT(CancelRegistration(event, seated, "", "", kNow), HasReason("EVENT_STATE"));
}

}  // namespace
}  // namespace brygga::events
