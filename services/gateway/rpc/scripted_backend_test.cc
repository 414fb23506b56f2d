#include "services/gateway/rpc/scripted_backend.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace brygga::gateway {
namespace {

constexpr char kHangs[] = "brygga.test.v1.Nothing/Hangs";
constexpr char kPath[] = "/brygga.test.v1.Nothing/Hangs";

// A call of raw gRPC that says its headers, and its request when it is told to.
class RawCall {
 public:
  explicit RawCall(ScriptedBackend& backend)
      : stub_(backend.channel()->grpc_channel()), call_(stub_.PrepareCall(&context_, kPath, &queue_)) {
    call_->StartCall(this);
    Await();
  }
  ~RawCall() {
    grpc::Status ended;
    context_.TryCancel();
    call_->Finish(&ended, this);
    Await();
  }

  void SayRequest() {
    const grpc::Slice nothing;
    call_->WriteLast(grpc::ByteBuffer(&nothing, 1), grpc::WriteOptions(), this);
    Await();
  }

 private:
  void Await() {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue_.Next(&tag, &ok));
  }

  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

// What came before on the connection has come to the backend too.
void AwaitArrival(ScriptedBackend& backend) {
  RawCall later(backend);
  later.SayRequest();
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (backend.Seen(kHangs).empty() && absl::Now() < until) absl::SleepFor(absl::Milliseconds(1));
}

// A gateway that has its answer goes, and leaves calls that have just begun.
TEST(ScriptedBackendTest, ItStopsThoughACallNeverSaidItsRequest) {
  ScriptedBackend backend;
  backend.Hang(kHangs);
  const RawCall silent(backend);
  AwaitArrival(backend);

  backend.Die();

  EXPECT_EQ(backend.Seen(kHangs).size(), 1);
}

TEST(ScriptedBackendTest, ItStopsThoughCallersLeftWhileTheyWereRead) {
  ScriptedBackend backend;
  backend.Hang(kHangs);
  for (int i = 0; i < 500; ++i) RawCall(backend).SayRequest();

  backend.Die();
}

}  // namespace
}  // namespace brygga::gateway
