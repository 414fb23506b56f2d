// A list query as SQL: filter, order and keyset over any SELECT.
#ifndef BRYGGA_COMMON_SQL_SELECT_PAGE_H_
#define BRYGGA_COMMON_SQL_SELECT_PAGE_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/list/list_query.h"
#include "common/sql/transaction.h"
#include "common/status/macros.h"

namespace brygga::sql {

// Where the fields of a schema are found: for each an expression over the
// columns that the base SELECT gives out, by default the column of the field's
// own name (a column that holds a time ends in _us, so times are always named
// here). The expression must not be NULL: {"end_date", "COALESCE(end_date, '')"}.
using Columns = std::map<std::string, std::string, std::less<>>;

// One page of `base_sql`, a whole SELECT with parameters `args`, that has a
// column "id": the rows that satisfy the filter, after the given key, in order.
//
//   return SelectPage<Cohort>(reader, kSelectCohorts, {{"programme", id}}, query, kCohortSchema,
//                             {{"create_time", "created_at_us"}}, &ToCohort);
//
// Parameters that begin with "page_" are this function's own.
absl::StatusOr<list::Page<Row>> SelectRows(Reader& reader, std::string_view base_sql, Args args,
                                           const list::ListQuery& query, const list::Schema& schema,
                                           const Columns& columns = {});

template <typename T, typename F>
absl::StatusOr<list::Page<T>> SelectPage(Reader& reader, std::string_view base_sql, Args args,
                                         const list::ListQuery& query, const list::Schema& schema,
                                         const Columns& columns, F to_item) {
  BRYGGA_ASSIGN_OR_RETURN(list::Page<Row> rows, SelectRows(reader, base_sql, std::move(args), query, schema, columns));
  list::Page<T> page{.next = std::move(rows.next)};
  page.items.reserve(rows.items.size());
  for (const Row& row : rows.items) page.items.push_back(to_item(row));
  return page;
}

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_SELECT_PAGE_H_
