// The port for openings and their seats.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_OPENING_STORE_H_
#define BRYGGA_SERVICES_PARTNER_STORE_OPENING_STORE_H_

#include <functional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/partner/domain/opening.h"

namespace brygga::partner {

// Keeps openings. See PartnerStore for threads, blocking, retries and how a
// change is decided. A seat is taken and given back by one match once: no more
// seats are taken than an opening has, whoever asks at the same moment.
class OpeningStore {
 public:
  virtual ~OpeningStore() = default;

  // kNotFound: the organisation. kFailedPrecondition: OperatorUnusable,
  // HostNotAllowed.
  virtual absl::StatusOr<Opening> CreateOpening(const Mutation<Opening>& mutation, const Opening& opening) = 0;
  // `decide` leaves `taken` as it is. kNotFound; whatever `decide` returns.
  virtual absl::StatusOr<Opening> ChangeOpening(
      const Mutation<Opening>& mutation, const OrganisationId& organisation, const OpeningId& id,
      const std::function<absl::StatusOr<Opening>(const Opening& before, absl::Time now)>& decide) = 0;
  // kNotFound.
  virtual absl::StatusOr<Opening> GetOpening(const OrganisationId& organisation, const OpeningId& id,
                                             absl::Time deadline) = 0;
  // In the order of `ids`. kNotFound: the first that does not exist.
  virtual absl::StatusOr<std::vector<Opening>> GetOpenings(const std::vector<std::pair<OrganisationId, OpeningId>>& ids,
                                                           absl::Time deadline) = 0;
  // Of one organisation, or of all where `organisation` is empty.
  virtual absl::StatusOr<list::Page<Opening>> ListOpenings(const OrganisationId& organisation,
                                                           const list::ListQuery& query, absl::Time deadline) = 0;

  // Takes a seat for each of `keys`, or none at all. What a match has already is
  // given as it is. The answer is in the order of `keys`, each of which is there
  // once.
  //
  // kNotFound: an opening. kFailedPrecondition: OpeningFull, naming all that
  // are; WrongOpeningState; SeatReleased; MatchHasSeat.
  virtual absl::StatusOr<std::vector<Seat>> HoldSeats(const Mutation<std::vector<Seat>>& mutation,
                                                      const std::vector<SeatKey>& keys) = 0;
  // kNotFound: a seat. kFailedPrecondition: SeatReleased.
  virtual absl::StatusOr<std::vector<Seat>> ConfirmSeats(const Mutation<std::vector<Seat>>& mutation,
                                                         const std::vector<SeatKey>& keys) = 0;
  // A seat that was never held is noted as given back, so that a hold which comes
  // later does not take it. kNotFound: an opening.
  virtual absl::StatusOr<std::vector<Seat>> ReleaseSeats(const Mutation<std::vector<Seat>>& mutation,
                                                         const std::vector<SeatKey>& keys) = 0;
  // kNotFound: the opening.
  virtual absl::StatusOr<list::Page<Seat>> ListSeats(const OrganisationId& organisation, const OpeningId& id,
                                                     const list::ListQuery& query, absl::Time deadline) = 0;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_OPENING_STORE_H_
