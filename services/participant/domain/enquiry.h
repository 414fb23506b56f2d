// The contact form.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ENQUIRY_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ENQUIRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "services/participant/domain/consent.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/words.h"

namespace brygga::participant {

struct Enquiry {
  EnquiryId id;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  EnquiryState state = EnquiryState::kNew;
  std::string display_name;
  std::string email;
  std::string phone;
  std::string subject;
  std::string body;
  std::string organisation_name;
  std::optional<ProgrammeId> programme;
  Notice notice;
  absl::Time consented_at;
  std::optional<ParticipantId> person;  // Whom it became.

  friend bool operator==(const Enquiry&, const Enquiry&) = default;
};

extern const list::Schema kEnquirySchema;
list::Value EnquiryField(const Enquiry& enquiry, std::string_view field);

// The e-mail address in the form in which two are compared.
std::string EnquiryAddress(const Enquiry& enquiry);

// How long, in calendar months, what an enquirer wrote is kept.
inline constexpr int kKeepMonths = 6;

// Enquiries that came before this instant are erased at `now`.
absl::Time ErasedBefore(absl::Time now);

// How many enquiries came lately.
struct EnquiryLoad {
  int from_address = 0;  // With this e-mail address, within kAddressWindow.
  int from_all = 0;      // Within kAllWindow.
};

inline constexpr absl::Duration kAddressWindow = absl::Hours(1);
inline constexpr absl::Duration kAllWindow = absl::Minutes(1);
inline constexpr int kMostFromAddress = 5;
inline constexpr int kMostFromAll = 60;

// kResourceExhausted RATE_LIMITED: one more would be too many.
absl::Status CheckRate(const EnquiryLoad& load);

// Moves an enquiry on. `person` goes with CONVERTED, and with nothing else.
// DELETED keeps no word of what the enquirer wrote.
//
// kFailedPrecondition ENQUIRY_STATE. kInvalidArgument: `person`.
absl::StatusOr<Enquiry> MoveEnquiry(Enquiry enquiry, EnquiryState state, const std::optional<ParticipantId>& person,
                                    absl::Time now);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ENQUIRY_H_
