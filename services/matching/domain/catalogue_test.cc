#include "services/matching/domain/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace brygga::matching {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CodeNames Names() {
  return {{"LANGUAGE", {{"prs", "dari"}, {"sv", "svenska"}, {"en", "engelska"}}},
          {"OCCUPATION", {{"2221", "Grundutbildade sjuksköterskor"}}},
          {"OCCUPATION_GROUP", {{"222", "Sjuksköterskor"}}},
          {"MUNICIPALITY", {{"1280", "Malmö"}}},
          {"COUNTY", {{"12", "Skåne län"}}}};
}

absl::StatusOr<Catalogue> Shipped(const std::string& language) {
  std::ifstream file("data/messages/" + language + ".json");
  return Catalogue::Parse(std::string(std::istreambuf_iterator<char>(file), {}), Names());
}

std::string In(const std::string& language, const Sentence& sentence) {
  return Shipped(language).value().Render(sentence);
}

absl::StatusOr<Catalogue> Of(const std::string& texts) {
  return Catalogue::Parse(R"({"decimal_point": ",", "and": "och", "or": "eller", "names": {}, "texts": )" + texts + "}",
                          Names());
}

TEST(CatalogueTest, EveryLanguageSaysEverySentenceAndNothingElse) {
  for (const std::string language : {"sv", "en"}) {
    const auto uses = Shipped(language).value().Uses();
    for (const auto& [key, arguments] : AllSentences()) {
      ASSERT_TRUE(uses.contains(key)) << language << " lacks " << key;
      for (const std::string& argument : uses.at(key)) {
        EXPECT_THAT(arguments, ::testing::Contains(argument)) << language << ", " << key;
      }
    }
    for (const auto& [key, arguments] : uses) EXPECT_TRUE(AllSentences().contains(key)) << "nobody says " << key;
  }
}

TEST(CatalogueTest, LanguagesUseTheSameArgumentsAndNames) {
  const Catalogue sv = Shipped("sv").value(), en = Shipped("en").value();
  EXPECT_EQ(sv.Uses(), en.Uses());
  EXPECT_EQ(sv.Names(), en.Names());
}

// Every code that an argument can hold has a name of its own in every language.
TEST(CatalogueTest, CodesHaveNames) {
  for (const std::string language : {"sv", "en"}) {
    const Catalogue words = Shipped(language).value();
    for (int i = 0; i < engine::kHardRuleCount; ++i) {
      const std::string code(engine::HardRuleCode(static_cast<engine::HardRule>(i)));
      EXPECT_NE(words.NameOf("RULE", code), code);
    }
    for (const std::string code : {"GENDER", "FIRST_LANGUAGE", "AGE", "COUNTY", "MUNICIPALITY"}) {
      EXPECT_NE(words.NameOf("DIMENSION", code), code);
    }
    for (const std::string day : {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}) {
      for (const std::string part : {"morning", "lunch", "afternoon", "evening"}) {
        const std::string slot = absl::StrCat(day, "_", part);
        ASSERT_GE(engine::SlotBit(slot), 0);
        EXPECT_NE(words.NameOf("SLOT", slot), slot);
      }
    }
    EXPECT_NE(words.NameOf("GENDER_WISH", "F"), "F");
    EXPECT_NE(words.NameOf("FORMAT", "ONSITE"), "ONSITE");
    EXPECT_NE(words.NameOf("GROUP", "UNKNOWN"), "UNKNOWN");
  }
}

TEST(CatalogueTest, NineShareSixSeats) {
  const Sentence sentence = BottleneckSentence(9, 6,
                                               {{{engine::kLanguageFeature, "prs"}, 9},
                                                {{engine::kOccupationFeature, "2221"}, 9},
                                                {{engine::kMunicipalityFeature, "1280"}, 8}});
  EXPECT_EQ(In("sv", sentence), "9 adepter delar 6 platser: dari, Grundutbildade sjuksköterskor och Malmö.");
  EXPECT_EQ(In("en", sentence), "9 adepts share 6 seats: dari, Grundutbildade sjuksköterskor and Malmö.");
}

TEST(CatalogueTest, NumbersAndPluralsAreThoseOfTheLanguage) {
  EXPECT_EQ(In("sv", Say("pair.ALLOWED", {{"score", "613204"}})), "De två kan matchas, med 61,3 poäng av 100.");
  EXPECT_EQ(In("en", Say("pair.ALLOWED", {{"score", "613204"}})), "The two can be matched, with 61.3 points of 100.");
  EXPECT_EQ(In("en", Say("pair.FORBIDDEN", {{"rules", "1"}})), "The two cannot be matched: one rule forbids it.");
  EXPECT_EQ(In("en", Say("pair.FORBIDDEN", {{"rules", "3"}})), "The two cannot be matched: 3 rules forbid it.");
  EXPECT_THAT(In("sv", SentenceOfMove("participants/a", "participants/m", "participants/n", -31000)),
              HasSubstr("(-3,1 poäng)"));
  EXPECT_THAT(In("sv", SentenceOfMove("participants/a", "", "participants/n", 500000)), HasSubstr("(+50,0 poäng)"));
}

TEST(CatalogueTest, EveryKindOfSentenceIsWholeInBothLanguages) {
  const engine::MentorKind kind{.languages = {{"sv", "B2"}, {"en", "B2"}},
                                .ssyk4 = "2221",
                                .municipality = "1280",
                                .within_km = 30,
                                .online = true,
                                .slots = {"mon_evening"},
                                .minimum_slots = 1,
                                .gender = engine::Gender::kFemale};
  std::vector<Sentence> said = SentencesOf(kind);
  ASSERT_EQ(said.size(), 5u);
  said.push_back(SentenceOf(engine::Change{-1, -5000}, true));
  said.push_back(SentenceOf(engine::Change{0, 0}, true));
  said.push_back(SentenceOf(engine::Change{0, 1000}, false));
  said.push_back(SentenceOf(engine::RuleOption{engine::HardRule::kTooFar, {0, 1}, {{"km", "40"}, {"limit_km", "30"}}}));
  said.push_back(SentenceOf(engine::BrokenRule{engine::HardRule::kTooFar, {{"km", "unknown"}, {"limit_km", "3"}}}));
  said.push_back(UnmatchedSentence("NO_FEASIBLE_MENTOR", {{engine::HardRule::kTooFar, 3, 1}}, 0, 0, 0));
  for (const std::string reason : {"BOTTLENECK", "NO_SEATS", "OBJECTIVE"}) {
    said.push_back(UnmatchedSentence(reason, {}, 9, 6, 3));
  }
  for (const Sentence& sentence : said) {
    for (const std::string language : {"sv", "en"}) {
      const std::string text = In(language, sentence);
      EXPECT_THAT(text, Not(HasSubstr("{"))) << text;
      EXPECT_THAT(text, Not(HasSubstr(sentence.key))) << text;
      for (const auto& [name, value] : sentence.arguments) {
        if (value != "2221" && value != "1280" && value != "mon_evening") continue;
        EXPECT_THAT(text, Not(HasSubstr(value)));
      }
    }
  }
}

TEST(CatalogueTest, BrokenFilesAreRefusedByKey) {
  EXPECT_THAT(Of(R"({"a.B": "open {brace"})").status().message(), HasSubstr("a.B has a brace"));
  EXPECT_THAT(Of(R"({"a.B": "{x:nothing}"})").status().message(), HasSubstr("a.B shows an argument as nothing"));
  EXPECT_THAT(Of(R"({"a.B": "{x/xor}"})").status().message(), HasSubstr("a.B joins by"));
  EXPECT_THAT(Of(R"({"a.B": 3})").status().message(), HasSubstr("a.B is neither"));
  EXPECT_THAT(Of(R"({"a.B": {"one": "x"}})").status().message(), HasSubstr("a.B lacks plural"));
  EXPECT_FALSE(Catalogue::Parse("[", {}).ok());
}

}  // namespace
}  // namespace brygga::matching
