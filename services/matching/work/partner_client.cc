#include "services/matching/work/partner_client.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/allocation_errors.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {
namespace {

namespace partner = ::brygga::partner::v1;
namespace participant = ::brygga::participant::v1;

constexpr size_t kMostAtOnce = 1000;

OpeningState ToDomain(partner::OpeningState state) {
  switch (state) {
    case partner::OPENING_STATE_OPEN:
      return OpeningState::kOpen;
    case partner::OPENING_STATE_FULL:
      return OpeningState::kFull;
    case partner::OPENING_STATE_CLOSED:
      return OpeningState::kClosed;
    case partner::OPENING_STATE_CANCELLED:
      return OpeningState::kCancelled;
    default:
      return OpeningState::kDraft;
  }
}

OpeningFacts ToDomain(const partner::Opening& opening) {
  OpeningFacts facts{.state = ToDomain(opening.state()),
                     .free_seats = std::max(opening.seats() - opening.taken_seats(), 0),
                     .first_day = ParseDate(opening.start_date()).value_or(Date()),
                     .last_day = {},
                     .requirements = {opening.requirements().begin(), opening.requirements().end()}};
  if (const auto last = ParseDate(opening.end_date()); last.ok()) facts.last_day = *last;
  if (opening.has_age_min()) facts.age_min = opening.age_min();
  if (opening.has_age_max()) facts.age_max = opening.age_max();
  return facts;
}

AgeAnswer ToDomain(participant::AgeAnswer answer) {
  switch (answer) {
    case participant::AGE_ANSWER_YES:
      return AgeAnswer::kWithin;
    case participant::AGE_ANSWER_NO:
      return AgeAnswer::kOutside;
    default:
      return AgeAnswer::kNeedsEvidence;
  }
}

// What callers hear of partner's troubles; its refusals are passed on.
absl::Status Mapped(const absl::Status& status) {
  const bool is_refusal =
      status.code() == absl::StatusCode::kFailedPrecondition || status.code() == absl::StatusCode::kNotFound;
  return status.ok() || is_refusal ? status : PartnerUnavailable();
}

// One batch method over seats. Each call has a request id of its own: the seats
// themselves make a repeat harmless, and a first refusal is no answer for ever.
template <typename Request, typename Response>
absl::Status CallBatch(rpc::Channel& channel, const rpc::TokenSource& tokens, const std::string& method,
                       const std::vector<SeatRef>& seats, absl::Time deadline) {
  Request request;
  for (const SeatRef& seat : seats) {
    partner::SeatRef& ref = *request.add_seats();
    ref.set_opening(seat.opening);
    ref.set_match(seat.match);
  }
  request.set_request_id(NewUuid(absl::Now()));
  const auto options = rpc::CallOptions::Within(deadline - absl::Now(), tokens.Token());
  return Mapped(channel.Call<Response>(options, "brygga.partner.v1.OpeningService/" + method, request).status());
}

// Fills in [from, to) of an answer; where `ask` says NOT_FOUND of several, halves
// are asked until what is missing is found.
template <typename Ask, typename Missing>
absl::Status AskOrHalve(size_t from, size_t to, const Ask& ask, const Missing& missing) {
  if (from == to) return absl::OkStatus();
  if (to - from <= kMostAtOnce) {
    const absl::Status status = ask(from, to);
    if (!absl::IsNotFound(status)) return status;
    if (to - from == 1) {
      missing(from);
      return absl::OkStatus();
    }
  }
  const size_t middle = from + (to - from) / 2;
  BRYGGA_RETURN_IF_ERROR(AskOrHalve(from, middle, ask, missing));
  return AskOrHalve(middle, to, ask, missing);
}

}  // namespace

absl::StatusOr<std::vector<std::optional<OpeningFacts>>> PartnerClient::Read(const std::vector<std::string>& names,
                                                                             absl::Time deadline) {
  std::vector<std::optional<OpeningFacts>> facts(names.size());
  const auto ask = [&](size_t from, size_t to) -> absl::Status {
    partner::BatchGetOpeningsRequest request;
    for (size_t i = from; i < to; ++i) request.add_names(names[i]);
    const auto response = channel_->Call<partner::BatchGetOpeningsResponse>(
        rpc::CallOptions::Within(deadline - absl::Now(), tokens_.Token()),
        "brygga.partner.v1.OpeningService/BatchGetOpenings", request);
    if (absl::IsNotFound(response.status())) return response.status();
    if (!response.ok() || response->openings_size() != static_cast<int>(to - from)) return PartnerUnavailable();
    for (size_t i = from; i < to; ++i) facts[i] = ToDomain(response->openings(static_cast<int>(i - from)));
    return absl::OkStatus();
  };
  BRYGGA_RETURN_IF_ERROR(AskOrHalve(0, names.size(), ask, [](size_t) {}));
  return facts;
}

absl::StatusOr<OpeningsPage> PartnerClient::ListLive(const std::string& page_token, absl::Time deadline) {
  partner::ListOpeningsRequest request;
  request.set_parent("organisations/-");
  request.set_page_size(static_cast<int>(kMostAtOnce));
  request.set_page_token(page_token);
  request.set_filter("state != CLOSED AND state != CANCELLED");
  request.set_order_by("create_time");
  const auto response =
      channel_->Call<partner::ListOpeningsResponse>(rpc::CallOptions::Within(deadline - absl::Now(), tokens_.Token()),
                                                    "brygga.partner.v1.OpeningService/ListOpenings", request);
  if (!response.ok()) return PartnerUnavailable();
  OpeningsPage page{.openings = {}, .next = response->next_page_token()};
  for (const partner::Opening& opening : response->openings()) page.openings[opening.name()] = ToDomain(opening);
  return page;
}

absl::Status PartnerClient::Hold(const std::vector<SeatRef>& seats, absl::Time deadline) {
  return CallBatch<partner::BatchHoldOpeningSeatsRequest, partner::BatchHoldOpeningSeatsResponse>(
      *channel_, tokens_, "BatchHoldOpeningSeats", seats, deadline);
}

absl::Status PartnerClient::Confirm(const std::vector<SeatRef>& seats, absl::Time deadline) {
  return CallBatch<partner::BatchConfirmOpeningSeatsRequest, partner::BatchConfirmOpeningSeatsResponse>(
      *channel_, tokens_, "BatchConfirmOpeningSeats", seats, deadline);
}

absl::Status PartnerClient::Release(const std::vector<SeatRef>& seats, absl::Time deadline) {
  return CallBatch<partner::BatchReleaseOpeningSeatsRequest, partner::BatchReleaseOpeningSeatsResponse>(
      *channel_, tokens_, "BatchReleaseOpeningSeats", seats, deadline);
}

absl::StatusOr<std::vector<AgeAnswer>> AgeClient::Ask(const std::vector<std::string>& participants,
                                                      const AgeWindow& window, Date on, absl::Time deadline) {
  std::vector<AgeAnswer> answers(participants.size(), AgeAnswer::kNoSuchPerson);
  const auto ask = [&](size_t from, size_t to) -> absl::Status {
    participant::CheckAgeRequest request;
    for (size_t i = from; i < to; ++i) request.add_participants(participants[i]);
    request.set_date(FormatDate(on));
    if (window.least) request.set_age_min(*window.least);
    if (window.most) request.set_age_max(*window.most);
    const auto response =
        channel_->Call<participant::CheckAgeResponse>(rpc::CallOptions::Within(deadline - absl::Now(), tokens_.Token()),
                                                      "brygga.participant.v1.ParticipantService/CheckAge", request);
    if (absl::IsNotFound(response.status())) return response.status();
    if (!response.ok() || response->checks_size() != static_cast<int>(to - from)) return PeopleUnavailable();
    for (size_t i = from; i < to; ++i) answers[i] = ToDomain(response->checks(static_cast<int>(i - from)).answer());
    return absl::OkStatus();
  };
  BRYGGA_RETURN_IF_ERROR(AskOrHalve(0, participants.size(), ask, [](size_t) {}));
  return answers;
}

}  // namespace brygga::matching
