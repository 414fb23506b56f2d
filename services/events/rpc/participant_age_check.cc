#include "services/events/rpc/participant_age_check.h"

#include "absl/status/status.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "common/status/macros.h"
#include "common/time/local_time.h"
#include "services/events/domain/errors.h"

namespace brygga::events {
namespace {

namespace pb = ::brygga::participant::v1;

constexpr char kCheckAge[] = "brygga.participant.v1.ParticipantService/CheckAge";
constexpr size_t kMostAtOnce = 1000;
constexpr absl::Duration kLongestCall = absl::Seconds(5);

AgeAnswer ToDomain(pb::AgeAnswer answer) {
  switch (answer) {
    case pb::AGE_ANSWER_YES:
      return AgeAnswer::kWithin;
    case pb::AGE_ANSWER_NO:
      return AgeAnswer::kOutside;
    default:
      return AgeAnswer::kNeedsEvidence;
  }
}

// One question about persons [from, to); where one of them does not exist the
// service answers for none, so halves are asked until it is found.
class Question {
 public:
  Question(rpc::Channel& channel, const rpc::CallOptions& options, const std::vector<std::string>& participants,
           const AgeWindow& window, Date on)
      : channel_(channel), options_(options), participants_(participants), window_(window), on_(on) {}

  absl::Status Ask(size_t from, size_t to, std::vector<AgeAnswer>& answers) const {
    if (from == to) return absl::OkStatus();
    if (to - from > kMostAtOnce) return AskHalves(from, to, answers);
    const auto response = channel_.Call<pb::CheckAgeResponse>(options_, kCheckAge, Request(from, to));
    if (absl::IsNotFound(response.status())) {
      if (to - from > 1) return AskHalves(from, to, answers);
      answers.push_back(AgeAnswer::kNoSuchPerson);
      return absl::OkStatus();
    }
    if (!response.ok() || response->checks_size() != static_cast<int>(to - from)) return AgeCheckUnavailable();
    for (const pb::AgeCheck& check : response->checks()) answers.push_back(ToDomain(check.answer()));
    return absl::OkStatus();
  }

 private:
  absl::Status AskHalves(size_t from, size_t to, std::vector<AgeAnswer>& answers) const {
    const size_t middle = from + (to - from) / 2;
    BRYGGA_RETURN_IF_ERROR(Ask(from, middle, answers));
    return Ask(middle, to, answers);
  }

  pb::CheckAgeRequest Request(size_t from, size_t to) const {
    pb::CheckAgeRequest request;
    for (size_t i = from; i < to; ++i) request.add_participants(participants_[i]);
    request.set_date(FormatDate(on_));
    if (window_.least) request.set_age_min(*window_.least);
    if (window_.most) request.set_age_max(*window_.most);
    return request;
  }

  rpc::Channel& channel_;
  const rpc::CallOptions& options_;
  const std::vector<std::string>& participants_;
  const AgeWindow& window_;
  const Date on_;
};

}  // namespace

absl::StatusOr<std::vector<AgeAnswer>> ParticipantAgeCheck::Ask(const std::vector<std::string>& participants,
                                                                const AgeWindow& window, Date on, absl::Time deadline) {
  const rpc::CallOptions options = rpc::CallOptions::Within(kLongestCall, tokens_.Token()).Until(deadline);
  std::vector<AgeAnswer> answers;
  BRYGGA_RETURN_IF_ERROR(
      Question(*participants_, options, participants, window, on).Ask(0, participants.size(), answers));
  return answers;
}

}  // namespace brygga::events
