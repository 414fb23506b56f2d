#include "common/rpc/call.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>

#include "common/rpc/digest.h"

namespace brygga::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FieldOf(const Message& message, const char* name, FieldDescriptor::Type type) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && field->type() == type && !field->is_repeated() ? field : nullptr;
}

// The digest of `request` as if it had no `request_id`.
std::string DigestWithout(const Message& request, const FieldDescriptor* request_id) {
  const std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  copy->GetReflection()->ClearField(copy.get(), request_id);
  return Sha256Hex(SerialiseDeterministically(*copy));
}

}  // namespace

Origin Call::MakeOrigin() const {
  Origin origin{.actor = state_.caller.subject, .method = std::string(state_.method), .deadline = state_.deadline};
  if (state_.request == nullptr) return origin;
  const Message& request = *state_.request;
  if (const auto* field = FieldOf(request, "validate_only", FieldDescriptor::TYPE_BOOL)) {
    origin.validate_only = request.GetReflection()->GetBool(request, field);
  }
  if (const auto* field = FieldOf(request, "request_id", FieldDescriptor::TYPE_STRING)) {
    origin.request_id = request.GetReflection()->GetString(request, field);
    if (!origin.request_id.empty()) origin.request_digest = DigestWithout(request, field);
  }
  return origin;
}

}  // namespace brygga::rpc
