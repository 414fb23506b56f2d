// The words of one language: texts by key, and names of codes.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_CATALOGUE_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_CATALOGUE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/matching/domain/sentence.h"

namespace brygga::matching {

// Names of codes by kind: {"language", {{"prs", "dari"}}}.
using CodeNames = std::map<std::string, std::map<std::string, std::string>>;

// Immutable, safe for concurrent use. data/messages/README.md describes the form.
class Catalogue {
 public:
  // `json` is one language's file; `names` are that language's names of codes.
  //
  // kInvalidArgument: not JSON of the form, or a text with a broken placeholder;
  // the message names the key.
  static absl::StatusOr<Catalogue> Parse(std::string_view json, CodeNames names);

  // The sentence in words. A key that has no text is given as it is.
  std::string Render(const Sentence& sentence) const;
  // The name of a code ("language", "prs"), or the code where it has none.
  std::string NameOf(const std::string& kind, const std::string& code) const;

  // Every key, with the names of the arguments that its texts use: what a test
  // holds against AllSentences and against the other language.
  std::map<std::string, std::set<std::string>> Uses() const;
  // The codes that the catalogue itself names (not those of `names`), by kind.
  std::map<std::string, std::set<std::string>> Names() const;

 private:
  // A text in pieces; a piece without argument is plain.
  struct Piece {
    std::string text;
    std::string argument = {}, form = {}, joined_by = {};
  };
  using Text = std::vector<Piece>;
  struct Entry {
    Text other;
    std::string plural_of = {};  // The argument that decides; empty: there is but one text.
    Text one = {}, zero = {};    // Empty: `other`.
  };

  static absl::StatusOr<Text> Cut(std::string_view key, std::string_view text);
  const Text& TextFor(const Entry& entry, const SentenceArguments& arguments) const;
  std::string Show(const Piece& piece, const std::string& value) const;
  std::string ShowOne(const std::string& form, const std::string& value) const;
  std::string Decimal(double value, int places) const;

  std::map<std::string, Entry> entries_;
  CodeNames own_names_, names_;
  std::string decimal_point_, and_, or_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_CATALOGUE_H_
