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

  EXPECT_EQ(table.Render(),
            "Adept      Points\n"
            "─────────  ──────\n"
            "Åsa Öberg       7\n"
            "Bo            812\n");
}

TEST(TableTest, AnEmptyCellIsADashAndALongOneIsCut) {
  Table table({{"A", Align::kLeft, 4}, {"B"}});
  table.Add({"abcdefgh", ""});

  EXPECT_EQ(table.Render(), "A     B\n────  ─\nabc…  –\n");
}

}  // namespace
}  // namespace brygga::cli
