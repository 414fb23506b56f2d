#include "services/matching/work/opening_feed.h"

#include <gmock/gmock.h>

#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/time/clock.h"
#include "services/matching/store/fake_opening_store.h"
#include "services/matching/store/fake_openings.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Optional;

constexpr char kX[] = "organisations/o/openings/x";
constexpr char kY[] = "organisations/o/openings/y";

OpeningFacts Open(int seats) {
  return {.state = OpeningState::kOpen, .free_seats = seats, .first_day = Date(2023, 6, 12)};
}
OpeningFacts In(OpeningState state) { return {.state = state, .first_day = Date(2023, 6, 12)}; }

class OpeningDerivationTest : public ::testing::Test {
 protected:
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  feed::Step Next() {
    const auto before = derivation_.Load(Soon()).value();
    return {.feed = kOpeningFeed,
            .from = before ? std::optional(before->token) : std::nullopt,
            .to = {.token = "t" + std::to_string(++tokens_), .as_of = absl::Now()}};
  }
  // What the feed says of `resources`.
  absl::Status Hear(const std::vector<std::string>& resources) {
    std::vector<feed::Change> changes;
    for (const std::string& resource : resources) changes.push_back({.resource = resource, .revision = 2});
    return derivation_.Apply(changes, Next(), Soon());
  }
  std::optional<OpeningFacts> Known(const std::string& name) { return store_.GetOpenings({name}, Soon())->front(); }
  std::string Token() { return derivation_.Load(Soon()).value().value_or(feed::Progress()).token; }

  ManualClock clock_{absl::FromUnixSeconds(1'660'000'000)};
  FakeOpenings partner_;
  FakeOpeningStore store_{clock_};
  KnownOpenings known_{partner_, store_};
  OpeningDerivation derivation_{known_, store_};
  int tokens_ = 0;
};

TEST_F(OpeningDerivationTest, AnOpeningThatChangesOrASeatOfItIsReadAnew) {
  for (const std::string& what : {std::string(kX), std::string(kX) + "/seats/m"}) {
    partner_.Set(kX, Open(2));
    ASSERT_THAT(Hear({kX}), IsOk());
    partner_.Set(kX, Open(1));
    partner_.Set(kY, Open(1));

    EXPECT_THAT(Hear({what}), IsOk()) << what;

    EXPECT_THAT(Known(kX), Optional(Open(1))) << what;
    EXPECT_EQ(Known(kY), std::nullopt) << what;  // Nobody has said anything of y.
  }
}

TEST_F(OpeningDerivationTest, ManyChangesOfOneOpeningAreOneReading) {
  partner_.Set(kX, Open(1));

  EXPECT_THAT(Hear({kX, std::string(kX) + "/seats/m", kX, std::string(kX) + "/seats/n"}), IsOk());

  EXPECT_EQ(partner_.reads(), 1);
  EXPECT_THAT(Known(kX), Optional(Open(1)));
}

TEST_F(OpeningDerivationTest, MoreOpeningsThanPartnerAnswersAtOnceAreOneStep) {
  std::vector<std::string> names;
  for (int i = 0; i < 1500; ++i) {
    names.push_back("organisations/o/openings/" + std::to_string(i));
    partner_.Set(names.back(), Open(i));
  }

  EXPECT_THAT(Hear(names), IsOk());

  EXPECT_EQ(partner_.reads(), 2);
  for (int i = 0; i < 1500; ++i) EXPECT_THAT(Known(names[i]), Optional(Open(i)));
}

TEST_F(OpeningDerivationTest, AChangeThatComesAgainChangesNothing) {
  partner_.Set(kX, Open(1));
  const feed::Step step = Next();
  const std::vector<feed::Change> changes = {{.resource = kX, .revision = 2}};
  ASSERT_THAT(derivation_.Apply(changes, step, Soon()), IsOk());

  EXPECT_THAT(derivation_.Apply(changes, step, Soon()), HasReason("FEED_MOVED"));  // Another replica's.
  EXPECT_THAT(Hear({kX}), IsOk());

  EXPECT_THAT(Known(kX), Optional(Open(1)));
}

TEST_F(OpeningDerivationTest, OpeningsAreClosedCancelledAndGone) {
  for (const OpeningState state : {OpeningState::kClosed, OpeningState::kCancelled}) {
    partner_.Set(kX, In(state));
    EXPECT_THAT(Hear({kX}), IsOk());
    EXPECT_THAT(Known(kX), Optional(In(state)));
  }
  partner_.Remove(kX);

  EXPECT_THAT(Hear({kX, kY}), IsOk());

  EXPECT_EQ(Known(kX), std::nullopt);
  EXPECT_EQ(Known(kY), std::nullopt);
}

TEST_F(OpeningDerivationTest, WhatIsNoOpeningMovesTheFeedAndReadsNothing) {
  EXPECT_THAT(Hear({"organisations/o", "organisations/o/agreements/a", "networks/n", ""}), IsOk());

  EXPECT_EQ(partner_.reads(), 0);
  EXPECT_EQ(Token(), "t1");
}

TEST_F(OpeningDerivationTest, WithoutPartnerNothingMoves) {
  partner_.SetUnreachable(true);

  EXPECT_THAT(Hear({kX}), HasReason("PARTNER_UNAVAILABLE"));

  EXPECT_EQ(Token(), "");
}

TEST_F(OpeningDerivationTest, AReadingThatIsOvertakenReadsAgain) {
  partner_.Set(kX, Open(1));
  // The feed has read x, which then closes, and somebody else reads that first.
  partner_.SetMeanwhile([&] {
    partner_.Set(kX, In(OpeningState::kClosed));
    ASSERT_THAT(known_.Reread({kX}, std::nullopt, Soon()), IsOk());
  });

  ASSERT_THAT(Hear({kX}), IsOk());

  EXPECT_THAT(Known(kX), Optional(In(OpeningState::kClosed)));
  EXPECT_EQ(partner_.reads(), 3);
  EXPECT_EQ(Token(), "t1");
}

// What the guard is for: with the mark of after the reading, the older one wins.
TEST_F(OpeningDerivationTest, WithoutItsMarkAnOlderReadingWouldWin) {
  partner_.Set(kX, Open(1));
  OpeningsSaid early{.mark = *store_.OpeningsMark(Soon()), .openings = {{kX, Open(1)}}};
  partner_.Set(kX, In(OpeningState::kClosed));
  ASSERT_THAT(Hear({kX}), IsOk());
  ASSERT_THAT(store_.KeepOpenings({}, early, std::nullopt), HasReason("OPENINGS_OVERTAKEN"));

  early.mark = *store_.OpeningsMark(Soon());
  ASSERT_THAT(store_.KeepOpenings({}, early, std::nullopt), IsOk());

  EXPECT_THAT(Known(kX), Optional(Open(1)));
}

TEST_F(OpeningDerivationTest, ABeginningReadsAllThatAreNotOverAndThoseThatWereNot) {
  partner_.Set(kX, Open(1));
  partner_.Set(kY, Open(1));
  ASSERT_THAT(Hear({kX, kY}), IsOk());
  partner_.Set(kX, In(OpeningState::kClosed));
  partner_.Remove(kY);
  std::vector<std::string> names;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    names.push_back(std::string("organisations/o/openings/") + id);
    partner_.Set(names.back(), Open(1));
  }
  partner_.Set("organisations/o/openings/over", In(OpeningState::kCancelled));

  ASSERT_THAT(derivation_.Snapshot(Next(), Soon()), IsOk());

  EXPECT_THAT(store_.ListLiveOpenings(Soon()), IsOkAndHolds(::testing::ElementsAreArray(names)));
  EXPECT_THAT(Known(kX), Optional(In(OpeningState::kClosed)));
  EXPECT_EQ(Known(kY), std::nullopt);
  EXPECT_EQ(Known("organisations/o/openings/over"), std::nullopt);  // Whoever names it asks partner.
  EXPECT_EQ(Token(), "t2");
}

TEST_F(OpeningDerivationTest, WhatIsNotKnownIsAskedForOnceAndKept) {
  partner_.Set(kX, Open(1));

  EXPECT_THAT(known_.Find({kY, kX, kX}, Soon()), IsOkAndHolds(ElementsAre(std::nullopt, Open(1), Open(1))));
  partner_.SetUnreachable(true);

  EXPECT_THAT(known_.Find({kX}, Soon()), IsOkAndHolds(ElementsAre(Open(1))));
  EXPECT_THAT(known_.Find({kX, kY}, Soon()), HasReason("PARTNER_UNAVAILABLE"));
  partner_.SetUnreachable(false);
  partner_.Set(kY, Open(2));
  EXPECT_THAT(known_.Find({kX, kY}, Soon()), IsOkAndHolds(ElementsAre(Open(1), Open(2))));
}

TEST_F(OpeningDerivationTest, AnAnswerOfPartnerThatIsOvertakenIsGivenAndNotKept) {
  partner_.Set(kX, Open(1));
  partner_.SetMeanwhile([&] {
    partner_.Set(kX, In(OpeningState::kClosed));
    ASSERT_THAT(Hear({kX}), IsOk());
  });

  EXPECT_THAT(known_.Find({kX}, Soon()), IsOkAndHolds(ElementsAre(Open(1))));

  EXPECT_THAT(Known(kX), Optional(In(OpeningState::kClosed)));
}

}  // namespace
}  // namespace brygga::matching
