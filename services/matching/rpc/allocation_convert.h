// Where the proto and the domain of allocations meet.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_ALLOCATION_CONVERT_H_
#define BRYGGA_SERVICES_MATCHING_RPC_ALLOCATION_CONVERT_H_

#include <string_view>

#include "brygga/matching/v1/allocation.pb.h"
#include "services/matching/domain/allocation.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

// Names that the validator has accepted.
Named<AllocationId> ToAllocationName(std::string_view name);
// Of something below an allocation, by its person.
struct ApplicationName {
  CohortKey key;
  AllocationId allocation;
  ParticipantId participant;
};
ApplicationName ToApplicationName(std::string_view name);

// Whether what became of an application is shown.
enum class Outcome { kShown, kHidden };

v1::Allocation ToProto(const Allocation& allocation);
// Without identity and everything that the service sets.
Allocation ToDomain(const v1::Allocation& allocation);
v1::Application ToProto(const Application& application, const CohortKey& key, const AllocationId& id, Outcome outcome);
// Rows of an import have not passed the validator: a name that is none becomes an
// empty id.
Application ToDomain(const v1::Application& application);
v1::ApplicationResult ToProto(const ApplicationResult& result, const CohortKey& key, const AllocationId& id,
                              bool is_stored);
v1::Placement ToPlacement(const Application& application, const CohortKey& key, const AllocationId& id);
v1::Reserve ToReserve(const Application& application, const CohortKey& key, const AllocationId& id);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_ALLOCATION_CONVERT_H_
