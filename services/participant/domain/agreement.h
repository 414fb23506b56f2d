// Agreements between organisations and operators, as partner tells of them.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_AGREEMENT_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_AGREEMENT_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "common/time/local_time.h"

namespace brygga::participant {

struct Agreement {
  std::string name;           // organisations/{organisation}/agreements/{agreement}
  std::string operator_name;  // organisations/{organisation}
  Date from;
  Date to;  // The last day; Date(9999, 12, 31) where no end is agreed.
  int64_t revision = 1;

  friend bool operator==(const Agreement&, const Agreement&) = default;
};

// "organisations/o" of "organisations/o/agreements/a".
inline std::string OrganisationOf(const std::string& agreement) {
  return agreement.substr(0, agreement.find("/agreements/"));
}

// Organisations with an agreement that holds, as was known at an instant.
struct ActiveAgreements {
  std::set<std::string> organisations;
  absl::Time as_of;

  friend bool operator==(const ActiveAgreements&, const ActiveAgreements&) = default;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_AGREEMENT_H_
