#include "cli/import/run_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/import/report.h"

namespace brygga::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// Keeps what it is sent, once per request id, as a service would.
class FakeImporter final : public Importer {
 public:
  std::string_view kind() const override { return "fakes"; }

  const CsvFormat& format() const override {
    static const CsvFormat format = {.columns = {"id", "city"}, .key = "id"};
    return format;
  }

  std::vector<RowProblem> Add(const CsvRow& row) override {
    if (row["city"] == "Atlantis") {
      aside_.push_back(row["id"]);
      return {{row.line, row["id"], "city", "Atlantis", "No such city."}};
    }
    batch_.push_back(row["id"]);
    return {};
  }

  absl::StatusOr<std::vector<std::vector<FieldViolation>>> Resolve() override {
    std::vector<std::vector<FieldViolation>> violations;
    std::vector<std::string> rest;
    for (const std::string& id : batch_) {
      violations.emplace_back();
      if (id == unresolvable) {
        violations.back().push_back({"row.city", "Not known."});
        aside_.push_back(id);
      } else {
        rest.push_back(id);
      }
    }
    batch_ = rest;
    return violations;
  }

  absl::StatusOr<std::vector<RowResult>> Probe(const std::string&) override {
    std::vector<RowResult> results;
    for (size_t i = 0; i < aside_.size(); ++i) results.push_back({.violations = probed});
    return results;
  }

  std::string Content() const override { return absl::StrJoin(batch_, ","); }

  absl::StatusOr<std::vector<RowResult>> Send(const std::string& request_id, DryRun dry_run) override {
    request_ids.push_back(request_id);
    if (failures > 0) {
      --failures;
      return absl::UnavailableError("away");
    }
    std::vector<RowResult> results;
    for (const std::string& id : batch_) {
      const bool is_new = dry_run == DryRun::kYes ? !stored.contains(id) : stored.insert(id).second;
      results.push_back({.outcome = id == "twin" ? RowOutcome::kDuplicate
                                    : is_new     ? RowOutcome::kCreated
                                                 : RowOutcome::kUnchanged});
    }
    return results;
  }

  void Clear() override {
    batch_.clear();
    aside_.clear();
  }
  std::string_view ColumnOf(std::string_view field) const override { return field == "row.city" ? "city" : ""; }

  std::string unresolvable;
  std::vector<FieldViolation> probed;  // What the service finds in every row put aside.
  int failures = 0;
  std::set<std::string> stored;
  std::vector<std::string> request_ids;

 private:
  std::vector<std::string> batch_, aside_;
};

ImportReport Import(const std::string& text, FakeImporter& importer, ImportOptions options = {}) {
  options.sleep = [](absl::Duration) {};
  std::istringstream file(text);
  const auto report = RunImport(file, importer, options);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : ImportReport();
}

std::string Rows(int n) {
  std::string text = "id,city\n";
  for (int i = 0; i < n; ++i) absl::StrAppend(&text, "r", i, ",Lund\n");
  return text;
}

TEST(RunImportTest, EveryRowIsCountedOnce) {
  FakeImporter importer;
  importer.unresolvable = "b";

  const ImportReport report = Import("id,city\na,Lund\nb,Lund\nc,Atlantis\nd\ntwin,Lund\n", importer);

  EXPECT_THAT(report.counts, UnorderedElementsAre(Pair(RowOutcome::kCreated, 1), Pair(RowOutcome::kRefused, 2),
                                                  Pair(RowOutcome::kUnreadable, 1), Pair(RowOutcome::kDuplicate, 1)));
  EXPECT_THAT(importer.stored, UnorderedElementsAre("a", "twin"));
}

TEST(RunImportTest, TheReportNamesRowColumnValueAndMend) {
  FakeImporter importer;
  importer.unresolvable = "b";

  const ImportReport report = Import("id,city\nb,Lund\nc,Atlantis\n", importer);

  ASSERT_THAT(report.rows, SizeIs(2));
  EXPECT_EQ(report.rows[0].line, 2);
  EXPECT_EQ(report.rows[0].column, "city");
  EXPECT_EQ(report.rows[0].value, "Lund");
  EXPECT_EQ(report.rows[0].mend, "Not known.");
  EXPECT_EQ(report.rows[1].key, "c");
  EXPECT_THAT(ReportText(report, DryRun::kNo, Listed::kUnstoredRows, 0), HasSubstr("2 rows: 2 refused."));
}

TEST(RunImportTest, AllThatIsWrongWithARowIsSaidAtOnce) {
  FakeImporter importer;
  importer.unresolvable = "b";
  importer.probed = {{"row.city", "Said already."}, {"row.name", "Too long."}};

  const ImportReport report = Import("id,city\na,Atlantis\nb,Lund\n", importer);

  ASSERT_THAT(report.rows, SizeIs(4));
  EXPECT_EQ(report.rows[0].mend, "No such city.");
  EXPECT_EQ(report.rows[1].mend, "Too long.");
  EXPECT_EQ(report.rows[2].mend, "Not known.");
  EXPECT_EQ(report.rows[3].column, "row.name");
  EXPECT_THAT(report.counts, ElementsAre(Pair(RowOutcome::kRefused, 2)));
}

TEST(RunImportTest, RowsGoInBatchesOfFiveHundred) {
  FakeImporter importer;

  const ImportReport report = Import(Rows(1001), importer);

  EXPECT_EQ(report.batches_sent, 3);
  EXPECT_THAT(importer.stored, SizeIs(1001));
}

TEST(RunImportTest, TheSameFileSendsTheSameRequestIds) {
  FakeImporter first, second;

  Import(Rows(501), first);
  Import(Rows(501), second);

  EXPECT_THAT(first.request_ids, SizeIs(2));
  EXPECT_EQ(first.request_ids, second.request_ids);
}

TEST(RunImportTest, ADryRunUsesOtherRequestIdsAndStoresNothing) {
  FakeImporter dry, wet;

  Import(Rows(1), dry, {.dry_run = DryRun::kYes});
  Import(Rows(1), wet);

  EXPECT_NE(dry.request_ids, wet.request_ids);
  EXPECT_THAT(dry.stored, SizeIs(0));
}

TEST(RunImportTest, ARowThatCanBeSentTodayMakesAnotherRequest) {
  FakeImporter yesterday, today;
  yesterday.unresolvable = "r1";

  Import(Rows(3), yesterday);
  Import(Rows(3), today);

  EXPECT_NE(yesterday.request_ids, today.request_ids);
}

TEST(RunImportTest, AServiceThatIsAwayIsAskedAgainWithTheSameId) {
  FakeImporter importer;
  importer.failures = 2;

  const ImportReport report = Import(Rows(1), importer);

  EXPECT_TRUE(report.stopped.ok());
  EXPECT_THAT(importer.request_ids, SizeIs(3));
  EXPECT_EQ(std::set<std::string>(importer.request_ids.begin(), importer.request_ids.end()).size(), 1u);
}

TEST(RunImportTest, AnImportThatStopsGoesOnWhereItWas) {
  FakeImporter importer;
  importer.failures = 100;
  const ImportReport stopped = Import(Rows(700), importer);
  importer.failures = 0;

  const ImportReport resumed = Import(Rows(700), importer);

  EXPECT_EQ(ExitCodeOf(stopped), kTryAgain);
  EXPECT_EQ(ExitCodeOf(resumed), kDone);
  EXPECT_THAT(importer.stored, SizeIs(700));
}

TEST(RunImportTest, RowsWithoutConsentAreNoFailure) {
  ImportReport report;
  report.counts[RowOutcome::kNoConsent] = 3;
  EXPECT_EQ(ExitCodeOf(report), kDone);

  report.counts[RowOutcome::kAmbiguous] = 1;
  EXPECT_EQ(ExitCodeOf(report), kSomeRefused);
}

TEST(RunImportTest, AFileOfAnotherKindSendsNothing) {
  FakeImporter importer;
  std::istringstream file("name,city\nx,Lund\n");

  EXPECT_EQ(RunImport(file, importer, {}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(importer.request_ids, SizeIs(0));
}

}  // namespace
}  // namespace brygga::cli
