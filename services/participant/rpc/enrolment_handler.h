// The methods about enrolments, decisions, screenings and features.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_ENROLMENT_HANDLER_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_ENROLMENT_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "common/rpc/call.h"
#include "services/participant/domain/partner_directory.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` and `partners` outlive it.
class EnrolmentHandler {
 public:
  EnrolmentHandler(ParticipantStore& store, PartnerDirectory& partners) : store_(store), partners_(partners) {}

  absl::StatusOr<v1::CreateEnrolmentResponse> Create(const v1::CreateEnrolmentRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetEnrolmentResponse> Get(const v1::GetEnrolmentRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::BatchGetEnrolmentsResponse> BatchGet(const v1::BatchGetEnrolmentsRequest& request,
                                                          const rpc::Call& call);
  absl::StatusOr<v1::ListEnrolmentsResponse> List(const v1::ListEnrolmentsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::DecideEnrolmentResponse> Decide(const v1::DecideEnrolmentRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::DecideEnrolmentsResponse> DecideAll(const v1::DecideEnrolmentsRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::UpdateEnrolmentResponse> Update(const v1::UpdateEnrolmentRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::WithdrawEnrolmentResponse> Withdraw(const v1::WithdrawEnrolmentRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::RecordScreeningResponse> RecordScreening(const v1::RecordScreeningRequest& request,
                                                              const rpc::Call& call);
  absl::StatusOr<v1::RecordScreeningsResponse> RecordScreenings(const v1::RecordScreeningsRequest& request,
                                                                const rpc::Call& call);
  absl::StatusOr<v1::ListScreeningsResponse> ListScreenings(const v1::ListScreeningsRequest& request,
                                                            const rpc::Call& call);
  absl::StatusOr<v1::ListFeaturesResponse> ListFeatures(const v1::ListFeaturesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::BatchGetFeaturesResponse> BatchGetFeatures(const v1::BatchGetFeaturesRequest& request,
                                                                const rpc::Call& call);

 private:
  // What partner says of the employers in a cohort on `date`. Asked before the
  // transaction: none is held open across a call to another service.
  absl::StatusOr<AgreementFacts> AskPartner(const CohortRef& cohort, const Programme& programme, Date date,
                                            const rpc::Call& call);
  // The terms of a decision; partner is asked only where the rules want it.
  absl::StatusOr<DecisionTerms> TermsFor(const CohortRef& cohort, std::string_view date, const rpc::Call& call);
  // kNotFound, unless the caller runs the programme or the enrolment is theirs.
  absl::StatusOr<Enrolment> Visible(const EnrolmentRef& ref, const rpc::Call& call);

  ParticipantStore& store_;
  PartnerDirectory& partners_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_ENROLMENT_HANDLER_H_
