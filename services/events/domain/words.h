// Enums and the words for them: the same words in SQL, filters, messages and,
// with the enum's prefix, in proto. The numbers are proto's too.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_WORDS_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_WORDS_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/status/check.h"

namespace brygga::events {

enum class EventKind {
  kJobFair = 1,
  kSpeedNetworking,
  kNetworkMeeting,
  kSeminar,
  kTraining,
  kStudyVisit,
  kWorkshop,
  kLanguageCafe,
  kHomeworkHelp,
  kLiveStream,
  kKickOff,
  kCourse
};
enum class EventState { kTentative = 1, kPublished, kLive, kDone, kPostponed, kCancelled };
enum class AttendanceMode { kOnsite = 1, kOnline, kHybrid };
enum class Audience { kMentors = 1, kMentees, kSupervisors, kYouth, kReversePairs, kPartnerStaff, kPublic };
enum class Recurrence { kDaily = 1, kWeekly };
enum class RegistrationState { kRegistered = 1, kWaitlisted, kCancelled };
enum class WaitingReason { kEventFull = 1, kNotEligible };
enum class PairKind { kMentoring = 1, kReverse, kMutual };
enum class ImportOutcome { kCreated = 1, kUnchanged, kRefused };

namespace internal {

// The words of an enum, the first for the value 1.
template <typename Enum>
inline constexpr std::array<std::string_view, 0> kWords = {};
template <>
inline constexpr auto kWords<EventKind> = std::to_array<std::string_view>(
    {"JOB_FAIR", "SPEED_NETWORKING", "NETWORK_MEETING", "SEMINAR", "TRAINING", "STUDY_VISIT", "WORKSHOP",
     "LANGUAGE_CAFE", "HOMEWORK_HELP", "LIVE_STREAM", "KICK_OFF", "COURSE"});
template <>
inline constexpr auto kWords<EventState> = std::to_array<std::string_view>({"TENTATIVE", "PUBLISHED", "LIVE", "DONE",
                                                                            "POSTPONED", "CANCELLED"});
template <>
inline constexpr auto kWords<AttendanceMode> = std::to_array<std::string_view>({"ONSITE", "ONLINE", "HYBRID"});
template <>
inline constexpr auto kWords<Audience> = std::to_array<std::string_view>({"MENTORS", "MENTEES", "SUPERVISORS", "YOUTH",
                                                                          "REVERSE_PAIRS", "PARTNER_STAFF", "PUBLIC"});
template <>
inline constexpr auto kWords<Recurrence> = std::to_array<std::string_view>({"DAILY", "WEEKLY"});
template <>
inline constexpr auto kWords<RegistrationState> = std::to_array<std::string_view>({"REGISTERED", "WAITLISTED",
                                                                                   "CANCELLED"});
template <>
inline constexpr auto kWords<WaitingReason> = std::to_array<std::string_view>({"EVENT_FULL", "NOT_ELIGIBLE"});
template <>
inline constexpr auto kWords<PairKind> = std::to_array<std::string_view>({"MENTORING", "REVERSE", "MUTUAL"});
template <>
inline constexpr auto kWords<ImportOutcome> = std::to_array<std::string_view>({"CREATED", "UNCHANGED", "REFUSED"});

}  // namespace internal

// The word for `value`.
template <typename Enum>
requires std::is_enum_v<Enum> std::string NameOf(Enum value) {
  return std::string(internal::kWords<Enum>[static_cast<size_t>(value) - 1]);
}

// The value that `word` stands for, if any.
template <typename Enum>
std::optional<Enum> FindName(std::string_view word) {
  const auto& words = internal::kWords<Enum>;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) return static_cast<Enum>(i + 1);
  }
  return std::nullopt;
}

// The same for words of our own tables: one that stands for none is our bug.
template <typename Enum>
Enum FromName(std::string_view word) {
  const std::optional<Enum> value = FindName<Enum>(word);
  BRYGGA_CHECK(value.has_value());
  return *value;
}

// All words of an enum: what a filter may say.
template <typename Enum>
std::vector<std::string> AllNames() {
  return {internal::kWords<Enum>.begin(), internal::kWords<Enum>.end()};
}

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_WORDS_H_
