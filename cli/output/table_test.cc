#include "cli/output/table.h"

#include <gtest/gtest.h>

#include "cli/output/text.h"

namespace brygga::cli {
namespace {

TEST(TextTest, WidthIsWhatATerminalShows) {
  EXPECT_EQ(DisplayWidth("Åsa Öberg"), 9u);
  EXPECT_EQ(DisplayWidth("A\u030Asa"), 3u);  // Å in two code points.
  EXPECT_EQ(DisplayWidth("橋"), 2u);
}

TEST(TextTest, ControlCharactersAndBrokenBytesAreNotPrinted) { EXPECT_EQ(Printable("a\x1b[31mb\xC3"), "a?[31mb?"); }

TEST(TextTest, WhatDoesNotFitEndsInAnEllipsis) {
  EXPECT_EQ(Fit("Örjan", 5), "Örjan");
  EXPECT_EQ(Fit("Örjansson", 5), "Örja…");
}

TEST(TableTest, SwedishLettersStandStraight) {
  Table table({{"Adept"}, {"Points", Align::kRight}});
  table.Add({"Åsa Öberg", "7"});
  table.Add({"Bo", "812"});

  EXPECT_EQ(table.Render(0),
            "Adept      Points\n"
            "─────────  ──────\n"
            "Åsa Öberg       7\n"
            "Bo            812\n");
}

TEST(TableTest, AnEmptyCellIsADashAndALongOneStaysWhole) {
  Table table({{"A", Align::kLeft, 4}, {"B"}});
  table.Add({"abcdefgh", ""});

  EXPECT_EQ(table.Render(0), "A         B\n────────  ─\nabcdefgh  –\n");
}

TEST(TableTest, ANarrowTerminalWrapsWordsAndBreaksNoName) {
  Table table({{"Adept"}, {"Why", Align::kLeft, 100}, {"Name"}});
  table.Add({"Åsa", "no mentor with a free seat is near enough", "matches/018f-0123456789"});

  const std::string narrow = table.Render(60);

  EXPECT_EQ(narrow,
            "Adept  Why                           Name\n"
            "─────  ────────────────────────────  ───────────────────────\n"
            "Åsa    no mentor with a free seat    matches/018f-0123456789\n"
            "       is near enough\n");
  EXPECT_EQ(table.Render(200), table.Render(0));
}

TEST(TextTest, LinesAreBrokenBetweenWords) {
  EXPECT_EQ(Wrapped("på två rader", 6), (std::vector<std::string>{"på två", "rader"}));
  EXPECT_EQ(Wrapped("enverkligtlång rad", 6), (std::vector<std::string>{"enverkligtlång", "rad"}));
  EXPECT_EQ(Wrapped("", 6), (std::vector<std::string>{""}));
}

TEST(TextTest, LineFeedsStayWhereTheyAreMeant) { EXPECT_EQ(PrintableLines("a\x1b\nb"), "a?\nb"); }

}  // namespace
}  // namespace brygga::cli
