// The methods about registrations.
#ifndef BRYGGA_SERVICES_EVENTS_RPC_REGISTRATION_HANDLER_H_
#define BRYGGA_SERVICES_EVENTS_RPC_REGISTRATION_HANDLER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "brygga/events/v1/registration_service.pb.h"
#include "common/rpc/call.h"
#include "services/events/domain/age_check.h"
#include "services/events/store/event_store.h"
#include "services/events/store/pair_store.h"

namespace brygga::events {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store`, `pairs` and `ages` outlive it.
class RegistrationHandler {
 public:
  RegistrationHandler(EventStore& store, PairStore& pairs, AgeCheck& ages)
      : store_(store), pairs_(pairs), ages_(ages) {}

  absl::StatusOr<v1::RegisterResponse> Register(const v1::RegisterRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::BatchRegisterResponse> BatchRegister(const v1::BatchRegisterRequest& request,
                                                          const rpc::Call& call);
  absl::StatusOr<v1::RegisterPairsResponse> RegisterPairs(const v1::RegisterPairsRequest& request,
                                                          const rpc::Call& call);
  absl::StatusOr<v1::ListPairsResponse> ListPairs(const v1::ListPairsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CancelRegistrationResponse> Cancel(const v1::CancelRegistrationRequest& request,
                                                        const rpc::Call& call);
  absl::StatusOr<v1::GetRegistrationResponse> Get(const v1::GetRegistrationRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListRegistrationsResponse> List(const v1::ListRegistrationsRequest& request,
                                                     const rpc::Call& call);

 private:
  // Adds to each applicant what is known of their age, where the event asks.
  //
  // kUnavailable: nobody could be asked; the applicants are as they were.
  absl::Status AskAges(const Event& event, std::vector<Applicant>& applicants, absl::Time deadline);
  // The pairs of the event's cohorts as of now, or later.
  absl::StatusOr<std::vector<Pair>> PairsOf(const Event& event, const std::string& round, absl::Time deadline);
  // Of a call whose pairs cannot be known: what it was answered before, if it is
  // a repeat, why nobody may register, and otherwise `problem`.
  absl::Status AnsweredBefore(const Event& event, const rpc::Call& call, const absl::Status& problem);
  // How the two of each pair are registered, by person.
  absl::StatusOr<std::map<std::string, RegistrationState>> StatesOf(const Event& event, const std::vector<Pair>& pairs,
                                                                    absl::Time deadline);
  // The registration of that name and its event, which the caller may see.
  absl::StatusOr<Registration> Visible(const std::string& name, const rpc::Call& call, Event* event);

  EventStore& store_;
  PairStore& pairs_;
  AgeCheck& ages_;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_RPC_REGISTRATION_HANDLER_H_
