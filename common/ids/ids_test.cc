#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>
#include <string_view>

#include "common/ids/id.h"
#include "common/ids/resource_name.h"
#include "common/ids/uuid.h"

namespace brygga {
namespace {

using ::testing::ElementsAre;

TEST(UuidTest, NewOnesAreDistinctOfVersion7AndSortByTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(NewUuid(absl::FromUnixSeconds(1)));
  EXPECT_EQ(seen.size(), 1000u);
  for (const std::string& uuid : seen) {
    EXPECT_TRUE(IsUuid(uuid)) << uuid;
    EXPECT_EQ(uuid[14], '7') << uuid;
  }

  EXPECT_LT(*seen.rbegin(), NewUuid(absl::FromUnixSeconds(2)));
}

TEST(UuidTest, AForkedChildMakesNoneOfItsParents) {
  NewUuid(absl::FromUnixSeconds(1));
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string made = NewUuid(absl::FromUnixSeconds(1));
    _exit(write(ends[1], made.data(), made.size()) == 36 ? 0 : 1);
  }
  char made[36];
  ASSERT_EQ(read(ends[0], made, sizeof(made)), 36);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);

  EXPECT_NE(NewUuid(absl::FromUnixSeconds(1)), std::string_view(made, sizeof(made)));
}

TEST(UuidTest, ANameAlwaysGivesTheSameUuid) {
  EXPECT_EQ(UuidOf("file 1, batch 2"), UuidOf("file 1, batch 2"));
  EXPECT_NE(UuidOf("file 1, batch 2"), UuidOf("file 1, batch 3"));
  EXPECT_TRUE(IsUuid(UuidOf("")));
}

TEST(UuidTest, OtherFormsAreNotUuids) {
  for (const char* text : {"", "0", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80570",
                           "01890a5dxac96-774b-bcce-b302099a8057", "g1890a5d-ac96-774b-bcce-b302099a8057"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
}

TEST(ResourceNameTest, GivesTheIdsInOrder) {
  EXPECT_THAT(*ParseResourceName("programmes/*/cohorts/*", "programmes/p-1/cohorts/c_2"), ElementsAre("p-1", "c_2"));
  EXPECT_EQ(*ParseId("organisations/*", "organisations/7"), "7");
}

TEST(ResourceNameTest, OtherFormsAreRefused) {
  for (const char* name : {"", "organisations", "organisations/", "organisations/a/b", "organisations//", "people/7",
                           "organisations/a b", "/organisations/7", "organisations/7/", "organisations/å"}) {
    EXPECT_FALSE(MatchesResourceName("organisations/*", name)) << name;
  }
  EXPECT_FALSE(MatchesResourceName("organisations/*", "organisations/" + std::string(64, 'a')));
}

TEST(IdTest, ComparesByText) {
  using CohortId = Id<struct CohortTag>;

  EXPECT_EQ(CohortId("a"), CohortId("a"));
  EXPECT_LT(CohortId("a"), CohortId("b"));
  EXPECT_TRUE(CohortId().empty());
}

}  // namespace
}  // namespace brygga
