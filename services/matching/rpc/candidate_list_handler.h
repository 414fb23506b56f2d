// ListCandidates: from a ranking that is known, or from the people.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_LIST_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_LIST_HANDLER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/rpc/call.h"
#include "common/rpc/later.h"
#include "common/rpc/list.h"
#include "services/matching/domain/candidates.h"
#include "services/matching/store/matching_store.h"
#include "services/matching/work/availability.h"
#include "services/matching/work/candidate_cache.h"
#include "services/matching/work/cohort_snapshots.h"
#include "services/matching/work/projection.h"
#include "services/matching/work/texts.h"

namespace brygga::matching {

// Safe for concurrent use. What the method does and answers is in the proto; the
// answer is the same with a cache and without. What it is made from outlives it.
class CandidateListHandler {
 public:
  struct Parts {
    MatchingStore& store;
    Projection& projection;
    CohortSnapshots& snapshots;
    Availability& availability;
    CandidateCache& cache;
    const Texts& texts;
  };
  explicit CandidateListHandler(const Parts& parts) : parts_(parts) {}

  using Later = rpc::Later<v1::ListCandidatesResponse>;

  // What this process keeps is answered from on the thread that asks; a ranking in
  // the shared cache without a thread, unless more is to be said of each than that has;
  // the rest on a thread that may wait.
  Later List(const v1::ListCandidatesRequest& request, const rpc::Call& call);

 private:
  using Answer = rpc::Rendered<v1::ListCandidatesResponse>;
  using Reply = rpc::Reply<v1::ListCandidatesResponse>;

  // A request as the domain has it. Views point into the request.
  struct Asked {
    CohortKey key;
    ParticipantId participant;
    CandidateQuery query;
    std::string scope;
    rpc::ListArguments arguments;
    bool is_full = true;
    const Catalogue* words = nullptr;
    std::string page_key;  // Empty: none that is kept.

    // Whether a kept ranking could answer.
    bool IsFirstPage() const { return query.filter.empty() && !query.show_unavailable && !query.after; }
  };

  // The state of the database that an answer is made at, read during the call.
  struct Basis {
    Standing standing;
    Availability::View taken;
  };

  absl::StatusOr<std::shared_ptr<const Asked>> Parse(const v1::ListCandidatesRequest& request, CohortKey key,
                                                     std::string page_key);
  // Reads the cohort from participant where it is not known, or was not open for
  // matching.
  absl::StatusOr<Basis> ReadBasis(const CohortKey& key, absl::Time deadline);

  // From a ranking in memory or in the shared cache, if there is one.
  Later FromRanking(const std::shared_ptr<const Asked>& asked, const rpc::Call& call, Basis basis);
  void MakeOnThread(Reply reply, std::shared_ptr<const Asked> asked, const rpc::Call& call, std::optional<Basis> basis,
                    CandidateCache::Found known);
  // On a thread that may wait; `basis` and `known` are what has been found so far.
  absl::StatusOr<Answer> Make(const Asked& asked, const rpc::Call& call, std::optional<Basis> basis,
                              CandidateCache::Found known);
  // The answer from what is kept; nothing where that is not enough.
  std::optional<Answer> MakeFrom(const Asked& asked, const Basis& basis, const Ranking& ranking,
                                 const CohortSnapshots::Snapshot& snapshot);
  absl::StatusOr<CandidateCache::Found> Rank(const Asked& asked, const Basis& basis, absl::Time deadline);

  // A page without what Finish adds.
  v1::ListCandidatesResponse Render(const Asked& asked, const CandidatePage& page) const;
  // Adds what BASIC leaves out. False where the snapshot has not all of them.
  bool AddFull(const Asked& asked, const CohortSnapshot& snapshot, const Taken& taken,
               v1::ListCandidatesResponse& response) const;
  // The page with what may change while it stays the same.
  static Answer Finish(const std::string& page, const Cohort& cohort, int policy_version);

  const Parts parts_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_LIST_HANDLER_H_
