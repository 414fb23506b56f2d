// The port for meetings and their cadence.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_MEETING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_MEETING_STORE_H_

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/meeting.h"

namespace brygga::matching {

// All that says who has met too seldom, in one snapshot.
struct MeetingBook {
  Cadence cadence;
  absl::Time now;                 // When this was read.
  std::vector<Match> matches;     // Pairs that run or ran, ordered by id.
  std::vector<Meeting> meetings;  // HELD ones, ordered by match and start.
};

// Keeps meetings, and how often there are to be some. See CohortStore for threads,
// blocking and retries.
class MeetingStore {
 public:
  virtual ~MeetingStore() = default;

  // Keeps what `decide` makes of a meeting of a match: of `known`, or of a new one
  // (its id is then empty), which is kept as `new_id`. Pure: it may be called again
  // when the transaction is retried. What it leaves unchanged is not written.
  //
  // kNotFound: no such match, or no such meeting of it. Whatever `decide` returns is
  // returned unchanged.
  using DecideMeeting =
      std::function<absl::StatusOr<Meeting>(const Meeting& before, const Match& match, absl::Time now)>;
  virtual absl::StatusOr<Meeting> RecordMeeting(const Mutation<Meeting>& mutation, const CohortKey& key,
                                                const MatchId& match, const std::optional<MeetingId>& known,
                                                const MeetingId& new_id, const DecideMeeting& decide) = 0;
  // Of one match, or of all of the cohort.
  virtual absl::StatusOr<list::Page<Meeting>> ListMeetings(const CohortKey& key, const std::optional<MatchId>& match,
                                                           const list::ListQuery& query, absl::Time deadline) = 0;

  // kNotFound: nobody has set one.
  virtual absl::StatusOr<Cadence> GetCadence(const CohortKey& key, absl::Time deadline) = 0;
  // Keeps `cadence` in place of the one before; revision and times are the store's.
  //
  // kNotFound: no such cohort. kAborted ETAG_MISMATCH.
  virtual absl::StatusOr<Cadence> SetCadence(const Mutation<Cadence>& mutation, const Cadence& cadence,
                                             std::string_view etag) = 0;
  // kNotFound: no such cohort. kFailedPrecondition NO_CADENCE.
  virtual absl::StatusOr<MeetingBook> LoadMeetings(const CohortKey& key, absl::Time deadline) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_MEETING_STORE_H_
