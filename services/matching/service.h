// The matching service as a whole: what main.cc and the suite start. This is the
// wiring: the only place beside tests that names the SQL adapter.
#ifndef BRYGGA_SERVICES_MATCHING_SERVICE_H_
#define BRYGGA_SERVICES_MATCHING_SERVICE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/feed/change_feed.h"
#include "common/feed/erasure_holder.h"
#include "common/log/log.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/rpc/service.h"
#include "common/sql/database.h"
#include "common/time/periodic.h"
#include "engine/reference.h"
#include "services/matching/kept_rankings.h"
#include "services/matching/places.h"
#include "services/matching/rpc/candidate_handler.h"
#include "services/matching/rpc/candidate_list_handler.h"
#include "services/matching/rpc/explanation_handler.h"
#include "services/matching/rpc/match_handler.h"
#include "services/matching/rpc/meeting_handler.h"
#include "services/matching/rpc/pair_handler.h"
#include "services/matching/rpc/policy_handler.h"
#include "services/matching/rpc/round_handler.h"
#include "services/matching/store/erasure_store.h"
#include "services/matching/store/matching_store.h"
#include "services/matching/store/people_source.h"
#include "services/matching/work/availability.h"
#include "services/matching/work/cohort_snapshots.h"
#include "services/matching/work/cohort_views.h"
#include "services/matching/work/people_feeds.h"
#include "services/matching/work/projection.h"
#include "services/matching/work/proposer.h"
#include "services/matching/work/round_views.h"
#include "services/matching/work/round_worker.h"
#include "services/matching/work/sweeps.h"
#include "services/matching/work/texts.h"

namespace brygga::matching {

struct ServiceOptions {
  std::string data = "data";                              // The folder that holds messages/, policy/ and reference/.
  absl::Duration projection_interval = absl::Minutes(2);  // The feeds tell of changes meanwhile.
  absl::Duration expiry_interval = absl::Seconds(5);
  RoundWorkerOptions worker = {};  // Its id is set here.
  KeptRankingsSettings rankings = {};
  std::shared_ptr<Log> log = nullptr;  // Shared with the server.
};

// The services that this one asks.
struct Neighbours {
  std::unique_ptr<PeopleSource> people;
  PlaceSources places = {};
  std::unique_ptr<feed::ErasureRequests> erasures = nullptr;  // Null: nobody is erased.
  PeopleFeeds::Sources feeds = {};                            // Without them people are read now and then.
};

// Handlers and work over one database. It outlives the server that has its
// services.
class MatchingService {
 public:
  // Opens the database that `url` names (common/sql/database.h), brings its
  // tables up to date and reads the data that the product ships; `database`'s
  // migrations are set here.
  //
  // What sql::Database::Open answers. kNotFound, kInvalidArgument: no data folder,
  // or not what it should hold.
  static absl::StatusOr<std::unique_ptr<MatchingService>> Open(const std::string& url, const ServiceOptions& options,
                                                               Neighbours neighbours, sql::Options database);
  // Without openings to allocate.
  static absl::StatusOr<std::unique_ptr<MatchingService>> Open(const std::string& url, const ServiceOptions& options,
                                                               std::unique_ptr<PeopleSource> people,
                                                               sql::Options database = {});
  // Over participant's and partner's RPCs. `tokens` outlives it.
  static absl::StatusOr<std::unique_ptr<MatchingService>> Open(const std::string& url, const ServiceOptions& options,
                                                               const std::shared_ptr<rpc::Channel>& participant,
                                                               const std::shared_ptr<rpc::Channel>& partner,
                                                               const rpc::TokenSource& tokens,
                                                               sql::Options database = {});
  // Over participant's alone.
  static absl::StatusOr<std::unique_ptr<MatchingService>> Open(const std::string& url, const ServiceOptions& options,
                                                               const std::shared_ptr<rpc::Channel>& participant,
                                                               const rpc::TokenSource& tokens,
                                                               sql::Options database = {});

  std::vector<rpc::Service> services();

  // Starts and stops what runs without a caller: rounds, the projection of
  // people, the expiry of matches, the erasure of people.
  void Start();
  void Stop();

  Projection& projection() { return projection_; }
  PeopleFeeds& feeds() { return feeds_; }
  RoundWorker& worker() { return worker_; }
  MatchingStore& store() { return *store_; }
  Places& places() { return places_; }
  const KeptRankings& rankings() const { return rankings_; }

 private:
  MatchingService(const ServiceOptions& options, engine::Reference reference, Texts texts, DefaultPolicies policies,
                  Neighbours neighbours, std::unique_ptr<sql::Database> database, KeptRankings rankings);

  const engine::Reference reference_;
  const Texts texts_;
  const std::unique_ptr<PeopleSource> people_;
  const std::unique_ptr<sql::Database> database_;
  const std::unique_ptr<MatchingStore> store_;
  Projection projection_;
  PeopleFeeds feeds_;
  CohortViews views_;
  CohortSnapshots snapshots_;
  Availability availability_;
  const KeptRankings rankings_;
  RoundViews round_views_;
  Proposer proposer_;
  RoundWorker worker_;
  Sweeps sweeps_;
  std::optional<Periodic> forgetting_;  // What is kept in memory, while it runs.
  PolicyHandler policies_;
  CandidateHandler candidates_;
  CandidateListHandler candidate_lists_;
  ExplanationHandler explanations_;
  PairHandler pairs_;
  RoundHandler rounds_;
  MatchHandler matches_;
  MeetingHandler meetings_;
  Places places_;
  const std::unique_ptr<feed::ErasureRequests> erasures_;
  const std::unique_ptr<ErasureStore> erasure_store_;
  std::optional<feed::ErasureHolder> holder_;
  // Last: it uses the database.
  std::unique_ptr<feed::ChangeFeed> changes_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_SERVICE_H_
