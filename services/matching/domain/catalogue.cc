#include "services/matching/domain/catalogue.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

using nlohmann::json;

// What an argument may be shown as; the names of codes besides.
const std::set<std::string>& Forms() {
  static const auto& forms = *new std::set<std::string>{"points", "signed", "percent", "feature"};
  return forms;
}

absl::Status Bad(std::string_view key, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(key), " ", std::string(what)));
}

double NumberOf(const std::string& value) { return std::strtod(value.c_str(), nullptr); }

}  // namespace

// "{name}", "{name:form}" or "{name:form/and}".
absl::StatusOr<Catalogue::Text> Catalogue::Cut(std::string_view key, std::string_view text) {
  Text pieces;
  while (!text.empty()) {
    const size_t open = text.find('{');
    if (open != 0) pieces.push_back({.text = std::string(text.substr(0, open))});
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) return Bad(key, "has a brace that is not closed");
    const std::string inside(text.substr(open + 1, close - open - 1));
    const std::pair<std::string, std::string> joined = absl::StrSplit(inside, absl::MaxSplits('/', 1));
    const std::pair<std::string, std::string> parts = absl::StrSplit(joined.first, absl::MaxSplits(':', 1));
    if (parts.first.empty()) return Bad(key, "has a placeholder without a name");
    pieces.push_back({.text = {}, .argument = parts.first, .form = parts.second, .joined_by = joined.second});
    text.remove_prefix(close + 1);
  }
  return pieces;
}

absl::StatusOr<Catalogue> Catalogue::Parse(std::string_view text, CodeNames names) {
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return Bad("the file", "is not a JSON object");
  Catalogue catalogue;
  catalogue.names_ = std::move(names);
  const auto word = [&](const char* name) {
    return document.contains(name) && document[name].is_string() ? document[name].get<std::string>() : std::string();
  };
  catalogue.decimal_point_ = word("decimal_point");
  catalogue.and_ = word("and");
  catalogue.or_ = word("or");
  if (catalogue.decimal_point_.empty() || catalogue.and_.empty() || catalogue.or_.empty()) {
    return Bad("the file", "lacks one of decimal_point, and, or");
  }
  if (!document.contains("names") || !document.contains("texts")) return Bad("the file", "lacks names or texts");
  for (const auto& [kind, codes] : document["names"].items()) {
    if (!codes.is_object()) return Bad(kind, "is not an object of names");
    for (const auto& [code, name] : codes.items()) {
      if (!name.is_string()) return Bad(code, "is not a name");
      catalogue.own_names_[kind][code] = name.get<std::string>();
    }
  }
  for (const auto& [key, value] : document["texts"].items()) {
    Entry& entry = catalogue.entries_[key];
    if (value.is_string()) {
      BRYGGA_ASSIGN_OR_RETURN(entry.other, Cut(key, value.get<std::string>()));
      continue;
    }
    if (!value.is_object()) return Bad(key, "is neither a text nor texts by number");
    for (const auto& [form, words] : value.items()) {
      if (!words.is_string()) return Bad(key, "has a form that is no text");
      if (form == "plural") {
        entry.plural_of = words.get<std::string>();
      } else if (form == "zero" || form == "one" || form == "other") {
        BRYGGA_ASSIGN_OR_RETURN((form == "zero"  ? entry.zero
                                 : form == "one" ? entry.one
                                                 : entry.other),
                                Cut(key, words.get<std::string>()));
      } else {
        return Bad(key, "has a form other than plural, zero, one and other");
      }
    }
    if (entry.plural_of.empty() || entry.other.empty()) return Bad(key, "lacks plural or other");
  }
  for (const auto& [key, uses] : catalogue.entries_) {
    for (const Text* pieces : {&uses.zero, &uses.one, &uses.other}) {
      for (const Piece& piece : *pieces) {
        if (!piece.joined_by.empty() && piece.joined_by != "and" && piece.joined_by != "or") {
          return Bad(key, "joins by another word than and, or");
        }
        if (piece.form.empty() || Forms().contains(piece.form) || catalogue.names_.contains(piece.form) ||
            catalogue.own_names_.contains(piece.form)) {
          continue;
        }
        return Bad(key, absl::StrCat("shows an argument as ", piece.form, ", which is nothing"));
      }
    }
  }
  return catalogue;
}

std::string Catalogue::Decimal(double value, int places) const {
  return absl::StrReplaceAll(absl::StrFormat("%.*f", places, value), {{".", decimal_point_}});
}

std::string Catalogue::NameOf(const std::string& kind, const std::string& code) const {
  for (const CodeNames* names : {&own_names_, &names_}) {
    const auto of_kind = names->find(kind);
    if (of_kind == names->end()) continue;
    const auto name = of_kind->second.find(code);
    if (name != of_kind->second.end()) return name->second;
  }
  return code;
}

std::string Catalogue::ShowOne(const std::string& form, const std::string& value) const {
  constexpr double kMicrosAPoint = 10'000;
  constexpr double kMicrosAPercent = 10'000;
  if (form.empty()) return value;
  if (form == "points") return Decimal(NumberOf(value) / kMicrosAPoint, 1);
  if (form == "signed")
    return absl::StrCat(NumberOf(value) > 0 ? "+" : "", Decimal(NumberOf(value) / kMicrosAPoint, 1));
  if (form == "percent") return Decimal(NumberOf(value) / kMicrosAPercent, 1);
  if (form != "feature") return NameOf(form, value);
  // "LANGUAGE:prs": a code that brings its kind along.
  const std::pair<std::string, std::string> parts = absl::StrSplit(value, absl::MaxSplits(':', 1));
  return NameOf(parts.first, parts.second);
}

std::string Catalogue::Show(const Piece& piece, const std::string& value) const {
  if (piece.joined_by.empty()) return ShowOne(piece.form, value);
  const std::vector<std::string> values = absl::StrSplit(value, ',', absl::SkipEmpty());
  std::string text;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += i + 1 < values.size() ? ", " : absl::StrCat(" ", piece.joined_by == "and" ? and_ : or_, " ");
    text += ShowOne(piece.form, values[i]);
  }
  return text;
}

const Catalogue::Text& Catalogue::TextFor(const Entry& entry, const SentenceArguments& arguments) const {
  const auto number = arguments.find(entry.plural_of);
  if (entry.plural_of.empty() || number == arguments.end()) return entry.other;
  if (number->second == "0" && !entry.zero.empty()) return entry.zero;
  return number->second == "1" && !entry.one.empty() ? entry.one : entry.other;
}

std::string Catalogue::Render(const Sentence& sentence) const {
  const auto entry = entries_.find(sentence.key);
  if (entry == entries_.end()) return sentence.key;
  std::string text;
  for (const Piece& piece : TextFor(entry->second, sentence.arguments)) {
    const auto argument = sentence.arguments.find(piece.argument);
    text += piece.argument.empty()                 ? piece.text
            : argument == sentence.arguments.end() ? ""
                                                   : Show(piece, argument->second);
  }
  return text;
}

std::map<std::string, std::set<std::string>> Catalogue::Uses() const {
  std::map<std::string, std::set<std::string>> uses;
  for (const auto& [key, entry] : entries_) {
    std::set<std::string>& arguments = uses[key];
    if (!entry.plural_of.empty()) arguments.insert(entry.plural_of);
    for (const Text* pieces : {&entry.zero, &entry.one, &entry.other}) {
      for (const Piece& piece : *pieces) {
        if (!piece.argument.empty()) arguments.insert(piece.argument);
      }
    }
  }
  return uses;
}

std::map<std::string, std::set<std::string>> Catalogue::Names() const {
  std::map<std::string, std::set<std::string>> names;
  for (const auto& [kind, codes] : own_names_) {
    for (const auto& [code, name] : codes) names[kind].insert(code);
  }
  return names;
}

}  // namespace brygga::matching
