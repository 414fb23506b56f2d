// Rows of allocations into domain objects and back into parameters.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_ROWS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_ROWS_H_

#include "common/sql/value.h"
#include "services/matching/domain/allocation.h"
#include "services/matching/store/allocation_store.h"

namespace brygga::matching {

// Without reserves and groups, which are rows of their own.
Allocation ToAllocation(const sql::Row& row);
sql::Args InsertArgs(const Allocation& allocation);
sql::Args UpdateArgs(const Allocation& allocation);

AllocationReserve ToAllocationReserve(const sql::Row& row);
GroupFigure ToGroupFigure(const sql::Row& row);

Application ToApplication(const sql::Row& row);
// What a person asks for; and what became of it.
sql::Args InsertArgs(const AllocationId& id, const Application& application);
sql::Args UpdateArgs(const AllocationId& id, const Application& application);
sql::Args ResultArgs(const AllocationId& id, const Application& application);
// What PassOver may change of it.
sql::Args BarArgs(const AllocationId& id, const Application& application);

// A row of kSelectPlacements.
Application ToPlacement(const sql::Row& row);
UnsettledSeat ToUnsettledSeat(const sql::Row& row);
Offer ToOffer(const sql::Row& row);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_ROWS_H_
