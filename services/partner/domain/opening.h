// Openings, and the seats that matches take in them.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_OPENING_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_OPENING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/status/error.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/organisation.h"
#include "services/partner/domain/period.h"
#include "services/partner/domain/words.h"

namespace brygga::partner {

// How long WORK_EXPERIENCE is, in days.
inline constexpr int kWorkExperienceDays = 14;

// Places of one kind at one organisation in one period. `taken` never exceeds
// `seats`, at any instant.
struct Opening {
  OpeningId id;
  OrganisationId organisation;
  int64_t revision = 1;  // Of the opening itself: `taken` is not part of it.
  absl::Time created_at;
  absl::Time updated_at;
  OpeningKind kind = OpeningKind::kInternship;
  std::optional<OpeningSubtype> subtype;
  std::string display_name;
  OpeningState state = OpeningState::kDraft;  // Never kFull: see StateOf.
  int seats = 1;
  int taken = 0;                  // Held or confirmed.
  std::string ssyk4;              // Or empty.
  std::string municipality_code;  // Or empty.
  std::string place;
  Period period;
  std::optional<int> age_min;  // On the first day.
  std::optional<int> age_max;
  std::vector<std::string> requirements;  // Codes.
  bool adaptation_possible = false;
  std::optional<OpeningHost> host;
  std::string contract;
  OrganisationId operator_id;  // Empty: any.

  std::string name() const { return NameOf(organisation, id); }
  friend bool operator==(const Opening&, const Opening&) = default;
};

// A match in an opening.
struct SeatKey {
  OrganisationId organisation;
  OpeningId opening;
  std::string match;  // programmes/{p}/cohorts/{c}/matches/{m}.

  // The last part of the match's name.
  std::string match_id() const { return match.substr(match.rfind('/') + 1); }
  std::string name() const { return NameOf(organisation, opening) + "/seats/" + match_id(); }
  friend auto operator<=>(const SeatKey&, const SeatKey&) = default;
  friend bool operator==(const SeatKey&, const SeatKey&) = default;
};

struct Seat {
  SeatKey key;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  SeatState state = SeatState::kHeld;

  friend bool operator==(const Seat&, const Seat&) = default;
};

// The state that callers see: an OPEN one without a free seat is FULL.
OpeningState StateOf(const Opening& opening);

// What is wrong with `opening` by itself; paths lead on from `path`.
std::vector<FieldViolation> Problems(const Opening& opening, std::string_view path);

// kFailedPrecondition HOST_NOT_ALLOWED: `organisation` is not the host that a
// HOLIDAY_JOB says it is.
absl::Status CheckHost(const Opening& opening, const Organisation& organisation);

// `before` with the values of `wanted` that may change. Where nothing differs,
// the answer equals `before`.
//
// kAborted: `etag` is neither empty nor that of `before`. kFailedPrecondition:
// OPENING_STATE, SEATS_TAKEN. kInvalidArgument: Problems.
absl::StatusOr<Opening> Update(const Opening& before, const Opening& wanted, std::string_view etag, absl::Time now);

// DRAFT to OPEN, OPEN to CLOSED, DRAFT or OPEN without taken seats to CANCELLED.
// Each a second time changes nothing.
//
// kAborted: `etag`. kFailedPrecondition: OPENING_STATE, SEATS_TAKEN.
absl::StatusOr<Opening> OpenUp(Opening opening, std::string_view etag, absl::Time now);
absl::StatusOr<Opening> Close(Opening opening, std::string_view etag, absl::Time now);
absl::StatusOr<Opening> Cancel(Opening opening, std::string_view etag, absl::Time now);

const list::Schema& OpeningSchema();
list::Value FieldOf(const Opening& opening, std::string_view field);
const list::Schema& SeatSchema();
list::Value FieldOf(const Seat& seat, std::string_view field);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_OPENING_H_
