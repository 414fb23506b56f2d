#include "services/matching/rpc/allocation_handler.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/rpc/validator.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "engine/lottery.h"
#include "services/matching/domain/allocate.h"
#include "services/matching/domain/allocation_errors.h"
#include "services/matching/domain/errors.h"
#include "services/matching/rpc/access.h"
#include "services/matching/rpc/allocation_convert.h"
#include "services/matching/rpc/convert.h"
#include "services/matching/work/seed.h"

namespace brygga::matching {
namespace {

constexpr int kDefaultAnswerDays = 14;
constexpr absl::Duration kWatchEvery = absl::Milliseconds(100);
constexpr size_t kDocumentPart = 1 << 20;
constexpr size_t kOpeningsAtOnce = 1000;

template <typename Response>
Response ToResponse(const Allocation& allocation) {
  Response response;
  *response.mutable_allocation() = ToProto(allocation);
  return response;
}

// What a caller may know of an application's outcome.
Outcome OutcomeFor(const rpc::Call& call, const Allocation& allocation) {
  const bool is_published = allocation.state == AllocationState::kPublished;
  return is_published || Coordinates(call, allocation.cohort) ? Outcome::kShown : Outcome::kHidden;
}

// What is wrong with an allocation by itself.
std::vector<FieldViolation> Problems(const Allocation& allocation) {
  std::vector<FieldViolation> problems;
  std::map<AllocationReserveScope, int> shares;
  std::set<std::string> groups;
  for (size_t i = 0; i < allocation.reserves.size(); ++i) {
    const AllocationReserve& reserve = allocation.reserves[i];
    shares[reserve.scope] += reserve.share_permille;
    if ((reserve.share_permille > 0) == (reserve.count > 0)) {
      problems.push_back({absl::StrCat("allocation.reserves[", i, "]"),
                          "has neither or both of share_permille and count; give one of them"});
    }
    if (!groups.insert(allocation.reserves[i].group).second) {
      problems.push_back(
          {absl::StrCat("allocation.reserves[", i, "].group"), "has a reserve already; each group has one at most"});
    }
  }
  for (const auto& [scope, sum] : shares) {
    if (sum <= 1000) continue;
    problems.push_back({"allocation.reserves", "are more than all seats together; the shares sum to at most 1000"});
  }
  return problems;
}

// What a participant may not say of themself.
std::vector<FieldViolation> OnlyCoordinators(const Application& application) {
  std::vector<FieldViolation> problems;
  const auto refuse = [&](const char* field) {
    problems.push_back({std::string("application.") + field, "is said by a coordinator; leave it out"});
  };
  if (!application.priority.empty()) refuse("priority");
  if (!application.groups.empty()) refuse("groups");
  if (!application.meets.empty()) refuse("meets");
  return problems;
}

}  // namespace

absl::Status AllocationHandler::CheckOpenings(const std::vector<std::string>& openings, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto facts, known_.Find(openings, deadline));
  std::vector<std::string> unusable;
  for (size_t i = 0; i < openings.size(); ++i) {
    if (!facts[i] || IsOver(facts[i]->state)) unusable.push_back(openings[i]);
  }
  return unusable.empty() ? absl::OkStatus() : OpeningsUnusable(unusable);
}

absl::StatusOr<v1::CreateAllocationResponse> AllocationHandler::Create(const v1::CreateAllocationRequest& request,
                                                                       const rpc::Call& call) {
  Allocation allocation = ToDomain(request.allocation());
  if (auto problems = Problems(allocation); !problems.empty()) return InvalidFields(std::move(problems));
  allocation.id = AllocationId(NewUuid(absl::Now()));
  allocation.cohort = ToCohortKey(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const Cohort cohort, projection_.Ensure(allocation.cohort, call.deadline()));
  if (!IsMatchable(cohort.state)) return CohortNotMatchable(cohort);
  const std::vector<std::string> openings(request.openings().begin(), request.openings().end());
  BRYGGA_RETURN_IF_ERROR(CheckOpenings(openings, call.deadline()));
  const auto render = &ToResponse<v1::CreateAllocationResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Allocation created,
                          store_.CreateAllocation(call.Mutates(render), allocation, openings));
  return render(created);
}

absl::StatusOr<v1::AddAllocationOpeningsResponse> AllocationHandler::AddOpenings(
    const v1::AddAllocationOpeningsRequest& request, const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.name());
  const std::vector<std::string> openings(request.openings().begin(), request.openings().end());
  BRYGGA_RETURN_IF_ERROR(CheckOpenings(openings, call.deadline()));
  const auto render = &ToResponse<v1::AddAllocationOpeningsResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Allocation allocation,
                          store_.AddOpenings(call.Mutates(render), name.key, name.id, openings));
  return render(allocation);
}

absl::StatusOr<v1::GetAllocationResponse> AllocationHandler::Get(const v1::GetAllocationRequest& request,
                                                                 const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Allocation allocation, store_.GetAllocation(name.key, name.id, call.deadline()));
  return ToResponse<v1::GetAllocationResponse>(allocation);
}

absl::StatusOr<v1::ListAllocationsResponse> AllocationHandler::List(const v1::ListAllocationsRequest& request,
                                                                    const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, AllocationSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page,
                          store_.ListAllocations(ToCohortKey(request.parent()), query, call.deadline()));
  v1::ListAllocationsResponse response;
  for (const Allocation& allocation : page.items) *response.add_allocations() = ToProto(allocation);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::SubmitApplicationResponse> AllocationHandler::Submit(const v1::SubmitApplicationRequest& request,
                                                                        const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.parent());
  ApplicationRow row{.application = ToDomain(request.application())};
  const bool coordinates = Coordinates(call, name.key);
  if (!coordinates && !IsSelf(call, row.application.participant)) return NotFound(request.parent());
  if (auto problems = OnlyCoordinators(row.application); !coordinates && !problems.empty()) {
    return InvalidFields(std::move(problems));
  }
  row.application.reference = NewUuid(absl::Now());
  const auto render = [&](const std::vector<ApplicationResult>& results) {
    v1::SubmitApplicationResponse response;
    *response.mutable_application() = ToProto(results.front().application, name.key, name.id, Outcome::kHidden);
    return response;
  };
  auto mutation = call.Mutates<std::vector<ApplicationResult>>(render);
  BRYGGA_ASSIGN_OR_RETURN(const auto results, store_.Apply(mutation, name.key, name.id, {row}));
  if (results.front().outcome == ApplicationOutcome::kRefused) {
    std::vector<FieldViolation> problems = results.front().problems;
    for (FieldViolation& problem : problems) problem.field = "application." + problem.field;
    return InvalidFields(std::move(problems));
  }
  return render(results);
}

absl::StatusOr<v1::ImportApplicationsResponse> AllocationHandler::Import(const v1::ImportApplicationsRequest& request,
                                                                         const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.parent());
  std::vector<ApplicationRow> rows;
  std::map<std::string, int> seen;
  for (const v1::Application& application : request.applications()) {
    ApplicationRow row{.application = ToDomain(application), .problems = rpc::Validate(application)};
    row.application.reference = NewUuid(absl::Now());
    const auto [first, fresh] = seen.try_emplace(application.participant(), static_cast<int>(rows.size()));
    if (!fresh) {
      row.problems.push_back({"participant", absl::StrCat("is in row ", first->second + 1, " of this batch already")});
    }
    rows.push_back(std::move(row));
  }
  const bool is_stored = !request.validate_only();
  const auto render = [&](const std::vector<ApplicationResult>& results) {
    v1::ImportApplicationsResponse response;
    for (const ApplicationResult& result : results) {
      *response.add_results() = ToProto(result, name.key, name.id, is_stored);
    }
    return response;
  };
  BRYGGA_ASSIGN_OR_RETURN(const auto results,
                          store_.Apply(call.Mutates<std::vector<ApplicationResult>>(render), name.key, name.id, rows));
  return render(results);
}

absl::StatusOr<v1::WithdrawApplicationResponse> AllocationHandler::Withdraw(
    const v1::WithdrawApplicationRequest& request, const rpc::Call& call) {
  const ApplicationName name = ToApplicationName(request.name());
  if (!Coordinates(call, name.key) && !IsSelf(call, name.participant)) return NotFound(request.name());
  const auto render = [&](const Application& application) {
    v1::WithdrawApplicationResponse response;
    *response.mutable_application() = ToProto(application, name.key, name.allocation, Outcome::kHidden);
    return response;
  };
  BRYGGA_ASSIGN_OR_RETURN(const Application application, store_.Withdraw(call.Mutates<Application>(render), name.key,
                                                                         name.allocation, name.participant));
  return render(application);
}

absl::StatusOr<v1::GetApplicationResponse> AllocationHandler::GetApplication(const v1::GetApplicationRequest& request,
                                                                             const rpc::Call& call) {
  const ApplicationName name = ToApplicationName(request.name());
  if (!Coordinates(call, name.key) && !IsSelf(call, name.participant)) return NotFound(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Application application,
                          store_.GetApplication(name.key, name.allocation, name.participant, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const Allocation allocation,
                          store_.GetAllocation(name.key, name.allocation, call.deadline()));
  v1::GetApplicationResponse response;
  *response.mutable_application() = ToProto(application, name.key, name.allocation, OutcomeFor(call, allocation));
  return response;
}

absl::StatusOr<v1::ListApplicationsResponse> AllocationHandler::ListApplications(
    const v1::ListApplicationsRequest& request, const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, ApplicationSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListApplications(name.key, name.id, query, call.deadline()));
  v1::ListApplicationsResponse response;
  for (const Application& application : page.items) {
    *response.add_applications() = ToProto(application, name.key, name.id, Outcome::kShown);
  }
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::CommitLotteryResponse> AllocationHandler::Commit(const v1::CommitLotteryRequest& request,
                                                                    const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.name());
  const std::string seed = NewSeed();
  const std::string hash = engine::LotteryCommitment(seed);
  const auto commit = [&](const Allocation& before, absl::Time now) {
    return matching::Commit(before, seed, hash, now);
  };
  const auto render = &ToResponse<v1::CommitLotteryResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Allocation committed,
                          store_.ChangeAllocation(call.Mutates(render), name.key, name.id, commit));
  return render(committed);
}

absl::StatusOr<v1::StartAllocationResponse> AllocationHandler::Start(const v1::StartAllocationRequest& request,
                                                                     const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.name());
  const auto objective = request.objective() == v1::ALLOCATION_OBJECTIVE_MAX_PLACED
                             ? AllocationObjective::kMaxPlaced
                             : AllocationObjective::kDeferredAcceptance;
  const auto start = [&](const Allocation& before, absl::Time) -> absl::StatusOr<Allocation> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::Start(before, objective);
  };
  if (request.validate_only()) return Try(name, start, call);
  const auto render = &ToResponse<v1::StartAllocationResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Allocation queued,
                          store_.ChangeAllocation(call.Mutates(render), name.key, name.id, start));
  worker_.Nudge();
  return render(queued);
}

absl::StatusOr<v1::StartAllocationResponse> AllocationHandler::Try(const Named<AllocationId>& name,
                                                                   const AllocationStore::DecideAllocation& start,
                                                                   const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(AllocationInput input, store_.LoadAllocation(name.key, name.id, call.deadline()));
  Allocation figures = input.allocation;
  BRYGGA_ASSIGN_OR_RETURN(input.allocation, start(figures, absl::Now()));
  BRYGGA_RETURN_IF_ERROR(worker_.facts().Gather(input, call.deadline(), [](size_t, size_t) {}));
  const absl::Time begun = absl::Now();
  BRYGGA_ASSIGN_OR_RETURN(AllocationProposal proposal,
                          Propose(input, {.cancelled = [&call] { return call.cancelled(); }}));
  proposal.statistics.solve_us = absl::ToInt64Microseconds(absl::Now() - begun);
  const AllocationInput answer{
      .allocation = input.allocation, .openings = proposal.openings, .applications = proposal.applications};
  if (const absl::Status holds = CheckProposal(answer, proposal.certificate); !holds.ok()) {
    return MakeError(absl::StatusCode::kInternal, std::string(holds.message()), {.reason = "NOT_CERTIFIED"});
  }
  figures.certified = true;
  figures.statistics = proposal.statistics;
  figures.groups = proposal.groups;
  auto response = ToResponse<v1::StartAllocationResponse>(figures);
  response.mutable_allocation()->set_objective(static_cast<v1::AllocationObjective>(input.allocation.objective));
  return response;
}

absl::Status AllocationHandler::Watch(const v1::WatchAllocationRequest& request, const rpc::Call& call,
                                      rpc::Stream<v1::WatchAllocationResponse>& stream) {
  const Named<AllocationId> name = ToAllocationName(request.name());
  for (std::string last;;) {
    BRYGGA_ASSIGN_OR_RETURN(
        const Allocation allocation,
        store_.GetAllocation(name.key, name.id, std::min(call.deadline(), absl::Now() + absl::Seconds(10))));
    const auto response = ToResponse<v1::WatchAllocationResponse>(allocation);
    if (std::string bytes = response.SerializeAsString(); bytes != last) {
      BRYGGA_RETURN_IF_ERROR(stream.Write(response));
      last = std::move(bytes);
    }
    if (!IsUnderWay(allocation.state)) return absl::OkStatus();
    BRYGGA_RETURN_IF_ERROR(stream.Wait(kWatchEvery));
  }
}

absl::StatusOr<v1::CancelAllocationResponse> AllocationHandler::Cancel(const v1::CancelAllocationRequest& request,
                                                                       const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.name());
  const auto cancel = [&](const Allocation& before, absl::Time) -> absl::StatusOr<Allocation> {
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::Cancel(before);
  };
  const auto render = &ToResponse<v1::CancelAllocationResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Allocation cancelled,
                          store_.ChangeAllocation(call.Mutates(render), name.key, name.id, cancel));
  worker_.Nudge();
  return render(cancelled);
}

absl::StatusOr<v1::ListPlacementsResponse> AllocationHandler::ListPlacements(const v1::ListPlacementsRequest& request,
                                                                             const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, PlacementSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListPlacements(name.key, name.id, query, call.deadline()));
  v1::ListPlacementsResponse response;
  for (const Application& application : page.items) {
    *response.add_placements() = ToPlacement(application, name.key, name.id);
  }
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ListReservesResponse> AllocationHandler::ListReserves(const v1::ListReservesRequest& request,
                                                                         const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.parent());
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  if (request.order_by().empty()) arguments.order_by = "position";
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, ReserveSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListReserves(name.key, name.id, query, call.deadline()));
  v1::ListReservesResponse response;
  for (const Application& application : page.items) {
    *response.add_reserves() = ToReserve(application, name.key, name.id);
  }
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

absl::StatusOr<std::vector<v1::PlacementConflict>> AllocationHandler::Conflicts(const AllocationInput& input,
                                                                                absl::Time deadline) {
  std::map<std::string, int> wanted;
  for (const Application& application : input.applications) {
    if (!application.placement.empty()) ++wanted[application.placement];
  }
  std::vector<std::string> names;
  for (const auto& [opening, seats] : wanted) names.push_back(opening);
  std::map<std::string, int> missing;
  for (size_t from = 0; from < names.size(); from += kOpeningsAtOnce) {
    const std::vector<std::string> page(names.begin() + from,
                                        names.begin() + std::min(names.size(), from + kOpeningsAtOnce));
    BRYGGA_ASSIGN_OR_RETURN(const auto facts, openings_.Read(page, deadline));
    for (size_t i = 0; i < page.size(); ++i) {
      const bool is_open = facts[i] && facts[i]->state == OpeningState::kOpen;
      missing[page[i]] = wanted[page[i]] - (is_open ? facts[i]->free_seats : 0);
    }
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto elsewhere,
                          store_.PlacedElsewhere(input.allocation.cohort, input.allocation.id, deadline));
  std::vector<v1::PlacementConflict> conflicts;
  for (const Application& application : input.applications) {
    if (application.placement.empty()) continue;
    v1::PlacementConflict conflict;
    conflict.set_placement(absl::StrCat(input.allocation.name(), "/placements/", application.participant.value()));
    if (missing[application.placement]-- > 0) conflict.set_reason("OPENING_TAKEN");
    if (std::find(elsewhere.begin(), elsewhere.end(), application.participant) != elsewhere.end()) {
      conflict.set_reason("APPLICANT_HAS_MATCH");
    }
    if (!conflict.reason().empty()) conflicts.push_back(std::move(conflict));
  }
  return conflicts;
}

absl::StatusOr<v1::PublishAllocationResponse> AllocationHandler::Publish(const v1::PublishAllocationRequest& request,
                                                                         const rpc::Call& call) {
  const Named<AllocationId> name = ToAllocationName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const AllocationInput input, store_.LoadAllocation(name.key, name.id, call.deadline()));
  std::string certificate;
  // In any other state the store refuses, or repeats its first answer.
  if (input.allocation.state == AllocationState::kProposed) {
    BRYGGA_ASSIGN_OR_RETURN(certificate, store_.GetCertificate(name.key, name.id, call.deadline()));
    if (!CheckProposal(input, certificate).ok()) return AllocationNotCertified(input.allocation);
  }
  if (request.validate_only()) {
    if (input.allocation.state != AllocationState::kProposed) {
      return WrongAllocationState(input.allocation, {AllocationState::kProposed});
    }
    auto response = ToResponse<v1::PublishAllocationResponse>(input.allocation);
    BRYGGA_ASSIGN_OR_RETURN(const auto conflicts, Conflicts(input, call.deadline()));
    for (const v1::PlacementConflict& conflict : conflicts) *response.add_conflicts() = conflict;
    return response;
  }
  AllocationPublishOrder order{
      .cohort = name.key,
      .allocation = name.id,
      .etag = request.etag(),
      .answer_within = absl::Hours(24) * (request.answer_days() == 0 ? kDefaultAnswerDays : request.answer_days())};
  if (!certificate.empty()) order.document = PublishedDocument(input, certificate);
  for (int i = 0; i < input.allocation.statistics.placed; ++i) order.match_ids.emplace_back(NewUuid(absl::Now()));
  const auto render = &ToResponse<v1::PublishAllocationResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Allocation publishing, store_.BeginPublication(call.Mutates(render), order));
  worker_.Nudge();
  return render(publishing);
}

absl::Status AllocationHandler::GetDraw(const v1::GetPublishedDrawRequest& request, const rpc::Call& call,
                                        rpc::Stream<v1::GetPublishedDrawResponse>& stream) {
  const Named<AllocationId> name = ToAllocationName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Allocation allocation, store_.GetAllocation(name.key, name.id, call.deadline()));
  if (allocation.draw == DrawState::kNone) return NotFound(request.name());
  v1::GetPublishedDrawResponse response;
  response.set_draw_state(static_cast<v1::DrawState>(allocation.draw));
  response.set_seed_hash(allocation.seed_hash);
  if (allocation.draw != DrawState::kPublished) return stream.Write(response);
  response.set_seed(allocation.seed);
  BRYGGA_ASSIGN_OR_RETURN(const std::string document, store_.GetDocument(name.key, name.id, call.deadline()));
  for (size_t from = 0; from == 0 || from < document.size(); from += kDocumentPart) {
    response.set_document(document.substr(from, kDocumentPart));
    BRYGGA_RETURN_IF_ERROR(stream.Write(response));
  }
  return absl::OkStatus();
}

}  // namespace brygga::matching
