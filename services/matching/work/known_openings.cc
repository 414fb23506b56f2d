#include "services/matching/work/known_openings.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

constexpr size_t kAtOnce = 1000;

Origin Ours(absl::Time deadline) {
  return {.actor = "service:matching", .method = "work/openings", .deadline = deadline};
}

bool IsOvertaken(const absl::Status& status) { return ReasonOf(status) == "OPENINGS_OVERTAKEN"; }

}  // namespace

absl::StatusOr<std::vector<std::optional<OpeningFacts>>> KnownOpenings::Find(const std::vector<std::string>& names,
                                                                             absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(auto facts, store_.GetOpenings(names, deadline));
  std::set<std::string> unknown;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!facts[i]) unknown.insert(names[i]);
  }
  if (unknown.empty()) return facts;
  BRYGGA_ASSIGN_OR_RETURN(const OpeningsSaid said, Read(unknown, deadline));
  // Where somebody has read one of them since, what is kept is newer than this.
  if (const absl::Status kept = store_.KeepOpenings(Ours(deadline), said, std::nullopt); !IsOvertaken(kept)) {
    BRYGGA_RETURN_IF_ERROR(kept);
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (!facts[i]) facts[i] = said.openings.at(names[i]);
  }
  return facts;
}

absl::Status KnownOpenings::Reread(const std::set<std::string>& names, const std::optional<feed::Step>& step,
                                   absl::Time deadline) {
  for (;;) {
    BRYGGA_ASSIGN_OR_RETURN(const OpeningsSaid said, Read(names, deadline));
    const absl::Status kept = store_.KeepOpenings(Ours(deadline), said, step);
    if (IsOvertaken(kept) && absl::Now() < deadline) continue;
    return kept;
  }
}

absl::Status KnownOpenings::RefreshAll(absl::Duration timeout_each) {
  BRYGGA_ASSIGN_OR_RETURN(const auto live, store_.ListLiveOpenings(absl::Now() + timeout_each));
  std::set<std::string> unseen(live.begin(), live.end());
  std::string page_token;
  do {
    const absl::Time deadline = absl::Now() + timeout_each;
    OpeningsSaid said;
    BRYGGA_ASSIGN_OR_RETURN(said.mark, store_.OpeningsMark(deadline));
    BRYGGA_ASSIGN_OR_RETURN(OpeningsPage page, source_.ListLive(page_token, deadline));
    std::set<std::string> names;
    for (auto& [name, facts] : page.openings) {
      unseen.erase(name);
      names.insert(name);
      said.openings[name] = std::move(facts);
    }
    const absl::Status kept = store_.KeepOpenings(Ours(deadline), said, std::nullopt);
    BRYGGA_RETURN_IF_ERROR(IsOvertaken(kept) ? Reread(names, std::nullopt, deadline) : kept);
    page_token = page.next;
  } while (!page_token.empty());
  // They are over by now, or were passed from one page to another.
  for (auto from = unseen.begin(); from != unseen.end();) {
    const auto to = std::next(from, std::min<std::ptrdiff_t>(kAtOnce, std::distance(from, unseen.end())));
    BRYGGA_RETURN_IF_ERROR(Reread({from, to}, std::nullopt, absl::Now() + timeout_each));
    from = to;
  }
  return absl::OkStatus();
}

absl::StatusOr<OpeningsSaid> KnownOpenings::Read(const std::set<std::string>& names, absl::Time deadline) {
  OpeningsSaid said;
  if (names.empty()) return said;
  BRYGGA_ASSIGN_OR_RETURN(said.mark, store_.OpeningsMark(deadline));
  for (auto from = names.begin(); from != names.end();) {
    const auto to = std::next(from, std::min<std::ptrdiff_t>(kAtOnce, std::distance(from, names.end())));
    const std::vector<std::string> batch(from, to);
    BRYGGA_ASSIGN_OR_RETURN(auto facts, source_.Read(batch, deadline));
    for (size_t i = 0; i < batch.size(); ++i) said.openings[batch[i]] = std::move(facts[i]);
    from = to;
  }
  return said;
}

}  // namespace brygga::matching
