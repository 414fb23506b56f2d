// Positions in a change log as text that a caller keeps and hands back.
#ifndef BRYGGA_COMMON_FEED_RESUME_TOKEN_H_
#define BRYGGA_COMMON_FEED_RESUME_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/sql/change_log.h"

namespace brygga::feed {

// Makes tokens of one log, and reads no others: a token is signed with the log's
// secret and names the service and the database. Immutable.
class ResumeTokens {
 public:
  ResumeTokens(std::string_view service, const sql::LogIdentity& identity);

  std::string ToToken(const sql::LogPosition& position) const;

  // kInvalidArgument, reason RESUME_TOKEN_INVALID: not made by ToToken, or
  // changed since. Reason RESUME_TOKEN_FOREIGN: of another service or database.
  absl::StatusOr<sql::LogPosition> ToPosition(std::string_view token) const;

 private:
  std::string Sign(std::string_view bytes) const;

  const std::string log_;  // Of service and database: 8 bytes.
  const std::string inner_;
  const std::string outer_;
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_RESUME_TOKEN_H_
