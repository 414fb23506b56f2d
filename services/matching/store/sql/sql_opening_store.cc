#include "services/matching/store/sql/sql_opening_store.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/sql/feed_progress.h"
#include "common/status/macros.h"
#include "services/matching/domain/allocation_errors.h"
#include "services/matching/store/sql/opening_tables.h"

namespace brygga::matching {
namespace {

constexpr std::array<std::string_view, 5> kStates = {"DRAFT", "OPEN", "FULL", "CLOSED", "CANCELLED"};

sql::Value ToValue(const std::optional<int>& number) { return number ? sql::Value(*number) : sql::Value(); }

std::optional<int> OptionalNumber(const sql::Row& row, std::string_view column) {
  return row.IsNull(column) ? std::nullopt : std::optional(static_cast<int>(row.Int(column)));
}

OpeningFacts ToFacts(const sql::Row& row) {
  const auto state = std::find(kStates.begin(), kStates.end(), row.Text("state"));
  OpeningFacts facts{.state = static_cast<OpeningState>(state - kStates.begin()),
                     .free_seats = static_cast<int>(row.Int("free_seats")),
                     .first_day = ParseDate(row.Text("first_day")).value_or(Date()),
                     .age_min = OptionalNumber(row, "age_min"),
                     .age_max = OptionalNumber(row, "age_max"),
                     .requirements = absl::StrSplit(row.Text("requirements"), ';', absl::SkipEmpty())};
  if (const auto last = ParseDate(row.Text("last_day")); last.ok()) facts.last_day = *last;
  return facts;
}

absl::Status Write(sql::Transaction& tx, const std::string& name, const std::optional<OpeningFacts>& facts,
                   int64_t number) {
  if (!facts) return tx.Run(kMarkOpeningGone, {{"name", name}, {"reading", number}});
  return tx.Run(kUpsertOpening, {{"name", name},
                                 {"state", kStates.at(static_cast<size_t>(facts->state))},
                                 {"free_seats", facts->free_seats},
                                 {"first_day", FormatDate(facts->first_day)},
                                 {"last_day", facts->last_day ? FormatDate(*facts->last_day) : ""},
                                 {"age_min", ToValue(facts->age_min)},
                                 {"age_max", ToValue(facts->age_max)},
                                 {"requirements", absl::StrJoin(facts->requirements, ";")},
                                 {"reading", number}});
}

}  // namespace

absl::StatusOr<std::vector<std::optional<OpeningFacts>>> SqlOpeningStore::GetOpenings(
    const std::vector<std::string>& names, absl::Time deadline) {
  using Found = std::vector<std::optional<OpeningFacts>>;
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<Found> {
    Found facts;
    for (const std::string& name : names) {
      BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectOpening, {{"name", name}}));
      facts.push_back(row ? std::optional(ToFacts(*row)) : std::nullopt);
    }
    return facts;
  });
}

absl::StatusOr<std::vector<std::string>> SqlOpeningStore::ListLiveOpenings(absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, database_.Query(deadline, kSelectLiveOpenings, {}));
  std::vector<std::string> names;
  for (const sql::Row& row : rows) names.push_back(row.Text("name"));
  return names;
}

absl::StatusOr<int64_t> SqlOpeningStore::OpeningsMark(absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database_.QueryOne(deadline, kSelectOpeningReading));
  return row->Int("number");
}

absl::Status SqlOpeningStore::KeepOpenings(const Origin& origin, const OpeningsSaid& said,
                                           const std::optional<feed::Step>& step) {
  return database_.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
    if (step) BRYGGA_RETURN_IF_ERROR(sql::TakeStep(tx, *step));
    if (said.openings.empty()) return absl::OkStatus();
    BRYGGA_ASSIGN_OR_RETURN(const auto last, tx.QueryOne(kLockOpeningReading));
    const int64_t number = last->Int("number") + 1;
    for (const auto& [name, facts] : said.openings) {
      BRYGGA_ASSIGN_OR_RETURN(const auto known, tx.QueryOne(kSelectReadingOfOpening, {{"name", name}}));
      if (known && known->Int("reading") > said.mark) return OpeningsOvertaken();
      BRYGGA_RETURN_IF_ERROR(Write(tx, name, facts, number));
    }
    return tx.Run(kUpdateOpeningReading, {{"number", number}});
  });
}

absl::StatusOr<std::optional<feed::Progress>> SqlOpeningStore::GetProgress(std::string_view feed, absl::Time deadline) {
  return sql::ReadProgress(database_, feed, deadline);
}

}  // namespace brygga::matching
