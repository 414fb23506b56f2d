// For tests of the client.
#ifndef BRYGGA_COMMON_REDIS_CLIENT_TESTING_H_
#define BRYGGA_COMMON_REDIS_CLIENT_TESTING_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/redis/client.h"

namespace brygga::redis {

inline constexpr absl::Duration kPatience = absl::Seconds(20);

inline absl::Time Soon() { return absl::Now() + absl::Seconds(5); }

// Until `condition` holds, or a test has waited long enough.
inline bool Eventually(const std::function<bool()>& condition, absl::Duration patience = kPatience) {
  const absl::Time end = absl::Now() + patience;
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

inline std::unique_ptr<Client> Connected(ClientOptions options) {
  auto client = Client::Start(std::move(options));
  EXPECT_TRUE(Eventually([&] { return client->usable(); }));
  return client;
}

}  // namespace brygga::redis

#endif  // BRYGGA_COMMON_REDIS_CLIENT_TESTING_H_
