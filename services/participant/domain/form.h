// The forms that texts of this service have: for rows of a file, which are
// judged one by one and not at the door.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FORM_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FORM_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace brygga::participant {

// Unicode code points in UTF-8 text.
size_t Length(std::string_view text);

// True for `least` to `most` digits.
bool IsDigits(std::string_view text, size_t least, size_t most);
// "sv", "ckb".
bool IsLanguage(std::string_view text);
// "SE".
bool IsCountry(std::string_view text);
// "IMPORT_FILE".
bool IsCode(std::string_view text);
// "hVq9_mTt_xkv".
bool IsConcept(std::string_view text);
// One to three digits, a letter may follow.
bool IsSunField(std::string_view text);
// Something, one @ and a domain with a dot; no spaces.
bool IsEmail(std::string_view text);

// Folds case over all of Unicode, and runs of white space into one space: two
// spellings of one name become equal.
std::string Folded(std::string_view text);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FORM_H_
