#include "services/matching/work/erasure_client.h"

#include "absl/time/clock.h"
#include "brygga/participant/v1/change_service.pb.h"
#include "brygga/participant/v1/data_subject_request_service.pb.h"
#include "common/ids/uuid.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

namespace pb = ::brygga::participant::v1;

constexpr char kHolder[] = "matching";  // As participant's setting erasure-holders has it.
constexpr char kList[] = "brygga.participant.v1.DataSubjectRequestService/ListDataSubjectRequests";
constexpr char kAcknowledge[] = "brygga.participant.v1.DataSubjectRequestService/AcknowledgeErasure";
constexpr char kWatch[] = "brygga.participant.v1.ChangeService/WatchParticipantChanges";
constexpr absl::Duration kLongestCall = absl::Seconds(10);
constexpr absl::Duration kLongestStream = absl::Hours(1);
constexpr int kPageSize = 500;

bool WaitsForUs(const pb::DataSubjectRequest& request) {
  for (const pb::Holder& holder : request.holders()) {
    if (holder.holder() == kHolder && holder.state() != pb::HOLDER_STATE_ACKNOWLEDGED) return true;
  }
  return false;
}

}  // namespace

rpc::CallOptions ErasureClient::Until(absl::Time deadline) const {
  return rpc::CallOptions::Within(kLongestCall, tokens_.Token()).Until(deadline);
}

absl::StatusOr<std::vector<feed::ErasureRequest>> ErasureClient::Waiting(absl::Time deadline) {
  std::vector<feed::ErasureRequest> waiting;
  pb::ListDataSubjectRequestsRequest request;
  request.set_filter("state = OPEN");
  request.set_page_size(kPageSize);
  do {
    BRYGGA_ASSIGN_OR_RETURN(const auto page,
                            participants_->Call<pb::ListDataSubjectRequestsResponse>(Until(deadline), kList, request));
    for (const pb::DataSubjectRequest& item : page.data_subject_requests()) {
      if (item.kind() == pb::DATA_SUBJECT_REQUEST_KIND_ERASURE && WaitsForUs(item)) {
        waiting.push_back({.name = item.name(), .participant = item.participant()});
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return waiting;
}

absl::Status ErasureClient::Acknowledge(const feed::ErasureRequest& request, absl::Time deadline) {
  pb::AcknowledgeErasureRequest acknowledge;
  acknowledge.set_name(request.name);
  acknowledge.set_holder(kHolder);
  acknowledge.set_request_id(NewUuid(absl::Now()));
  return participants_->Call<pb::AcknowledgeErasureResponse>(Until(deadline), kAcknowledge, acknowledge).status();
}

absl::Status ErasureClient::Follow(absl::FunctionRef<void()> look) {
  pb::WatchParticipantChangesRequest request;
  request.add_collections("dataSubjectRequests");
  auto stream = participants_->Open<pb::WatchParticipantChangesResponse>(
      rpc::CallOptions::Within(kLongestStream, tokens_.Token()), kWatch, request);
  {
    MutexLock lock(&mutex_);
    if (stopped_) stream.Cancel();
    cancel_ = [&stream] { stream.Cancel(); };
  }
  // Every message, and be it a bookmark.
  for (pb::WatchParticipantChangesResponse response; stream.Read(&response);) look();
  {
    MutexLock lock(&mutex_);
    cancel_ = nullptr;
  }
  return stream.Finish();
}

void ErasureClient::Stop() {
  MutexLock lock(&mutex_);
  stopped_ = true;
  if (cancel_) cancel_();
}

}  // namespace brygga::matching
