#include "services/matching/rpc/meeting_handler.h"

#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;

class MeetingHandlerTest : public MatchingRpcTest {
 protected:
  MeetingHandlerTest() {
    Enrol({MentorOf("m"), AdeptOf("a")});
    match_ = MatchByHand("m", "a", "accepted: true")->match().name();
  }

  absl::StatusOr<v1::RecordMeetingResponse> Record(const rpc::Identity& caller, const std::string& state,
                                                   const std::string& more) {
    return Meet<v1::RecordMeetingResponse>(
        caller, "RecordMeeting",
        Parse<v1::RecordMeetingRequest>("parent: '" + match_ + "' state: MEETING_STATE_" + state + " " + more));
  }
  absl::StatusOr<v1::ListMeetingsResponse> List(const rpc::Identity& caller, const std::string& parent,
                                                const std::string& more = "") {
    return Meet<v1::ListMeetingsResponse>(caller, "ListMeetings",
                                          Parse<v1::ListMeetingsRequest>("parent: '" + parent + "' " + more));
  }
  // A start time so long after now.
  std::string In(absl::Duration duration) {
    return "start_time { seconds: " + std::to_string(absl::ToUnixSeconds(clock_.Now() + duration)) + " }";
  }

  const rpc::Identity mentor_ = rpc::ParticipantNamed("participants/m");
  const rpc::Identity stranger_ = rpc::ParticipantNamed("participants/x");
  std::string match_;
};

TEST_F(MeetingHandlerTest, APlannedMeetingIsMovedHeldAndListed) {
  const auto planned = Record(mentor_, "PLANNED", In(absl::Hours(24)));
  ASSERT_THAT(planned, IsOk());
  const std::string name = planned->meeting().name();
  ASSERT_THAT(Record(coordinator_, "PLANNED", "meeting: '" + name + "' " + In(absl::Hours(48))), IsOk());
  EXPECT_THAT(Record(mentor_, "HELD", "meeting: '" + name + "'"), HasReason("MEETING_IN_FUTURE"));
  clock_.Advance(absl::Hours(49));

  const auto held = Record(mentor_, "HELD", "meeting: '" + name + "' minutes: 75");

  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->meeting().state(), v1::MEETING_STATE_HELD);
  EXPECT_EQ(held->meeting().minutes(), 75);
  const auto listed = List(mentor_, match_, "filter: 'state = HELD' order_by: 'start_time desc'");
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->meetings_size(), 1);
  EXPECT_EQ(listed->meetings(0).name(), name);
  EXPECT_EQ(List(coordinator_, std::string(kCohort) + "/matches/-")->meetings_size(), 1);
}

TEST_F(MeetingHandlerTest, MeetingsAreTheBusinessOfTheTwoAndTheirCoordinators) {
  EXPECT_THAT(Record(stranger_, "PLANNED", In(absl::Hours(1))), HasReason("NOT_FOUND"));
  EXPECT_THAT(Record(rpc::CoordinatorOf("programmes/other"), "PLANNED", In(absl::Hours(1))), HasReason("NOT_FOUND"));
  EXPECT_THAT(List(stranger_, match_), HasReason("NOT_FOUND"));
  EXPECT_THAT(List(mentor_, std::string(kCohort) + "/matches/-"), HasReason("NOT_FOUND"));
}

TEST_F(MeetingHandlerTest, WhatIsOverIsNotUnmade) {
  const auto planned = Record(mentor_, "PLANNED", In(absl::Hours(24)));
  ASSERT_THAT(planned, IsOk());
  const std::string meeting = "meeting: '" + planned->meeting().name() + "' ";
  EXPECT_THAT(Record(mentor_, "CANCELLED", meeting + "etag: '7'"), HasReason("ETAG_MISMATCH"));
  ASSERT_THAT(Record(mentor_, "CANCELLED", meeting + "etag: '" + planned->meeting().etag() + "'"), IsOk());

  EXPECT_THAT(Record(mentor_, "PLANNED", meeting), HasReason("MEETING_STATE"));
  EXPECT_THAT(Record(mentor_, "HELD", "meeting: '" + match_ + "x/meetings/t'"), HasReason("NOT_FOUND"));
  EXPECT_THAT(Record(mentor_, "HELD", "meeting: '" + match_ + "/meetings/none'"), HasReason("NOT_FOUND"));
}

TEST_F(MeetingHandlerTest, ARepeatedRecordingIsOneMeeting) {
  const std::string id = " request_id: '" + NewUuid(absl::Now()) + "'";
  const std::string request = In(absl::Hours(24)) + id;

  const auto first = Record(mentor_, "PLANNED", request);
  const auto again = Record(mentor_, "PLANNED", request);

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(List(mentor_, match_)->meetings_size(), 1);
}

TEST_F(MeetingHandlerTest, NobodyIsOverdueBeforeACadenceSaysSo) {
  const auto overdue = [&](const std::string& more) {
    return Meet<v1::ListOverdueMeetingsResponse>(
        coordinator_, "ListOverdueMeetings",
        Parse<v1::ListOverdueMeetingsRequest>(std::string("parent: '") + kCohort + "' " + more));
  };
  const std::string cadence = std::string("name: '") + kCohort + "/cadence'";
  EXPECT_THAT(overdue(""), HasReason("NO_CADENCE"));
  EXPECT_THAT(Meet<v1::GetCadenceResponse>(coordinator_, "GetCadence", Parse<v1::GetCadenceRequest>(cadence)),
              HasReason("NOT_FOUND"));
  ASSERT_THAT(Meet<v1::SetCadenceResponse>(coordinator_, "SetCadence",
                                           Parse<v1::SetCadenceRequest>(std::string("parent: '") + kCohort +
                                                                        "' meetings: 2 first_month: 9 last_month: 3")),
              IsOk());

  const auto got = Meet<v1::GetCadenceResponse>(coordinator_, "GetCadence", Parse<v1::GetCadenceRequest>(cadence));
  const auto late = overdue("as_of: '2022-11-01'");

  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->cadence().meetings(), 2);
  ASSERT_THAT(late, IsOk());
  ASSERT_EQ(late->overdue_size(), 1);
  EXPECT_THAT(late->overdue(0).months(), ElementsAre("2022-09", "2022-10"));
  EXPECT_EQ(late->overdue(0).missing_meetings(), 4);
  EXPECT_EQ(late->required_meetings(), 4);
  EXPECT_EQ(overdue("")->overdue_size(), 0);  // It is August.
}

}  // namespace
}  // namespace brygga::matching
