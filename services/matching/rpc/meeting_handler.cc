#include "services/matching/rpc/meeting_handler.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "common/time/local_time.h"
#include "services/matching/rpc/access.h"
#include "services/matching/rpc/convert.h"

namespace brygga::matching {
namespace {

constexpr size_t kMostOverdue = 10'000;

v1::SetCadenceResponse ToSetResponse(const Cadence& cadence) {
  v1::SetCadenceResponse response;
  *response.mutable_cadence() = ToProto(cadence);
  return response;
}

v1::RecordMeetingResponse ToRecordResponse(const Meeting& meeting) {
  v1::RecordMeetingResponse response;
  *response.mutable_meeting() = ToProto(meeting);
  return response;
}

// "programmes/p/cohorts/c/cadence" is the cadence of programmes/p/cohorts/c.
CohortKey CohortOf(const std::string& cadence) {
  return ToCohortKey(std::string(absl::StripSuffix(cadence, "/cadence")));
}

// All months that counted for somebody, the first one first, and the sums.
void AddTotals(const Compliance& compliance, std::set<absl::CivilMonth>& months, int meetings_a_month,
               v1::ListOverdueMeetingsResponse& response) {
  months.insert(compliance.required.begin(), compliance.required.end());
  response.set_matches(response.matches() + 1);
  response.set_required_meetings(response.required_meetings() +
                                 meetings_a_month * static_cast<int32_t>(compliance.required.size()));
  response.set_held_meetings(response.held_meetings() + compliance.held);
}

// The meetings of `match` in `book`, which has them in the order of matches.
std::vector<Meeting> MeetingsOf(const MeetingBook& book, const Match& match) {
  const auto is_before = [](const Meeting& meeting, const MatchId& id) { return meeting.match < id; };
  auto at = std::lower_bound(book.meetings.begin(), book.meetings.end(), match.id, is_before);
  std::vector<Meeting> meetings;
  for (; at != book.meetings.end() && at->match == match.id; ++at) meetings.push_back(*at);
  return meetings;
}

}  // namespace

absl::StatusOr<v1::GetCadenceResponse> MeetingHandler::GetCadence(const v1::GetCadenceRequest& request,
                                                                  const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Cadence cadence, meetings_.GetCadence(CohortOf(request.name()), call.deadline()));
  v1::GetCadenceResponse response;
  *response.mutable_cadence() = ToProto(cadence);
  return response;
}

absl::StatusOr<v1::SetCadenceResponse> MeetingHandler::SetCadence(const v1::SetCadenceRequest& request,
                                                                  const rpc::Call& call) {
  const Cadence wanted{.cohort = ToCohortKey(request.parent()),
                       .meetings = request.meetings(),
                       .first_month = request.first_month(),
                       .last_month = request.last_month(),
                       .except = {request.except_months().begin(), request.except_months().end()}};
  BRYGGA_RETURN_IF_ERROR(projection_.Ensure(wanted.cohort, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const Cadence cadence,
                          meetings_.SetCadence(call.Mutates(&ToSetResponse), wanted, request.etag()));
  return ToSetResponse(cadence);
}

absl::StatusOr<v1::RecordMeetingResponse> MeetingHandler::Record(const v1::RecordMeetingRequest& request,
                                                                 const rpc::Call& call) {
  const Named<MatchId> match = ToMatchName(request.parent());
  std::optional<MeetingId> known;
  if (!request.meeting().empty()) {
    const auto id = ParseMeetingName(match.key, match.id, request.meeting());
    if (!id.ok()) return NotFound(request.meeting());
    known = *id;
  } else if (!request.has_start_time()) {
    return InvalidFields({{"start_time", "say when a new meeting begins or began"}});
  }
  MeetingNews news{.state = ToState(request.state()), .minutes = request.minutes(), .author = call.caller().subject};
  if (request.has_start_time()) news.starts_at = ToTime(request.start_time());
  const auto record = [&](const Meeting& before, const Match& of, absl::Time now) -> absl::StatusOr<Meeting> {
    if (!MaySee(call, of)) return NotFound(request.parent());
    if (known) BRYGGA_RETURN_IF_ERROR(ExpectEtag(request.etag(), before.revision, before.name()));
    return matching::Record(before, of, news, now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Meeting meeting,
                          meetings_.RecordMeeting(call.Mutates(&ToRecordResponse), match.key, match.id, known,
                                                  MeetingId(NewUuid(absl::Now())), record));
  return ToRecordResponse(meeting);
}

absl::StatusOr<v1::ListMeetingsResponse> MeetingHandler::List(const v1::ListMeetingsRequest& request,
                                                              const rpc::Call& call) {
  const Named<MatchId> parent = ToMatchName(request.parent());
  std::optional<MatchId> match;
  if (parent.id.value() == "-") {
    if (!Coordinates(call, parent.key)) return NotFound(request.parent());
  } else {
    BRYGGA_ASSIGN_OR_RETURN(const Match of, matches_.GetMatch(parent.key, parent.id, call.deadline()));
    if (!MaySee(call, of)) return NotFound(request.parent());
    match = of.id;
  }
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, MeetingSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, meetings_.ListMeetings(parent.key, match, query, call.deadline()));
  v1::ListMeetingsResponse response;
  for (const Meeting& meeting : page.items) *response.add_meetings() = ToProto(meeting);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ListOverdueMeetingsResponse> MeetingHandler::ListOverdue(
    const v1::ListOverdueMeetingsRequest& request, const rpc::Call& call) {
  const CohortKey cohort = ToCohortKey(request.parent());
  BRYGGA_RETURN_IF_ERROR(projection_.Ensure(cohort, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const MeetingBook book, meetings_.LoadMeetings(cohort, call.deadline()));
  Date as_of = StockholmDate(book.now);
  if (!request.as_of().empty()) {
    BRYGGA_ASSIGN_OR_RETURN(as_of, ParseDate(request.as_of()));
  }
  v1::ListOverdueMeetingsResponse response;
  response.set_as_of(FormatDate(as_of));
  std::set<absl::CivilMonth> months;
  for (const Match& match : book.matches) {
    if (!IsRunning(match.state) && !request.include_ended()) continue;
    const Compliance compliance = Judge(book.cadence, match, MeetingsOf(book, match), as_of);
    AddTotals(compliance, months, book.cadence.meetings, response);
    if (compliance.missing > 0) *response.add_overdue() = ToProto(match, compliance);
  }
  for (const absl::CivilMonth month : months) response.add_required_months(FormatMonth(month));
  std::stable_sort(response.mutable_overdue()->begin(), response.mutable_overdue()->end(),
                   [](const auto& a, const auto& b) { return a.missing_meetings() > b.missing_meetings(); });
  const int kept = static_cast<int>(std::min(kMostOverdue, static_cast<size_t>(response.overdue_size())));
  response.mutable_overdue()->DeleteSubrange(kept, response.overdue_size() - kept);
  return response;
}

}  // namespace brygga::matching
