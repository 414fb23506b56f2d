#include "services/matching/service.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/status/macros.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/work/default_policies.h"
#include "services/matching/work/participant_client.h"

namespace brygga::matching {
namespace {

RoundWorkerOptions WithId(RoundWorkerOptions options) {
  options.id = NewUuid(absl::Now());
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url, ServiceOptions options,
                                                                       std::unique_ptr<PeopleSource> people,
                                                                       sql::Options database) {
  BRYGGA_ASSIGN_OR_RETURN(engine::Reference reference, engine::Reference::Load(options.data + "/reference"));
  BRYGGA_ASSIGN_OR_RETURN(DefaultPolicies policies, LoadDefaultPolicies(reference, options.data + "/policy"));
  database.migrations = kMigrations;
  BRYGGA_ASSIGN_OR_RETURN(auto opened, sql::Database::Open(url, std::move(database)));
  return std::unique_ptr<MatchingService>(new MatchingService(
      std::move(options), std::move(reference), std::move(policies), std::move(people), std::move(opened)));
}

absl::StatusOr<std::unique_ptr<MatchingService>> MatchingService::Open(const std::string& url, ServiceOptions options,
                                                                       std::shared_ptr<rpc::Channel> participant,
                                                                       const rpc::TokenSource& tokens,
                                                                       sql::Options database) {
  return Open(url, std::move(options), std::make_unique<ParticipantClient>(std::move(participant), tokens),
              std::move(database));
}

MatchingService::MatchingService(ServiceOptions options, engine::Reference reference, DefaultPolicies policies,
                                 std::unique_ptr<PeopleSource> people, std::unique_ptr<sql::Database> database)
    : reference_(std::move(reference)),
      people_(std::move(people)),
      database_(std::move(database)),
      store_(std::make_unique<SqlMatchingStore>(*database_)),
      projection_(*people_, *store_, std::move(policies)),
      views_(*store_, projection_, reference_),
      worker_(*store_, *store_, projection_, reference_, WithId(options.worker), options.log),
      sweeps_(*database_, *store_, projection_,
              {.holder = NewUuid(absl::Now()),
               .projection = options.projection_interval,
               .expiry = options.expiry_interval},
              options.log),
      policies_(*store_, projection_, reference_),
      candidates_(*store_, views_),
      pairs_(*store_, views_, projection_),
      rounds_(*store_, projection_, worker_, reference_),
      matches_(*store_) {}

void MatchingService::Start() {
  worker_.Start();
  sweeps_.Start();
}

void MatchingService::Stop() {
  worker_.Stop();
  sweeps_.Stop();
}

std::vector<rpc::Service> MatchingService::services() {
  std::vector<rpc::Service> services;
  services.emplace_back("brygga.matching.v1.MatchingService")
      .Unary("GetPolicy", &policies_, &PolicyHandler::Get)
      .Unary("ListPolicies", &policies_, &PolicyHandler::List)
      .Unary("CreatePolicy", &policies_, &PolicyHandler::Create)
      .Unary("ListCandidates", &candidates_, &CandidateHandler::List)
      .Unary("ExplainPair", &candidates_, &CandidateHandler::Explain)
      .Unary("StartRound", &rounds_, &RoundHandler::Start)
      .Unary("GetRound", &rounds_, &RoundHandler::Get)
      .Unary("ListRounds", &rounds_, &RoundHandler::List)
      .ServerStream("WatchRound", &rounds_, &RoundHandler::Watch)
      .Unary("CancelRound", &rounds_, &RoundHandler::Cancel)
      .Unary("DiscardRound", &rounds_, &RoundHandler::Discard)
      .Unary("PublishRound", &rounds_, &RoundHandler::Publish, rpc::kLongRunning)
      .Unary("ListRoundPairs", &rounds_, &RoundHandler::ListPairs)
      .Unary("ListUnmatched", &rounds_, &RoundHandler::ListUnmatched)
      .Unary("CreateLock", &pairs_, &PairHandler::CreateLock)
      .Unary("DeleteLock", &pairs_, &PairHandler::DeleteLock)
      .Unary("ListLocks", &pairs_, &PairHandler::ListLocks)
      .Unary("CreateVeto", &pairs_, &PairHandler::CreateVeto)
      .Unary("ListVetoes", &pairs_, &PairHandler::ListVetoes)
      .Unary("GetMatch", &matches_, &MatchHandler::Get)
      .Unary("ListMatches", &matches_, &MatchHandler::List)
      .Unary("ListParticipantMatches", &matches_, &MatchHandler::ListOfParticipant)
      .Unary("BatchGetMatches", &matches_, &MatchHandler::BatchGet)
      .Unary("AcceptMatch", &matches_, &MatchHandler::Accept)
      .Unary("DeclineMatch", &matches_, &MatchHandler::Decline)
      .Unary("EndMatch", &matches_, &MatchHandler::End);
  return services;
}

}  // namespace brygga::matching
