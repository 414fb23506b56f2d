// UUIDs (RFC 9562). Safe for concurrent use.
#ifndef BRYGGA_COMMON_IDS_UUID_H_
#define BRYGGA_COMMON_IDS_UUID_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace brygga {

// A new UUIDv7: 48 bits of `now` in milliseconds, then 74 random bits from the
// system's generator, so that ids sort by time of birth and cannot be guessed.
// Lower case, 36 characters.
std::string NewUuid(absl::Time now);

// The UUIDv8 that `name` always gives: the first 122 bits of its SHA-256. For
// request ids that a repeated job must find again.
std::string UuidOf(std::string_view name);

// True for 36 characters of hexadecimal digits and hyphens in UUID form, of
// any version, in either case.
bool IsUuid(std::string_view text);

}  // namespace brygga

#endif  // BRYGGA_COMMON_IDS_UUID_H_
