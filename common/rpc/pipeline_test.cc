// Each stage of the pipeline, through a real channel.
#include "common/rpc/pipeline.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/rpc/probe_handler.h"
#include "common/rpc/testing.h"
#include "common/status/error.h"
#include "common/testing/matchers.h"
#include "common/testing/proto_matchers.h"
#include "common/wait/no_wait.h"

namespace brygga::rpc {
namespace {

using ::brygga::testing::EqualsProto;
using ::brygga::testing::HasReason;
using testing::ChangeRequest;
using testing::ChangeResponse;
using testing::EchoRequest;
using testing::EchoResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScopedManyRequest;
using testing::ScopedRequest;
using testing::ValidateRequest;

constexpr absl::StatusCode kInvalidArgument = absl::StatusCode::kInvalidArgument;

class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() : PipelineTest(TestServer::InProcess()) {}
  explicit PipelineTest(ServerOptions options, const MethodOptions& echo = {})
      : server_(ProbeService(handler_, echo), std::move(options)) {}

  absl::StatusOr<EchoResponse> Echo(const Identity& caller, const std::string& method = "Echo") {
    EchoRequest request;
    request.set_text("hello");
    return server_.Call<EchoResponse>(caller, kProbe + method, request);
  }

  absl::Status Scoped(const Identity& caller, const std::string& name) {
    ScopedRequest request;
    request.mutable_inner()->set_name(name);
    return server_.Call<EchoResponse>(caller, std::string(kProbe) + "Scoped", request).status();
  }

  absl::StatusOr<ChangeResponse> Change(const Identity& caller, const std::string& request_id, const std::string& value,
                                        bool validate_only = false) {
    ChangeRequest request;
    request.set_request_id(request_id);
    request.set_value(value);
    request.set_validate_only(validate_only);
    return server_.Call<ChangeResponse>(caller, std::string(kProbe) + "Change", request);
  }

  // A call with metadata and bytes of the test's own.
  struct Raw {
    grpc::Status status;
    std::string response;
  };
  Raw CallRaw(const std::string& method, const std::string& bytes,
              const std::vector<std::pair<std::string, std::string>>& metadata) {
    grpc::GenericStub stub(server_.channel().grpc_channel());
    grpc::ClientContext context;
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, "/" + method, grpc::StubOptions(), &request, &response,
                   [&](grpc::Status status) { done.set_value(std::move(status)); });
    return {.status = done.get_future().get()};
  }
  absl::Status StatusOf(const Raw& raw) {
    return FromWire(raw.status.error_code(), raw.status.error_message(), raw.status.error_details());
  }

  // The log's line for the last call.
  nlohmann::json LastLine() { return nlohmann::json::parse(server_.log().lines().back()); }

  ProbeHandler handler_;
  TestServer server_;
};

// Handlers and errors.

TEST_F(PipelineTest, AHandlersAnswerArrives) { EXPECT_EQ(Echo(Anonymous())->text(), "hello"); }

TEST_F(PipelineTest, AHandlerMayAnswerInline) { EXPECT_EQ(Echo(Anonymous(), "EchoInline")->text(), "hello"); }

TEST_F(PipelineTest, AnErrorArrivesWithAllItsDetails) {
  const ErrorDetails details{.reason = "EVENT_FULL",
                             .metadata = {{"event", "events/1"}},
                             .preconditions = {{"CAPACITY", "events/1", "is full"}},
                             .retry_after = absl::Seconds(2)};
  handler_.on_echo = [&](const Call&) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "events/1 is full", details);
  };

  const absl::Status status = Echo(Anonymous()).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "events/1 is full");
  EXPECT_EQ(DetailsOf(status), details);
}

TEST_F(PipelineTest, AnInternalErrorIsToldToTheLogAndNotToTheCaller) {
  handler_.on_echo = [](const Call&) { return absl::InternalError("SELECT secret"); };

  const absl::Status status = Echo(Anonymous()).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("SELECT")));
  EXPECT_EQ(LastLine()["error"], "SELECT secret");
  EXPECT_EQ(LastLine()["level"], "error");
  EXPECT_EQ(DetailsOf(status).metadata["trace_id"], LastLine()["trace_id"].get<std::string>());
}

TEST_F(PipelineTest, AnExceptionIsAnInternalErrorWithoutItsText) {
  handler_.on_echo = [](const Call&) -> absl::StatusOr<std::string> { throw std::runtime_error("bound value"); };

  EXPECT_EQ(Echo(Anonymous()).status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(server_.log().lines().back(), Not(HasSubstr("bound value")));
}

// Trace and log.

TEST_F(PipelineTest, ACallContinuesItsCallersTrace) {
  std::string seen;
  handler_.on_echo = [&](const Call& call) { return seen = call.state().traceparent; };
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";

  CallRaw(std::string(kProbe) + "Echo", "", {{"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}});

  EXPECT_EQ(seen.substr(0, 36), "00-" + trace + "-");
  EXPECT_EQ(LastLine()["trace_id"], trace);
  EXPECT_THAT(seen, HasSubstr(LastLine()["span_id"].get<std::string>()));
}

TEST_F(PipelineTest, ALineOfTheLogSaysWhoDidWhatAndHowItEnded) {
  ASSERT_TRUE(Echo(Admin(), "AdminOnly").ok());

  const auto line = LastLine();
  EXPECT_EQ(line["method"], std::string(kProbe) + "AdminOnly");
  EXPECT_EQ(line["code"], "OK");
  EXPECT_EQ(line["reason"], "");
  EXPECT_EQ(line["actor"], "admin-1");
  EXPECT_GT(line["ms"].get<double>(), 0);
  EXPECT_THAT(server_.log().lines().back(), Not(HasSubstr("hello")));
}

// Authentication. Bad tokens have a table of their own in auth/.

TEST_F(PipelineTest, WithoutATokenACallerIsAnonymous) {
  handler_.on_echo = [](const Call& call) { return call.caller().subject; };

  EXPECT_EQ(Echo(Anonymous())->text(), "anonymous");
  EXPECT_THAT(Echo(Anonymous(), "AdminOnly"), HasReason("TOKEN_MISSING"));
  EXPECT_EQ(Echo(Anonymous(), "AdminOnly").status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(PipelineTest, AHandlerKnowsItsCaller) {
  handler_.on_echo = [](const Call& call) {
    return call.caller().subject + (call.Has(Role::kCoordinator, "programmes/p/cohorts/c") ? " may" : " may not");
  };

  EXPECT_EQ(Echo(CoordinatorOf("programmes/p"))->text(), "coordinator-1 may");
  EXPECT_EQ(Echo(CoordinatorOf("programmes/q"))->text(), "coordinator-1 may not");
}

TEST_F(PipelineTest, ABadTokenIsRefusedEvenWhereNoneIsNeeded) {
  const std::string echo = std::string(kProbe) + "Echo";
  const std::string good = "Bearer " + TokenOf(Admin());

  EXPECT_TRUE(CallRaw(echo, "", {{"authorization", good}}).status.ok());
  EXPECT_TRUE(CallRaw(echo, "", {{"authorization", "bearer " + TokenOf(Admin())}}).status.ok());
  for (const std::string& header : {std::string("Bearer x.y.z"), std::string("Bearer "), std::string("Basic YTpi"),
                                    TokenOf(Admin()), good + " x", std::string()}) {
    EXPECT_EQ(ReasonOf(StatusOf(CallRaw(echo, "", {{"authorization", header}}))), "TOKEN_INVALID") << header;
  }
  EXPECT_EQ(ReasonOf(StatusOf(CallRaw(echo, "", {{"authorization", good}, {"authorization", good}}))), "TOKEN_INVALID");
  EXPECT_EQ(handler_.echoes, 2);
}

// Authorisation.

TEST_F(PipelineTest, ARoleThatIsNotNamedIsRefused) {
  const absl::Status status = Echo(CoordinatorOf("programmes/p"), "AdminOnly").status();

  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(status.message()), HasSubstr("ADMIN"));
  EXPECT_THAT(Echo(ServiceNamed("matching"), "AdminOnly"), HasReason("PERMISSION_DENIED"));
  EXPECT_EQ(handler_.echoes, 0);
}

TEST_F(PipelineTest, AnAdministratorHasEveryRole) {
  EXPECT_TRUE(Echo(Admin(), "ServiceOnly").ok());
  EXPECT_TRUE(Scoped(Admin(), "participants/p").ok());
}

TEST_F(PipelineTest, ABoundRoleReachesWhatItIsBoundTo) {
  EXPECT_TRUE(Scoped(CoordinatorOf("programmes/p"), "programmes/p/cohorts/c").ok());
  EXPECT_TRUE(Scoped(ContactOf("organisations/o"), "organisations/o").ok());
  EXPECT_TRUE(Scoped(ParticipantNamed("participants/x"), "participants/x").ok());
}

TEST_F(PipelineTest, WhatABoundRoleDoesNotReachDoesNotExist) {
  const absl::Status status = Scoped(CoordinatorOf("programmes/p"), "programmes/q/cohorts/c");

  EXPECT_EQ(status, NotFound("programmes/q/cohorts/c"));
  EXPECT_EQ(Scoped(ContactOf("organisations/o"), "organisations/o2").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Scoped(ParticipantNamed("participants/x"), "participants/y").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Scoped(ParticipantNamed("participants/x"), "organisations/x").code(), absl::StatusCode::kNotFound);
}

TEST_F(PipelineTest, AMalformedNameIsWrongBeforeItIsMissing) {
  EXPECT_THAT(Scoped(CoordinatorOf("programmes/p"), ""), HasReason("INVALID_FIELDS"));
  EXPECT_THAT(Scoped(CoordinatorOf("programmes/p"), "programmes/p/cohorts/"), HasReason("INVALID_FIELDS"));
}

TEST_F(PipelineTest, OfSeveralResourcesEachMustBeReached) {
  ScopedManyRequest request;
  request.add_names("programmes/p/cohorts/a");
  const std::string method = std::string(kProbe) + "ScopedMany";
  EXPECT_TRUE(server_.Call<EchoResponse>(CoordinatorOf("programmes/p"), method, request).ok());

  request.add_names("programmes/q/cohorts/b");

  EXPECT_EQ(server_.Call<EchoResponse>(CoordinatorOf("programmes/p"), method, request).status(),
            NotFound("programmes/q/cohorts/b"));
  EXPECT_TRUE(server_.Call<EchoResponse>(ServiceNamed("matching"), method, request).ok());
}

// Validation.

TEST_F(PipelineTest, EveryWrongFieldIsNamedAtOnce) {
  ValidateRequest request;
  request.set_uuid("x");
  request.set_small(11);

  const absl::Status status =
      server_.Call<EchoResponse>(Anonymous(), std::string(kProbe) + "Validate", request).status();

  EXPECT_EQ(status.code(), kInvalidArgument);
  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, "INVALID_FIELDS");
  std::vector<std::string> fields;
  for (const auto& field : details.fields) fields.push_back(field.field);
  EXPECT_THAT(fields, ElementsAre("required_text", "uuid", "small", "required_message", "required_colour"));
}

TEST_F(PipelineTest, BytesThatAreNoRequestAreRefused) {
  const std::string echo = std::string(kProbe) + "Echo";

  EXPECT_EQ(ReasonOf(StatusOf(CallRaw(echo, "\xff\xff\xff", {}))), "MALFORMED_REQUEST");
  EXPECT_EQ(ReasonOf(StatusOf(CallRaw(echo, "\x0a\x02\xc3\x28", {}))), "MALFORMED_REQUEST");
}

// Idempotency.

TEST_F(PipelineTest, ARepeatedRequestGetsTheFirstAnswer) {
  const std::string id = NewUuid(absl::Now());
  const auto first = Change(Admin(), id, "a");
  ASSERT_TRUE(Change(Admin(), NewUuid(absl::Now()), "b").ok());

  const auto again = Change(Admin(), id, "a");

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(*again, EqualsProto(*first));
  EXPECT_EQ(handler_.changes, 2);
}

TEST_F(PipelineTest, TheSameIdWithAnotherPayloadIsRefused) {
  const std::string id = NewUuid(absl::Now());
  ASSERT_TRUE(Change(Admin(), id, "a").ok());

  EXPECT_THAT(Change(Admin(), id, "b"), HasReason("REQUEST_ID_REUSED"));
}

TEST_F(PipelineTest, AMutationKnowsWhereItComesFrom) {
  const std::string id = NewUuid(absl::Now());

  ASSERT_TRUE(Change(Admin(), id, "a", /*validate_only=*/true).ok());

  EXPECT_EQ(handler_.last_origin.actor, "admin-1");
  EXPECT_EQ(handler_.last_origin.method, std::string(kProbe) + "Change");
  EXPECT_EQ(handler_.last_origin.request_id, id);
  EXPECT_EQ(handler_.last_origin.request_digest.size(), 64u);
  EXPECT_TRUE(handler_.last_origin.validate_only);
  EXPECT_LT(handler_.last_origin.deadline, absl::Now() + absl::Seconds(21));
  EXPECT_EQ(Change(Admin(), id, "a")->revision(), 1);  // The trial left no trace.
}

TEST_F(PipelineTest, TheDigestIsTheSameForAnotherRequestId) {
  ASSERT_TRUE(Change(Admin(), NewUuid(absl::Now()), "a").ok());
  const std::string digest = handler_.last_origin.request_digest;

  ASSERT_TRUE(Change(Admin(), NewUuid(absl::Now()), "a").ok());

  EXPECT_EQ(handler_.last_origin.request_digest, digest);
}

// Deadlines.

class DeadlineTest : public PipelineTest {
 protected:
  DeadlineTest()
      : PipelineTest(TestServer::InProcess(),
                     {.default_deadline = absl::Seconds(3), .max_deadline = absl::Seconds(9)}) {
    handler_.on_echo = [this](const Call& call) -> absl::StatusOr<std::string> {
      granted_ = call.deadline() - absl::Now();
      return "";
    };
  }

  absl::Duration granted_;
};

TEST_F(DeadlineTest, ACallerWithoutOneGetsTheDefault) {
  CallRaw(std::string(kProbe) + "Echo", "", {});

  EXPECT_LE(granted_, absl::Seconds(3));
  EXPECT_GT(granted_, absl::Seconds(1));
}

TEST_F(DeadlineTest, NobodyGetsMoreThanTheMost) {
  ASSERT_TRUE(Echo(Anonymous()).ok());  // Asks for 20 seconds.

  EXPECT_LE(granted_, absl::Seconds(9));
  EXPECT_GT(granted_, absl::Seconds(7));
}

TEST_F(PipelineTest, ADeadlineThatPassesEndsTheCall) {
  Latch release;
  handler_.on_echo = [&](const Call&) {
    release.Wait();
    return "late";
  };
  const auto status =
      server_.Call<EchoResponse>(Anonymous(), std::string(kProbe) + "Echo", EchoRequest(), absl::Milliseconds(50));
  release.Open();

  EXPECT_EQ(status.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(status, HasReason("DEADLINE_EXCEEDED"));
}

// Admission.

class NarrowTest : public PipelineTest {
 protected:
  NarrowTest()
      : PipelineTest({.name = "test", .address = "", .threads = 1, .queue = 2, .max_queue_wait = absl::Seconds(2)}) {
    handler_.on_echo = [this](const Call&) {
      if (handler_.echoes == 1) {
        began_.Open();
        release_.Wait();
      }
      return "";
    };
  }
  ~NarrowTest() override { release_.Open(); }

  std::future<absl::StatusOr<EchoResponse>> Start(absl::Duration timeout = absl::Seconds(20)) {
    return server_.CallAsync<EchoResponse>(Anonymous(), std::string(kProbe) + "Echo", EchoRequest(), timeout);
  }

  Latch began_;
  Latch release_;
};

TEST_F(NarrowTest, WhatDoesNotFitInTheQueueIsRefusedWithATimeToRetry) {
  auto running = Start();
  began_.Wait();
  std::vector<std::future<absl::StatusOr<EchoResponse>>> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(Start());

  // Two wait; the others are answered at once.
  int refused = 0;
  while (refused < 6) {
    for (auto& call : calls) {
      if (!call.valid() || call.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) continue;
      const absl::Status status = call.get().status();
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_EQ(ReasonOf(status), "OVERLOADED");
      EXPECT_TRUE(DetailsOf(status).retry_after.has_value());
      ++refused;
    }
  }
  release_.Open();
  EXPECT_TRUE(running.get().ok());
  for (auto& call : calls) {
    if (call.valid()) {
      EXPECT_TRUE(call.get().ok());
    }
  }
  EXPECT_EQ(handler_.echoes, 3);
}

TEST_F(NarrowTest, InlineMethodsNeedNoThread) {
  auto running = Start();
  began_.Wait();

  EXPECT_TRUE(Echo(Anonymous(), "EchoInline").ok());

  release_.Open();
  EXPECT_TRUE(running.get().ok());
}

TEST_F(NarrowTest, WorkWhoseDeadlinePassedInTheQueueIsDropped) {
  auto running = Start();
  began_.Wait();
  auto late = Start(absl::Milliseconds(50));

  EXPECT_EQ(late.get().status().code(), absl::StatusCode::kDeadlineExceeded);
  release_.Open();
  EXPECT_TRUE(running.get().ok());
  ASSERT_TRUE(Echo(Anonymous()).ok());  // Behind the dropped one in the queue.
  EXPECT_EQ(handler_.echoes, 2);
}

// A method that may run on gRPC's own thread as long as it need not wait.
class PointReadTest : public PipelineTest {
 protected:
  PointReadTest() : PipelineTest({.name = "test", .address = "", .threads = 1, .queue = 2}, kPointRead) {
    handler_.on_echo = [this](const Call&) -> absl::StatusOr<std::string> {
      if (waits_ && NoWait::Refuses()) {
        ++refusals_;
        // What comes back then counts for nothing, not even an answer.
        return refusals_ % 2 == 0 ? absl::StatusOr<std::string>("hasty") : NoWait::Refusal();
      }
      return waits_ ? "waited" : "at once";
    };
  }

  std::atomic<bool> waits_ = false;
  std::atomic<int> refusals_ = 0;
};

TEST_F(PointReadTest, WithoutWaitingItTakesNoThread) {
  Latch began, release;
  handler_.on_echo = [&](const Call&) -> absl::StatusOr<std::string> {
    if (NoWait::Refuses()) return NoWait::Refusal();
    began.Open();
    release.Wait();
    return "waited";
  };
  auto running = server_.CallAsync<EchoResponse>(Anonymous(), std::string(kProbe) + "Echo", EchoRequest());
  began.Wait();  // The one thread.
  handler_.on_echo = nullptr;

  EXPECT_EQ(Echo(Anonymous())->text(), "hello");

  release.Open();
  EXPECT_EQ(running.get()->text(), "waited");
}

TEST_F(PointReadTest, WhatMustWaitIsDoneAgainOnAThread) {
  waits_ = true;

  for (int i = 0; i < 20; ++i) EXPECT_EQ(Echo(Anonymous())->text(), "waited");

  EXPECT_GE(refusals_, 2);
  EXPECT_LE(refusals_, 6);  // Ever less often tried in vain,
  EXPECT_EQ(LastLine()["code"], "OK");

  waits_ = false;
  handler_.echoes = 0;
  for (int i = 0; i < 200; ++i) EXPECT_EQ(Echo(Anonymous())->text(), "at once");
  EXPECT_EQ(handler_.echoes, 200);  // and then again.
}

TEST_F(PointReadTest, OneThatIsRefusedIsCountedAndLoggedOnce) {
  waits_ = true;

  ASSERT_TRUE(Echo(Anonymous()).ok());

  EXPECT_EQ(refusals_, 1);
  double calls = 0;
  for (const auto& family : server_.server().metrics().Collect()) {
    if (family.name != "brygga_rpc_calls_total") continue;
    for (const auto& metric : family.metric) calls += metric.counter.value;
  }
  EXPECT_EQ(calls, 1);
}

TEST_F(PointReadTest, ItIsNoWayRoundTheChecks) {
  EXPECT_THAT(Scoped(Anonymous(), "programmes/p"), HasReason("TOKEN_MISSING"));
  waits_ = true;
  EXPECT_THAT(Echo(Anonymous(), "AdminOnly"), HasReason("TOKEN_MISSING"));
  EXPECT_EQ(handler_.echoes, 0);
}

TEST(TrialTest, ItIsTriedAgainSoonerOrLater) {
  Trial trial;
  for (int i = 0; i < 20; ++i) {
    int skipped = 0;
    while (!trial.Worthwhile()) ++skipped;
    EXPECT_LE(skipped, Trial::kMost);
    trial.Ended(/*refused=*/true);
  }
  EXPECT_FALSE(trial.Worthwhile());
  while (!trial.Worthwhile()) {
  }

  trial.Ended(/*refused=*/false);

  for (int i = 0; i < 3; ++i) EXPECT_TRUE(trial.Worthwhile());
}

class ImpatientTest : public PipelineTest {
 protected:
  ImpatientTest()
      : PipelineTest(
            {.name = "test", .address = "", .threads = 1, .queue = 10, .max_queue_wait = absl::Milliseconds(250)}) {}
};

TEST_F(ImpatientTest, WorkThatWaitedTooLongIsRefused) {
  Latch began, release;
  handler_.on_echo = [&](const Call&) {
    began.Open();
    release.Wait();
    return "";
  };
  const auto start = [&] {
    return server_.CallAsync<EchoResponse>(Anonymous(), std::string(kProbe) + "Echo", EchoRequest());
  };
  auto running = start();
  began.Wait();
  auto waiting = start();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // What is tested is that time passes in the queue.
  release.Open();

  EXPECT_TRUE(running.get().ok());
  EXPECT_THAT(waiting.get(), HasReason("OVERLOADED"));
}

// Metrics.

TEST_F(PipelineTest, CallsAreCountedByMethodAndCode) {
  ASSERT_TRUE(Echo(Anonymous()).ok());
  ASSERT_TRUE(Echo(Anonymous()).ok());
  ASSERT_FALSE(Echo(Anonymous(), "AdminOnly").ok());

  std::map<std::string, double> counts;
  for (const auto& family : server_.server().metrics().Collect()) {
    if (family.name != "brygga_rpc_calls_total") continue;
    for (const auto& metric : family.metric) {
      std::string key;
      for (const auto& label : metric.label) {
        if (label.name == "code" || label.name == "method") key += label.value + " ";
      }
      counts[key] = metric.counter.value;
    }
  }
  EXPECT_EQ(counts, (std::map<std::string, double>{{"OK brygga.rpc.testing.ProbeService/Echo ", 2},
                                                   {"UNAUTHENTICATED brygga.rpc.testing.ProbeService/AdminOnly ", 1}}));
}

}  // namespace
}  // namespace brygga::rpc
