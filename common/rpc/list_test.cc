#include "common/rpc/list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rpc/digest.h"
#include "common/status/error.h"
#include "common/testing/matchers.h"

namespace brygga::rpc {
namespace {

using list::FieldKind;
using list::Sortable;

const list::Schema kSchema = {{.name = "title", .sortable = Sortable::kYes},
                              {.name = "size", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
                              {.name = "note"}};

TEST(ListTest, AnEmptyRequestAsksForTheFirstPage) {
  const auto query = ParseList(ListArguments{}, kSchema);

  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->limit, 50);
  EXPECT_EQ(query->after, std::nullopt);
  EXPECT_THAT(query->order, ::testing::ElementsAre(list::Order{"id", false}));
}

TEST(ListTest, ALargePageMeansTheLargestThereIs) {
  EXPECT_EQ(ParseList(ListArguments{.page_size = 1 << 20}, kSchema)->limit, 1000);
}

TEST(ListTest, EveryWrongFieldIsNamed) {
  const auto query = ParseList(ListArguments{.page_size = -1, .filter = "colour = red", .order_by = "note"}, kSchema);

  const ErrorDetails details = DetailsOf(query.status());
  EXPECT_EQ(details.reason, "INVALID_FIELDS");
  ASSERT_EQ(details.fields.size(), 3u);
  EXPECT_EQ(details.fields[0].field, "page_size");
  EXPECT_EQ(details.fields[1].field, "filter");
  EXPECT_EQ(details.fields[2].field, "order_by");
}

class PageTokenTest : public ::testing::Test {
 protected:
  const ListArguments arguments_{.filter = "size > 3", .order_by = "size desc, title", .scope = "things/1"};
  const list::Key key_ = {int64_t{7}, std::string("Ö"), std::string("id-1")};
  const std::string token_ = PageToken(arguments_, key_);

  absl::StatusOr<list::ListQuery> With(ListArguments arguments) {
    arguments.page_token = token_;
    return ParseList(arguments, kSchema);
  }
};

TEST_F(PageTokenTest, ATokenGoesOnWhereItsPageEnded) {
  const auto query = With(arguments_);

  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->after, key_);
}

TEST_F(PageTokenTest, AnOrderThatIsKnownIsAsGoodAsItsText) {
  ListArguments arguments = arguments_;
  arguments.page_token = token_;

  const auto query = ParseList(arguments, kSchema, list::ParseOrder(arguments.order_by, kSchema).value());

  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->after, key_);
  EXPECT_EQ(query->order, With(arguments_)->order);
}

TEST_F(PageTokenTest, TheLastPageHasNone) { EXPECT_EQ(PageToken(arguments_, std::nullopt), ""); }

TEST_F(PageTokenTest, ATokenHoldsForItsScopeFilterAndOrderOnly) {
  for (const ListArguments& other :
       {ListArguments{.filter = "size > 4", .order_by = arguments_.order_by, .scope = arguments_.scope},
        ListArguments{.filter = arguments_.filter, .order_by = "size, title", .scope = arguments_.scope},
        ListArguments{.filter = arguments_.filter, .order_by = arguments_.order_by, .scope = "things/2"}}) {
    const absl::Status status = With(other).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_MISMATCH");
    EXPECT_EQ(DetailsOf(status).fields.front().field, "page_token");
  }
}

TEST_F(PageTokenTest, WhatIsNoTokenIsRefused) {
  // The token's own binding, with keys that do not fit its order.
  const std::string binding = FromBase64Url(token_)->substr(0, 19);
  for (const std::string& token :
       {std::string("x"), std::string("!!!!"), token_ + "A", token_.substr(1), ToBase64Url("{}"), ToBase64Url("[]"),
        ToBase64Url(binding + "]"), ToBase64Url(binding + ",7,\"a\"]"), ToBase64Url(binding + ",\"7\",\"a\",\"b\"]"),
        ToBase64Url(binding + ",7,8,\"b\"]"), ToBase64Url(binding + ",7.5,\"a\",\"b\"]"),
        ToBase64Url(binding + ",7,\"a\",\"b\",9]"), std::string(5000, 'A')}) {
    ListArguments arguments = arguments_;
    arguments.page_token = token;
    EXPECT_EQ(ReasonOf(ParseList(arguments, kSchema).status()), "PAGE_TOKEN_MISMATCH") << token;
  }
}

struct Request {
  int page_size() const { return 5; }
  const std::string& page_token() const { return token; }
  const std::string& parent() const { return scope; }

  std::string token;
  std::string scope = "things/1";
};

TEST_F(PageTokenTest, ARequestGivesTheFieldsItHas) {
  const Request request;

  EXPECT_EQ(ParseList(request, kSchema)->limit, 5);
  EXPECT_NE(NextPageToken(request, list::Page<int>{.next = list::Key{std::string("id-1")}}), "");
  EXPECT_EQ(NextPageToken(request, list::Page<int>{}), "");
}

}  // namespace
}  // namespace brygga::rpc
