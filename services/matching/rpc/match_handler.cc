#include "services/matching/rpc/match_handler.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/ids/resource_name.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/rpc/access.h"
#include "services/matching/rpc/convert.h"

namespace brygga::matching {
namespace {

constexpr int kDefaultAnswerDays = 14;

template <typename Response>
Response ToResponse(const Match& match) {
  Response response;
  *response.mutable_match() = ToProto(match);
  return response;
}

// The programmes whose matches the caller may see of somebody else.
std::vector<ProgrammeId> Programmes(const rpc::Call& call) {
  std::vector<ProgrammeId> programmes;
  for (const std::string& name : call.BoundTo(rpc::Role::kCoordinator)) {
    if (const auto id = ParseId("programmes/*", name); id.ok()) programmes.emplace_back(*id);
  }
  return programmes;
}

}  // namespace

absl::StatusOr<v1::CreateMatchResponse> MatchHandler::Create(const v1::CreateMatchRequest& request,
                                                             const rpc::Call& call) {
  const Match pair{.id = MatchId(NewUuid(absl::Now())),
                   .cohort = ToCohortKey(request.parent()),
                   .mentor = ToParticipantId(request.mentor()),
                   .adept = ToParticipantId(request.adept()),
                   .reason = request.reason(),
                   .override_reason = request.override_reason()};
  const ByHand by_hand{
      .accepted = request.accepted(),
      .answer_within = absl::Hours(24) * (request.answer_days() == 0 ? kDefaultAnswerDays : request.answer_days())};
  BRYGGA_RETURN_IF_ERROR(projection_.Ensure(pair.cohort, call.deadline()));
  const auto decide = [&](const PairFacts& facts, absl::Time now) -> absl::StatusOr<Match> {
    BRYGGA_ASSIGN_OR_RETURN(const engine::PairScore score, ScoreOf(reference_, facts));
    return DecideMatch(pair, facts, score, by_hand, now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Match made,
                          store_.CreateMatch(call.Mutates(&ToResponse<v1::CreateMatchResponse>), pair, decide));
  return ToResponse<v1::CreateMatchResponse>(made);
}

absl::StatusOr<v1::GetMatchResponse> MatchHandler::Get(const v1::GetMatchRequest& request, const rpc::Call& call) {
  const Named<MatchId> name = ToMatchName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Match match, store_.GetMatch(name.key, name.id, call.deadline()));
  if (!MaySee(call, match)) return NotFound(request.name());
  return ToResponse<v1::GetMatchResponse>(match);
}

absl::StatusOr<v1::ListMatchesResponse> MatchHandler::List(const v1::ListMatchesRequest& request,
                                                           const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, MatchSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListMatches(ToCohortKey(request.parent()), query, call.deadline()));
  v1::ListMatchesResponse response;
  for (const Match& match : page.items) *response.add_matches() = ToProto(match);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ListParticipantMatchesResponse> MatchHandler::ListOfParticipant(
    const v1::ListParticipantMatchesRequest& request, const rpc::Call& call) {
  const ParticipantId person = ToParticipantId(request.participant());
  std::optional<std::vector<ProgrammeId>> programmes;
  if (!IsSelf(call, person)) {
    programmes = Programmes(call);
    if (programmes->empty()) return NotFound(request.participant());
  }
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  arguments.scope = request.participant();
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, MatchSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListMatchesOf(person, programmes, query, call.deadline()));
  v1::ListParticipantMatchesResponse response;
  for (const Match& match : page.items) *response.add_matches() = ToProto(match);
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

absl::StatusOr<v1::BatchGetMatchesResponse> MatchHandler::BatchGet(const v1::BatchGetMatchesRequest& request,
                                                                   const rpc::Call& call) {
  const CohortKey key = ToCohortKey(request.parent());
  std::vector<MatchId> ids;
  for (const std::string& name : request.names()) {
    const Named<MatchId> match = ToMatchName(name);
    if (match.key != key) return NotFound(name);
    ids.push_back(match.id);
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto matches, store_.BatchGetMatches(key, ids, call.deadline()));
  v1::BatchGetMatchesResponse response;
  for (const Match& match : matches) *response.add_matches() = ToProto(match);
  return response;
}

absl::StatusOr<v1::AcceptMatchResponse> MatchHandler::Accept(const v1::AcceptMatchRequest& request,
                                                             const rpc::Call& call) {
  const Named<MatchId> name = ToMatchName(request.name());
  const Side side = ToSide(request.side());
  const auto accept = [&](const Match& before, absl::Time now) -> absl::StatusOr<Match> {
    if (!MayAnswer(call, before, side)) return NotFound(request.name());
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::Accept(before, side, now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Match accepted, store_.ChangeMatch(call.Mutates(&ToResponse<v1::AcceptMatchResponse>),
                                                                   name.key, name.id, accept));
  return ToResponse<v1::AcceptMatchResponse>(accepted);
}

absl::StatusOr<v1::DeclineMatchResponse> MatchHandler::Decline(const v1::DeclineMatchRequest& request,
                                                               const rpc::Call& call) {
  const Named<MatchId> name = ToMatchName(request.name());
  const Side side = ToSide(request.side());
  const auto decline = [&](const Match& before, absl::Time now) -> absl::StatusOr<Match> {
    if (!MayAnswer(call, before, side)) return NotFound(request.name());
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::Decline(before, side, request.reason(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Match declined, store_.ChangeMatch(call.Mutates(&ToResponse<v1::DeclineMatchResponse>),
                                                                   name.key, name.id, decline));
  return ToResponse<v1::DeclineMatchResponse>(declined);
}

absl::StatusOr<v1::PauseMatchResponse> MatchHandler::Pause(const v1::PauseMatchRequest& request,
                                                           const rpc::Call& call) {
  const Named<MatchId> name = ToMatchName(request.name());
  const auto pause = [&](const Match& before, absl::Time now) -> absl::StatusOr<Match> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return PauseMatch(before, request.reason(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Match paused, store_.ChangeMatch(call.Mutates(&ToResponse<v1::PauseMatchResponse>),
                                                                 name.key, name.id, pause));
  return ToResponse<v1::PauseMatchResponse>(paused);
}

absl::StatusOr<v1::ResumeMatchResponse> MatchHandler::Resume(const v1::ResumeMatchRequest& request,
                                                             const rpc::Call& call) {
  const Named<MatchId> name = ToMatchName(request.name());
  const auto resume = [&](const Match& before, absl::Time now) -> absl::StatusOr<Match> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::Resume(before, now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Match resumed, store_.ChangeMatch(call.Mutates(&ToResponse<v1::ResumeMatchResponse>),
                                                                  name.key, name.id, resume));
  return ToResponse<v1::ResumeMatchResponse>(resumed);
}

absl::StatusOr<v1::ChangeMatchKindResponse> MatchHandler::ChangeKind(const v1::ChangeMatchKindRequest& request,
                                                                     const rpc::Call& call) {
  const Named<MatchId> name = ToMatchName(request.name());
  const auto change = [&](const Match& before, absl::Time) -> absl::StatusOr<Match> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::ChangeKind(before, ToKind(request.kind()));
  };
  BRYGGA_ASSIGN_OR_RETURN(
      const Match changed,
      store_.ChangeMatch(call.Mutates(&ToResponse<v1::ChangeMatchKindResponse>), name.key, name.id, change));
  return ToResponse<v1::ChangeMatchKindResponse>(changed);
}

absl::StatusOr<v1::EndMatchResponse> MatchHandler::End(const v1::EndMatchRequest& request, const rpc::Call& call) {
  const Named<MatchId> name = ToMatchName(request.name());
  const auto end = [&](const Match& before, absl::Time now) -> absl::StatusOr<Match> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::End(before, request.early() ? Ending::kEarly : Ending::kCompleted, request.reason(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Match ended,
                          store_.ChangeMatch(call.Mutates(&ToResponse<v1::EndMatchResponse>), name.key, name.id, end));
  return ToResponse<v1::EndMatchResponse>(ended);
}

}  // namespace brygga::matching
