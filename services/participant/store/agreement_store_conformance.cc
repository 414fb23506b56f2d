#include "services/participant/store/agreement_store_conformance.h"

#include <gmock/gmock.h>

#include <string>

#include "common/testing/matchers.h"

namespace brygga::participant {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AgreementStoreConformance);

namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::Eq;
using ::testing::Optional;

const absl::Time kEver = absl::InfiniteFuture();
const std::set<std::string> kAll = {"organisations/a", "organisations/b", "organisations/c"};

Agreement With(const std::string& organisation, Date from, Date to,
               const std::string& operator_name = "organisations/op") {
  return {.name = "organisations/" + organisation + "/agreements/1",
          .operator_name = operator_name,
          .from = from,
          .to = to};
}

feed::Step From(std::optional<std::string> from, const std::string& to, int second = 0) {
  return {.feed = "partner", .from = std::move(from), .to = {.token = to, .as_of = absl::FromUnixSeconds(second)}};
}

TEST_P(AgreementStoreConformance, NothingIsKnownBeforeTheFeedIsFollowed) {
  EXPECT_THAT(store_.GetProgress(kEver), IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_THAT(store_.FindActive("organisations/op", kAll, Date(2022, 1, 1), kEver), IsOkAndHolds(Eq(std::nullopt)));
}

TEST_P(AgreementStoreConformance, AnAgreementHoldsFromItsFirstToItsLastDayWithItsOperator) {
  ASSERT_THAT(
      store_.Replace({},
                     {With("a", Date(2022, 1, 1), Date(2022, 1, 31)), With("b", Date(2022, 1, 31), Date(9999, 12, 31)),
                      With("c", Date(2022, 1, 1), Date(9999, 12, 31), "organisations/other")},
                     From(std::nullopt, "t1", 7)),
      IsOk());
  const auto on = [&](Date day) {
    return store_.FindActive("organisations/op", kAll, day, kEver).value().value().organisations;
  };

  EXPECT_EQ(on(Date(2021, 12, 31)), std::set<std::string>{});
  EXPECT_EQ(on(Date(2022, 1, 1)), std::set<std::string>{"organisations/a"});
  EXPECT_EQ(on(Date(2022, 1, 31)), (std::set<std::string>{"organisations/a", "organisations/b"}));
  EXPECT_EQ(on(Date(2022, 2, 1)), std::set<std::string>{"organisations/b"});
  EXPECT_THAT(store_.FindActive("organisations/op", {"organisations/a"}, Date(2022, 2, 1), kEver),
              IsOkAndHolds(Optional(ActiveAgreements{.organisations = {}, .as_of = absl::FromUnixSeconds(7)})));
}

TEST_P(AgreementStoreConformance, WhatIsSaidAnewReplacesWhatWasKnownOfIt) {
  ASSERT_THAT(
      store_.Replace({},
                     {With("a", Date(2022, 1, 1), Date(9999, 12, 31)), With("b", Date(2022, 1, 1), Date(9999, 12, 31))},
                     From(std::nullopt, "t1")),
      IsOk());

  ASSERT_THAT(store_.Apply({}, {With("a", Date(2022, 1, 1), Date(2022, 1, 2))}, From("t1", "t2", 9)), IsOk());

  EXPECT_THAT(store_.FindActive("organisations/op", kAll, Date(2022, 2, 1), kEver),
              IsOkAndHolds(
                  Optional(ActiveAgreements{.organisations = {"organisations/b"}, .as_of = absl::FromUnixSeconds(9)})));
  ASSERT_THAT(store_.Replace({}, {}, From("t2", "t3")), IsOk());
  EXPECT_EQ(store_.FindActive("organisations/op", kAll, Date(2022, 2, 1), kEver)->value().organisations.size(), 0u);
}

TEST_P(AgreementStoreConformance, AStepThatWasTakenBeforeChangesNothing) {
  ASSERT_THAT(store_.Replace({}, {}, From(std::nullopt, "t1")), IsOk());
  const auto late = [&](const feed::Step& step) {
    return store_.Apply({}, {With("a", Date(2022, 1, 1), Date(9999, 12, 31))}, step);
  };

  EXPECT_THAT(late(From(std::nullopt, "t1")), HasReason("FEED_MOVED"));
  EXPECT_THAT(late(From("t0", "t1")), HasReason("FEED_MOVED"));

  EXPECT_EQ(store_.FindActive("organisations/op", kAll, Date(2022, 2, 1), kEver)->value().organisations.size(), 0u);
  EXPECT_EQ(store_.GetProgress(kEver)->value().token, "t1");
}

TEST_P(AgreementStoreConformance, ManyAreAskedAboutAtOnce) {
  std::set<std::string> many;
  std::vector<Agreement> agreements;
  for (int i = 0; i < 1200; ++i) {
    const std::string id = "o" + std::to_string(i);
    many.insert("organisations/" + id);
    agreements.push_back(With(id, Date(2022, 1, 1), Date(9999, 12, 31)));
  }
  ASSERT_THAT(store_.Replace({}, agreements, From(std::nullopt, "t1")), IsOk());

  EXPECT_EQ(store_.FindActive("organisations/op", many, Date(2022, 2, 1), kEver)->value().organisations, many);
}

}  // namespace
}  // namespace brygga::participant
