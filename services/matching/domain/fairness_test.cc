#include "services/matching/domain/fairness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>

namespace brygga::matching {
namespace {

using ::testing::IsEmpty;

// Adepts of a made-up round; owns their features.
class Crowd {
 public:
  void Add(int count, engine::Gender gender, const std::string& municipality, int matched) {
    for (int i = 0; i < count; ++i) {
      features_.push_back(std::make_unique<engine::Person>());
      features_.back()->gender = gender;
      features_.back()->municipality_code = municipality;
      adepts_.push_back({.features = features_.back().get(),
                         .score = i < matched ? std::optional<int32_t>(100'000 * (i + 1)) : std::nullopt});
    }
  }
  FairnessReport Report(ReportFor reader) const { return ReportFairness(adepts_, reader); }
  const std::vector<TreatedAdept>& adepts() const { return adepts_; }

 private:
  std::vector<std::unique_ptr<engine::Person>> features_;
  std::vector<TreatedAdept> adepts_;
};

const FairnessDimension& Dimension(const FairnessReport& report, const std::string& name) {
  for (const FairnessDimension& dimension : report.dimensions) {
    if (dimension.dimension == name) return dimension;
  }
  ADD_FAILURE() << "no " << name;
  return report.dimensions.front();
}
FairnessGroup Group(const FairnessReport& report, const std::string& dimension, const std::string& code) {
  for (const FairnessGroup& group : Dimension(report, dimension).groups) {
    if (group.code == code) return group;
  }
  ADD_FAILURE() << "no " << code;
  return {};
}

TEST(FairnessTest, AGroupIsReportedWithRateWorstAndMedian) {
  Crowd crowd;
  crowd.Add(30, engine::Gender::kFemale, "0180", 6);
  crowd.Add(25, engine::Gender::kMale, "0180", 20);

  const FairnessReport report = crowd.Report(ReportFor::kOthers);

  EXPECT_EQ(Group(report, "GENDER", "F"), (FairnessGroup{.code = "F",
                                                         .visibility = Visibility::kShown,
                                                         .adepts = 30,
                                                         .matched = 6,
                                                         .worst_score = 100'000,
                                                         .median_score = 300'000}));
  EXPECT_EQ(report.all.matched, 26);
}

TEST(FairnessTest, FewerThanFiveAreNotShownNorFoundBySubtraction) {
  Crowd crowd;
  crowd.Add(30, engine::Gender::kFemale, "", 6);
  crowd.Add(25, engine::Gender::kMale, "", 20);
  crowd.Add(3, engine::Gender::kOther, "", 1);

  const FairnessReport report = crowd.Report(ReportFor::kCoordinator);

  EXPECT_EQ(Group(report, "GENDER", "X").visibility, Visibility::kSmall);
  EXPECT_EQ(Group(report, "GENDER", "X").adepts, 0);
  EXPECT_EQ(Group(report, "GENDER", "M").visibility, Visibility::kWithheld);
  EXPECT_EQ(Group(report, "GENDER", "F").visibility, Visibility::kShown);
}

TEST(FairnessTest, AllOrNoneOfFewerThanTwentyIsForTheCoordinator) {
  Crowd crowd;
  crowd.Add(10, engine::Gender::kFemale, "", 0);
  crowd.Add(40, engine::Gender::kMale, "", 20);
  crowd.Add(45, engine::Gender::kUnknown, "", 20);

  EXPECT_EQ(Group(crowd.Report(ReportFor::kCoordinator), "GENDER", "F").visibility, Visibility::kShown);
  const FairnessReport report = crowd.Report(ReportFor::kOthers);
  EXPECT_EQ(Group(report, "GENDER", "F").visibility, Visibility::kCountOnly);
  EXPECT_EQ(Group(report, "GENDER", "F").adepts, 10);
  EXPECT_EQ(Group(report, "GENDER", "M").visibility, Visibility::kCountOnly);
  EXPECT_EQ(Group(report, "GENDER", "UNKNOWN").visibility, Visibility::kShown);
}

TEST(FairnessTest, AMunicipalityIsNotFoundBySubtractingFromItsCounty) {
  Crowd crowd;
  crowd.Add(30, engine::Gender::kUnknown, "1280", 10);
  crowd.Add(3, engine::Gender::kUnknown, "1281", 1);
  crowd.Add(40, engine::Gender::kUnknown, "0180", 10);
  crowd.Add(30, engine::Gender::kUnknown, "0114", 10);

  const FairnessReport report = crowd.Report(ReportFor::kCoordinator);

  EXPECT_EQ(Group(report, "COUNTY", "12").adepts, 33);
  EXPECT_EQ(Group(report, "MUNICIPALITY", "1280").visibility, Visibility::kWithheld);
  EXPECT_EQ(Group(report, "MUNICIPALITY", "0180").visibility, Visibility::kShown);
}

TEST(FairnessTest, FourPeopleAreNoStatistics) {
  Crowd crowd;
  crowd.Add(4, engine::Gender::kFemale, "0180", 2);

  const FairnessReport report = crowd.Report(ReportFor::kCoordinator);

  EXPECT_EQ(report.all.visibility, Visibility::kSmall);
  EXPECT_THAT(report.dimensions, IsEmpty());
}

// The attacker knows every number that is shown and takes from each whole what is
// shown of its parts. What is left over must be nobody, or a group that might have
// been shown itself.
void Attack(const FairnessGroup& whole, const std::vector<FairnessGroup>& parts, ReportFor reader) {
  const auto counts = [](const FairnessGroup& group) {
    return group.visibility == Visibility::kShown || group.visibility == Visibility::kCountOnly;
  };
  if (!counts(whole)) return;
  int left = whole.adepts;
  for (const FairnessGroup& part : parts) left -= part.adepts;
  EXPECT_TRUE(left == 0 || left >= kSmallGroup) << left;
  if (reader == ReportFor::kCoordinator || whole.visibility != Visibility::kShown) return;
  int unsaid = whole.adepts, matched = whole.matched;
  bool all_said = true;
  for (const FairnessGroup& part : parts) {
    all_said = all_said && part.visibility == Visibility::kShown;
    if (part.visibility == Visibility::kShown) unsaid -= part.adepts;
    matched -= part.matched;
  }
  // Only where the whole gives it away, which may be shown, is the rest extreme.
  const bool whole_is_extreme = whole.matched == 0 || whole.matched == whole.adepts;
  EXPECT_TRUE(all_said || whole_is_extreme || (matched > 0 && matched < unsaid)) << matched << " of " << unsaid;
}

TEST(FairnessTest, NoSmallGroupIsFoundByAnyDifference) {
  std::mt19937_64 random(14);
  int small = 0;
  for (int i = 0; i < 3000; ++i) {
    Crowd crowd;
    for (int groups = static_cast<int>(random() % 9); groups > 0; --groups) {
      const int count = static_cast<int>(random() % (i % 2 == 0 ? 9 : 30));
      const std::string municipality =
          std::vector<std::string>{"", "0180", "0114", "1280", "1281", "0580"}[random() % 6];
      const int matched = random() % 3 == 0 ? 0 : random() % 2 == 0 ? count : static_cast<int>(random() % 10);
      crowd.Add(count, static_cast<engine::Gender>(random() % 4), municipality, std::min(count, matched));
    }
    for (const ReportFor reader : {ReportFor::kCoordinator, ReportFor::kOthers}) {
      const FairnessReport report = crowd.Report(reader);
      std::map<std::string, FairnessGroup> counties;
      for (const FairnessDimension& dimension : report.dimensions) {
        for (const FairnessGroup& group : dimension.groups) {
          small += group.visibility == Visibility::kSmall ? 1 : 0;
          if (dimension.dimension == "COUNTY") counties[group.code] = group;
          EXPECT_TRUE(group.visibility != Visibility::kSmall || group.adepts + group.matched == 0);
          if (group.visibility != Visibility::kShown || reader == ReportFor::kCoordinator) continue;
          const bool extreme = group.matched == 0 || group.matched == group.adepts;
          EXPECT_TRUE(!extreme || group.adepts >= kExtremeGroup);
        }
        if (dimension.dimension != "MUNICIPALITY") {
          Attack(report.all, dimension.groups, reader);
          continue;
        }
        std::map<std::string, std::vector<FairnessGroup>> parts;
        for (const FairnessGroup& group : dimension.groups) {
          parts[group.code == "UNKNOWN" ? group.code : group.code.substr(0, 2)].push_back(group);
        }
        for (const auto& [county, groups] : parts) Attack(counties[county], groups, reader);
      }
    }
  }
  EXPECT_GT(small, 1000);
}

}  // namespace
}  // namespace brygga::matching
