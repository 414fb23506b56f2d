#include "services/matching/rpc/pair_handler.h"

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

v1::CreateLockResponse ToCreateLockResponse(const Lock& lock) {
  v1::CreateLockResponse response;
  *response.mutable_lock() = ToProto(lock);
  return response;
}

v1::DeleteLockResponse ToDeleteLockResponse(const Lock&) { return {}; }

v1::CreateVetoResponse ToCreateVetoResponse(const Veto& veto) {
  v1::CreateVetoResponse response;
  *response.mutable_veto() = ToProto(veto);
  return response;
}

v1::DeleteVetoResponse ToDeleteVetoResponse(const Veto&) { return {}; }

// A participant speaks for themself only, and where they take part.
bool MayVeto(const rpc::Call& call, const CohortSnapshot& snapshot, const Veto& veto) {
  return (IsSelf(call, veto.mentor) && snapshot.Find(Side::kMentor, veto.mentor)) ||
         (IsSelf(call, veto.adept) && snapshot.Find(Side::kAdept, veto.adept));
}

}  // namespace

absl::StatusOr<v1::CreateLockResponse> PairHandler::CreateLock(const v1::CreateLockRequest& request,
                                                               const rpc::Call& call) {
  const Lock pair{.id = LockId(NewUuid(absl::Now())),
                  .cohort = ToCohortKey(request.parent()),
                  .mentor = ToParticipantId(request.lock().mentor()),
                  .adept = ToParticipantId(request.lock().adept()),
                  .reason = request.lock().reason(),
                  .override_reason = request.lock().override_reason(),
                  .author = call.caller().subject};
  BRYGGA_RETURN_IF_ERROR(projection_.Ensure(pair.cohort, call.deadline()));
  const auto decide = [&](const PairFacts& facts, absl::Time now) -> absl::StatusOr<Lock> {
    BRYGGA_ASSIGN_OR_RETURN(const engine::PairScore score, ScoreOf(snapshots_.reference(), facts));
    return DecideLock(pair, facts, score.broken, now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Lock lock, store_.CreateLock(call.Mutates(&ToCreateLockResponse), pair, decide));
  return ToCreateLockResponse(lock);
}

absl::StatusOr<v1::DeleteLockResponse> PairHandler::DeleteLock(const v1::DeleteLockRequest& request,
                                                               const rpc::Call& call) {
  const Named<LockId> name = ToLockName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Lock lock,
                          store_.DeleteLock(call.Mutates(&ToDeleteLockResponse), name.key, name.id, request.etag()));
  return ToDeleteLockResponse(lock);
}

absl::StatusOr<v1::ListLocksResponse> PairHandler::ListLocks(const v1::ListLocksRequest& request,
                                                             const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, LockSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListLocks(ToCohortKey(request.parent()), query, call.deadline()));
  v1::ListLocksResponse response;
  for (const Lock& lock : page.items) *response.add_locks() = ToProto(lock);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::CreateVetoResponse> PairHandler::CreateVeto(const v1::CreateVetoRequest& request,
                                                               const rpc::Call& call) {
  Veto veto{.id = VetoId(NewUuid(absl::Now())),
            .cohort = ToCohortKey(request.parent()),
            .mentor = ToParticipantId(request.veto().mentor()),
            .adept = ToParticipantId(request.veto().adept()),
            .reason = request.veto().reason(),
            .author = call.caller().subject};
  if (Coordinates(call, veto.cohort)) {
    BRYGGA_RETURN_IF_ERROR(projection_.Ensure(veto.cohort, call.deadline()));
  } else {
    veto.origin = VetoOrigin::kParticipant;
    veto.by = IsSelf(call, veto.mentor) ? Side::kMentor : Side::kAdept;
    const auto cohort = projection_.Ensure(veto.cohort, call.deadline());
    if (!cohort.ok() && cohort.status().code() != absl::StatusCode::kNotFound) return cohort.status();
    if (!cohort.ok()) return NotFound(request.parent());
    BRYGGA_ASSIGN_OR_RETURN(const auto snapshot, snapshots_.Get(veto.cohort, cohort->epoch, call.deadline()));
    if (!MayVeto(call, *snapshot, veto)) return NotFound(request.parent());
  }
  BRYGGA_ASSIGN_OR_RETURN(const Veto made, store_.CreateVeto(call.Mutates(&ToCreateVetoResponse), veto));
  return ToCreateVetoResponse(made);
}

absl::StatusOr<v1::DeleteVetoResponse> PairHandler::DeleteVeto(const v1::DeleteVetoRequest& request,
                                                               const rpc::Call& call) {
  const Named<VetoId> name = ToVetoName(request.name());
  const auto check = [&](const Veto& veto) -> absl::Status {
    const bool is_own =
        veto.by && !call.IsAdminOrService() && IsSelf(call, *veto.by == Side::kMentor ? veto.mentor : veto.adept);
    if (!is_own && !Coordinates(call, veto.cohort)) return NotFound(request.name());
    if (!is_own && veto.origin == VetoOrigin::kParticipant) return VetoOfParticipant(veto);
    return ExpectEtag(request.etag(), veto.revision, veto.name());
  };
  BRYGGA_ASSIGN_OR_RETURN(const Veto veto,
                          store_.DeleteVeto(call.Mutates(&ToDeleteVetoResponse), name.key, name.id, check));
  return ToDeleteVetoResponse(veto);
}

absl::StatusOr<v1::ListVetoesResponse> PairHandler::ListVetoes(const v1::ListVetoesRequest& request,
                                                               const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, VetoSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListVetoes(ToCohortKey(request.parent()), query, call.deadline()));
  v1::ListVetoesResponse response;
  for (const Veto& veto : page.items) *response.add_vetoes() = ToProto(veto);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

}  // namespace brygga::matching
