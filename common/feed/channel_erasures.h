// ErasureRequests over participant's RPCs, for every service that holds something
// about persons.
//
//   struct ErasureMessages {  // Of participant: common knows no service.
//     using List = v1::ListDataSubjectRequestsRequest;
//     using Listed = v1::ListDataSubjectRequestsResponse;
//     using Acknowledge = v1::AcknowledgeErasureRequest;
//     using Acknowledged = v1::AcknowledgeErasureResponse;
//     using Watch = v1::WatchParticipantChangesRequest;
//     using Watched = v1::WatchParticipantChangesResponse;
//     static constexpr auto kErasure = v1::DATA_SUBJECT_REQUEST_KIND_ERASURE;
//     static constexpr auto kHasAcknowledged = v1::HOLDER_STATE_ACKNOWLEDGED;
//   };
//   feed::ChannelErasures<ErasureMessages> erasures(channel, tokens, {.name = "matching"});
//
// Includes no gRPC header.
#ifndef BRYGGA_COMMON_FEED_CHANNEL_ERASURES_H_
#define BRYGGA_COMMON_FEED_CHANNEL_ERASURES_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/feed/erasure_holder.h"
#include "common/ids/uuid.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/status/macros.h"
#include "common/wait/mutex.h"

namespace brygga::feed {

// Who erases.
struct HolderIdentity {
  std::string name;  // As participant's setting erasure-holders has it: "events".
  // The holders from which this one copies. Until they have acknowledged, what was
  // erased here could come back from there.
  std::set<std::string> copies_from = {};
};

// Safe for concurrent use; one Follow at a time.
template <typename Messages>
class ChannelErasures final : public ErasureRequests {
 public:
  // `tokens`, this service's own, outlives it. The channel is shared with what
  // else asks participant.
  ChannelErasures(std::shared_ptr<rpc::Channel> participants, const rpc::TokenSource& tokens, HolderIdentity holder)
      : participants_(std::move(participants)), tokens_(tokens), holder_(std::move(holder)) {}

  absl::StatusOr<std::vector<ErasureRequest>> Waiting(absl::Time deadline) override {
    std::vector<ErasureRequest> waiting;
    typename Messages::List request;
    request.set_filter("state = OPEN");
    request.set_page_size(kPageSize);
    do {
      BRYGGA_ASSIGN_OR_RETURN(const auto page,
                              participants_->Call<typename Messages::Listed>(Until(deadline), kList, request));
      for (const auto& item : page.data_subject_requests()) {
        if (item.kind() != Messages::kErasure || !IsSilent(item, holder_.name)) continue;
        waiting.push_back({.name = item.name(), .participant = item.participant(), .is_final = !MayComeBack(item)});
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return waiting;
  }

  absl::Status Acknowledge(const ErasureRequest& request, absl::Time deadline) override {
    typename Messages::Acknowledge acknowledge;
    acknowledge.set_name(request.name);
    acknowledge.set_holder(holder_.name);
    acknowledge.set_request_id(NewUuid(absl::Now()));
    return participants_->Call<typename Messages::Acknowledged>(Until(deadline), kAcknowledge, acknowledge).status();
  }

  absl::Status Follow(absl::FunctionRef<void()> look) override {
    typename Messages::Watch request;
    request.add_collections("dataSubjectRequests");
    auto stream = participants_->Open<typename Messages::Watched>(
        rpc::CallOptions::Within(kLongestStream, tokens_.Token()), kWatch, request);
    {
      MutexLock lock(&mutex_);
      if (stopped_) stream.Cancel();
      cancel_ = [&stream] { stream.Cancel(); };
    }
    // Every message, and be it a bookmark.
    for (typename Messages::Watched response; stream.Read(&response);) look();
    {
      MutexLock lock(&mutex_);
      cancel_ = nullptr;
    }
    return stream.Finish();
  }

  void Stop() override {
    MutexLock lock(&mutex_);
    stopped_ = true;
    if (cancel_) cancel_();
  }

 private:
  static constexpr char kList[] = "brygga.participant.v1.DataSubjectRequestService/ListDataSubjectRequests";
  static constexpr char kAcknowledge[] = "brygga.participant.v1.DataSubjectRequestService/AcknowledgeErasure";
  static constexpr char kWatch[] = "brygga.participant.v1.ChangeService/WatchParticipantChanges";
  static constexpr absl::Duration kLongestCall = absl::Seconds(10);
  static constexpr absl::Duration kLongestStream = absl::Hours(1);
  static constexpr int kPageSize = 500;

  // True where `name` is to erase and has not said that it has.
  template <typename Item>
  static bool IsSilent(const Item& item, const std::string& name) {
    return std::any_of(item.holders().begin(), item.holders().end(), [&](const auto& holder) {
      return holder.holder() == name && holder.state() != Messages::kHasAcknowledged;
    });
  }
  template <typename Item>
  bool MayComeBack(const Item& item) const {
    return std::any_of(holder_.copies_from.begin(), holder_.copies_from.end(),
                       [&](const std::string& name) { return IsSilent(item, name); });
  }

  rpc::CallOptions Until(absl::Time deadline) const {
    return rpc::CallOptions::Within(kLongestCall, tokens_.Token()).Until(deadline);
  }

  const std::shared_ptr<rpc::Channel> participants_;
  const rpc::TokenSource& tokens_;
  const HolderIdentity holder_;
  Mutex mutex_;
  std::function<void()> cancel_ ABSL_GUARDED_BY(mutex_);  // Ends the stream, while there is one.
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_CHANNEL_ERASURES_H_
