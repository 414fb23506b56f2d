// The methods about contact persons, export and erasure among them.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_CONTACT_PERSON_HANDLER_H_
#define BRYGGA_SERVICES_PARTNER_RPC_CONTACT_PERSON_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/rpc/call.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class ContactPersonHandler {
 public:
  explicit ContactPersonHandler(PartnerStore& store) : store_(store) {}

  absl::StatusOr<v1::CreateContactPersonResponse> Create(const v1::CreateContactPersonRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::UpdateContactPersonResponse> Update(const v1::UpdateContactPersonRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::ListContactPersonsResponse> List(const v1::ListContactPersonsRequest& request,
                                                      const rpc::Call& call);
  absl::StatusOr<v1::ExportContactPersonResponse> Export(const v1::ExportContactPersonRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::EraseContactPersonResponse> Erase(const v1::EraseContactPersonRequest& request,
                                                       const rpc::Call& call);

 private:
  PartnerStore& store_;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_CONTACT_PERSON_HANDLER_H_
