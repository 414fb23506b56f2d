#include "services/events/domain/registration.h"

#include <algorithm>
#include <utility>

#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/events/domain/errors.h"

namespace brygga::events {
namespace {

absl::StatusOr<Audience> AudienceOf(const Event& event, const std::optional<Audience>& wanted) {
  if (!wanted) {
    if (event.audience.size() == 1) return event.audience.front();
    return NotInAudience(event);
  }
  const auto is_for = [&](Audience audience) {
    return std::find(event.audience.begin(), event.audience.end(), audience) != event.audience.end();
  };
  // What is for the public is for everybody.
  if (is_for(*wanted) || is_for(Audience::kPublic)) return *wanted;
  return NotInAudience(event);
}

absl::Status ExpectAge(const Event& event, const Applicant& applicant) {
  if (event.ages.open()) return absl::OkStatus();
  if (!applicant.age || applicant.age->window != event.ages || applicant.age->on != event.first_day) {
    return EventChanged(event.id);
  }
  switch (applicant.age->answer) {
    case AgeAnswer::kWithin:
      return absl::OkStatus();
    case AgeAnswer::kOutside:
      return OutsideAgeWindow(event);
    case AgeAnswer::kNeedsEvidence:
      return AgeUnknown(event);
    case AgeAnswer::kNoSuchPerson:
      return NotFound(applicant.participant);
  }
  BRYGGA_CHECK(false);
}

Registration New(const Event& event, const Applicant& applicant, Audience audience, absl::Time now) {
  return {.id = applicant.id,
          .event = event.id,
          .created_at = now,
          .updated_at = now,
          .participant = applicant.participant,
          .audience = audience};
}

Registration Changed(Registration registration, absl::Time now) {
  ++registration.revision;
  registration.updated_at = now;
  return registration;
}

}  // namespace

absl::Status ExpectOpen(const Event& event, absl::Time now) {
  if (event.state != EventState::kPublished) {
    return WrongEventState(event.id, event.state, {EventState::kPublished});
  }
  if (now >= event.closes) return RegistrationClosed(event);
  return absl::OkStatus();
}

absl::StatusOr<Audience> ExpectEligible(const Event& event, const Applicant& applicant) {
  BRYGGA_ASSIGN_OR_RETURN(const Audience audience, AudienceOf(event, applicant.audience));
  BRYGGA_RETURN_IF_ERROR(ExpectAge(event, applicant));
  return audience;
}

Registration Seated(const Event& event, const Applicant& applicant, Audience audience, absl::Time now) {
  Registration registration = New(event, applicant, audience, now);
  registration.seated_at = now;
  return registration;
}

Registration Waiting(const Event& event, const Applicant& applicant, Audience audience, int64_t queue_number,
                     absl::Time now) {
  Registration registration = New(event, applicant, audience, now);
  registration.state = RegistrationState::kWaitlisted;
  registration.queue_number = queue_number;
  registration.waiting_reason = WaitingReason::kEventFull;
  return registration;
}

absl::StatusOr<Registration> CancelRegistration(const Event& event, Registration registration, std::string_view reason,
                                                std::string_view etag, absl::Time now) {
  const std::string name = NameOf(registration.event, registration.id);
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, registration.revision, name));
  if (!registration.live()) return AlreadyCancelled(registration);
  if (event.state != EventState::kPublished && event.state != EventState::kPostponed) {
    return WrongEventState(event.id, event.state, {EventState::kPublished, EventState::kPostponed});
  }
  registration.state = RegistrationState::kCancelled;
  registration.waiting_reason.reset();
  registration.waiting_position = 0;
  registration.cancel_reason = reason;
  return Changed(std::move(registration), now);
}

Registration Promote(Registration registration, absl::Time now) {
  registration.state = RegistrationState::kRegistered;
  registration.waiting_reason.reset();
  registration.waiting_position = 0;
  registration.seated_at = now;
  return Changed(std::move(registration), now);
}

Registration PassOver(Registration registration, absl::Time now) {
  registration.waiting_reason = WaitingReason::kNotEligible;
  return Changed(std::move(registration), now);
}

Registration Readmit(Registration registration, absl::Time now) {
  registration.waiting_reason = WaitingReason::kEventFull;
  return Changed(std::move(registration), now);
}

Registration CancelWithEvent(Registration registration, absl::Time now) {
  registration.state = RegistrationState::kCancelled;
  registration.waiting_reason.reset();
  registration.waiting_position = 0;
  registration.cancel_reason = "EVENT_CANCELLED";
  return Changed(std::move(registration), now);
}

Registration Erase(const Event& event, Registration registration, std::string_view stand_in, absl::Time now) {
  registration.participant = stand_in;
  const bool over = event.state == EventState::kLive || event.state == EventState::kDone;
  if (registration.live() && !over) {
    registration.state = RegistrationState::kCancelled;
    registration.waiting_reason.reset();
    registration.waiting_position = 0;
    registration.cancel_reason = "PERSON_ERASED";
  }
  return Changed(std::move(registration), now);
}

std::string StandIn(std::string_view key) { return "participants/" + std::string(key); }

absl::Status FillSeats(Event& event, const Ineligible& ineligible, absl::Time now,
                       const std::function<absl::StatusOr<std::optional<Registration>>()>& first,
                       const std::function<absl::Status(const Registration&)>& save) {
  while (event.taken < event.capacity && event.waiting > 0) {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Registration> next, first());
    if (!next) break;  // All who wait are passed over.
    if (ineligible.contains(next->participant)) {
      BRYGGA_RETURN_IF_ERROR(save(PassOver(*next, now)));
      continue;
    }
    BRYGGA_RETURN_IF_ERROR(save(Promote(*next, now)));
    ++event.taken;
    --event.waiting;
  }
  return absl::OkStatus();
}

const list::Schema& RegistrationSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "participant"},
      {.name = "event"},
      {.name = "audience", .kind = FieldKind::kEnum, .enum_values = AllNames<Audience>()},
      {.name = "state", .kind = FieldKind::kEnum, .enum_values = AllNames<RegistrationState>()},
      {.name = "create_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
      {.name = "queue_number", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
  };
  return kSchema;
}

list::Value FieldOf(const Registration& registration, std::string_view field) {
  if (field == "participant") return registration.participant;
  if (field == "event") return NameOf(registration.event);
  if (field == "audience") return NameOf(registration.audience);
  if (field == "state") return NameOf(registration.state);
  if (field == "create_time") return absl::ToUnixMicros(registration.created_at);
  if (field == "queue_number") return registration.queue_number;
  return registration.id.value();
}

}  // namespace brygga::events
