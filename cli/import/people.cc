#include "cli/import/people.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/import/organisations.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::participant::v1;

constexpr Word<v1::Gender> kGenders[] = {
    {"F", v1::GENDER_FEMALE}, {"M", v1::GENDER_MALE}, {"X", v1::GENDER_OTHER}, {"", v1::GENDER_UNSPECIFIED}};

constexpr Word<v1::Gender> kGenderPreferences[] = {
    {"any", v1::GENDER_UNSPECIFIED}, {"F", v1::GENDER_FEMALE}, {"M", v1::GENDER_MALE}};

constexpr Word<v1::MeetingFormat> kFormats[] = {{"onsite", v1::MEETING_FORMAT_ONSITE},
                                                {"digital", v1::MEETING_FORMAT_DIGITAL},
                                                {"either", v1::MEETING_FORMAT_EITHER}};

constexpr Word<v1::CefrLevel> kLevels[] = {
    {"A1", v1::CEFR_LEVEL_A1}, {"A2", v1::CEFR_LEVEL_A2}, {"B1", v1::CEFR_LEVEL_B1},   {"B2", v1::CEFR_LEVEL_B2},
    {"C1", v1::CEFR_LEVEL_C1}, {"C2", v1::CEFR_LEVEL_C2}, {"N", v1::CEFR_LEVEL_NATIVE}};

constexpr Word<v1::ResidenceStatus> kResidences[] = {{"citizen", v1::RESIDENCE_STATUS_CITIZEN},
                                                     {"permanent", v1::RESIDENCE_STATUS_PERMANENT},
                                                     {"temporary", v1::RESIDENCE_STATUS_TEMPORARY},
                                                     {"eu_right", v1::RESIDENCE_STATUS_EU_RIGHT},
                                                     {"asylum_pending", v1::RESIDENCE_STATUS_ASYLUM_PENDING},
                                                     {"", v1::RESIDENCE_STATUS_UNSPECIFIED}};

constexpr Word<v1::ReferralSource> kReferrals[] = {{"arbetsformedlingen", v1::REFERRAL_SOURCE_ARBETSFORMEDLINGEN},
                                                   {"jobtorg", v1::REFERRAL_SOURCE_JOBBTORG},
                                                   {"jobbtorg", v1::REFERRAL_SOURCE_JOBBTORG},
                                                   {"sfi", v1::REFERRAL_SOURCE_SFI},
                                                   {"sfx", v1::REFERRAL_SOURCE_SFX},
                                                   {"partner", v1::REFERRAL_SOURCE_PARTNER},
                                                   {"self", v1::REFERRAL_SOURCE_SELF},
                                                   {"friend", v1::REFERRAL_SOURCE_FRIEND},
                                                   {"", v1::REFERRAL_SOURCE_UNSPECIFIED}};

enum class MentorStatus { kActive, kPaused, kWithdrawn };
constexpr Word<MentorStatus> kMentorStatuses[] = {
    {"active", MentorStatus::kActive}, {"paused", MentorStatus::kPaused}, {"withdrawn", MentorStatus::kWithdrawn}};

enum class MenteeStatus { kApplied, kWaitingDocuments, kWithdrawn };
constexpr Word<MenteeStatus> kMenteeStatuses[] = {{"applied", MenteeStatus::kApplied},
                                                  {"waiting_documents", MenteeStatus::kWaitingDocuments},
                                                  {"withdrawn", MenteeStatus::kWithdrawn}};

constexpr v1::Purpose kPurposes[] = {v1::PURPOSE_PROGRAMME, v1::PURPOSE_MATCHING, v1::PURPOSE_STATISTICS};

const std::vector<std::string>& SharedColumns() {
  static const std::vector<std::string> columns = {
      "first_name",    "last_name",     "gender",         "birth_year",       "origin_country", "municipality_code",
      "ssyk4",         "occupation_id", "occupation",     "years_experience", "skills",         "languages",
      "sun_level",     "sun_field",     "meeting_format", "max_distance_km",  "slots",          "reverse_interest",
      "registered_on", "status",        "email"};
  return columns;
}

CsvFormat WithShared(std::string key, std::vector<std::string> columns) {
  columns.push_back(key);
  columns.insert(columns.end(), SharedColumns().begin(), SharedColumns().end());
  return {.columns = std::move(columns), .key = std::move(key)};
}

constexpr FieldColumn kColumns[] = {
    {"participant.given_name", "first_name"},
    {"participant.family_name", "last_name"},
    {"participant.email", "email"},
    {"participant.gender", "gender"},
    {"participant.birth", "birth_year"},
    {"participant.capacity", "capacity"},
    {"participant.availability", "status"},
    {"participant.background.origin_country", "origin_country"},
    {"participant.background.residence_status", "residence"},
    {"participant.background.arrival_year", "arrival_year"},
    {"participant.profile.languages", "languages"},
    {"participant.profile.sun_level", "sun_level"},
    {"participant.profile.sun_field", "sun_field"},
    {"participant.profile.ssyk4", "ssyk4"},
    {"participant.profile.occupation_id", "occupation_id"},
    {"participant.profile.target_ssyk4", "target_ssyk4"},
    {"participant.profile.years_experience", "years_experience"},
    {"participant.profile.skills", "skills"},
    {"participant.profile.municipality_code", "municipality_code"},
    {"participant.profile.max_distance_km", "max_distance_km"},
    {"participant.profile.meeting_format", "meeting_format"},
    {"participant.profile.slots", "slots"},
    {"participant.profile.employer", "partner_id"},
    {"participant.profile.goals", "goals"},
    {"participant.profile.rounds_before", "rounds_before"},
    {"consent", "consent"},
};

// "mon_evening" is SLOT_MON_EVENING.
void ReadSlots(RowParser& parser, v1::Profile& profile) {
  for (const std::string& word : parser.List("slots")) {
    v1::Slot slot = v1::SLOT_UNSPECIFIED;
    if (v1::Slot_Parse(absl::StrCat("SLOT_", absl::AsciiStrToUpper(word)), &slot)) {
      profile.add_slots(slot);
    } else {
      parser.Complain("slots", word, "Write a day and a part of it, such as mon_lunch, tue_afternoon or sat_evening.");
    }
  }
}

void ReadLanguages(RowParser& parser, v1::Profile& profile) {
  for (const std::string& text : parser.List("languages")) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
    bool known = false;
    for (const auto& [word, level] : kLevels) {
      if (word != parts.second) continue;
      v1::LanguageSkill& skill = *profile.add_languages();
      skill.set_language(parts.first);
      skill.set_level(level);
      known = true;
    }
    if (!known) parser.Complain("languages", text, "Write a language and a level from A1 to C2, or N, such as sv:B2.");
  }
}

void ReadProfile(RowParser& parser, v1::Profile& profile) {
  ReadLanguages(parser, profile);
  profile.set_sun_level(parser.Text("sun_level"));
  profile.set_sun_field(parser.Text("sun_field"));
  profile.set_ssyk4(parser.Text("ssyk4"));
  profile.set_occupation_id(parser.Text("occupation_id"));
  profile.set_years_experience(parser.Number("years_experience").value_or(0));
  for (const std::string& skill : parser.List("skills")) profile.add_skills(skill);
  profile.set_municipality_code(parser.Text("municipality_code"));
  if (const auto limit = parser.Number("max_distance_km")) profile.set_max_distance_km(*limit);
  profile.set_meeting_format(parser.Choice("meeting_format", kFormats));
  ReadSlots(parser, profile);
}

void ReadPerson(RowParser& parser, std::string_view source, v1::Participant& person) {
  person.mutable_external_ref()->set_source(std::string(source));
  person.mutable_external_ref()->set_key(parser.key());
  person.set_given_name(parser.Text("first_name"));
  person.set_family_name(parser.Text("last_name"));
  person.set_email(parser.Text("email"));
  person.set_gender(parser.Choice("gender", kGenders));
  person.set_birth_year(parser.Number("birth_year").value_or(0));
  person.set_availability(v1::AVAILABILITY_AVAILABLE);
  person.mutable_background()->set_origin_country(parser.Text("origin_country"));
  ReadProfile(parser, *person.mutable_profile());
}

RowOutcome OutcomeOf(v1::ImportOutcome outcome) {
  switch (outcome) {
    case v1::IMPORT_OUTCOME_CREATED:
      return RowOutcome::kCreated;
    case v1::IMPORT_OUTCOME_UPDATED:
      return RowOutcome::kUpdated;
    case v1::IMPORT_OUTCOME_UNCHANGED:
      return RowOutcome::kUnchanged;
    case v1::IMPORT_OUTCOME_NO_CONSENT:
      return RowOutcome::kNoConsent;
    case v1::IMPORT_OUTCOME_DUPLICATE:
      return RowOutcome::kDuplicate;
    case v1::IMPORT_OUTCOME_AMBIGUOUS:
      return RowOutcome::kAmbiguous;
    default:
      return RowOutcome::kRefused;
  }
}

RowResult ResultOf(const v1::ImportRowResult& answer) {
  RowResult result{.outcome = OutcomeOf(answer.outcome()), .stored_as = answer.participant()};
  for (const v1::RowViolation& violation : answer.violations()) {
    result.violations.push_back({violation.field(), violation.description()});
  }
  for (const v1::ExternalRef& ref : answer.resembles()) result.resembles.push_back(ref.key());
  return result;
}

// A name of ours, and no partner's id of the file.
bool IsName(const std::string& organisation) { return organisation.starts_with("organisations/"); }

// Calls `use` with each place of `row` that names an organisation, and its column.
template <typename F>
void ForEachOrganisation(v1::ImportRow& row, F use) {
  v1::Profile& profile = *row.mutable_participant()->mutable_profile();
  if (!profile.employer().empty()) use(*profile.mutable_employer(), "participant.profile.employer");
  for (v1::ImportEnrolment& application : *row.mutable_enrolments()) {
    auto& excluded = *application.mutable_enrolment()->mutable_preferences()->mutable_excluded_organisations();
    for (std::string& organisation : excluded) use(organisation, "enrolments.preferences.excluded_organisations");
  }
}

}  // namespace

PeopleImporter::PeopleImporter(const Api& api, PersonKind kind, PeopleTarget target)
    : api_(api), kind_(kind), target_(std::move(target)) {
  if (kind_ == PersonKind::kMentee) {  // Mentors are not asked: their undertaking is a contract.
    batch_.mutable_notice()->set_version(target_.notice);
    for (const v1::Purpose purpose : kPurposes) batch_.add_purposes(purpose);
  }
  aside_ = batch_;
}

const CsvFormat& PeopleImporter::format() const {
  static const CsvFormat mentors =
      WithShared("mentor_id", {"partner_id", "capacity", "programmes", "rounds_before", "trained"});
  static const CsvFormat mentees =
      WithShared("mentee_id", {"arrival_year", "residence", "target_ssyk4", "recognition", "programme", "goals",
                               "mentor_gender_pref", "excluded_partner_id", "referred_by", "consent"});
  return kind_ == PersonKind::kMentor ? mentors : mentees;
}

std::vector<RowProblem> PeopleImporter::Add(const CsvRow& csv) {
  RowParser parser(csv, format().key);
  v1::ImportRow row;
  ReadPerson(parser, target_.source, *row.mutable_participant());
  kind_ == PersonKind::kMentor ? ReadMentor(parser, row) : ReadMentee(parser, row);
  std::vector<RowProblem> problems = parser.TakeProblems();
  *(problems.empty() ? batch_ : aside_).add_rows() = std::move(row);
  return problems;
}

void PeopleImporter::ReadMentor(RowParser& parser, v1::ImportRow& row) const {
  v1::Participant& person = *row.mutable_participant();
  row.set_consent(v1::ROW_CONSENT_NOT_ASKED);
  person.set_capacity(parser.Number("capacity").value_or(1));
  if (person.capacity() == 0) {
    parser.Complain("capacity", "0", "Write how many mentees at a time, at least 1; who takes none has status paused.");
  }
  person.mutable_profile()->set_employer(parser.Text("partner_id"));
  person.mutable_profile()->set_rounds_before(parser.Number("rounds_before").value_or(0));
  const MentorStatus status = parser.Choice("status", kMentorStatuses);
  if (status == MentorStatus::kPaused) person.set_availability(v1::AVAILABILITY_PAUSED);
  for (const std::string& programme : parser.List("programmes")) {
    v1::ImportEnrolment* const application = Apply(parser, "programmes", programme, row);
    if (application == nullptr) continue;
    application->mutable_enrolment()->set_role(v1::PROGRAMME_ROLE_MENTOR);
    application->set_withdrawn(status == MentorStatus::kWithdrawn);
  }
}

void PeopleImporter::ReadMentee(RowParser& parser, v1::ImportRow& row) const {
  v1::Participant& person = *row.mutable_participant();
  parser.Flag("consent");  // Where it cannot be read the row is put aside, and asked about as if it were given.
  row.set_consent(parser.Text("consent") == "0" ? v1::ROW_CONSENT_REFUSED : v1::ROW_CONSENT_GIVEN);
  person.mutable_background()->set_residence_status(parser.Choice("residence", kResidences));
  person.mutable_background()->set_arrival_year(parser.Number("arrival_year").value_or(0));
  person.mutable_profile()->set_target_ssyk4(parser.Text("target_ssyk4"));
  for (const std::string& goal : parser.List("goals")) person.mutable_profile()->add_goals(absl::AsciiStrToUpper(goal));
  const MenteeStatus status = parser.Choice("status", kMenteeStatuses);
  const v1::Gender preference = parser.Choice("mentor_gender_pref", kGenderPreferences);
  const v1::ReferralSource referral = parser.Choice("referred_by", kReferrals);
  v1::ImportEnrolment* const application = Apply(parser, "programme", parser.Text("programme"), row);
  if (application == nullptr) return;
  application->set_withdrawn(status == MenteeStatus::kWithdrawn);
  v1::Enrolment& enrolment = *application->mutable_enrolment();
  enrolment.set_role(v1::PROGRAMME_ROLE_ADEPT);
  enrolment.set_referral_source(referral);
  enrolment.set_documents_missing(status == MenteeStatus::kWaitingDocuments);
  enrolment.mutable_preferences()->set_counterpart_gender(preference);
  if (const std::string& excluded = parser.Text("excluded_partner_id"); !excluded.empty()) {
    enrolment.mutable_preferences()->add_excluded_organisations(excluded);
  }
}

v1::ImportEnrolment* PeopleImporter::Apply(RowParser& parser, std::string_view column, const std::string& programme,
                                           v1::ImportRow& row) const {
  const auto cohort = target_.cohorts.find(programme);
  if (cohort == target_.cohorts.end()) {
    parser.Complain(column, programme,
                    "There is no open cohort of such a programme. Open one, or name it with --cohort " + programme +
                        "=programmes/…/cohorts/….");
    return nullptr;
  }
  v1::ImportEnrolment* const application = row.add_enrolments();
  application->set_cohort(cohort->second);
  return application;
}

absl::StatusOr<std::vector<std::vector<FieldViolation>>> PeopleImporter::Resolve() {
  BRYGGA_ASSIGN_OR_RETURN(auto violations, NameOrganisations(batch_));
  google::protobuf::RepeatedPtrField<v1::ImportRow> rest;
  for (int i = 0; i < batch_.rows_size(); ++i) {
    const bool named = violations[static_cast<size_t>(i)].empty();
    *(named ? rest : *aside_.mutable_rows()).Add() = std::move(*batch_.mutable_rows(i));
  }
  *batch_.mutable_rows() = std::move(rest);
  return violations;
}

// A partner's id becomes the name of the organisation that was imported under
// it; where there is none it is a wrong field of the row.
absl::StatusOr<std::vector<std::vector<FieldViolation>>> PeopleImporter::NameOrganisations(
    v1::ImportParticipantsRequest& request) const {
  std::set<std::string> keys;
  for (v1::ImportRow& row : *request.mutable_rows()) {
    ForEachOrganisation(row, [&](const std::string& key, std::string_view) {
      if (!IsName(key)) keys.insert(key);
    });
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto names, FindOrganisations(api_, target_.source, keys));
  std::vector<std::vector<FieldViolation>> violations;
  for (v1::ImportRow& row : *request.mutable_rows()) {
    std::vector<FieldViolation>& wrong = violations.emplace_back();
    ForEachOrganisation(row, [&](std::string& organisation, std::string_view field) {
      if (IsName(organisation)) return;
      if (const auto name = names.find(organisation); name != names.end()) {
        organisation = name->second;
      } else {
        wrong.push_back({std::string(field), std::string(kUnknownPartner)});
      }
    });
  }
  return violations;
}

std::string PeopleImporter::Content() const { return batch_.rows_size() == 0 ? "" : batch_.SerializeAsString(); }

absl::StatusOr<std::vector<RowResult>> PeopleImporter::Send(const std::string& request_id, DryRun dry_run) {
  return Import(batch_, request_id, dry_run);
}

absl::StatusOr<std::vector<RowResult>> PeopleImporter::Probe(const std::string& request_id) {
  BRYGGA_ASSIGN_OR_RETURN(const auto unnamed, NameOrganisations(aside_));
  BRYGGA_ASSIGN_OR_RETURN(auto results, Import(aside_, request_id, DryRun::kYes));
  for (size_t i = 0; i < std::min(unnamed.size(), results.size()); ++i) {
    results[i].violations.insert(results[i].violations.begin(), unnamed[i].begin(), unnamed[i].end());
  }
  return results;
}

absl::StatusOr<std::vector<RowResult>> PeopleImporter::Import(v1::ImportParticipantsRequest request,
                                                              const std::string& request_id, DryRun dry_run) const {
  request.set_request_id(request_id);
  request.set_validate_only(dry_run == DryRun::kYes);
  BRYGGA_ASSIGN_OR_RETURN(const auto response,
                          api_.Call<v1::ImportParticipantsResponse>(
                              "brygga.participant.v1.ParticipantService/ImportParticipants", request));
  std::vector<RowResult> results;
  for (const v1::ImportRowResult& answer : response.results()) results.push_back(ResultOf(answer));
  return results;
}

void PeopleImporter::Clear() {
  batch_.clear_rows();
  aside_.clear_rows();
}

std::string_view PeopleImporter::ColumnOf(std::string_view field) const {
  if (field.find("excluded_organisations") != std::string_view::npos) return "excluded_partner_id";
  if (field.find("counterpart_gender") != std::string_view::npos) return "mentor_gender_pref";
  if (field.find("referral_source") != std::string_view::npos) return "referred_by";
  if (field.starts_with("enrolments")) return kind_ == PersonKind::kMentor ? "programmes" : "programme";
  if (field.starts_with("participant.external_ref")) return format().key;
  return FindColumn(kColumns, field);
}

}  // namespace brygga::cli
