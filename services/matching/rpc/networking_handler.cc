#include "services/matching/rpc/networking_handler.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/domain/errors.h"
#include "services/matching/rpc/access.h"
#include "services/matching/rpc/convert.h"

namespace brygga::matching {
namespace {

constexpr char kDefaultLevel[] = "B1";
constexpr size_t kMostGuests = 1000;  // As the request's bounds have it.

Named<NetworkingPlanId> ToPlanName(std::string_view name) {
  return ParseName<NetworkingPlanId>("networkingPlans", name).value_or(Named<NetworkingPlanId>());
}

std::string LevelOf(v1::LanguageLevel level, const std::string& otherwise) {
  return level == v1::LANGUAGE_LEVEL_UNSPECIFIED ? otherwise
                                                 : std::string(kLanguageLevels[static_cast<size_t>(level) - 1]);
}

v1::Conversation ToMessage(const NetworkingConversation& conversation, const NetworkingPlan& plan) {
  v1::Conversation message;
  message.set_round(conversation.round);
  message.set_table(conversation.table);
  message.set_newcomer(NameOf(conversation.newcomer));
  message.set_established(NameOf(conversation.established));
  message.set_language(conversation.language);
  message.set_score(conversation.score);
  if (plan.starts_at) {
    *message.mutable_start_time() =
        ToProto(*plan.starts_at + (conversation.round - 1) * absl::Minutes(plan.round_minutes));
  }
  return message;
}

// Without what is only known with its guests.
v1::NetworkingPlan ToMessage(const NetworkingPlan& plan) {
  v1::NetworkingPlan message;
  message.set_name(plan.name());
  message.set_etag(ToEtag(plan.revision));
  *message.mutable_create_time() = ToProto(plan.created_at);
  *message.mutable_update_time() = ToProto(plan.updated_at);
  message.set_display_name(plan.display_name);
  message.set_event(plan.event);
  message.set_rounds(plan.rounds);
  message.set_round_minutes(plan.round_minutes);
  if (plan.starts_at) *message.mutable_start_time() = ToProto(*plan.starts_at);
  message.set_tables(plan.tables);
  message.set_language_level(static_cast<v1::LanguageLevel>(LevelRank(plan.language_level)));
  message.set_state(static_cast<v1::NetworkingState>(StateOf(plan)));
  message.set_started_rounds(plan.started_rounds);
  message.set_finished_rounds(plan.finished_rounds);
  message.set_conversation_count(plan.conversation_count);
  message.set_possible_pairs(plan.possible_pairs);
  message.set_total_score(plan.total_score);
  return message;
}

v1::NetworkingPlan ToMessage(const NetworkingRecord& record) {
  v1::NetworkingPlan message = ToMessage(record.plan);
  for (const NetworkingGuest& guest : record.guests) {
    if (guest.absent) continue;
    if (guest.side == Side::kAdept) {
      message.set_newcomer_count(message.newcomer_count() + 1);
    } else {
      message.set_established_count(message.established_count() + 1);
    }
  }
  for (const NetworkingGap& gap : GapsOf(record)) {
    v1::NetworkingGap& part = *message.add_gaps();
    part.set_participant(NameOf(gap.participant));
    part.set_rounds(gap.rounds);
    part.set_possible_partners(gap.possible_partners);
  }
  return message;
}

template <typename Response>
Response ToResponse(const NetworkingRecord& record) {
  Response response;
  *response.mutable_plan() = ToMessage(record);
  return response;
}

// With the conversations: what a dry run answers.
template <typename Response>
Response ToFullResponse(const NetworkingRecord& record) {
  Response response = ToResponse<Response>(record);
  for (const NetworkingConversation& conversation : record.conversations) {
    *response.add_conversations() = ToMessage(conversation, record.plan);
  }
  return response;
}

absl::Status PersonUnknown(const std::vector<std::string>& people) {
  ErrorDetails details = {.reason = "PERSON_UNKNOWN"};
  const std::string description =
      "takes no part in matching in the cohort in this role; name the languages in the request, or leave the person "
      "out";
  for (const std::string& person : people) {
    details.preconditions.push_back({.type = "REFERENCE", .subject = person, .description = description});
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(people.front(), " ", description), details);
}

// The cohort as the rules of matching see it, or nothing where it has no policy.
absl::StatusOr<std::shared_ptr<const CohortView>> ViewOf(CohortViews& views, const CohortKey& key,
                                                         absl::Time deadline) {
  auto view = views.Get(key, deadline);
  if (!view.ok() &&
      (view.status().code() == absl::StatusCode::kNotFound || view.status().code() == absl::StatusCode::kUnavailable)) {
    return view.status();
  }
  return view.ok() ? *view : nullptr;
}

const Languages* LanguagesOf(const CohortView* view, const ParticipantId& id, Side side) {
  if (view == nullptr) return nullptr;
  for (const Person& person : view->input().people) {
    if (person.id == id && person.role == side) return &person.features.languages;
  }
  return nullptr;
}

// What a pair is worth by the cohort's policy.
PairWorth WorthOf(std::shared_ptr<const CohortView> view) {
  return [view = std::move(view)](const ParticipantId& newcomer, const ParticipantId& established) -> int32_t {
    if (view == nullptr) return 0;
    const auto adept = view->AdeptRow(newcomer);
    const auto mentor = view->MentorRow(established);
    return adept && mentor ? view->ScorePair(*adept, *mentor).score : 0;
  };
}

// Takes the people of a request as guests, in place of those known by the same
// name. Who is named twice, or on both sides, is a wrong field.
class Guests {
 public:
  Guests(const CohortView* view, std::vector<NetworkingGuest>& guests) : view_(view), guests_(guests) {}

  void Add(const google::protobuf::RepeatedPtrField<v1::NetworkingPerson>& people, Side side, std::string_view field) {
    for (int i = 0; i < people.size(); ++i) {
      const v1::NetworkingPerson& person = people[i];
      const ParticipantId id = ToParticipantId(person.participant());
      if (!seen_.insert(id).second) {
        problems_.push_back({absl::StrCat(std::string(field), "[", i, "].participant"),
                             "is in this request already; name each person once, on one side"});
        continue;
      }
      Languages languages;
      for (const v1::NetworkingLanguage& language : person.languages()) {
        languages.emplace_back(language.language(), LevelOf(language.level(), "N"));
      }
      if (languages.empty()) {
        const Languages* known = LanguagesOf(view_, id, side);
        if (known == nullptr) {
          unknown_.push_back(person.participant());
          continue;
        }
        languages = *known;
      }
      Put({.id = id, .side = side, .languages = std::move(languages)}, absl::StrCat(std::string(field), "[", i, "]"));
    }
  }
  void AddCohort() {
    if (view_ == nullptr) return;
    for (const Person& person : view_->input().people) {
      if (seen_.insert(person.id).second) {
        Put({.id = person.id, .side = person.role, .languages = person.features.languages}, "newcomers");
      }
    }
  }
  absl::Status status() const {
    if (!problems_.empty()) return InvalidFields(problems_);
    if (!unknown_.empty()) return PersonUnknown(unknown_);
    return absl::OkStatus();
  }

 private:
  void Put(NetworkingGuest guest, const std::string& field) {
    const auto known = std::find_if(guests_.begin(), guests_.end(),
                                    [&](const NetworkingGuest& other) { return other.id == guest.id; });
    if (known == guests_.end()) {
      guests_.push_back(std::move(guest));
    } else if (known->side != guest.side) {
      problems_.push_back({field + ".participant", "is on the other side of this plan"});
    } else {
      *known = std::move(guest);
    }
  }

  const CohortView* view_;
  std::vector<NetworkingGuest>& guests_;
  std::set<ParticipantId> seen_;
  std::vector<FieldViolation> problems_;
  std::vector<std::string> unknown_;
};

}  // namespace

absl::StatusOr<v1::PlanNetworkingResponse> NetworkingHandler::Plan(const v1::PlanNetworkingRequest& request,
                                                                   const rpc::Call& call) {
  const v1::NetworkingPlan& wanted = request.plan();
  NetworkingRecord record{.plan = {.id = NetworkingPlanId(NewUuid(absl::Now())),
                                   .cohort = ToCohortKey(request.parent()),
                                   .display_name = wanted.display_name(),
                                   .event = wanted.event(),
                                   .rounds = wanted.rounds(),
                                   .round_minutes = wanted.round_minutes(),
                                   .tables = wanted.tables(),
                                   .language_level = LevelOf(wanted.language_level(), kDefaultLevel)}};
  if (wanted.has_start_time()) {
    record.plan.starts_at =
        absl::FromUnixSeconds(wanted.start_time().seconds()) + absl::Nanoseconds(wanted.start_time().nanos());
  }
  BRYGGA_RETURN_IF_ERROR(projection_.Ensure(record.plan.cohort, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const auto view, ViewOf(views_, record.plan.cohort, call.deadline()));
  Guests guests(view.get(), record.guests);
  guests.Add(request.newcomers(), Side::kAdept, "newcomers");
  guests.Add(request.established(), Side::kMentor, "established");
  if (request.newcomers().empty() && request.established().empty()) guests.AddCohort();
  BRYGGA_RETURN_IF_ERROR(guests.status());
  if (record.guests.size() > kMostGuests) {
    return InvalidFields(
        {{"newcomers", absl::StrCat("are with the established ", record.guests.size(), " people; a plan takes at most ",
                                    kMostGuests, ": name those who come")}});
  }
  BRYGGA_ASSIGN_OR_RETURN(record, matching::Plan(std::move(record), WorthOf(view)));
  if (request.validate_only()) return ToFullResponse<v1::PlanNetworkingResponse>(record);
  const auto render = &ToResponse<v1::PlanNetworkingResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord created, store_.CreatePlan(call.Mutates(render), record));
  return render(created);
}

absl::StatusOr<v1::GetNetworkingPlanResponse> NetworkingHandler::Get(const v1::GetNetworkingPlanRequest& request,
                                                                     const rpc::Call& call) {
  const Named<NetworkingPlanId> name = ToPlanName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord record, store_.LoadPlan(name.key, name.id, call.deadline()));
  return ToResponse<v1::GetNetworkingPlanResponse>(record);
}

absl::StatusOr<v1::ListNetworkingPlansResponse> NetworkingHandler::List(const v1::ListNetworkingPlansRequest& request,
                                                                        const rpc::Call& call) {
  const CohortKey key = ToCohortKey(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, NetworkingPlanSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListPlans(key, query, call.deadline()));
  v1::ListNetworkingPlansResponse response;
  for (const NetworkingPlan& plan : page.items) {
    BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord record, store_.LoadPlan(key, plan.id, call.deadline()));
    *response.add_plans() = ToMessage(record);
  }
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ListConversationsResponse> NetworkingHandler::ListConversations(
    const v1::ListConversationsRequest& request, const rpc::Call& call) {
  const Named<NetworkingPlanId> name = ToPlanName(request.parent());
  const ConversationScope scope{
      .participant = request.participant().empty() ? ParticipantId() : ToParticipantId(request.participant()),
      .round = request.round()};
  const bool is_own = !scope.participant.empty() && IsSelf(call, scope.participant);
  if (!Coordinates(call, name.key) && !is_own) return NotFound(request.parent());
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  const std::string chosen = absl::StrCat(request.parent(), " ", request.participant(), " ", request.round());
  arguments.scope = chosen;
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, ConversationSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListConversations(name.key, name.id, scope, query, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord record, store_.LoadPlan(name.key, name.id, call.deadline()));
  v1::ListConversationsResponse response;
  for (const NetworkingConversation& conversation : page.items) {
    *response.add_conversations() = ToMessage(conversation, record.plan);
  }
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

absl::StatusOr<v1::StartNetworkingRoundResponse> NetworkingHandler::StartRound(
    const v1::StartNetworkingRoundRequest& request, const rpc::Call& call) {
  const Named<NetworkingPlanId> name = ToPlanName(request.name());
  const auto start = [&](const NetworkingRecord& before, absl::Time) -> absl::StatusOr<NetworkingRecord> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.plan.revision, before.plan.name()));
    NetworkingRecord after = before;
    BRYGGA_ASSIGN_OR_RETURN(after.plan, matching::StartRound(before.plan));
    return after;
  };
  const auto render = &ToResponse<v1::StartNetworkingRoundResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord record,
                          store_.ChangePlan(call.Mutates(render), name.key, name.id, start));
  return render(record);
}

absl::StatusOr<v1::FinishNetworkingRoundResponse> NetworkingHandler::FinishRound(
    const v1::FinishNetworkingRoundRequest& request, const rpc::Call& call) {
  const Named<NetworkingPlanId> name = ToPlanName(request.name());
  const auto finish = [&](const NetworkingRecord& before, absl::Time) -> absl::StatusOr<NetworkingRecord> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.plan.revision, before.plan.name()));
    NetworkingRecord after = before;
    BRYGGA_ASSIGN_OR_RETURN(after.plan, matching::FinishRound(before.plan));
    return after;
  };
  const auto render = &ToResponse<v1::FinishNetworkingRoundResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord record,
                          store_.ChangePlan(call.Mutates(render), name.key, name.id, finish));
  return render(record);
}

absl::StatusOr<v1::ReplanNetworkingResponse> NetworkingHandler::Replan(const v1::ReplanNetworkingRequest& request,
                                                                       const rpc::Call& call) {
  const Named<NetworkingPlanId> name = ToPlanName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord before, store_.LoadPlan(name.key, name.id, call.deadline()));
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.plan.revision, before.plan.name()));
  BRYGGA_ASSIGN_OR_RETURN(const auto view, ViewOf(views_, name.key, call.deadline()));
  NetworkingRecord wanted = before;
  Guests guests(view.get(), wanted.guests);
  guests.Add(request.newcomers(), Side::kAdept, "newcomers");
  guests.Add(request.established(), Side::kMentor, "established");
  BRYGGA_RETURN_IF_ERROR(guests.status());
  std::vector<FieldViolation> problems;
  for (int i = 0; i < request.absent_size(); ++i) {
    const ParticipantId id = ToParticipantId(request.absent(i));
    const auto guest = std::find_if(wanted.guests.begin(), wanted.guests.end(),
                                    [&](const NetworkingGuest& other) { return other.id == id; });
    if (guest == wanted.guests.end()) {
      problems.push_back({absl::StrCat("absent[", i, "]"), "takes no part in this plan"});
    } else {
      guest->absent = true;
    }
  }
  if (!problems.empty()) return InvalidFields(std::move(problems));
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord planned, matching::Plan(std::move(wanted), WorthOf(view)));
  if (request.validate_only()) return ToFullResponse<v1::ReplanNetworkingResponse>(planned);
  // What was planned holds for the plan that it was made from and no later one.
  const auto replan = [&](const NetworkingRecord& now, absl::Time) -> absl::StatusOr<NetworkingRecord> {
    if (now.plan.revision != before.plan.revision) return EtagMismatch(now.plan.name());
    return planned;
  };
  const auto render = &ToResponse<v1::ReplanNetworkingResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord record,
                          store_.ChangePlan(call.Mutates(render), name.key, name.id, replan));
  return render(record);
}

}  // namespace brygga::matching
