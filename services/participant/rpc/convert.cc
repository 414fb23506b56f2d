#include "services/participant/rpc/convert.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/ids/resource_name.h"
#include "common/status/etag.h"
#include "common/time/local_time.h"

namespace brygga::participant {
namespace {

// The ids of `name`; as many empty ones where it does not follow the pattern.
std::vector<std::string> IdsIn(std::string_view pattern, std::string_view name, size_t count) {
  auto ids = ParseResourceName(pattern, name);
  return ids.ok() ? *std::move(ids) : std::vector<std::string>(count);
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t us = absl::ToUnixMicros(time);
  timestamp.set_seconds(us / 1000000);
  timestamp.set_nanos(static_cast<int32_t>(us % 1000000 * 1000));
  return timestamp;
}

std::optional<Date> ToOptionalDate(const std::string& text) {
  const absl::StatusOr<Date> date = ParseDate(text);
  if (!date.ok()) return std::nullopt;
  return *date;
}

std::string ToText(const std::optional<Date>& date) { return date ? FormatDate(*date) : ""; }

template <typename Resource, typename Proto>
void SetRevision(const Resource& resource, Proto& proto) {
  proto.set_etag(ToEtag(resource.revision));
  *proto.mutable_create_time() = ToTimestamp(resource.created_at);
  *proto.mutable_update_time() = ToTimestamp(resource.updated_at);
}

v1::Profile ToProto(const Profile& profile) {
  v1::Profile proto;
  proto.set_version(profile.version);
  for (const LanguageSkill& skill : profile.languages) {
    auto& language = *proto.add_languages();
    language.set_language(skill.language);
    language.set_level(ToEnum<v1::CefrLevel>(skill.level));
  }
  proto.set_sun_level(profile.sun_level);
  proto.set_sun_field(profile.sun_field);
  proto.set_ssyk4(profile.ssyk4);
  proto.set_occupation_id(profile.occupation_id);
  proto.set_target_ssyk4(profile.target_ssyk4);
  proto.set_years_experience(profile.years_experience);
  for (const std::string& skill : profile.skills) proto.add_skills(skill);
  proto.set_municipality_code(profile.municipality_code);
  if (profile.max_distance_km) proto.set_max_distance_km(*profile.max_distance_km);
  proto.set_meeting_format(ToEnum<v1::MeetingFormat>(profile.meeting_format));
  for (const Slot slot : profile.slots) proto.add_slots(ToEnum<v1::Slot>(slot));
  proto.set_employer(profile.employer);
  for (const std::string& goal : profile.goals) proto.add_goals(goal);
  proto.set_rounds_before(profile.rounds_before);
  return proto;
}

Profile ProfileFrom(const v1::Profile& proto) {
  Profile profile{.sun_level = proto.sun_level(),
                  .sun_field = proto.sun_field(),
                  .ssyk4 = proto.ssyk4(),
                  .occupation_id = proto.occupation_id(),
                  .target_ssyk4 = proto.target_ssyk4(),
                  .years_experience = proto.years_experience(),
                  .skills = {proto.skills().begin(), proto.skills().end()},
                  .municipality_code = proto.municipality_code(),
                  .meeting_format = ToDomain<MeetingFormat>(proto.meeting_format()),
                  .employer = proto.employer(),
                  .goals = {proto.goals().begin(), proto.goals().end()},
                  .rounds_before = proto.rounds_before()};
  for (const v1::LanguageSkill& skill : proto.languages()) {
    profile.languages.push_back({skill.language(), ToDomain<CefrLevel>(skill.level())});
  }
  for (const int slot : proto.slots()) profile.slots.push_back(ToDomain<Slot>(slot));
  if (proto.has_max_distance_km()) profile.max_distance_km = proto.max_distance_km();
  return profile;
}

v1::MatchPreferences Preferences(Gender gender, const std::vector<std::string>& excluded) {
  v1::MatchPreferences preferences;
  preferences.set_counterpart_gender(ToEnum<v1::Gender>(gender));
  for (const std::string& organisation : excluded) preferences.add_excluded_organisations(organisation);
  return preferences;
}

v1::Notice ToProto(const Notice& notice) {
  v1::Notice proto;
  proto.set_version(notice.version);
  proto.set_sha256(notice.sha256);
  return proto;
}

std::string RuleSetName(const ProgrammeId& programme, int version) {
  return version == 0 ? "" : absl::StrCat(NameOf(programme), "/ruleSets/", version);
}

}  // namespace

ParticipantId ToParticipantId(std::string_view name) { return ParticipantId(IdsIn("participants/*", name, 1)[0]); }

ProgrammeId ToProgrammeId(std::string_view name) { return ProgrammeId(IdsIn("programmes/*", name, 1)[0]); }

CohortRef ToCohortRef(std::string_view name) {
  const std::vector<std::string> ids = IdsIn("programmes/*/cohorts/*", name, 2);
  return {ProgrammeId(ids[0]), CohortId(ids[1])};
}

EnrolmentRef ToEnrolmentRef(std::string_view name) {
  const std::vector<std::string> ids = IdsIn("programmes/*/cohorts/*/enrolments/*", name, 3);
  return {{ProgrammeId(ids[0]), CohortId(ids[1])}, EnrolmentId(ids[2])};
}

EnquiryId ToEnquiryId(std::string_view name) { return EnquiryId(IdsIn("enquiries/*", name, 1)[0]); }

DataSubjectRequestId ToDataSubjectRequestId(std::string_view name) {
  return DataSubjectRequestId(IdsIn("dataSubjectRequests/*", name, 1)[0]);
}

ConsentRef ToConsentRef(std::string_view name) {
  const std::vector<std::string> ids = IdsIn("participants/*/consents/*", name, 2);
  return {ParticipantId(ids[0]), ConsentId(ids[1])};
}

RuleSetRef ToRuleSetRef(std::string_view name) {
  const std::vector<std::string> ids = IdsIn("programmes/*/ruleSets/*", name, 2);
  RuleSetRef ref{.programme = ProgrammeId(ids[0])};
  if (!absl::SimpleAtoi(ids[1], &ref.version) || ref.version < 1) ref.version = -1;
  return ref;
}

Date ToDate(std::string_view text, absl::Time now) {
  const absl::StatusOr<Date> date = ParseDate(text);
  return date.ok() ? *date : StockholmDate(now);
}

v1::Participant ToProto(const Participant& person) {
  v1::Participant proto;
  proto.set_name(NameOf(person.id));
  SetRevision(person, proto);
  if (person.external_ref) {
    proto.mutable_external_ref()->set_source(person.external_ref->source);
    proto.mutable_external_ref()->set_key(person.external_ref->key);
  }
  proto.set_given_name(person.given_name);
  proto.set_family_name(person.family_name);
  proto.set_email(person.email);
  proto.set_gender(ToEnum<v1::Gender>(person.gender));
  proto.set_birth_date(ToText(person.birth_date));
  proto.set_birth_year(person.birth_year);
  proto.set_capacity(person.capacity);
  proto.set_availability(ToEnum<v1::Availability>(person.availability));
  *proto.mutable_profile() = ToProto(person.profile);
  return proto;
}

Participant ToDomain(const v1::Participant& proto) {
  Participant person{.given_name = proto.given_name(),
                     .family_name = proto.family_name(),
                     .email = proto.email(),
                     .gender = ToDomain<Gender>(proto.gender()),
                     .birth_date = ToOptionalDate(proto.birth_date()),
                     .birth_year = proto.birth_year(),
                     .capacity = proto.capacity(),
                     .availability = ToDomain<Availability>(proto.availability()),
                     .profile = ProfileFrom(proto.profile())};
  if (proto.has_external_ref()) person.external_ref = {proto.external_ref().source(), proto.external_ref().key()};
  return person;
}

Background ToDomain(const v1::Background& proto) {
  return {.origin_country = proto.origin_country(),
          .residence_status = ToDomain<ResidenceStatus>(proto.residence_status()),
          .arrival_year = proto.arrival_year()};
}

v1::Consent ToProto(const Consent& consent) {
  v1::Consent proto;
  proto.set_name(NameOf(consent.person) + "/consents/" + consent.id.value());
  proto.set_etag(ToEtag(consent.revision));
  proto.set_purpose(ToEnum<v1::Purpose>(consent.purpose));
  *proto.mutable_notice() = ToProto(consent.notice);
  proto.set_channel(ToEnum<v1::ConsentChannel>(consent.channel));
  *proto.mutable_give_time() = ToTimestamp(consent.given_at);
  if (consent.withdrawn_at) *proto.mutable_withdraw_time() = ToTimestamp(*consent.withdrawn_at);
  return proto;
}

Notice ToDomain(const v1::Notice& proto) { return {proto.version(), proto.sha256()}; }

v1::Programme ToProto(const Programme& programme) {
  v1::Programme proto;
  proto.set_name(NameOf(programme.id));
  SetRevision(programme, proto);
  proto.set_display_name(programme.display_name);
  proto.set_kind(ToEnum<v1::ProgrammeKind>(programme.kind));
  proto.set_operator_(programme.operator_name);
  for (const Role role : programme.roles) proto.add_roles(ToEnum<v1::ProgrammeRole>(role));
  for (const PurposeBasis& basis : programme.legal_bases) {
    auto& item = *proto.add_legal_bases();
    item.set_role(ToEnum<v1::ProgrammeRole>(basis.role));
    item.set_purpose(ToEnum<v1::Purpose>(basis.purpose));
    item.set_basis(ToEnum<v1::LegalBasis>(basis.basis));
  }
  proto.set_cadence(programme.cadence);
  proto.set_private_mentors_allowed(programme.private_mentors_allowed);
  proto.set_rule_set(RuleSetName(programme.id, programme.rule_set_version));
  return proto;
}

Programme ToDomain(const v1::Programme& proto) {
  Programme programme{.display_name = proto.display_name(),
                      .kind = ToDomain<ProgrammeKind>(proto.kind()),
                      .operator_name = proto.operator_(),
                      .cadence = proto.cadence(),
                      .private_mentors_allowed = proto.private_mentors_allowed()};
  for (const int role : proto.roles()) programme.roles.push_back(ToDomain<Role>(role));
  for (const v1::PurposeBasis& basis : proto.legal_bases()) {
    programme.legal_bases.push_back(
        {ToDomain<Role>(basis.role()), ToDomain<Purpose>(basis.purpose()), ToDomain<LegalBasis>(basis.basis())});
  }
  return programme;
}

v1::RuleSet ToProto(const RuleSet& rules) {
  v1::RuleSet proto;
  proto.set_name(RuleSetName(rules.programme, rules.version));
  proto.set_version(rules.version);
  *proto.mutable_create_time() = ToTimestamp(rules.created_at);
  for (const Criterion& criterion : rules.criteria) {
    auto& item = *proto.add_criteria();
    item.set_code(criterion.code);
    item.set_role(ToEnum<v1::ProgrammeRole>(criterion.role));
    item.set_description(criterion.description);
    for (const RuleCondition& condition : criterion.any_of) {
      auto& any = *item.add_any_of();
      any.set_fact(condition.fact);
      any.set_operator_(ToEnum<v1::RuleOperator>(condition.op));
      for (const std::string& value : condition.values) any.add_values(value);
    }
  }
  return proto;
}

RuleSet ToDomain(const v1::RuleSet& proto) {
  RuleSet rules;
  for (const v1::Criterion& item : proto.criteria()) {
    Criterion criterion{.code = item.code(), .role = ToDomain<Role>(item.role()), .description = item.description()};
    for (const v1::RuleCondition& any : item.any_of()) {
      criterion.any_of.push_back({.fact = any.fact(),
                                  .op = ToDomain<RuleOperator>(any.operator_()),
                                  .values = {any.values().begin(), any.values().end()}});
    }
    rules.criteria.push_back(std::move(criterion));
  }
  return rules;
}

v1::Cohort ToProto(const Cohort& cohort) {
  v1::Cohort proto;
  proto.set_name(NameOf(cohort.ref));
  SetRevision(cohort, proto);
  proto.set_display_name(cohort.display_name);
  proto.set_state(ToEnum<v1::CohortState>(cohort.state));
  proto.set_programme_kind(ToEnum<v1::ProgrammeKind>(cohort.programme_kind));
  proto.set_places(cohort.places);
  proto.set_start_date(ToText(cohort.start_date));
  proto.set_end_date(ToText(cohort.end_date));
  return proto;
}

Cohort ToDomain(const v1::Cohort& proto) {
  return {.display_name = proto.display_name(),
          .places = proto.places(),
          .start_date = ToOptionalDate(proto.start_date()),
          .end_date = ToOptionalDate(proto.end_date())};
}

v1::Enrolment ToProto(const Enrolment& enrolment) {
  v1::Enrolment proto;
  proto.set_name(NameOf(enrolment.ref));
  SetRevision(enrolment, proto);
  proto.set_participant(NameOf(enrolment.person));
  proto.set_role(ToEnum<v1::ProgrammeRole>(enrolment.role));
  proto.set_state(ToEnum<v1::EnrolmentState>(enrolment.state));
  *proto.mutable_preferences() = Preferences(enrolment.counterpart_gender, enrolment.excluded_organisations);
  proto.set_capacity(enrolment.capacity);
  proto.set_referral_source(ToEnum<v1::ReferralSource>(enrolment.referral_source));
  proto.set_rounds_waited(enrolment.rounds_waited);
  proto.set_documents_missing(enrolment.documents_missing);
  if (enrolment.decision) {
    auto& decision = *proto.mutable_decision();
    decision.set_verdict(ToEnum<v1::Verdict>(enrolment.decision->verdict));
    for (const Finding& finding : enrolment.decision->findings) {
      auto& item = *decision.add_findings();
      item.set_code(finding.code);
      item.set_outcome(ToEnum<v1::CriterionOutcome>(finding.outcome));
    }
    decision.set_rule_set(RuleSetName(enrolment.ref.cohort.programme, enrolment.decision->rule_set_version));
    decision.set_date(FormatDate(enrolment.decision->date));
    *decision.mutable_decide_time() = ToTimestamp(enrolment.decision->decided_at);
  }
  return proto;
}

Enrolment ToDomain(const v1::Enrolment& proto) {
  const auto& excluded = proto.preferences().excluded_organisations();
  return {.person = ToParticipantId(proto.participant()),
          .role = ToDomain<Role>(proto.role()),
          .counterpart_gender = ToDomain<Gender>(proto.preferences().counterpart_gender()),
          .excluded_organisations = {excluded.begin(), excluded.end()},
          .capacity = proto.capacity(),
          .referral_source = ToDomain<ReferralSource>(proto.referral_source()),
          .rounds_waited = proto.rounds_waited(),
          .documents_missing = proto.documents_missing()};
}

v1::Screening ToProto(const Screening& screening, Date today) {
  v1::Screening proto;
  proto.set_name(NameOf(screening.person) + "/screenings/" + screening.id.value());
  proto.set_kind(ToEnum<v1::ScreeningKind>(screening.kind));
  proto.set_state(ToEnum<v1::ScreeningState>(StateOn(screening, today)));
  proto.set_date(FormatDate(screening.date));
  proto.set_expire_date(ToText(screening.expire_date));
  *proto.mutable_record_time() = ToTimestamp(screening.recorded_at);
  return proto;
}

Screening ToDomain(const v1::Screening& proto, absl::Time now) {
  return {.kind = ToDomain<ScreeningKind>(proto.kind()),
          .state = ToDomain<ScreeningState>(proto.state()),
          .date = ToDate(proto.date(), now),
          .expire_date = ToOptionalDate(proto.expire_date())};
}

v1::EnrolmentFeatures ToProto(const Features& features) {
  v1::EnrolmentFeatures proto;
  proto.set_enrolment(NameOf(features.enrolment));
  proto.set_participant(NameOf(features.person));
  proto.set_role(ToEnum<v1::ProgrammeRole>(features.role));
  proto.set_tie_key(features.tie_key);
  proto.set_person_capacity(features.person_capacity);
  proto.set_capacity(features.capacity);
  *proto.mutable_profile() = ToProto(features.profile);
  proto.set_employer_agreement_active(features.employer_agreement_active);
  proto.set_private_person(features.private_person);
  proto.set_gender(ToEnum<v1::Gender>(features.gender));
  *proto.mutable_preferences() = Preferences(features.counterpart_gender, features.excluded_organisations);
  proto.set_rounds_waited(features.rounds_waited);
  proto.set_screening_passed(features.screening_passed);
  proto.set_revision(features.revision);
  proto.set_referral_source(ToEnum<v1::ReferralSource>(features.referral_source));
  return proto;
}

v1::ImportRowResult ToProto(const RowResult& result, int index) {
  v1::ImportRowResult proto;
  proto.set_index(index);
  const auto set = [](const ExternalRef& ref, v1::ExternalRef& out) {
    out.set_source(ref.source);
    out.set_key(ref.key);
  };
  if (result.external_ref) set(*result.external_ref, *proto.mutable_external_ref());
  proto.set_outcome(ToEnum<v1::ImportOutcome>(result.outcome));
  if (!result.person.empty()) proto.set_participant(NameOf(result.person));
  for (const FieldViolation& violation : result.violations) {
    auto& item = *proto.add_violations();
    item.set_field(violation.field);
    item.set_description(violation.description);
  }
  for (const ExternalRef& ref : result.resembles) set(ref, *proto.add_resembles());
  return proto;
}

v1::Enquiry ToProto(const Enquiry& enquiry) {
  v1::Enquiry proto;
  proto.set_name(NameOf(enquiry.id));
  SetRevision(enquiry, proto);
  proto.set_state(ToEnum<v1::EnquiryState>(enquiry.state));
  proto.set_display_name(enquiry.display_name);
  proto.set_email(enquiry.email);
  proto.set_phone(enquiry.phone);
  proto.set_subject(enquiry.subject);
  proto.set_body(enquiry.body);
  proto.set_organisation_name(enquiry.organisation_name);
  if (enquiry.programme) proto.set_programme(NameOf(*enquiry.programme));
  *proto.mutable_notice() = ToProto(enquiry.notice);
  *proto.mutable_consent_time() = ToTimestamp(enquiry.consented_at);
  if (enquiry.person) proto.set_participant(NameOf(*enquiry.person));
  return proto;
}

Enquiry ToDomain(const v1::Enquiry& proto) {
  Enquiry enquiry{.display_name = proto.display_name(),
                  .email = proto.email(),
                  .phone = proto.phone(),
                  .subject = proto.subject(),
                  .body = proto.body(),
                  .organisation_name = proto.organisation_name(),
                  .notice = ToDomain(proto.notice())};
  if (!proto.programme().empty()) enquiry.programme = ToProgrammeId(proto.programme());
  return enquiry;
}

v1::DataSubjectRequest ToProto(const DataSubjectRequest& request, absl::Time now) {
  v1::DataSubjectRequest proto;
  proto.set_name(NameOf(request.id));
  SetRevision(request, proto);
  proto.set_kind(ToEnum<v1::DataSubjectRequestKind>(request.kind));
  proto.set_state(ToEnum<v1::DataSubjectRequestState>(StateOf(request)));
  proto.set_participant(NameOf(request.person));
  for (const Holder& holder : request.holders) {
    auto& item = *proto.add_holders();
    item.set_holder(holder.name);
    item.set_state(ToEnum<v1::HolderState>(StateAt(holder, now)));
    *item.mutable_due_time() = ToTimestamp(holder.due_at);
    if (holder.acknowledged_at) *item.mutable_acknowledge_time() = ToTimestamp(*holder.acknowledged_at);
  }
  if (request.completed_at) *proto.mutable_complete_time() = ToTimestamp(*request.completed_at);
  return proto;
}

}  // namespace brygga::participant
