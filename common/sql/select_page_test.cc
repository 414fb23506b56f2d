// SQL and Apply give the same pages for whatever a caller may ask.
#include "common/sql/select_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"

namespace brygga::sql {
namespace {

using list::Comparison;
using list::FieldKind;
using list::ListQuery;
using list::Op;
using list::Sortable;
using testing::IsOk;

constexpr Migration kMigrations[] = {{1, R"sql(
CREATE TABLE cohorts (
  id TEXT PRIMARY KEY,
  programme TEXT NOT NULL,
  name TEXT NOT NULL,
  seats BIGINT NOT NULL,
  open BIGINT NOT NULL,
  start_date TEXT,
  created_at_us BIGINT NOT NULL,
  state TEXT NOT NULL
);
)sql"}};

const list::Schema& CohortSchema() {
  static const list::Schema schema = {
      {.name = "name", .sortable = Sortable::kYes},
      {.name = "seats", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "open", .kind = FieldKind::kBoolean, .sortable = Sortable::kYes},
      {.name = "start_date", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
      {.name = "create_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
      {.name = "state", .kind = FieldKind::kEnum, .enum_values = {"DRAFT", "OPEN"}},
  };
  return schema;
}

const Columns& CohortColumns() {
  static const Columns columns = {{"create_time", "created_at_us"}, {"start_date", "COALESCE(start_date, '')"}};
  return columns;
}

struct Cohort {
  std::string id, programme, name;
  int64_t seats, open;
  std::string start_date;
  int64_t created_at_us;
  std::string state;
};

list::Value Get(const Cohort& cohort, std::string_view field) {
  if (field == "name") return cohort.name;
  if (field == "seats") return cohort.seats;
  if (field == "open") return cohort.open;
  if (field == "start_date") return cohort.start_date;
  if (field == "create_time") return cohort.created_at_us;
  if (field == "state") return cohort.state;
  return cohort.id;
}

// Draws from small sets, so that ties and matches are common. A fixed seed: a
// failure can be looked at.
class Draw {
 public:
  template <typename T>
  T Of(std::initializer_list<T> values) {
    return *(values.begin() + std::uniform_int_distribution<size_t>(0, values.size() - 1)(random_));
  }
  int Below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

  std::string Name() {
    return Of<const char*>(
        {"Åsa", "åsa", "Anna", "anna", "Zoë", "Ädla", "Örjan", "a_b", "a%b", "", "it's", "ÀÉ", "z z"});
  }
  std::string Date() { return Of<const char*>({"2022-01-01", "2022-10-06", "2023-05-31"}); }

  list::Value ValueOf(const list::Field& field) {
    switch (field.kind) {
      case FieldKind::kText:
        return Name();
      case FieldKind::kInteger:
        return int64_t{Below(5)};
      case FieldKind::kBoolean:
        return int64_t{Below(2)};
      case FieldKind::kDate:
        return Date();
      case FieldKind::kTime:
        return int64_t{Below(4)} * 1'000'000;
      case FieldKind::kEnum:
        return field.enum_values[static_cast<size_t>(Below(2))];
    }
    return "";
  }

  Comparison OneComparison() {
    const list::Field& field = CohortSchema()[static_cast<size_t>(Below(static_cast<int>(CohortSchema().size())))];
    const bool unordered = field.kind == FieldKind::kEnum || field.kind == FieldKind::kBoolean;
    Op op = unordered ? Of({Op::kEqual, Op::kNotEqual})
                      : Of({Op::kEqual, Op::kNotEqual, Op::kLess, Op::kLessEqual, Op::kGreater, Op::kGreaterEqual});
    if (field.kind == FieldKind::kText && Below(3) == 0) op = Op::kHas;
    return {.field = field.name, .op = op, .value = ValueOf(field), .negated = Below(3) == 0};
  }

  ListQuery Query() {
    ListQuery query = {.order = {}, .limit = 1 + Below(20)};
    for (int i = Below(3); i > 0; --i) query.filter.push_back(OneComparison());
    for (const char* field : {"name", "seats", "open", "start_date", "create_time"}) {
      if (Below(4) == 0) query.order.push_back({field, Below(2) == 0});
    }
    query.order.push_back({"id", Below(2) == 0});
    return query;
  }

 private:
  std::mt19937 random_{20221006};
};

class SelectPageTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  void Insert(const Cohort& c) {
    const Origin origin = {.actor = "test", .method = "test"};
    ASSERT_THAT(database_.Write(origin,
                                [&](Transaction& tx) {
                                  return tx.Run(
                                      "INSERT INTO cohorts VALUES (:id, :programme, :name, :seats, :open, :start, "
                                      ":created, :state)",
                                      {{"id", c.id},
                                       {"programme", c.programme},
                                       {"name", c.name},
                                       {"seats", c.seats},
                                       {"open", c.open},
                                       {"start", c.start_date.empty() ? Value() : Value(c.start_date)},
                                       {"created", c.created_at_us},
                                       {"state", c.state}});
                                }),
                IsOk());
  }

  list::Page<std::string> Select(const ListQuery& query, const std::string& programme) {
    auto page = database_.Read(absl::Now() + absl::Seconds(20), [&](Reader& reader) {
      return SelectPage<std::string>(reader, "SELECT * FROM cohorts WHERE programme = :programme",
                                     {{"programme", programme}}, query, CohortSchema(), CohortColumns(),
                                     [](const Row& row) { return row.Text("id"); });
    });
    EXPECT_THAT(page, IsOk());
    return page.ok() ? *std::move(page) : list::Page<std::string>();
  }

  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kMigrations});
  Database& database_ = ground_->database();
};

std::vector<std::string> IdsOf(const std::vector<Cohort>& cohorts) {
  std::vector<std::string> ids;
  for (const Cohort& cohort : cohorts) ids.push_back(cohort.id);
  return ids;
}

TEST_P(SelectPageTest, AgreesWithApplyOnRandomQueries) {
  Draw draw;
  std::vector<Cohort> cohorts;
  for (int i = 0; i < 60; ++i) {
    cohorts.push_back({.id = absl::StrCat("c", i),
                       .programme = "p",
                       .name = draw.Name(),
                       .seats = draw.Below(5),
                       .open = draw.Below(2),
                       .start_date = draw.Below(4) == 0 ? "" : draw.Date(),
                       .created_at_us = draw.Below(4) * 1'000'000,
                       .state = draw.Of<const char*>({"DRAFT", "OPEN"})});
    Insert(cohorts.back());
  }
  Insert({.id = "other", .programme = "q", .name = "Åsa", .seats = 1, .open = 1, .created_at_us = 0, .state = "OPEN"});

  size_t seen = 0;
  for (int i = 0; i < 300; ++i) {
    ListQuery query = draw.Query();
    for (bool more = true; more;) {
      const list::Page<Cohort> expected = list::Apply(cohorts, query, &Get);
      const list::Page<std::string> actual = Select(query, "p");
      ASSERT_EQ(actual.items, IdsOf(expected.items)) << "query " << i;
      ASSERT_EQ(actual.next, expected.next) << "query " << i;
      seen += actual.items.size();
      query.after = expected.next;
      more = expected.next.has_value();
    }
  }
  EXPECT_GT(seen, 1000u);  // The queries were not all empty.
}

TEST_P(SelectPageTest, SwedishNamesAreFoundIgnoringCase) {
  Insert(
      {.id = "c", .programme = "p", .name = "ÅKERÖ Łódź", .seats = 1, .open = 1, .created_at_us = 0, .state = "OPEN"});

  for (const char* part : {"åkerö", "ÅkErÖ", "łÓ", "ö ł"}) {
    const ListQuery query = {.filter = {{.field = "name", .op = Op::kHas, .value = part}}};
    EXPECT_EQ(Select(query, "p").items.size(), 1u) << part;
  }
}

INSTANTIATE_TEST_SUITE_P(Sqlite, SelectPageTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, SelectPageTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::sql
