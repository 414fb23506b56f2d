#include "services/participant/rpc/participant_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/rpc/access.h"
#include "services/participant/rpc/convert.h"
#include "services/participant/rpc/import_rows.h"

namespace brygga::participant {
namespace {

v1::CreateParticipantResponse ToCreateResponse(const Participant& person) {
  v1::CreateParticipantResponse response;
  *response.mutable_participant() = ToProto(person);
  return response;
}

v1::UpdateParticipantResponse ToUpdateResponse(const Participant& person) {
  v1::UpdateParticipantResponse response;
  *response.mutable_participant() = ToProto(person);
  return response;
}

v1::ImportParticipantsResponse ToImportResponse(const ImportReport& report) {
  v1::ImportParticipantsResponse response;
  for (size_t i = 0; i < report.results.size(); ++i) {
    *response.add_results() = ToProto(report.results[i], static_cast<int>(i));
  }
  response.set_created_count(report.Count(ImportOutcome::kCreated));
  response.set_updated_count(report.Count(ImportOutcome::kUpdated));
  response.set_unchanged_count(report.Count(ImportOutcome::kUnchanged));
  response.set_refused_count(report.Count(ImportOutcome::kRefused));
  response.set_no_consent_count(report.Count(ImportOutcome::kNoConsent));
  response.set_duplicate_count(report.Count(ImportOutcome::kDuplicate));
  response.set_ambiguous_count(report.Count(ImportOutcome::kAmbiguous));
  return response;
}

// With validate_only, who would be new has no name yet.
v1::ImportParticipantsResponse ToDryRunResponse(const ImportReport& report) {
  v1::ImportParticipantsResponse response = ToImportResponse(report);
  for (v1::ImportRowResult& result : *response.mutable_results()) {
    if (result.outcome() == v1::IMPORT_OUTCOME_CREATED) result.clear_participant();
  }
  return response;
}

v1::GiveConsentResponse ToGiveResponse(const Consent& consent) {
  v1::GiveConsentResponse response;
  *response.mutable_consent() = ToProto(consent);
  return response;
}

v1::WithdrawConsentResponse ToWithdrawResponse(const Consent& consent) {
  v1::WithdrawConsentResponse response;
  *response.mutable_consent() = ToProto(consent);
  return response;
}

std::vector<ParticipantId> ToIds(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<ParticipantId> ids;
  for (const std::string& name : names) ids.push_back(ToParticipantId(name));
  return ids;
}

// The person, well formed.
absl::StatusOr<Participant> Parse(const v1::Participant& proto) {
  Participant person = ToDomain(proto);
  std::vector<FieldViolation> violations = CheckParticipant(person, ToDomain(proto.background()));
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return Completed(std::move(person));
}

}  // namespace

absl::StatusOr<v1::CreateParticipantResponse> ParticipantHandler::Create(const v1::CreateParticipantRequest& request,
                                                                         const rpc::Call& call) {
  NewParticipant wanted{.background = ToDomain(request.participant().background()),
                        .programme = ToProgrammeId(request.programme())};
  BRYGGA_ASSIGN_OR_RETURN(wanted.person, Parse(request.participant()));
  wanted.person.id = ParticipantId(NewUuid(absl::Now()));
  BRYGGA_ASSIGN_OR_RETURN(const Participant created, store_.CreateParticipant(call.Mutates(&ToCreateResponse), wanted));
  return ToCreateResponse(created);
}

absl::StatusOr<v1::GetParticipantResponse> ParticipantHandler::Get(const v1::GetParticipantRequest& request,
                                                                   const rpc::Call& call) {
  const std::vector<ParticipantId> ids = {ToParticipantId(request.name())};
  BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), ids, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const auto persons, store_.GetParticipants(ids, call.deadline()));
  v1::GetParticipantResponse response;
  *response.mutable_participant() = ToProto(persons[0]);
  return response;
}

absl::StatusOr<v1::BatchGetParticipantsResponse> ParticipantHandler::BatchGet(
    const v1::BatchGetParticipantsRequest& request, const rpc::Call& call) {
  const std::vector<ParticipantId> ids = ToIds(request.names());
  BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), ids, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const auto persons, store_.GetParticipants(ids, call.deadline()));
  v1::BatchGetParticipantsResponse response;
  for (const Participant& person : persons) *response.add_participants() = ToProto(person);
  return response;
}

absl::StatusOr<v1::ListParticipantsResponse> ParticipantHandler::List(const v1::ListParticipantsRequest& request,
                                                                      const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, kParticipantSchema));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListParticipants(AudienceOf(call), query, call.deadline()));
  v1::ListParticipantsResponse response;
  for (const Participant& person : page.items) *response.add_participants() = ToProto(person);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::UpdateParticipantResponse> ParticipantHandler::Update(const v1::UpdateParticipantRequest& request,
                                                                         const rpc::Call& call) {
  const v1::Participant& proto = request.participant();
  const ParticipantId id = ToParticipantId(proto.name());
  if (id.empty()) return InvalidFields({{"participant.name", "must name a person: participants/{participant}"}});
  BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), {id}, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const Participant wanted, Parse(proto));
  std::optional<Background> background;
  if (proto.has_background()) background = ToDomain(proto.background());
  BRYGGA_ASSIGN_OR_RETURN(const Participant changed,
                          store_.ChangeParticipant(call.Mutates(&ToUpdateResponse), id, background,
                                                   [&](const Participant& before, absl::Time now) {
                                                     return UpdateParticipant(before, wanted, proto.etag(), now);
                                                   }));
  return ToUpdateResponse(changed);
}

absl::StatusOr<v1::ImportParticipantsResponse> ParticipantHandler::Import(const v1::ImportParticipantsRequest& request,
                                                                          const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const ImportBatch batch, ToImportBatch(request, absl::Now()));
  for (const ImportRow& row : batch.rows) {
    for (const ImportEnrolment& item : row.enrolments) {
      const CohortRef& cohort = item.enrolment.ref.cohort;
      if (!Runs(call, cohort.programme)) return NotFound(NameOf(cohort));
    }
  }
  const auto render = request.validate_only() ? &ToDryRunResponse : &ToImportResponse;
  BRYGGA_ASSIGN_OR_RETURN(const ImportReport report, store_.Import(call.Mutates(render), batch));
  return render(report);
}

absl::StatusOr<v1::CheckAgeResponse> ParticipantHandler::CheckAge(const v1::CheckAgeRequest& request,
                                                                  const rpc::Call& call) {
  if (request.has_age_min() && request.has_age_max() && request.age_max() < request.age_min()) {
    return InvalidFields({{"age_max", "must not be below age_min"}});
  }
  const std::optional<int> least = request.has_age_min() ? std::optional(request.age_min()) : std::nullopt;
  const std::optional<int> most = request.has_age_max() ? std::optional(request.age_max()) : std::nullopt;
  BRYGGA_ASSIGN_OR_RETURN(const auto persons, store_.GetParticipants(ToIds(request.participants()), call.deadline()));
  const Date date = ToDate(request.date(), store_.Now());
  v1::CheckAgeResponse response;
  for (const Participant& person : persons) {
    auto& check = *response.add_checks();
    check.set_participant(NameOf(person.id));
    check.set_answer(ToEnum<v1::AgeAnswer>(participant::CheckAge(person, date, least, most)));
  }
  return response;
}

absl::StatusOr<v1::GiveConsentResponse> ParticipantHandler::GiveConsent(const v1::GiveConsentRequest& request,
                                                                        const rpc::Call& call) {
  const ParticipantId person = ToParticipantId(request.parent());
  BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), {person}, call.deadline()));
  const Consent wanted{.id = ConsentId(NewUuid(absl::Now())),
                       .person = person,
                       .purpose = ToDomain<Purpose>(request.consent().purpose()),
                       .notice = ToDomain(request.consent().notice()),
                       .channel = ToDomain<ConsentChannel>(request.consent().channel())};
  BRYGGA_ASSIGN_OR_RETURN(const Consent given, store_.GiveConsent(call.Mutates(&ToGiveResponse), wanted));
  return ToGiveResponse(given);
}

absl::StatusOr<v1::WithdrawConsentResponse> ParticipantHandler::WithdrawConsent(
    const v1::WithdrawConsentRequest& request, const rpc::Call& call) {
  const ConsentRef ref = ToConsentRef(request.name());
  if (!store_.CheckVisible(AudienceOf(call), {ref.person}, call.deadline()).ok()) return NotFound(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Consent withdrawn,
                          store_.WithdrawConsent(call.Mutates(&ToWithdrawResponse), ref.person, ref.consent));
  return ToWithdrawResponse(withdrawn);
}

absl::StatusOr<v1::ListConsentsResponse> ParticipantHandler::ListConsents(const v1::ListConsentsRequest& request,
                                                                          const rpc::Call& call) {
  const ParticipantId person = ToParticipantId(request.parent());
  BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), {person}, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, {}));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListConsents(person, query, call.deadline()));
  v1::ListConsentsResponse response;
  for (const Consent& consent : page.items) *response.add_consents() = ToProto(consent);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

}  // namespace brygga::participant
