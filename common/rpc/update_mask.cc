#include "common/rpc/update_mask.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/field_mask_util.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/common/v1/options.pb.h"
#include "common/status/error.h"

namespace brygga::rpc {
namespace {

namespace v1 = ::brygga::common::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

bool IsCallers(const FieldDescriptor& field) {
  return !field.options().GetExtension(v1::output_only) && field.name() != "name" && field.name() != "etag" &&
         field.name() != "request_id";
}

std::set<std::string> AllPaths(const Descriptor& type) {
  std::set<std::string> paths;
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsCallers(*type.field(i))) paths.insert(type.field(i)->name());
  }
  return paths;
}

std::set<std::string> SetPaths(const Message& resource) {
  std::vector<const FieldDescriptor*> fields;
  resource.GetReflection()->ListFields(resource, &fields);
  std::set<std::string> paths;
  for (const FieldDescriptor* field : fields) {
    if (IsCallers(*field)) paths.insert(field->name());
  }
  return paths;
}

// What is wrong with `path`, or "".
std::string Problem(const Descriptor& type, const std::string& path) {
  const Descriptor* at = &type;
  bool repeated = false;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    const FieldDescriptor* field = at == nullptr || repeated ? nullptr : at->FindFieldByName(std::string(name));
    if (field == nullptr) return absl::StrCat("names no field of ", type.name());
    if (!IsCallers(*field)) return absl::StrCat("names ", std::string(name), ", which only the service sets");
    repeated = field->is_repeated();
    at = field->message_type();
  }
  return "";
}

}  // namespace

bool UpdateMask::Has(std::string_view path) const {
  for (std::string_view part = path;; part = part.substr(0, part.rfind('.'))) {
    if (paths_.contains(std::string(part))) return true;
    if (part.rfind('.') == std::string_view::npos) return false;
  }
}

absl::StatusOr<UpdateMask> ParseUpdateMask(const FieldMask& mask, const Message& resource) {
  const Descriptor& type = *resource.GetDescriptor();
  if (mask.paths().empty()) return UpdateMask(SetPaths(resource));
  if (mask.paths_size() == 1 && mask.paths(0) == "*") return UpdateMask(AllPaths(type));
  std::vector<FieldViolation> wrong;
  for (int i = 0; i < mask.paths_size() && i < 100; ++i) {
    std::string problem = Problem(type, mask.paths(i));
    if (!problem.empty()) wrong.push_back({absl::StrCat("update_mask.paths[", i, "]"), std::move(problem)});
  }
  if (!wrong.empty()) return InvalidFields(std::move(wrong));
  return UpdateMask({mask.paths().begin(), mask.paths().end()});
}

void ApplyUpdateMask(const UpdateMask& mask, const Message& from, Message* to) {
  FieldMask paths;
  for (const std::string& path : mask.paths()) paths.add_paths(path);
  google::protobuf::util::FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  // MergeMessageTo leaves scalars alone that are unset in `from`.
  for (const std::string& path : mask.paths()) {
    if (path.find('.') != std::string::npos) continue;
    to->GetReflection()->ClearField(to, to->GetDescriptor()->FindFieldByName(path));
  }
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(from, paths, options, to);
}

}  // namespace brygga::rpc
