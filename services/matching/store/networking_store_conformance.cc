#include "services/matching/store/networking_store_conformance.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"

namespace brygga::matching {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

NetworkingRecord NetworkingStoreConformance::Make(const std::string& id) {
  NetworkingRecord record{.plan = {.id = NetworkingPlanId(id),
                                   .cohort = {ProgrammeId("p"), CohortId("c")},
                                   .display_name = "Lunch",
                                   .event = "events/e",
                                   .rounds = 2,
                                   .round_minutes = 15,
                                   .starts_at = clock_.Now(),
                                   .conversation_count = 2,
                                   .possible_pairs = 1,
                                   .total_score = 7}};
  record.guests = {{.id = ParticipantId("b"), .languages = {{"sv", "B1"}, {"so", "N"}}},
                   {.id = ParticipantId("a"), .side = Side::kMentor, .languages = {{"sv", "N"}}},
                   {.id = ParticipantId("c"), .side = Side::kMentor, .languages = {{"sv", "N"}}}};
  record.conversations = {{.round = 1,
                           .table = 1,
                           .newcomer = ParticipantId("b"),
                           .established = ParticipantId("a"),
                           .language = "sv",
                           .score = 7},
                          {.round = 2,
                           .table = 2,
                           .newcomer = ParticipantId("b"),
                           .established = ParticipantId("c"),
                           .language = "sv",
                           .score = 9}};
  const auto made = store_.CreatePlan(New(), record);
  EXPECT_THAT(made, IsOk());
  return made.value_or(NetworkingRecord());
}

TEST_P(NetworkingStoreConformance, APlanComesBackAsItWasMade) {
  const NetworkingRecord made = Make("n");

  EXPECT_EQ(made.plan.created_at, clock_.Now());
  EXPECT_THAT(store_.LoadPlan(made.plan.cohort, made.plan.id, Soon()), IsOkAndHolds(made));
  EXPECT_THAT(store_.LoadPlan({ProgrammeId("p"), CohortId("d")}, made.plan.id, Soon()), HasReason("NOT_FOUND"));
  const auto plans = store_.ListPlans(made.plan.cohort, {}, Soon());
  ASSERT_THAT(plans, IsOk());
  EXPECT_THAT(plans->items, ElementsAre(made.plan));
}

TEST_P(NetworkingStoreConformance, ConversationsAreListedByRoundAndPersonPageByPage) {
  const NetworkingRecord made = Make("n");
  const auto list = [&](const ConversationScope& scope, const list::ListQuery& query = {}) {
    return store_.ListConversations(made.plan.cohort, made.plan.id, scope, query, Soon());
  };

  EXPECT_THAT(list({.participant = ParticipantId("c")})->items, ElementsAre(made.conversations[1]));
  EXPECT_THAT(list({.round = 1})->items, ElementsAre(made.conversations[0]));
  const auto first = list({.participant = ParticipantId("b")}, {.limit = 1});
  EXPECT_THAT(first->items, ElementsAre(made.conversations[0]));
  ASSERT_TRUE(first->next.has_value());
  EXPECT_THAT(list({}, {.after = first->next, .limit = 1})->items, ElementsAre(made.conversations[1]));
  EXPECT_THAT(store_.ListConversations(made.plan.cohort, NetworkingPlanId("x"), {}, {}, Soon()),
              HasReason("NOT_FOUND"));
}

TEST_P(NetworkingStoreConformance, AChangeReplacesGuestsAndConversations) {
  const NetworkingRecord made = Make("n");

  const auto changed =
      store_.ChangePlan(New(), made.plan.cohort, made.plan.id,
                        [](const NetworkingRecord& before, absl::Time) -> absl::StatusOr<NetworkingRecord> {
                          NetworkingRecord after = before;
                          after.guests[2].absent = true;
                          after.conversations.pop_back();
                          after.plan.started_rounds = 1;
                          return after;
                        });

  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->plan.revision, 2);
  EXPECT_THAT(store_.LoadPlan(made.plan.cohort, made.plan.id, Soon()), IsOkAndHolds(*changed));
  EXPECT_THAT(changed->conversations, SizeIs(1));
}

}  // namespace brygga::matching
