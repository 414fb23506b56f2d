// Agreements between an organisation and an operator, in valid and in recorded
// time.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_AGREEMENT_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_AGREEMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/status/error.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/organisation.h"
#include "services/partner/domain/period.h"
#include "services/partner/domain/words.h"

namespace brygga::partner {

// What an agreement says.
struct AgreementTerms {
  AgreementKind kind = AgreementKind::kMentorPartner;
  Period period;
  int mentor_seats = 0;  // Per cohort.
  int openings = 0;
  std::vector<ServiceKind> services;

  friend bool operator==(const AgreementTerms&, const AgreementTerms&) = default;
};

// One version of an agreement: what we believe from `recorded_at` until the next
// version is recorded. No two current versions of one kind, between the same
// organisation and operator, overlap.
struct Agreement {
  AgreementId id;
  OrganisationId organisation;
  OrganisationId operator_id;
  int64_t revision = 1;  // The number of this version.
  absl::Time created_at;
  absl::Time recorded_at;
  std::string reason;  // A code; why this version replaced the one before.
  AgreementTerms terms;

  friend bool operator==(const Agreement&, const Agreement&) = default;
};

// Where `day` lies relative to `period`.
AgreementStatus StatusOn(const Period& period, Date day);

// What is wrong with terms that each field alone does not show; `path` leads to
// them in the request.
std::vector<FieldViolation> Problems(const AgreementTerms& terms, std::string_view path);

// What a correction says.
struct Correction {
  AgreementTerms terms;
  std::string reason;
  std::string etag;
};

// The next version. Terms that say the same change nothing. Versions are
// recorded at distinct, rising instants even when the clock stands still.
//
// kAborted: the etag is neither empty nor that of `before`.
absl::StatusOr<Agreement> Correct(const Agreement& before, const Correction& correction, absl::Time now);

// All agreements between an organisation and an operator, seen from one day.
struct Partnership {
  Organisation organisation;
  OrganisationId operator_id;
  Date start_date;
  std::vector<AgreementTerms> terms;  // As they were believed; begun by the day.

  friend bool operator==(const Partnership&, const Partnership&) = default;
};

// How long a partnership has lasted on one day.
struct PartnershipDuration {
  bool active = false;
  Date end_date = kNoEnd;  // The last covered day, where it was over by then.
  int months = 0;          // Whole calendar months from the start.
  int days_covered = 0;    // Days with at least one agreement: gaps do not count.
  std::vector<AgreementKind> active_kinds;

  friend bool operator==(const PartnershipDuration&, const PartnershipDuration&) = default;
};

PartnershipDuration DurationOn(const Partnership& partnership, Date day);

const list::Schema& AgreementSchema();
list::Value FieldOf(const Agreement& agreement, std::string_view field);
const list::Schema& PartnershipSchema();
list::Value FieldOf(const Partnership& partnership, std::string_view field);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_AGREEMENT_H_
