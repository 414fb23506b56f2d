// Pairs that matching published, and how they are registered for a kick-off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/events/rpc/events_rpc_testing.h"

namespace brygga::events {
namespace {

using ::brygga::testing::EqualsProto;
using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kCohort[] = "programmes/p/cohorts/c";
constexpr char kRound[] = "programmes/p/cohorts/c/rounds/r";

class PairsTest : public EventsFixture {
 protected:
  // What matching has published, as of `as_of`.
  void Know(const std::vector<Pair>& pairs, absl::Time as_of) {
    const auto before = *pairs_.GetProgress(absl::InfiniteFuture());
    const feed::Step step = {.feed = "matching",
                             .from = before ? std::optional(before->token) : std::nullopt,
                             .to = {.token = std::to_string(++steps_), .as_of = as_of}};
    ASSERT_THAT(pairs_.Replace({}, pairs, *pairs_.GetMark(absl::InfiniteFuture()), step), IsOk());
  }
  void Know(const std::vector<Pair>& pairs) { Know(pairs, clock_.Now()); }
  static Pair PairOf(const std::string& id, const std::string& mentor, const std::string& adept,
                     const std::string& round = kRound) {
    return {.match = std::string(kCohort) + "/matches/" + id,
            .round = round,
            .mentor = "participants/" + mentor,
            .adept = "participants/" + adept};
  }
  v1::Event KickOff(int capacity = 20) {
    v1::Event event = ValidEvent();
    event.set_kind(v1::EVENT_KIND_KICK_OFF);
    event.add_audience(v1::AUDIENCE_MENTEES);
    event.add_cohorts(kCohort);
    event.set_capacity(capacity);
    return Published(event);
  }
  absl::StatusOr<v1::RegisterPairsResponse> RegisterPairs(const std::string& event, const std::string& round = "",
                                                          bool validate_only = false,
                                                          const std::string& request_id = "") {
    return RegisterPairsAs(coordinator_, event, round, validate_only, request_id);
  }
  absl::StatusOr<v1::RegisterPairsResponse> RegisterPairsAs(const rpc::Identity& caller, const std::string& event,
                                                            const std::string& round = "", bool validate_only = false,
                                                            const std::string& request_id = "") {
    v1::RegisterPairsRequest request;
    request.set_parent(event);
    request.set_round(round);
    request.set_validate_only(validate_only);
    request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
    return Call<v1::RegisterPairsResponse>(caller, "RegisterPairs", request);
  }
  absl::StatusOr<v1::ListPairsResponse> ListPairs(const rpc::Identity& caller, const std::string& event,
                                                  const std::string& filter = "", int page_size = 0,
                                                  const std::string& page_token = "") {
    v1::ListPairsRequest request;
    request.set_parent(event);
    request.set_filter(filter);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Call<v1::ListPairsResponse>(caller, "ListPairs", request);
  }
  // "m1 REGISTERED, a1 -" of each pair.
  std::vector<std::string> Listed(const std::string& event, const std::string& filter = "") {
    std::vector<std::string> lines;
    const auto response = ListPairs(coordinator_, event, filter);
    EXPECT_THAT(response, IsOk());
    const auto word = [](v1::RegistrationState state) {
      return state == 0 ? std::string("-") : NameOf(static_cast<RegistrationState>(state));
    };
    for (int i = 0; response.ok() && i < response->pairs_size(); ++i) {
      const v1::EventPair& pair = response->pairs(i);
      lines.push_back(pair.mentor().substr(13) + " " + word(pair.mentor_state()) + ", " + pair.adept().substr(13) +
                      " " + word(pair.adept_state()));
    }
    return lines;
  }

  int steps_ = 0;
};

TEST_F(PairsTest, BothOfEveryPairComeInTheirOwnRole) {
  const v1::Event event = KickOff();
  Know({PairOf("1", "m", "a"), PairOf("2", "n", "b")});

  const auto response = RegisterPairs(event.name());

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->pair_count(), 2);
  EXPECT_EQ(response->registered_count(), 4);
  ASSERT_THAT(response->results(), SizeIs(4));
  EXPECT_EQ(response->results(0).registration().participant(), "participants/m");
  EXPECT_EQ(response->results(0).registration().audience(), v1::AUDIENCE_MENTORS);
  EXPECT_EQ(response->results(1).registration().participant(), "participants/a");
  EXPECT_EQ(response->results(1).registration().audience(), v1::AUDIENCE_MENTEES);
  EXPECT_THAT(Listed(event.name()), ElementsAre("m REGISTERED, a REGISTERED", "n REGISTERED, b REGISTERED"));
}

TEST_F(PairsTest, AfterTheNextRoundOnlyTheNewOnesAreAdded) {
  const v1::Event event = KickOff();
  Know({PairOf("1", "m", "a")});
  ASSERT_THAT(RegisterPairs(event.name()), IsOk());
  Know({PairOf("1", "m", "a"), PairOf("2", "m", "b", "programmes/p/cohorts/c/rounds/s")});

  const auto response = RegisterPairs(event.name());

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->registered_count(), 1);
  EXPECT_EQ(response->already_registered_count(), 3) << "the mentor of both pairs comes once";
  EXPECT_EQ(response->results(0).reason(), "ALREADY_REGISTERED");
  EXPECT_EQ(GetEvent(event.name(), coordinator_)->taken(), 3);
}

TEST_F(PairsTest, ARoundMayBeNamed) {
  const v1::Event event = KickOff();
  Know({PairOf("1", "m", "a"), PairOf("2", "n", "b", "")});

  EXPECT_EQ(RegisterPairs(event.name(), kRound)->pair_count(), 1);

  EXPECT_THAT(Listed(event.name()), ElementsAre("m REGISTERED, a REGISTERED", "n -, b -"));
  EXPECT_THAT(Listed(event.name(), "round = \"" + std::string(kRound) + "\""), SizeIs(1));
  EXPECT_THAT(Listed(event.name(), "mentor = \"participants/n\""), ElementsAre("n -, b -"));
}

TEST_F(PairsTest, WhoComesWhenItIsFullWaitsAndWhoGivesUpIsNotRegistered) {
  const v1::Event event = KickOff(/*capacity=*/1);
  Know({PairOf("1", "m", "a")});

  const auto response = RegisterPairs(event.name());

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->waitlisted_count(), 1);
  EXPECT_THAT(Listed(event.name()), ElementsAre("m REGISTERED, a WAITLISTED"));
  ASSERT_THAT(Cancel(response->results(0).registration().name(), coordinator_), IsOk());
  EXPECT_THAT(Listed(event.name()), ElementsAre("m -, a REGISTERED"));
}

TEST_F(PairsTest, ARepeatGetsTheFirstAnswerAndValidateOnlyRegistersNobody) {
  const v1::Event event = KickOff();
  Know({PairOf("1", "m", "a")});
  EXPECT_EQ(RegisterPairs(event.name(), "", /*validate_only=*/true)->registered_count(), 2);
  EXPECT_EQ(GetEvent(event.name(), coordinator_)->taken(), 0);
  const std::string id = NewRequestId();
  const auto first = RegisterPairs(event.name(), "", false, id);
  ASSERT_THAT(first, IsOk());
  Know({});

  EXPECT_THAT(RegisterPairs(event.name(), "", false, id), IsOkAndHolds(EqualsProto(*first)));
}

TEST_F(PairsTest, ARepeatGetsTheFirstAnswerAlsoWhileMatchingIsAway) {
  const v1::Event event = KickOff();
  Know({PairOf("1", "m", "a")});
  const std::string id = NewRequestId();
  const auto first = RegisterPairs(event.name(), "", false, id);
  ASSERT_THAT(first, IsOk());
  clock_.Advance(absl::Milliseconds(1));

  EXPECT_THAT(RegisterPairs(event.name(), "", false, id), IsOkAndHolds(EqualsProto(*first)));
  EXPECT_THAT(RegisterPairs(event.name(), kRound, false, id), HasReason("REQUEST_ID_REUSED"));
  EXPECT_THAT(RegisterPairs(event.name()), HasReason("PAIRS_BEHIND"));
  EXPECT_EQ(GetEvent(event.name(), coordinator_)->taken(), 2);
}

TEST_F(PairsTest, AgesHoldForPairsToo) {
  v1::Event event = ValidEvent();
  event.add_audience(v1::AUDIENCE_MENTEES);
  event.add_cohorts(kCohort);
  event.set_age_min(16);
  event.set_age_max(21);
  event = Published(event);
  ages_.Born("participants/m", Date(1980, 1, 1));
  ages_.Born("participants/a", Date(2004, 1, 1));
  Know({PairOf("1", "m", "a")});

  const auto response = RegisterPairs(event.name());

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->results(0).reason(), "OUTSIDE_AGE_WINDOW");
  EXPECT_EQ(response->refused_count(), 1);
  EXPECT_EQ(response->registered_count(), 1);
}

TEST_F(PairsTest, NobodyIsRegisteredByWhatWasTrueBefore) {
  const v1::Event event = KickOff();
  EXPECT_THAT(RegisterPairs(event.name()), HasReason("PAIRS_BEHIND"));
  EXPECT_THAT(ListPairs(coordinator_, event.name()), HasReason("PAIRS_BEHIND"));
  Know({PairOf("1", "m", "a")}, clock_.Now() - absl::Milliseconds(1));

  EXPECT_THAT(RegisterPairs(event.name()), HasReason("PAIRS_BEHIND"));

  EXPECT_EQ(GetEvent(event.name(), coordinator_)->taken(), 0);
  EXPECT_THAT(Listed(event.name()), SizeIs(1)) << "a list says as of when it is";
}

TEST_F(PairsTest, AnEventForNoCohortHasNoPairs) {
  const v1::Event event = Published(ValidEvent());

  EXPECT_THAT(RegisterPairs(event.name()), HasReason("NO_COHORTS"));
  EXPECT_THAT(ListPairs(coordinator_, event.name()), HasReason("NO_COHORTS"));
}

TEST_F(PairsTest, TooManyAreNotRegisteredAtOnce) {
  const v1::Event event = KickOff();
  std::vector<Pair> many;
  for (int i = 0; i < 2001; ++i) many.push_back(PairOf(std::to_string(10000 + i), "m", "a" + std::to_string(i), ""));
  many.push_back(PairOf("1", "n", "b"));
  Know(many);

  EXPECT_THAT(RegisterPairs(event.name()), HasReason("TOO_MANY_PAIRS"));
  EXPECT_EQ(RegisterPairs(event.name(), kRound)->registered_count(), 2);
}

TEST_F(PairsTest, PagesFollowEachOther) {
  const v1::Event event = KickOff();
  Know({PairOf("1", "m", "a"), PairOf("2", "m", "b"), PairOf("3", "m", "c")});

  const auto first = ListPairs(coordinator_, event.name(), "", 2);
  ASSERT_THAT(first, IsOk());
  const auto second = ListPairs(coordinator_, event.name(), "", 2, first->next_page_token());

  EXPECT_THAT(first->pairs(), SizeIs(2));
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(second->pairs(), SizeIs(1));
  EXPECT_EQ(second->pairs(0).match(), std::string(kCohort) + "/matches/3");
  EXPECT_EQ(second->as_of().seconds(), absl::ToUnixSeconds(clock_.Now()));
}

TEST_F(PairsTest, OnlyThoseWhoManageTheEventSeeWhoIsAPair) {
  const v1::Event event = KickOff();
  Know({PairOf("1", "m", "a")});

  EXPECT_THAT(ListPairs(other_coordinator_, event.name()), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(ListPairs(rpc::ParticipantNamed("participants/m"), event.name()),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(ListPairs(rpc::ServiceNamed("gateway"), event.name()), IsOk());
  EXPECT_THAT(RegisterPairsAs(other_coordinator_, event.name()), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(RegisterPairsAs(rpc::ParticipantNamed("participants/m"), event.name()),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(RegisterPairsAs(rpc::Admin(), event.name()), IsOk());
}

}  // namespace
}  // namespace brygga::events
