#include "services/matching/store/sql/allocation_rows.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace brygga::matching {
namespace {

std::string Join(const std::vector<std::string>& words) { return absl::StrJoin(words, ";"); }

std::vector<std::string> Split(const std::string& text) { return absl::StrSplit(text, ';', absl::SkipEmpty()); }

std::string JoinReasons(const std::vector<UnplacedReason>& reasons) {
  return absl::StrJoin(reasons, ";", [](std::string* out, UnplacedReason reason) { out->append(NameOf(reason)); });
}

std::vector<UnplacedReason> SplitReasons(const std::string& text) {
  std::vector<UnplacedReason> reasons;
  if (text.empty()) return reasons;
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(text, ';'))) {
    reasons.push_back(UnplacedReasonOf(word));
  }
  return reasons;
}

sql::Value ToValue(const std::optional<absl::Time>& time) { return time ? sql::Value(*time) : sql::Value(); }

std::optional<absl::Time> OptionalTime(const sql::Row& row, std::string_view column) {
  return row.IsNull(column) ? std::nullopt : std::optional(row.Time(column));
}

int Number(const sql::Row& row, std::string_view column) { return static_cast<int>(row.Int(column)); }

}  // namespace

Allocation ToAllocation(const sql::Row& row) {
  return {.id = row.As<AllocationId>("id"),
          .cohort = {row.As<ProgrammeId>("programme_id"), row.As<CohortId>("cohort_id")},
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .display_name = row.Text("display_name"),
          .state = AllocationStateOf(row.Text("state")),
          .objective = AllocationObjectiveOf(row.Text("objective")),
          .priorities = Split(row.Text("priorities")),
          .guaranteed_groups = Split(row.Text("guaranteed_groups")),
          .opening_count = Number(row, "opening_count"),
          .application_count = Number(row, "application_count"),
          .draw = DrawStateOf(row.Text("draw_state")),
          .seed = row.Text("seed"),
          .seed_hash = row.Text("seed_hash"),
          .committed_at = OptionalTime(row, "committed_at_us"),
          .drawn_at = OptionalTime(row, "drawn_at_us"),
          .statistics = {.applicants = Number(row, "applicants"),
                         .eligible = Number(row, "eligible"),
                         .openings = Number(row, "openings"),
                         .seats = Number(row, "seats"),
                         .placed = Number(row, "placed"),
                         .first_choice = Number(row, "first_choice"),
                         .reserves = Number(row, "reserves"),
                         .rank_sum = row.Int("rank_sum"),
                         .solve_us = row.Int("solve_us")},
          .certified = row.Bool("certified"),
          .failure_reason = row.Text("failure_reason"),
          .failure_detail = row.Text("failure_detail"),
          .phase = AllocationPhaseOf(row.Text("phase")),
          .progress_permille = Number(row, "progress_permille"),
          .worker = row.Text("worker"),
          .worker_until = row.Time("worker_until_us"),
          .attempt = Number(row, "attempt"),
          .answer_within = absl::Microseconds(row.Int("answer_within_us")),
          .published_at = OptionalTime(row, "published_at_us")};
}

sql::Args UpdateArgs(const Allocation& allocation) {
  const AllocationStatistics& figures = allocation.statistics;
  return {{"id", allocation.id},
          {"revision", allocation.revision},
          {"updated_at", allocation.updated_at},
          {"state", NameOf(allocation.state)},
          {"objective", NameOf(allocation.objective)},
          {"opening_count", allocation.opening_count},
          {"application_count", allocation.application_count},
          {"draw_state", NameOf(allocation.draw)},
          {"seed", allocation.seed},
          {"seed_hash", allocation.seed_hash},
          {"committed_at", ToValue(allocation.committed_at)},
          {"drawn_at", ToValue(allocation.drawn_at)},
          {"applicants", figures.applicants},
          {"eligible", figures.eligible},
          {"openings", figures.openings},
          {"seats", figures.seats},
          {"placed", figures.placed},
          {"first_choice", figures.first_choice},
          {"reserves", figures.reserves},
          {"rank_sum", figures.rank_sum},
          {"solve_us", figures.solve_us},
          {"certified", allocation.certified},
          {"failure_reason", allocation.failure_reason},
          {"failure_detail", allocation.failure_detail},
          {"phase", NameOf(allocation.phase)},
          {"progress_permille", allocation.progress_permille},
          {"worker", allocation.worker},
          {"worker_until", allocation.worker_until},
          {"attempt", allocation.attempt},
          {"answer_within_us", absl::ToInt64Microseconds(allocation.answer_within)},
          {"published_at", ToValue(allocation.published_at)}};
}

sql::Args InsertArgs(const Allocation& allocation) {
  return UpdateArgs(allocation)
      .Set("programme_id", allocation.cohort.programme)
      .Set("cohort_id", allocation.cohort.cohort)
      .Set("created_at", allocation.created_at)
      .Set("display_name", allocation.display_name)
      .Set("priorities", Join(allocation.priorities))
      .Set("guaranteed_groups", Join(allocation.guaranteed_groups));
}

AllocationReserve ToAllocationReserve(const sql::Row& row) {
  return {.group = row.Text("group_code"),
          .share_permille = Number(row, "share_permille"),
          .count = Number(row, "seat_count"),
          .fallback = AllocationReserveFallbackOf(row.Text("fallback")),
          .scope = AllocationReserveScopeOf(row.Text("scope"))};
}

GroupFigure ToGroupFigure(const sql::Row& row) {
  return {.group = row.Text("group_code"),
          .eligible = Number(row, "eligible"),
          .placed = Number(row, "placed"),
          .reserved = Number(row, "reserved")};
}

Application ToApplication(const sql::Row& row) {
  return {.participant = row.As<ParticipantId>("participant_id"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .reference = row.Text("reference"),
          .choices = Split(row.Text("choices")),
          .priority = row.Text("priority"),
          .groups = Split(row.Text("groups")),
          .meets = Split(row.Text("meets")),
          .barred = SplitReasons(row.Text("barred")),
          .gone = row.Bool("gone"),
          .lottery_number = Number(row, "lottery_number"),
          .placement = row.Text("placement"),
          .choice = Number(row, "choice"),
          .seat_group = row.Text("seat_group"),
          .reserve_position = Number(row, "reserve_position"),
          .reason = UnplacedReasonOf(row.Text("reason")),
          .match = row.As<MatchId>("match_id"),
          .seat = PlacementSeatOf(row.Text("seat"))};
}

sql::Args InsertArgs(const AllocationId& id, const Application& application) {
  return UpdateArgs(id, application).Set("created_at", application.created_at).Set("reference", application.reference);
}

sql::Args UpdateArgs(const AllocationId& id, const Application& application) {
  return {{"allocation_id", id},
          {"participant_id", application.participant},
          {"revision", application.revision},
          {"updated_at", application.updated_at},
          {"choices", Join(application.choices)},
          {"priority", application.priority},
          {"groups", Join(application.groups)},
          {"meets", Join(application.meets)}};
}

sql::Args ResultArgs(const AllocationId& id, const Application& application) {
  return {{"allocation_id", id},
          {"participant_id", application.participant},
          {"barred", JoinReasons(application.barred)},
          {"gone", application.gone},
          {"lottery_number", application.lottery_number},
          {"placement", application.placement},
          {"choice", application.choice},
          {"seat_group", application.seat_group},
          {"reserve_position", application.reserve_position},
          {"reason", NameOf(application.reason)}};
}

sql::Args BarArgs(const AllocationId& id, const Application& application) {
  return {{"allocation_id", id},
          {"participant_id", application.participant},
          {"revision", application.revision},
          {"barred", JoinReasons(application.barred)},
          {"gone", application.gone},
          {"reserve_position", application.reserve_position},
          {"reason", NameOf(application.reason)}};
}

Application ToPlacement(const sql::Row& row) {
  Application application = ToApplication(row);
  application.freed_by = row.As<ParticipantId>("freed_by");
  const std::string& state = row.Text("freed_state");
  if (state.empty()) return application;
  application.freed = FreedSeatOf(OfferStateOf(state));
  if (application.freed == FreedSeat::kOffered) application.passed_to = row.As<ParticipantId>("passed_to");
  if (application.freed == FreedSeat::kLapsed) application.lapse_reason = row.Text("freed_reason");
  return application;
}

Offer ToOffer(const sql::Row& row) {
  return {.cohort = {row.As<ProgrammeId>("programme_id"), row.As<CohortId>("cohort_id")},
          .allocation = row.As<AllocationId>("allocation_id"),
          .freed_by = row.As<ParticipantId>("freed_by_id"),
          .opening = row.Text("opening"),
          .seat_group = row.Text("seat_group"),
          .participant = row.As<ParticipantId>("participant_id"),
          .choice = Number(row, "choice"),
          .match = row.As<MatchId>("match_id"),
          .state = OfferStateOf(row.Text("state")),
          .reason = row.Text("reason")};
}

UnsettledSeat ToUnsettledSeat(const sql::Row& row) {
  return {.cohort = {row.As<ProgrammeId>("programme_id"), row.As<CohortId>("cohort_id")},
          .allocation = row.As<AllocationId>("allocation_id"),
          .participant = row.As<ParticipantId>("participant_id"),
          .opening = row.Text("placement"),
          .match = row.As<MatchId>("match_id"),
          .wanted = PlacementSeatOf(row.Text("wanted"))};
}

}  // namespace brygga::matching
