// The contracts keep our promises: every method says who may call it and how it
// is reached, every field of a request is bounded, everything is explained.
//
// Reads the descriptor set that protoc makes of proto/brygga, so that a new
// file is judged without being named here.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/common/v1/options.pb.h"
#include "common/rpc/access.h"
#include "common/rpc/validator.h"
#include "google/api/annotations.pb.h"

namespace brygga {
namespace {

namespace v1 = ::brygga::common::v1;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldOptions;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorSet;
using google::protobuf::MethodDescriptor;
using google::protobuf::SourceLocation;

// What a method that changes nothing is called.
constexpr std::string_view kReads[] = {"Get",    "List",   "BatchGet", "Watch",  "Check", "Count",   "Explain",
                                       "Export", "Lookup", "Search",   "Verify", "Rank",  "Preview", "Replay"};

class ContractsTest : public ::testing::Test {
 protected:
  ContractsTest() {
    std::ifstream file(BRYGGA_DESCRIPTOR_SET, std::ios::binary);
    FileDescriptorSet set;
    EXPECT_TRUE(set.ParseFromIstream(&file)) << BRYGGA_DESCRIPTOR_SET;
    for (const auto& proto : set.file()) {
      const FileDescriptor* built = pool_.BuildFile(proto);
      if (built != nullptr && built->package().rfind("brygga.", 0) == 0) files_.push_back(built);
    }
    EXPECT_GE(files_.size(), 5u);
  }

  // Calls `visit` with every method, as it is linked, with its options.
  template <typename F>
  void ForEachMethod(F visit) const {
    for (const FileDescriptor* file : files_) {
      for (int i = 0; i < file->service_count(); ++i) {
        const auto* linked = DescriptorPool::generated_pool()->FindServiceByName(file->service(i)->full_name());
        ASSERT_NE(linked, nullptr) << file->service(i)->full_name();
        for (int j = 0; j < linked->method_count(); ++j) visit(*linked->method(j));
      }
    }
  }

  DescriptorPool pool_;
  std::vector<const FileDescriptor*> files_;
};

// Comments.

template <typename D>
void ExpectComment(const D& descriptor, std::vector<std::string>& silent) {
  SourceLocation location;
  const bool found = descriptor.GetSourceLocation(&location);
  if (!found || location.leading_comments.find_first_not_of(" \n") == std::string::npos) {
    silent.push_back(descriptor.full_name());
  }
}

void ExpectComments(const EnumDescriptor& type, std::vector<std::string>& silent) {
  ExpectComment(type, silent);
  for (int i = 0; i < type.value_count(); ++i) ExpectComment(*type.value(i), silent);
}

void ExpectComments(const Descriptor& type, std::vector<std::string>& silent) {
  ExpectComment(type, silent);
  for (int i = 0; i < type.field_count(); ++i) ExpectComment(*type.field(i), silent);
  for (int i = 0; i < type.enum_type_count(); ++i) ExpectComments(*type.enum_type(i), silent);
  for (int i = 0; i < type.nested_type_count(); ++i) {
    if (!type.nested_type(i)->options().map_entry()) ExpectComments(*type.nested_type(i), silent);
  }
}

TEST_F(ContractsTest, EverythingIsExplained) {
  std::vector<std::string> silent;
  for (const FileDescriptor* file : files_) {
    for (int i = 0; i < file->message_type_count(); ++i) ExpectComments(*file->message_type(i), silent);
    for (int i = 0; i < file->enum_type_count(); ++i) ExpectComments(*file->enum_type(i), silent);
    for (int i = 0; i < file->service_count(); ++i) {
      ExpectComment(*file->service(i), silent);
      for (int j = 0; j < file->service(i)->method_count(); ++j) ExpectComment(*file->service(i)->method(j), silent);
    }
  }
  EXPECT_THAT(silent, ::testing::IsEmpty());
}

// Methods.

TEST_F(ContractsTest, EveryMethodSaysWhoMayCallIt) {
  ForEachMethod([](const MethodDescriptor& method) {
    const auto rule = rpc::AccessRule::Of(method);
    EXPECT_TRUE(rule.ok()) << rule.status();
  });
}

TEST_F(ContractsTest, EveryMethodIsReachedOverHttp) {
  ForEachMethod([](const MethodDescriptor& method) {
    const auto& http = method.options().GetExtension(google::api::http);
    EXPECT_NE(http.pattern_case(), google::api::HttpRule::PATTERN_NOT_SET) << method.full_name();
  });
}

TEST_F(ContractsTest, NoTwoMethodsShareAnHttpRule) {
  std::set<std::string> rules;
  ForEachMethod([&](const MethodDescriptor& method) {
    auto http = method.options().GetExtension(google::api::http);
    http.clear_body();
    EXPECT_TRUE(rules.insert(http.SerializeAsString()).second) << method.full_name();
  });
}

bool IsRead(const std::string& method) {
  return std::any_of(std::begin(kReads), std::end(kReads),
                     [&](std::string_view verb) { return method.rfind(verb, 0) == 0; });
}

TEST_F(ContractsTest, EveryMutationMayBeRepeated) {
  ForEachMethod([](const MethodDescriptor& method) {
    if (IsRead(method.name())) return;
    const FieldDescriptor* id = method.input_type()->FindFieldByName("request_id");
    const bool sound = id != nullptr && id->type() == FieldDescriptor::TYPE_STRING &&
                       id->options().GetExtension(v1::required) &&
                       id->options().GetExtension(v1::format) == v1::FORMAT_UUID;
    EXPECT_TRUE(sound) << method.full_name()
                       << " is not one of the verbs that read, and has no required UUID request_id";
  });
}

// Fields of requests.

// What `field` lacks, or "".
std::string Unbounded(const FieldDescriptor& field) {
  const FieldOptions& options = field.options();
  if (options.GetExtension(v1::any_value) || options.GetExtension(v1::output_only)) return "";
  if (field.is_repeated() && !field.is_map() && !options.HasExtension(v1::max_items)) return "max_items";
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING: {
      const bool bounded =
          options.HasExtension(v1::max_len) || options.HasExtension(v1::format) || options.HasExtension(v1::resource);
      return bounded ? "" : "max_len, format, resource or any_value";
    }
    case FieldDescriptor::TYPE_BYTES:
      return options.HasExtension(v1::max_len) ? "" : "max_len or any_value";
    case FieldDescriptor::TYPE_ENUM:
      return options.GetExtension(v1::defined_only) ? "" : "defined_only or any_value";
    case FieldDescriptor::TYPE_BOOL:
    case FieldDescriptor::TYPE_MESSAGE:
      return "";
    default:
      return options.HasExtension(v1::gte) || options.HasExtension(v1::lte) ? "" : "gte, lte or any_value";
  }
}

// Judges the fields of `type` and of what it holds.
void Walk(const Descriptor& type, std::set<const Descriptor*>& seen, std::set<std::string>& unbounded) {
  if (type.file()->package().rfind("brygga.", 0) != 0 || !seen.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (const std::string lacks = Unbounded(field); !lacks.empty()) {
      unbounded.insert(absl::StrCat(field.full_name(), " needs ", lacks));
    }
    if (field.message_type() != nullptr && !field.options().GetExtension(v1::output_only)) {
      Walk(*field.message_type(), seen, unbounded);
    }
  }
}

TEST_F(ContractsTest, EveryFieldOfARequestIsBounded) {
  std::set<const Descriptor*> seen;
  std::set<std::string> unbounded;
  ForEachMethod([&](const MethodDescriptor& method) { Walk(*method.input_type(), seen, unbounded); });
  EXPECT_THAT(unbounded, ::testing::IsEmpty());
}

TEST_F(ContractsTest, EveryRuleFitsItsField) {
  // Ends the process where one does not, and says which.
  ForEachMethod([](const MethodDescriptor& method) { rpc::PrepareValidation(*method.input_type()); });
}

bool HasPath(const Descriptor& type, const std::string& path) {
  const Descriptor* at = &type;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    const FieldDescriptor* field = at == nullptr ? nullptr : at->FindFieldByName(std::string(name));
    if (field == nullptr) return false;
    at = field->message_type();
  }
  return true;
}

TEST_F(ContractsTest, TheMaskOfAnUpdateNamesFieldsOfItsResource) {
  ForEachMethod([](const MethodDescriptor& method) {
    const FieldDescriptor* mask = method.input_type()->FindFieldByName("update_mask");
    if (mask == nullptr || !mask->options().HasExtension(v1::mask_paths)) return;
    for (const absl::string_view path : absl::StrSplit(mask->options().GetExtension(v1::mask_paths), ',')) {
      bool found = path == "*";
      for (int i = 0; i < method.input_type()->field_count(); ++i) {
        const FieldDescriptor& field = *method.input_type()->field(i);
        found = found || (field.message_type() != nullptr && &field != mask &&
                          HasPath(*field.message_type(), std::string(path)));
      }
      EXPECT_TRUE(found) << method.full_name() << ": " << path;
    }
  });
}

}  // namespace
}  // namespace brygga
