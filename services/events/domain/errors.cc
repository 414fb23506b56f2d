#include "services/events/domain/errors.h"

#include <string>
#include <string_view>

#include "common/status/error.h"
#include "common/time/local_time.h"

namespace brygga::events {
namespace {

absl::Status Refused(std::string_view reason, std::string_view type, const Event& event, std::string description) {
  return FailedPrecondition(
      reason, {.type = std::string(type), .subject = NameOf(event.id), .description = std::move(description)});
}

// "16 to 21", "at least 16", "at most 21".
std::string Words(const AgeWindow& ages) {
  if (ages.least && ages.most) return std::to_string(*ages.least) + " to " + std::to_string(*ages.most);
  if (ages.least) return "at least " + std::to_string(*ages.least);
  return "at most " + std::to_string(ages.most.value_or(0));
}

}  // namespace

absl::Status ExternalRefTaken(const EventId& holder) {
  return AlreadyExists("EXTERNAL_REF_TAKEN", NameOf(holder), "another event has this external_ref");
}

absl::Status ExternalRefTaken(const SeriesId& holder) {
  return AlreadyExists("EXTERNAL_REF_TAKEN", NameOf(holder), "another series has this external_ref");
}

absl::Status AlreadyRegistered(const EventId& event, const RegistrationId& registration) {
  return AlreadyExists("ALREADY_REGISTERED", NameOf(event, registration),
                       "the person is registered for the event or waits for a seat");
}

absl::Status WrongEventState(const EventId& event, EventState state, const std::vector<EventState>& allowed) {
  std::vector<std::string> words;
  for (const EventState each : allowed) words.push_back(NameOf(each));
  return WrongState("EVENT_STATE", NameOf(event), NameOf(state), words);
}

absl::Status CourseIncomplete(const Event& event) {
  return Refused("COURSE_INCOMPLETE", "SESSIONS", event,
                 "has " + std::to_string(event.sessions.size()) + " of " + std::to_string(event.parts_total) +
                     " parts; import the others first");
}

absl::Status CapacityBelowTaken(const Event& event, int wanted) {
  return Refused("CAPACITY_BELOW_TAKEN", "CAPACITY", event,
                 std::to_string(event.taken) + " seats are taken; the capacity cannot be " + std::to_string(wanted));
}

absl::Status WaitingListInUse(const Event& event) {
  return Refused("WAITING_LIST_IN_USE", "WAITING_LIST", event,
                 std::to_string(event.waiting) + " people wait for a seat; the waiting list cannot go");
}

absl::Status RegistrationClosed(const Event& event) {
  const std::string local = event.registration_closes
                                ? FormatLocalTime(*event.registration_closes)
                                : FormatLocalTime(event.sessions.empty() ? LocalAt(event.closes, event.zone)->time
                                                                         : event.sessions.front().local_start);
  return Refused("REGISTRATION_CLOSED", "TIME", event, "registration closed at " + local + " " + event.zone);
}

absl::Status EventFull(const Event& event) {
  return Refused("EVENT_FULL", "CAPACITY", event,
                 "all " + std::to_string(event.capacity) + " seats are taken and there is no waiting list");
}

absl::Status NotInAudience(const Event& event) {
  std::string words;
  for (const Audience audience : event.audience) words += (words.empty() ? "" : ", ") + NameOf(audience);
  return Refused("NOT_IN_AUDIENCE", "AUDIENCE", event, "is for " + words + "; say in which of these roles one comes");
}

absl::Status OutsideAgeWindow(const Event& event) {
  return Refused("OUTSIDE_AGE_WINDOW", "AGE", event,
                 "is for ages " + Words(event.ages) + " on " + FormatDate(event.first_day));
}

absl::Status AgeUnknown(const Event& event) {
  return Refused("AGE_UNKNOWN", "AGE", event,
                 "is for ages " + Words(event.ages) + " on " + FormatDate(event.first_day) +
                     "; the person's date of birth is not known well enough to tell");
}

absl::Status AlreadyCancelled(const Registration& registration) {
  return WrongState("REGISTRATION_STATE", NameOf(registration.event, registration.id), NameOf(registration.state),
                    {NameOf(RegistrationState::kRegistered), NameOf(RegistrationState::kWaitlisted)});
}

absl::Status EventChanged(const EventId& event) {
  return MakeError(absl::StatusCode::kAborted, NameOf(event) + " changed meanwhile; try again",
                   {.reason = "EVENT_CHANGED"});
}

absl::Status AgeCheckUnavailable() {
  return Unavailable("AGE_CHECK_UNAVAILABLE", "the age could not be asked for; try again", absl::Seconds(1));
}

absl::Status NoCohorts(const Event& event) {
  return Refused("NO_COHORTS", "COHORTS", event, "is for no cohort; name the cohorts whose pairs it is for");
}

absl::Status TooManyPairs(const Event& event, int most) {
  return Refused("TOO_MANY_PAIRS", "PAIRS", event,
                 "is for more than " + std::to_string(most) + " pairs; register those of one round at a time");
}

absl::Status PairsBehind() {
  return Unavailable("PAIRS_BEHIND", "what matching has published is not known here yet; try again", absl::Seconds(1));
}

absl::Status PersonErased() {
  return MakeError(absl::StatusCode::kAborted, "a person was erased meanwhile; read again",
                   {.reason = "PERSON_ERASED"});
}

}  // namespace brygga::events
