#include "services/participant/domain/enquiry.h"

#include <algorithm>
#include <vector>

#include "common/status/error.h"
#include "common/time/local_time.h"
#include "services/participant/domain/errors.h"
#include "services/participant/domain/form.h"

namespace brygga::participant {
namespace {

std::vector<EnquiryState> StatesBefore(EnquiryState state) {
  switch (state) {
    case EnquiryState::kAnswered:
      return {EnquiryState::kNew};
    case EnquiryState::kConverted:
      return {EnquiryState::kNew, EnquiryState::kAnswered};
    case EnquiryState::kDeleted:
      return {EnquiryState::kNew, EnquiryState::kAnswered, EnquiryState::kConverted};
    case EnquiryState::kUnspecified:
    case EnquiryState::kNew:
      return {};
  }
  return {};
}

Enquiry Erased(const Enquiry& enquiry) {
  return {.id = enquiry.id,
          .revision = enquiry.revision,
          .created_at = enquiry.created_at,
          .programme = enquiry.programme,
          .notice = enquiry.notice,
          .consented_at = enquiry.consented_at};
}

}  // namespace

const list::Schema kEnquirySchema = {
    {.name = "state", .kind = list::FieldKind::kEnum, .enum_values = AllWords<EnquiryState>()},
    {.name = "programme"},
    {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes},
};

list::Value EnquiryField(const Enquiry& enquiry, std::string_view field) {
  if (field == "state") return WordOf(enquiry.state);
  if (field == "programme") return enquiry.programme ? NameOf(*enquiry.programme) : "";
  if (field == "create_time") return absl::ToUnixMicros(enquiry.created_at);
  return enquiry.id.value();
}

std::string EnquiryAddress(const Enquiry& enquiry) { return Folded(enquiry.email); }

absl::Time ErasedBefore(absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  return absl::FromCivil(AddMonths(absl::ToCivilDay(now, utc), -kKeepMonths), utc);
}

absl::Status CheckRate(const EnquiryLoad& load) {
  if (load.from_address >= kMostFromAddress) return RateLimited(kAddressWindow);
  if (load.from_all >= kMostFromAll) return RateLimited(kAllWindow);
  return absl::OkStatus();
}

absl::StatusOr<Enquiry> MoveEnquiry(Enquiry enquiry, EnquiryState state, const std::optional<ParticipantId>& person,
                                    absl::Time now) {
  if (person.has_value() != (state == EnquiryState::kConverted)) {
    return InvalidFields({{"participant", "must be set for CONVERTED, and for no other state"}});
  }
  if (enquiry.state == state && enquiry.person == person) return enquiry;
  const std::vector<EnquiryState> allowed = StatesBefore(state);
  if (std::find(allowed.begin(), allowed.end(), enquiry.state) == allowed.end()) {
    return WrongEnquiryState(enquiry.id, enquiry.state, allowed);
  }
  if (state == EnquiryState::kDeleted) enquiry = Erased(enquiry);
  enquiry.state = state;
  enquiry.person = person;
  ++enquiry.revision;
  enquiry.updated_at = now;
  return enquiry;
}

}  // namespace brygga::participant
