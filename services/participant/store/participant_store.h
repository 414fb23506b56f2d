// The port: what the participant service asks of storage.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_PARTICIPANT_STORE_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_PARTICIPANT_STORE_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/participant/domain/consent.h"
#include "services/participant/domain/data_subject_request.h"
#include "services/participant/domain/decide.h"
#include "services/participant/domain/enquiry.h"
#include "services/participant/domain/enrolment.h"
#include "services/participant/domain/features.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/import.h"
#include "services/participant/domain/participant.h"
#include "services/participant/domain/programme.h"
#include "services/participant/domain/rule.h"

namespace brygga::participant {

// What becomes of a thing: sees it as it is in this transaction and the
// transaction's time. It may be called again when the transaction is retried, so
// it must be pure. Where it returns what it got, nothing is written.
template <typename T>
using Change = std::function<absl::StatusOr<T>(const T& before, absl::Time now)>;

// The same for an enrolment, which is judged together with its person.
using ChangeApplicant = std::function<absl::StatusOr<Enrolment>(const Applicant& before, absl::Time now)>;

// Whose records are visible.
struct Audience {
  bool everything = false;
  std::set<ProgrammeId> programmes = {};  // Persons linked to one of these, and what belongs to these.
  std::set<ParticipantId> persons = {};   // These persons, and what belongs to them.
};

struct NewParticipant {
  Participant person;
  Background background;
  ProgrammeId programme;  // Whose coordinators shall see the person.
};

// Which enrolments to read.
struct EnrolmentScope {
  std::optional<CohortRef> cohort;  // Absent: of every cohort.
  Audience audience;
};

// Whose requests are visible.
struct RequestAudience {
  bool everything = false;
  std::string requester = {};            // What this subject asked for,
  std::set<ParticipantId> persons = {};  // and what is about one of these.
};

struct ScreeningReport {
  int participants = 0;
  int screenings = 0;
};

struct FeaturesPage {
  std::vector<Features> features;  // Fewer than asked for where some may not be seen.
  std::optional<list::Key> next;
  absl::Time as_of;
};

// Features of enrolments of several programmes; whether agreements are active is
// not known yet.
struct NamedFeatures {
  struct Item {
    Features features;
    std::string operator_name;  // Of the programme.
  };
  std::vector<Item> items;  // Ordered by enrolment name.
  absl::Time as_of;
};

// Keeps persons, consents, programmes, rules, cohorts, enrolments, screenings,
// enquiries and data-subject requests.
//
// Safe for concurrent use. Calls block until the answer is durable or the
// deadline passes. Any call may return kUnavailable or kDeadlineExceeded;
// repeating it is always safe. Mutations happen once per request id: a repeat is
// answered with a Replay of the first answer, another request under the same id
// is refused (common/mutation). New things come with their ids; revision and
// times are set here. "Not found" is NotFound of the resource's name.
class ParticipantStore {
 public:
  virtual ~ParticipantStore() = default;

  // The time of a transaction that would begin now.
  virtual absl::Time Now() const = 0;

  // --- Persons ---

  // kNotFound: the programme. kAlreadyExists: ExternalRefTaken.
  virtual absl::StatusOr<Participant> CreateParticipant(const Mutation<Participant>& mutation,
                                                        const NewParticipant& person) = 0;
  // `background`, where it is given, replaces what is kept. kNotFound; whatever
  // `change` returns.
  virtual absl::StatusOr<Participant> ChangeParticipant(const Mutation<Participant>& mutation, const ParticipantId& id,
                                                        const std::optional<Background>& background,
                                                        const Change<Participant>& change) = 0;
  // Brings in a batch in one transaction: PlanRow decides about each row, in
  // order, knowing what the rows before it did. kNotFound: a cohort.
  virtual absl::StatusOr<ImportReport> Import(const Mutation<ImportReport>& mutation, const ImportBatch& batch) = 0;
  // In the order of `ids`. kNotFound: the first that does not exist.
  virtual absl::StatusOr<std::vector<Participant>> GetParticipants(const std::vector<ParticipantId>& ids,
                                                                   absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Participant>> ListParticipants(const Audience& audience,
                                                                   const list::ListQuery& query,
                                                                   absl::Time deadline) = 0;
  // kNotFound: the first of `ids` that does not exist or that `audience` does
  // not see.
  virtual absl::Status CheckVisible(const Audience& audience, const std::vector<ParticipantId>& ids,
                                    absl::Time deadline) = 0;

  // --- Consents ---

  // Ends a live consent under another notice; gives the live one under the same.
  // kNotFound: the person.
  virtual absl::StatusOr<Consent> GiveConsent(const Mutation<Consent>& mutation, const Consent& consent) = 0;
  // kNotFound.
  virtual absl::StatusOr<Consent> WithdrawConsent(const Mutation<Consent>& mutation, const ParticipantId& person,
                                                  const ConsentId& id) = 0;
  virtual absl::StatusOr<list::Page<Consent>> ListConsents(const ParticipantId& person, const list::ListQuery& query,
                                                           absl::Time deadline) = 0;

  // --- Programmes, rules and cohorts ---

  virtual absl::StatusOr<Programme> CreateProgramme(const Mutation<Programme>& mutation,
                                                    const Programme& programme) = 0;
  // kNotFound; whatever `change` returns.
  virtual absl::StatusOr<Programme> ChangeProgramme(const Mutation<Programme>& mutation, const ProgrammeId& id,
                                                    const Change<Programme>& change) = 0;
  virtual absl::StatusOr<Programme> GetProgramme(const ProgrammeId& id, absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Programme>> ListProgrammes(const Audience& audience, const list::ListQuery& query,
                                                               absl::Time deadline) = 0;
  // The version is the next one. kNotFound: the programme.
  virtual absl::StatusOr<RuleSet> CreateRuleSet(const Mutation<RuleSet>& mutation, const RuleSet& rules) = 0;
  // Version 0 is the empty rule set that every programme begins with.
  virtual absl::StatusOr<RuleSet> GetRuleSet(const ProgrammeId& programme, int version, absl::Time deadline) = 0;

  // kNotFound: the programme.
  virtual absl::StatusOr<Cohort> CreateCohort(const Mutation<Cohort>& mutation, const Cohort& cohort) = 0;
  // kNotFound; whatever `change` returns.
  virtual absl::StatusOr<Cohort> ChangeCohort(const Mutation<Cohort>& mutation, const CohortRef& ref,
                                              const Change<Cohort>& change) = 0;
  virtual absl::StatusOr<Cohort> GetCohort(const CohortRef& ref, absl::Time deadline) = 0;
  // Of `programme`, or of every programme that `audience` sees.
  virtual absl::StatusOr<list::Page<Cohort>> ListCohorts(const std::optional<ProgrammeId>& programme,
                                                         const Audience& audience, const list::ListQuery& query,
                                                         absl::Time deadline) = 0;
  virtual absl::StatusOr<CohortSummary> Summarise(const CohortRef& ref, absl::Time deadline) = 0;

  // --- Enrolments ---

  // Whatever MayApply says. kNotFound: cohort or person. AlreadyEnrolled, also
  // when two are made at once.
  virtual absl::StatusOr<Enrolment> CreateEnrolment(const Mutation<Enrolment>& mutation,
                                                    const Enrolment& enrolment) = 0;
  // kNotFound; whatever `change` returns.
  virtual absl::StatusOr<Enrolment> ChangeEnrolment(const Mutation<Enrolment>& mutation, const EnrolmentRef& ref,
                                                    const ChangeApplicant& change) = 0;
  // Decides one by CohortDecider. kNotFound; kAborted: the etag; kFailedPrecondition.
  virtual absl::StatusOr<Enrolment> DecideEnrolment(const Mutation<Enrolment>& mutation, const EnrolmentRef& ref,
                                                    const DecisionTerms& terms, const std::string& etag) = 0;
  // Decides all that are pending, oldest application first. kNotFound.
  virtual absl::StatusOr<DecisionReport> DecideEnrolments(const Mutation<DecisionReport>& mutation,
                                                          const CohortRef& cohort, const DecisionTerms& terms) = 0;
  // In the order of `refs`. kNotFound: the first that does not exist.
  virtual absl::StatusOr<std::vector<Enrolment>> GetEnrolments(const std::vector<EnrolmentRef>& refs,
                                                               absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Enrolment>> ListEnrolments(const EnrolmentScope& scope,
                                                               const list::ListQuery& query, absl::Time deadline) = 0;
  // The employers of everybody in the cohort.
  virtual absl::StatusOr<std::set<std::string>> EmployersIn(const CohortRef& cohort, absl::Time deadline) = 0;
  // FeaturesOf those in the cohort whom matching may see, by enrolment id.
  // kNotFound.
  virtual absl::StatusOr<FeaturesPage> ListFeatures(const CohortRef& cohort, const AgreementFacts& agreements,
                                                    Date today, const list::ListQuery& query, absl::Time deadline) = 0;
  // FeaturesOf those of `refs`, and of all enrolments of `persons`, whom matching
  // may see; nothing of anybody else, known or not.
  virtual absl::StatusOr<NamedFeatures> GetFeatures(const std::vector<EnrolmentRef>& refs,
                                                    const std::vector<ParticipantId>& persons, Date today,
                                                    absl::Time deadline) = 0;

  // --- Screening ---

  // Becomes the present one of its kind. kNotFound: the person.
  virtual absl::StatusOr<Screening> RecordScreening(const Mutation<Screening>& mutation,
                                                    const Screening& screening) = 0;
  // Records copies of `screenings` for all in `role` who are pending or
  // enrolled, but for who has the same, unexpired on `today`. kNotFound.
  virtual absl::StatusOr<ScreeningReport> RecordScreenings(const Mutation<ScreeningReport>& mutation,
                                                           const CohortRef& cohort, Role role,
                                                           const std::vector<Screening>& screenings, Date today) = 0;
  // The present ones, one per kind.
  virtual absl::StatusOr<std::vector<Screening>> GetScreenings(const ParticipantId& person, absl::Time deadline) = 0;

  // --- Enquiries ---

  // kNotFound: the programme. RateLimited, by CheckRate.
  virtual absl::StatusOr<Enquiry> SubmitEnquiry(const Mutation<Enquiry>& mutation, const Enquiry& enquiry) = 0;
  // kNotFound: the enquiry, or the person that it becomes; whatever `change`
  // returns.
  virtual absl::StatusOr<Enquiry> ChangeEnquiry(const Mutation<Enquiry>& mutation, const EnquiryId& id,
                                                const Change<Enquiry>& change) = 0;
  virtual absl::StatusOr<Enquiry> GetEnquiry(const EnquiryId& id, absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Enquiry>> ListEnquiries(const Audience& audience, const list::ListQuery& query,
                                                            absl::Time deadline) = 0;
  // Erases what enquirers wrote before `before`, a hundred at most; how many.
  virtual absl::StatusOr<int> EraseEnquiries(absl::Time before, absl::Time deadline) = 0;

  // --- Data-subject requests ---

  // Erases everything that is kept of a person, answers to requests included
  // (a repeat fails with ANSWER_ERASED), and keeps one row per enrolment under
  // `erasure.person_key`; all in one transaction with the request that it makes.
  // Enquiries that became the person or came from the same e-mail address go to
  // DELETED. kNotFound: the person.
  virtual absl::StatusOr<DataSubjectRequest> ErasePerson(const Mutation<DataSubjectRequest>& mutation,
                                                         const Erasure& erasure) = 0;
  // kNotFound; whatever `change` returns.
  virtual absl::StatusOr<DataSubjectRequest> ChangeDataSubjectRequest(const Mutation<DataSubjectRequest>& mutation,
                                                                      const DataSubjectRequestId& id,
                                                                      const Change<DataSubjectRequest>& change) = 0;
  virtual absl::StatusOr<DataSubjectRequest> GetDataSubjectRequest(const DataSubjectRequestId& id,
                                                                   absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<DataSubjectRequest>> ListDataSubjectRequests(const RequestAudience& audience,
                                                                                 const list::ListQuery& query,
                                                                                 absl::Time deadline) = 0;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_PARTICIPANT_STORE_H_
