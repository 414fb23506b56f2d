#include "services/matching/store/sql/rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/sql/json_columns.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

int SmallInt(const sql::Row& row, std::string_view column) { return static_cast<int>(row.Int(column)); }

std::optional<absl::Time> AcceptedAt(const Match& match, Side side) {
  const auto found = match.accepted_at.find(side);
  return found == match.accepted_at.end() ? std::nullopt : std::optional(found->second);
}

engine::Objective ObjectiveIn(const sql::Row& row) {
  const auto objective = engine::ObjectiveOf(row.Text("objective"));
  BRYGGA_CHECK(objective.has_value());
  return *objective;
}

std::optional<RepairOrder> RepairIn(const sql::Row& row) {
  if (!row.Bool("is_repair")) return std::nullopt;
  return RepairOrder{.base = row.As<RoundId>("base_round_id"),
                     .keep_proposed = row.Bool("keep_proposed"),
                     .change_price = row.OptionalInt("change_price")};
}

RoundStatistics StatisticsIn(const sql::Row& row) {
  RoundStatistics statistics{.adepts = SmallInt(row, "adepts"),
                             .mentors = SmallInt(row, "mentors"),
                             .seats = SmallInt(row, "seats"),
                             .feasible_pairs = row.Int("feasible_pairs"),
                             .matched = SmallInt(row, "matched"),
                             .total_score = row.Int("total_score"),
                             .worst_score = SmallInt(row, "worst_score"),
                             .solve_us = row.Int("solve_us"),
                             .overrides = SmallInt(row, "overrides")};
  FiguresFromJson(row.Text("figures"), statistics);
  return statistics;
}

std::string PausesText(const std::vector<Pause>& pauses) {
  return absl::StrJoin(pauses, ";", [](std::string* out, const Pause& pause) {
    absl::StrAppend(out, sql::Us(pause.from), ":", pause.until ? absl::StrCat(sql::Us(*pause.until)) : "");
  });
}

std::vector<Pause> PausesIn(const std::string& text) {
  std::vector<Pause> pauses;
  for (const absl::string_view part : absl::StrSplit(text, ';', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> ends = absl::StrSplit(part, absl::MaxSplits(':', 1));
    pauses.push_back({.from = absl::FromUnixMicros(std::stoll(ends.first))});
    if (!ends.second.empty()) pauses.back().until = absl::FromUnixMicros(std::stoll(ends.second));
  }
  return pauses;
}

}  // namespace

Cohort ToCohort(const sql::Row& row) {
  return {.key = {row.As<ProgrammeId>("programme_id"), row.As<CohortId>("id")},
          .kind = row.Text("kind"),
          .state = row.Text("state"),
          .epoch = row.Int("epoch"),
          .policy_version = SmallInt(row, "policy_version"),
          .as_of = row.Time("as_of_us")};
}

Cohort ToCohortNow(const sql::Row& row) {
  Cohort cohort = ToCohort(row);
  if (!row.IsNull("followed_us")) cohort.as_of = std::max(cohort.as_of, row.Time("followed_us"));
  return cohort;
}

Lock ToLock(const sql::Row& row) {
  return {.id = row.As<LockId>("id"),
          .cohort = KeyOf(row),
          .mentor = row.As<ParticipantId>("mentor_id"),
          .adept = row.As<ParticipantId>("adept_id"),
          .reason = row.Text("reason"),
          .override_reason = row.Text("override_reason"),
          .broken_rules = absl::StrSplit(row.Text("broken_rules"), ';', absl::SkipEmpty()),
          .over_capacity = row.Bool("over_capacity"),
          .author = row.Text("author"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us")};
}

Veto ToVeto(const sql::Row& row) {
  const std::string& side = row.Text("by_side");
  return {.id = row.As<VetoId>("id"),
          .cohort = KeyOf(row),
          .mentor = row.As<ParticipantId>("mentor_id"),
          .adept = row.As<ParticipantId>("adept_id"),
          .reason = row.Text("reason"),
          .origin = VetoOriginOf(row.Text("origin")),
          .by = side.empty() ? std::nullopt : std::optional(SideOf(side)),
          .author = row.Text("author"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us")};
}

Round ToRound(const sql::Row& row) {
  return {.id = row.As<RoundId>("id"),
          .cohort = KeyOf(row),
          .state = RoundStateOf(row.Text("state")),
          .objective = ObjectiveIn(row),
          .policy_version = SmallInt(row, "policy_version"),
          .seed = row.Text("seed"),
          .repair = RepairIn(row),
          .snapshot_hash = row.Text("snapshot_hash"),
          .as_of = row.Time("as_of_us"),
          .statistics = StatisticsIn(row),
          .certified = row.Bool("certified"),
          .failure_reason = row.Text("failure_reason"),
          .failure_detail = row.Text("failure_detail"),
          .phase = RoundPhaseOf(row.Text("phase")),
          .progress_permille = SmallInt(row, "progress_permille"),
          .worker = row.Text("worker"),
          .worker_until = row.Time("worker_until_us"),
          .attempt = SmallInt(row, "attempt"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .started_at = row.OptionalTime("started_at_us"),
          .published_at = row.OptionalTime("published_at_us")};
}

sql::Args UpdateArgs(const Round& round) {
  const RoundStatistics& s = round.statistics;
  return {{"id", round.id},
          {"state", NameOf(round.state)},
          {"snapshot_hash", round.snapshot_hash},
          {"as_of_us", round.as_of},
          {"adepts", s.adepts},
          {"mentors", s.mentors},
          {"seats", s.seats},
          {"feasible_pairs", s.feasible_pairs},
          {"matched", s.matched},
          {"total_score", s.total_score},
          {"worst_score", s.worst_score},
          {"solve_us", s.solve_us},
          {"overrides", s.overrides},
          {"certified", round.certified},
          {"failure_reason", round.failure_reason},
          {"failure_detail", round.failure_detail},
          {"phase", NameOf(round.phase)},
          {"progress_permille", round.progress_permille},
          {"worker", round.worker},
          {"worker_until_us", round.worker_until},
          {"attempt", round.attempt},
          {"revision", round.revision},
          {"updated_at_us", round.updated_at},
          {"started_at_us", round.started_at},
          {"published_at_us", round.published_at},
          {"figures", FiguresToJson(s)}};
}

sql::Args InsertArgs(const Round& round) {
  return UpdateArgs(round)
      .Set("programme_id", round.cohort.programme)
      .Set("cohort_id", round.cohort.cohort)
      .Set("objective", engine::ObjectiveName(round.objective))
      .Set("is_repair", round.repair.has_value())
      .Set("base_round_id", round.repair ? round.repair->base : RoundId())
      .Set("keep_proposed", round.repair && round.repair->keep_proposed)
      .Set("change_price", round.repair ? round.repair->change_price : std::nullopt)
      .Set("policy_version", round.policy_version)
      .Set("seed", round.seed)
      .Set("created_at_us", round.created_at);
}

Match ToMatch(const sql::Row& row) {
  Match match{.id = row.As<MatchId>("id"),
              .cohort = KeyOf(row),
              .kind = MatchKindOf(row.Text("kind")),
              .state = MatchStateOf(row.Text("state")),
              .mentor = row.As<ParticipantId>("mentor_id"),
              .adept = row.As<ParticipantId>("adept_id"),
              .score = static_cast<int32_t>(row.Int("score")),
              .round = RoundId(row.OptionalText("round_id").value_or("")),
              .expires_at = row.Time("expires_at_us"),
              .ended_at = row.OptionalTime("ended_at_us"),
              .end_reason = row.Text("end_reason"),
              .reason = row.Text("reason"),
              .override_reason = row.Text("override_reason"),
              .broken_rules = absl::StrSplit(row.Text("broken_rules"), ';', absl::SkipEmpty()),
              .over_capacity = row.Bool("over_capacity"),
              .pause_reason = row.Text("pause_reason"),
              .pauses = PausesIn(row.Text("pauses")),
              .opening = row.Text("opening"),
              .allocation = row.Text("allocation_id"),
              .revision = row.Int("revision"),
              .created_at = row.Time("created_at_us"),
              .updated_at = row.Time("updated_at_us")};
  if (const auto at = row.OptionalTime("mentor_accepted_at_us")) match.accepted_at[Side::kMentor] = *at;
  if (const auto at = row.OptionalTime("adept_accepted_at_us")) match.accepted_at[Side::kAdept] = *at;
  if (const std::string& by = row.Text("declined_by"); !by.empty()) match.declined_by = SideOf(by);
  return match;
}

sql::Args UpdateArgs(const Match& match) {
  return {{"id", match.id},
          {"kind", NameOf(match.kind)},
          {"state", NameOf(match.state)},
          {"pause_reason", match.pause_reason},
          {"pauses", PausesText(match.pauses)},
          {"mentor_accepted_at_us", AcceptedAt(match, Side::kMentor)},
          {"adept_accepted_at_us", AcceptedAt(match, Side::kAdept)},
          {"ended_at_us", match.ended_at},
          {"end_reason", match.end_reason},
          {"declined_by", match.declined_by ? NameOf(*match.declined_by) : ""},
          {"revision", match.revision},
          {"updated_at_us", match.updated_at}};
}

sql::Args InsertArgs(const Match& match) {
  return UpdateArgs(match)
      .Set("programme_id", match.cohort.programme)
      .Set("cohort_id", match.cohort.cohort)
      .Set("mentor_id", match.mentor)
      .Set("adept_id", match.adept)
      .Set("score", int64_t{match.score})
      .Set("round_id", match.round.empty() ? std::nullopt : std::optional(match.round))
      .Set("reason", match.reason)
      .Set("override_reason", match.override_reason)
      .Set("broken_rules", absl::StrJoin(match.broken_rules, ";"))
      .Set("over_capacity", match.over_capacity)
      .Set("opening", match.opening)
      .Set("allocation_id", match.allocation)
      .Set("expires_at_us", match.expires_at)
      .Set("created_at_us", match.created_at);
}

absl::StatusOr<Cohort> SelectCohort(sql::Reader& reader, const CohortKey& key) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectCohort, KeyArgs(key)));
  if (!row) return NotFound(NameOf(key));
  return ToCohortNow(*row);
}

absl::StatusOr<MatchingPolicy> SelectPolicy(sql::Reader& reader, const CohortKey& key, int version) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectPolicy, KeyArgs(key).Set("version", version)));
  if (!row) return NotFound(NameOf(key, "policies", version == 0 ? "current" : std::to_string(version)));
  return MatchingPolicy{.cohort = key,
                        .version = SmallInt(*row, "version"),
                        .kind = row->Text("kind"),
                        .document = row->Text("document"),
                        .hash = row->Text("hash"),
                        .created_at = row->Time("created_at_us")};
}

Meeting ToMeeting(const sql::Row& row) {
  return {.id = row.As<MeetingId>("id"),
          .cohort = KeyOf(row),
          .match = row.As<MatchId>("match_id"),
          .state = MeetingStateOf(row.Text("state")),
          .starts_at = row.Time("starts_at_us"),
          .minutes = SmallInt(row, "minutes"),
          .author = row.Text("author"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us")};
}

absl::StatusOr<bool> TakeSeat(sql::Transaction& tx, const CohortKey& key, const ParticipantId& mentor, bool beyond,
                              int capacity_here) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t taken,
                          tx.Affect(beyond ? kTakeSeatBeyond : kTakeSeat, {{"mentor_id", mentor}}));
  if (taken == 0) return false;
  // The row of the seats is ours until the end now: nobody else can add a match of
  // this mentor, so those in this cohort can be counted.
  BRYGGA_ASSIGN_OR_RETURN(const auto seats,
                          tx.QueryOne(kSelectSeatsOf, {{"cohort_id", key.cohort}, {"mentor_id", mentor}}));
  return beyond || seats->Int("taken_here") < capacity_here;
}

absl::StatusOr<Match> WriteMatch(sql::Transaction& tx, const Match& before, Match after, AvailabilityGrowth& growth) {
  if (after == before) return after;
  if (after.kind != before.kind) {
    BRYGGA_ASSIGN_OR_RETURN(const auto other,
                            tx.QueryOne(kSelectOtherLiveMatch, {{"adept_id", after.adept},
                                                                {"programme_id", after.cohort.programme},
                                                                {"kind", NameOf(after.kind)},
                                                                {"id", after.id}}));
    if (other) return AdeptHasMatch(after.cohort, after.adept, other->As<MatchId>("id"));
  }
  ++after.revision;
  after.updated_at = tx.now();
  // The seat before the match, as in a publication: the two never wait for each other.
  if (TakesMentorSeat(before.kind) && IsLive(before.state) && !IsLive(after.state)) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kGiveSeatBack, {{"mentor_id", after.mentor}}));
  }
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateMatch, UpdateArgs(after)));
  tx.Changed(after.name(), ChangeKind::kUpdated, after.revision, {"state"});
  if (IsLive(after.state) != IsLive(before.state) || after.kind != before.kind) growth.Of(after);
  return after;
}

}  // namespace brygga::matching
