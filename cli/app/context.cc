#include "cli/app/context.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/app/findings.h"
#include "common/ids/uuid.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  if (path.empty()) return "";
  std::ifstream file(path);
  std::ostringstream text;
  if (!(text << file.rdbuf())) {
    return UsageError("--token-file",
                      absl::StrCat(path, " cannot be read; `brygga token --help` tells how to make one"));
  }
  return std::string(absl::StripAsciiWhitespace(text.str()));
}

std::string JsonOf(const google::protobuf::Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  std::string text;
  BRYGGA_CHECK(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
  return text;
}

// Somebody whom we have found "does not exist" where they take no part.
absl::Status AboutPerson(const std::optional<Api>& api, const absl::Status& error) {
  if (!api || ReasonOf(error) != "NOT_FOUND") return error;
  const std::string missing = DetailsOf(error).metadata["resource"];
  const std::string called = api->InReadersWords(missing);
  if (called == missing || !missing.starts_with("participants/")) return error;
  return absl::NotFoundError(absl::StrCat(
      called, " takes no part there: not enrolled, or without all consents; `brygga home ", called, "` tells more"));
}

// Of a service that cannot be reached: whether it is that one or all of them.
absl::Status AboutAway(const std::optional<Api>& api, const std::string& address, const absl::Status& error) {
  if (!api || ReasonOf(error) != "UNREACHABLE") return error;
  ErrorDetails details = DetailsOf(error);
  details.retry_after.reset();
  if (!api->IsThere()) {
    return MakeError(error.code(),
                     absl::StrCat("nobody answers at ", address,
                                  "; is the suite running, and is that its gateway (--address, BRYGGA_ADDRESS)?"),
                     details);
  }
  // "brygga.matching.v1.MatchingService cannot be reached".
  const std::vector<std::string> parts = absl::StrSplit(std::string(error.message()), absl::MaxSplits('.', 2));
  return parts.size() < 3 ? error : MakeError(error.code(), absl::StrCat(parts[1], " does not answer now"), details);
}

}  // namespace

absl::StatusOr<const Api*> Context::api() {
  if (!api_) {
    BRYGGA_ASSIGN_OR_RETURN(std::string token, ReadToken(token_file));
    api_.emplace(connect_(address), std::move(token), absl::Seconds(timeout_seconds));
  }
  return &*api_;
}

void Context::PrintJson(const google::protobuf::Message& message) { out() << JsonOf(message, /*pretty=*/true); }

void Context::PrintJson(std::initializer_list<std::pair<std::string_view, const google::protobuf::Message*>> parts) {
  auto whole = nlohmann::ordered_json::object();
  for (const auto& [name, message] : parts) {
    auto part = nlohmann::ordered_json::parse(JsonOf(*message, /*pretty=*/false));
    if (!name.empty()) {
      whole[std::string(name)] = std::move(part);
      continue;
    }
    const auto& type = *message->GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const std::string& field = type.field(i)->json_name();
      if (part.contains(field)) {
        whole[field] = std::move(part[field]);
      } else if (type.field(i)->is_repeated()) {
        whole[field] = nlohmann::ordered_json::array();
      }
    }
  }
  out() << whole.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

void Context::PrintTable(const Table& table, std::string_view if_empty) {
  out() << (table.rows() > 0 ? table.Render(columns()) : absl::StrCat(std::string(if_empty), "\n"));
}

ExitCode Context::Fail(const absl::Status& error) {
  if (!json) {
    const std::string text = ErrorText(AboutAway(api_, address, AboutPerson(api_, error)));
    err() << "brygga: " << (api_ ? api_->InReadersWords(text) : text);
    if (ExitCodeOf(error) == kUsage) err() << "  `" << command << " --help` tells more.\n";
    return ExitCodeOf(error);
  }
  const ErrorDetails details = DetailsOf(error);
  nlohmann::ordered_json body = {{"code", absl::StatusCodeToString(error.code())},
                                 {"reason", details.reason},
                                 {"message", std::string(error.message())},
                                 {"fields", nlohmann::json::array()}};
  for (const FieldViolation& field : details.fields) {
    body["fields"].push_back({{"field", field.field}, {"description", field.description}});
  }
  err() << nlohmann::ordered_json{{"error", body}}.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
        << "\n";
  return ExitCodeOf(error);
}

std::string NewRequestId() { return NewUuid(absl::Now()); }

}  // namespace brygga::cli
