// List requests: page_size, page_token, filter and order_by into a ListQuery,
// and the token of the next page. Includes neither gRPC nor protobuf.
//
//   BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, OrganisationSchema()));
//   BRYGGA_ASSIGN_OR_RETURN(const list::Page<Organisation> page, store_.List(query, call.deadline()));
//   response.set_next_page_token(rpc::NextPageToken(request, page));
#ifndef BRYGGA_COMMON_RPC_LIST_H_
#define BRYGGA_COMMON_RPC_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/list/list_query.h"

namespace brygga::rpc {

struct ListLimits {
  int default_page_size = 50;
  int max_page_size = 1000;  // A larger page_size means this.
};

// What a list request says. `scope` is whatever else chooses the rows (parent):
// a page token holds for one scope, filter and order only.
struct ListArguments {
  int page_size = 0;
  std::string_view page_token = {};
  std::string_view filter = {};
  std::string_view order_by = {};
  std::string_view scope = {};
};

// kInvalidArgument, every wrong field at once: reason INVALID_FIELDS;
// PAGE_TOKEN_MISMATCH where the token is not one that this method gave for the
// same scope, filter and order.
absl::StatusOr<list::ListQuery> ParseList(const ListArguments& arguments, const list::Schema& schema,
                                          const ListLimits& limits = {});

// The same where `order`, what list::ParseOrder makes of arguments.order_by, is
// known: of a method that has one order.
absl::StatusOr<list::ListQuery> ParseList(const ListArguments& arguments, const list::Schema& schema,
                                          const std::vector<list::Order>& order, const ListLimits& limits = {});

// The token of the page after the one that ends with the key `next`, or "" on
// the last page. The token is opaque to callers and no secret.
std::string PageToken(const ListArguments& arguments, const std::optional<std::vector<list::Value>>& next);

// The same from a request message, with those of the five fields it has
// (`parent` is the scope).
template <typename Request>
ListArguments ListArgumentsOf(const Request& request) {
  ListArguments arguments = {.page_size = request.page_size(), .page_token = request.page_token()};
  if constexpr (requires { request.filter(); }) arguments.filter = request.filter();
  if constexpr (requires { request.order_by(); }) arguments.order_by = request.order_by();
  if constexpr (requires { request.parent(); }) arguments.scope = request.parent();
  return arguments;
}
template <typename Request>
absl::StatusOr<list::ListQuery> ParseList(const Request& request, const list::Schema& schema,
                                          const ListLimits& limits = {}) {
  return ParseList(ListArgumentsOf(request), schema, limits);
}
template <typename Request, typename T>
std::string NextPageToken(const Request& request, const list::Page<T>& page) {
  return PageToken(ListArgumentsOf(request), page.next);
}

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_LIST_H_
