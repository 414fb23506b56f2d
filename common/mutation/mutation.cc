#include "common/mutation/mutation.h"

#include "absl/strings/cord.h"
#include "common/status/error.h"

namespace brygga {
namespace {

constexpr char kReplayUrl[] = "brygga/replay";

}  // namespace

const char* NameOf(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kCreated:
      return "CREATED";
    case ChangeKind::kUpdated:
      return "UPDATED";
    case ChangeKind::kDeleted:
      return "DELETED";
  }
  return "";
}

absl::Status Replay(const std::string& first_answer) {
  absl::Status status = absl::AlreadyExistsError("a repeated request; the first answer is attached");
  status.SetPayload(kReplayUrl, absl::Cord(first_answer));
  return status;
}

std::optional<std::string> ReplayedAnswer(const absl::Status& status) {
  if (const auto payload = status.GetPayload(kReplayUrl)) return std::string(*payload);
  return std::nullopt;
}

absl::Status RequestIdReused() {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "request_id: was used for another request before; choose a new UUID for each new request",
                   {.reason = "REQUEST_ID_REUSED",
                    .fields = {{"request_id", "was used for another request before; choose a new UUID"}}});
}

}  // namespace brygga
