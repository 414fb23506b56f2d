#include "cli/import/request_id.h"

#include <gtest/gtest.h>

#include <set>

#include "common/ids/uuid.h"

namespace brygga::cli {
namespace {

TEST(RequestIdTest, TheSameBatchHasTheSameId) {
  const ImportBatch batch = {.file_digest = "abc", .kind = "mentors", .content = "rows", .batch = 3};

  EXPECT_EQ(RequestIdOf(batch), RequestIdOf(batch));
  EXPECT_TRUE(IsUuid(RequestIdOf(batch)));
}

TEST(RequestIdTest, AnotherFileKindContentRunOrBatchHasAnotherId) {
  const std::set<std::string> ids = {
      RequestIdOf({"abc", "mentors", "c1", false, 0}), RequestIdOf({"abd", "mentors", "c1", false, 0}),
      RequestIdOf({"abc", "mentees", "c1", false, 0}), RequestIdOf({"abc", "mentors", "c2", false, 0}),
      RequestIdOf({"abc", "mentors", "c1", false, 1}), RequestIdOf({"abc", "mentors", "c1", true, 0}),
      RequestIdOf({"abc", "mentorsc1", "", false, 0}),
  };

  EXPECT_EQ(ids.size(), 7u);
}

}  // namespace
}  // namespace brygga::cli
