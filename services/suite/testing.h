// The whole suite inside a test, on SQLite in a temporary folder.
//
//   class BoardJourney : public suite::SuiteTest {};
//   TEST_F(BoardJourney, …) {
//     const auto board = Call<gateway::v1::GetCohortBoardResponse>(rpc::Admin(), "brygga.gateway.v1…", request);
#ifndef BRYGGA_SERVICES_SUITE_TESTING_H_
#define BRYGGA_SERVICES_SUITE_TESTING_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/client.h"
#include "common/rpc/testing.h"
#include "common/testing/temp_dir.h"
#include "services/suite/suite.h"

namespace brygga::suite {

// Five servers that listen on loopback, on free ports, and trust
// rpc::TestIssuer(). A suite that does not start ends the test.
class SuiteTest : public ::testing::Test {
 protected:
  SuiteTest() { Start(); }

  // Calls through the gateway as `caller`.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, std::string_view method, const Request& request,
                                absl::Duration timeout = absl::Seconds(60)) {
    return gateway_->Call<Response>(rpc::CallOptions::Within(timeout, rpc::TokenOf(caller)), method, request);
  }

  // Stops the suite and starts it again on the same files, as other servers.
  void Restart();

  Suite& suite() { return *suite_; }
  const std::shared_ptr<rpc::Channel>& gateway() const { return gateway_; }
  // A path in the test's folder.
  std::string File(std::string_view name) const { return folder_.File(name); }

 private:
  void Start();

  testing::TempDir folder_{testing::Kept::kInMemory};
  std::unique_ptr<Suite> suite_;
  std::shared_ptr<rpc::Channel> gateway_;
};

}  // namespace brygga::suite

#endif  // BRYGGA_SERVICES_SUITE_TESTING_H_
