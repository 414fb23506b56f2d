// Rows into domain objects and back into parameters.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_SQL_ROWS_H_
#define BRYGGA_SERVICES_PARTNER_STORE_SQL_ROWS_H_

#include <cstdint>
#include <limits>
#include <optional>

#include "absl/time/time.h"
#include "common/sql/value.h"
#include "services/partner/domain/agreement.h"
#include "services/partner/domain/contact_person.h"
#include "services/partner/domain/network.h"
#include "services/partner/domain/opening.h"
#include "services/partner/domain/organisation.h"

namespace brygga::partner {

// The instant to ask for: `known_at`, or one that only the latest version has.
inline int64_t KnownUs(std::optional<absl::Time> known_at) {
  return known_at ? sql::Us(*known_at) : std::numeric_limits<int64_t>::max() - 1;
}

Organisation ToOrganisation(const sql::Row& row);
sql::Args InsertArgs(const Organisation& organisation);
sql::Args UpdateArgs(const Organisation& organisation);

Network ToNetwork(const sql::Row& row);
sql::Args InsertArgs(const Network& network);

Membership ToMembership(const sql::Row& row);
sql::Args InsertArgs(const Membership& membership);
sql::Args UpdateArgs(const Membership& membership);

Agreement ToAgreement(const sql::Row& row);
sql::Args VersionArgs(const Agreement& agreement);

ContactPerson ToContactPerson(const sql::Row& row);
sql::Args InsertArgs(const ContactPerson& person);
sql::Args UpdateArgs(const ContactPerson& person);

Opening ToOpening(const sql::Row& row);
sql::Args InsertArgs(const Opening& opening);
sql::Args UpdateArgs(const Opening& opening);

Seat ToSeat(const sql::Row& row);
sql::Args InsertArgs(const Seat& seat);
sql::Args UpdateArgs(const Seat& seat);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_SQL_ROWS_H_
