#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/list/list_query.h"
#include "common/testing/matchers.h"

namespace brygga::list {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::StatusIs;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

const Schema& TestSchema() {
  static const Schema schema = {
      {.name = "name", .sortable = Sortable::kYes},
      {.name = "seats", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "open", .kind = FieldKind::kBoolean},
      {.name = "start_date", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
      {.name = "create_time", .kind = FieldKind::kTime},
      {.name = "state", .kind = FieldKind::kEnum, .enum_values = {"DRAFT", "OPEN"}},
  };
  return schema;
}

Comparison Is(std::string field, Op op, Value value, bool negated = false) {
  return {.field = std::move(field), .op = op, .value = std::move(value), .negated = negated};
}

TEST(ParseFilterTest, EachKindOfFieldTakesItsOwnValues) {
  EXPECT_THAT(ParseFilter("", TestSchema()), IsOkAndHolds(ElementsAre()));
  EXPECT_THAT(ParseFilter("name = Anna AND seats>=-3", TestSchema()),
              IsOkAndHolds(ElementsAre(Is("name", Op::kEqual, "Anna"), Is("seats", Op::kGreaterEqual, int64_t{-3}))));
  EXPECT_THAT(ParseFilter(R"(name:"a \"b\" \\ AND" AND open=true)", TestSchema()),
              IsOkAndHolds(ElementsAre(Is("name", Op::kHas, R"(a "b" \ AND)"), Is("open", Op::kEqual, int64_t{1}))));
  EXPECT_THAT(ParseFilter("NOT state = OPEN AND -start_date < 2022-10-06", TestSchema()),
              IsOkAndHolds(
                  ElementsAre(Is("state", Op::kEqual, "OPEN", true), Is("start_date", Op::kLess, "2022-10-06", true))));
  EXPECT_THAT(ParseFilter("create_time > 1970-01-01T01:00:01+01:00", TestSchema()),
              IsOkAndHolds(ElementsAre(Is("create_time", Op::kGreater, int64_t{1'000'000}))));
  EXPECT_THAT(ParseFilter("id != x", TestSchema()), IsOkAndHolds(ElementsAre(Is("id", Op::kNotEqual, "x"))));
}

TEST(ParseFilterTest, WhatIsWrongIsNamedWithWhatWouldDo) {
  struct Case {
    const char *filter, *message;
  };
  for (const Case& c : {
           Case{"nam = x", "\"nam\" at character 1 is not a field to filter by; these are: name, seats"},
           Case{"name", "expected one of = != < <= > >= : at the end"},
           Case{"name =", "expected a value at the end"},
           Case{"name = x y = z", "expected AND at character 10"},
           Case{"name = x AND", "expected a field"},
           Case{"name = x OR name = y", "expected AND at character 10, before \"OR name = y\""},
           Case{"(name = x)", "parentheses and OR are not supported at character 1"},
           Case{"name = \"x", "a quote is not closed"},
           Case{"name = \"x\\", "a quote is not closed"},
           Case{"seats = many", "\"seats\" takes a whole number at character 9, before \"many\""},
           Case{"seats = 99999999999999999999", "takes a whole number"},
           Case{"seats:1", "can be compared with = != < <= > >= only"},
           Case{"open = yes", "true or false"},
           Case{"open < true", "= and != only"},
           Case{"start_date = 2022-13-01", "a date YYYY-MM-DD"},
           Case{"create_time = yesterday", "a time such as"},
           Case{"create_time = infinite-future", "a time such as"},
           Case{"state = CLOSED", "one of DRAFT, OPEN"},
           Case{"state > DRAFT", "= and != only"},
           Case{"= x", "expected a field"},
           Case{"NOT", "expected a field"},
           Case{"name == x", "expected a value"},
           Case{"name = x;DROP", ""},
       }) {
    const auto parsed = ParseFilter(c.filter, TestSchema());
    if (*c.message == '\0') {
      EXPECT_THAT(parsed, IsOk()) << c.filter;
    } else {
      EXPECT_THAT(parsed, StatusIs(kInvalid, HasSubstr(c.message))) << c.filter;
    }
  }
}

TEST(ParseFilterTest, ThereIsABoundOnComparisons) {
  std::string filter = "name = x";
  for (int i = 1; i < kMaxComparisons; ++i) filter += " AND name = x";

  EXPECT_THAT(ParseFilter(filter, TestSchema()), IsOk());
  EXPECT_THAT(ParseFilter(filter + " AND name = x", TestSchema()), StatusIs(kInvalid, HasSubstr("at most 32")));
}

TEST(ParseFilterTest, AnyBytesGiveAnAnswer) {
  const std::string alphabet = "name=:<>!-\"\\()., ANDNOT0\xc3\xa5\xff\n\t\x01";
  uint64_t random = 1;
  for (int i = 0; i < 20000; ++i) {
    std::string filter;
    for (uint64_t length = (random >> 33) % 30; length > 0; --length) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      filter += alphabet[(random >> 33) % alphabet.size()];
    }
    random = random * 6364136223846793005u + 1442695040888963407u;
    const auto parsed = ParseFilter(filter, TestSchema());
    EXPECT_TRUE(parsed.ok() || parsed.status().code() == kInvalid) << filter;
  }
}

TEST(ParseOrderTest, EndsWithIdInTheDirectionOfTheLastField) {
  EXPECT_THAT(ParseOrder("", TestSchema()), IsOkAndHolds(ElementsAre(Order{"id", false})));
  EXPECT_THAT(ParseOrder(" start_date desc , name ", TestSchema()),
              IsOkAndHolds(ElementsAre(Order{"start_date", true}, Order{"name", false}, Order{"id", false})));
  EXPECT_THAT(ParseOrder("name desc", TestSchema()), IsOkAndHolds(ElementsAre(Order{"name", true}, Order{"id", true})));
  EXPECT_THAT(ParseOrder("id desc", TestSchema()), IsOkAndHolds(ElementsAre(Order{"id", true})));
}

TEST(ParseOrderTest, OtherFieldsAndFormsAreRefused) {
  for (const char* order : {"state", "nam", "name,name", "name sideways", "name desc asc", ",", "name,,seats"}) {
    EXPECT_THAT(ParseOrder(order, TestSchema()), StatusIs(kInvalid)) << order;
  }
}

TEST(FoldTest, LettersOfTheNeighbourhoodLoseTheirCase) {
  EXPECT_EQ(Fold("ÅÄÖ åäö Łódź Þór ÆØ Žižek ŸÉ"), "åäö åäö łódź þór æø žižek ÿé");
  EXPECT_EQ(Fold("×÷ß İı ДА 🦆"), "×÷ß İı ДА 🦆");
  EXPECT_EQ(Fold("\xc3"), "\xc3");
  EXPECT_EQ(FoldedFrom().size(), FoldedTo().size());
}

struct Item {
  std::string id;
  int64_t seats;
};

Value Get(const Item& item, std::string_view field) { return field == "id" ? Value(item.id) : Value(item.seats); }

TEST(ApplyTest, PagesJoinToTheWholeInOrder) {
  std::vector<Item> items;
  for (int i = 0; i < 10; ++i) items.push_back({std::string(1, static_cast<char>('a' + i)), i % 3});
  ListQuery query = {
      .filter = {Is("seats", Op::kNotEqual, int64_t{1})}, .order = {{"seats", true}, {"id", false}}, .limit = 3};
  std::string ids;
  int pages = 0;

  for (bool more = true; more; ++pages) {
    const Page<Item> page = Apply(items, query, &Get);
    for (const Item& item : page.items) ids += item.id;
    query.after = page.next;
    more = page.next.has_value();
  }

  EXPECT_EQ(ids, "cfiadgj");
  EXPECT_EQ(pages, 3);
}

TEST(ApplyTest, APageThatIsJustFullHasNoNext) {
  const std::vector<Item> items = {{"a", 1}, {"b", 2}};

  EXPECT_EQ(Apply(items, {.limit = 2}, &Get).next, std::nullopt);
  EXPECT_NE(Apply(items, {.limit = 1}, &Get).next, std::nullopt);
}

}  // namespace
}  // namespace brygga::list
