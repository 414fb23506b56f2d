#include "services/matching/rpc/networking_handler.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "absl/time/clock.h"
#include "services/matching/rpc/places_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NetworkingHandlerTest : public PlacesRpcTest {
 protected:
  absl::StatusOr<v1::PlanNetworkingResponse> Plan(int newcomers, int established, int rounds,
                                                  const std::string& more = "") {
    std::string text = std::string("parent: '") + kParent +
                       "' plan { display_name: 'Lunch' rounds: " + std::to_string(rounds) +
                       " round_minutes: 15 start_time { seconds: 1660561200 } } " + more;
    for (int i = 0; i < newcomers; ++i) {
      text += " newcomers { participant: 'participants/new-" + std::to_string(i) +
              "' languages { language: 'sv' level: LANGUAGE_LEVEL_B1 } }";
    }
    for (int i = 0; i < established; ++i) {
      text += " established { participant: 'participants/est-" + std::to_string(i) + "' languages { language: 'sv' } }";
    }
    return Call<v1::PlanNetworkingRequest, v1::PlanNetworkingResponse>(coordinator_, "PlanNetworking", text);
  }
  std::vector<v1::Conversation> Conversations(const std::string& plan, const std::string& more = "") {
    const auto response = Call<v1::ListConversationsRequest, v1::ListConversationsResponse>(
        coordinator_, "ListConversations", "parent: '" + plan + "' page_size: 1000 " + more);
    EXPECT_THAT(response, IsOk());
    return response.ok()
               ? std::vector<v1::Conversation>(response->conversations().begin(), response->conversations().end())
               : std::vector<v1::Conversation>();
  }
  void RunRound(const std::string& plan) {
    EXPECT_THAT((Call<v1::StartNetworkingRoundRequest, v1::StartNetworkingRoundResponse>(
                    coordinator_, "StartNetworkingRound", "name: '" + plan + "'")),
                IsOk());
    EXPECT_THAT((Call<v1::FinishNetworkingRoundRequest, v1::FinishNetworkingRoundResponse>(
                    coordinator_, "FinishNetworkingRound", "name: '" + plan + "'")),
                IsOk());
  }
  static std::vector<std::string> Texts(const std::vector<v1::Conversation>& conversations, int rounds) {
    std::vector<std::string> texts;
    for (const v1::Conversation& conversation : conversations) {
      if (conversation.round() <= rounds) texts.push_back(conversation.ShortDebugString());
    }
    return texts;
  }
  // Nobody in two places at once, no pair twice.
  static void ExpectSound(const std::vector<v1::Conversation>& conversations) {
    std::set<std::pair<int, std::string>> people;
    std::set<std::pair<std::string, std::string>> pairs;
    for (const v1::Conversation& conversation : conversations) {
      EXPECT_TRUE(people.insert({conversation.round(), conversation.newcomer()}).second);
      EXPECT_TRUE(people.insert({conversation.round(), conversation.established()}).second);
      EXPECT_TRUE(pairs.insert({conversation.newcomer(), conversation.established()}).second);
      EXPECT_FALSE(conversation.language().empty());
    }
  }
};

// 26. Networking lunch: 10 newcomers × 10 established, four rounds of 15 minutes =
// 40 conversations in an hour, no pair twice, both sides speak a common language; a
// no-show re-plans what is left within a second and leaves finished rounds alone.
TEST_F(NetworkingHandlerTest, ANetworkingLunchHasFortyConversationsInAnHourAndANoShowIsMended) {
  const auto planned = Plan(10, 10, 4);
  ASSERT_THAT(planned, IsOk());
  const std::string plan = planned->plan().name();
  EXPECT_EQ(planned->plan().conversation_count(), 40);
  EXPECT_THAT(planned->plan().gaps(), IsEmpty());
  const auto before = Conversations(plan);
  ASSERT_THAT(before, SizeIs(40));
  ExpectSound(before);
  EXPECT_EQ(before.front().start_time().seconds(), 1660561200);
  EXPECT_EQ(before.back().start_time().seconds(), 1660561200 + 45 * 60);
  RunRound(plan);

  const absl::Time begun = absl::Now();
  const auto replanned = Call<v1::ReplanNetworkingRequest, v1::ReplanNetworkingResponse>(
      coordinator_, "ReplanNetworking", "name: '" + plan + "' absent: 'participants/new-3'");
  const absl::Duration took = absl::Now() - begun;

  ASSERT_THAT(replanned, IsOk());
  EXPECT_LT(took, absl::Seconds(1));
  EXPECT_EQ(replanned->plan().conversation_count(), 10 + 3 * 9);
  int sat_out = 0;
  for (const v1::NetworkingGap& gap : replanned->plan().gaps()) sat_out += gap.rounds();
  EXPECT_EQ(sat_out, 3);  // One established person in each round that is left.
  const auto after = Conversations(plan);
  ExpectSound(after);
  EXPECT_EQ(Texts(after, 1), Texts(before, 1));
  for (const v1::Conversation& conversation : after) {
    EXPECT_TRUE(conversation.round() == 1 || conversation.newcomer() != "participants/new-3");
  }
}

TEST_F(NetworkingHandlerTest, WhoComesLateIsPutIntoTheRoundsThatAreLeft) {
  const std::string plan = Plan(3, 4, 3)->plan().name();
  RunRound(plan);

  const auto replanned = Call<v1::ReplanNetworkingRequest, v1::ReplanNetworkingResponse>(
      coordinator_, "ReplanNetworking",
      "name: '" + plan + "' newcomers { participant: 'participants/late' languages { language: 'sv' } }");

  ASSERT_THAT(replanned, IsOk());
  EXPECT_EQ(replanned->plan().newcomer_count(), 4);
  EXPECT_EQ(replanned->plan().conversation_count(), 3 + 2 * 4);
  EXPECT_THAT(Conversations(plan, "participant: 'participants/late'"), SizeIs(2));
}

TEST_F(NetworkingHandlerTest, ADryRunAnswersWithThePlanAndStoresNothing) {
  const auto tried = Plan(2, 2, 2, "validate_only: true");

  ASSERT_THAT(tried, IsOk());
  EXPECT_EQ(tried->conversations_size(), 4);
  const auto plans = Call<v1::ListNetworkingPlansRequest, v1::ListNetworkingPlansResponse>(
      coordinator_, "ListNetworkingPlans", std::string("parent: '") + kParent + "'");
  ASSERT_THAT(plans, IsOk());
  EXPECT_THAT(plans->plans(), IsEmpty());
}

TEST_F(NetworkingHandlerTest, ACohortIsPlannedByTheProfilesOfItsPeople) {
  std::vector<Person> people;
  for (int i = 0; i < 3; ++i) {
    for (const Side side : {Side::kAdept, Side::kMentor}) {
      Person person{.id = ParticipantId(std::string(NameOf(side)) + std::to_string(i)), .role = side};
      person.features.tie_key = person.id.value();
      person.features.languages = {{"sv", side == Side::kAdept ? "B1" : "N"}};
      people.push_back(person);
    }
  }
  Enrol(people);

  const auto planned = Plan(0, 0, 2);

  ASSERT_THAT(planned, IsOk());
  EXPECT_EQ(planned->plan().newcomer_count(), 3);
  EXPECT_EQ(planned->plan().conversation_count(), 6);
}

TEST_F(NetworkingHandlerTest, WhoIsNotKnownMustBringTheirLanguages) {
  const auto refused = Call<v1::PlanNetworkingRequest, v1::PlanNetworkingResponse>(
      coordinator_, "PlanNetworking",
      std::string("parent: '") + kParent +
          "' plan { display_name: 'x' rounds: 1 round_minutes: 15 } newcomers { participant: 'participants/who' }");
  EXPECT_THAT(refused, HasReason("PERSON_UNKNOWN"));
}

TEST_F(NetworkingHandlerTest, APersonSeesTheirOwnConversationsAndNobodyElses) {
  const std::string plan = Plan(2, 2, 2)->plan().name();
  const rpc::Identity newcomer = rpc::ParticipantNamed("participants/new-0");
  const auto list = [&](const std::string& participant) {
    return Call<v1::ListConversationsRequest, v1::ListConversationsResponse>(
        newcomer, "ListConversations",
        "parent: '" + plan + "'" + (participant.empty() ? "" : " participant: '" + participant + "'"));
  };

  ASSERT_THAT(list("participants/new-0"), IsOk());
  EXPECT_EQ(list("participants/new-0")->conversations_size(), 2);
  EXPECT_THAT(list("participants/new-1"), HasReason("NOT_FOUND"));
  EXPECT_THAT(list(""), HasReason("NOT_FOUND"));
}

TEST_F(NetworkingHandlerTest, RoundsGoInTurnAndNothingIsPlannedAfterTheLast) {
  const std::string plan = Plan(2, 2, 1)->plan().name();
  const std::string name = "name: '" + plan + "'";
  EXPECT_THAT((Call<v1::FinishNetworkingRoundRequest, v1::FinishNetworkingRoundResponse>(
                  coordinator_, "FinishNetworkingRound", name)),
              HasReason("NETWORKING_STATE"));
  RunRound(plan);
  const auto got =
      Call<v1::GetNetworkingPlanRequest, v1::GetNetworkingPlanResponse>(coordinator_, "GetNetworkingPlan", name);
  EXPECT_EQ(got->plan().state(), v1::NETWORKING_STATE_FINISHED);
  EXPECT_THAT((Call<v1::StartNetworkingRoundRequest, v1::StartNetworkingRoundResponse>(coordinator_,
                                                                                       "StartNetworkingRound", name)),
              HasReason("NETWORKING_STATE"));
  EXPECT_THAT((Call<v1::ReplanNetworkingRequest, v1::ReplanNetworkingResponse>(coordinator_, "ReplanNetworking", name)),
              HasReason("NETWORKING_STATE"));
  EXPECT_THAT((Call<v1::ReplanNetworkingRequest, v1::ReplanNetworkingResponse>(coordinator_, "ReplanNetworking",
                                                                               name + " etag: '1'")),
              HasReason("ETAG_MISMATCH"));
}

}  // namespace
}  // namespace brygga::matching
