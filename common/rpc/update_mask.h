// Update masks (AIP-134, AIP-161). Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_UPDATE_MASK_H_
#define BRYGGA_COMMON_RPC_UPDATE_MASK_H_

#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace google::protobuf {
class FieldMask;
class Message;
}  // namespace google::protobuf

namespace brygga::rpc {

// The top-level or dotted paths that an update changes. Immutable.
class UpdateMask {
 public:
  explicit UpdateMask(std::set<std::string> paths) : paths_(std::move(paths)) {}

  // True where `path`, or what it lies under, is changed.
  bool Has(std::string_view path) const;
  const std::set<std::string>& paths() const { return paths_; }

 private:
  std::set<std::string> paths_;
};

// The mask of an update to `resource`: its paths; every field that is set where
// it is empty; every field where it is "*". Never name, etag, request_id or a
// field that is (output_only).
//
// kInvalidArgument, INVALID_FIELDS on `update_mask`: a path that does not exist
// or that only the service sets; all of them named.
absl::StatusOr<UpdateMask> ParseUpdateMask(const google::protobuf::FieldMask& mask,
                                           const google::protobuf::Message& resource);

// Copies what `mask` names from `from` to `to`, a message of the same type:
// fields that are unset in `from` become unset, lists are replaced.
void ApplyUpdateMask(const UpdateMask& mask, const google::protobuf::Message& from, google::protobuf::Message* to);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_UPDATE_MASK_H_
