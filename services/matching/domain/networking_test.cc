#include "services/matching/domain/networking.h"

#include <gmock/gmock.h>

#include <set>

#include "common/testing/matchers.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

int32_t NoWorth(const ParticipantId&, const ParticipantId&) { return 0; }

NetworkingRecord RecordOf(int newcomers, int established, int rounds) {
  NetworkingRecord record{.plan = {.id = NetworkingPlanId("n"),
                                   .cohort = {ProgrammeId("p"), CohortId("c")},
                                   .display_name = "Lunch",
                                   .rounds = rounds}};
  for (int i = 0; i < newcomers; ++i) {
    record.guests.push_back({.id = ParticipantId("new-" + std::to_string(i)), .languages = {{"sv", "B1"}}});
  }
  for (int i = 0; i < established; ++i) {
    record.guests.push_back(
        {.id = ParticipantId("est-" + std::to_string(i)), .side = Side::kMentor, .languages = {{"sv", "N"}}});
  }
  return record;
}

// Nobody twice in a round, no pair twice, no table twice in a round.
void ExpectSound(const NetworkingRecord& record) {
  std::set<std::pair<int, std::string>> people;
  std::set<std::pair<int, int>> tables;
  std::set<std::pair<std::string, std::string>> pairs;
  for (const NetworkingConversation& conversation : record.conversations) {
    EXPECT_TRUE(people.insert({conversation.round, conversation.newcomer.value()}).second);
    EXPECT_TRUE(people.insert({conversation.round, conversation.established.value()}).second);
    EXPECT_TRUE(tables.insert({conversation.round, conversation.table}).second);
    EXPECT_TRUE(pairs.insert({conversation.newcomer.value(), conversation.established.value()}).second);
  }
}

TEST(CommonLanguageTest, IsTheOneThatBothSpeakBest) {
  EXPECT_THAT(CommonLanguage({{"sv", "A2"}, {"en", "C1"}}, {{"en", "B2"}, {"sv", "N"}}), Pair("en", 4));
  EXPECT_THAT(CommonLanguage({{"so", "N"}}, {{"sv", "N"}}), Pair("", 0));
}

TEST(PlanTest, TenNewcomersAndTenEstablishedHaveFortyConversationsInFourRounds) {
  const auto record = Plan(RecordOf(10, 10, 4), &NoWorth);

  ASSERT_THAT(record, IsOk());
  EXPECT_THAT(record->conversations, SizeIs(40));
  ExpectSound(*record);
  EXPECT_THAT(GapsOf(*record), IsEmpty());
}

TEST(PlanTest, ALanguageBelowTheLevelIsNoneAndWhoSitsOutIsSaid) {
  NetworkingRecord wanted = RecordOf(2, 2, 2);
  wanted.guests[0].languages = {{"sv", "A2"}};

  const auto record = Plan(wanted, &NoWorth);

  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->plan.possible_pairs, 2);
  EXPECT_THAT(record->conversations, SizeIs(2));
  const auto gaps = GapsOf(*record);
  ASSERT_THAT(gaps, SizeIs(3));
  EXPECT_EQ(gaps[0].participant, ParticipantId("new-0"));
  EXPECT_EQ(gaps[0].rounds, 2);
  EXPECT_EQ(gaps[0].possible_partners, 0);
}

TEST(PlanTest, ANoShowLeavesRoundsThatWereBegunAsTheyAre) {
  NetworkingRecord record = *Plan(RecordOf(10, 10, 4), &NoWorth);
  record.plan = *StartRound(record.plan);
  record.plan = *FinishRound(record.plan);
  record.plan = *StartRound(record.plan);
  const std::vector<NetworkingConversation> begun(record.conversations.begin(), record.conversations.begin() + 20);
  record.guests[3].absent = true;

  const auto replanned = Plan(record, &NoWorth);

  ASSERT_THAT(replanned, IsOk());
  ExpectSound(*replanned);
  EXPECT_EQ(std::vector(replanned->conversations.begin(), replanned->conversations.begin() + 20), begun);
  EXPECT_THAT(replanned->conversations, SizeIs(20 + 2 * 9));
}

TEST(PlanTest, WhatThePolicyIsWorthDecidesWhoMeets) {
  NetworkingRecord wanted = RecordOf(1, 3, 1);
  const auto worth = [](const ParticipantId&, const ParticipantId& established) -> int32_t {
    return established == ParticipantId("est-1") ? 900'000 : 0;
  };

  const auto record = Plan(wanted, worth);

  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->conversations[0].established, ParticipantId("est-1"));
  EXPECT_EQ(record->conversations[0].score, 900'000);
}

TEST(NetworkingRoundTest, RoundsBeginAndEndInTurn) {
  NetworkingPlan plan{.rounds = 1};
  EXPECT_THAT(FinishRound(plan), HasReason("NETWORKING_STATE"));
  plan = *StartRound(plan);
  EXPECT_EQ(StateOf(plan), NetworkingState::kRunning);
  EXPECT_THAT(StartRound(plan), HasReason("NETWORKING_STATE"));
  plan = *FinishRound(plan);
  EXPECT_EQ(StateOf(plan), NetworkingState::kFinished);
  EXPECT_THAT(StartRound(plan), HasReason("NETWORKING_STATE"));
}

}  // namespace
}  // namespace brygga::matching
