// A server and its channel inside a test, through the whole pipeline.
//
//   class PartnerHandlerTest : public ::testing::Test {
//    protected:
//     FakePartnerStore store_;
//     PartnerHandler handler_{store_};
//     rpc::TestServer server_{PartnerService(handler_)};
//   };
//
//   const auto response = server_.Call<v1::GetOrganisationResponse>(
//       rpc::Admin(), "brygga.partner.v1.OrganisationService/GetOrganisation", request);
#ifndef BRYGGA_COMMON_RPC_TESTING_H_
#define BRYGGA_COMMON_RPC_TESTING_H_

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/log/log.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"

namespace brygga::rpc {

// Callers.
Identity Anonymous();
Identity Admin();
Identity ServiceNamed(const std::string& service);          // "matching"
Identity CoordinatorOf(const std::string& programme);       // "programmes/p"
Identity ContactOf(const std::string& organisation);        // "organisations/o"
Identity ParticipantNamed(const std::string& participant);  // "participants/p"

// The issuer of the test process, with keys in a temporary folder.
const LocalIssuer& TestIssuer();
// A token for `caller`; empty for Anonymous().
std::string TokenOf(const Identity& caller);

// `request` with a new request id, where it takes one and has none.
template <typename Request>
Request WithRequestId(Request request) {
  if constexpr (requires { request.set_request_id(""); }) {
    if (request.request_id().empty()) request.set_request_id(NewUuid(absl::Now()));
  }
  return request;
}

// Listens nowhere unless `options` say so; verifies tokens of TestIssuer();
// keeps its log in memory. A service that does not Check() ends the test.
class TestServer {
 public:
  explicit TestServer(std::vector<Service> services, ServerOptions options = InProcess());
  explicit TestServer(Service service, ServerOptions options = InProcess());

  static ServerOptions InProcess() { return {.name = "test", .address = "", .threads = 4}; }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const Identity& caller, std::string_view method, const Request& request,
                                absl::Duration timeout = absl::Seconds(20)) {
    return channel_->Call<Response>(CallOptions::Within(timeout, TokenOf(caller)), method, request);
  }
  template <typename Response, typename Request>
  std::future<absl::StatusOr<Response>> CallAsync(const Identity& caller, std::string_view method,
                                                  const Request& request, absl::Duration timeout = absl::Seconds(20)) {
    return channel_->CallAsync<Response>(CallOptions::Within(timeout, TokenOf(caller)), method, request);
  }
  template <typename Response, typename Request>
  StreamReader<Response> Open(const Identity& caller, std::string_view method, const Request& request,
                              absl::Duration timeout = absl::Seconds(20)) {
    return channel_->Open<Response>(CallOptions::Within(timeout, TokenOf(caller)), method, request);
  }

  Server& server() { return *server_; }
  Channel& channel() { return *channel_; }
  const std::shared_ptr<Channel>& shared_channel() { return channel_; }
  Log& log() { return *log_; }

 private:
  std::shared_ptr<Log> log_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<Channel> channel_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_TESTING_H_
