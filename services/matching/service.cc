#include "services/matching/service.h"

#include <utility>

#include "absl/time/clock.h"
#include "brygga/matching/v1/change_service.pb.h"
#include "brygga/participant/v1/change_service.pb.h"
#include "brygga/partner/v1/change_service.pb.h"
#include "common/feed/channel_source.h"
#include "common/ids/uuid.h"
#include "common/status/macros.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_erasure_store.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/work/default_policies.h"
#include "services/matching/work/erasure_client.h"
#include "services/matching/work/participant_client.h"
#include "services/matching/work/partner_client.h"

namespace brygga::matching {
namespace {

RoundWorkerOptions WithId(RoundWorkerOptions options) {
  options.id = NewUuid(absl::Now());
  return options;
}

// All that the names in the change log lie in.
constexpr absl::Duration kBetweenSweepsOfMemory = absl::Seconds(10);

constexpr std::string_view kCollections[] = {"allocations", "applications",    "cadence",  "locks",  "matches",
                                             "meetings",    "networkingPlans", "policies", "rounds", "vetoes"};

// All that participant tells of; what matters is picked out here.
std::unique_ptr<feed::ChangeSource> FeedOfParticipant(std::shared_ptr<rpc::Channel> channel,
                                                      const rpc::TokenSource& tokens) {
  namespace v1 = ::brygga::participant::v1;
  return std::make_unique<feed::ChannelSource<v1::WatchParticipantChangesRequest, v1::WatchParticipantChangesResponse>>(
      std::move(channel), tokens, "brygga.participant.v1.ChangeService/WatchParticipantChanges",
      std::vector<std::string>());
}

std::unique_ptr<feed::ChangeSource> FeedOfPartner(std::shared_ptr<rpc::Channel> channel, const rpc::TokenSource& tokens,
                                                  std::vector<std::string> collections) {
  namespace v1 = ::brygga::partner::v1;
  return std::make_unique<feed::ChannelSource<v1::WatchPartnerChangesRequest, v1::WatchPartnerChangesResponse>>(
      std::move(channel), tokens, "brygga.partner.v1.ChangeService/WatchPartnerChanges", std::move(collections));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url,
                                                                       const ServiceOptions& options,
                                                                       Neighbours neighbours, sql::Options database) {
  BRYGGA_ASSIGN_OR_RETURN(engine::Reference reference, engine::Reference::Load(options.data + "/reference"));
  BRYGGA_ASSIGN_OR_RETURN(Texts texts, Texts::Load(options.data));
  BRYGGA_ASSIGN_OR_RETURN(DefaultPolicies policies, LoadDefaultPolicies(reference, options.data + "/policy"));
  database.migrations = kMigrations;
  const sql::LogRetention keep = database.keep_changes;
  BRYGGA_ASSIGN_OR_RETURN(auto opened, sql::Database::Open(url, std::move(database)));
  BRYGGA_ASSIGN_OR_RETURN(KeptRankings rankings, OpenKeptRankings(options.rankings, *opened,
                                                                  RankedBy(options.data + "/reference"), options.log));
  std::unique_ptr<MatchingService> made(new MatchingService(options, std::move(reference), std::move(texts),
                                                            std::move(policies), std::move(neighbours),
                                                            std::move(opened), std::move(rankings)));
  BRYGGA_ASSIGN_OR_RETURN(
      made->changes_,
      feed::ChangeFeed::Open(*made->database_, {.service = "matching", .collections = kCollections, .keep = keep}));
  return made;
}

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url,
                                                                       const ServiceOptions& options,
                                                                       std::unique_ptr<PeopleSource> people,
                                                                       sql::Options database) {
  return Open(url, options, Neighbours{.people = std::move(people)}, std::move(database));
}

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(
    const std::string& url, const ServiceOptions& options, const std::shared_ptr<rpc::Channel>& participant,
    const std::shared_ptr<rpc::Channel>& partner, const rpc::TokenSource& tokens, sql::Options database) {
  return Open(url, options,
              Neighbours{.people = std::make_unique<ParticipantClient>(participant, tokens),
                         .places = {.openings = std::make_unique<PartnerClient>(partner, tokens),
                                    .ages = std::make_unique<AgeClient>(participant, tokens),
                                    .opening_feed = FeedOfPartner(partner, tokens, {"openings", "seats"})},
                         .erasures = std::make_unique<ErasureClient>(participant, tokens,
                                                                     feed::HolderIdentity{.name = "matching"}),
                         .feeds = {.participant = FeedOfParticipant(participant, tokens),
                                   .partner = FeedOfPartner(partner, tokens, {"agreements"})}},
              std::move(database));
}

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url,
                                                                       const ServiceOptions& options,
                                                                       const std::shared_ptr<rpc::Channel>& participant,
                                                                       const rpc::TokenSource& tokens,
                                                                       sql::Options database) {
  return Open(url, options,
              Neighbours{.people = std::make_unique<ParticipantClient>(participant, tokens),
                         .feeds = {.participant = FeedOfParticipant(participant, tokens)}},
              std::move(database));
}

MatchingService::MatchingService(const ServiceOptions& options, engine::Reference reference, Texts texts,
                                 DefaultPolicies policies, Neighbours neighbours,
                                 std::unique_ptr<sql::Database> database, KeptRankings rankings)
    : reference_(std::move(reference)),
      texts_(std::move(texts)),
      people_(std::move(neighbours.people)),
      database_(std::move(database)),
      store_(std::make_unique<SqlMatchingStore>(*database_)),
      projection_(*people_, *store_, std::move(policies)),
      feeds_(std::move(neighbours.feeds), projection_, *store_, options.log),
      views_(*store_, projection_, reference_),
      snapshots_(*store_, reference_),
      availability_(*store_),
      rankings_(std::move(rankings)),
      round_views_(*store_, reference_),
      proposer_(*store_, *store_, projection_, reference_),
      worker_(*store_, proposer_, WithId(options.worker), options.log),
      sweeps_(*database_, *store_, projection_,
              {.holder = NewUuid(absl::Now()),
               .projection = options.projection_interval,
               .expiry = options.expiry_interval},
              options.log),
      policies_(*store_, projection_, reference_),
      candidates_(*store_, projection_, snapshots_, round_views_, texts_),
      candidate_lists_({*store_, projection_, snapshots_, availability_, *rankings_.cache, texts_}),
      explanations_(*store_, round_views_, texts_),
      pairs_(*store_, snapshots_, projection_),
      rounds_(*store_, projection_, proposer_, worker_, reference_, texts_),
      matches_(*store_, projection_, reference_),
      meetings_(*store_, *store_, projection_),
      places_(*database_, std::move(neighbours.places), projection_, views_, {.id = NewUuid(absl::Now())},
              options.projection_interval, options.log),
      erasures_(std::move(neighbours.erasures)),
      erasure_store_(std::make_unique<SqlErasureStore>(*database_)) {
  if (erasures_ == nullptr) return;
  holder_.emplace(*erasures_, [this](const std::string& participant, absl::Time deadline) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const ParticipantId person, ParseParticipantName(participant));
    return erasure_store_->ErasePerson({.actor = "service:matching", .method = "work/erasure", .deadline = deadline},
                                       person, ParticipantId(UuidOf("erased person/" + NewUuid(absl::Now()))));
  });
}

void MatchingService::Start() {
  feeds_.Start();
  worker_.Start();
  sweeps_.Start();
  forgetting_.emplace(kBetweenSweepsOfMemory, [this] { rankings_.cache->Sweep(); });
  places_.Start();
  if (holder_) holder_->Start();
}

void MatchingService::Stop() {
  projection_.Stop();
  feeds_.Stop();
  if (holder_) holder_->Stop();
  worker_.Stop();
  sweeps_.Stop();
  forgetting_.reset();
  places_.Stop();
}

std::vector<rpc::Service> MatchingService::services() {
  std::vector<rpc::Service> services;
  services.emplace_back("brygga.matching.v1.MatchingService")
      .MeasuredBy([this](const std::shared_ptr<prometheus::Registry>& registry) {
        feeds_.Measure(registry);
        places_.Measure(registry);
        rankings_.Expose(registry);
      })
      .Unary("GetPolicy", &policies_, &PolicyHandler::Get, rpc::kPointRead)
      .Unary("ListPolicies", &policies_, &PolicyHandler::List)
      .Unary("CreatePolicy", &policies_, &PolicyHandler::Create)
      .Unary("ListCandidates", &candidate_lists_, &CandidateListHandler::List, rpc::kPointRead)
      .Unary("ExplainPair", &candidates_, &CandidateHandler::Explain)
      .Unary("StartRound", &rounds_, &RoundHandler::Start, rpc::kLongRunning)
      .Unary("RepairRound", &rounds_, &RoundHandler::Repair, rpc::kLongRunning)
      .Unary("GetRound", &rounds_, &RoundHandler::Get, rpc::kPointRead)
      .Unary("ListRounds", &rounds_, &RoundHandler::List)
      .ServerStream("WatchRound", &rounds_, &RoundHandler::Watch)
      .Unary("CancelRound", &rounds_, &RoundHandler::Cancel)
      .Unary("DiscardRound", &rounds_, &RoundHandler::Discard)
      .Unary("PublishRound", &rounds_, &RoundHandler::Publish, rpc::kLongRunning)
      .Unary("ReplayRound", &rounds_, &RoundHandler::Replay, rpc::kLongRunning)
      .Unary("ListRoundPairs", &rounds_, &RoundHandler::ListPairs)
      .Unary("ListUnmatched", &rounds_, &RoundHandler::ListUnmatched)
      .Unary("CreateLock", &pairs_, &PairHandler::CreateLock)
      .Unary("DeleteLock", &pairs_, &PairHandler::DeleteLock)
      .Unary("ListLocks", &pairs_, &PairHandler::ListLocks)
      .Unary("CreateVeto", &pairs_, &PairHandler::CreateVeto)
      .Unary("DeleteVeto", &pairs_, &PairHandler::DeleteVeto)
      .Unary("ListVetoes", &pairs_, &PairHandler::ListVetoes)
      .Unary("CreateMatch", &matches_, &MatchHandler::Create)
      .Unary("GetMatch", &matches_, &MatchHandler::Get, rpc::kPointRead)
      .Unary("ListMatches", &matches_, &MatchHandler::List)
      .Unary("ListParticipantMatches", &matches_, &MatchHandler::ListOfParticipant)
      .Unary("BatchGetMatches", &matches_, &MatchHandler::BatchGet, rpc::kPointRead)
      .Unary("AcceptMatch", &matches_, &MatchHandler::Accept)
      .Unary("DeclineMatch", &matches_, &MatchHandler::Decline)
      .Unary("PauseMatch", &matches_, &MatchHandler::Pause)
      .Unary("ResumeMatch", &matches_, &MatchHandler::Resume)
      .Unary("ChangeMatchKind", &matches_, &MatchHandler::ChangeKind)
      .Unary("EndMatch", &matches_, &MatchHandler::End);
  services.emplace_back("brygga.matching.v1.MeetingService")
      .Unary("GetCadence", &meetings_, &MeetingHandler::GetCadence)
      .Unary("SetCadence", &meetings_, &MeetingHandler::SetCadence)
      .Unary("RecordMeeting", &meetings_, &MeetingHandler::Record)
      .Unary("ListMeetings", &meetings_, &MeetingHandler::List)
      .Unary("ListOverdueMeetings", &meetings_, &MeetingHandler::ListOverdue);
  services.emplace_back("brygga.matching.v1.ExplanationService")
      .Unary("ExplainUnmatched", &explanations_, &ExplanationHandler::ExplainUnmatched)
      .Unary("GetFairnessReport", &explanations_, &ExplanationHandler::GetFairnessReport);
  places_.AddTo(services);
  services.push_back(changes_->Serve<v1::WatchMatchingChangesRequest, v1::WatchMatchingChangesResponse>(
      "brygga.matching.v1.ChangeService", "WatchMatchingChanges"));
  return services;
}

}  // namespace brygga::matching
