// Checks messages against the field options of brygga/common/v1/options.proto.
// Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_VALIDATOR_H_
#define BRYGGA_COMMON_RPC_VALIDATOR_H_

#include <vector>

#include "common/status/error.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace brygga::rpc {

// What is known of the fields of one type. Immutable; lives as long as the process.
struct TypeRules;

// Every wrong field of `message`, with what would be right; empty where all is
// well. The rules of a type are compiled when it is first seen. Fields that are
// (output_only) are not looked at, and messages marked (any_value) are not
// entered. In a message with a non-empty `update_mask`, the fields of its
// resource that the mask leaves out are not looked at. Values are never repeated in what is returned: they may be
// personal. At most 100 are named. Safe for concurrent use.
std::vector<FieldViolation> Validate(const google::protobuf::Message& message);
// The same of a message of the type that `rules` are of.
std::vector<FieldViolation> Validate(const TypeRules& rules, const google::protobuf::Message& message);

// Compiles the rules of `type` and those it reaches, so that no call pays, and
// gives them.
//
// Ends the process where an option does not fit its field: a bug in a proto.
const TypeRules& PrepareValidation(const google::protobuf::Descriptor& type);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_VALIDATOR_H_
