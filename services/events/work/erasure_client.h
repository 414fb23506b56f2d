// Erasures as participant's RPCs tell of them.
#ifndef BRYGGA_SERVICES_EVENTS_WORK_ERASURE_CLIENT_H_
#define BRYGGA_SERVICES_EVENTS_WORK_ERASURE_CLIENT_H_

#include "brygga/participant/v1/change_service.pb.h"
#include "brygga/participant/v1/data_subject_request_service.pb.h"
#include "common/feed/channel_erasures.h"

namespace brygga::events {

struct ErasureMessages {
  using List = ::brygga::participant::v1::ListDataSubjectRequestsRequest;
  using Listed = ::brygga::participant::v1::ListDataSubjectRequestsResponse;
  using Acknowledge = ::brygga::participant::v1::AcknowledgeErasureRequest;
  using Acknowledged = ::brygga::participant::v1::AcknowledgeErasureResponse;
  using Watch = ::brygga::participant::v1::WatchParticipantChangesRequest;
  using Watched = ::brygga::participant::v1::WatchParticipantChangesResponse;
  static constexpr auto kErasure = ::brygga::participant::v1::DATA_SUBJECT_REQUEST_KIND_ERASURE;
  static constexpr auto kHasAcknowledged = ::brygga::participant::v1::HOLDER_STATE_ACKNOWLEDGED;
};

using ErasureClient = feed::ChannelErasures<ErasureMessages>;

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_WORK_ERASURE_CLIENT_H_
