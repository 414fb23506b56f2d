// A person as a row of `people` or `round_people`.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_COLUMNS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_COLUMNS_H_

#include <string_view>

#include "common/sql/value.h"
#include "services/matching/domain/cohort.h"

namespace brygga::matching {

// One parameter for each of kPeopleColumns (statements.h).
sql::Args PersonArgs(const Person& person);
Person ToPerson(const sql::Row& row);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_COLUMNS_H_
