#include "services/gateway/rpc/home_handler.h"

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brygga/events/v1/event_service.pb.h"
#include "brygga/events/v1/registration_service.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "common/status/macros.h"
#include "services/gateway/rpc/names.h"
#include "services/gateway/rpc/sections.h"

namespace brygga::gateway {
namespace {

namespace ev1 = ::brygga::events::v1;
namespace mv1 = ::brygga::matching::v1;
namespace pv1 = ::brygga::participant::v1;

constexpr int kMaxItems = 100;

template <typename Response>
using Answer = std::future<absl::StatusOr<Response>>;

// One page in the making. Two waves of calls, each at once: what is known by
// the person, and what their enrolments, matches and registrations are about.
class Home {
 public:
  Home(const Backends& backends, const v1::GetParticipantHomeRequest& request, const rpc::Call& call)
      : backends_(backends), call_(call), participant_(request.name()), sections_(request.allow_partial()) {}

  absl::StatusOr<v1::GetParticipantHomeResponse> Make() {
    BRYGGA_RETURN_IF_ERROR(AskByPerson());
    BRYGGA_RETURN_IF_ERROR(AskAboutThem());
    Render();
    sections_.NameIn(response_.mutable_unreachable());
    return std::move(response_);
  }

 private:
  absl::Status AskByPerson() {
    const rpc::CallOptions options = WithShare(call_, 0.5);
    auto person = AskPerson(options);
    auto enrolments = AskEnrolments(options);
    auto consents = AskConsents(options);
    auto matches = AskMatches(options);
    auto registrations = AskRegistrations(options);
    BRYGGA_ASSIGN_OR_RETURN(person_, person.get());
    BRYGGA_ASSIGN_OR_RETURN(enrolments_, sections_.Optional(v1::HOME_SECTION_ENROLMENTS, enrolments.get()));
    BRYGGA_ASSIGN_OR_RETURN(consents_, sections_.Optional(v1::HOME_SECTION_CONSENTS, consents.get()));
    BRYGGA_ASSIGN_OR_RETURN(matches_, sections_.Optional(v1::HOME_SECTION_MATCHES, matches.get()));
    BRYGGA_ASSIGN_OR_RETURN(registrations_, sections_.Optional(v1::HOME_SECTION_REGISTRATIONS, registrations.get()));
    return absl::OkStatus();
  }

  absl::Status AskAboutThem() {
    const rpc::CallOptions options = WithShare(call_, 0.8);
    auto cohorts = AskCohorts(options);
    auto programmes = AskProgrammes(options);
    auto events = AskEvents(options);
    BRYGGA_RETURN_IF_ERROR(AskCounterparts(options));
    BRYGGA_RETURN_IF_ERROR(TakeCohorts(cohorts));
    BRYGGA_RETURN_IF_ERROR(TakeProgrammes(programmes));
    for (auto& answer : events) {
      BRYGGA_ASSIGN_OR_RETURN(const auto found, sections_.Optional(v1::HOME_SECTION_REGISTRATIONS, answer.get()));
      for (const ev1::Event& event : found.events()) events_.emplace(event.name(), event);
    }
    return absl::OkStatus();
  }

  Answer<pv1::GetParticipantResponse> AskPerson(const rpc::CallOptions& options) {
    pv1::GetParticipantRequest request;
    request.set_name(participant_);
    return backends_.participant->CallAsync<pv1::GetParticipantResponse>(
        options, "brygga.participant.v1.ParticipantService/GetParticipant", request);
  }

  Answer<pv1::ListEnrolmentsResponse> AskEnrolments(const rpc::CallOptions& options) {
    pv1::ListEnrolmentsRequest request;
    request.set_parent("programmes/-/cohorts/-");
    request.set_filter(absl::StrCat("participant = \"", participant_, "\""));
    request.set_order_by("create_time desc");
    request.set_page_size(kMaxItems);
    return backends_.participant->CallAsync<pv1::ListEnrolmentsResponse>(
        options, "brygga.participant.v1.EnrolmentService/ListEnrolments", request);
  }

  Answer<pv1::ListConsentsResponse> AskConsents(const rpc::CallOptions& options) {
    pv1::ListConsentsRequest request;
    request.set_parent(participant_);
    request.set_page_size(kMaxItems);
    return backends_.participant->CallAsync<pv1::ListConsentsResponse>(
        options, "brygga.participant.v1.ParticipantService/ListConsents", request);
  }

  Answer<mv1::ListParticipantMatchesResponse> AskMatches(const rpc::CallOptions& options) {
    mv1::ListParticipantMatchesRequest request;
    request.set_participant(participant_);
    request.set_order_by("create_time desc");
    request.set_page_size(kMaxItems);
    return backends_.matching->CallAsync<mv1::ListParticipantMatchesResponse>(
        options, "brygga.matching.v1.MatchingService/ListParticipantMatches", request);
  }

  Answer<ev1::ListRegistrationsResponse> AskRegistrations(const rpc::CallOptions& options) {
    ev1::ListRegistrationsRequest request;
    request.set_parent("events/-");
    request.set_filter(absl::StrCat("participant = \"", participant_, "\" AND state != CANCELLED"));
    request.set_page_size(kMaxItems);
    return backends_.events->CallAsync<ev1::ListRegistrationsResponse>(
        options, "brygga.events.v1.RegistrationService/ListRegistrations", request);
  }

  std::map<std::string, Answer<pv1::GetCohortResponse>> AskCohorts(const rpc::CallOptions& options) {
    std::map<std::string, Answer<pv1::GetCohortResponse>> answers;
    for (const pv1::Enrolment& enrolment : enrolments_.enrolments()) {
      pv1::GetCohortRequest request;
      request.set_name(CohortOf(enrolment));
      if (answers.contains(request.name())) continue;
      answers.emplace(request.name(), backends_.participant->CallAsync<pv1::GetCohortResponse>(
                                          options, "brygga.participant.v1.ProgrammeService/GetCohort", request));
    }
    return answers;
  }

  std::map<std::string, Answer<pv1::GetProgrammeResponse>> AskProgrammes(const rpc::CallOptions& options) {
    std::map<std::string, Answer<pv1::GetProgrammeResponse>> answers;
    for (const pv1::Enrolment& enrolment : enrolments_.enrolments()) {
      pv1::GetProgrammeRequest request;
      request.set_name(ProgrammeOf(enrolment));
      if (answers.contains(request.name())) continue;
      answers.emplace(request.name(), backends_.participant->CallAsync<pv1::GetProgrammeResponse>(
                                          options, "brygga.participant.v1.ProgrammeService/GetProgramme", request));
    }
    return answers;
  }

  absl::Status TakeCohorts(std::map<std::string, Answer<pv1::GetCohortResponse>>& answers) {
    for (auto& [name, answer] : answers) {
      BRYGGA_ASSIGN_OR_RETURN(const auto found, sections_.Optional(v1::HOME_SECTION_ENROLMENTS, answer.get()));
      cohorts_.emplace(name, found.cohort());
    }
    return absl::OkStatus();
  }

  absl::Status TakeProgrammes(std::map<std::string, Answer<pv1::GetProgrammeResponse>>& answers) {
    for (auto& [name, answer] : answers) {
      BRYGGA_ASSIGN_OR_RETURN(const auto found, sections_.Optional(v1::HOME_SECTION_ENROLMENTS, answer.get()));
      programmes_.emplace(name, found.programme());
    }
    return absl::OkStatus();
  }

  std::vector<Answer<ev1::BatchGetEventsResponse>> AskEvents(const rpc::CallOptions& options) {
    std::set<std::string> names;
    for (const ev1::Registration& registration : registrations_.registrations()) names.insert(EventOf(registration));
    std::vector<Answer<ev1::BatchGetEventsResponse>> answers;
    if (names.empty()) return answers;
    ev1::BatchGetEventsRequest request;
    request.mutable_names()->Assign(names.begin(), names.end());
    answers.push_back(backends_.events->CallAsync<ev1::BatchGetEventsResponse>(
        options, "brygga.events.v1.EventService/BatchGetEvents", request));
    return answers;
  }

  // Names of others belong to their coordinators: a participant is not told.
  absl::Status AskCounterparts(const rpc::CallOptions& options) {
    if (!call_.caller().HasRole(rpc::Role::kAdmin) && !call_.caller().HasRole(rpc::Role::kCoordinator)) {
      return absl::OkStatus();
    }
    std::set<std::string> people;
    for (const mv1::Match& match : matches_.matches()) people.insert(CounterpartIn(match));
    BRYGGA_ASSIGN_OR_RETURN(
        names_, sections_.Optional(v1::HOME_SECTION_NAMES, FetchNames(*backends_.participant, options, people)));
    return absl::OkStatus();
  }

  void Render() {
    v1::ParticipantHome& home = *response_.mutable_home();
    *home.mutable_participant() = person_.participant();
    *home.mutable_consents() = consents_.consents();
    for (const mv1::Match& match : matches_.matches()) RenderMatch(match, *home.add_matches());
    if (!sections_.IsMissing(v1::HOME_SECTION_ENROLMENTS)) {
      for (const pv1::Enrolment& enrolment : enrolments_.enrolments())
        RenderEnrolment(enrolment, *home.add_enrolments());
    }
    if (sections_.IsMissing(v1::HOME_SECTION_REGISTRATIONS)) return;
    for (const ev1::Registration& registration : registrations_.registrations()) {
      RenderRegistration(registration, *home.add_registrations());
    }
    std::stable_sort(home.mutable_registrations()->begin(), home.mutable_registrations()->end(),
                     [](const auto& a, const auto& b) { return a.start_time().seconds() < b.start_time().seconds(); });
  }

  void RenderEnrolment(const pv1::Enrolment& enrolment, v1::HomeEnrolment& shown) const {
    *shown.mutable_enrolment() = enrolment;
    const pv1::Cohort& cohort = cohorts_.at(CohortOf(enrolment));
    shown.set_cohort_display_name(cohort.display_name());
    shown.set_cohort_state(cohort.state());
    shown.set_programme_display_name(programmes_.at(ProgrammeOf(enrolment)).display_name());
  }

  void RenderMatch(const mv1::Match& match, v1::HomeMatch& shown) const {
    const bool is_mentor = match.mentor() == participant_;
    const bool answered = is_mentor ? match.has_mentor_accept_time() : match.has_adept_accept_time();
    *shown.mutable_match() = match;
    shown.set_side(is_mentor ? mv1::SIDE_MENTOR : mv1::SIDE_ADEPT);
    *shown.mutable_counterpart() = PersonOf(CounterpartIn(match), names_);
    shown.set_awaits_answer(
        !answered && (match.state() == mv1::MATCH_STATE_PROPOSED || match.state() == mv1::MATCH_STATE_ACCEPTED_BY_ONE));
  }

  void RenderRegistration(const ev1::Registration& registration, v1::HomeRegistration& shown) const {
    shown.set_registration(registration.name());
    shown.set_event(EventOf(registration));
    shown.set_state(registration.state());
    shown.set_waiting_position(registration.waiting_position());
    const auto event = events_.find(shown.event());
    if (event == events_.end()) return;
    shown.set_title(event->second.title_sv());
    if (event->second.sessions_size() > 0) *shown.mutable_start_time() = event->second.sessions(0).start_time();
  }

  const std::string& CounterpartIn(const mv1::Match& match) const {
    return match.mentor() == participant_ ? match.adept() : match.mentor();
  }
  static std::string CohortOf(const pv1::Enrolment& enrolment) {
    return enrolment.name().substr(0, enrolment.name().find("/enrolments/"));
  }
  static std::string ProgrammeOf(const pv1::Enrolment& enrolment) {
    return enrolment.name().substr(0, enrolment.name().find("/cohorts/"));
  }
  static std::string EventOf(const ev1::Registration& registration) {
    return registration.name().substr(0, registration.name().find("/registrations/"));
  }

  const Backends& backends_;
  const rpc::Call& call_;
  const std::string participant_;
  Sections<v1::HomeSection> sections_;

  pv1::GetParticipantResponse person_;
  pv1::ListEnrolmentsResponse enrolments_;
  pv1::ListConsentsResponse consents_;
  mv1::ListParticipantMatchesResponse matches_;
  ev1::ListRegistrationsResponse registrations_;
  std::map<std::string, pv1::Cohort> cohorts_;
  std::map<std::string, pv1::Programme> programmes_;
  std::map<std::string, ev1::Event> events_;
  Names names_;
  v1::GetParticipantHomeResponse response_;
};

}  // namespace

absl::StatusOr<v1::GetParticipantHomeResponse> HomeHandler::GetParticipantHome(
    const v1::GetParticipantHomeRequest& request, const rpc::Call& call) const {
  return Home(backends_, request, call).Make();
}

}  // namespace brygga::gateway
