#include "services/events/domain/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/events/domain/testing.h"

namespace brygga::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ImportRow CafeRow() {
  return {.event_id = "E006",
          .part_no = "1",
          .parts_total = "1",
          .attend_all_parts = "0",
          .kind = "language_cafe",
          .title_sv = "Språkcafé",
          .organiser = "organisations/o",
          .municipality_code = "0180",
          .mode = "online",
          .starts_at = "2022-09-13T17:00:00+02:00",
          .ends_at = "2022-09-13T18:30:00+02:00",
          .repeats = "weekly:10",
          .capacity = "20",
          .audience = "mentees;public",
          .language = "sv",
          .waiting_list = "1"};
}

ImportRow PartRow(const std::string& id, const std::string& part, const std::string& day) {
  ImportRow row = CafeRow();
  row.event_id = id;
  row.series_id = "S-CMA-1";
  row.part_no = part;
  row.parts_total = "2";
  row.attend_all_parts = "1";
  row.kind = "training";
  row.title_sv = "Coachning, fördjupad handledning, dag " + part;
  row.starts_at = day + "T10:00:00+02:00";
  row.ends_at = day + "T12:00:00+02:00";
  row.repeats = "";
  return row;
}

class ImportTest : public ::testing::Test {
 protected:
  ImportItem Parse(const ImportRow& row) {
    return ParseRow(row, "sample", "programmes/p", [this] { return "id-" + std::to_string(++ids_); });
  }
  std::vector<std::string> WrongColumns(const ImportRow& row) {
    std::vector<std::string> columns;
    for (const FieldViolation& problem : Parse(row).problems) columns.push_back(problem.field);
    return columns;
  }

  int ids_ = 0;
};

TEST_F(ImportTest, AWeeklyRowIsASeriesOfEventsAtTheSameLocalTime) {
  const ImportItem item = Parse(CafeRow());

  ASSERT_THAT(item.problems, IsEmpty());
  ASSERT_THAT(item.events, SizeIs(10));
  EXPECT_EQ(item.series->recurrence, Recurrence::kWeekly);
  EXPECT_EQ(item.series->external_ref->key, "E006");
  EXPECT_EQ(item.events[0].external_ref->key, "E006#1");
  EXPECT_EQ(item.events[9].external_ref->key, "E006#10");
  EXPECT_EQ(item.events[9].sessions.front().local_start, absl::CivilSecond(2022, 11, 15, 17, 0, 0));
}

TEST_F(ImportTest, ADailyCourseIsOneEventWithASessionADay) {
  ImportRow row = CafeRow();
  row.kind = "course";
  row.repeats = "daily:5";

  const ImportItem item = Parse(row);

  ASSERT_THAT(item.events, SizeIs(1));
  ASSERT_THAT(item.events[0].sessions, SizeIs(5));
  EXPECT_EQ(item.events[0].sessions[4].part, 5);
  EXPECT_EQ(item.events[0].sessions[4].local_start, absl::CivilSecond(2022, 9, 17, 17, 0, 0));
  EXPECT_EQ(item.series, std::nullopt);
}

TEST_F(ImportTest, PartsThatAreAllAttendedBecomeOneCourse) {
  const ImportItem first = Parse(PartRow("E001", "1", "2022-10-06"));
  const ImportItem second = Parse(PartRow("E002", "2", "2022-10-20"));

  const ImportPlan begun = PlanRow(first, {.events = {std::nullopt}}, PublishImported::kYes, kNow);
  ASSERT_THAT(begun.create, SizeIs(1));
  EXPECT_EQ(begun.create[0].title_sv, "Coachning, fördjupad handledning");
  EXPECT_EQ(begun.create[0].state, EventState::kTentative);

  const ImportPlan whole = PlanRow(second, {.events = {begun.create[0]}}, PublishImported::kYes, kNow);
  ASSERT_TRUE(whole.update);
  EXPECT_EQ(whole.result.outcome, ImportOutcome::kCreated);
  EXPECT_EQ(whole.update->state, EventState::kPublished);
  EXPECT_THAT(whole.update->sessions, SizeIs(2));
  EXPECT_EQ(whole.update->sessions[1].start, Utc(2022, 10, 20, 8));
}

TEST_F(ImportTest, PartsMayComeInAnyOrderButNotOverlap) {
  const ImportItem second = Parse(PartRow("E002", "2", "2022-10-20"));
  const Event known = PlanRow(second, {.events = {std::nullopt}}, PublishImported::kNo, kNow).create[0];

  EXPECT_TRUE(
      PlanRow(Parse(PartRow("E001", "1", "2022-10-06")), {.events = {known}}, PublishImported::kNo, kNow).update);
  const ImportPlan late =
      PlanRow(Parse(PartRow("E001", "1", "2022-10-21")), {.events = {known}}, PublishImported::kNo, kNow);
  EXPECT_EQ(late.result.outcome, ImportOutcome::kRefused);
  EXPECT_EQ(late.result.problems.front().field, "starts_at");
}

TEST_F(ImportTest, TheSameRowAgainChangesNothingAndAnotherIsRefusedByColumn) {
  ImportRow row = CafeRow();
  row.repeats = "";
  const Event known = PlanRow(Parse(row), {.events = {std::nullopt}}, PublishImported::kYes, kNow).create[0];

  const ImportPlan again = PlanRow(Parse(row), {.events = {known}}, PublishImported::kYes, kNow);
  EXPECT_EQ(again.result.outcome, ImportOutcome::kUnchanged);
  EXPECT_THAT(again.result.events, ElementsAre(known.id));
  EXPECT_THAT(again.create, IsEmpty());

  row.capacity = "21";
  row.venue = "Biblioteket";
  const ImportPlan other = PlanRow(Parse(row), {.events = {known}}, PublishImported::kYes, kNow);
  EXPECT_EQ(other.result.outcome, ImportOutcome::kRefused);
  ASSERT_THAT(other.result.problems, SizeIs(2));
  EXPECT_EQ(other.result.problems[0].field, "venue");
  EXPECT_EQ(other.result.problems[1].field, "capacity");
}

TEST_F(ImportTest, EveryWrongColumnOfARowIsNamed) {
  const ImportRow row = {.event_id = "",
                         .part_no = "3",
                         .parts_total = "2",
                         .attend_all_parts = "1",
                         .kind = "party",
                         .title_sv = "",
                         .organiser = "P0017",
                         .municipality_code = "18",
                         .mode = "radio",
                         .starts_at = "2022-10-30T10:00:00+02:00",
                         .ends_at = "soon",
                         .repeats = "monthly:3",
                         .capacity = "many",
                         .pairs = "-1",
                         .age_min = "old",
                         .audience = "cats",
                         .language = "Swedish",
                         .registration_closes = "2022-13-01",
                         .waiting_list = "yes"};

  EXPECT_THAT(WrongColumns(row),
              ElementsAre("event_id", "kind", "title_sv", "organiser", "municipality_code", "mode", "capacity", "pairs",
                          "age_min", "audience", "language", "registration_closes", "waiting_list", "starts_at",
                          "ends_at", "repeats", "part_no", "series_id"));
}

TEST_F(ImportTest, TheOffsetIsThatOfStockholmAtThatTime) {
  ImportRow row = CafeRow();
  row.starts_at = "2022-09-13T17:00:00+01:00";
  const ImportItem item = Parse(row);

  ASSERT_THAT(item.problems, SizeIs(1));
  EXPECT_EQ(item.problems[0].field, "starts_at");
  EXPECT_THAT(item.problems[0].description, ::testing::HasSubstr("+02:00"));
  row.starts_at = "2022-09-13T17:00:00";
  EXPECT_THAT(WrongColumns(row), IsEmpty());
  row.starts_at = "2022-09-13T17:00:00Z";
  EXPECT_THAT(WrongColumns(row), ElementsAre("starts_at"));
}

TEST_F(ImportTest, WhatTheColumnsSayTogetherIsJudgedToo) {
  ImportRow row = CafeRow();
  row.ends_at = "2022-09-13T16:00:00+02:00";
  row.age_min = "30";
  row.age_max = "20";

  EXPECT_THAT(WrongColumns(row), ElementsAre("ends_at", "age_max"));
}

}  // namespace
}  // namespace brygga::events
