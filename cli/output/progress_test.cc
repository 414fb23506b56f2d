#include "cli/output/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace brygga::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(ProgressTest, TheLineShowsTheShare) {
  EXPECT_EQ(ProgressLine("Importing", 150, 300), "Importing  [##########----------]   50 %  150 of 300");
  EXPECT_EQ(ProgressLine("Importing", 0, 0), "Importing  [####################]  100 %  0 of 0");
  EXPECT_EQ(ProgressLine("Importing", 400, 300), "Importing  [####################]  100 %  400 of 300");
}

TEST(ProgressTest, OnATerminalTheBarIsDrawnAndWiped) {
  std::ostringstream out;
  {
    Progress progress(out, Terminal::kYes, "Importing", 2);
    progress.Show(1);
    EXPECT_THAT(out.str(), HasSubstr("1 of 2"));
  }
  EXPECT_THAT(out.str(), EndsWith("\r\x1b[K"));
}

TEST(ProgressTest, TheSameLineIsDrawnOnce) {
  std::ostringstream out;
  Progress progress(out, Terminal::kYes, "Importing", 2);
  const std::string drawn = out.str();

  progress.Show(0);

  EXPECT_EQ(out.str(), drawn);
}

TEST(ProgressTest, NothingIsWrittenElsewhere) {
  std::ostringstream out;
  {
    Progress progress(out, Terminal::kNo, "Importing", 2);
    progress.Show(2);
  }
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace brygga::cli
