#include "engine/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "engine/test_data.h"

namespace brygga::engine {
namespace {

using ::testing::HasSubstr;

double KmBetween(const std::string& a, const std::string& b) {
  const Reference& reference = ShippedReference();
  return reference.DistanceKm(reference.MunicipalityIndex(a), reference.MunicipalityIndex(b));
}

bool Related(const std::string& mentor, const std::string& adept, GroupRelation relation) {
  const Reference& reference = ShippedReference();
  return reference.Relations(reference.GroupIndex(mentor), reference.GroupIndex(adept)) &
         static_cast<uint16_t>(relation);
}

std::map<std::string, std::string> ShippedFiles() {
  std::map<std::string, std::string> files;
  for (const char* file : {"cefr_levels.tsv", "languages.tsv", "manager_bridges.tsv", "municipalities.tsv",
                           "occupation_names.tsv", "occupation_substitutability.tsv", "skills.tsv", "ssyk2012.tsv",
                           "ssyk_substitutability.tsv", "sun2020_fields.tsv"}) {
    files[file] = ReadFile(std::string("data/reference/") + file);
  }
  return files;
}

TEST(ReferenceTest, DistancesAreThePublishedCheckValues) {
  EXPECT_NEAR(KmBetween("0180", "1480"), 397.4, 0.05);  // Stockholm to Göteborg.
  EXPECT_NEAR(KmBetween("0580", "0581"), 38.4, 0.05);   // Linköping to Norrköping.
  EXPECT_NEAR(KmBetween("1280", "1281"), 16.4, 0.05);   // Malmö to Lund.
  EXPECT_NEAR(KmBetween("0180", "0380"), 63.6, 0.05);   // Stockholm to Uppsala.
  EXPECT_EQ(KmBetween("0180", "0180"), 0);
}

TEST(ReferenceTest, HoldsEveryRowOfTheTables) {
  EXPECT_EQ(ShippedReference().group_count(), 400);
  EXPECT_EQ(ShippedReference().occupation_count(), 2412);
  EXPECT_EQ(ShippedReference().skill_count(), 6640);
  EXPECT_EQ(ShippedReference().municipality_count(), 290);
  EXPECT_EQ(ShippedReference().LevelRank("N"), 7);
  EXPECT_EQ(ShippedReference().LevelRank("D1"), 0);
}

TEST(ReferenceTest, RelationsReadFromTheMentorToTheAdept) {
  EXPECT_TRUE(Related("1210", "2411", GroupRelation::kBridge));  // Finance managers lead accountants.
  EXPECT_FALSE(Related("2411", "1210", GroupRelation::kBridge));
  EXPECT_TRUE(Related("2411", "1210", GroupRelation::kBridgeReverse));
  EXPECT_TRUE(Related("2512", "2512", GroupRelation::kSameGroup));
  EXPECT_TRUE(Related("2512", "2511", GroupRelation::kSameSsyk3));
  EXPECT_FALSE(Related("2512", "2221", GroupRelation::kSameSsyk2));  // A shared first digit is nothing.
}

TEST(ReferenceTest, ACodeThatNoTableHasIsNamedWithItsPlace) {
  auto files = ShippedFiles();
  files["manager_bridges.tsv"] += "1210\t9999\t0\n";

  const auto reference = Reference::Parse(files);

  ASSERT_EQ(reference.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(reference.status().message()), HasSubstr("manager_bridges.tsv, line 99, column led_ssyk4"));
}

TEST(ReferenceTest, AMissingTableOrColumnIsNamed) {
  auto files = ShippedFiles();
  files.erase("skills.tsv");
  EXPECT_EQ(Reference::Parse(files).status().code(), absl::StatusCode::kNotFound);

  files["skills.tsv"] = "skill_id\tname_sv\n";
  EXPECT_THAT(std::string(Reference::Parse(files).status().message()),
              HasSubstr("skills.tsv, line 1, column ssyk4_count"));
}

TEST(ReferenceTest, RowsThatAreCutShortAreRefusedWithoutACrash) {
  for (const auto& [file, text] : ShippedFiles()) {
    auto files = ShippedFiles();
    files[file] = text.substr(0, text.find('\n') + 1) + "x\n";
    EXPECT_FALSE(Reference::Parse(files).ok()) << file;
    files[file] = "";
    EXPECT_FALSE(Reference::Parse(files).ok()) << file;
  }
}

}  // namespace
}  // namespace brygga::engine
