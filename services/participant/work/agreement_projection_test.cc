#include "services/participant/work/agreement_projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/testing/matchers.h"
#include "services/participant/store/fake_agreement_store.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;

class FakeSource final : public AgreementSource {
 public:
  absl::StatusOr<std::vector<Agreement>> ReadAll(absl::Time) override {
    std::vector<Agreement> all;
    for (const auto& [name, agreement] : agreements) all.push_back(agreement);
    return all;
  }
  absl::StatusOr<std::vector<Agreement>> Read(const std::set<std::string>& names, absl::Time) override {
    if (broken) return absl::UnavailableError("gone");
    std::vector<Agreement> some;
    for (const std::string& name : names) some.push_back(agreements.at(name));
    return some;
  }
  // Says what partner says now, and what its feed told of it.
  std::vector<feed::Change> Say(const std::string& organisation, Date to = Date(9999, 12, 31)) {
    const std::string name = "organisations/" + organisation + "/agreements/1";
    agreements[name] = {.name = name, .operator_name = "organisations/op", .from = Date(2022, 1, 1), .to = to};
    return {{.resource = name}};
  }

  std::map<std::string, Agreement> agreements;
  bool broken = false;
};

class AgreementProjectionTest : public ::testing::Test {
 protected:
  static feed::Step Step(std::optional<std::string> from, const std::string& to) {
    return {.feed = "partner", .from = std::move(from), .to = {.token = to, .as_of = absl::UnixEpoch()}};
  }
  absl::Status Begin() { return projection_.Snapshot(Step(std::nullopt, "1"), absl::InfiniteFuture()); }
  absl::Status Apply(const std::vector<feed::Change>& changes, const std::string& from, const std::string& to) {
    return projection_.Apply(changes, Step(from, to), absl::InfiniteFuture());
  }
  std::set<std::string> Active() {
    return store_
        .FindActive("organisations/op", {"organisations/a", "organisations/b"}, Date(2022, 8, 15),
                    absl::InfiniteFuture())
        ->value()
        .organisations;
  }

  FakeSource source_;
  FakeAgreementStore store_;
  AgreementProjection projection_{source_, store_};
};

TEST_F(AgreementProjectionTest, BeginsWithAllAndGoesOnWithWhatChanges) {
  source_.Say("a");
  ASSERT_THAT(Begin(), IsOk());
  EXPECT_EQ(Active(), std::set<std::string>{"organisations/a"});

  ASSERT_THAT(Apply(source_.Say("b"), "1", "2"), IsOk());
  ASSERT_THAT(Apply(source_.Say("a", Date(2022, 8, 1)), "2", "3"), IsOk());

  EXPECT_EQ(Active(), std::set<std::string>{"organisations/b"});
  EXPECT_EQ(projection_.Load(absl::InfiniteFuture())->value().token, "3");
}

TEST_F(AgreementProjectionTest, WhatCouldNotBeReadIsNotPassedOver) {
  ASSERT_THAT(Begin(), IsOk());
  const auto changes = source_.Say("a");
  source_.broken = true;

  EXPECT_THAT(Apply(changes, "1", "2"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(projection_.Load(absl::InfiniteFuture())->value().token, "1");

  source_.broken = false;
  EXPECT_THAT(Apply(changes, "1", "2"), IsOk());
  EXPECT_EQ(Active(), std::set<std::string>{"organisations/a"});
}

TEST_F(AgreementProjectionTest, AStepThatAnotherReplicaTookIsRefused) {
  ASSERT_THAT(Begin(), IsOk());

  EXPECT_THAT(Begin(), HasReason("FEED_MOVED"));
  EXPECT_THAT(Apply({}, "0", "1"), HasReason("FEED_MOVED"));
}

}  // namespace
}  // namespace brygga::participant
