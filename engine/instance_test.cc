#include "engine/instance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"

namespace brygga::engine {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// Every fault of a text, as "where: what".
std::vector<std::string> FaultsOf(std::string_view text) {
  const absl::StatusOr<Instance> read = ParseInstance(text);
  if (read.ok()) return {};
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(read.status()), "MALFORMED_INSTANCE");
  std::vector<std::string> faults;
  for (const FieldViolation& field : DetailsOf(read.status()).fields) {
    faults.push_back(absl::StrCat(field.field, ": ", field.description));
  }
  return faults;
}

Instance Read(std::string_view text) {
  absl::StatusOr<Instance> read = ParseInstance(text);
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? *std::move(read) : Instance();
}

std::string Written(const Instance& instance) {
  std::ostringstream out;
  WriteInstance(instance, out);
  return std::move(out).str();
}

constexpr std::string_view kSmall =
    "c two adepts and two mentors\n"
    "p brygga 2 3 3\n"
    "r 2 4\n"
    "e 1 1 10\n"
    "e 1 2 0\n"
    "e 2 1 5\n";

TEST(Instance, ATextFileIsRead) {
  const Instance instance = Read(kSmall);

  EXPECT_THAT(instance.offset, ElementsAre(0, 2, 3));
  EXPECT_THAT(instance.right, ElementsAre(0, 1, 0));
  EXPECT_THAT(instance.score, ElementsAre(10, 0, 5));
  EXPECT_THAT(instance.left_capacity, ElementsAre(1, 1));
  EXPECT_THAT(instance.right_capacity, ElementsAre(1, 4, 1));
  EXPECT_FALSE(instance.has_ranks());
  EXPECT_EQ(Read(Written(instance)), instance);
}

TEST(Instance, LineEndsBlanksMarksAndALastLineWithoutAnEndChangeNothing) {
  const std::string windows = absl::StrReplaceAll(std::string(kSmall), {{"\n", "\r\n"}});

  EXPECT_EQ(Read(windows), Read(kSmall));
  EXPECT_EQ(Read(absl::StrCat("\xEF\xBB\xBF", windows)), Read(kSmall));
  EXPECT_EQ(Read(absl::StrReplaceAll(std::string(kSmall), {{" ", " \t "}})), Read(kSmall));
  EXPECT_EQ(Read(absl::StrCat("\n\n", std::string(kSmall), "\n  \n")), Read(kSmall));
  EXPECT_EQ(Read(kSmall.substr(0, kSmall.size() - 1)), Read(kSmall));
  EXPECT_EQ(Read(absl::StrCat("c ", std::string(10 << 20, 'x'), "\n", std::string(kSmall))), Read(kSmall));
}

TEST(Instance, TheOrderOfLinesChangesNothing) {
  std::mt19937 random(1);
  std::vector<std::string> lines = {"l 3 2\n"};
  for (int i = 1; i <= 40; ++i) {
    for (int j = 1; j <= 30; ++j) lines.push_back(absl::StrCat("e ", i, " ", j, " ", i * j, " ", j, " ", i, "\n"));
  }
  const auto text = [&] {
    std::string text = "p brygga 40 30 1200\n";
    for (const std::string& line : lines) text += line;
    return text;
  };
  const Instance ordered = Read(text());

  for (int round = 0; round < 5; ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    EXPECT_EQ(Read(text()), ordered);
  }
  EXPECT_EQ(ordered.left_rank[31], 2);
  EXPECT_EQ(ordered.right_rank[31], 2);
}

TEST(Instance, ScoresMayBeWide) {
  const Instance instance = Read("p brygga 1 3 3\ne 1 1 5\ne 1 2 2147483648\ne 1 3 7\n");

  EXPECT_THAT(instance.score, IsEmpty());
  EXPECT_THAT(instance.wide_score, ElementsAre(5, 2147483648, 7));
  EXPECT_EQ(Read(Written(instance)), instance);
}

TEST(Instance, SidesMayBeEmptyOrAMillion) {
  EXPECT_EQ(Read("p brygga 0 0 0\n").left_count(), 0);
  EXPECT_EQ(Read("p brygga 0 3 0\n").right_count(), 3);
  const Instance wide = Read("p brygga 1000000 1 1\ne 1000000 1 1\n");
  EXPECT_EQ(wide.offset.size(), 1'000'001u);
  EXPECT_EQ(wide.offset[999'999], 0);
  EXPECT_EQ(wide.offset[1'000'000], 1);
}

TEST(Instance, CsvNamesPeopleAndTheirCapacities) {
  const Instance instance = Read(
      "right;left;score;right_capacity\r\n"
      "\"Ek; Anna\";Amir;10;2\r\n"
      "Bo \"\"Bosse;Amir;0;\r\n"
      "\"Ek; Anna\";Åsa;5;2\r\n"
      "Cia;;;3\r\n");

  EXPECT_THAT(instance.left_name, ElementsAre("Amir", "Åsa"));
  EXPECT_THAT(instance.right_name, ElementsAre("Ek; Anna", "Bo \"\"Bosse", "Cia"));
  EXPECT_THAT(instance.right_capacity, ElementsAre(2, 1, 3));
  EXPECT_THAT(instance.right, ElementsAre(0, 1, 0));
  EXPECT_THAT(instance.score, ElementsAre(10, 0, 5));
}

TEST(Instance, CsvHasRanksToo) {
  const Instance instance = Read("left,right,score,left_rank,right_rank\na,x,1,2,1\na,y,3,1,1\n");

  EXPECT_THAT(instance.left_rank, ElementsAre(2, 1));
  EXPECT_THAT(instance.right_rank, ElementsAre(1, 1));
}

TEST(Instance, EveryFaultHasItsLineItsFieldAndAMend) {
  const std::vector<std::string> faults = FaultsOf(
      "p brygga 2 2 9\n"
      "e 3 1 10\n"
      "e 1 0 10\n"
      "e 1 1 -1\n"
      "e 1 1 NaN\n"
      "e 1 1 2.5\n"
      "e 1 1 99999999999999999999\n"
      "e 1 1\n"
      "e 1 1 1 1\n"
      "l 1 -2\n"
      "l 1 1\n"
      "l 1 1\n"
      "q 1 1\n"
      "p brygga 2 2 2\n");

  EXPECT_THAT(
      faults,
      ElementsAre("line 2, I: 3 does not exist: write 1 to 2, or raise LEFT on line 1",
                  "line 3, J: 0 does not exist: write 1 to 2, or raise RIGHT on line 1",
                  "line 4, SCORE: -1 is out of range: write a whole number from 0 to 9223372036854775807",
                  "line 5, SCORE: \"NaN\" is no whole number: write digits alone, from 0 to 9223372036854775807",
                  "line 6, SCORE: \"2.5\" is no whole number: write digits alone, from 0 to 9223372036854775807",
                  "line 7, SCORE: 99999999999999999999 is out of range: write a whole number from 0 to "
                  "9223372036854775807",
                  AllOf(StartsWith("line 8: has 2 fields"), HasSubstr("e I J SCORE")),
                  "line 9, RANK_OF_I_FOR_J: is missing: give both ranks or none",
                  "line 10, CAPACITY: -2 is out of range: write a whole number from 0 to 2147483647",
                  "line 12, I: 1 has a capacity already: name each once, or leave the line out",
                  "line 13: begins with \"q\": a line begins with c, p, l, r or e",
                  "line 14, p: stands on line 1 already: take one of them out"));
}

TEST(Instance, WrongCountsAndAMissingFirstLineAreFaults) {
  EXPECT_THAT(
      FaultsOf("p brygga 1 1 2\ne 1 1 5\n"),
      ElementsAre("line 1, EDGES: says 2, but the file's 2 lines have 1 pair: write 1, or add what is missing"));
  EXPECT_THAT(FaultsOf("p brygga 1 1 0\ne 1 1 5\n"), ElementsAre(HasSubstr("EDGES: says 0")));
  EXPECT_THAT(FaultsOf("e 1 1 5\ne 1 x 5\n"),
              ElementsAre(HasSubstr("line 1, p: \"p brygga LEFT RIGHT EDGES\" must come before this line"),
                          HasSubstr("line 2, J")));
  EXPECT_THAT(FaultsOf("c nothing\n"), ElementsAre(HasSubstr("p: the file has no such line")));
  EXPECT_THAT(FaultsOf(""), ElementsAre(HasSubstr("file: is empty")));
  EXPECT_THAT(FaultsOf("p max 1 1 1\n"), ElementsAre(HasSubstr("line 1, p: is no \"p brygga\" line")));
  EXPECT_THAT(FaultsOf("p brygga 99999999999 1 1\n"), ElementsAre(HasSubstr("line 1, LEFT")));
}

TEST(Instance, PairsThatAreGivenTwiceAreNamedByBothLines) {
  EXPECT_THAT(FaultsOf("p brygga 2 2 4\ne 2 1 5\ne 1 1 5\ne 2 2 5\ne 2 1 6\n"),
              ElementsAre("line 5, pair: the pair 2, 1 stands on line 2 already: take one of them out"));
  EXPECT_THAT(FaultsOf("left,right,score\nAmir,Anna,1\nAmir,Anna,1\n"),
              ElementsAre(HasSubstr("line 3, pair: the pair \"Amir\", \"Anna\" stands on line 2 already")));
}

TEST(Instance, RanksAreOnEveryPairOrOnNone) {
  EXPECT_THAT(
      FaultsOf("p brygga 1 3 3\ne 1 1 5 1 1\ne 1 2 5\ne 1 3 5 2 1\n"),
      ElementsAre("line 3, RANK_OF_J_FOR_I: is missing, but line 2 has ranks: give ranks on every e line or on none"));
  EXPECT_THAT(FaultsOf("p brygga 1 2 2\ne 1 1 5\ne 1 2 5 1 1\n"),
              ElementsAre(HasSubstr("is given, but not on line 2")));
}

TEST(Instance, ScoresThatCouldNotBeAddedUpAreRefused) {
  EXPECT_THAT(FaultsOf("p brygga 1 1 1\ne 1 1 9223372036854775807\n"),
              ElementsAre(HasSubstr("line 2, SCORE: 9223372036854775807 is too large among so many people")));
}

TEST(Instance, LongLinesAreSkippedAndNamed) {
  const std::string digits(10 << 20, '1');

  EXPECT_THAT(FaultsOf(absl::StrCat("p brygga 1 1 1\ne 1 1 ", digits, "\nx\n")),
              ElementsAre("line 2: is longer than 65536 bytes: write one record a line",
                          HasSubstr("line 3: begins with \"x\"")));
  EXPECT_THAT(FaultsOf(digits), ElementsAre(HasSubstr("line 1: is longer")));
}

TEST(Instance, CsvFaultsHaveTheirColumns) {
  EXPECT_THAT(FaultsOf("left,score\nAmir,1\n"), ElementsAre(HasSubstr("line 1, right: is missing")));
  EXPECT_THAT(FaultsOf("left,right,score,left\n"), ElementsAre(HasSubstr("line 1, left: appears twice")));
  EXPECT_THAT(FaultsOf("left,right,score,left_rank\n"), ElementsAre(HasSubstr("line 1, right_rank: is missing")));
  EXPECT_THAT(FaultsOf("left,right,score,left_capacity\na,x,1,1\na,y,,1\n,x,3,1\na\n\"a,x,1,1\na,z,1,2\na,q,1.5,1\n"),
              ElementsAre(HasSubstr("line 3, score: is missing"), HasSubstr("line 4, left: is missing"),
                          HasSubstr("line 5: has 1 column where the first line has 4"),
                          HasSubstr("line 6, left: begins with a quotation mark that is not closed"),
                          HasSubstr("line 7, left_capacity: 2 contradicts line 2, which gives \"a\" 1"),
                          HasSubstr("line 8, score: \"1.5\" is no whole number")));
  EXPECT_THAT(FaultsOf("hello\n"), ElementsAre(HasSubstr("line 1, column 1: \"hello\" is none of left, right, score")));
}

TEST(Instance, WhatIsNoTextIsSaidToBeNone) {
  EXPECT_THAT(FaultsOf(std::string("\xFF\xFEp\0 \0", 6)), ElementsAre("file: is UTF-16: save it as UTF-8"));
  EXPECT_THAT(FaultsOf(std::string("PK\x03\x04 and more")), ElementsAre(HasSubstr("save the sheet as CSV")));
  EXPECT_THAT(FaultsOf(std::string("a\0b", 3)), ElementsAre(HasSubstr("is no text")));
}

TEST(Instance, NoMoreFaultsAreToldThanPeopleRead) {
  std::string text = "p brygga 1 1 1\n";
  for (int i = 0; i < 1000; ++i) text += "nonsense\n";

  EXPECT_THAT(FaultsOf(text), SizeIs(kMostFaults));
}

TEST(Instance, AFailureToReadIsGivenOn) {
  const absl::StatusOr<Instance> read = ReadInstance(
      {.read = [](char*, size_t) -> absl::StatusOr<size_t> { return absl::UnavailableError("the disk is away"); }});

  EXPECT_EQ(read.status(), absl::UnavailableError("the disk is away"));
}

TEST(Instance, ReadingCanBeStopped) {
  const absl::StatusOr<Instance> read =
      ReadInstance({.read = [](char* to, size_t) -> absl::StatusOr<size_t> {
                     *to = '\n';
                     return 1;
                   }},
                   {.cancelled = [n = 0]() mutable { return ++n > 10; }, .progress = nullptr});

  EXPECT_EQ(read.status().code(), absl::StatusCode::kCancelled);
}

// Breaks good files at random places: whatever comes out is an instance that is
// whole, or faults that say something; and reading byte by byte changes nothing.
TEST(Instance, BrokenFilesNeverBreakTheReader) {
  const std::vector<std::string> good = {
      std::string(kSmall), "p brygga 3 2 4\nl 1 2\ne 3 1 7 1 2\ne 1 1 3000000000 1 1\ne 1 2 5 2 2\ne 2 2 0 1 1\n",
      "left,right,score,left_capacity\nAmir,\"Ek, Anna\",10,2\nÅsa,Bo,0,\n,Cia,,\n"};
  const std::string bytes = std::string("0123456789 \t\r\n,;\"-.eplrcxN\xC3\xA5", 29) + '\0';
  std::mt19937 random(7);
  const auto below = [&](size_t n) { return static_cast<size_t>(random()) % n; };
  int whole = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string text = good[below(good.size())];
    for (size_t change = below(4) + 1; change > 0 && !text.empty(); --change) {
      const size_t at = below(text.size());
      switch (below(4)) {
        case 0:
          text[at] = bytes[below(bytes.size())];
          break;
        case 1:
          text.insert(at, 1, bytes[below(bytes.size())]);
          break;
        case 2:
          text.erase(at, below(8) + 1);
          break;
        default:
          text.insert(below(text.size()), text.substr(at, below(30)));
          break;
      }
    }
    const absl::StatusOr<Instance> read = ParseInstance(text);
    size_t at = 0;
    const absl::StatusOr<Instance> slowly = ReadInstance({.read = [&](char* to, size_t) -> absl::StatusOr<size_t> {
      if (at == text.size()) return 0;
      *to = text[at++];
      return 1;
    }});
    ASSERT_EQ(read.ok(), slowly.ok()) << text;
    if (!read.ok()) {
      ASSERT_FALSE(DetailsOf(read.status()).fields.empty()) << text;
      continue;
    }
    ++whole;
    ASSERT_EQ(*read, *slowly) << text;
    ASSERT_EQ(read->offset.size(), read->left_capacity.size() + 1) << text;
    ASSERT_EQ(read->offset.back(), read->pair_count()) << text;
    ASSERT_EQ(read->score.size() + read->wide_score.size(), read->right.size()) << text;
    ASSERT_TRUE(std::all_of(read->right.begin(), read->right.end(), [&](int32_t r) {
      return r >= 0 && r < read->right_count();
    })) << text;
    ASSERT_EQ(Read(Written(*read)).right, read->right) << text;
  }
  EXPECT_GT(whole, 4'900);
}

}  // namespace
}  // namespace brygga::engine
