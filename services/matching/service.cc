#include "services/matching/service.h"

#include <utility>

#include "absl/time/clock.h"
#include "brygga/matching/v1/change_service.pb.h"
#include "common/ids/uuid.h"
#include "common/status/macros.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/work/default_policies.h"
#include "services/matching/work/participant_client.h"
#include "services/matching/work/partner_client.h"

namespace brygga::matching {
namespace {

RoundWorkerOptions WithId(RoundWorkerOptions options) {
  options.id = NewUuid(absl::Now());
  return options;
}

// All that the names in the change log lie in.
constexpr std::string_view kCollections[] = {"allocations", "applications",    "cadence",  "locks",  "matches",
                                             "meetings",    "networkingPlans", "policies", "rounds", "vetoes"};

}  // namespace

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url, ServiceOptions options,
                                                                       Neighbours neighbours, sql::Options database) {
  BRYGGA_ASSIGN_OR_RETURN(engine::Reference reference, engine::Reference::Load(options.data + "/reference"));
  BRYGGA_ASSIGN_OR_RETURN(Texts texts, Texts::Load(options.data));
  BRYGGA_ASSIGN_OR_RETURN(DefaultPolicies policies, LoadDefaultPolicies(reference, options.data + "/policy"));
  database.migrations = kMigrations;
  const sql::LogRetention keep = database.keep_changes;
  BRYGGA_ASSIGN_OR_RETURN(auto opened, sql::Database::Open(url, std::move(database)));
  std::unique_ptr<MatchingService> made(new MatchingService(std::move(options), std::move(reference), std::move(texts),
                                                            std::move(policies), std::move(neighbours),
                                                            std::move(opened)));
  BRYGGA_ASSIGN_OR_RETURN(
      made->changes_,
      feed::ChangeFeed::Open(*made->database_, {.service = "matching", .collections = kCollections, .keep = keep}));
  return made;
}

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url, ServiceOptions options,
                                                                       std::unique_ptr<PeopleSource> people,
                                                                       sql::Options database) {
  return Open(url, std::move(options), Neighbours{.people = std::move(people)}, std::move(database));
}

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url, ServiceOptions options,
                                                                       std::shared_ptr<rpc::Channel> participant,
                                                                       std::shared_ptr<rpc::Channel> partner,
                                                                       const rpc::TokenSource& tokens,
                                                                       sql::Options database) {
  return Open(url, std::move(options),
              Neighbours{.people = std::make_unique<ParticipantClient>(participant, tokens),
                         .places = {.openings = std::make_unique<PartnerClient>(std::move(partner), tokens),
                                    .ages = std::make_unique<AgeClient>(participant, tokens)}},
              std::move(database));
}

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url, ServiceOptions options,
                                                                       std::shared_ptr<rpc::Channel> participant,
                                                                       const rpc::TokenSource& tokens,
                                                                       sql::Options database) {
  return Open(url, std::move(options), std::make_unique<ParticipantClient>(std::move(participant), tokens),
              std::move(database));
}

MatchingService::MatchingService(ServiceOptions options, engine::Reference reference, Texts texts,
                                 DefaultPolicies policies, Neighbours neighbours,
                                 std::unique_ptr<sql::Database> database)
    : reference_(std::move(reference)),
      texts_(std::move(texts)),
      people_(std::move(neighbours.people)),
      database_(std::move(database)),
      store_(std::make_unique<SqlMatchingStore>(*database_)),
      projection_(*people_, *store_, std::move(policies)),
      views_(*store_, projection_, reference_),
      round_views_(*store_, reference_),
      proposer_(*store_, *store_, projection_, reference_),
      worker_(*store_, proposer_, WithId(options.worker), options.log),
      sweeps_(*database_, *store_, projection_,
              {.holder = NewUuid(absl::Now()),
               .projection = options.projection_interval,
               .expiry = options.expiry_interval},
              options.log),
      policies_(*store_, projection_, reference_),
      candidates_(*store_, views_, round_views_, texts_),
      explanations_(*store_, round_views_, texts_),
      pairs_(*store_, views_, projection_),
      rounds_(*store_, projection_, proposer_, worker_, reference_, texts_),
      matches_(*store_, projection_, reference_),
      meetings_(*store_, *store_, projection_),
      places_(*database_, std::move(neighbours.places), projection_, views_, {.id = NewUuid(absl::Now())},
              options.log) {}

void MatchingService::Start() {
  worker_.Start();
  sweeps_.Start();
  places_.Start();
}

void MatchingService::Stop() {
  worker_.Stop();
  sweeps_.Stop();
  places_.Stop();
}

std::vector<rpc::Service> MatchingService::services() {
  std::vector<rpc::Service> services;
  services.emplace_back("brygga.matching.v1.MatchingService")
      .Unary("GetPolicy", &policies_, &PolicyHandler::Get, rpc::kPointRead)
      .Unary("ListPolicies", &policies_, &PolicyHandler::List)
      .Unary("CreatePolicy", &policies_, &PolicyHandler::Create)
      .Unary("ListCandidates", &candidates_, &CandidateHandler::List)
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
