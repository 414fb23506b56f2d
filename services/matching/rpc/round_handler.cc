#include "services/matching/rpc/round_handler.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/domain/solve.h"
#include "services/matching/rpc/convert.h"

namespace brygga::matching {
namespace {

constexpr int kDefaultAnswerDays = 14;
constexpr absl::Duration kWatchEvery = absl::Milliseconds(100);

template <typename Response>
Response ToResponse(const Round& round) {
  Response response;
  *response.mutable_round() = ToProto(round);
  return response;
}

v1::PublishRoundResponse ToPublishResponse(const Publication& publication) {
  v1::PublishRoundResponse response;
  *response.mutable_round() = ToProto(publication.round);
  response.set_matches(publication.matches);
  for (const PairConflict& conflict : publication.conflicts) {
    *response.add_conflicts() = ToProto(conflict, publication.round);
  }
  return response;
}

bool IsUnderWay(const Round& round) {
  return round.state == RoundState::kQueued || round.state == RoundState::kRunning;
}

}  // namespace

absl::StatusOr<v1::StartRoundResponse> RoundHandler::Start(const v1::StartRoundRequest& request,
                                                           const rpc::Call& call) {
  const Round round{.id = RoundId(NewUuid(absl::Now())),
                    .cohort = ToCohortKey(request.parent()),
                    .policy_version = request.policy_version(),
                    .seed = request.seed().empty() ? NewUuid(absl::Now()) : request.seed()};
  BRYGGA_RETURN_IF_ERROR(projection_.Ensure(round.cohort, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const Round queued,
                          store_.CreateRound(call.Mutates(&ToResponse<v1::StartRoundResponse>), round));
  worker_.Nudge();
  return ToResponse<v1::StartRoundResponse>(queued);
}

absl::StatusOr<v1::GetRoundResponse> RoundHandler::Get(const v1::GetRoundRequest& request, const rpc::Call& call) {
  const Named<RoundId> name = ToRoundName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Round round, store_.GetRound(name.key, name.id, call.deadline()));
  return ToResponse<v1::GetRoundResponse>(round);
}

absl::StatusOr<v1::ListRoundsResponse> RoundHandler::List(const v1::ListRoundsRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, RoundSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListRounds(ToCohortKey(request.parent()), query, call.deadline()));
  v1::ListRoundsResponse response;
  for (const Round& round : page.items) *response.add_rounds() = ToProto(round);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::Status RoundHandler::Watch(const v1::WatchRoundRequest& request, const rpc::Call& call,
                                 rpc::Stream<v1::WatchRoundResponse>& stream) {
  const Named<RoundId> name = ToRoundName(request.name());
  for (std::string last;;) {
    BRYGGA_ASSIGN_OR_RETURN(
        const Round round,
        store_.GetRound(name.key, name.id, std::min(call.deadline(), absl::Now() + absl::Seconds(10))));
    const auto response = ToResponse<v1::WatchRoundResponse>(round);
    if (std::string bytes = response.SerializeAsString(); bytes != last) {
      BRYGGA_RETURN_IF_ERROR(stream.Write(response));
      last = std::move(bytes);
    }
    if (!IsUnderWay(round)) return absl::OkStatus();
    BRYGGA_RETURN_IF_ERROR(stream.Wait(kWatchEvery));
  }
}

absl::StatusOr<v1::CancelRoundResponse> RoundHandler::Cancel(const v1::CancelRoundRequest& request,
                                                             const rpc::Call& call) {
  const Named<RoundId> name = ToRoundName(request.name());
  const auto cancel = [&](const Round& before, absl::Time) -> absl::StatusOr<Round> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::Cancel(before);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Round cancelled, store_.ChangeRound(call.Mutates(&ToResponse<v1::CancelRoundResponse>),
                                                                    name.key, name.id, cancel));
  worker_.Nudge();
  return ToResponse<v1::CancelRoundResponse>(cancelled);
}

absl::StatusOr<v1::DiscardRoundResponse> RoundHandler::Discard(const v1::DiscardRoundRequest& request,
                                                               const rpc::Call& call) {
  const Named<RoundId> name = ToRoundName(request.name());
  const auto discard = [&](const Round& before, absl::Time) -> absl::StatusOr<Round> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::Discard(before, request.reason());
  };
  BRYGGA_ASSIGN_OR_RETURN(const Round discarded, store_.ChangeRound(call.Mutates(&ToResponse<v1::DiscardRoundResponse>),
                                                                    name.key, name.id, discard));
  return ToResponse<v1::DiscardRoundResponse>(discarded);
}

absl::Status RoundHandler::Prepare(const Round& round, absl::Time deadline) {
  BRYGGA_RETURN_IF_ERROR(projection_.Refresh(round.cohort, deadline));
  BRYGGA_ASSIGN_OR_RETURN(const Proposal proposal, store_.LoadProposal(round.cohort, round.id, deadline));
  if (!CheckProposal(reference_, proposal, round.seed).ok()) return RoundNotCertified(round);
  return absl::OkStatus();
}

absl::StatusOr<v1::PublishRoundResponse> RoundHandler::Publish(const v1::PublishRoundRequest& request,
                                                               const rpc::Call& call) {
  const Named<RoundId> name = ToRoundName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Round round, store_.GetRound(name.key, name.id, call.deadline()));
  // In any other state the store refuses, or repeats its first answer.
  if (round.state == RoundState::kProposed) BRYGGA_RETURN_IF_ERROR(Prepare(round, call.deadline()));
  PublishOrder order{
      .cohort = name.key,
      .round = name.id,
      .etag = request.etag(),
      .answer_within = absl::Hours(24) * (request.answer_days() == 0 ? kDefaultAnswerDays : request.answer_days())};
  for (int i = 0; i < round.statistics.matched; ++i) order.match_ids.emplace_back(NewUuid(absl::Now()));
  BRYGGA_ASSIGN_OR_RETURN(const Publication publication, store_.PublishRound(call.Mutates(&ToPublishResponse), order));
  return ToPublishResponse(publication);
}

absl::StatusOr<v1::ListRoundPairsResponse> RoundHandler::ListPairs(const v1::ListRoundPairsRequest& request,
                                                                   const rpc::Call& call) {
  const Named<RoundId> round = ToRoundName(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, RoundPairSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListPairs(round.key, round.id, query, call.deadline()));
  v1::ListRoundPairsResponse response;
  for (const RoundPair& pair : page.items) *response.add_pairs() = ToProto(pair, round.key, round.id);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ListUnmatchedResponse> RoundHandler::ListUnmatched(const v1::ListUnmatchedRequest& request,
                                                                      const rpc::Call& call) {
  const Named<RoundId> round = ToRoundName(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, UnmatchedSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListUnmatched(round.key, round.id, query, call.deadline()));
  v1::ListUnmatchedResponse response;
  for (const Unmatched& unmatched : page.items) *response.add_unmatched() = ToProto(unmatched);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

}  // namespace brygga::matching
