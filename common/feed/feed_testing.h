// A database with a feed, served and watched through a real channel.
#ifndef BRYGGA_COMMON_FEED_FEED_TESTING_H_
#define BRYGGA_COMMON_FEED_FEED_TESTING_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "brygga/partner/v1/change_service.pb.h"
#include "common/feed/change_feed.h"
#include "common/rpc/testing.h"
#include "common/sql/database.h"
#include "common/status/macros.h"

namespace brygga::feed {

inline constexpr std::string_view kTestCollections[] = {"things", "parts"};
inline constexpr sql::Migration kTestMigrations[] = {
    {1, "CREATE TABLE things (name TEXT PRIMARY KEY, revision BIGINT NOT NULL);"}};

// Changes `name` and tells of it, as an adapter does.
inline absl::Status Touch(sql::Transaction& tx, const std::string& name) {
  BRYGGA_RETURN_IF_ERROR(
      tx.Run("INSERT INTO things (name, revision) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET revision = "
             "things.revision + 1",
             {{"name", name}}));
  BRYGGA_ASSIGN_OR_RETURN(const auto row,
                          tx.QueryOne("SELECT revision FROM things WHERE name = :name", {{"name", name}}));
  const int64_t revision = row->Int("revision");
  tx.Changed(name, revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated, revision);
  return absl::OkStatus();
}

// One transaction that changes each of `names`.
inline absl::Status TouchAll(sql::Database& database, const std::vector<std::string>& names) {
  const Origin origin = {.actor = "a", .method = "m", .deadline = absl::Now() + absl::Seconds(30)};
  return database.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
    for (const std::string& name : names) BRYGGA_RETURN_IF_ERROR(Touch(tx, name));
    return absl::OkStatus();
  });
}

// A server of one feed.
class FeedServer {
 public:
  explicit FeedServer(sql::Database& database, ChangeFeedOptions options = Quick(),
                      rpc::ServerOptions server = rpc::TestServer::InProcess())
      : feed_(OpenOrDie(database, std::move(options))), server_(Service(*feed_), std::move(server)) {}

  // Bookmarks often, so that tests need not wait.
  static ChangeFeedOptions Quick() {
    return {.service = "partner", .collections = kTestCollections, .bookmark_interval = absl::Milliseconds(50)};
  }

  using Request = partner::v1::WatchPartnerChangesRequest;
  using Response = partner::v1::WatchPartnerChangesResponse;
  static constexpr char kMethod[] = "brygga.partner.v1.ChangeService/WatchPartnerChanges";

  rpc::StreamReader<Response> Watch(const std::string& token, const std::vector<std::string>& collections = {},
                                    const rpc::Identity& caller = rpc::ServiceNamed("matching"),
                                    absl::Duration timeout = absl::Seconds(60)) {
    Request request;
    request.set_resume_token(token);
    request.mutable_collections()->Add(collections.begin(), collections.end());
    return server_.Open<Response>(caller, kMethod, request, timeout);
  }

  ChangeFeed& feed() { return *feed_; }
  rpc::TestServer& server() { return server_; }

 private:
  static std::unique_ptr<ChangeFeed> OpenOrDie(sql::Database& database, ChangeFeedOptions options) {
    auto feed = ChangeFeed::Open(database, std::move(options));
    EXPECT_TRUE(feed.ok()) << feed.status();
    return *std::move(feed);
  }
  static rpc::Service Service(ChangeFeed& feed) {
    return feed.Serve<Request, Response>("brygga.partner.v1.ChangeService", "WatchPartnerChanges");
  }

  const std::unique_ptr<ChangeFeed> feed_;
  rpc::TestServer server_;
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_FEED_TESTING_H_
