#include "services/events/rpc/registration_handler.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/events/domain/errors.h"
#include "services/events/domain/pair.h"
#include "services/events/rpc/access.h"
#include "services/events/rpc/convert.h"
#include "services/events/rpc/waiting_review.h"

namespace brygga::events {
namespace {

constexpr int kMostPairs = 2000;  // In one transaction.
constexpr absl::Duration kLongestWait = absl::Seconds(5);
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(50);

template <typename Response>
Response ToResponse(const Registration& registration) {
  Response response;
  *response.mutable_registration() = ToProto(registration);
  return response;
}

template <typename Item>
Applicant ToApplicant(const Item& item) {
  Applicant applicant = {.id = RegistrationId(MakeNewId()), .participant = item.participant()};
  if (item.audience() != v1::AUDIENCE_UNSPECIFIED) applicant.audience = ToDomain<Audience>(item.audience());
  return applicant;
}

template <typename Response>
void Count(const Admission& admission, Response* response) {
  if (absl::IsAlreadyExists(admission.refusal)) {
    response->set_already_registered_count(response->already_registered_count() + 1);
  } else if (!admission.refusal.ok()) {
    response->set_refused_count(response->refused_count() + 1);
  } else if (admission.registration->state == RegistrationState::kRegistered) {
    response->set_registered_count(response->registered_count() + 1);
  } else {
    response->set_waitlisted_count(response->waitlisted_count() + 1);
  }
}

template <typename Response>
Response ToBatchResponse(const std::vector<Applicant>& applicants, const std::vector<Admission>& admissions) {
  Response response;
  for (size_t i = 0; i < admissions.size(); ++i) {
    v1::BatchRegisterResult& result = *response.add_results();
    result.set_index(static_cast<int>(i));
    result.set_participant(applicants[i].participant);
    if (admissions[i].registration) *result.mutable_registration() = ToProto(*admissions[i].registration);
    result.set_reason(ReasonOf(admissions[i].refusal));
    const absl::string_view message = admissions[i].refusal.message();
    result.set_message(std::string(message.data(), message.size()));
    Count(admissions[i], &response);
  }
  return response;
}

v1::RegisterPairsResponse ToPairsResponse(const std::vector<Applicant>& applicants,
                                          const std::vector<Admission>& admissions) {
  auto response = ToBatchResponse<v1::RegisterPairsResponse>(applicants, admissions);
  response.set_pair_count(static_cast<int>(applicants.size()) / 2);
  return response;
}

// The mentor, then the adept.
std::vector<Applicant> ToApplicants(const Event& event, const std::vector<Pair>& pairs) {
  std::vector<Applicant> applicants;
  for (const Pair& pair : pairs) {
    applicants.push_back({.id = RegistrationId(MakeNewId()),
                          .participant = pair.mentor,
                          .audience = AudienceOf(event, pair, PairSide::kMentor)});
    applicants.push_back({.id = RegistrationId(MakeNewId()),
                          .participant = pair.adept,
                          .audience = AudienceOf(event, pair, PairSide::kAdept)});
  }
  return applicants;
}

v1::EventPair ToProto(const Pair& pair, const std::map<std::string, RegistrationState>& states) {
  const auto state_of = [&](const std::string& participant) {
    const auto found = states.find(participant);
    return found == states.end() ? v1::REGISTRATION_STATE_UNSPECIFIED : ToEnum<v1::RegistrationState>(found->second);
  };
  v1::EventPair proto;
  proto.set_match(pair.match);
  proto.set_round(pair.round);
  proto.set_mentor(pair.mentor);
  proto.set_adept(pair.adept);
  proto.set_mentor_state(state_of(pair.mentor));
  proto.set_adept_state(state_of(pair.adept));
  return proto;
}

// Of somebody who asked for an age and got no answer, what the store says
// counts: a repeat is answered, and whoever may not register learns why.
template <typename T>
absl::Status Unanswered(const absl::StatusOr<T>& result, const absl::Status& asked) {
  return ReasonOf(result.status()) == "EVENT_CHANGED" && !asked.ok() ? asked : result.status();
}

}  // namespace

absl::Status RegistrationHandler::AskAges(const Event& event, std::vector<Applicant>& applicants, absl::Time deadline) {
  if (event.ages.open()) return absl::OkStatus();
  std::vector<std::string> participants;
  for (const Applicant& applicant : applicants) participants.push_back(applicant.participant);
  BRYGGA_ASSIGN_OR_RETURN(const auto answers, ages_.Ask(participants, event.ages, event.first_day, deadline));
  for (size_t i = 0; i < applicants.size(); ++i) {
    applicants[i].age = {.window = event.ages, .on = event.first_day, .answer = answers[i]};
  }
  return absl::OkStatus();
}

absl::StatusOr<Registration> RegistrationHandler::Visible(const std::string& name, const rpc::Call& call,
                                                          Event* event) {
  const RegistrationName ids = ToRegistrationName(name);
  BRYGGA_ASSIGN_OR_RETURN(Registration registration, store_.GetRegistration(ids.event, ids.id, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(*event, store_.GetEvent(ids.event, call.deadline()));
  if (!MaySee(call, *event, registration.participant)) return NotFound(name);
  return registration;
}

absl::StatusOr<v1::RegisterResponse> RegistrationHandler::Register(const v1::RegisterRequest& request,
                                                                   const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Event event, store_.GetEvent(ToEventId(request.parent()), call.deadline()));
  if (!MaySee(call, event)) return NotFound(request.parent());
  if (!MaySee(call, event, request.participant())) return NotFound(request.participant());
  std::vector<Applicant> applicants = {ToApplicant(request)};
  const absl::Status asked = AskAges(event, applicants, call.deadline());
  const auto registration =
      store_.Register(call.Mutates(&ToResponse<v1::RegisterResponse>), event.id, applicants.front());
  if (!registration.ok()) return Unanswered(registration, asked);
  return ToResponse<v1::RegisterResponse>(*registration);
}

absl::StatusOr<v1::BatchRegisterResponse> RegistrationHandler::BatchRegister(const v1::BatchRegisterRequest& request,
                                                                             const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Event event, store_.GetEvent(ToEventId(request.parent()), call.deadline()));
  BRYGGA_RETURN_IF_ERROR(ExpectManager(call, event));
  std::vector<Applicant> applicants;
  for (const v1::BatchRegisterItem& item : request.items()) applicants.push_back(ToApplicant(item));
  const absl::Status asked = AskAges(event, applicants, call.deadline());
  const auto render = [&](const std::vector<Admission>& admissions) {
    return ToBatchResponse<v1::BatchRegisterResponse>(applicants, admissions);
  };
  const auto admissions = store_.RegisterMany(call.Mutates<std::vector<Admission>>(render), event.id, applicants);
  if (!admissions.ok()) return Unanswered(admissions, asked);
  return render(*admissions);
}

absl::StatusOr<std::vector<Pair>> RegistrationHandler::PairsOf(const Event& event, const std::string& round,
                                                               absl::Time deadline) {
  list::ListQuery query{.limit = kMostPairs};
  if (!round.empty()) query.filter.push_back({.field = "round", .value = round});
  const absl::Time begin = store_.Now();
  const absl::Time until = std::min(deadline, absl::Now() + kLongestWait);
  for (;;) {
    BRYGGA_ASSIGN_OR_RETURN(KnownPairs known, pairs_.List(event.cohorts, query, deadline));
    if (known.page.next) return TooManyPairs(event, kMostPairs);
    if (known.as_of && *known.as_of >= begin) return std::move(known.page.items);
    if (absl::Now() >= until) return PairsBehind();
    absl::SleepFor(kBetweenLooks);
  }
}

// Registers nobody, as a dry run: a repeat is answered by the store before it
// looks at whom to register.
absl::Status RegistrationHandler::AnsweredBefore(const Event& event, const rpc::Call& call,
                                                 const absl::Status& problem) {
  auto nobody =
      call.Mutates<std::vector<Admission>>([](const std::vector<Admission>&) { return v1::RegisterPairsResponse(); });
  nobody.validate_only = true;
  const auto admissions = store_.RegisterMany(nobody, event.id, {});
  return admissions.ok() ? problem : admissions.status();
}

absl::StatusOr<v1::RegisterPairsResponse> RegistrationHandler::RegisterPairs(const v1::RegisterPairsRequest& request,
                                                                             const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Event event, store_.GetEvent(ToEventId(request.parent()), call.deadline()));
  BRYGGA_RETURN_IF_ERROR(ExpectManager(call, event));
  if (event.cohorts.empty()) return NoCohorts(event);
  const auto pairs = PairsOf(event, request.round(), call.deadline());
  if (!pairs.ok()) return AnsweredBefore(event, call, pairs.status());
  std::vector<Applicant> applicants = ToApplicants(event, *pairs);
  const absl::Status asked = AskAges(event, applicants, call.deadline());
  const auto render = [&](const std::vector<Admission>& admissions) { return ToPairsResponse(applicants, admissions); };
  const auto admissions = store_.RegisterMany(call.Mutates<std::vector<Admission>>(render), event.id, applicants);
  if (!admissions.ok()) return Unanswered(admissions, asked);
  return render(*admissions);
}

absl::StatusOr<std::map<std::string, RegistrationState>> RegistrationHandler::StatesOf(const Event& event,
                                                                                       const std::vector<Pair>& pairs,
                                                                                       absl::Time deadline) {
  std::map<std::string, RegistrationState> states;
  if (pairs.empty()) return states;
  RegistrationScope scope = {.event = event.id};
  for (const Pair& pair : pairs) {
    scope.viewer.participants.push_back(pair.mentor);
    scope.viewer.participants.push_back(pair.adept);
  }
  const list::ListQuery query = {
      .filter = {{.field = "state", .op = list::Op::kNotEqual, .value = NameOf(RegistrationState::kCancelled)}},
      .limit = static_cast<int>(scope.viewer.participants.size())};
  BRYGGA_ASSIGN_OR_RETURN(const auto found, store_.ListRegistrations(scope, query, deadline));
  for (const Registration& registration : found.items) states[registration.participant] = registration.state;
  return states;
}

absl::StatusOr<v1::ListPairsResponse> RegistrationHandler::ListPairs(const v1::ListPairsRequest& request,
                                                                     const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, PairSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const Event event, store_.GetEvent(ToEventId(request.parent()), call.deadline()));
  BRYGGA_RETURN_IF_ERROR(ExpectManager(call, event));
  if (event.cohorts.empty()) return NoCohorts(event);
  BRYGGA_ASSIGN_OR_RETURN(const KnownPairs known, pairs_.List(event.cohorts, query, call.deadline()));
  if (!known.as_of) return PairsBehind();
  BRYGGA_ASSIGN_OR_RETURN(const auto states, StatesOf(event, known.page.items, call.deadline()));
  v1::ListPairsResponse response;
  for (const Pair& pair : known.page.items) *response.add_pairs() = ToProto(pair, states);
  response.set_next_page_token(rpc::NextPageToken(request, known.page));
  SetTime(*known.as_of, response.mutable_as_of());
  return response;
}

absl::StatusOr<v1::CancelRegistrationResponse> RegistrationHandler::Cancel(const v1::CancelRegistrationRequest& request,
                                                                           const rpc::Call& call) {
  Event event;
  BRYGGA_ASSIGN_OR_RETURN(const Registration known, Visible(request.name(), call, &event));
  Ineligible ineligible;
  if (known.state == RegistrationState::kRegistered) {
    ineligible = ReviewWaiting(store_, ages_, event, 1, Consider::kInLine, call.deadline());
  }
  const auto cancel = [&](const Event& now_event, const Registration& registration, absl::Time now) {
    return CancelRegistration(now_event, registration, request.reason(), request.etag(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Registration cancelled,
                          store_.CancelRegistration(call.Mutates(&ToResponse<v1::CancelRegistrationResponse>),
                                                    known.event, known.id, cancel, ineligible));
  return ToResponse<v1::CancelRegistrationResponse>(cancelled);
}

absl::StatusOr<v1::GetRegistrationResponse> RegistrationHandler::Get(const v1::GetRegistrationRequest& request,
                                                                     const rpc::Call& call) {
  Event event;
  BRYGGA_ASSIGN_OR_RETURN(const Registration registration, Visible(request.name(), call, &event));
  return ToResponse<v1::GetRegistrationResponse>(registration);
}

absl::StatusOr<v1::ListRegistrationsResponse> RegistrationHandler::List(const v1::ListRegistrationsRequest& request,
                                                                        const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, RegistrationSchema()));
  const RegistrationScope scope = {.viewer = ViewerOf(call), .event = ToEventId(request.parent())};
  if (!scope.event.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(const Event event, store_.GetEvent(scope.event, call.deadline()));
    if (!MaySee(call, event)) return NotFound(request.parent());
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListRegistrations(scope, query, call.deadline()));
  v1::ListRegistrationsResponse response;
  for (const Registration& registration : page.items) *response.add_registrations() = ToProto(registration);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

}  // namespace brygga::events
