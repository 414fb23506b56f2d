// The reader's words for what the protos call things.
#ifndef BRYGGA_CLI_APP_WORDS_H_
#define BRYGGA_CLI_APP_WORDS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brygga/matching/v1/policy.pb.h"
#include "brygga/matching/v1/round.pb.h"

namespace brygga::cli {

// "under review" for ENROLMENT_STATE_UNDER_REVIEW; "" for the value 0.
std::string WordOf(const google::protobuf::EnumDescriptor& type, int value);

template <typename E>
std::string WordOf(E value) {
  return WordOf(*google::protobuf::GetEnumDescriptor<E>(), static_cast<int>(value));
}

// The value whose word, or name without prefix, is `word` in either case;
// nullopt where there is none.
std::optional<int> ValueOf(const google::protobuf::EnumDescriptor& type, std::string_view word);

// All words of an enum, for help texts: "onsite, online, hybrid".
std::string WordsOf(const google::protobuf::EnumDescriptor& type);

// The value that a word names.
//
// kInvalidArgument, ends with kUsage: none; the message names those there are.
absl::StatusOr<int> ParseWord(const google::protobuf::EnumDescriptor& type, std::string_view word);

template <typename E>
absl::StatusOr<E> ParseWord(std::string_view word) {
  const absl::StatusOr<int> value = ParseWord(*google::protobuf::GetEnumDescriptor<E>(), word);
  if (!value.ok()) return value.status();
  return static_cast<E>(*value);
}

// "2023-03-10 17:00", or with a T between and with seconds: what Stockholm's
// clocks show.
//
// kInvalidArgument, ends with kUsage: it is none.
absl::StatusOr<absl::CivilSecond> ParseClock(std::string_view text);
// The instant of the same.
absl::StatusOr<absl::Time> ParseStockholmTime(std::string_view text);

// A score in points out of 100, "81.4".
std::string Points(int64_t micros);

// What counts most in a score, in the sentences of the answer: "36.2 Occupation: the
// same occupation; 18.0 Times: 3 in common of 4".
std::string MainReasons(const google::protobuf::RepeatedPtrField<matching::v1::Contribution>& contributions,
                        size_t at_most);

// "no common language".
std::string RuleText(matching::v1::HardRule rule);

// "2022-10-06 10:00" in Europe/Stockholm; "" where it is unset.
std::string StockholmTime(const google::protobuf::Timestamp& time);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_APP_WORDS_H_
