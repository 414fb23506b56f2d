#include "services/participant/work/agreement_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "services/participant/domain/fake_partner_directory.h"
#include "services/participant/store/fake_agreement_store.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::UnorderedElementsAre;

const Date kDay(2022, 8, 15);

// Partner knows of an agreement that is not known here.
class AgreementDirectoryTest : public ::testing::Test {
 protected:
  AgreementDirectoryTest() { partner_.Agree("organisations/op", "organisations/a"); }

  absl::StatusOr<ActiveAgreements> Ask() {
    return directory_.WithActiveAgreement("organisations/op", {"organisations/a", "organisations/b"}, kDay,
                                          absl::InfiniteFuture());
  }
  void Follow() {
    const Agreement known{.name = "organisations/b/agreements/1",
                          .operator_name = "organisations/op",
                          .from = Date(2022, 1, 1),
                          .to = Date(9999, 12, 31)};
    ASSERT_THAT(store_.Replace({}, {known}, {.feed = "partner", .to = {.token = "t", .as_of = clock_.Now()}}), IsOk());
  }

  ManualClock clock_{absl::FromUnixSeconds(1660557600)};
  FakeAgreementStore store_;
  FakePartnerDirectory partner_;
  AgreementDirectory directory_{store_, partner_, clock_};
};

TEST_F(AgreementDirectoryTest, PartnerIsAskedUntilItsFeedIsFollowed) {
  EXPECT_THAT(Ask()->organisations, UnorderedElementsAre("organisations/a"));
  partner_.set_reachable(false);
  EXPECT_THAT(Ask(), HasReason("AGREEMENTS_UNREACHABLE"));
}

TEST_F(AgreementDirectoryTest, WhatIsKnownHereDecidesThoughPartnerIsSilent) {
  Follow();
  partner_.set_reachable(false);

  const auto known = Ask();

  ASSERT_THAT(known, IsOk());
  EXPECT_THAT(known->organisations, UnorderedElementsAre("organisations/b"));
  EXPECT_EQ(known->as_of, clock_.Now());
}

TEST_F(AgreementDirectoryTest, WhatIsTooOldDecidesNothing) {
  Follow();
  clock_.Advance(kLongestLag);
  EXPECT_THAT(Ask()->organisations, UnorderedElementsAre("organisations/b"));

  clock_.Advance(absl::Microseconds(1));

  EXPECT_THAT(Ask()->organisations, UnorderedElementsAre("organisations/a"));
  partner_.set_reachable(false);
  EXPECT_THAT(Ask(), HasReason("AGREEMENTS_UNREACHABLE"));
}

}  // namespace
}  // namespace brygga::participant
