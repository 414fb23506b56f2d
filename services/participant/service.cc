#include "services/participant/service.h"

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "brygga/participant/v1/change_service.pb.h"
#include "brygga/partner/v1/change_service.pb.h"
#include "common/feed/channel_source.h"
#include "common/feed/consumer.h"
#include "common/sql/requests.h"
#include "common/status/macros.h"
#include "services/participant/rpc/agreement_client.h"
#include "services/participant/rpc/partner_client.h"
#include "services/participant/store/sql/migrations.h"
#include "services/participant/store/sql/sql_agreement_store.h"
#include "services/participant/store/sql/sql_participant_store.h"
#include "services/participant/work/agreement_directory.h"
#include "services/participant/work/agreement_projection.h"
#include "services/participant/work/old_enquiries.h"

namespace brygga::participant {
namespace {

// What a sweep does not get done is left to the next one, or to another replica.
constexpr absl::Duration kSweepInterval = absl::Minutes(10);
constexpr absl::Duration kSweepTimeout = absl::Seconds(30);

constexpr char kPartnerChanges[] = "brygga.partner.v1.ChangeService/WatchPartnerChanges";

// All that the names in the change log lie in.
constexpr std::string_view kCollections[] = {"agreements",          "cohorts",    "consents",
                                             "dataSubjectRequests", "enquiries",  "enrolments",
                                             "participants",        "programmes", "screenings"};

}  // namespace

struct ParticipantService::Agreements {
  using Feed = feed::ChannelSource<::brygga::partner::v1::WatchPartnerChangesRequest,
                                   ::brygga::partner::v1::WatchPartnerChangesResponse>;

  Agreements(sql::Database& database, std::shared_ptr<rpc::Channel> channel, const rpc::TokenSource& tokens,
             const Clock& clock, std::shared_ptr<Log> log)
      : partner(channel, tokens),
        source(channel, tokens),
        feed(std::move(channel), tokens, kPartnerChanges, {"agreements"}),
        store(database),
        directory(store, partner, clock),
        projection(source, store),
        consumer(feed, projection, {.feed = std::string(kPartnerFeed), .log = std::move(log)}) {
    consumer.Start();
  }

  PartnerClient partner;
  AgreementClient source;
  Feed feed;
  SqlAgreementStore store;
  AgreementDirectory directory;
  AgreementProjection projection;
  feed::Consumer consumer;
};

absl::StatusOr<std::unique_ptr<ParticipantService>> ParticipantService::Open(const std::string& url,
                                                                             std::shared_ptr<rpc::Channel> partner,
                                                                             const rpc::TokenSource& tokens,
                                                                             sql::Options options,
                                                                             ServiceOptions service) {
  options.migrations = kMigrations;
  const sql::LogRetention keep = options.keep_changes;
  const Clock& clock = options.clock == nullptr ? Clock::System() : *options.clock;
  BRYGGA_ASSIGN_OR_RETURN(auto database, sql::Database::Open(url, std::move(options)));
  auto store = std::make_unique<SqlParticipantStore>(*database);
  auto agreements = std::make_unique<Agreements>(*database, std::move(partner), tokens, clock, service.log);
  std::unique_ptr<ParticipantService> made(
      new ParticipantService(std::move(database), std::move(store), std::move(agreements), std::move(service)));
  BRYGGA_ASSIGN_OR_RETURN(
      made->changes_,
      feed::ChangeFeed::Open(*made->database_, {.service = "participant", .collections = kCollections, .keep = keep}));
  return made;
}

ParticipantService::ParticipantService(ParticipantStore& store, PartnerDirectory& partners, ServiceOptions service)
    : participants_(store),
      programmes_(store),
      enrolments_(store, partners),
      enquiries_(store),
      requests_(store, std::move(service.erasure)) {}

ParticipantService::ParticipantService(std::unique_ptr<sql::Database> database, std::unique_ptr<ParticipantStore> store,
                                       std::unique_ptr<Agreements> agreements, ServiceOptions service)
    : database_(std::move(database)),
      store_(std::move(store)),
      agreements_(std::move(agreements)),
      participants_(*store_),
      programmes_(*store_),
      enrolments_(*store_, agreements_->directory),
      enquiries_(*store_),
      requests_(*store_, std::move(service.erasure)),
      sweep_(std::in_place, kSweepInterval, [this] {
        const absl::Time deadline = absl::Now() + kSweepTimeout;
        EraseOldEnquiries(*store_, deadline).IgnoreError();
        sql::SweepAnswers(*database_, deadline).IgnoreError();
      }) {}

ParticipantService::~ParticipantService() = default;

void ParticipantService::Stop() {
  if (agreements_ != nullptr) agreements_->consumer.Stop();
}

std::vector<rpc::Service> ParticipantService::services() {
  std::vector<rpc::Service> services;
  services.emplace_back("brygga.participant.v1.ParticipantService")
      .MeasuredBy([this](const std::shared_ptr<prometheus::Registry>& registry) {
        if (agreements_ != nullptr) agreements_->consumer.Measure(registry);
      })
      .Unary("CreateParticipant", &participants_, &ParticipantHandler::Create)
      .Unary("GetParticipant", &participants_, &ParticipantHandler::Get, rpc::kPointRead)
      .Unary("BatchGetParticipants", &participants_, &ParticipantHandler::BatchGet, rpc::kPointRead)
      .Unary("ListParticipants", &participants_, &ParticipantHandler::List)
      .Unary("UpdateParticipant", &participants_, &ParticipantHandler::Update)
      .Unary("ImportParticipants", &participants_, &ParticipantHandler::Import, rpc::kLongRunning)
      .Unary("CheckAge", &participants_, &ParticipantHandler::CheckAge)
      .Unary("GiveConsent", &participants_, &ParticipantHandler::GiveConsent)
      .Unary("WithdrawConsent", &participants_, &ParticipantHandler::WithdrawConsent)
      .Unary("ListConsents", &participants_, &ParticipantHandler::ListConsents);
  services.emplace_back("brygga.participant.v1.ProgrammeService")
      .Unary("CreateProgramme", &programmes_, &ProgrammeHandler::Create)
      .Unary("GetProgramme", &programmes_, &ProgrammeHandler::Get, rpc::kPointRead)
      .Unary("ListProgrammes", &programmes_, &ProgrammeHandler::List)
      .Unary("UpdateProgramme", &programmes_, &ProgrammeHandler::Update)
      .Unary("CreateRuleSet", &programmes_, &ProgrammeHandler::CreateRuleSet)
      .Unary("GetRuleSet", &programmes_, &ProgrammeHandler::GetRuleSet, rpc::kPointRead)
      .Unary("CreateCohort", &programmes_, &ProgrammeHandler::CreateCohort)
      .Unary("GetCohort", &programmes_, &ProgrammeHandler::GetCohort, rpc::kPointRead)
      .Unary("ListCohorts", &programmes_, &ProgrammeHandler::ListCohorts)
      .Unary("UpdateCohort", &programmes_, &ProgrammeHandler::UpdateCohort)
      .Unary("ChangeCohortState", &programmes_, &ProgrammeHandler::ChangeCohortState)
      .Unary("GetCohortSummary", &programmes_, &ProgrammeHandler::GetCohortSummary);
  services.emplace_back("brygga.participant.v1.EnrolmentService")
      .Unary("CreateEnrolment", &enrolments_, &EnrolmentHandler::Create)
      .Unary("GetEnrolment", &enrolments_, &EnrolmentHandler::Get, rpc::kPointRead)
      .Unary("BatchGetEnrolments", &enrolments_, &EnrolmentHandler::BatchGet, rpc::kPointRead)
      .Unary("ListEnrolments", &enrolments_, &EnrolmentHandler::List)
      .Unary("DecideEnrolment", &enrolments_, &EnrolmentHandler::Decide)
      .Unary("DecideEnrolments", &enrolments_, &EnrolmentHandler::DecideAll, rpc::kLongRunning)
      .Unary("UpdateEnrolment", &enrolments_, &EnrolmentHandler::Update)
      .Unary("WithdrawEnrolment", &enrolments_, &EnrolmentHandler::Withdraw)
      .Unary("RecordScreening", &enrolments_, &EnrolmentHandler::RecordScreening)
      .Unary("RecordScreenings", &enrolments_, &EnrolmentHandler::RecordScreenings, rpc::kLongRunning)
      .Unary("ListScreenings", &enrolments_, &EnrolmentHandler::ListScreenings)
      .Unary("ListFeatures", &enrolments_, &EnrolmentHandler::ListFeatures, rpc::kLongRunning)
      .Unary("BatchGetFeatures", &enrolments_, &EnrolmentHandler::BatchGetFeatures);
  services.emplace_back("brygga.participant.v1.EnquiryService")
      .Unary("SubmitEnquiry", &enquiries_, &EnquiryHandler::Submit)
      .Unary("GetEnquiry", &enquiries_, &EnquiryHandler::Get, rpc::kPointRead)
      .Unary("ListEnquiries", &enquiries_, &EnquiryHandler::List)
      .Unary("ChangeEnquiryState", &enquiries_, &EnquiryHandler::ChangeState);
  services.emplace_back("brygga.participant.v1.DataSubjectRequestService")
      .Unary("RequestErasure", &requests_, &DataSubjectRequestHandler::RequestErasure)
      .Unary("GetDataSubjectRequest", &requests_, &DataSubjectRequestHandler::Get, rpc::kPointRead)
      .Unary("ListDataSubjectRequests", &requests_, &DataSubjectRequestHandler::List)
      .Unary("AcknowledgeErasure", &requests_, &DataSubjectRequestHandler::Acknowledge);
  if (changes_ != nullptr) {
    services.push_back(changes_->Serve<v1::WatchParticipantChangesRequest, v1::WatchParticipantChangesResponse>(
        "brygga.participant.v1.ChangeService", "WatchParticipantChanges"));
  }
  return services;
}

}  // namespace brygga::participant
