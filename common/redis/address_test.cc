#include "common/redis/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace brygga::redis {
namespace {

using testing::IsOkAndHolds;

TEST(AddressTest, ReadsHostsPortsSocketsUsersAndDatabases) {
  EXPECT_THAT(ParseAddress("redis://cache.internal"), IsOkAndHolds(Address{.host = "cache.internal"}));
  EXPECT_THAT(ParseAddress("redis://brygga@10.0.0.7:6380/3"),
              IsOkAndHolds(Address{.host = "10.0.0.7", .port = 6380, .user = "brygga", .database = 3}));
  EXPECT_THAT(ParseAddress("redis://[::1]:7000/"), IsOkAndHolds(Address{.host = "::1", .port = 7000}));
  EXPECT_THAT(ParseAddress("unix:///run/redis.sock"), IsOkAndHolds(Address{.socket = "/run/redis.sock"}));
  EXPECT_THAT(ParseAddress("unix://brygga@/run/redis.sock?db=2"),
              IsOkAndHolds(Address{.socket = "/run/redis.sock", .user = "brygga", .database = 2}));
}

TEST(AddressTest, RefusesWhatIsNoneAndPasswords) {
  for (const char* text : {"", "localhost", "http://host", "redis://", "redis://:6379", "redis://host:0",
                           "redis://host:65536", "redis://host:port", "redis://host/name", "redis://[::1", "unix://run",
                           "unix:///", "unix:///s?db=x", "redis://user:secret@host"}) {
    EXPECT_EQ(ParseAddress(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(ParseAddress("redis://user:secret@host").status().message().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace brygga::redis
