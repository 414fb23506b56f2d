// What the consumer that kill_test kills derives: of each resource the last
// revision, how many changes of it took effect, and whether each was the next.
#ifndef BRYGGA_COMMON_FEED_CONSUMER_PROBE_H_
#define BRYGGA_COMMON_FEED_CONSUMER_PROBE_H_

#include "common/sql/migration.h"

namespace brygga::feed {

inline constexpr sql::Migration kProbeMigrations[] = {{1, R"sql(
CREATE TABLE derived (
  resource TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  applied BIGINT NOT NULL,
  in_order BIGINT NOT NULL
);
)sql"}};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_CONSUMER_PROBE_H_
