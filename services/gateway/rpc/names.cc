#include "services/gateway/rpc/names.h"

#include <future>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "common/status/macros.h"

namespace brygga::gateway {
namespace {

namespace pv1 = ::brygga::participant::v1;

constexpr int kAtOnce = 1000;

std::string NameOf(const pv1::Participant& person) {
  const std::string name = absl::StrCat(person.given_name(), " ", person.family_name());
  return std::string(absl::StripAsciiWhitespace(name));
}

}  // namespace

absl::StatusOr<Names> FetchNames(rpc::Channel& participant, const rpc::CallOptions& options,
                                 const std::set<std::string>& people) {
  std::vector<std::future<absl::StatusOr<pv1::BatchGetParticipantsResponse>>> answers;
  for (auto next = people.begin(); next != people.end();) {
    pv1::BatchGetParticipantsRequest request;
    while (next != people.end() && request.names_size() < kAtOnce) request.add_names(*next++);
    answers.push_back(participant.CallAsync<pv1::BatchGetParticipantsResponse>(
        options, "brygga.participant.v1.ParticipantService/BatchGetParticipants", request));
  }
  Names names;
  for (auto& answer : answers) {
    BRYGGA_ASSIGN_OR_RETURN(const auto response, answer.get());
    for (const pv1::Participant& person : response.participants()) names.emplace(person.name(), NameOf(person));
  }
  return names;
}

v1::Person PersonOf(const std::string& participant, const Names& names) {
  v1::Person person;
  person.set_name(participant);
  if (const auto name = names.find(participant); name != names.end()) person.set_display_name(name->second);
  return person;
}

}  // namespace brygga::gateway
