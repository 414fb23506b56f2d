#include "services/partner/domain/opening.h"

#include <algorithm>
#include <utility>

#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/partner/domain/errors.h"

namespace brygga::partner {
namespace {

// `opening` in `state`, where it is in one of `from`.
absl::StatusOr<Opening> Move(Opening opening, const std::vector<OpeningState>& from, OpeningState state,
                             std::string_view etag, absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, opening.revision, opening.name()));
  if (opening.state == state) return opening;
  if (std::find(from.begin(), from.end(), opening.state) == from.end()) return WrongOpeningState(opening, from);
  opening.state = state;
  ++opening.revision;
  opening.updated_at = now;
  return opening;
}

bool Fits(OpeningHost host, const Organisation& organisation) {
  switch (host) {
    case OpeningHost::kMunicipalUnit:
      return organisation.kind == OrganisationKind::kMunicipality;
    case OpeningHost::kContractor:
      return organisation.kind == OrganisationKind::kCompany ||
             organisation.kind == OrganisationKind::kSocialEnterprise;
    case OpeningHost::kNonProfit:
      return organisation.sector == Sector::kCivilSociety;
  }
  return false;
}

// What is wrong with the host that `opening` names, or does not.
void AddHostProblems(const Opening& opening, const std::string& path, std::vector<FieldViolation>& problems) {
  const bool is_holiday_job = opening.kind == OpeningKind::kHolidayJob;
  if (is_holiday_job && !opening.host) {
    problems.push_back(
        {path + "host", "is missing; a HOLIDAY_JOB's host is a MUNICIPAL_UNIT, CONTRACTOR or NON_PROFIT"});
  } else if (!is_holiday_job && opening.host) {
    problems.push_back({path + "host", "is for a HOLIDAY_JOB; leave it out of a " + NameOf(opening.kind)});
  }
  const bool is_contractor = opening.host == OpeningHost::kContractor;
  if (is_contractor && opening.contract.empty()) {
    problems.push_back({path + "contract", "is missing; a CONTRACTOR names its contract with the municipality"});
  } else if (!is_contractor && !opening.contract.empty()) {
    problems.push_back({path + "contract", "is for the host CONTRACTOR; leave it out otherwise"});
  }
}

}  // namespace

OpeningState StateOf(const Opening& opening) {
  return opening.state == OpeningState::kOpen && opening.taken >= opening.seats ? OpeningState::kFull : opening.state;
}

std::vector<FieldViolation> Problems(const Opening& opening, std::string_view path) {
  const std::string prefix = path.empty() ? "" : std::string(path) + ".";
  std::vector<FieldViolation> problems;
  const Date fourteenth = opening.period.from + (kWorkExperienceDays - 1);
  if (opening.period.to < opening.period.from) {
    problems.push_back({prefix + "end_date", "is before start_date; it is the last day, or empty where no end is set"});
  } else if (opening.kind == OpeningKind::kWorkExperience && opening.period.to != fourteenth) {
    problems.push_back({prefix + "end_date", "makes it other than 14 days; WORK_EXPERIENCE that begins on " +
                                                 FormatDate(opening.period.from) + " ends on " +
                                                 FormatDate(fourteenth)});
  }
  if (opening.age_min && opening.age_max && *opening.age_max < *opening.age_min) {
    problems.push_back({prefix + "age_max", "is below age_min; nobody is that old"});
  }
  if (opening.subtype && opening.kind != OpeningKind::kMunicipalFixedTerm) {
    problems.push_back(
        {prefix + "subtype", "is for a MUNICIPAL_FIXED_TERM; leave it out of a " + NameOf(opening.kind)});
  }
  AddHostProblems(opening, prefix, problems);
  return problems;
}

absl::Status CheckHost(const Opening& opening, const Organisation& organisation) {
  if (!opening.host || Fits(*opening.host, organisation)) return absl::OkStatus();
  return HostNotAllowed(opening, organisation);
}

absl::StatusOr<Opening> Update(const Opening& before, const Opening& wanted, std::string_view etag, absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, before.name()));
  if (before.state != OpeningState::kDraft && before.state != OpeningState::kOpen) {
    return WrongOpeningState(before, {OpeningState::kDraft, OpeningState::kOpen, OpeningState::kFull});
  }
  Opening after = wanted;
  after.id = before.id;
  after.organisation = before.organisation;
  after.revision = before.revision;
  after.created_at = before.created_at;
  after.updated_at = before.updated_at;
  after.kind = before.kind;
  after.subtype = before.subtype;
  after.state = before.state;
  after.taken = before.taken;
  after.host = before.host;
  after.contract = before.contract;
  after.operator_id = before.operator_id;
  if (after == before) return before;
  if (auto problems = Problems(after, "opening"); !problems.empty()) return InvalidFields(std::move(problems));
  if (after.seats < before.taken) return SeatsTaken(before);
  ++after.revision;
  after.updated_at = now;
  return after;
}

absl::StatusOr<Opening> OpenUp(Opening opening, std::string_view etag, absl::Time now) {
  return Move(std::move(opening), {OpeningState::kDraft}, OpeningState::kOpen, etag, now);
}

absl::StatusOr<Opening> Close(Opening opening, std::string_view etag, absl::Time now) {
  return Move(std::move(opening), {OpeningState::kOpen}, OpeningState::kClosed, etag, now);
}

absl::StatusOr<Opening> Cancel(Opening opening, std::string_view etag, absl::Time now) {
  BRYGGA_ASSIGN_OR_RETURN(Opening cancelled, Move(std::move(opening), {OpeningState::kDraft, OpeningState::kOpen},
                                                  OpeningState::kCancelled, etag, now));
  if (cancelled.taken > 0) return SeatsTaken(cancelled);
  return cancelled;
}

const list::Schema& OpeningSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "display_name", .sortable = Sortable::kYes},
      {.name = "kind", .kind = FieldKind::kEnum, .enum_values = AllNames<OpeningKind>()},
      {.name = "subtype", .kind = FieldKind::kEnum, .enum_values = AllNames<OpeningSubtype>()},
      {.name = "state", .kind = FieldKind::kEnum, .enum_values = AllNames<OpeningState>()},
      {.name = "seats", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "taken_seats", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "ssyk4"},
      {.name = "municipality_code"},
      {.name = "start_date", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
      {.name = "end_date", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
      {.name = "host", .kind = FieldKind::kEnum, .enum_values = AllNames<OpeningHost>()},
      {.name = "operator"},
      {.name = "adaptation_possible", .kind = FieldKind::kBoolean},
      {.name = "create_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
  };
  return kSchema;
}

list::Value FieldOf(const Opening& opening, std::string_view field) {
  if (field == "display_name") return opening.display_name;
  if (field == "kind") return NameOf(opening.kind);
  if (field == "subtype") return opening.subtype ? NameOf(*opening.subtype) : "";
  if (field == "state") return NameOf(StateOf(opening));
  if (field == "seats") return int64_t{opening.seats};
  if (field == "taken_seats") return int64_t{opening.taken};
  if (field == "ssyk4") return opening.ssyk4;
  if (field == "municipality_code") return opening.municipality_code;
  if (field == "start_date") return FormatDate(opening.period.from);
  if (field == "end_date") return FormatDate(opening.period.to);
  if (field == "host") return opening.host ? NameOf(*opening.host) : "";
  if (field == "operator") return opening.operator_id.empty() ? "" : NameOf(opening.operator_id);
  if (field == "adaptation_possible") return int64_t{opening.adaptation_possible};
  if (field == "create_time") return absl::ToUnixMicros(opening.created_at);
  return opening.id.value();
}

const list::Schema& SeatSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "state", .kind = FieldKind::kEnum, .enum_values = AllNames<SeatState>()},
      {.name = "match"},
      {.name = "create_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
  };
  return kSchema;
}

list::Value FieldOf(const Seat& seat, std::string_view field) {
  if (field == "state") return NameOf(seat.state);
  if (field == "match") return seat.key.match;
  if (field == "create_time") return absl::ToUnixMicros(seat.created_at);
  return seat.key.match_id();
}

}  // namespace brygga::partner
