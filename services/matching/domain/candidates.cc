#include "services/matching/domain/candidates.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "common/status/error.h"

namespace brygga::matching {
namespace {

// So many more than a page asks for are kept free in a ranking: as many may become
// taken before it must be made again.
constexpr int kMargin = 24;
// A page of any usual size is made of one ranking.
constexpr int kUsualPage = 50;

constexpr std::string_view kOrganisations = "organisations/";

const engine::People& At(const CohortSnapshot& snapshot, Side side, int32_t row) {
  return snapshot.PeopleOf(side, row);
}
size_t PlaceIn(int32_t row) { return static_cast<size_t>(engine::Crowd::PlaceOf(row)); }

std::string FormatOf(engine::MeetingFormat format) {
  switch (format) {
    case engine::MeetingFormat::kOnsite:
      return "ONSITE";
    case engine::MeetingFormat::kDigital:
      return "DIGITAL";
    default:
      return "EITHER";  // Also where it is not known.
  }
}

bool Speaks(const engine::Reference& reference, const engine::People& people, size_t place, const std::string& code) {
  const int language = reference.LanguageIndex(code);
  for (int32_t i = people.language_offset[place]; i < people.language_offset[place + 1]; ++i) {
    if (people.language[static_cast<size_t>(i)].language == language) return true;
  }
  return false;
}

ParticipantId IdAt(const CohortSnapshot& snapshot, Side side, int32_t row) { return snapshot.IdOf(side, row); }

Side Other(Side side) { return side == Side::kMentor ? Side::kAdept : Side::kMentor; }

}  // namespace

const list::Schema& CandidateSchema() {
  static const auto& schema = *new list::Schema{
      {.name = "score", .kind = list::FieldKind::kInteger},
      {.name = "municipality"},
      {.name = "employer"},
      {.name = "occupation"},
      {.name = "language"},
      {.name = "format", .kind = list::FieldKind::kEnum, .enum_values = {"ONSITE", "DIGITAL", "EITHER"}},
      {.name = "free_seats", .kind = list::FieldKind::kInteger}};
  return schema;
}

absl::StatusOr<CandidateFilter> CandidateFilter::Create(list::Filter filter) {
  for (list::Comparison& comparison : filter) {
    if (comparison.field == "id") {
      return InvalidFields({{"filter",
                             "id cannot be filtered by; score, municipality, employer, occupation, language, "
                             "format and free_seats can"}});
    }
    if (comparison.field == "language" && comparison.op != list::Op::kHas) {
      return InvalidFields({{"filter", "language takes : alone, as in language:sv"}});
    }
    if (comparison.field != "employer") continue;
    std::string& name = std::get<std::string>(comparison.value);
    if (absl::StartsWith(name, absl::string_view(kOrganisations.data(), kOrganisations.size()))) {
      name = name.substr(kOrganisations.size());
    }
  }
  return CandidateFilter(std::move(filter));
}

bool CandidateFilter::Admits(const CohortSnapshot& snapshot, const Taken& taken, Side side,
                             const engine::Candidate& candidate) const {
  const engine::People& people = At(snapshot, side, candidate.row);
  const size_t place = PlaceIn(candidate.row);
  const engine::Reference& reference = snapshot.reference();
  const auto value_of = [&](std::string_view field) -> list::Value {
    if (field == "score") return int64_t{candidate.score};
    if (field == "municipality") return people.municipality_code[place];
    if (field == "employer") return people.organisation[place];
    if (field == "occupation") {
      const int32_t group = people.group[place];
      return group < 0 ? std::string() : reference.GroupCode(group);
    }
    if (field == "format") return FormatOf(people.format[place]);
    BRYGGA_CHECK(field == "free_seats");
    return int64_t{FreeSeatsOf(snapshot, taken, side, candidate.row)};
  };
  return std::all_of(filter_.begin(), filter_.end(), [&](const list::Comparison& comparison) {
    if (comparison.field == "language") {
      return Speaks(reference, people, place, list::Fold(std::get<std::string>(comparison.value))) !=
             comparison.negated;
    }
    return list::Matches(value_of(comparison.field), comparison);
  });
}

CandidatePage ListCandidates(const CohortSnapshot& snapshot, const Taken& taken, const CohortSnapshot::Seat& subject,
                             const CandidateQuery& query) {
  const Side side = Other(subject.side);
  engine::RankOptions options{.k = query.limit + 1};
  if (query.after) {
    // Without a row of theirs those with the same score come again rather than never.
    options.after = {.score = query.after->score, .id = query.after->id.value()};
    if (const auto row = snapshot.Find(side, query.after->id))
      options.after->tie_key = snapshot.crowd(side).TieKeyOf(*row);
  }
  options.admits = [&](const engine::Candidate& candidate) {
    return (query.show_unavailable || taken.IsFree(side, IdAt(snapshot, side, candidate.row))) &&
           query.filter.Admits(snapshot, taken, side, candidate);
  };
  const engine::Ranking ranking = snapshot.Rank(subject, std::move(options));
  CandidatePage page{.side = side, .total = ranking.allowed};
  for (const engine::Candidate& candidate : ranking.best) {
    if (page.items.size() == static_cast<size_t>(query.limit)) {
      page.has_more = true;
      break;
    }
    page.items.push_back({IdAt(snapshot, side, candidate.row), candidate.score});
  }
  return page;
}

Ranking RankAll(const CohortSnapshot& snapshot, const Taken& taken, const CohortSnapshot::Seat& subject, int limit) {
  const Side side = Other(subject.side);
  const int wanted = std::max(limit, kUsualPage) + kMargin;
  constexpr int kMost = static_cast<int>(kMostListed);
  for (int k = std::min(2 * wanted, kMost);; k = std::min(8 * k, kMost)) {
    const engine::Ranking ranked = snapshot.Rank(subject, {.k = k});
    Ranking ranking{.side = side, .total = ranked.allowed};
    int free = 0;
    for (const engine::Candidate& candidate : ranked.best) {
      if (free == wanted) break;
      const Ranked ranked = {IdAt(snapshot, side, candidate.row), candidate.score};
      ranking.listed.push_back(ranked);
      free += taken.IsFree(side, ranked.id) ? 1 : 0;
    }
    if (free < wanted && !ranking.complete() && k < kMost) continue;
    ranking.listed.Shrink();
    return ranking;
  }
}

CandidatePage FirstPage(const Ranking& ranking, const Taken& taken, int limit) {
  CandidatePage page{.side = ranking.side, .total = ranking.total};
  for (const Ranked& ranked : ranking.listed) {
    if (!taken.IsFree(ranking.side, ranked.id)) continue;
    if (page.items.size() == static_cast<size_t>(limit)) {
      page.has_more = true;
      break;
    }
    page.items.push_back(ranked);
  }
  return page;
}

int FreeSeatsOf(const CohortSnapshot& snapshot, const Taken& taken, Side side, int32_t row) {
  if (side == Side::kAdept) return 0;
  return taken.FreeSeats(IdAt(snapshot, side, row), At(snapshot, side, row).capacity[PlaceIn(row)]);
}

}  // namespace brygga::matching
