#include "services/events/domain/import.h"

#include <algorithm>
#include <utility>

#include "common/status/check.h"

namespace brygga::events {
namespace {

constexpr char kDiffers[] = "differs from the event that is there; mend the row, or change the event";

ImportPlan Refused(const ImportItem& item, std::vector<FieldViolation> problems) {
  return {.result = {.event_id = item.event_id, .outcome = ImportOutcome::kRefused, .problems = std::move(problems)}};
}

// The columns in which what a row says of a whole event differs from it.
std::vector<FieldViolation> Differences(const Event& known, const Event& draft) {
  std::vector<FieldViolation> differences;
  const auto compare = [&](const char* column, const auto& a, const auto& b) {
    if (a != b) differences.push_back({column, kDiffers});
  };
  compare("kind", known.kind, draft.kind);
  compare("title_sv", known.title_sv, draft.title_sv);
  compare("title_en", known.title_en, draft.title_en);
  compare("organiser", known.organiser, draft.organiser);
  compare("municipality_code", known.municipality, draft.municipality);
  compare("venue", known.venue, draft.venue);
  compare("mode", known.mode, draft.mode);
  compare("capacity", known.capacity, draft.capacity);
  compare("pairs", known.pairs, draft.pairs);
  compare("age_min", known.ages.least, draft.ages.least);
  compare("age_max", known.ages.most, draft.ages.most);
  compare("audience", known.audience, draft.audience);
  compare("language", known.languages, draft.languages);
  compare("registration_closes", known.registration_closes, draft.registration_closes);
  compare("waiting_list", known.waiting_list, draft.waiting_list);
  compare("parts_total", known.parts_total, draft.parts_total);
  return differences;
}

void CompareSession(const Session& known, const Session& draft, std::vector<FieldViolation>& differences) {
  if (known.local_start != draft.local_start) differences.push_back({"starts_at", kDiffers});
  if (known.local_end != draft.local_end) differences.push_back({"ends_at", kDiffers});
}

void CompareSessions(const Event& known, const Event& draft, std::vector<FieldViolation>& differences) {
  if (known.sessions.size() != draft.sessions.size()) {
    differences.push_back({"repeats", kDiffers});
    return;
  }
  for (size_t i = 0; i < known.sessions.size() && differences.empty(); ++i) {
    CompareSession(known.sessions[i], draft.sessions[i], differences);
  }
}

Event New(const Event& draft, PublishImported publish, absl::Time now) {
  Event event = NewEvent(draft, now).value();  // ParseRow has found no problems.
  if (publish == PublishImported::kYes && event.complete()) {
    event.state = EventState::kPublished;
    event.published_at = now;
  }
  return event;
}

// The next part of a course that is there.
ImportPlan PlanPart(const ImportItem& item, const Event& known, PublishImported publish, absl::Time now) {
  const Event& draft = item.events.front();
  const Session& session = draft.sessions.front();
  std::vector<FieldViolation> differences = Differences(known, draft);
  const auto same_part = std::find_if(known.sessions.begin(), known.sessions.end(),
                                      [&](const Session& each) { return each.part == session.part; });
  if (same_part != known.sessions.end()) CompareSession(*same_part, session, differences);
  if (!differences.empty()) return Refused(item, std::move(differences));
  ImportPlan plan{.result = {.event_id = item.event_id, .events = {known.id}}};
  if (same_part != known.sessions.end()) return plan;

  Event after = known;
  const auto place = std::find_if(after.sessions.begin(), after.sessions.end(),
                                  [&](const Session& each) { return each.part > session.part; });
  after.sessions.insert(place, session);
  if (!ProblemsOf(after).empty()) {
    return Refused(item, {{"starts_at", "must be after the part before and before the part after"}});
  }
  if (known.state != EventState::kTentative) {
    return Refused(item, {{"part_no", "the course is " + NameOf(known.state) + "; it takes no more parts"}});
  }
  Derive(after);
  if (publish == PublishImported::kYes && after.complete()) {
    after.state = EventState::kPublished;
    after.published_at = now;
  }
  ++after.revision;
  after.updated_at = now;
  plan.result.outcome = ImportOutcome::kCreated;
  for (const Session& each : after.sessions) {
    if (each.part == session.part) plan.add_session = each;
  }
  plan.update = std::move(after);
  return plan;
}

void PlanSeries(const ImportItem& item, const Known& known, absl::Time now, ImportPlan& plan) {
  if (!item.series || plan.create.empty()) return;
  Series series = known.series.value_or(*item.series);
  series.event_count += static_cast<int>(plan.create.size());
  series.updated_at = now;
  for (Event& event : plan.create) event.series = series.id;
  if (known.series) {
    ++series.revision;
    plan.update_series = std::move(series);
  } else {
    series.created_at = now;
    plan.create_series = std::move(series);
  }
}

}  // namespace

ImportPlan PlanRow(const ImportItem& item, const Known& known, PublishImported publish, absl::Time now) {
  if (!item.problems.empty()) return Refused(item, item.problems);
  BRYGGA_CHECK(known.events.size() == item.events.size());
  if (item.course_part && known.events.front()) return PlanPart(item, *known.events.front(), publish, now);
  ImportPlan plan{.result = {.event_id = item.event_id}};
  std::vector<FieldViolation> differences;
  for (size_t i = 0; i < item.events.size(); ++i) {
    if (!known.events[i]) {
      plan.create.push_back(New(item.events[i], publish, now));
      plan.result.events.push_back(item.events[i].id);
      continue;
    }
    if (differences.empty()) {
      differences = Differences(*known.events[i], item.events[i]);
      CompareSessions(*known.events[i], item.events[i], differences);
    }
    plan.result.events.push_back(known.events[i]->id);
  }
  if (!differences.empty()) return Refused(item, std::move(differences));
  if (!plan.create.empty()) plan.result.outcome = ImportOutcome::kCreated;
  PlanSeries(item, known, now, plan);
  return plan;
}

}  // namespace brygga::events
