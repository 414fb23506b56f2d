#include "services/participant/store/sql/rows.h"

#include <string>

#include "absl/strings/ascii.h"
#include "common/status/check.h"
#include "common/time/local_time.h"

namespace brygga::participant {
namespace {

using sql::Args;
using sql::Row;

int IntOf(const Row& row, std::string_view column) { return static_cast<int>(row.Int(column)); }

// A date that we wrote ourselves.
Date DateOf(const std::string& text) {
  const absl::StatusOr<Date> date = ParseDate(text);
  BRYGGA_CHECK(date.ok());
  return *date;
}

std::optional<Date> OptionalDate(const Row& row, std::string_view column) {
  if (row.IsNull(column)) return std::nullopt;
  return DateOf(row.Text(column));
}

sql::Value ToValue(const std::optional<Date>& date) {
  if (!date) return std::nullopt;
  return FormatDate(*date);
}

// True where `statement` has the parameter `name`.
bool Names(std::string_view statement, const std::string& name) {
  const std::string parameter = ":" + name;
  for (size_t at = statement.find(parameter); at != std::string_view::npos; at = statement.find(parameter, at + 1)) {
    const size_t end = at + parameter.size();
    if (end == statement.size() || (!absl::ascii_isalnum(statement[end]) && statement[end] != '_')) return true;
  }
  return false;
}

}  // namespace

Args ArgsFor(std::string_view statement, const Args& all) {
  Args args;
  for (const auto& [name, value] : all.values()) {
    if (Names(statement, name)) args.Set(name, value);
  }
  return args;
}

Programme ToProgramme(const Row& row) {
  return {.id = row.As<ProgrammeId>("id"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .display_name = row.Text("display_name"),
          .kind = FromWord<ProgrammeKind>(row.Text("kind")),
          .operator_name = row.Text("operator"),
          .cadence = row.Text("cadence"),
          .private_mentors_allowed = row.Bool("private_mentors_allowed"),
          .rule_set_version = IntOf(row, "rule_set_version")};
}

Args ArgsOf(const Programme& programme) {
  return {{"id", programme.id},
          {"revision", programme.revision},
          {"created_at", programme.created_at},
          {"updated_at", programme.updated_at},
          {"display_name", programme.display_name},
          {"kind", WordOf(programme.kind)},
          {"operator", programme.operator_name},
          {"cadence", programme.cadence},
          {"private_mentors_allowed", programme.private_mentors_allowed},
          {"rule_set_version", programme.rule_set_version}};
}

Cohort ToCohort(const Row& row) {
  return {.ref = {row.As<ProgrammeId>("programme_id"), row.As<CohortId>("id")},
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .display_name = row.Text("display_name"),
          .state = FromWord<CohortState>(row.Text("state")),
          .programme_kind = FromWord<ProgrammeKind>(row.Text("programme_kind")),
          .places = IntOf(row, "places"),
          .start_date = OptionalDate(row, "start_date"),
          .end_date = OptionalDate(row, "end_date")};
}

Args ArgsOf(const Cohort& cohort) {
  return {{"id", cohort.ref.cohort},
          {"programme", cohort.ref.programme},
          {"revision", cohort.revision},
          {"created_at", cohort.created_at},
          {"updated_at", cohort.updated_at},
          {"display_name", cohort.display_name},
          {"state", WordOf(cohort.state)},
          {"places", cohort.places},
          {"start_date", ToValue(cohort.start_date)},
          {"end_date", ToValue(cohort.end_date)}};
}

Participant ToParticipant(const Row& row) {
  Participant person{.id = row.As<ParticipantId>("id"),
                     .revision = row.Int("revision"),
                     .created_at = row.Time("created_at_us"),
                     .updated_at = row.Time("updated_at_us"),
                     .given_name = row.Text("given_name"),
                     .family_name = row.Text("family_name"),
                     .email = row.Text("email"),
                     .gender = FromWord<Gender>(row.Text("gender")),
                     .birth_date = OptionalDate(row, "birth_date"),
                     .birth_year = IntOf(row, "birth_year"),
                     .capacity = IntOf(row, "capacity"),
                     .availability = FromWord<Availability>(row.Text("availability")),
                     .profile = {.version = IntOf(row, "profile_version"),
                                 .sun_level = row.Text("sun_level"),
                                 .sun_field = row.Text("sun_field"),
                                 .ssyk4 = row.Text("ssyk4"),
                                 .occupation_id = row.Text("occupation_id"),
                                 .target_ssyk4 = row.Text("target_ssyk4"),
                                 .years_experience = IntOf(row, "years_experience"),
                                 .municipality_code = row.Text("municipality_code"),
                                 .meeting_format = FromWord<MeetingFormat>(row.Text("meeting_format")),
                                 .employer = row.Text("employer"),
                                 .rounds_before = IntOf(row, "rounds_before")}};
  if (!row.IsNull("external_key")) person.external_ref = {row.Text("external_source"), row.Text("external_key")};
  if (!row.IsNull("max_distance_km")) person.profile.max_distance_km = IntOf(row, "max_distance_km");
  return person;
}

Args ArgsOf(const Participant& person) {
  Args args{{"id", person.id},
            {"revision", person.revision},
            {"created_at", person.created_at},
            {"updated_at", person.updated_at},
            {"given_name", person.given_name},
            {"family_name", person.family_name},
            {"email", person.email},
            {"comparable_email", ComparableEmail(person)},
            {"likeness", LikenessOf(person)},
            {"gender", WordOf(person.gender)},
            {"birth_date", ToValue(person.birth_date)},
            {"birth_year", person.birth_year},
            {"capacity", person.capacity},
            {"availability", WordOf(person.availability)},
            {"profile_version", person.profile.version}};
  return args;
}

Args ProfileArgs(const Participant& person) {
  const Profile& profile = person.profile;
  return {{"participant", person.id},
          {"version", profile.version},
          {"sun_level", profile.sun_level},
          {"sun_field", profile.sun_field},
          {"ssyk4", profile.ssyk4},
          {"occupation_id", profile.occupation_id},
          {"target_ssyk4", profile.target_ssyk4},
          {"years_experience", profile.years_experience},
          {"municipality_code", profile.municipality_code},
          {"max_distance_km", profile.max_distance_km},
          {"meeting_format", WordOf(profile.meeting_format)},
          {"employer", profile.employer},
          {"rounds_before", profile.rounds_before}};
}

Background ToBackground(const Row& row) {
  return {.origin_country = row.Text("origin_country"),
          .residence_status = FromWord<ResidenceStatus>(row.Text("residence_status")),
          .arrival_year = IntOf(row, "arrival_year")};
}

Args ArgsOf(const ParticipantId& person, const Background& background) {
  return {{"participant", person},
          {"origin_country", background.origin_country},
          {"residence_status", WordOf(background.residence_status)},
          {"arrival_year", background.arrival_year}};
}

Consent ToConsent(const Row& row) {
  return {.id = row.As<ConsentId>("id"),
          .person = row.As<ParticipantId>("participant_id"),
          .revision = row.Int("revision"),
          .purpose = FromWord<Purpose>(row.Text("purpose")),
          .notice = {row.Text("notice_version"), row.Text("notice_sha256")},
          .channel = FromWord<ConsentChannel>(row.Text("channel")),
          .given_at = row.Time("given_at_us"),
          .withdrawn_at = row.OptionalTime("withdrawn_at_us")};
}

Args ArgsOf(const Consent& consent) {
  return {{"id", consent.id},
          {"participant", consent.person},
          {"revision", consent.revision},
          {"purpose", WordOf(consent.purpose)},
          {"notice_version", consent.notice.version},
          {"notice_sha256", consent.notice.sha256},
          {"channel", WordOf(consent.channel)},
          {"given_at", consent.given_at},
          {"withdrawn_at", consent.withdrawn_at}};
}

Screening ToScreening(const Row& row) {
  return {.id = row.As<ScreeningId>("id"),
          .person = row.As<ParticipantId>("participant_id"),
          .kind = FromWord<ScreeningKind>(row.Text("kind")),
          .state = FromWord<ScreeningState>(row.Text("state")),
          .date = DateOf(row.Text("date")),
          .expire_date = OptionalDate(row, "expire_date"),
          .recorded_at = row.Time("recorded_at_us")};
}

Args ArgsOf(const Screening& screening) {
  return {{"id", screening.id},
          {"participant", screening.person},
          {"kind", WordOf(screening.kind)},
          {"state", WordOf(screening.state)},
          {"date", FormatDate(screening.date)},
          {"expire_date", ToValue(screening.expire_date)},
          {"recorded_at", screening.recorded_at}};
}

Enrolment ToEnrolment(const Row& row) {
  Enrolment enrolment{
      .ref = {{row.As<ProgrammeId>("programme_id"), row.As<CohortId>("cohort_id")}, row.As<EnrolmentId>("id")},
      .revision = row.Int("revision"),
      .created_at = row.Time("created_at_us"),
      .updated_at = row.Time("updated_at_us"),
      .person = row.As<ParticipantId>("participant_id"),
      .role = FromWord<Role>(row.Text("role")),
      .state = FromWord<EnrolmentState>(row.Text("state")),
      .counterpart_gender = FromWord<Gender>(row.Text("counterpart_gender")),
      .capacity = IntOf(row, "capacity"),
      .referral_source = FromWord<ReferralSource>(row.Text("referral_source")),
      .rounds_waited = IntOf(row, "rounds_waited"),
      .documents_missing = row.Bool("documents_missing")};
  if (!row.IsNull("decision")) {
    enrolment.decision = Decision{.verdict = FromWord<Verdict>(row.Text("verdict")),
                                  .rule_set_version = IntOf(row, "rule_set_version"),
                                  .date = DateOf(row.Text("decision_date")),
                                  .decided_at = row.Time("decided_at_us")};
  }
  return enrolment;
}

Args ArgsOf(const Enrolment& enrolment) {
  return {{"id", enrolment.ref.enrolment},
          {"cohort", enrolment.ref.cohort.cohort},
          {"participant", enrolment.person},
          {"revision", enrolment.revision},
          {"created_at", enrolment.created_at},
          {"updated_at", enrolment.updated_at},
          {"role", WordOf(enrolment.role)},
          {"state", WordOf(enrolment.state)},
          {"counterpart_gender", WordOf(enrolment.counterpart_gender)},
          {"capacity", enrolment.capacity},
          {"referral_source", WordOf(enrolment.referral_source)},
          {"rounds_waited", enrolment.rounds_waited},
          {"documents_missing", enrolment.documents_missing}};
}

Enquiry ToEnquiry(const Row& row) {
  Enquiry enquiry{.id = row.As<EnquiryId>("id"),
                  .revision = row.Int("revision"),
                  .created_at = row.Time("created_at_us"),
                  .updated_at = row.Time("updated_at_us"),
                  .state = FromWord<EnquiryState>(row.Text("state")),
                  .display_name = row.Text("display_name"),
                  .email = row.Text("email"),
                  .phone = row.Text("phone"),
                  .subject = row.Text("subject"),
                  .body = row.Text("body"),
                  .organisation_name = row.Text("organisation_name"),
                  .notice = {row.Text("notice_version"), row.Text("notice_sha256")},
                  .consented_at = row.Time("consented_at_us")};
  if (!row.IsNull("programme_id")) enquiry.programme = row.As<ProgrammeId>("programme_id");
  if (!row.IsNull("participant_id")) enquiry.person = row.As<ParticipantId>("participant_id");
  return enquiry;
}

Args ArgsOf(const Enquiry& enquiry) {
  return {{"id", enquiry.id},
          {"revision", enquiry.revision},
          {"created_at", enquiry.created_at},
          {"updated_at", enquiry.updated_at},
          {"state", WordOf(enquiry.state)},
          {"display_name", enquiry.display_name},
          {"email", enquiry.email},
          {"comparable_email", EnquiryAddress(enquiry)},
          {"phone", enquiry.phone},
          {"subject", enquiry.subject},
          {"body", enquiry.body},
          {"organisation_name", enquiry.organisation_name},
          {"programme", enquiry.programme},
          {"notice_version", enquiry.notice.version},
          {"notice_sha256", enquiry.notice.sha256},
          {"consented_at", enquiry.consented_at},
          {"participant", enquiry.person}};
}

}  // namespace brygga::participant
