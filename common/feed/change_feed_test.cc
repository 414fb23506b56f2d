// The feed through a real channel, on both engines.
#include "common/feed/change_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/feed/feed_testing.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"

namespace brygga::feed {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;
using Response = FeedServer::Response;
using Reader = rpc::StreamReader<Response>;

class ChangeFeedTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  void Change(const std::string& name) { EXPECT_THAT(TouchAll(database_, {name}), IsOk()); }

  // The next response; fails at the end of the stream.
  static Response Next(Reader& reader) {
    Response response;
    EXPECT_TRUE(reader.Read(&response)) << reader.Finish();
    return response;
  }
  // Reads until `count` changes have come; keeps the last token.
  std::vector<std::string> Take(Reader& reader, size_t count) {
    std::vector<std::string> seen;
    while (seen.size() < count) {
      const Response response = Next(reader);
      if (::testing::Test::HasFailure()) break;
      for (const auto& change : response.changes()) {
        seen.push_back(absl::StrCat(change.resource(), "@", change.revision()));
      }
      token_ = response.resume_token();
    }
    return seen;
  }
  static absl::Status EndOf(Reader& reader) {
    Response response;
    while (reader.Read(&response)) {
    }
    return reader.Finish();
  }
  // The token of now.
  std::string Now(FeedServer& server) {
    Reader reader = server.Watch("");
    const Response first = Next(reader);
    EXPECT_THAT(first.changes(), IsEmpty());
    return first.resume_token();
  }

  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kTestMigrations});
  sql::Database& database_ = ground_->database();
  std::string token_;
};

TEST_P(ChangeFeedTest, WithoutATokenTheFirstResponseStandsForNow) {
  FeedServer server(database_);
  Change("things/before");
  Reader reader = server.Watch("");
  const Response first = Next(reader);
  EXPECT_THAT(first.changes(), IsEmpty());
  EXPECT_FALSE(first.resume_token().empty());

  Change("things/a");
  Change("things/a");

  EXPECT_THAT(Take(reader, 2), ElementsAre("things/a@1", "things/a@2"));
  Reader resumed = server.Watch(first.resume_token());
  EXPECT_THAT(Take(resumed, 2), ElementsAre("things/a@1", "things/a@2"));
}

TEST_P(ChangeFeedTest, AChangeSaysWhatHappenedToWhat) {
  FeedServer server(database_);
  Reader reader = server.Watch(Now(server));
  Change("things/a/parts/b");
  Response response = Next(reader);
  while (response.changes().empty()) response = Next(reader);
  ASSERT_THAT(response.changes(), SizeIs(1));
  EXPECT_EQ(response.changes(0).resource(), "things/a/parts/b");
  EXPECT_EQ(response.changes(0).kind(), common::v1::CHANGE_KIND_CREATED);
  EXPECT_EQ(response.changes(0).revision(), 1);
  EXPECT_NEAR(static_cast<double>(response.changes(0).change_time().seconds()),
              static_cast<double>(absl::ToUnixSeconds(absl::Now())), 60);
}

TEST_P(ChangeFeedTest, EveryTokenOfALongStreamIsAPlaceToGoOn) {
  FeedServer server(database_);
  const std::string begin = Now(server);
  std::vector<std::string> names, expected;
  for (int i = 0; i < 700; ++i) {
    names.push_back(absl::StrCat("things/", i));
    expected.push_back(names.back() + "@1");
  }
  ASSERT_THAT(TouchAll(database_, names), IsOk());

  Reader whole = server.Watch(begin);
  size_t before = 0;
  for (std::vector<std::string> seen; seen.size() < 700;) {
    const Response response = Next(whole);
    ASSERT_LE(response.changes().size(), static_cast<int>(ChangeFeed::kMostInAMessage));
    for (const auto& change : response.changes()) seen.push_back(change.resource() + "@1");
    before = seen.size();
    if (before == 700) break;
    Reader rest = server.Watch(response.resume_token());
    EXPECT_EQ(Take(rest, 700 - before),
              std::vector<std::string>(expected.begin() + static_cast<std::ptrdiff_t>(before), expected.end()));
  }
  EXPECT_EQ(before, 700u);
}

TEST_P(ChangeFeedTest, OnlyTheCollectionsThatAreAskedFor) {
  FeedServer server(database_);
  Reader reader = server.Watch(Now(server), {"parts"});
  Change("things/a");
  Change("things/a/parts/p");
  Change("things/b");
  Change("things/a/parts/q");
  EXPECT_THAT(Take(reader, 2), ElementsAre("things/a/parts/p@1", "things/a/parts/q@1"));

  Reader wrong = server.Watch("", {"parts", "prats"});
  const absl::Status status = EndOf(wrong);
  EXPECT_THAT(status, HasReason("INVALID_FIELDS"));
  ASSERT_THAT(DetailsOf(status).fields, SizeIs(1));
  EXPECT_EQ(DetailsOf(status).fields[0].field, "collections[1]");
}

TEST_P(ChangeFeedTest, ABookmarkMovesOnWhereNothingIsAskedFor) {
  FeedServer server(database_);
  Reader reader = server.Watch(Now(server), {"parts"});
  Change("things/a");
  const absl::Time changed = absl::Now();
  Response response;
  do {
    response = Next(reader);
    ASSERT_THAT(response.changes(), IsEmpty());
  } while (absl::FromUnixSeconds(response.as_of().seconds()) + absl::Nanoseconds(response.as_of().nanos()) <= changed);
  // From there on the change of no interest is behind.
  Reader resumed = server.Watch(response.resume_token());
  Change("things/b");
  EXPECT_THAT(Take(resumed, 1), ElementsAre("things/b@1"));
}

TEST_P(ChangeFeedTest, ASlowReaderGoesOnInTheTableAndMissesNothing) {
  ChangeFeedOptions options = FeedServer::Quick();
  options.tail = {.page = 16, .kept = 32};
  FeedServer server(database_, options);
  Reader slow = server.Watch(Now(server));
  Reader quick = server.Watch(Now(server));
  // More than the buffers between hold, with a reader that sleeps.
  const std::string padding(200, 'x');
  std::vector<std::string> expected;
  for (int i = 0; i < 60; ++i) {
    std::vector<std::string> names;
    for (int j = 0; j < 100; ++j) {
      names.push_back(absl::StrCat("things/", i, "-", j, padding));
      expected.push_back(names.back() + "@1");
    }
    ASSERT_THAT(TouchAll(database_, names), IsOk());
  }
  EXPECT_EQ(Take(quick, expected.size()), expected) << "another's slowness holds up nobody";
  EXPECT_EQ(Take(slow, expected.size()), expected);
}

TEST_P(ChangeFeedTest, ADrainEndsWithATokenToGoOnFrom) {
  std::string last;
  {
    FeedServer server(database_);
    Reader reader = server.Watch(Now(server), {"parts"});
    Next(reader);
    Change("things/a");
    std::thread drain([&] { server.server().server().Drain(); });
    Response response;
    while (reader.Read(&response)) last = response.resume_token();
    EXPECT_THAT(response.changes(), IsEmpty()) << "the last response is a bookmark";
    EXPECT_THAT(reader.Finish(), HasReason("DRAINING"));
    drain.join();
  }
  Change("things/b/parts/b");
  FeedServer next(database_);
  Reader resumed = next.Watch(last, {"parts"});
  EXPECT_THAT(Take(resumed, 1), ElementsAre("things/b/parts/b@1"));
}

TEST_P(ChangeFeedTest, TokensThatAreNotOursAreRefused) {
  FeedServer server(database_);
  const auto other = GetParam()({.migrations = kTestMigrations});
  FeedServer elsewhere(other->database());
  Reader foreign = server.Watch(Now(elsewhere));
  EXPECT_THAT(EndOf(foreign), HasReason("RESUME_TOKEN_FOREIGN"));
  Reader nonsense = server.Watch("nonsense");
  EXPECT_THAT(EndOf(nonsense), HasReason("RESUME_TOKEN_INVALID"));
  Reader huge = server.Watch(std::string(4001, 'A'));
  EXPECT_THAT(EndOf(huge), HasReason("INVALID_FIELDS"));
}

TEST_P(ChangeFeedTest, ATokenOlderThanWhatIsKeptIsToldSo) {
  ChangeFeedOptions options = FeedServer::Quick();
  options.keep = {.age = absl::Hours(1), .changes = 2};
  FeedServer server(database_, options);
  const std::string old = Now(server);
  for (int i = 0; i < 5; ++i) Change("things/a");
  ASSERT_THAT(server.feed().Compact(), IsOk());

  Reader reader = server.Watch(old);

  const absl::Status status = EndOf(reader);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(status, HasReason("TOKEN_COMPACTED"));
}

TEST_P(ChangeFeedTest, OnlyServicesAndAdministratorsWatch) {
  FeedServer server(database_);
  for (const rpc::Identity& caller : {rpc::Anonymous(), rpc::CoordinatorOf("programmes/p"),
                                      rpc::ContactOf("organisations/o"), rpc::ParticipantNamed("participants/p")}) {
    Reader reader = server.Watch("", {}, caller);
    const absl::Status status = EndOf(reader);
    EXPECT_TRUE(absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status)) << status;
  }
  Reader admin = server.Watch("", {}, rpc::Admin());
  Next(admin);
}

TEST_P(ChangeFeedTest, ChangesOfAnotherReplicaAreSeen) {
  FeedServer server(database_);
  Reader reader = server.Watch(Now(server));
  if (ground_->url().rfind("sqlite", 0) == 0) GTEST_SKIP() << "one process per file";
  const auto replica = ground_->OpenAgain({.migrations = kTestMigrations});
  ASSERT_THAT(TouchAll(*replica, {"things/there"}), IsOk());
  EXPECT_THAT(Take(reader, 1), ElementsAre("things/there@1"));
}

TEST_P(ChangeFeedTest, LagAndWatchersAreMeasured) {
  FeedServer server(database_);
  const auto measured = [&] {
    return prometheus::TextSerializer().Serialize(server.server().server().metrics().Collect());
  };
  const std::string token = Now(server);
  // The stream that gave the token would be told of the change, too: let it end.
  for (const absl::Time end = absl::Now() + absl::Seconds(20);
       measured().find("brygga_rpc_streams{service=\"test\"} 0\n") == std::string::npos;) {
    ASSERT_LT(absl::Now(), end);
  }
  Reader reader = server.Watch(token);
  Change("things/a");
  Take(reader, 1);

  std::string text;
  do {  // Watchers are counted every now and then.
    Next(reader);
    text = measured();
  } while (text.find("brygga_feed_watchers{service=\"partner\"} 1\n") == std::string::npos && !HasFailure());

  EXPECT_THAT(text, HasSubstr("brygga_feed_changes_sent_total{service=\"partner\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("brygga_feed_horizon_lag_seconds"));
  EXPECT_THAT(text, HasSubstr("brygga_feed_slowest_watcher_lag_seconds"));
}

INSTANTIATE_TEST_SUITE_P(Sqlite, ChangeFeedTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, ChangeFeedTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::feed
