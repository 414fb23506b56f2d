#include "cli/csv/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace brygga::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const CsvFormat kPeople = {.columns = {"id", "name", "city"}, .key = "id"};

struct ReadFile {
  std::vector<CsvRow> rows;
  std::vector<RowProblem> problems;

  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const CsvRow& row : rows) ids.push_back(row["id"]);
    return ids;
  }
};

ReadFile Read(const std::string& text) {
  std::istringstream input(text);
  auto reader = CsvReader::Open(input, kPeople);
  EXPECT_TRUE(reader.ok()) << reader.status();
  ReadFile file;
  if (!reader.ok()) return file;
  while (const auto next = reader->Next()) {
    if (const auto* row = std::get_if<CsvRow>(&*next)) file.rows.push_back(*row);
    if (const auto* problem = std::get_if<RowProblem>(&*next)) file.problems.push_back(*problem);
  }
  return file;
}

std::string HeaderRefusal(const std::string& text) {
  std::istringstream input(text);
  return std::string(CsvReader::Open(input, kPeople).status().message());
}

TEST(CsvReaderTest, RowsComeInOrderWithTheirLines) {
  const ReadFile file = Read("id,name,city\n1,Åsa,Lund\n2,Örjan,Malmö\n");

  ASSERT_THAT(file.ids(), ElementsAre("1", "2"));
  EXPECT_EQ(file.rows[1].line, 3);
  EXPECT_EQ(file.rows[1]["city"], "Malmö");
  EXPECT_THAT(file.problems, IsEmpty());
}

TEST(CsvReaderTest, AByteOrderMarkBelongsToNoColumn) {
  EXPECT_THAT(Read("\xEF\xBB\xBFid,name,city\n1,a,b\n").ids(), ElementsAre("1"));
}

TEST(CsvReaderTest, TheFileMayOrderItsColumns) { EXPECT_EQ(Read("city,id,name\nLund,1,Åsa\n").rows[0]["name"], "Åsa"); }

TEST(CsvReaderTest, QuotedTextKeepsCommasQuotesLineEndsAndSpaces) {
  const ReadFile file = Read("id,name,city\r\n1,\" A, \"\"B\"\"\nC \",  Lund \r\n2,x,y\r\n");

  ASSERT_THAT(file.ids(), ElementsAre("1", "2"));
  EXPECT_EQ(file.rows[0]["name"], " A, \"B\"\nC ");
  EXPECT_EQ(file.rows[0]["city"], "  Lund ");
  EXPECT_EQ(file.rows[1].line, 4);
}

TEST(CsvReaderTest, TheLastLineNeedsNoLineFeedAndBlankLinesAreNoRows) {
  EXPECT_THAT(Read("id,name,city\n\n1,a,b\r\n\r\n2,c,d").ids(), ElementsAre("1", "2"));
}

TEST(CsvReaderTest, AWrongHeaderNamesWhatLacksAndWhatIsUnknown) {
  EXPECT_THAT(HeaderRefusal("id,nam,city,id\n"), AllOf(HasSubstr("it lacks name"), HasSubstr("the unknown nam"),
                                                       HasSubstr("it repeats id"), HasSubstr("id,name,city")));
}

TEST(CsvReaderTest, SemicolonsAreNamed) {
  EXPECT_THAT(HeaderRefusal("id;name;city\n1;a;b\n"), HasSubstr("semicolons"));
}

TEST(CsvReaderTest, ShortAndLongRowsAreReportedAndTheOthersRead) {
  const ReadFile file = Read("id,name,city\n1,a\n2,b,c,d\n3,e,f\n");

  EXPECT_THAT(file.ids(), ElementsAre("3"));
  EXPECT_THAT(file.problems, ElementsAre(AllOf(Field(&RowProblem::line, 2), Field(&RowProblem::key, "1"),
                                               Field(&RowProblem::mend, HasSubstr("has 2 fields"))),
                                         AllOf(Field(&RowProblem::line, 3), Field(&RowProblem::key, "2"),
                                               Field(&RowProblem::mend, HasSubstr("has 4 fields")))));
}

TEST(CsvReaderTest, AStrayQuoteCostsOneRow) {
  const ReadFile file = Read("id,name,city\n1,5\" pipe,Lund\n2,a,b\n");

  EXPECT_THAT(file.ids(), ElementsAre("2"));
  EXPECT_THAT(file.problems, ElementsAre(AllOf(Field(&RowProblem::line, 2), Field(&RowProblem::column, "name"),
                                               Field(&RowProblem::mend, HasSubstr("quotation mark")))));
}

TEST(CsvReaderTest, AQuoteThatIsNeverClosedCostsOneRow) {
  const ReadFile file = Read("id,name,city\n1,\"a,Lund\n2,b,c\n3,d,e\n");

  EXPECT_THAT(file.ids(), ElementsAre("2", "3"));
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_EQ(file.problems[0].line, 2);
}

TEST(CsvReaderTest, AQuoteClosedRowsLaterCostsTheRowsItSpoils) {
  const ReadFile file = Read("id,name,city\n1,\"a,Lund\n2,\"b\",c\n3,d,e\n");

  EXPECT_THAT(file.ids(), ElementsAre("2", "3"));
}

TEST(CsvReaderTest, ALineOfTenMegabytesIsReportedInBoundedMemory) {
  const ReadFile file = Read(absl::StrCat("id,name,city\n1,", std::string(10 << 20, 'x'), ",Lund\n2,b,c\n"));

  EXPECT_THAT(file.ids(), ElementsAre("2"));
  EXPECT_THAT(file.problems, ElementsAre(AllOf(Field(&RowProblem::line, 2),
                                               Field(&RowProblem::mend, HasSubstr("longer than 64 KiB")))));
  EXPECT_EQ(file.rows[0].line, 3);
}

TEST(CsvReaderTest, AnUnclosedQuoteBeforeManyRowsCostsOneRow) {
  std::string text = "id,name,city\n0,\"a,b\n";
  for (int i = 1; i <= 10000; ++i) absl::StrAppend(&text, i, ",name,city\n");

  const ReadFile file = Read(text);

  EXPECT_EQ(file.rows.size(), 10000u);
  EXPECT_EQ(file.rows.back().line, 10002);
  EXPECT_EQ(file.problems.size(), 1u);
}

TEST(CsvReaderTest, ARepeatedIdIsReportedWithTheFirstLine) {
  const ReadFile file = Read("id,name,city\n1,a,b\n1,c,d\n,e,f\n");

  EXPECT_THAT(file.ids(), ElementsAre("1"));
  EXPECT_THAT(file.problems,
              ElementsAre(AllOf(Field(&RowProblem::line, 3), Field(&RowProblem::column, "id"),
                                Field(&RowProblem::value, "1"), Field(&RowProblem::mend, HasSubstr("Line 2"))),
                          AllOf(Field(&RowProblem::line, 4), Field(&RowProblem::mend, HasSubstr("Empty")))));
}

}  // namespace
}  // namespace brygga::cli
