#include "services/partner/rpc/convert.h"

#include <google/protobuf/timestamp.pb.h>

#include <utility>
#include <vector>

#include "common/ids/resource_name.h"
#include "common/status/error.h"
#include "common/status/etag.h"

namespace brygga::partner {
namespace {

// The ids in `name`; the validator has seen that it follows `pattern`. "-"
// becomes empty.
std::vector<std::string> IdsIn(std::string_view pattern, std::string_view name) {
  auto parsed = ParseResourceName(pattern, name);
  auto ids = parsed.ok() ? *std::move(parsed) : std::vector<std::string>(2);
  for (std::string& id : ids) {
    if (id == "-") id.clear();
  }
  return ids;
}

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t us = absl::ToUnixMicros(time);
  timestamp->set_seconds(us / 1'000'000);
  timestamp->set_nanos(static_cast<int32_t>(us % 1'000'000) * 1000);
}

// What every resource has.
template <typename Message, typename Item>
void SetCommon(const Item& item, absl::Time updated_at, Message* message) {
  message->set_etag(ToEtag(item.revision));
  SetTime(item.created_at, message->mutable_create_time());
  SetTime(updated_at, message->mutable_update_time());
}

std::string OpenEnd(Date date) { return date == kNoEnd ? "" : FormatDate(date); }

}  // namespace

OrganisationId ToOrganisationId(std::string_view name) {
  return OrganisationId(std::move(IdsIn("organisations/*", name).front()));
}
NetworkId ToNetworkId(std::string_view name) { return NetworkId(std::move(IdsIn("networks/*", name).front())); }

MembershipName ToMembershipName(std::string_view name) {
  const auto ids = IdsIn("networks/*/memberships/*", name);
  return {.network = NetworkId(ids[0]), .id = MembershipId(ids[1])};
}

AgreementName ToAgreementName(std::string_view name) {
  const auto ids = IdsIn("organisations/*/agreements/*", name);
  return {.organisation = OrganisationId(ids[0]), .id = AgreementId(ids[1])};
}

ContactPersonName ToContactPersonName(std::string_view name) {
  const auto ids = IdsIn("organisations/*/contactPersons/*", name);
  return {.organisation = OrganisationId(ids[0]), .id = ContactPersonId(ids[1])};
}

OpeningName ToOpeningName(std::string_view name) {
  const auto ids = IdsIn("organisations/*/openings/*", name);
  return {.organisation = OrganisationId(ids[0]), .id = OpeningId(ids[1])};
}

Date ToDate(std::string_view text, Date otherwise) { return ParseDate(text).value_or(otherwise); }

Date AsOf(std::string_view as_of, absl::Time now) { return ToDate(as_of, StockholmDate(now)); }

v1::Organisation ToProto(const Organisation& organisation) {
  v1::Organisation message;
  message.set_name(NameOf(organisation.id));
  SetCommon(organisation, organisation.updated_at, &message);
  if (const auto& ref = organisation.external_ref) {
    message.mutable_external_ref()->set_source(ref->source);
    message.mutable_external_ref()->set_key(ref->key);
  }
  message.set_display_name(organisation.display_name);
  message.set_organisation_number(FormatOrganisationNumber(organisation.organisation_number));
  message.set_sector(ToEnum<v1::Sector>(organisation.sector));
  message.set_kind(ToEnum<v1::OrganisationKind>(organisation.kind));
  message.set_industry(organisation.industry);
  message.set_municipality_code(organisation.municipality_code);
  message.set_employees(organisation.employees);
  if (organisation.IsUnit()) message.set_parent(NameOf(organisation.parent));
  return message;
}

Organisation ToDomain(const v1::Organisation& message) {
  Organisation organisation = {.display_name = message.display_name(),
                               .organisation_number = DigitsOf(message.organisation_number()),
                               .sector = ToDomain<Sector>(message.sector()),
                               .kind = ToDomain<OrganisationKind>(message.kind()),
                               .industry = message.industry(),
                               .municipality_code = message.municipality_code(),
                               .employees = message.employees(),
                               .parent = ToOrganisationId(message.parent())};
  if (message.has_external_ref()) {
    organisation.external_ref = {.source = message.external_ref().source(), .key = message.external_ref().key()};
  }
  return organisation;
}

v1::Network ToProto(const Network& network) {
  v1::Network message;
  message.set_name(NameOf(network.id));
  SetCommon(network, network.updated_at, &message);
  message.set_display_name(network.display_name);
  return message;
}

v1::Membership ToProto(const Membership& membership) {
  v1::Membership message;
  message.set_name(NameOf(membership.network, membership.id));
  SetCommon(membership, membership.updated_at, &message);
  message.set_organisation(NameOf(membership.organisation));
  message.set_kind(ToEnum<v1::MembershipKind>(membership.kind));
  message.set_start_date(FormatDate(membership.period.from));
  message.set_end_date(OpenEnd(membership.period.to));
  return message;
}

absl::StatusOr<Membership> ToDomain(const v1::Membership& message, std::string_view path) {
  const Period period = {.from = ToDate(message.start_date(), Date()), .to = ToDate(message.end_date(), kNoEnd)};
  if (period.to < period.from) {
    return InvalidFields({{std::string(path) + ".end_date", "is before start_date; it is the last day, or empty"}});
  }
  return Membership{.organisation = ToOrganisationId(message.organisation()),
                    .kind = ToDomain<MembershipKind>(message.kind()),
                    .period = period};
}

AgreementTerms ToDomain(const v1::AgreementTerms& message) {
  AgreementTerms terms = {
      .kind = ToDomain<AgreementKind>(message.kind()),
      .period = {.from = ToDate(message.valid_from(), Date()), .to = ToDate(message.valid_to(), kNoEnd)},
      .mentor_seats = message.mentor_seats(),
      .openings = message.openings()};
  for (const int service : message.services()) terms.services.push_back(static_cast<ServiceKind>(service));
  return terms;
}

v1::Agreement ToProto(const Agreement& agreement, Date day) {
  v1::Agreement message;
  message.set_name(NameOf(agreement.organisation, agreement.id));
  SetCommon(agreement, agreement.recorded_at, &message);
  message.set_operator_(NameOf(agreement.operator_id));
  v1::AgreementTerms& terms = *message.mutable_terms();
  terms.set_kind(ToEnum<v1::AgreementKind>(agreement.terms.kind));
  terms.set_valid_from(FormatDate(agreement.terms.period.from));
  terms.set_valid_to(OpenEnd(agreement.terms.period.to));
  terms.set_mentor_seats(agreement.terms.mentor_seats);
  terms.set_openings(agreement.terms.openings);
  for (const ServiceKind kind : agreement.terms.services) terms.add_services(ToEnum<v1::ServiceKind>(kind));
  message.set_status(ToEnum<v1::AgreementStatus>(StatusOn(agreement.terms.period, day)));
  message.set_reason(agreement.reason);
  return message;
}

v1::Partnership ToProto(const Partnership& partnership, Date day) {
  const PartnershipDuration duration = DurationOn(partnership, day);
  v1::Partnership message;
  message.set_organisation(NameOf(partnership.organisation.id));
  message.set_display_name(partnership.organisation.display_name);
  message.set_operator_(NameOf(partnership.operator_id));
  message.set_start_date(FormatDate(partnership.start_date));
  message.set_end_date(OpenEnd(duration.end_date));
  message.set_active(duration.active);
  message.set_months(duration.months);
  message.set_days_covered(duration.days_covered);
  for (const AgreementKind kind : duration.active_kinds) message.add_active_kinds(ToEnum<v1::AgreementKind>(kind));
  return message;
}

v1::ContactPerson ToProto(const ContactPerson& person) {
  v1::ContactPerson message;
  message.set_name(NameOf(person.organisation, person.id));
  SetCommon(person, person.updated_at, &message);
  message.set_role(ToEnum<v1::ContactRole>(person.role));
  message.set_display_name(person.display_name);
  message.set_email(person.email);
  message.set_phone(person.phone);
  if (person.start_date) message.set_start_date(FormatDate(*person.start_date));
  message.set_end_date(OpenEnd(person.end_date));
  message.set_publish_consent(person.publish_consent);
  return message;
}

ContactPerson ToDomain(const v1::ContactPerson& message) {
  ContactPerson person = {.role = ToDomain<ContactRole>(message.role()),
                          .display_name = message.display_name(),
                          .email = message.email(),
                          .phone = message.phone(),
                          .end_date = ToDate(message.end_date(), kNoEnd),
                          .publish_consent = message.publish_consent()};
  if (!message.start_date().empty()) person.start_date = ToDate(message.start_date(), Date());
  return person;
}

v1::ImportRowResult ToProto(const ImportResult& result) {
  v1::ImportRowResult message;
  message.set_outcome(ToEnum<v1::ImportOutcome>(result.outcome));
  if (!result.organisation.empty()) message.set_organisation(NameOf(result.organisation));
  for (const FieldViolation& problem : result.problems) {
    v1::RowProblem& added = *message.add_problems();
    added.set_field(problem.field);
    added.set_description(problem.description);
  }
  for (const OrganisationId& candidate : result.candidates) message.add_candidates(NameOf(candidate));
  return message;
}

v1::Opening ToProto(const Opening& opening) {
  v1::Opening message;
  message.set_name(opening.name());
  SetCommon(opening, opening.updated_at, &message);
  message.set_kind(ToEnum<v1::OpeningKind>(opening.kind));
  if (opening.subtype) message.set_subtype(ToEnum<v1::OpeningSubtype>(*opening.subtype));
  message.set_display_name(opening.display_name);
  message.set_state(ToEnum<v1::OpeningState>(StateOf(opening)));
  message.set_seats(opening.seats);
  message.set_taken_seats(opening.taken);
  message.set_ssyk4(opening.ssyk4);
  message.set_municipality_code(opening.municipality_code);
  message.set_place(opening.place);
  message.set_start_date(FormatDate(opening.period.from));
  message.set_end_date(OpenEnd(opening.period.to));
  if (opening.age_min) message.set_age_min(*opening.age_min);
  if (opening.age_max) message.set_age_max(*opening.age_max);
  for (const std::string& code : opening.requirements) message.add_requirements(code);
  message.set_adaptation_possible(opening.adaptation_possible);
  if (opening.host) message.set_host(ToEnum<v1::OpeningHost>(*opening.host));
  message.set_contract(opening.contract);
  if (!opening.operator_id.empty()) message.set_operator_(NameOf(opening.operator_id));
  return message;
}

Opening ToDomain(const v1::Opening& message) {
  Opening opening = {.kind = ToDomain<OpeningKind>(message.kind()),
                     .display_name = message.display_name(),
                     .seats = message.seats(),
                     .ssyk4 = message.ssyk4(),
                     .municipality_code = message.municipality_code(),
                     .place = message.place(),
                     .period = {.from = ToDate(message.start_date(), Date()), .to = ToDate(message.end_date(), kNoEnd)},
                     .requirements = {message.requirements().begin(), message.requirements().end()},
                     .adaptation_possible = message.adaptation_possible(),
                     .contract = message.contract(),
                     .operator_id = ToOrganisationId(message.operator_())};
  if (message.has_age_min()) opening.age_min = message.age_min();
  if (message.has_age_max()) opening.age_max = message.age_max();
  if (message.subtype() != v1::OPENING_SUBTYPE_UNSPECIFIED) {
    opening.subtype = ToDomain<OpeningSubtype>(message.subtype());
  }
  if (message.host() != v1::OPENING_HOST_UNSPECIFIED) opening.host = ToDomain<OpeningHost>(message.host());
  return opening;
}

v1::OpeningSeat ToProto(const Seat& seat) {
  v1::OpeningSeat message;
  message.set_name(seat.key.name());
  SetCommon(seat, seat.updated_at, &message);
  message.set_match(seat.key.match);
  message.set_state(ToEnum<v1::SeatState>(seat.state));
  return message;
}

}  // namespace brygga::partner
