#include "services/participant/rpc/enrolment_handler.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/rpc/access.h"
#include "services/participant/rpc/convert.h"

namespace brygga::participant {
namespace {

constexpr absl::Duration kPartnerWait = absl::Milliseconds(300);

void SetTime(absl::Time time, google::protobuf::Timestamp& proto) {
  proto.set_seconds(absl::ToUnixSeconds(time));
  proto.set_nanos(static_cast<int32_t>(absl::ToUnixMicros(time) % 1000000 * 1000));
}

template <typename Response>
Response ToResponse(const Enrolment& enrolment) {
  Response response;
  *response.mutable_enrolment() = ToProto(enrolment);
  return response;
}

v1::DecideEnrolmentsResponse ToDecideResponse(const DecisionReport& report) {
  v1::DecideEnrolmentsResponse response;
  AddCounts(report.decided, *response.mutable_decided());
  AddCounts(report.criteria, *response.mutable_criteria());
  if (report.rule_set_version > 0) {
    response.set_rule_set(absl::StrCat(NameOf(report.programme), "/ruleSets/", report.rule_set_version));
  }
  return response;
}

// As it stands on the day it is recorded.
v1::RecordScreeningResponse ToScreeningResponse(const Screening& screening) {
  v1::RecordScreeningResponse response;
  *response.mutable_screening() = ToProto(screening, StockholmDate(screening.recorded_at));
  return response;
}

v1::RecordScreeningsResponse ToScreeningsResponse(const ScreeningReport& report) {
  v1::RecordScreeningsResponse response;
  response.set_participant_count(report.participants);
  response.set_screening_count(report.screenings);
  return response;
}

}  // namespace

absl::StatusOr<AgreementFacts> EnrolmentHandler::AskPartner(const CohortRef& cohort, const Programme& programme,
                                                            Date date, const rpc::Call& call) {
  AgreementFacts facts;
  BRYGGA_ASSIGN_OR_RETURN(facts.asked, store_.EmployersIn(cohort, call.deadline()));
  if (facts.asked.empty()) return facts;
  BRYGGA_ASSIGN_OR_RETURN(const ActiveAgreements active,
                          partners_.WithActiveAgreement(programme.operator_name, facts.asked, date, call.deadline()));
  facts.active = active.organisations;
  facts.as_of = active.as_of;
  return facts;
}

absl::StatusOr<DecisionTerms> EnrolmentHandler::TermsFor(const CohortRef& cohort, std::string_view date,
                                                         const rpc::Call& call) {
  DecisionTerms terms{.date = ToDate(date, store_.Now())};
  BRYGGA_RETURN_IF_ERROR(store_.GetCohort(cohort, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const Programme programme, store_.GetProgramme(cohort.programme, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const RuleSet rules,
                          store_.GetRuleSet(programme.id, programme.rule_set_version, call.deadline()));
  if (!AsksAboutAgreements(rules)) return terms;
  BRYGGA_ASSIGN_OR_RETURN(terms.agreements, AskPartner(cohort, programme, terms.date, call));
  return terms;
}

absl::StatusOr<Enrolment> EnrolmentHandler::Visible(const EnrolmentRef& ref, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(auto enrolments, store_.GetEnrolments({ref}, call.deadline()));
  Enrolment& enrolment = enrolments[0];
  const bool own = call.Has(rpc::Role::kParticipant, NameOf(enrolment.person));
  if (!own && !Runs(call, ref.cohort.programme)) return NotFound(NameOf(ref));
  return std::move(enrolment);
}

absl::StatusOr<v1::CreateEnrolmentResponse> EnrolmentHandler::Create(const v1::CreateEnrolmentRequest& request,
                                                                     const rpc::Call& call) {
  Enrolment enrolment = ToDomain(request.enrolment());
  enrolment.ref = {ToCohortRef(request.parent()), EnrolmentId(NewUuid(absl::Now()))};
  const bool own = call.Has(rpc::Role::kParticipant, NameOf(enrolment.person));
  if (!own && !Runs(call, enrolment.ref.cohort.programme)) return NotFound(request.parent());
  BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), {enrolment.person}, call.deadline()));
  const auto render = &ToResponse<v1::CreateEnrolmentResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Enrolment created, store_.CreateEnrolment(call.Mutates(render), enrolment));
  return render(created);
}

absl::StatusOr<v1::GetEnrolmentResponse> EnrolmentHandler::Get(const v1::GetEnrolmentRequest& request,
                                                               const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Enrolment enrolment, Visible(ToEnrolmentRef(request.name()), call));
  return ToResponse<v1::GetEnrolmentResponse>(enrolment);
}

absl::StatusOr<v1::BatchGetEnrolmentsResponse> EnrolmentHandler::BatchGet(const v1::BatchGetEnrolmentsRequest& request,
                                                                          const rpc::Call& call) {
  std::vector<EnrolmentRef> refs;
  for (const std::string& name : request.names()) {
    refs.push_back(ToEnrolmentRef(name));
    if (!Runs(call, refs.back().cohort.programme)) return NotFound(name);
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto enrolments, store_.GetEnrolments(refs, call.deadline()));
  v1::BatchGetEnrolmentsResponse response;
  for (const Enrolment& enrolment : enrolments) *response.add_enrolments() = ToProto(enrolment);
  return response;
}

absl::StatusOr<v1::ListEnrolmentsResponse> EnrolmentHandler::List(const v1::ListEnrolmentsRequest& request,
                                                                  const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, kEnrolmentSchema));
  EnrolmentScope scope{.audience = AudienceOf(call)};
  if (request.parent() != "programmes/-/cohorts/-") scope.cohort = ToCohortRef(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListEnrolments(scope, query, call.deadline()));
  v1::ListEnrolmentsResponse response;
  for (const Enrolment& enrolment : page.items) *response.add_enrolments() = ToProto(enrolment);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::DecideEnrolmentResponse> EnrolmentHandler::Decide(const v1::DecideEnrolmentRequest& request,
                                                                     const rpc::Call& call) {
  const EnrolmentRef ref = ToEnrolmentRef(request.name());
  BRYGGA_RETURN_IF_ERROR(Visible(ref, call));
  BRYGGA_ASSIGN_OR_RETURN(const DecisionTerms terms, TermsFor(ref.cohort, request.date(), call));
  const auto render = &ToResponse<v1::DecideEnrolmentResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Enrolment decided,
                          store_.DecideEnrolment(call.Mutates(render), ref, terms, request.etag()));
  return render(decided);
}

absl::StatusOr<v1::DecideEnrolmentsResponse> EnrolmentHandler::DecideAll(const v1::DecideEnrolmentsRequest& request,
                                                                         const rpc::Call& call) {
  const CohortRef cohort = ToCohortRef(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const DecisionTerms terms, TermsFor(cohort, request.date(), call));
  BRYGGA_ASSIGN_OR_RETURN(const DecisionReport report,
                          store_.DecideEnrolments(call.Mutates(&ToDecideResponse), cohort, terms));
  return ToDecideResponse(report);
}

absl::StatusOr<v1::UpdateEnrolmentResponse> EnrolmentHandler::Update(const v1::UpdateEnrolmentRequest& request,
                                                                     const rpc::Call& call) {
  const Enrolment wanted = ToDomain(request.enrolment());
  const auto update = [&](const Applicant& before, absl::Time now) {
    return UpdateEnrolment(before.enrolment, wanted, before.person.capacity, request.enrolment().etag(), now);
  };
  const auto render = &ToResponse<v1::UpdateEnrolmentResponse>;
  BRYGGA_ASSIGN_OR_RETURN(
      const Enrolment changed,
      store_.ChangeEnrolment(call.Mutates(render), ToEnrolmentRef(request.enrolment().name()), update));
  return render(changed);
}

absl::StatusOr<v1::WithdrawEnrolmentResponse> EnrolmentHandler::Withdraw(const v1::WithdrawEnrolmentRequest& request,
                                                                         const rpc::Call& call) {
  const EnrolmentRef ref = ToEnrolmentRef(request.name());
  BRYGGA_RETURN_IF_ERROR(Visible(ref, call));
  const auto withdraw = [](const Applicant& before, absl::Time now) {
    return WithdrawEnrolment(before.enrolment, now);
  };
  const auto render = &ToResponse<v1::WithdrawEnrolmentResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Enrolment withdrawn, store_.ChangeEnrolment(call.Mutates(render), ref, withdraw));
  return render(withdrawn);
}

absl::StatusOr<v1::RecordScreeningResponse> EnrolmentHandler::RecordScreening(const v1::RecordScreeningRequest& request,
                                                                              const rpc::Call& call) {
  Screening screening = ToDomain(request.screening(), store_.Now());
  screening.id = ScreeningId(NewUuid(absl::Now()));
  screening.person = ToParticipantId(request.parent());
  std::vector<FieldViolation> violations = CheckScreening(screening, "screening");
  if (!violations.empty()) return InvalidFields(std::move(violations));
  BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), {screening.person}, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const Screening recorded,
                          store_.RecordScreening(call.Mutates(&ToScreeningResponse), screening));
  return ToScreeningResponse(recorded);
}

absl::StatusOr<v1::RecordScreeningsResponse> EnrolmentHandler::RecordScreenings(
    const v1::RecordScreeningsRequest& request, const rpc::Call& call) {
  const absl::Time now = store_.Now();
  std::vector<Screening> screenings;
  std::vector<FieldViolation> violations;
  for (int i = 0; i < request.screenings_size(); ++i) {
    const std::string path = absl::StrCat("screenings[", i, "]");
    screenings.push_back(ToDomain(request.screenings(i), now));
    for (FieldViolation& violation : CheckScreening(screenings.back(), path))
      violations.push_back(std::move(violation));
    for (int k = 0; k < i; ++k) {
      if (screenings[k].kind == screenings[i].kind) violations.push_back({path + ".kind", "is there twice"});
    }
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  BRYGGA_ASSIGN_OR_RETURN(const ScreeningReport report,
                          store_.RecordScreenings(call.Mutates(&ToScreeningsResponse), ToCohortRef(request.parent()),
                                                  ToDomain<Role>(request.role()), screenings, StockholmDate(now)));
  return ToScreeningsResponse(report);
}

absl::StatusOr<v1::ListScreeningsResponse> EnrolmentHandler::ListScreenings(const v1::ListScreeningsRequest& request,
                                                                            const rpc::Call& call) {
  const ParticipantId person = ToParticipantId(request.parent());
  BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), {person}, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, {}));
  BRYGGA_ASSIGN_OR_RETURN(auto screenings, store_.GetScreenings(person, call.deadline()));
  // One per kind, so that paging is done here.
  const auto page = list::Apply(std::move(screenings), query, [](const Screening& screening, std::string_view) {
    return list::Value(screening.id.value());
  });
  v1::ListScreeningsResponse response;
  const Date today = StockholmDate(store_.Now());
  for (const Screening& screening : page.items) *response.add_screenings() = ToProto(screening, today);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ListFeaturesResponse> EnrolmentHandler::ListFeatures(const v1::ListFeaturesRequest& request,
                                                                        const rpc::Call& call) {
  const CohortRef cohort = ToCohortRef(request.parent());
  const Date today = StockholmDate(store_.Now());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, {}));
  BRYGGA_RETURN_IF_ERROR(store_.GetCohort(cohort, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const Programme programme, store_.GetProgramme(cohort.programme, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const AgreementFacts agreements, AskPartner(cohort, programme, today, call));
  BRYGGA_ASSIGN_OR_RETURN(const FeaturesPage page,
                          store_.ListFeatures(cohort, agreements, today, query, call.deadline()));
  v1::ListFeaturesResponse response;
  for (const Features& features : page.features) *response.add_features() = ToProto(features);
  response.set_next_page_token(rpc::PageToken(rpc::ListArgumentsOf(request), page.next));
  const absl::Time as_of = std::min(page.as_of, agreements.as_of);
  SetTime(as_of, *response.mutable_as_of());
  return response;
}

absl::StatusOr<v1::BatchGetFeaturesResponse> EnrolmentHandler::BatchGetFeatures(
    const v1::BatchGetFeaturesRequest& request, const rpc::Call& call) {
  std::vector<EnrolmentRef> refs;
  for (const std::string& name : request.enrolments()) refs.push_back(ToEnrolmentRef(name));
  std::vector<ParticipantId> persons;
  for (const std::string& name : request.participants()) persons.push_back(ToParticipantId(name));
  const Date today = StockholmDate(store_.Now());
  BRYGGA_ASSIGN_OR_RETURN(const NamedFeatures named, store_.GetFeatures(refs, persons, today, call.deadline()));
  std::map<std::string, std::set<std::string>> employers;  // By the operator they may have an agreement with.
  for (const NamedFeatures::Item& item : named.items) {
    if (!item.features.private_person) employers[item.operator_name].insert(item.features.profile.employer);
  }
  // Asked after people were read: what is said of an agreement is no older. A
  // partner service that hangs does not hold up the word of a withdrawal.
  const absl::Time partner_by = std::min(call.deadline(), absl::Now() + kPartnerWait);
  std::map<std::string, absl::StatusOr<ActiveAgreements>> active;
  for (const auto& [operator_name, asked] : employers) {
    active.emplace(operator_name, partners_.WithActiveAgreement(operator_name, asked, today, partner_by));
  }
  v1::BatchGetFeaturesResponse response;
  for (const NamedFeatures::Item& item : named.items) {
    v1::EnrolmentFeatures& features = *response.add_features();
    features = ToProto(item.features);
    if (item.features.private_person) continue;
    const auto& known = active.at(item.operator_name);
    features.set_employer_agreement_unknown(!known.ok());
    features.set_employer_agreement_active(known.ok() && known->organisations.contains(item.features.profile.employer));
  }
  absl::Time as_of = named.as_of;
  for (const auto& [operator_name, known] : active) {
    if (known.ok()) as_of = std::min(as_of, known->as_of);
  }
  SetTime(as_of, *response.mutable_as_of());
  return response;
}

}  // namespace brygga::participant
