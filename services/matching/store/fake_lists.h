// How the stores in memory list what they keep.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_LISTS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_LISTS_H_

#include <string_view>
#include <utility>
#include <vector>

#include "common/list/list_query.h"
#include "services/matching/domain/cohort.h"

namespace brygga::matching {

// Answers `query` from `items`, whose fields ValueOf(item, field) knows.
template <typename T>
list::Page<T> PageOf(std::vector<T> items, const list::ListQuery& query) {
  return list::Apply(std::move(items), query,
                     [](const T& item, std::string_view field) { return ValueOf(item, field); });
}

// The values of `map` that are in cohort `key`.
template <typename Map>
std::vector<typename Map::mapped_type> ValuesIn(const Map& map, const CohortKey& key) {
  std::vector<typename Map::mapped_type> values;
  for (const auto& [id, value] : map) {
    if (value.cohort == key) values.push_back(value);
  }
  return values;
}

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_LISTS_H_
