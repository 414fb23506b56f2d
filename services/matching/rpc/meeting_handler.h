// The methods about meetings and their cadence.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_MEETING_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_MEETING_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/matching/v1/meeting_service.pb.h"
#include "common/rpc/call.h"
#include "services/matching/store/match_store.h"
#include "services/matching/store/meeting_store.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto.
// What it is made from outlives it.
class MeetingHandler {
 public:
  MeetingHandler(MeetingStore& meetings, MatchStore& matches, Projection& projection)
      : meetings_(meetings), matches_(matches), projection_(projection) {}

  absl::StatusOr<v1::GetCadenceResponse> GetCadence(const v1::GetCadenceRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::SetCadenceResponse> SetCadence(const v1::SetCadenceRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::RecordMeetingResponse> Record(const v1::RecordMeetingRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListMeetingsResponse> List(const v1::ListMeetingsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListOverdueMeetingsResponse> ListOverdue(const v1::ListOverdueMeetingsRequest& request,
                                                              const rpc::Call& call);

 private:
  MeetingStore& meetings_;
  MatchStore& matches_;
  Projection& projection_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_MEETING_HANDLER_H_
