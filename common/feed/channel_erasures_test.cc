#include "common/feed/channel_erasures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "brygga/participant/v1/change_service.pb.h"
#include "brygga/participant/v1/data_subject_request_service.pb.h"
#include "common/rpc/service.h"
#include "common/rpc/stream.h"
#include "common/rpc/testing.h"
#include "common/testing/matchers.h"

namespace brygga::feed {
namespace {

namespace v1 = ::brygga::participant::v1;
using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

struct ErasureMessages {
  using List = v1::ListDataSubjectRequestsRequest;
  using Listed = v1::ListDataSubjectRequestsResponse;
  using Acknowledge = v1::AcknowledgeErasureRequest;
  using Acknowledged = v1::AcknowledgeErasureResponse;
  using Watch = v1::WatchParticipantChangesRequest;
  using Watched = v1::WatchParticipantChangesResponse;
  static constexpr auto kErasure = v1::DATA_SUBJECT_REQUEST_KIND_ERASURE;
  static constexpr auto kHasAcknowledged = v1::HOLDER_STATE_ACKNOWLEDGED;
};

// Participant: one request a page.
class FakeParticipant {
 public:
  absl::StatusOr<v1::RequestErasureResponse> Request(const v1::RequestErasureRequest&, const rpc::Call&) {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<v1::GetDataSubjectRequestResponse> Get(const v1::GetDataSubjectRequestRequest&, const rpc::Call&) {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<v1::ListDataSubjectRequestsResponse> List(const v1::ListDataSubjectRequestsRequest& request,
                                                           const rpc::Call&) {
    const MutexLock lock(&mutex_);
    EXPECT_EQ(request.filter(), "state = OPEN");
    const size_t at = request.page_token().empty() ? 0 : std::stoul(request.page_token());
    v1::ListDataSubjectRequestsResponse response;
    if (at < requests_.size()) *response.add_data_subject_requests() = requests_[at];
    if (at + 1 < requests_.size()) response.set_next_page_token(std::to_string(at + 1));
    return response;
  }
  absl::StatusOr<v1::AcknowledgeErasureResponse> Acknowledge(const v1::AcknowledgeErasureRequest& request,
                                                             const rpc::Call&) {
    const MutexLock lock(&mutex_);
    for (v1::DataSubjectRequest& known : requests_) {
      for (v1::Holder& holder : *known.mutable_holders()) {
        if (known.name() != request.name() || holder.holder() != request.holder()) continue;
        holder.set_state(v1::HOLDER_STATE_ACKNOWLEDGED);
        return v1::AcknowledgeErasureResponse();
      }
    }
    return absl::NotFoundError(request.name());
  }
  absl::Status Watch(const v1::WatchParticipantChangesRequest& request, const rpc::Call&,
                     rpc::Stream<v1::WatchParticipantChangesResponse>& stream) {
    EXPECT_THAT(request.collections(), ElementsAre("dataSubjectRequests"));
    for (;;) {
      absl::Status sent = stream.Write(v1::WatchParticipantChangesResponse());
      sent.Update(stream.Wait(absl::Milliseconds(10)));
      if (!sent.ok()) return sent;
    }
  }

  // A request of `person`, and how each holder stands.
  void Ask(const std::string& person, const std::vector<std::pair<std::string, v1::HolderState>>& holders) {
    const MutexLock lock(&mutex_);
    v1::DataSubjectRequest& request = requests_.emplace_back();
    request.set_name("dataSubjectRequests/" + person);
    request.set_participant("participants/" + person);
    request.set_kind(v1::DATA_SUBJECT_REQUEST_KIND_ERASURE);
    for (const auto& [name, state] : holders) {
      v1::Holder& holder = *request.add_holders();
      holder.set_holder(name);
      holder.set_state(state);
    }
  }

  std::vector<rpc::Service> services() {
    std::vector<rpc::Service> services;
    services.emplace_back("brygga.participant.v1.DataSubjectRequestService")
        .Unary("RequestErasure", this, &FakeParticipant::Request)
        .Unary("GetDataSubjectRequest", this, &FakeParticipant::Get)
        .Unary("ListDataSubjectRequests", this, &FakeParticipant::List)
        .Unary("AcknowledgeErasure", this, &FakeParticipant::Acknowledge);
    services.emplace_back("brygga.participant.v1.ChangeService")
        .ServerStream("WatchParticipantChanges", this, &FakeParticipant::Watch);
    return services;
  }

 private:
  Mutex mutex_;
  std::vector<v1::DataSubjectRequest> requests_ ABSL_GUARDED_BY(mutex_);
};

class ChannelErasuresTest : public ::testing::Test {
 protected:
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  std::vector<ErasureRequest> Waiting() { return erasures_.Waiting(Soon()).value(); }

  FakeParticipant participant_;
  rpc::TestServer server_{participant_.services()};
  std::unique_ptr<rpc::TokenSource> tokens_ = rpc::TestIssuer().ServiceTokens("events");
  ChannelErasures<ErasureMessages> erasures_{
      server_.shared_channel(), *tokens_, {.name = "events", .copies_from = {"matching"}}};
};

TEST_F(ChannelErasuresTest, ListsWhatWaitsForThisHolderOnEveryPage) {
  participant_.Ask("p", {{"events", v1::HOLDER_STATE_PENDING}});
  participant_.Ask("q", {{"events", v1::HOLDER_STATE_ACKNOWLEDGED}});
  participant_.Ask("r", {{"matching", v1::HOLDER_STATE_PENDING}});
  participant_.Ask("s", {{"events", v1::HOLDER_STATE_OVERDUE}});

  EXPECT_THAT(Waiting(), ElementsAre(ErasureRequest{"dataSubjectRequests/p", "participants/p"},
                                     ErasureRequest{"dataSubjectRequests/s", "participants/s"}));
}

TEST_F(ChannelErasuresTest, IsFinalOnceThoseHaveErasedFromWhomThisHolderCopies) {
  participant_.Ask("p", {{"matching", v1::HOLDER_STATE_PENDING}, {"events", v1::HOLDER_STATE_PENDING}});
  participant_.Ask("q", {{"matching", v1::HOLDER_STATE_ACKNOWLEDGED}, {"events", v1::HOLDER_STATE_PENDING}});
  participant_.Ask("r", {{"paper", v1::HOLDER_STATE_PENDING}, {"events", v1::HOLDER_STATE_PENDING}});

  EXPECT_THAT(Waiting(), ElementsAre(Field(&ErasureRequest::is_final, false), Field(&ErasureRequest::is_final, true),
                                     Field(&ErasureRequest::is_final, true)));
}

TEST_F(ChannelErasuresTest, AcknowledgesInItsOwnName) {
  participant_.Ask("p", {{"events", v1::HOLDER_STATE_PENDING}});

  ASSERT_THAT(erasures_.Acknowledge(Waiting().front(), Soon()), IsOk());

  EXPECT_THAT(Waiting(), IsEmpty());
  EXPECT_THAT(erasures_.Acknowledge({.name = "dataSubjectRequests/none", .participant = ""}, Soon()),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ChannelErasuresTest, LooksAtEveryMessageUntilItIsStopped) {
  int looked = 0;
  std::thread stopper;

  const absl::Status ended = erasures_.Follow([&] {
    if (++looked == 3) stopper = std::thread([&] { erasures_.Stop(); });
  });

  stopper.join();
  EXPECT_FALSE(ended.ok());
  EXPECT_GE(looked, 3);
  EXPECT_FALSE(erasures_.Follow([] {}).ok()) << "a stop holds";
}

}  // namespace
}  // namespace brygga::feed
