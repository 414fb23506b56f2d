#include "services/events/service.h"

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "brygga/events/v1/change_service.pb.h"
#include "brygga/matching/v1/change_service.pb.h"
#include "common/feed/channel_source.h"
#include "common/feed/consumer.h"
#include "common/ids/uuid.h"
#include "common/sql/requests.h"
#include "common/status/failpoint.h"
#include "common/status/macros.h"
#include "services/events/rpc/participant_age_check.h"
#include "services/events/store/sql/migrations.h"
#include "services/events/store/sql/sql_event_store.h"
#include "services/events/store/sql/sql_pair_store.h"
#include "services/events/work/erasure_client.h"
#include "services/events/work/matching_client.h"
#include "services/events/work/pair_projection.h"

namespace brygga::events {
namespace {

// What a sweep does not get done is left to the next one, or to another replica.
constexpr absl::Duration kSweepInterval = absl::Minutes(10);
constexpr absl::Duration kSweepTimeout = absl::Seconds(30);

// All that the names in the change log lie in.
constexpr std::string_view kCollections[] = {"events", "registrations", "series"};

constexpr char kMatchingChanges[] = "brygga.matching.v1.ChangeService/WatchMatchingChanges";
// Who registers pairs waits for the next step.
constexpr absl::Duration kBetweenSteps = absl::Milliseconds(500);

}  // namespace

struct EventsService::Following {
  using Feed = feed::ChannelSource<::brygga::matching::v1::WatchMatchingChangesRequest,
                                   ::brygga::matching::v1::WatchMatchingChangesResponse>;

  Following(PairStore& pairs, const Neighbours& neighbours, const rpc::TokenSource& tokens, std::shared_ptr<Log> log)
      : source(neighbours.matching, neighbours.participant, tokens),
        feed(neighbours.matching, tokens, kMatchingChanges, {"matches"}),
        projection(source, pairs),
        consumer(feed, projection,
                 {.feed = std::string(kMatchingFeed), .bookmark = kBetweenSteps, .log = std::move(log)}) {
    consumer.Start();
  }

  MatchingClient source;
  Feed feed;
  PairProjection projection;
  feed::Consumer consumer;
};

absl::StatusOr<std::unique_ptr<EventsService>> EventsService::Open(const std::string& url, const Neighbours& neighbours,
                                                                   const rpc::TokenSource& tokens, sql::Options options,
                                                                   ServiceOptions service) {
  options.migrations = kMigrations;
  const sql::LogRetention keep = options.keep_changes;
  BRYGGA_ASSIGN_OR_RETURN(auto database, sql::Database::Open(url, std::move(options)));
  auto store = std::make_unique<SqlEventStore>(*database);
  auto pairs = std::make_unique<SqlPairStore>(*database);
  auto ages = std::make_unique<ParticipantAgeCheck>(neighbours.participant, tokens);
  // Pairs are copied from matching, which must have erased before we can say so.
  auto erasures = std::make_unique<ErasureClient>(neighbours.participant, tokens,
                                                  feed::HolderIdentity{.name = "events", .copies_from = {"matching"}});
  std::unique_ptr<EventsService> made(
      new EventsService(std::move(database), std::move(store), std::move(pairs), std::move(ages), std::move(erasures)));
  BRYGGA_ASSIGN_OR_RETURN(
      made->changes_,
      feed::ChangeFeed::Open(*made->database_, {.service = "events", .collections = kCollections, .keep = keep}));
  made->following_ = std::make_unique<Following>(*made->pairs_, neighbours, tokens, std::move(service.log));
  return made;
}

EventsService::EventsService(EventStore& store, PairStore& pairs, AgeCheck& ages)
    : events_(store, ages), registrations_(store, pairs, ages) {}

EventsService::EventsService(std::unique_ptr<sql::Database> database, std::unique_ptr<EventStore> store,
                             std::unique_ptr<PairStore> pairs, std::unique_ptr<AgeCheck> ages,
                             std::unique_ptr<feed::ErasureRequests> erasures)
    : database_(std::move(database)),
      store_(std::move(store)),
      pairs_(std::move(pairs)),
      ages_(std::move(ages)),
      erasures_(std::move(erasures)),
      events_(*store_, *ages_),
      registrations_(*store_, *pairs_, *ages_),
      sweep_(std::in_place, kSweepInterval,
             [this] { sql::SweepAnswers(*database_, absl::Now() + kSweepTimeout).IgnoreError(); }),
      holder_(std::in_place, *erasures_, [this](const std::string& participant, absl::Time deadline) {
        return ErasePerson(participant, deadline);
      }) {
  holder_->Start();
}

EventsService::~EventsService() { Stop(); }

absl::Status EventsService::ErasePerson(const std::string& participant, absl::Time deadline) {
  const Origin origin = {.actor = "service:events", .method = "work/erasure", .deadline = deadline};
  BRYGGA_RETURN_IF_ERROR(pairs_->ErasePerson(origin, participant).status());
  Failpoint("erasure.half");
  return store_->ErasePerson(origin, participant, UuidOf("erased person/" + NewUuid(absl::Now()))).status();
}

void EventsService::Stop() {
  if (holder_) holder_->Stop();
  if (following_ != nullptr) following_->consumer.Stop();
}

std::vector<rpc::Service> EventsService::services() {
  std::vector<rpc::Service> services;
  services.emplace_back("brygga.events.v1.EventService")
      .MeasuredBy([this](const std::shared_ptr<prometheus::Registry>& registry) {
        if (following_ != nullptr) following_->consumer.Measure(registry);
      })
      .Unary("CreateEvent", &events_, &EventHandler::Create)
      .Unary("CreateSeries", &events_, &EventHandler::CreateSeries)
      .Unary("GetSeries", &events_, &EventHandler::GetSeries, rpc::kPointRead)
      .Unary("GetEvent", &events_, &EventHandler::Get, rpc::kPointRead)
      .Unary("BatchGetEvents", &events_, &EventHandler::BatchGet, rpc::kPointRead)
      .Unary("ListEvents", &events_, &EventHandler::List)
      .Unary("UpdateEvent", &events_, &EventHandler::Update)
      .Unary("PublishEvent", &events_, &EventHandler::Publish)
      .Unary("StartEvent", &events_, &EventHandler::Start)
      .Unary("FinishEvent", &events_, &EventHandler::Finish)
      .Unary("PostponeEvent", &events_, &EventHandler::Postpone)
      .Unary("CancelEvent", &events_, &EventHandler::Cancel)
      .Unary("ImportEvents", &events_, &EventHandler::Import, rpc::kLongRunning);
  services.emplace_back("brygga.events.v1.RegistrationService")
      .Unary("Register", &registrations_, &RegistrationHandler::Register)
      .Unary("BatchRegister", &registrations_, &RegistrationHandler::BatchRegister, rpc::kLongRunning)
      .Unary("RegisterPairs", &registrations_, &RegistrationHandler::RegisterPairs, rpc::kLongRunning)
      .Unary("ListPairs", &registrations_, &RegistrationHandler::ListPairs)
      .Unary("CancelRegistration", &registrations_, &RegistrationHandler::Cancel)
      .Unary("GetRegistration", &registrations_, &RegistrationHandler::Get, rpc::kPointRead)
      .Unary("ListRegistrations", &registrations_, &RegistrationHandler::List);
  if (changes_ != nullptr) {
    services.push_back(changes_->Serve<v1::WatchEventsChangesRequest, v1::WatchEventsChangesResponse>(
        "brygga.events.v1.ChangeService", "WatchEventsChanges"));
  }
  return services;
}

}  // namespace brygga::events
