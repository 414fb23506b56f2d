#include "common/rpc/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brygga::rpc {
namespace {

const Identity kCoordinator{.subject = "c", .bindings = {{Role::kCoordinator, "programmes/p"}}};

TEST(IdentityTest, ABindingReachesItsResourceAndWhatLiesUnderIt) {
  EXPECT_TRUE(kCoordinator.Has(Role::kCoordinator, "programmes/p"));
  EXPECT_TRUE(kCoordinator.Has(Role::kCoordinator, "programmes/p/cohorts/c"));
}

TEST(IdentityTest, ABindingReachesNothingElse) {
  EXPECT_FALSE(kCoordinator.Has(Role::kCoordinator, "programmes/p2"));
  EXPECT_FALSE(kCoordinator.Has(Role::kCoordinator, "programmes/p2/cohorts/c"));
  EXPECT_FALSE(kCoordinator.Has(Role::kCoordinator, "programmes"));
  EXPECT_FALSE(kCoordinator.Has(Role::kCoordinator, ""));
  EXPECT_FALSE(kCoordinator.Has(Role::kParticipant, "programmes/p"));
}

TEST(IdentityTest, ARoleWithoutABindingReachesNothing) {
  const Identity nobody{.bindings = {{Role::kCoordinator, ""}}};

  EXPECT_FALSE(nobody.Has(Role::kCoordinator, ""));
  EXPECT_FALSE(nobody.Has(Role::kCoordinator, "programmes/p"));
}

TEST(IdentityTest, AnAdministratorAndAServiceHaveEverything) {
  const Identity admin{.bindings = {{.role = Role::kAdmin}}}, service{.bindings = {{.role = Role::kService}}};

  EXPECT_TRUE(admin.Has(Role::kCoordinator, "programmes/p"));
  EXPECT_TRUE(service.Has(Role::kParticipant, "participants/p"));
  EXPECT_TRUE(admin.IsAdminOrService());
  EXPECT_FALSE(kCoordinator.IsAdminOrService());
}

TEST(IdentityTest, BoundToListsTheResourcesOfOneRole) {
  const Identity both{.bindings = {{Role::kCoordinator, "programmes/a"},
                                   {Role::kParticipant, "participants/p"},
                                   {Role::kCoordinator, "programmes/b"}}};

  EXPECT_THAT(both.BoundTo(Role::kCoordinator), ::testing::ElementsAre("programmes/a", "programmes/b"));
  EXPECT_TRUE(both.HasRole(Role::kParticipant));
  EXPECT_FALSE(both.HasRole(Role::kAdmin));
}

}  // namespace
}  // namespace brygga::rpc
