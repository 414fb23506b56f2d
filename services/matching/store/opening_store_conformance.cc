#include "services/matching/store/opening_store_conformance.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"

namespace brygga::matching {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Optional;

TEST_P(OpeningStoreConformance, KeepsAllThatPartnerSaysAndAnswersInTheOrderAsked) {
  const OpeningFacts whole{.state = OpeningState::kOpen,
                           .free_seats = 3,
                           .first_day = Date(2023, 6, 12),
                           .last_day = Date(2023, 6, 30),
                           .age_min = 16,
                           .age_max = 21,
                           .requirements = {"SWIMS", "DRIVING_LICENCE_B"}};
  const OpeningFacts bare = Facts(OpeningState::kDraft, 0);

  ASSERT_THAT(Keep({.mark = Mark(), .openings = {{"x", whole}, {"y", bare}}}), IsOk());

  EXPECT_THAT(store_.GetOpenings({"y", "unknown", "x", "y"}, Soon()),
              IsOkAndHolds(ElementsAre(bare, std::nullopt, whole, bare)));
}

TEST_P(OpeningStoreConformance, WhatIsSaidLaterReplacesWhatWasSaid) {
  for (const OpeningState state : {OpeningState::kDraft, OpeningState::kOpen, OpeningState::kFull,
                                   OpeningState::kClosed, OpeningState::kCancelled, OpeningState::kOpen}) {
    ASSERT_THAT(Keep({.mark = Mark(), .openings = {{"x", Facts(state, 2)}}}), IsOk());

    EXPECT_THAT(Get("x"), Optional(Facts(state, 2)));
  }
}

TEST_P(OpeningStoreConformance, AnOlderReadingReplacesNothingAndIsToldSo) {
  const int64_t early = Mark();
  ASSERT_THAT(Keep({.mark = Mark(), .openings = {{"x", Facts(OpeningState::kClosed, 0)}}}), IsOk());

  EXPECT_THAT(
      Keep({.mark = early, .openings = {{"a", Facts(OpeningState::kOpen, 1)}, {"x", Facts(OpeningState::kOpen, 1)}}}),
      HasReason("OPENINGS_OVERTAKEN"));

  EXPECT_THAT(Get("x"), Optional(Facts(OpeningState::kClosed, 0)));
  EXPECT_EQ(Get("a"), std::nullopt);                                                               // All or nothing.
  EXPECT_THAT(Keep({.mark = early, .openings = {{"a", Facts(OpeningState::kOpen, 1)}}}), IsOk());  // Nobody's yet.
}

TEST_P(OpeningStoreConformance, WhatIsSaidAgainIsAsNewAsWhatChanges) {
  ASSERT_THAT(Keep({.mark = Mark(), .openings = {{"x", Facts(OpeningState::kOpen, 1)}}}), IsOk());
  const int64_t early = Mark();
  ASSERT_THAT(Keep({.mark = Mark(), .openings = {{"x", Facts(OpeningState::kOpen, 1)}}}), IsOk());

  EXPECT_THAT(Keep({.mark = early, .openings = {{"x", Facts(OpeningState::kFull, 0)}}}),
              HasReason("OPENINGS_OVERTAKEN"));

  EXPECT_THAT(Get("x"), Optional(Facts(OpeningState::kOpen, 1)));
}

TEST_P(OpeningStoreConformance, WhatDoesNotExistIsNotKnownAndNoOlderReadingBringsItBack) {
  ASSERT_THAT(Keep({.mark = Mark(), .openings = {{"x", Facts(OpeningState::kOpen, 1)}}}), IsOk());
  const int64_t early = Mark();

  ASSERT_THAT(Keep({.mark = Mark(), .openings = {{"x", std::nullopt}, {"never", std::nullopt}}}), IsOk());

  EXPECT_EQ(Get("x"), std::nullopt);
  EXPECT_EQ(Get("never"), std::nullopt);
  EXPECT_THAT(store_.ListLiveOpenings(Soon()), IsOkAndHolds(ElementsAre()));
  EXPECT_THAT(Keep({.mark = early, .openings = {{"x", Facts(OpeningState::kOpen, 1)}}}),
              HasReason("OPENINGS_OVERTAKEN"));
  EXPECT_THAT(Keep({.mark = Mark(), .openings = {{"x", Facts(OpeningState::kOpen, 1)}}}), IsOk());
  EXPECT_THAT(Get("x"), Optional(Facts(OpeningState::kOpen, 1)));
}

TEST_P(OpeningStoreConformance, ListsThoseThatAreNotOver) {
  ASSERT_THAT(Keep({.mark = Mark(),
                    .openings = {{"e", Facts(OpeningState::kCancelled, 1)},
                                 {"d", Facts(OpeningState::kClosed, 1)},
                                 {"c", Facts(OpeningState::kFull, 0)},
                                 {"b", Facts(OpeningState::kOpen, 1)},
                                 {"a", Facts(OpeningState::kDraft, 1)}}}),
              IsOk());

  EXPECT_THAT(store_.ListLiveOpenings(Soon()), IsOkAndHolds(ElementsAre("a", "b", "c")));
}

TEST_P(OpeningStoreConformance, TheFeedMovesWithWhatIsWrittenOrNotAtAll) {
  const int64_t early = Mark();
  EXPECT_THAT(store_.GetProgress("openings", Soon()), IsOkAndHolds(std::nullopt));

  ASSERT_THAT(Keep({.mark = Mark(), .openings = {{"x", Facts(OpeningState::kOpen, 1)}}}, StepTo("one", std::nullopt)),
              IsOk());
  EXPECT_THAT(Keep({}, StepTo("two", "one")), IsOk());  // Without changes.
  EXPECT_THAT(Keep({.mark = Mark(), .openings = {{"x", Facts(OpeningState::kClosed, 0)}}}, StepTo("three", "one")),
              HasReason("FEED_MOVED"));
  EXPECT_THAT(Keep({.mark = early, .openings = {{"x", Facts(OpeningState::kClosed, 0)}}}, StepTo("three", "two")),
              HasReason("OPENINGS_OVERTAKEN"));

  EXPECT_THAT(store_.GetProgress("openings", Soon()), IsOkAndHolds(Optional(StepTo("two", "one").to)));
  EXPECT_THAT(Get("x"), Optional(Facts(OpeningState::kOpen, 1)));
}

}  // namespace brygga::matching
