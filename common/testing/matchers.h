// Matchers for absl::Status and absl::StatusOr.
//
//   EXPECT_THAT(store.Get(id), IsOkAndHolds(Field(&Match::state, MatchState::kActive)));
//   EXPECT_THAT(store.Get(none), StatusIs(absl::StatusCode::kNotFound));
//   EXPECT_THAT(store.Register(event), HasReason("EVENT_FULL"));
#ifndef BRYGGA_COMMON_TESTING_MATCHERS_H_
#define BRYGGA_COMMON_TESTING_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::testing {

// Matches a Status or a StatusOr that is OK.
MATCHER(IsOk, negation ? "isn't OK" : "is OK") {
  const absl::Status status = internal::StatusOf(arg);
  *result_listener << status.ToString(absl::StatusToStringMode::kWithNoExtraData);
  return status.ok();
}

// Matches an OK StatusOr whose value matches `inner`.
MATCHER_P(IsOkAndHolds, inner, "is OK and holds what " + ::testing::PrintToString(inner)) {
  if (!arg.ok()) {
    *result_listener << "is " << arg.status().ToString(absl::StatusToStringMode::kWithNoExtraData);
    return false;
  }
  return ::testing::ExplainMatchResult(inner, *arg, result_listener);
}

// Matches a Status or a StatusOr of `code`.
MATCHER_P(StatusIs, code, std::string(negation ? "isn't " : "is ") + absl::StatusCodeToString(code)) {
  const absl::Status status = internal::StatusOf(arg);
  *result_listener << status.ToString(absl::StatusToStringMode::kWithNoExtraData);
  return status.code() == code;
}

// The same, with a message that matches `message`.
MATCHER_P2(StatusIs, code, message, std::string(negation ? "isn't " : "is ") + absl::StatusCodeToString(code)) {
  const absl::Status status = internal::StatusOf(arg);
  *result_listener << status.ToString(absl::StatusToStringMode::kWithNoExtraData);
  return status.code() == code &&
         ::testing::ExplainMatchResult(message, std::string(status.message()), result_listener);
}

// Matches an error of ours with this reason from a catalogue.
MATCHER_P(HasReason, reason, std::string(negation ? "hasn't" : "has") + " reason " + reason) {
  const absl::Status status = internal::StatusOf(arg);
  *result_listener << status.ToString(absl::StatusToStringMode::kWithNoExtraData) << ", reason " << ReasonOf(status);
  return ReasonOf(status) == reason;
}

}  // namespace brygga::testing

// How GoogleTest prints them; without this it prints bytes.
namespace absl {
inline void PrintTo(const Status& status, std::ostream* out) {
  *out << status.ToString(StatusToStringMode::kWithNoExtraData);
}

template <typename T>
void PrintTo(const StatusOr<T>& value, std::ostream* out) {
  if (value.ok()) {
    *out << "OK: " << ::testing::PrintToString(*value);
  } else {
    PrintTo(value.status(), out);
  }
}
}  // namespace absl

#endif  // BRYGGA_COMMON_TESTING_MATCHERS_H_
