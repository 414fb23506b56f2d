#include "common/time/local_time.h"

#include <algorithm>
#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/macros.h"

namespace brygga {
namespace {

// True where `text` has digits where `form` has 'd' and the same character
// elsewhere.
bool HasForm(std::string_view text, std::string_view form) {
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char f) {
           return f == 'd' ? absl::ascii_isdigit(static_cast<unsigned char>(c)) : c == f;
         });
}

int Number(std::string_view text, size_t from, size_t count) {
  int value = 0;
  for (const char c : text.substr(from, count)) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

absl::StatusOr<absl::TimeZone> LoadZone(std::string_view name) {
  absl::TimeZone zone;
  // absl reads "localtime" and file names too; a zone of ours is a name.
  const bool named = name == "UTC" || (name.find('/') != std::string_view::npos && name.front() != '/' &&
                                       name.find("..") == std::string_view::npos);
  if (!named || !absl::LoadTimeZone(std::string(name), &zone)) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown time zone; use an IANA name such as ", std::string(kDefaultZone)));
  }
  return zone;
}

absl::StatusOr<absl::Time> InstantOf(const LocalDateTime& local) {
  BRYGGA_ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(local.zone));
  return zone.At(local.time).pre;
}

absl::StatusOr<LocalDateTime> LocalAt(absl::Time instant, std::string_view zone) {
  BRYGGA_ASSIGN_OR_RETURN(const absl::TimeZone loaded, LoadZone(zone));
  return LocalDateTime{.time = absl::ToCivilSecond(instant, loaded), .zone = std::string(zone)};
}

Date StockholmDate(absl::Time instant) {
  static const absl::TimeZone stockholm = LoadZone(kDefaultZone).value();
  return absl::ToCivilDay(instant, stockholm);
}

absl::StatusOr<Date> ParseDate(std::string_view text) {
  if (HasForm(text, "dddd-dd-dd")) {
    const int year = Number(text, 0, 4), month = Number(text, 5, 2), day = Number(text, 8, 2);
    const Date date(year, month, day);
    if (year >= 1 && date.month() == month && date.day() == day) return date;
  }
  return absl::InvalidArgumentError("not a date; use YYYY-MM-DD");
}

std::string FormatDate(Date date) { return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day()); }

absl::StatusOr<absl::CivilSecond> ParseLocalTime(std::string_view text) {
  if (HasForm(text, "dddd-dd-ddTdd:dd:dd")) {
    const int hour = Number(text, 11, 2), minute = Number(text, 14, 2), second = Number(text, 17, 2);
    if (const auto date = ParseDate(text.substr(0, 10)); date.ok() && hour < 24 && minute < 60 && second < 60) {
      return absl::CivilSecond(date->year(), date->month(), date->day(), hour, minute, second);
    }
  }
  return absl::InvalidArgumentError("not a local time; use YYYY-MM-DDThh:mm:ss");
}

std::string FormatLocalTime(absl::CivilSecond time) {
  return absl::StrFormat("%sT%02d:%02d:%02d", FormatDate(absl::CivilDay(time)), time.hour(), time.minute(),
                         time.second());
}

Date AddMonths(Date date, int months) {
  const absl::CivilMonth month = absl::CivilMonth(date) + months;
  const int last = (absl::CivilDay(month + 1) - 1).day();
  return Date(month.year(), month.month(), std::min(date.day(), last));
}

int AgeOn(Date birth, Date on) {
  const bool had_birthday = on.month() > birth.month() || (on.month() == birth.month() && on.day() >= birth.day());
  return static_cast<int>(on.year() - birth.year()) - (had_birthday ? 0 : 1);
}

}  // namespace brygga
