#include "cli/csv/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace brygga::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::StatusOr<Inspection> InspectText(const std::string& bytes) {
  std::istringstream input(bytes);
  return Inspect(input);
}

std::string Refusal(const std::string& bytes) { return std::string(InspectText(bytes).status().message()); }

TEST(InspectTest, Utf8IsAcceptedAndDigested) {
  const auto found = InspectText("abc");

  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(found->bytes, 3);
  EXPECT_EQ(found->lines, 1);
  EXPECT_FALSE(found->has_bom);
}

TEST(InspectTest, AByteOrderMarkIsAcceptedAndMentioned) {
  EXPECT_TRUE(InspectText("\xEF\xBB\xBFid,name\n1,Åsa\n")->has_bom);
}

TEST(InspectTest, Utf16IsRefusedWithTheWayToSave) {
  EXPECT_THAT(Refusal(std::string("\xFF\xFEi\0d\0", 6)),
              AllOf(HasSubstr("UTF-16"), HasSubstr("Save it again as UTF-8")));
  EXPECT_THAT(Refusal(std::string("\xFE\xFF\0i\0d", 6)), HasSubstr("UTF-16"));
  EXPECT_THAT(Refusal(std::string("i\0d\0", 4)), HasSubstr("UTF-16"));
}

TEST(InspectTest, Latin1IsRefusedWithItsPlace) {
  EXPECT_THAT(Refusal("id,name\n1,\xC5sa\n"),
              AllOf(HasSubstr("Line 2, character 3"), HasSubstr("0xc5"), HasSubstr("Latin-1")));
}

TEST(InspectTest, ALetterCutInHalfAtTheEndIsRefused) { EXPECT_THAT(Refusal("id\n\xC3"), HasSubstr("Line 2")); }

TEST(InspectTest, OverlongFormsAndSurrogatesAreNotUtf8) {
  for (const std::string wrong : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"}) {
    EXPECT_FALSE(InspectText("id\n" + wrong).ok());
  }
  EXPECT_TRUE(InspectText("id\n\xF0\x9F\x8C\x89\xEF\xBF\xBD").ok());
}

TEST(InspectTest, ANulIsRefused) { EXPECT_THAT(Refusal(std::string("id,name\n1,a\0b\n", 14)), HasSubstr("NUL")); }

TEST(InspectTest, AnEmptyFileIsRefused) { EXPECT_THAT(Refusal(""), HasSubstr("empty")); }

TEST(InspectTest, LinesAreCountedWithAndWithoutAFinalLineFeed) {
  EXPECT_EQ(InspectText("a\nb\n")->lines, 2);
  EXPECT_EQ(InspectText("a\nb")->lines, 2);
}

}  // namespace
}  // namespace brygga::cli
