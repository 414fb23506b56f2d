// People's names, asked of participant many at a time.
#ifndef BRYGGA_SERVICES_GATEWAY_RPC_NAMES_H_
#define BRYGGA_SERVICES_GATEWAY_RPC_NAMES_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "brygga/gateway/v1/person.pb.h"
#include "common/rpc/client.h"

namespace brygga::gateway {

// Display names by participants/….
using Names = std::map<std::string, std::string>;

// The names of `people`, in as many calls at once as it takes.
absl::StatusOr<Names> FetchNames(rpc::Channel& participant, const rpc::CallOptions& options,
                                 const std::set<std::string>& people);

// The person, with a name where `names` has one.
v1::Person PersonOf(const std::string& participant, const Names& names);

}  // namespace brygga::gateway

#endif  // BRYGGA_SERVICES_GATEWAY_RPC_NAMES_H_
