#include "services/events/store/pair_store_conformance.h"

#include <gmock/gmock.h>

#include <string>

#include "common/testing/matchers.h"

namespace brygga::events {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PairStoreConformance);

namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;

const absl::Time kEver = absl::InfiniteFuture();
constexpr char kCohort[] = "programmes/p/cohorts/c";

Pair PairOf(const std::string& id, const std::string& mentor, const std::string& adept,
            const std::string& cohort = kCohort) {
  return {.match = cohort + "/matches/" + id,
          .round = cohort + "/rounds/r",
          .mentor = "participants/" + mentor,
          .adept = "participants/" + adept};
}

feed::Step From(std::optional<std::string> from, const std::string& to, int second = 0) {
  return {.feed = "matching", .from = std::move(from), .to = {.token = to, .as_of = absl::FromUnixSeconds(second)}};
}

std::vector<Pair> Known(PairStore& store, const std::vector<std::string>& cohorts = {kCohort},
                        const list::ListQuery& query = {}) {
  return store.List(cohorts, query, kEver)->page.items;
}

TEST_P(PairStoreConformance, NothingIsKnownBeforeTheFeedIsFollowed) {
  EXPECT_THAT(store_.GetProgress(kEver), IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_THAT(store_.GetMark(kEver), IsOkAndHolds(0));
  EXPECT_EQ(store_.List({kCohort}, {}, kEver)->as_of, std::nullopt);
}

TEST_P(PairStoreConformance, PairsAreListedByCohortInTheOrderOfTheirIds) {
  Pair reverse = PairOf("2", "m", "b");
  reverse.kind = PairKind::kReverse;
  reverse.round.clear();
  const Pair first = PairOf("1", "m", "a"), elsewhere = PairOf("3", "n", "c", "programmes/p/cohorts/d");

  ASSERT_THAT(store_.Replace({}, {reverse, elsewhere, first}, 0, From(std::nullopt, "t1", 7)), IsOk());

  EXPECT_THAT(Known(store_), ElementsAre(first, reverse));
  EXPECT_THAT(Known(store_, {kCohort, "programmes/p/cohorts/d"}), ElementsAre(first, reverse, elsewhere));
  EXPECT_THAT(Known(store_, {}), IsEmpty());
  EXPECT_THAT(store_.List({kCohort}, {}, kEver)->as_of, Optional(absl::FromUnixSeconds(7)));
}

TEST_P(PairStoreConformance, APageGoesOnWhereTheLastOneEndedAndFiltersHold) {
  Pair by_hand = PairOf("2", "n", "b");
  by_hand.round.clear();
  const Pair one = PairOf("1", "m", "a"), three = PairOf("3", "m", "c");
  ASSERT_THAT(store_.Replace({}, {one, by_hand, three}, 0, From(std::nullopt, "t1")), IsOk());
  list::ListQuery query{.limit = 2};

  const auto page = store_.List({kCohort}, query, kEver)->page;
  query.after = page.next;

  EXPECT_THAT(page.items, ElementsAre(one, by_hand));
  EXPECT_THAT(Known(store_, {kCohort}, query), ElementsAre(three));
  EXPECT_THAT(Known(store_, {kCohort}, {.filter = {{.field = "round", .value = one.round}}}), ElementsAre(one, three));
  EXPECT_THAT(Known(store_, {kCohort}, {.filter = {{.field = "mentor", .value = "participants/n"}}}),
              ElementsAre(by_hand));
}

TEST_P(PairStoreConformance, WhatIsNewTakesThePlaceOfWhatWasKnown) {
  const Pair one = PairOf("1", "m", "a"), two = PairOf("2", "n", "b");
  ASSERT_THAT(store_.Replace({}, {one, two}, 0, From(std::nullopt, "t1")), IsOk());
  Pair mutual = one;
  mutual.kind = PairKind::kMutual;

  ASSERT_THAT(store_.Apply({}, {.standing = {mutual}, .gone = {two.match, kCohort + std::string("/matches/9")}}, 0,
                           From("t1", "t2", 9)),
              IsOk());

  EXPECT_THAT(Known(store_), ElementsAre(mutual));
  EXPECT_EQ(store_.GetProgress(kEver)->value().token, "t2");
  ASSERT_THAT(store_.Replace({}, {two}, 0, From("t2", "t3")), IsOk());
  EXPECT_THAT(Known(store_), ElementsAre(two));
}

TEST_P(PairStoreConformance, AStepThatWasTakenBeforeChangesNothing) {
  ASSERT_THAT(store_.Replace({}, {}, 0, From(std::nullopt, "t1")), IsOk());
  const PairNews news = {.standing = {PairOf("1", "m", "a")}};

  EXPECT_THAT(store_.Apply({}, news, 0, From(std::nullopt, "t1")), HasReason("FEED_MOVED"));
  EXPECT_THAT(store_.Apply({}, news, 0, From("t0", "t1")), HasReason("FEED_MOVED"));
  EXPECT_THAT(store_.Replace({}, news.standing, 0, From("t0", "t1")), HasReason("FEED_MOVED"));

  EXPECT_THAT(Known(store_), IsEmpty());
  EXPECT_EQ(store_.GetProgress(kEver)->value().token, "t1");
}

TEST_P(PairStoreConformance, WhoIsErasedIsInNoPair) {
  const Pair adept = PairOf("1", "m", "a"), mentor = PairOf("2", "a", "b"), other = PairOf("3", "m", "c");
  ASSERT_THAT(store_.Replace({}, {adept, mentor, other}, 0, From(std::nullopt, "t1")), IsOk());

  EXPECT_THAT(store_.ErasePerson({}, "participants/a"), IsOkAndHolds(2));

  EXPECT_THAT(Known(store_), ElementsAre(other));
  EXPECT_THAT(store_.ErasePerson({}, "participants/a"), IsOkAndHolds(0));
}

TEST_P(PairStoreConformance, WhatWasReadBeforeAnErasureIsNotWrittenAfterIt) {
  const Pair pair = PairOf("1", "m", "a");
  ASSERT_THAT(store_.Replace({}, {pair}, 0, From(std::nullopt, "t1")), IsOk());
  const int64_t before = *store_.GetMark(kEver);
  ASSERT_THAT(store_.ErasePerson({}, "participants/a"), IsOk());

  EXPECT_THAT(store_.Apply({}, {.standing = {pair}}, before, From("t1", "t2")), HasReason("PERSON_ERASED"));
  EXPECT_THAT(store_.Replace({}, {pair}, before, From("t1", "t2")), HasReason("PERSON_ERASED"));

  EXPECT_THAT(Known(store_), IsEmpty());
  EXPECT_EQ(store_.GetProgress(kEver)->value().token, "t1");
  EXPECT_THAT(store_.Apply({}, {}, *store_.GetMark(kEver), From("t1", "t2")), IsOk());
}

}  // namespace
}  // namespace brygga::events
