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
#include "services/matching/rpc/explain_convert.h"

namespace brygga::matching {
namespace {

constexpr int kDefaultAnswerDays = 14;
constexpr absl::Duration kLookEvery = absl::Milliseconds(40);
constexpr absl::Duration kSpeakEvery =
    absl::Milliseconds(80);  // While a round is RUNNING: more than ten times a second.
constexpr size_t kMostDifferences = 100;

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
  response.set_kept(publication.kept);
  response.set_withdrawn(publication.withdrawn);
  for (const PairConflict& conflict : publication.conflicts) {
    *response.add_conflicts() = ToProto(conflict, publication.round);
  }
  return response;
}

template <typename Request>
Round ToRound(const Request& request) {
  return {.id = RoundId(NewUuid(absl::Now())),
          .cohort = ToCohortKey(request.parent()),
          .objective = ToObjective(request.objective()),
          .policy_version = request.policy_version(),
          .seed = request.seed().empty() ? NewUuid(absl::Now()) : request.seed()};
}

// What a repair is to mend, or which fields say something impossible.
absl::StatusOr<RepairOrder> ToRepair(const v1::RepairRoundRequest& request) {
  RepairOrder order{.keep_proposed = request.keep_proposed()};
  if (!request.base().empty()) {
    const Named<RoundId> base = ToRoundName(request.base());
    if (NameOf(base.key) != request.parent()) return NotFound(request.base());
    order.base = base.id;
  }
  if (request.has_change_price()) order.change_price = request.change_price();
  const bool is_priced = request.objective() != v1::OBJECTIVE_FAIREST && request.objective() != v1::OBJECTIVE_STABLE;
  if (order.change_price && !is_priced) {
    return InvalidFields({{"change_price", "FAIREST and STABLE take no price of changes; leave it out"}});
  }
  return order;
}

// A round as it would be PROPOSED: nothing of it is stored, so it has no name.
v1::MatchingRound ToTrial(Round round, const Proposal& proposal) {
  round.state = RoundState::kProposed;
  round.certified = true;
  round.progress_permille = 1000;
  round.snapshot_hash = proposal.snapshot_hash;
  round.policy_version = proposal.input.policy.version;
  round.as_of = proposal.input.cohort.as_of;
  round.statistics = proposal.statistics;
  v1::MatchingRound proto = ToProto(round);
  proto.clear_name();
  proto.clear_etag();
  proto.clear_create_time();
  proto.clear_update_time();
  return proto;
}

bool IsUnderWay(const Round& round) {
  return round.state == RoundState::kQueued || round.state == RoundState::kRunning;
}

}  // namespace

template <typename Response, typename Request>
absl::StatusOr<Response> RoundHandler::Begin(const Request& request, const Round& round, const rpc::Call& call) {
  BRYGGA_RETURN_IF_ERROR(projection_.Ensure(round.cohort, call.deadline()));
  // A trial is refused for the same reasons, in the same words, and leaves nothing.
  BRYGGA_ASSIGN_OR_RETURN(const Round queued, store_.CreateRound(call.Mutates(&ToResponse<Response>), round));
  if (!request.validate_only()) {
    worker_.Nudge();
    return ToResponse<Response>(queued);
  }
  BRYGGA_ASSIGN_OR_RETURN(
      const Proposal proposal,
      proposer_.Propose(round, call.deadline(), {.cancelled = [&call] { return call.cancelled(); }}));
  Response response;
  *response.mutable_round() = ToTrial(round, proposal);
  return response;
}

absl::StatusOr<v1::StartRoundResponse> RoundHandler::Start(const v1::StartRoundRequest& request,
                                                           const rpc::Call& call) {
  return Begin<v1::StartRoundResponse>(request, ToRound(request), call);
}

absl::StatusOr<v1::RepairRoundResponse> RoundHandler::Repair(const v1::RepairRoundRequest& request,
                                                             const rpc::Call& call) {
  Round round = ToRound(request);
  BRYGGA_ASSIGN_OR_RETURN(round.repair, ToRepair(request));
  return Begin<v1::RepairRoundResponse>(request, round, call);
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
  absl::Time spoken = absl::InfinitePast();
  for (std::string last;;) {
    BRYGGA_ASSIGN_OR_RETURN(
        Round round, store_.GetRound(name.key, name.id, std::min(call.deadline(), absl::Now() + absl::Seconds(10))));
    if (const auto position = worker_.PositionOf(name.id); position && round.state == RoundState::kRunning) {
      round.phase = position->phase;
      round.progress_permille = position->permille;
    }
    const auto response = ToResponse<v1::WatchRoundResponse>(round);
    const bool is_due = round.state == RoundState::kRunning && absl::Now() - spoken >= kSpeakEvery;
    if (std::string bytes = response.SerializeAsString(); bytes != last || is_due) {
      BRYGGA_RETURN_IF_ERROR(stream.Write(response));
      last = std::move(bytes);
      spoken = absl::Now();
    }
    if (!IsUnderWay(round)) return absl::OkStatus();
    BRYGGA_RETURN_IF_ERROR(stream.Wait(kLookEvery));
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
  worker_.Cancel(name.id);
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
  if (!CheckProposal(reference_, proposal, round.objective, round.seed).ok()) return RoundNotCertified(round);
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

absl::StatusOr<v1::ReplayRoundResponse> RoundHandler::Replay(const v1::ReplayRoundRequest& request,
                                                             const rpc::Call& call) {
  const Named<RoundId> name = ToRoundName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Round round, store_.GetRound(name.key, name.id, call.deadline()));
  if (round.snapshot_hash.empty()) return WrongRoundState(round, {"PROPOSED", "PUBLISHED"});
  BRYGGA_ASSIGN_OR_RETURN(const Proposal stored, store_.LoadProposal(name.key, name.id, call.deadline()));
  const auto begun = std::chrono::steady_clock::now();
  BRYGGA_ASSIGN_OR_RETURN(const Proposal computed, Solve(reference_, stored.input, round.objective, round.seed,
                                                         {.cancelled = [&call] { return call.cancelled(); }}));
  const auto took = std::chrono::steady_clock::now() - begun;
  v1::ReplayRoundResponse response;
  for (const Difference& difference : Compare(stored, computed, kMostDifferences)) {
    *response.add_differences() = ToProto(difference);
  }
  response.set_identical(response.differences_size() == 0);
  response.set_certified(CheckProposal(reference_, stored, round.objective, round.seed).ok());
  response.set_snapshot_hash(computed.snapshot_hash);
  response.set_solve_micros(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  return response;
}

absl::StatusOr<v1::ListRoundPairsResponse> RoundHandler::ListPairs(const v1::ListRoundPairsRequest& request,
                                                                   const rpc::Call& call) {
  const Named<RoundId> round = ToRoundName(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, RoundPairSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const Catalogue* words, texts_.In(request.language_code()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListPairs(round.key, round.id, query, call.deadline()));
  v1::ListRoundPairsResponse response;
  for (const RoundPair& pair : page.items) {
    v1::RoundPair& proto = *response.add_pairs();
    proto = ToProto(pair, round.key, round.id);
    for (size_t i = 0; i < pair.contributions.size(); ++i) {
      *proto.mutable_contributions(static_cast<int>(i)) = ToProto(pair.contributions[i], *words);
    }
  }
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ListUnmatchedResponse> RoundHandler::ListUnmatched(const v1::ListUnmatchedRequest& request,
                                                                      const rpc::Call& call) {
  const Named<RoundId> round = ToRoundName(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, UnmatchedSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const Catalogue* words, texts_.In(request.language_code()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListUnmatched(round.key, round.id, query, call.deadline()));
  v1::ListUnmatchedResponse response;
  for (const Unmatched& unmatched : page.items) {
    v1::UnmatchedAdept& proto = *response.add_unmatched();
    proto = ToProto(unmatched);
    *proto.mutable_sentence() = ToProto(UnmatchedSentence(unmatched.reason, unmatched.rules, unmatched.group.size(),
                                                          unmatched.group_seats, unmatched.group_mentors.size()),
                                        *words);
  }
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

}  // namespace brygga::matching
