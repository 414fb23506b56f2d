#include "common/rpc/validator.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/common/v1/options.pb.h"
#include "common/ids/resource_name.h"
#include "common/rpc/formats.h"
#include "common/status/check.h"

namespace brygga::rpc {
namespace {

namespace v1 = ::brygga::common::v1;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::FieldOptions;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaxViolations = 100;

enum class Known { kNone, kTimestamp, kDate, kTimeOfDay, kFieldMask };

// The rules of one field, read once from its options.
struct FieldRules {
  const FieldDescriptor* field = nullptr;
  bool required = false;
  bool defined_only = false;
  bool unique_items = false;
  uint32_t min_len = 0;
  uint32_t max_len = 0;
  uint32_t min_items = 0;
  uint32_t max_items = 0;
  v1::Format format = v1::FORMAT_UNSPECIFIED;
  std::vector<std::string> resources;
  std::string resource_help;
  std::optional<int64_t> gte;
  std::optional<int64_t> lte;
  std::set<std::string, std::less<>> mask_paths;
  std::string mask_help;
  Known known = Known::kNone;
  const TypeRules* nested = nullptr;  // The message to enter.
};

}  // namespace

struct TypeRules {
  std::vector<FieldRules> fields;
};

namespace {

// Where the walk stands, and what it has found.
class Findings {
 public:
  void Push(std::string_view name) { path_.emplace_back(name); }
  void Pop() { path_.pop_back(); }
  void PushIndex(std::string_view name, int index) {
    path_.push_back(absl::StrCat(std::string(name), "[", index, "]"));
  }
  bool full() const { return violations_.size() >= kMaxViolations; }

  void Add(std::string_view name, int index, std::string description) {
    if (full()) return;
    std::string path;
    for (const std::string& part : path_) absl::StrAppend(&path, part, ".");
    absl::StrAppend(&path, std::string(name));
    if (index >= 0) absl::StrAppend(&path, "[", index, "]");
    violations_.push_back({std::move(path), std::move(description)});
  }

  std::vector<FieldViolation> Take() { return std::move(violations_); }

 private:
  std::vector<std::string> path_;
  std::vector<FieldViolation> violations_;
};

size_t CodePoints(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

[[noreturn]] void Misfit(const FieldDescriptor& field, const char* option) {
  std::fprintf(stderr, "%s: option (%s) does not fit its type\n", field.full_name().c_str(), option);
  std::abort();
}

// Texts.

void CheckText(const FieldRules& rules, const std::string& text, int index, Findings& out) {
  const std::string& name = rules.field->name();
  if (text.empty()) {
    if (index >= 0) out.Add(name, index, "is empty; leave it out or fill it in");
    return;
  }
  const bool is_bytes = rules.field->type() == FieldDescriptor::TYPE_BYTES;
  // A character takes one byte to four: mostly there is nothing to count.
  const bool fits = text.size() >= 4 * size_t{rules.min_len} && (rules.max_len == 0 || text.size() <= rules.max_len);
  if (!fits) {
    const size_t length = is_bytes ? text.size() : CodePoints(text);
    const char* unit = is_bytes ? " bytes" : " characters";
    if (length < rules.min_len) {
      return out.Add(name, index, absl::StrCat("has ", length, unit, "; at least ", rules.min_len, " are needed"));
    }
    if (rules.max_len != 0 && length > rules.max_len) {
      return out.Add(name, index, absl::StrCat("has ", length, unit, "; at most ", rules.max_len, " are allowed"));
    }
  }
  if (rules.format != v1::FORMAT_UNSPECIFIED && !HasFormat(text, rules.format)) {
    return out.Add(name, index, std::string(FormatHelp(rules.format)));
  }
  if (rules.resources.empty()) return;
  for (const std::string& pattern : rules.resources) {
    if (MatchesResourceName(pattern, text)) return;
  }
  out.Add(name, index, rules.resource_help);
}

// Numbers.

template <typename Number>
void CheckNumber(const FieldRules& rules, Number value, int index, Findings& out) {
  const std::string& name = rules.field->name();
  const bool below = rules.gte && !(static_cast<long double>(value) >= static_cast<long double>(*rules.gte));
  const bool above = rules.lte && !(static_cast<long double>(value) <= static_cast<long double>(*rules.lte));
  if (!below && !above) return;
  if (rules.gte && rules.lte) {
    out.Add(name, index, absl::StrCat("must be between ", *rules.gte, " and ", *rules.lte));
  } else if (rules.gte) {
    out.Add(name, index, absl::StrCat("must be at least ", *rules.gte));
  } else {
    out.Add(name, index, absl::StrCat("must be at most ", *rules.lte));
  }
}

void CheckEnum(const FieldRules& rules, int number, int index, Findings& out) {
  const EnumDescriptor& type = *rules.field->enum_type();
  const bool unspecified = number == 0;
  if (type.FindValueByNumber(number) != nullptr && !(unspecified && index >= 0)) return;
  if (!rules.defined_only && !unspecified) return;
  std::string words;
  for (int i = 0; i < type.value_count() && i < 20; ++i) {
    if (type.value(i)->number() != 0) absl::StrAppend(&words, words.empty() ? "" : ", ", type.value(i)->name());
  }
  out.Add(rules.field->name(), index, absl::StrCat("must be one of ", words));
}

// Messages.

void CheckMessage(const TypeRules& rules, const Message& message, Findings& out);

int64_t IntOf(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT64 ? message.GetReflection()->GetInt64(message, field)
                                                             : message.GetReflection()->GetInt32(message, field);
}

bool IsTimestamp(const Message& message) {
  const int64_t seconds = IntOf(message, "seconds"), nanos = IntOf(message, "nanos");
  return seconds >= -62135596800 && seconds <= 253402300799 && nanos >= 0 && nanos <= 999999999;
}

bool IsDate(const Message& message) {
  const int64_t year = IntOf(message, "year"), month = IntOf(message, "month"), day = IntOf(message, "day");
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool IsTimeOfDay(const Message& message) {
  const int64_t hours = IntOf(message, "hours"), minutes = IntOf(message, "minutes"),
                seconds = IntOf(message, "seconds");
  return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60;
}

void CheckMask(const FieldRules& rules, const Message& mask, Findings& out) {
  if (rules.mask_paths.empty()) return;
  const FieldDescriptor* paths = mask.GetDescriptor()->FindFieldByName("paths");
  const Reflection& reflection = *mask.GetReflection();
  for (int i = 0; i < reflection.FieldSize(mask, paths) && !out.full(); ++i) {
    std::string scratch;
    const std::string& path = reflection.GetRepeatedStringReference(mask, paths, i, &scratch);
    if (!rules.mask_paths.contains(path)) {
      out.Add(absl::StrCat(rules.field->name(), ".paths"), i, rules.mask_help);
    }
  }
}

void CheckOneMessage(const FieldRules& rules, const Message& message, int index, Findings& out) {
  const std::string& name = rules.field->name();
  switch (rules.known) {
    case Known::kTimestamp:
      if (!IsTimestamp(message)) out.Add(name, index, "must be an instant between years 1 and 9999");
      return;
    case Known::kDate:
      if (!IsDate(message)) out.Add(name, index, "must be a whole date that exists: year, month and day");
      return;
    case Known::kTimeOfDay:
      if (!IsTimeOfDay(message)) out.Add(name, index, "must be a time of day between 00:00:00 and 23:59:59");
      return;
    case Known::kFieldMask:
      return CheckMask(rules, message, out);
    case Known::kNone:
      break;
  }
  if (rules.nested == nullptr) return;
  index >= 0 ? out.PushIndex(name, index) : out.Push(name);
  CheckMessage(*rules.nested, message, out);
  out.Pop();
}

// Fields.

void CheckSingular(const FieldRules& rules, const Message& message, Findings& out) {
  const FieldDescriptor& field = *rules.field;
  const Reflection& reflection = *message.GetReflection();
  const bool set = reflection.HasField(message, &field);
  if (!set) {
    if (rules.required) out.Add(field.name(), -1, "is required");
    return;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string scratch;
      const std::string& text = reflection.GetStringReference(message, &field, &scratch);
      if (text.empty() && rules.required) return out.Add(field.name(), -1, "is required");
      return CheckText(rules, text, -1, out);
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return CheckNumber(rules, reflection.GetInt32(message, &field), -1, out);
    case FieldDescriptor::CPPTYPE_INT64:
      return CheckNumber(rules, reflection.GetInt64(message, &field), -1, out);
    case FieldDescriptor::CPPTYPE_UINT32:
      return CheckNumber(rules, reflection.GetUInt32(message, &field), -1, out);
    case FieldDescriptor::CPPTYPE_UINT64:
      return CheckNumber(rules, reflection.GetUInt64(message, &field), -1, out);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return CheckNumber(rules, reflection.GetFloat(message, &field), -1, out);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return CheckNumber(rules, reflection.GetDouble(message, &field), -1, out);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = reflection.GetEnumValue(message, &field);
      if (number == 0 && rules.required) return out.Add(field.name(), -1, "is required");
      return CheckEnum(rules, number, -1, out);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return CheckOneMessage(rules, reflection.GetMessage(message, &field), -1, out);
    case FieldDescriptor::CPPTYPE_BOOL:
      return;
  }
}

void CheckElement(const FieldRules& rules, const Message& message, int i, Findings& out) {
  const FieldDescriptor& field = *rules.field;
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string scratch;
      return CheckText(rules, reflection.GetRepeatedStringReference(message, &field, i, &scratch), i, out);
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return CheckNumber(rules, reflection.GetRepeatedInt32(message, &field, i), i, out);
    case FieldDescriptor::CPPTYPE_INT64:
      return CheckNumber(rules, reflection.GetRepeatedInt64(message, &field, i), i, out);
    case FieldDescriptor::CPPTYPE_UINT32:
      return CheckNumber(rules, reflection.GetRepeatedUInt32(message, &field, i), i, out);
    case FieldDescriptor::CPPTYPE_UINT64:
      return CheckNumber(rules, reflection.GetRepeatedUInt64(message, &field, i), i, out);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return CheckNumber(rules, reflection.GetRepeatedFloat(message, &field, i), i, out);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return CheckNumber(rules, reflection.GetRepeatedDouble(message, &field, i), i, out);
    case FieldDescriptor::CPPTYPE_ENUM:
      return CheckEnum(rules, reflection.GetRepeatedEnumValue(message, &field, i), i, out);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return CheckOneMessage(rules, reflection.GetRepeatedMessage(message, &field, i), i, out);
    case FieldDescriptor::CPPTYPE_BOOL:
      return;
  }
}

// Element `i` as bytes that are equal where the elements are.
std::string KeyOf(const FieldDescriptor& field, const Message& message, int i) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetRepeatedString(message, &field, i);
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat(reflection.GetRepeatedEnumValue(message, &field, i));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reflection.GetRepeatedMessage(message, &field, i).SerializeAsString();
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetRepeatedInt32(message, &field, i));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetRepeatedInt64(message, &field, i));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection.GetRepeatedUInt32(message, &field, i));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection.GetRepeatedUInt64(message, &field, i));
    default:
      Misfit(field, "unique_items");
  }
}

void CheckUnique(const FieldRules& rules, const Message& message, int size, Findings& out) {
  std::map<std::string, int> seen;
  for (int i = 0; i < size; ++i) {
    const auto [first, is_new] = seen.emplace(KeyOf(*rules.field, message, i), i);
    if (!is_new) out.Add(rules.field->name(), i, absl::StrCat("repeats element ", first->second));
  }
}

void CheckRepeated(const FieldRules& rules, const Message& message, Findings& out) {
  const FieldDescriptor& field = *rules.field;
  const int size = message.GetReflection()->FieldSize(message, &field);
  if (size == 0) {
    if (rules.required) out.Add(field.name(), -1, "is required; give at least one");
    return;
  }
  if (static_cast<uint32_t>(size) < rules.min_items) {
    out.Add(field.name(), -1, absl::StrCat("has ", size, " elements; at least ", rules.min_items, " are needed"));
  }
  if (rules.max_items != 0 && static_cast<uint32_t>(size) > rules.max_items) {
    return out.Add(field.name(), -1,
                   absl::StrCat("has ", size, " elements; at most ", rules.max_items, " are allowed"));
  }
  if (rules.unique_items) CheckUnique(rules, message, size, out);
  for (int i = 0; i < size && !out.full(); ++i) CheckElement(rules, message, i, out);
}

void CheckMessage(const TypeRules& rules, const Message& message, Findings& out) {
  for (const FieldRules& field : rules.fields) {
    if (out.full()) return;
    field.field->is_repeated() ? CheckRepeated(field, message, out) : CheckSingular(field, message, out);
  }
}

// Compiling.

Known KnownType(const Descriptor* type) {
  if (type == nullptr) return Known::kNone;
  const std::string& name = type->full_name();
  if (name == "google.protobuf.Timestamp") return Known::kTimestamp;
  if (name == "google.type.Date") return Known::kDate;
  if (name == "google.type.TimeOfDay") return Known::kTimeOfDay;
  if (name == "google.protobuf.FieldMask") return Known::kFieldMask;
  return Known::kNone;
}

bool IsNumber(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_MESSAGE:
    case FieldDescriptor::CPPTYPE_BOOL:
      return false;
    default:
      return true;
  }
}

void CheckOptionsFit(const FieldDescriptor& field, const FieldOptions& options) {
  const bool is_text = field.type() == FieldDescriptor::TYPE_STRING;
  const bool is_textual = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  if (!is_textual && (options.HasExtension(v1::min_len) || options.HasExtension(v1::max_len))) Misfit(field, "max_len");
  if (!is_text && options.HasExtension(v1::format)) Misfit(field, "format");
  if (!is_text && options.HasExtension(v1::resource)) Misfit(field, "resource");
  if (!IsNumber(field) && (options.HasExtension(v1::gte) || options.HasExtension(v1::lte))) Misfit(field, "gte, lte");
  if (!field.is_repeated() && (options.HasExtension(v1::min_items) || options.HasExtension(v1::max_items) ||
                               options.HasExtension(v1::unique_items))) {
    Misfit(field, "max_items");
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM && options.HasExtension(v1::defined_only)) {
    Misfit(field, "defined_only");
  }
  if (KnownType(field.message_type()) != Known::kFieldMask && options.HasExtension(v1::mask_paths)) {
    Misfit(field, "mask_paths");
  }
}

// All the rules of the process. Safe for concurrent use: types are compiled
// under the lock and never change after.
class Compiler {
 public:
  const TypeRules& RulesOf(const Descriptor& type) {
    {
      const std::shared_lock lock(mutex_);
      if (const auto known = rules_.find(&type); known != rules_.end()) return *known->second;
    }
    const std::unique_lock lock(mutex_);
    return Compile(type);
  }

 private:
  const TypeRules& Compile(const Descriptor& type) {
    auto& rules = rules_[&type];
    if (rules != nullptr) return *rules;
    rules = std::make_unique<TypeRules>();
    TypeRules* const compiled = rules.get();  // Stays put; the map may move its entry.
    for (int i = 0; i < type.field_count(); ++i) CompileField(*type.field(i), compiled);
    return *compiled;
  }

  void CompileField(const FieldDescriptor& field, TypeRules* into) {
    const FieldOptions& options = field.options();
    if (options.GetExtension(v1::output_only)) return;
    CheckOptionsFit(field, options);
    FieldRules rules{.field = &field,
                     .required = options.GetExtension(v1::required),
                     .defined_only = options.GetExtension(v1::defined_only),
                     .unique_items = options.GetExtension(v1::unique_items),
                     .min_len = options.GetExtension(v1::min_len),
                     .max_len = options.GetExtension(v1::max_len),
                     .min_items = options.GetExtension(v1::min_items),
                     .max_items = options.GetExtension(v1::max_items),
                     .format = options.GetExtension(v1::format)};
    if (options.HasExtension(v1::gte)) rules.gte = options.GetExtension(v1::gte);
    if (options.HasExtension(v1::lte)) rules.lte = options.GetExtension(v1::lte);
    if (options.HasExtension(v1::resource)) {
      rules.resources = absl::StrSplit(options.GetExtension(v1::resource), '|');
      rules.resource_help = absl::StrCat("must be a resource name of the form ", options.GetExtension(v1::resource));
    }
    if (options.HasExtension(v1::mask_paths)) {
      const std::vector<std::string> paths = absl::StrSplit(options.GetExtension(v1::mask_paths), ',');
      rules.mask_paths = {paths.begin(), paths.end()};
      rules.mask_help = absl::StrCat("must be one of ", options.GetExtension(v1::mask_paths));
    }
    rules.known = KnownType(field.message_type());
    const bool enter = field.message_type() != nullptr && !field.is_map() && rules.known == Known::kNone &&
                       !options.GetExtension(v1::any_value) &&
                       field.message_type()->file()->package().rfind("google.", 0) != 0;
    if (enter) rules.nested = &Compile(*field.message_type());
    if (HasRule(rules)) into->fields.push_back(std::move(rules));
  }

  static bool HasRule(const FieldRules& rules) {
    return rules.required || rules.defined_only || rules.unique_items || rules.min_len != 0 || rules.max_len != 0 ||
           rules.min_items != 0 || rules.max_items != 0 || rules.format != v1::FORMAT_UNSPECIFIED ||
           !rules.resources.empty() || rules.gte || rules.lte || rules.known != Known::kNone || rules.nested != nullptr;
  }

  std::shared_mutex mutex_;
  std::map<const Descriptor*, std::unique_ptr<TypeRules>> rules_;
};

Compiler& TheCompiler() {
  static Compiler& compiler = *new Compiler;
  return compiler;
}

// True where `path`, without the resource's field before it, is one that the
// update reads: the name, and what the mask covers.
bool IsUpdated(std::string_view path, const FieldMask& mask) {
  const auto begins = [](std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with &&
           (text.size() == with.size() || text[with.size()] == '.' || text[with.size()] == '[');
  };
  return path == "name" || std::any_of(mask.paths().begin(), mask.paths().end(), [&](const std::string& covered) {
           return begins(path, covered) || begins(covered, path);
         });
}

// An update with a mask speaks of the masked fields of its resource alone: what
// else the resource leaves out is not missing.
void ForgetWhatIsNotUpdated(const Message& message, std::vector<FieldViolation>& violations) {
  const FieldDescriptor* mask_field = message.GetDescriptor()->FindFieldByName("update_mask");
  if (mask_field == nullptr || mask_field->is_repeated() ||
      KnownType(mask_field->message_type()) != Known::kFieldMask) {
    return;
  }
  const auto& mask = static_cast<const FieldMask&>(message.GetReflection()->GetMessage(message, mask_field));
  if (mask.paths().empty() || mask.paths(0) == "*") return;
  std::erase_if(violations, [&](const FieldViolation& violation) {
    const size_t dot = violation.field.find('.');
    if (dot == std::string::npos) return false;
    const auto* resource = message.GetDescriptor()->FindFieldByName(violation.field.substr(0, dot));
    return resource != nullptr && resource != mask_field && !resource->is_repeated() &&
           !IsUpdated(std::string_view(violation.field).substr(dot + 1), mask);
  });
}

}  // namespace

std::vector<FieldViolation> Validate(const Message& message) {
  return Validate(PrepareValidation(*message.GetDescriptor()), message);
}

std::vector<FieldViolation> Validate(const TypeRules& rules, const Message& message) {
  Findings findings;
  CheckMessage(rules, message, findings);
  std::vector<FieldViolation> violations = findings.Take();
  if (!violations.empty()) ForgetWhatIsNotUpdated(message, violations);
  return violations;
}

const TypeRules& PrepareValidation(const Descriptor& type) { return TheCompiler().RulesOf(type); }

}  // namespace brygga::rpc
