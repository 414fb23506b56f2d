#include "services/matching/work/texts.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

constexpr std::string_view kDefaultLanguage = "sv";

absl::StatusOr<std::string> Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.good()) return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The names in one column of a reference table by their codes in another.
// engine::Reference has read the same tables strictly; here a row that is short
// has no name.
absl::StatusOr<std::map<std::string, std::string>> NamesIn(const std::string& path, std::string_view code_column,
                                                           const std::vector<std::string_view>& name_columns) {
  BRYGGA_ASSIGN_OR_RETURN(const std::string text, Read(path));
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  const std::vector<std::string> heading =
      lines.empty() ? std::vector<std::string>() : std::vector<std::string>(absl::StrSplit(lines.front(), '\t'));
  const auto column = [&](std::string_view name) {
    return static_cast<size_t>(std::find(heading.begin(), heading.end(), name) - heading.begin());
  };
  std::map<std::string, std::string> names;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = absl::StrSplit(lines[i], '\t');
    if (column(code_column) >= fields.size()) continue;
    for (const std::string_view name_column : name_columns) {
      const size_t at = column(name_column);
      if (at >= fields.size() || fields[at].empty()) continue;
      names.emplace(fields[column(code_column)], fields[at]);
      break;
    }
  }
  if (names.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " holds no names"));
  return names;
}

absl::StatusOr<CodeNames> CodeNamesIn(const std::string& folder, const std::string& language) {
  const std::string own = absl::StrCat("name_", language);
  CodeNames names;
  BRYGGA_ASSIGN_OR_RETURN(names["LANGUAGE"], NamesIn(folder + "/languages.tsv", "code", {own, "name_sv", "name_en"}));
  BRYGGA_ASSIGN_OR_RETURN(names["OCCUPATION"], NamesIn(folder + "/ssyk2012.tsv", "ssyk", {own, "name_sv"}));
  names["OCCUPATION_GROUP"] = names["OCCUPATION"];
  BRYGGA_ASSIGN_OR_RETURN(names["MUNICIPALITY"],
                          NamesIn(folder + "/municipalities.tsv", "municipality_code", {"name"}));
  BRYGGA_ASSIGN_OR_RETURN(names["COUNTY"], NamesIn(folder + "/counties.tsv", "county_code", {own, "name_sv"}));
  return names;
}

}  // namespace

absl::StatusOr<Texts> Texts::Load(const std::string& folder) {
  Texts texts;
  for (const std::string language : {"en", "sv"}) {
    const std::string path = absl::StrCat(folder, "/messages/", language, ".json");
    BRYGGA_ASSIGN_OR_RETURN(const std::string json, Read(path));
    BRYGGA_ASSIGN_OR_RETURN(CodeNames names, CodeNamesIn(folder + "/reference", language));
    auto catalogue = Catalogue::Parse(json, std::move(names));
    if (!catalogue.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": ", catalogue.status().message()));
    }
    texts.catalogues_.emplace(language, *std::move(catalogue));
  }
  return texts;
}

absl::StatusOr<const Catalogue*> Texts::In(std::string_view language_code) const {
  const auto found = catalogues_.find(std::string(language_code.empty() ? kDefaultLanguage : language_code));
  if (found != catalogues_.end()) return &found->second;
  const auto code = [](std::string* out, const auto& catalogue) { out->append(catalogue.first); };
  return InvalidFields({{"language_code", absl::StrCat("is none of ", absl::StrJoin(catalogues_, ", ", code))}});
}

}  // namespace brygga::matching
