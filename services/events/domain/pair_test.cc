#include "services/events/domain/pair.h"

#include <gtest/gtest.h>

namespace brygga::events {
namespace {

constexpr char kMatch[] = "programmes/p/cohorts/c/matches/m";

Event For(std::vector<Audience> audience) {
  Event event;
  event.audience = std::move(audience);
  return event;
}

TEST(PairTest, KnowsItsCohortAndItsId) {
  EXPECT_EQ(CohortOf(kMatch), "programmes/p/cohorts/c");
  EXPECT_EQ(CohortOf("programmes/p/cohorts/c"), "programmes/p/cohorts/c");
  EXPECT_EQ(MatchIdOf(kMatch), "m");
}

TEST(PairTest, EachComesInTheirOwnRole) {
  const Pair pair = {.match = kMatch, .mentor = "participants/m", .adept = "participants/a"};
  const Event event = For({Audience::kMentors, Audience::kMentees, Audience::kReversePairs});

  EXPECT_EQ(AudienceOf(event, pair, PairSide::kMentor), Audience::kMentors);
  EXPECT_EQ(AudienceOf(event, pair, PairSide::kAdept), Audience::kMentees);
}

TEST(PairTest, ThoseOfReversePairsComeAsSuchWhereTheEventIsForThem) {
  for (const PairKind kind : {PairKind::kReverse, PairKind::kMutual}) {
    const Pair pair = {.match = kMatch, .kind = kind};
    EXPECT_EQ(AudienceOf(For({Audience::kReversePairs}), pair, PairSide::kAdept), Audience::kReversePairs);
    EXPECT_EQ(AudienceOf(For({Audience::kMentees}), pair, PairSide::kAdept), Audience::kMentees);
  }
}

TEST(PairTest, FiltersReadNames) {
  const Pair pair = {.match = kMatch, .round = "programmes/p/cohorts/c/rounds/r", .mentor = "m", .adept = "a"};

  EXPECT_EQ(FieldOf(pair, "cohort"), list::Value("programmes/p/cohorts/c"));
  EXPECT_EQ(FieldOf(pair, "round"), list::Value(pair.round));
  EXPECT_EQ(FieldOf(pair, "mentor"), list::Value("m"));
  EXPECT_EQ(FieldOf(pair, "adept"), list::Value("a"));
  EXPECT_EQ(FieldOf(pair, "id"), list::Value("m"));
}

}  // namespace
}  // namespace brygga::events
