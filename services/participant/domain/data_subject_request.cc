#include "services/participant/domain/data_subject_request.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "services/participant/domain/errors.h"

namespace brygga::participant {

const list::Schema kDataSubjectRequestSchema = {
    {.name = "state", .kind = list::FieldKind::kEnum, .enum_values = AllWords<DataSubjectRequestState>()},
    {.name = "participant"},
    {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes},
};

list::Value DataSubjectRequestField(const DataSubjectRequest& request, std::string_view field) {
  if (field == "state") return WordOf(StateOf(request));
  if (field == "participant") return NameOf(request.person);
  if (field == "create_time") return absl::ToUnixMicros(request.created_at);
  return request.id.value();
}

DataSubjectRequestState StateOf(const DataSubjectRequest& request) {
  return request.completed_at ? DataSubjectRequestState::kCompleted : DataSubjectRequestState::kOpen;
}

HolderState StateAt(const Holder& holder, absl::Time now) {
  if (holder.acknowledged_at) return HolderState::kAcknowledged;
  return now < holder.due_at ? HolderState::kPending : HolderState::kOverdue;
}

DataSubjectRequest RequestOf(const Erasure& erasure, absl::Time now) {
  DataSubjectRequest request{.id = erasure.id,
                             .created_at = now,
                             .updated_at = now,
                             .kind = DataSubjectRequestKind::kErasure,
                             .person = erasure.person,
                             .requested_by = erasure.requested_by,
                             .holders = {{.name = std::string(kOurselves), .due_at = now, .acknowledged_at = now}}};
  for (const std::string& holder : erasure.rules.holders) {
    request.holders.push_back({.name = holder, .due_at = now + erasure.rules.deadline});
  }
  if (erasure.rules.holders.empty()) request.completed_at = now;
  return request;
}

absl::StatusOr<DataSubjectRequest> Acknowledge(DataSubjectRequest request, std::string_view holder, absl::Time now) {
  const auto found = std::find_if(request.holders.begin(), request.holders.end(),
                                  [&](const Holder& other) { return other.name == holder; });
  if (found == request.holders.end()) return NotAHolder(request.id);
  if (found->acknowledged_at) return request;
  found->acknowledged_at = now;
  const bool all = std::all_of(request.holders.begin(), request.holders.end(),
                               [](const Holder& other) { return other.acknowledged_at.has_value(); });
  if (all) request.completed_at = now;
  ++request.revision;
  request.updated_at = now;
  return request;
}

std::vector<std::string> HoldersIn(std::string_view text) {
  std::vector<std::string> holders;
  for (const absl::string_view part : absl::StrSplit(absl::string_view(text.data(), text.size()), ',')) {
    const std::string holder(absl::StripAsciiWhitespace(part));
    const bool known = std::find(holders.begin(), holders.end(), holder) != holders.end();
    if (!holder.empty() && holder != kOurselves && !known) holders.push_back(holder);
  }
  return holders;
}

}  // namespace brygga::participant
