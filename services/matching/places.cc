#include "services/matching/places.h"

#include <utility>

#include "services/matching/domain/allocation_errors.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {
namespace {

// Stand in where there is no partner, or no participant.
class NoOpenings final : public Openings {
 public:
  absl::StatusOr<std::vector<std::optional<OpeningFacts>>> Read(const std::vector<std::string>&, absl::Time) override {
    return PartnerUnavailable();
  }
  absl::StatusOr<OpeningsPage> ListLive(const std::string&, absl::Time) override { return PartnerUnavailable(); }
  absl::Status Hold(const std::vector<SeatRef>&, absl::Time) override { return PartnerUnavailable(); }
  absl::Status Confirm(const std::vector<SeatRef>&, absl::Time) override { return PartnerUnavailable(); }
  absl::Status Release(const std::vector<SeatRef>&, absl::Time) override { return PartnerUnavailable(); }
};

class NoAges final : public AgeCheck {
 public:
  absl::StatusOr<std::vector<AgeAnswer>> Ask(const std::vector<std::string>&, const AgeWindow&, Date,
                                             absl::Time) override {
    return PeopleUnavailable();
  }
};

PlaceSources Filled(PlaceSources sources) {
  if (!sources.openings) sources.openings = std::make_unique<NoOpenings>();
  if (!sources.ages) sources.ages = std::make_unique<NoAges>();
  return sources;
}

}  // namespace

Places::Places(sql::Database& database, PlaceSources sources, Projection& projection, CohortViews& views,
               AllocationWorkerOptions options, absl::Duration opening_interval, const std::shared_ptr<Log>& log)
    : sources_(Filled(std::move(sources))),
      allocations_(database),
      plans_(database),
      opening_store_(database),
      openings_(*sources_.openings, opening_store_),
      worker_(allocations_, *sources_.openings, *sources_.ages, options, log),
      allocation_handler_(allocations_, projection, openings_, *sources_.openings, worker_),
      networking_handler_(plans_, projection, views) {
  if (sources_.opening_feed == nullptr) return;
  opening_feed_.emplace(std::move(sources_.opening_feed), openings_, opening_store_, database,
                        OpeningFeedOptions{.holder = std::move(options.id), .interval = opening_interval}, log);
}

void Places::Start() {
  if (opening_feed_) opening_feed_->Start();
  worker_.Start();
}

void Places::Stop() {
  if (opening_feed_) opening_feed_->Stop();
  worker_.Stop();
}

void Places::Measure(const std::shared_ptr<prometheus::Registry>& registry) {
  if (opening_feed_) opening_feed_->Measure(registry);
}

void Places::AddTo(std::vector<rpc::Service>& services) {
  services.emplace_back("brygga.matching.v1.AllocationService")
      .Unary("CreateAllocation", &allocation_handler_, &AllocationHandler::Create)
      .Unary("AddAllocationOpenings", &allocation_handler_, &AllocationHandler::AddOpenings)
      .Unary("GetAllocation", &allocation_handler_, &AllocationHandler::Get)
      .Unary("ListAllocations", &allocation_handler_, &AllocationHandler::List)
      .Unary("SubmitApplication", &allocation_handler_, &AllocationHandler::Submit)
      .Unary("ImportApplications", &allocation_handler_, &AllocationHandler::Import, rpc::kLongRunning)
      .Unary("WithdrawApplication", &allocation_handler_, &AllocationHandler::Withdraw)
      .Unary("GetApplication", &allocation_handler_, &AllocationHandler::GetApplication)
      .Unary("ListApplications", &allocation_handler_, &AllocationHandler::ListApplications)
      .Unary("CommitLottery", &allocation_handler_, &AllocationHandler::Commit)
      .Unary("StartAllocation", &allocation_handler_, &AllocationHandler::Start, rpc::kLongRunning)
      .ServerStream("WatchAllocation", &allocation_handler_, &AllocationHandler::Watch)
      .Unary("CancelAllocation", &allocation_handler_, &AllocationHandler::Cancel)
      .Unary("ListPlacements", &allocation_handler_, &AllocationHandler::ListPlacements)
      .Unary("ListReserves", &allocation_handler_, &AllocationHandler::ListReserves)
      .Unary("PublishAllocation", &allocation_handler_, &AllocationHandler::Publish, rpc::kLongRunning)
      .ServerStream("GetPublishedDraw", &allocation_handler_, &AllocationHandler::GetDraw);
  services.emplace_back("brygga.matching.v1.NetworkingService")
      .Unary("PlanNetworking", &networking_handler_, &NetworkingHandler::Plan)
      .Unary("GetNetworkingPlan", &networking_handler_, &NetworkingHandler::Get)
      .Unary("ListNetworkingPlans", &networking_handler_, &NetworkingHandler::List)
      .Unary("ListConversations", &networking_handler_, &NetworkingHandler::ListConversations)
      .Unary("StartNetworkingRound", &networking_handler_, &NetworkingHandler::StartRound)
      .Unary("FinishNetworkingRound", &networking_handler_, &NetworkingHandler::FinishRound)
      .Unary("ReplanNetworking", &networking_handler_, &NetworkingHandler::Replan);
}

}  // namespace brygga::matching
