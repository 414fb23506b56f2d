#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/store/fake_participant_store.h"

namespace brygga::participant {

absl::StatusOr<DataSubjectRequest> FakeParticipantStore::ErasePerson(const Mutation<DataSubjectRequest>& mutation,
                                                                     const Erasure& erasure) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<DataSubjectRequest> {
    const ParticipantId& id = erasure.person;
    const auto found = state.persons.find(id);
    if (found == state.persons.end()) return NotFound(NameOf(id));
    const std::string email = ComparableEmail(found->second);
    for (auto& [key, enquiry] : state.enquiries) {
      const bool of_person = enquiry.person == id || (!email.empty() && EnquiryAddress(enquiry) == email);
      if (!of_person || enquiry.state == EnquiryState::kDeleted) continue;
      BRYGGA_ASSIGN_OR_RETURN(enquiry, MoveEnquiry(enquiry, EnquiryState::kDeleted, std::nullopt, clock_.Now()));
      ledger.Changed(NameOf(key), ChangeKind::kUpdated, enquiry.revision);
    }
    for (const auto& [ref, enrolment] : state.enrolments) {
      if (enrolment.person != id) continue;
      state.erased.push_back({erasure.person_key, ref.cohort, enrolment.role, enrolment.state});
      ledger.Changed(NameOf(ref), ChangeKind::kDeleted, enrolment.revision + 1);
    }
    for (const Consent& consent : state.ConsentsOf(id)) {
      ledger.Changed(NameOf(id) + "/consents/" + consent.id.value(), ChangeKind::kDeleted, consent.revision + 1);
    }
    ledger.Changed(NameOf(id), ChangeKind::kDeleted, found->second.revision + 1);
    std::erase_if(state.enrolments, [&](const auto& entry) { return entry.second.person == id; });
    std::erase_if(state.consents, [&](const auto& entry) { return entry.second.person == id; });
    std::erase_if(state.screenings, [&](const auto& entry) { return entry.first.first == id; });
    std::erase_if(state.links, [&](const auto& entry) { return entry.first == id; });
    state.backgrounds.erase(id);
    state.persons.erase(id);
    const DataSubjectRequest request = RequestOf(erasure, clock_.Now());
    state.requests[request.id] = request;
    ledger.Changed(NameOf(request.id), ChangeKind::kCreated, request.revision);
    return request;
  });
}

absl::StatusOr<DataSubjectRequest> FakeParticipantStore::ChangeDataSubjectRequest(
    const Mutation<DataSubjectRequest>& mutation, const DataSubjectRequestId& id,
    const Change<DataSubjectRequest>& change) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<DataSubjectRequest> {
    const auto found = state.requests.find(id);
    if (found == state.requests.end()) return NotFound(NameOf(id));
    BRYGGA_ASSIGN_OR_RETURN(DataSubjectRequest after, change(found->second, clock_.Now()));
    if (after == found->second) return after;
    found->second = after;
    ledger.Changed(NameOf(id), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<DataSubjectRequest> FakeParticipantStore::GetDataSubjectRequest(const DataSubjectRequestId& id,
                                                                               absl::Time) {
  MutexLock lock(&mutex_);
  const auto found = state_.requests.find(id);
  if (found == state_.requests.end()) return NotFound(NameOf(id));
  return found->second;
}

absl::StatusOr<list::Page<DataSubjectRequest>> FakeParticipantStore::ListDataSubjectRequests(
    const RequestAudience& audience, const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<DataSubjectRequest> seen;
  for (const auto& [id, request] : state_.requests) {
    if (audience.everything || request.requested_by == audience.requester ||
        audience.persons.contains(request.person)) {
      seen.push_back(request);
    }
  }
  return list::Apply(std::move(seen), query, &DataSubjectRequestField);
}

}  // namespace brygga::participant
