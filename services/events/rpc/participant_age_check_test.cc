#include "services/events/rpc/participant_age_check.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "brygga/participant/v1/participant_service.pb.h"
#include "common/testing/matchers.h"

namespace brygga::events {
namespace {

namespace pb = ::brygga::participant::v1;

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// Answers CheckAge as the participant service promises: for all, or NOT_FOUND.
// "participants/none…" do not exist, "…young" is too young, "…vague" is unknown.
class AgeServer final : public grpc::CallbackGenericService {
 public:
  AgeServer() {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~AgeServer() override { server_->Shutdown(); }

  std::shared_ptr<rpc::Channel> channel() {
    return std::make_shared<rpc::Channel>(server_->InProcessChannel(grpc::ChannelArguments()));
  }

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new Reactor(*this, *context);
  }

  std::vector<pb::CheckAgeRequest> requests() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }
  std::vector<std::string> tokens() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return tokens_;
  }

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(AgeServer& server, grpc::GenericCallbackServerContext& context) : server_(server), context_(context) {
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status(grpc::StatusCode::INTERNAL, "no request"));
      pb::CheckAgeResponse response;
      const grpc::Status status = server_.Answer(context_, request_, &response);
      if (!status.ok()) return Finish(status);
      const grpc::Slice slice(response.SerializeAsString());
      response_ = grpc::ByteBuffer(&slice, 1);
      StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    AgeServer& server_;
    grpc::GenericCallbackServerContext& context_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer response_;
  };

  grpc::Status Answer(grpc::GenericCallbackServerContext& context, grpc::ByteBuffer& bytes,
                      pb::CheckAgeResponse* response) {
    grpc::Slice slice;
    pb::CheckAgeRequest request;
    if (!bytes.DumpToSingleSlice(&slice).ok() || !request.ParseFromArray(slice.begin(), slice.size())) {
      return grpc::Status(grpc::StatusCode::INTERNAL, "not a request");
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    requests_.push_back(request);
    const auto token = context.client_metadata().find("authorization");
    if (token != context.client_metadata().end()) tokens_.emplace_back(token->second.data(), token->second.size());
    for (const std::string& participant : request.participants()) {
      if (participant.starts_with("participants/none")) return grpc::Status(grpc::StatusCode::NOT_FOUND, participant);
      pb::AgeCheck& check = *response->add_checks();
      check.set_participant(participant);
      check.set_answer(participant.ends_with("young")   ? pb::AGE_ANSWER_NO
                       : participant.ends_with("vague") ? pb::AGE_ANSWER_NEEDS_EVIDENCE
                                                        : pb::AGE_ANSWER_YES);
    }
    return grpc::Status::OK;
  }

  std::mutex mutex_;
  std::vector<pb::CheckAgeRequest> requests_;
  std::vector<std::string> tokens_;
  std::unique_ptr<grpc::Server> server_;
};

class FixedToken final : public rpc::TokenSource {
 public:
  std::string Token() const override { return "events-token"; }
};

class ParticipantAgeCheckTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<AgeAnswer>> Ask(const std::vector<std::string>& participants) {
    return ages_.Ask(participants, {.least = 16, .most = 21}, Date(2022, 10, 6), absl::InfiniteFuture());
  }

  AgeServer server_;
  FixedToken token_;
  ParticipantAgeCheck ages_{server_.channel(), token_};
};

TEST_F(ParticipantAgeCheckTest, AsksInItsOwnNameAndTellsTheAnswersInOrder) {
  EXPECT_THAT(Ask({"participants/a", "participants/young", "participants/vague"}),
              IsOkAndHolds(ElementsAre(AgeAnswer::kWithin, AgeAnswer::kOutside, AgeAnswer::kNeedsEvidence)));

  ASSERT_THAT(server_.requests(), SizeIs(1));
  EXPECT_EQ(server_.requests()[0].date(), "2022-10-06");
  EXPECT_EQ(server_.requests()[0].age_min(), 16);
  EXPECT_EQ(server_.requests()[0].age_max(), 21);
  EXPECT_THAT(server_.tokens(), ElementsAre(::testing::HasSubstr("events-token")));
}

TEST_F(ParticipantAgeCheckTest, FindsThoseWhoDoNotExistAmongOthers) {
  EXPECT_THAT(Ask({"participants/a", "participants/none1", "participants/young", "participants/none2"}),
              IsOkAndHolds(ElementsAre(AgeAnswer::kWithin, AgeAnswer::kNoSuchPerson, AgeAnswer::kOutside,
                                       AgeAnswer::kNoSuchPerson)));
}

TEST_F(ParticipantAgeCheckTest, AsksAtMostAThousandAtATime) {
  const auto answers = Ask(std::vector<std::string>(2500, "participants/a"));

  EXPECT_THAT(answers, IsOkAndHolds(SizeIs(2500)));
  for (const pb::CheckAgeRequest& request : server_.requests()) EXPECT_LE(request.participants_size(), 1000);
}

TEST_F(ParticipantAgeCheckTest, SaysSoWhereNobodyCanBeAsked) {
  ParticipantAgeCheck nobody(rpc::Channel::Connect("127.0.0.1:1"), token_);

  EXPECT_THAT(nobody.Ask({"participants/a"}, {.least = 16}, Date(2022, 10, 6), absl::Now() + absl::Seconds(1)),
              HasReason("AGE_CHECK_UNAVAILABLE"));
}

}  // namespace
}  // namespace brygga::events
