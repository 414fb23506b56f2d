// From a day to a day, both included.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_PERIOD_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_PERIOD_H_

#include "common/time/local_time.h"

namespace brygga::partner {

// The last day of what has no end.
inline constexpr Date kNoEnd = Date(9999, 12, 31);

struct Period {
  Date from;
  Date to = kNoEnd;

  bool Contains(Date day) const { return from <= day && day <= to; }
  bool Overlaps(const Period& other) const { return from <= other.to && other.from <= to; }

  friend bool operator==(const Period&, const Period&) = default;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_PERIOD_H_
