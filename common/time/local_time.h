// Dates and wall-clock times: what people agree on. The instant is derived.
#ifndef BRYGGA_COMMON_TIME_LOCAL_TIME_H_
#define BRYGGA_COMMON_TIME_LOCAL_TIME_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace brygga {

// A calendar date without time or zone. Text form: ISO 8601, "2022-10-06".
using Date = absl::CivilDay;

// The zone of every local rule whose record says no other.
inline constexpr std::string_view kDefaultZone = "Europe/Stockholm";

// A wall-clock time to the second and the IANA zone it is read in.
struct LocalDateTime {
  absl::CivilSecond time;
  std::string zone = std::string(kDefaultZone);

  friend bool operator==(const LocalDateTime&, const LocalDateTime&) = default;
};

// kInvalidArgument: not an IANA zone that this machine knows.
absl::StatusOr<absl::TimeZone> LoadZone(std::string_view name);

// The instant of `local`. A wall-clock time that the clocks skip is read with
// the offset before the change (02:30 becomes 03:30); one that comes twice
// means the first.
//
// kInvalidArgument: an unknown zone.
absl::StatusOr<absl::Time> InstantOf(const LocalDateTime& local);

// What the clock on the wall in `zone` shows at `instant`.
//
// kInvalidArgument: an unknown zone.
absl::StatusOr<LocalDateTime> LocalAt(absl::Time instant, std::string_view zone);

// The date in Europe/Stockholm at `instant`: the day a local rule speaks of.
Date StockholmDate(absl::Time instant);

// kInvalidArgument: not a date of the form YYYY-MM-DD between years 1 and 9999.
absl::StatusOr<Date> ParseDate(std::string_view text);
std::string FormatDate(Date date);

// "2022-10-06T10:00:00", without zone.
//
// kInvalidArgument: another form, or no such time.
absl::StatusOr<absl::CivilSecond> ParseLocalTime(std::string_view text);
std::string FormatLocalTime(absl::CivilSecond time);

// `date` plus `months` calendar months; the last day of the month where the
// day does not exist (31 January plus one is 28 or 29 February).
Date AddMonths(Date date, int months);

// Whole years from `birth` to `on`: a person born on 29 February has their
// birthday on 1 March in other years.
int AgeOn(Date birth, Date on);

}  // namespace brygga

#endif  // BRYGGA_COMMON_TIME_LOCAL_TIME_H_
