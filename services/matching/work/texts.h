// The words that the product ships, ready to be said.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_TEXTS_H_
#define BRYGGA_SERVICES_MATCHING_WORK_TEXTS_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/matching/domain/catalogue.h"

namespace brygga::matching {

// Immutable, safe for concurrent use.
class Texts {
 public:
  // Reads `folder`/messages/*.json and, for the names of codes, `folder`/reference.
  //
  // kNotFound: a file is missing. kInvalidArgument: one is not what
  // data/messages/README.md describes; the message names it.
  static absl::StatusOr<Texts> Load(const std::string& folder);

  // The words of a language; "": Swedish.
  //
  // kInvalidArgument INVALID_FIELDS: there are none; those that there are are named.
  absl::StatusOr<const Catalogue*> In(std::string_view language_code) const;

  const std::map<std::string, Catalogue>& all() const { return catalogues_; }

 private:
  std::map<std::string, Catalogue> catalogues_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_TEXTS_H_
