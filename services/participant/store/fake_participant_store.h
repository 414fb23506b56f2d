// The port in memory, for tests of what stands above it.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_FAKE_PARTICIPANT_STORE_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_FAKE_PARTICIPANT_STORE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutation/fake_ledger.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Safe for concurrent use. `clock` outlives it.
class FakeParticipantStore final : public ParticipantStore {
 public:
  explicit FakeParticipantStore(const Clock& clock) : clock_(clock) {}

  absl::Time Now() const override { return clock_.Now(); }

  absl::StatusOr<Participant> CreateParticipant(const Mutation<Participant>& mutation,
                                                const NewParticipant& person) override;
  absl::StatusOr<Participant> ChangeParticipant(const Mutation<Participant>& mutation, const ParticipantId& id,
                                                const std::optional<Background>& background,
                                                const Change<Participant>& change) override;
  absl::StatusOr<ImportReport> Import(const Mutation<ImportReport>& mutation, const ImportBatch& batch) override;
  absl::StatusOr<std::vector<Participant>> GetParticipants(const std::vector<ParticipantId>& ids,
                                                           absl::Time deadline) override;
  absl::StatusOr<list::Page<Participant>> ListParticipants(const Audience& audience, const list::ListQuery& query,
                                                           absl::Time deadline) override;
  absl::Status CheckVisible(const Audience& audience, const std::vector<ParticipantId>& ids,
                            absl::Time deadline) override;

  absl::StatusOr<Consent> GiveConsent(const Mutation<Consent>& mutation, const Consent& consent) override;
  absl::StatusOr<Consent> WithdrawConsent(const Mutation<Consent>& mutation, const ParticipantId& person,
                                          const ConsentId& id) override;
  absl::StatusOr<list::Page<Consent>> ListConsents(const ParticipantId& person, const list::ListQuery& query,
                                                   absl::Time deadline) override;

  absl::StatusOr<Programme> CreateProgramme(const Mutation<Programme>& mutation, const Programme& programme) override;
  absl::StatusOr<Programme> ChangeProgramme(const Mutation<Programme>& mutation, const ProgrammeId& id,
                                            const Change<Programme>& change) override;
  absl::StatusOr<Programme> GetProgramme(const ProgrammeId& id, absl::Time deadline) override;
  absl::StatusOr<list::Page<Programme>> ListProgrammes(const Audience& audience, const list::ListQuery& query,
                                                       absl::Time deadline) override;
  absl::StatusOr<RuleSet> CreateRuleSet(const Mutation<RuleSet>& mutation, const RuleSet& rules) override;
  absl::StatusOr<RuleSet> GetRuleSet(const ProgrammeId& programme, int version, absl::Time deadline) override;
  absl::StatusOr<Cohort> CreateCohort(const Mutation<Cohort>& mutation, const Cohort& cohort) override;
  absl::StatusOr<Cohort> ChangeCohort(const Mutation<Cohort>& mutation, const CohortRef& ref,
                                      const Change<Cohort>& change) override;
  absl::StatusOr<Cohort> GetCohort(const CohortRef& ref, absl::Time deadline) override;
  absl::StatusOr<list::Page<Cohort>> ListCohorts(const std::optional<ProgrammeId>& programme, const Audience& audience,
                                                 const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<CohortSummary> Summarise(const CohortRef& ref, absl::Time deadline) override;

  absl::StatusOr<Enrolment> CreateEnrolment(const Mutation<Enrolment>& mutation, const Enrolment& enrolment) override;
  absl::StatusOr<Enrolment> ChangeEnrolment(const Mutation<Enrolment>& mutation, const EnrolmentRef& ref,
                                            const ChangeApplicant& change) override;
  absl::StatusOr<Enrolment> DecideEnrolment(const Mutation<Enrolment>& mutation, const EnrolmentRef& ref,
                                            const DecisionTerms& terms, const std::string& etag) override;
  absl::StatusOr<DecisionReport> DecideEnrolments(const Mutation<DecisionReport>& mutation, const CohortRef& cohort,
                                                  const DecisionTerms& terms) override;
  absl::StatusOr<std::vector<Enrolment>> GetEnrolments(const std::vector<EnrolmentRef>& refs,
                                                       absl::Time deadline) override;
  absl::StatusOr<list::Page<Enrolment>> ListEnrolments(const EnrolmentScope& scope, const list::ListQuery& query,
                                                       absl::Time deadline) override;
  absl::StatusOr<std::set<std::string>> EmployersIn(const CohortRef& cohort, absl::Time deadline) override;
  absl::StatusOr<FeaturesPage> ListFeatures(const CohortRef& cohort, const AgreementFacts& agreements, Date today,
                                            const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<NamedFeatures> GetFeatures(const std::vector<EnrolmentRef>& refs,
                                            const std::vector<ParticipantId>& persons, Date today,
                                            absl::Time deadline) override;

  absl::StatusOr<Screening> RecordScreening(const Mutation<Screening>& mutation, const Screening& screening) override;
  absl::StatusOr<ScreeningReport> RecordScreenings(const Mutation<ScreeningReport>& mutation, const CohortRef& cohort,
                                                   Role role, const std::vector<Screening>& screenings,
                                                   Date today) override;
  absl::StatusOr<std::vector<Screening>> GetScreenings(const ParticipantId& person, absl::Time deadline) override;

  absl::StatusOr<Enquiry> SubmitEnquiry(const Mutation<Enquiry>& mutation, const Enquiry& enquiry) override;
  absl::StatusOr<Enquiry> ChangeEnquiry(const Mutation<Enquiry>& mutation, const EnquiryId& id,
                                        const Change<Enquiry>& change) override;
  absl::StatusOr<Enquiry> GetEnquiry(const EnquiryId& id, absl::Time deadline) override;
  absl::StatusOr<list::Page<Enquiry>> ListEnquiries(const Audience& audience, const list::ListQuery& query,
                                                    absl::Time deadline) override;
  absl::StatusOr<int> EraseEnquiries(absl::Time before, absl::Time deadline) override;

  absl::StatusOr<DataSubjectRequest> ErasePerson(const Mutation<DataSubjectRequest>& mutation,
                                                 const Erasure& erasure) override;
  absl::StatusOr<DataSubjectRequest> ChangeDataSubjectRequest(const Mutation<DataSubjectRequest>& mutation,
                                                              const DataSubjectRequestId& id,
                                                              const Change<DataSubjectRequest>& change) override;
  absl::StatusOr<DataSubjectRequest> GetDataSubjectRequest(const DataSubjectRequestId& id,
                                                           absl::Time deadline) override;
  absl::StatusOr<list::Page<DataSubjectRequest>> ListDataSubjectRequests(const RequestAudience& audience,
                                                                         const list::ListQuery& query,
                                                                         absl::Time deadline) override;

 private:
  // What is left of an enrolment.
  struct ErasedEnrolment {
    std::string person_key;
    CohortRef cohort;
    Role role;
    EnrolmentState state;
  };

  // What a database would hold.
  struct State {
    std::map<ParticipantId, Participant> persons;
    std::map<ParticipantId, Background> backgrounds;
    std::set<std::pair<ParticipantId, ProgrammeId>> links;
    std::map<ConsentId, Consent> consents;
    std::map<ProgrammeId, Programme> programmes;
    std::map<std::pair<ProgrammeId, int>, RuleSet> rules;
    std::map<CohortRef, Cohort> cohorts;
    std::map<EnrolmentRef, Enrolment> enrolments;
    std::map<std::pair<ParticipantId, ScreeningKind>, Screening> screenings;
    std::map<EnquiryId, Enquiry> enquiries;
    std::map<DataSubjectRequestId, DataSubjectRequest> requests;
    std::vector<ErasedEnrolment> erased;

    bool Sees(const Audience& audience, const ParticipantId& person) const;
    bool Sees(const Audience& audience, const Enrolment& enrolment) const;
    list::Page<Participant> Persons(const Audience& audience, const list::ListQuery& query) const;
    list::Page<Enrolment> Enrolments(const EnrolmentScope& scope, const list::ListQuery& query) const;
    const Participant* FindByRef(const ExternalRef& ref) const;
    std::vector<Consent> ConsentsOf(const ParticipantId& person) const;
    std::vector<Screening> ScreeningsOf(const ParticipantId& person) const;
    KnownPerson KnownOf(const Participant& person) const;
    std::vector<Lookalike> LookalikesOf(const Participant& person) const;
    absl::StatusOr<CohortFacts> FactsOf(const CohortRef& ref) const;
    Applicant ApplicantOf(const Enrolment& enrolment) const;
    RuleSet RulesOf(const Programme& programme) const;
    int AdeptsEnrolled(const CohortRef& cohort) const;
    CohortDecider DeciderFor(const CohortFacts& facts, const DecisionTerms& terms, absl::Time now) const;
  };

  // Runs `change(state, ledger)` once per mutation, all or nothing.
  template <typename T, typename F>
  absl::StatusOr<T> Once(const Mutation<T>& mutation, const F& change) {
    MutexLock lock(&mutex_);
    return OnceIn(state_, ledger_, mutation, change);
  }
  template <typename T, typename F>
  static absl::StatusOr<T> OnceIn(State& state, FakeLedger& ledger, const Mutation<T>& mutation, const F& change) {
    return ledger.Once(mutation, state, [&] { return change(state, ledger); });
  }

  const Clock& clock_;
  Mutex mutex_;
  FakeLedger ledger_ ABSL_GUARDED_BY(mutex_);
  State state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_FAKE_PARTICIPANT_STORE_H_
