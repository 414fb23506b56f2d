#include "services/matching/rpc/allocation_convert.h"

#include <string>
#include <vector>

#include "common/ids/resource_name.h"
#include "common/status/etag.h"
#include "services/matching/rpc/convert.h"

namespace brygga::matching {
namespace {

std::string NameBelow(const CohortKey& key, const AllocationId& id, std::string_view collection,
                      const ParticipantId& participant) {
  return NameOf(key, id).append("/").append(collection).append("/").append(participant.value());
}

template <typename Message, typename Item>
void SetCommon(const Item& item, Message& message) {
  message.set_etag(ToEtag(item.revision));
  *message.mutable_create_time() = ToProto(item.created_at);
  *message.mutable_update_time() = ToProto(item.updated_at);
}

std::vector<std::string> Texts(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

void SetStatistics(const AllocationStatistics& figures, v1::AllocationStatistics& message) {
  message.set_applicants(figures.applicants);
  message.set_eligible(figures.eligible);
  message.set_openings(figures.openings);
  message.set_seats(figures.seats);
  message.set_placed(figures.placed);
  message.set_first_choice(figures.first_choice);
  message.set_reserves(figures.reserves);
  message.set_rank_sum(figures.rank_sum);
  message.set_solve_micros(figures.solve_us);
}

}  // namespace

Named<AllocationId> ToAllocationName(std::string_view name) {
  return ParseName<AllocationId>("allocations", name).value_or(Named<AllocationId>());
}

ApplicationName ToApplicationName(std::string_view name) {
  const auto ids = ParseResourceName("programmes/*/cohorts/*/allocations/*/applications/*", name)
                       .value_or(std::vector<std::string>(4));
  return {.key = {ProgrammeId(ids[0]), CohortId(ids[1])},
          .allocation = AllocationId(ids[2]),
          .participant = ParticipantId(ids[3])};
}

v1::Allocation ToProto(const Allocation& allocation) {
  v1::Allocation message;
  message.set_name(allocation.name());
  SetCommon(allocation, message);
  message.set_display_name(allocation.display_name);
  message.set_state(static_cast<v1::AllocationState>(allocation.state));
  if (allocation.state != AllocationState::kOpen) {
    message.set_objective(static_cast<v1::AllocationObjective>(allocation.objective));
  }
  for (const std::string& code : allocation.priorities) message.add_priorities(code);
  for (const AllocationReserve& reserve : allocation.reserves) {
    v1::AllocationReserve& part = *message.add_reserves();
    part.set_group(reserve.group);
    part.set_share_permille(reserve.share_permille);
    part.set_count(reserve.count);
    part.set_fallback(static_cast<v1::AllocationReserveFallback>(reserve.fallback));
    part.set_scope(static_cast<v1::AllocationReserveScope>(reserve.scope));
  }
  for (const std::string& code : allocation.guaranteed_groups) message.add_guaranteed_groups(code);
  message.set_opening_count(allocation.opening_count);
  message.set_application_count(allocation.application_count);
  message.set_draw_state(static_cast<v1::DrawState>(allocation.draw));
  message.set_seed_hash(allocation.seed_hash);
  if (allocation.committed_at) *message.mutable_commit_time() = ToProto(*allocation.committed_at);
  if (allocation.drawn_at) *message.mutable_draw_time() = ToProto(*allocation.drawn_at);
  if (allocation.certified) SetStatistics(allocation.statistics, *message.mutable_statistics());
  for (const GroupFigure& figure : allocation.groups) {
    v1::GroupFigure& part = *message.add_groups();
    part.set_group(figure.group);
    part.set_eligible(figure.eligible);
    part.set_placed(figure.placed);
    part.set_reserved(figure.reserved);
  }
  message.set_certified(allocation.certified);
  message.set_failure_reason(allocation.failure_reason);
  message.set_failure_detail(allocation.failure_detail);
  message.set_phase(static_cast<v1::AllocationPhase>(allocation.phase));
  message.set_progress_permille(allocation.progress_permille);
  if (allocation.published_at) *message.mutable_publish_time() = ToProto(*allocation.published_at);
  return message;
}

Allocation ToDomain(const v1::Allocation& message) {
  Allocation allocation{.display_name = message.display_name(),
                        .priorities = Texts(message.priorities()),
                        .guaranteed_groups = Texts(message.guaranteed_groups())};
  for (const v1::AllocationReserve& reserve : message.reserves()) {
    allocation.reserves.push_back({.group = reserve.group(),
                                   .share_permille = reserve.share_permille(),
                                   .count = reserve.count(),
                                   .fallback = reserve.fallback() == v1::ALLOCATION_RESERVE_FALLBACK_KEEP_EMPTY
                                                   ? AllocationReserveFallback::kKeepEmpty
                                                   : AllocationReserveFallback::kOpenToAll,
                                   .scope = reserve.scope() == v1::ALLOCATION_RESERVE_SCOPE_EACH_OPENING
                                                ? AllocationReserveScope::kEachOpening
                                                : AllocationReserveScope::kAllSeats});
  }
  return allocation;
}

v1::Application ToProto(const Application& application, const CohortKey& key, const AllocationId& id, Outcome outcome) {
  v1::Application message;
  message.set_name(NameBelow(key, id, "applications", application.participant));
  SetCommon(application, message);
  message.set_participant(NameOf(application.participant));
  for (const std::string& opening : application.choices) message.add_choices(opening);
  message.set_priority(application.priority);
  for (const std::string& code : application.groups) message.add_groups(code);
  for (const std::string& code : application.meets) message.add_meets(code);
  message.set_reference(application.reference);
  if (outcome == Outcome::kHidden) return message;
  message.set_lottery_number(application.lottery_number);
  message.set_placement(application.placement);
  message.set_reserve_position(application.reserve_position);
  message.set_unplaced_reason(static_cast<v1::UnplacedReason>(application.reason));
  return message;
}

Application ToDomain(const v1::Application& message) {
  return {.participant = ParseParticipantName(message.participant()).value_or(ParticipantId()),
          .choices = Texts(message.choices()),
          .priority = message.priority(),
          .groups = Texts(message.groups()),
          .meets = Texts(message.meets())};
}

v1::ApplicationResult ToProto(const ApplicationResult& result, const CohortKey& key, const AllocationId& id,
                              bool is_stored) {
  v1::ApplicationResult message;
  message.set_outcome(static_cast<v1::ApplicationOutcome>(result.outcome));
  if (is_stored && result.outcome != ApplicationOutcome::kRefused) {
    message.set_application(NameBelow(key, id, "applications", result.application.participant));
  }
  for (const FieldViolation& problem : result.problems) {
    v1::ApplicationProblem& part = *message.add_problems();
    part.set_field(problem.field);
    part.set_description(problem.description);
  }
  return message;
}

v1::Placement ToPlacement(const Application& application, const CohortKey& key, const AllocationId& id) {
  v1::Placement message;
  message.set_name(NameBelow(key, id, "placements", application.participant));
  message.set_participant(NameOf(application.participant));
  message.set_opening(application.placement);
  message.set_choice(application.choice);
  message.set_group(application.seat_group);
  message.set_lottery_number(application.lottery_number);
  if (!application.match.empty()) message.set_match(NameOf(key, application.match));
  message.set_seat(static_cast<v1::PlacementSeat>(application.seat));
  const auto placement_of = [&](const ParticipantId& person) { return NameBelow(key, id, "placements", person); };
  if (!application.freed_by.empty()) message.set_freed_by(placement_of(application.freed_by));
  message.set_freed_seat(static_cast<v1::FreedSeat>(application.freed));
  if (!application.passed_to.empty()) message.set_passed_to(placement_of(application.passed_to));
  message.set_lapse_reason(application.lapse_reason);
  return message;
}

v1::Reserve ToReserve(const Application& application, const CohortKey& key, const AllocationId& id) {
  v1::Reserve message;
  message.set_name(NameBelow(key, id, "reserves", application.participant));
  message.set_participant(NameOf(application.participant));
  message.set_position(application.reserve_position);
  message.set_reason(static_cast<v1::UnplacedReason>(application.reason));
  message.set_priority(application.priority);
  message.set_lottery_number(application.lottery_number);
  for (size_t i = 0; i < application.choices.size(); ++i) {
    const bool is_barred = !application.barred.empty() && application.barred[i] != UnplacedReason::kNone;
    if (!is_barred && !application.gone) message.add_openings(application.choices[i]);
  }
  return message;
}

}  // namespace brygga::matching
