#include "services/matching/store/sql/rows.h"

#include <utility>

#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

int SmallInt(const sql::Row& row, std::string_view column) { return static_cast<int>(row.Int(column)); }

std::optional<absl::Time> AcceptedAt(const Match& match, Side side) {
  const auto found = match.accepted_at.find(side);
  return found == match.accepted_at.end() ? std::nullopt : std::optional(found->second);
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
  return {.id = row.As<VetoId>("id"),
          .cohort = KeyOf(row),
          .mentor = row.As<ParticipantId>("mentor_id"),
          .adept = row.As<ParticipantId>("adept_id"),
          .reason = row.Text("reason"),
          .origin = VetoOriginOf(row.Text("origin")),
          .author = row.Text("author"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us")};
}

Round ToRound(const sql::Row& row) {
  return {.id = row.As<RoundId>("id"),
          .cohort = KeyOf(row),
          .state = RoundStateOf(row.Text("state")),
          .objective = row.Text("objective"),
          .policy_version = SmallInt(row, "policy_version"),
          .seed = row.Text("seed"),
          .snapshot_hash = row.Text("snapshot_hash"),
          .as_of = row.Time("as_of_us"),
          .statistics = {.adepts = SmallInt(row, "adepts"),
                         .mentors = SmallInt(row, "mentors"),
                         .seats = SmallInt(row, "seats"),
                         .feasible_pairs = row.Int("feasible_pairs"),
                         .matched = SmallInt(row, "matched"),
                         .total_score = row.Int("total_score"),
                         .worst_score = SmallInt(row, "worst_score"),
                         .solve_us = row.Int("solve_us"),
                         .overrides = SmallInt(row, "overrides")},
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
          {"published_at_us", round.published_at}};
}

sql::Args InsertArgs(const Round& round) {
  return UpdateArgs(round)
      .Set("programme_id", round.cohort.programme)
      .Set("cohort_id", round.cohort.cohort)
      .Set("objective", round.objective)
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
              .round = row.As<RoundId>("round_id"),
              .expires_at = row.Time("expires_at_us"),
              .ended_at = row.OptionalTime("ended_at_us"),
              .end_reason = row.Text("end_reason"),
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
          {"state", NameOf(match.state)},
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
      .Set("kind", NameOf(match.kind))
      .Set("mentor_id", match.mentor)
      .Set("adept_id", match.adept)
      .Set("score", int64_t{match.score})
      .Set("round_id", match.round)
      .Set("expires_at_us", match.expires_at)
      .Set("created_at_us", match.created_at);
}

absl::StatusOr<Cohort> SelectCohort(sql::Reader& reader, const CohortKey& key) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectCohort, KeyArgs(key)));
  if (!row) return NotFound(NameOf(key));
  return ToCohort(*row);
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

absl::StatusOr<Match> WriteMatch(sql::Transaction& tx, const Match& before, Match after) {
  if (after == before) return after;
  ++after.revision;
  after.updated_at = tx.now();
  // The seat before the match, as in a publication: the two never wait for each other.
  if (IsLive(before.state) && !IsLive(after.state)) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kGiveSeatBack, {{"mentor_id", after.mentor}}));
  }
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateMatch, UpdateArgs(after)));
  tx.Changed(after.name(), ChangeKind::kUpdated, after.revision, {"state"});
  return after;
}

}  // namespace brygga::matching
