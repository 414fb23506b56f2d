// Finds what a person means by a short word.
#ifndef BRYGGA_CLI_APP_FIND_H_
#define BRYGGA_CLI_APP_FIND_H_

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "brygga/events/v1/event.pb.h"
#include "brygga/matching/v1/round.pb.h"
#include "brygga/participant/v1/programme.pb.h"
#include "cli/app/api.h"

namespace brygga::cli {

// A cohort by its name ("programmes/…/cohorts/…"), by what people call it
// ("Autumn 2022"), or by the kind of its programme ("vocational") where only one
// cohort that the caller can see would do.
//
// kNotFound: none; the message names those there are. kInvalidArgument: several.
absl::StatusOr<participant::v1::Cohort> FindCohort(const Api& api, std::string_view text);

// A programme, in the same three ways.
absl::StatusOr<participant::v1::Programme> FindProgramme(const Api& api, std::string_view text);

// A person by name ("participants/…") or by the key of an import ("A00001").
absl::StatusOr<std::string> FindParticipant(const Api& api, std::string_view text);

// A match by name ("programmes/…/cohorts/…/matches/…"), or by a person as
// FindParticipant finds them who has one match that runs or awaits an answer.
//
// kNotFound: none. kInvalidArgument: several; the message names them.
absl::StatusOr<std::string> FindMatch(const Api& api, std::string_view text);

// A round by name ("programmes/…/cohorts/…/rounds/…"), or the newest one of a
// cohort that FindCohort finds.
absl::StatusOr<matching::v1::MatchingRound> FindRound(const Api& api, std::string_view text);

// An event by name ("events/…") or by the key of an import ("E011").
absl::StatusOr<events::v1::Event> FindEvent(const Api& api, std::string_view text);
absl::StatusOr<std::string> FindEventName(const Api& api, std::string_view text);

// The names of people, by participants/…; people whom the caller may not see
// are absent.
absl::StatusOr<std::map<std::string, std::string>> NamesOf(const Api& api, const std::set<std::string>& people);
// The same where it is no matter whether they can be asked for: nobody's, if not.
std::map<std::string, std::string> NamesIfAny(const Api& api, const std::set<std::string>& people);

// What `resource` is called in `names`; itself where it is not in them.
const std::string& NameIn(const std::map<std::string, std::string>& names, const std::string& resource);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_APP_FIND_H_
