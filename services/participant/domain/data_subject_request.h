// What a person asks of us about their own data, and who has done it.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_DATA_SUBJECT_REQUEST_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_DATA_SUBJECT_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/words.h"

namespace brygga::participant {

// One who holds something about persons, and by when it is to be gone.
struct Holder {
  std::string name;  // "matching".
  absl::Time due_at;
  std::optional<absl::Time> acknowledged_at;

  friend bool operator==(const Holder&, const Holder&) = default;
};

struct DataSubjectRequest {
  DataSubjectRequestId id;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  DataSubjectRequestKind kind = DataSubjectRequestKind::kUnspecified;
  ParticipantId person;
  std::string requested_by;  // The subject of the token that asked.
  std::vector<Holder> holders;
  std::optional<absl::Time> completed_at;

  friend bool operator==(const DataSubjectRequest&, const DataSubjectRequest&) = default;
};

extern const list::Schema kDataSubjectRequestSchema;
list::Value DataSubjectRequestField(const DataSubjectRequest& request, std::string_view field);

DataSubjectRequestState StateOf(const DataSubjectRequest& request);

// How a holder stands at `now`: OVERDUE where it is silent past its time.
HolderState StateAt(const Holder& holder, absl::Time now);

// This service, as it is named among the holders.
inline constexpr std::string_view kOurselves = "participant";

// Who holds something about persons beside us, and for how long they may take.
struct ErasureRules {
  std::vector<std::string> holders;
  absl::Duration deadline;
};

// That `person` be erased.
struct Erasure {
  DataSubjectRequestId id;
  ParticipantId person;
  std::string requested_by;
  ErasureRules rules;
  // Under what the person's enrolments stay countable: random, and kept nowhere
  // else.
  std::string person_key;
};

// The request of an erasure whose part that is ours is done at `now`.
DataSubjectRequest RequestOf(const Erasure& erasure, absl::Time now);

// Notes that `holder` has erased what it held; the last one completes the
// request. Saying it twice changes nothing.
//
// kFailedPrecondition NOT_A_HOLDER.
absl::StatusOr<DataSubjectRequest> Acknowledge(DataSubjectRequest request, std::string_view holder, absl::Time now);

// "matching, events" as the names of holders: trimmed, each once, without us.
std::vector<std::string> HoldersIn(std::string_view text);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_DATA_SUBJECT_REQUEST_H_
