#include "services/participant/domain/participant.h"

#include <openssl/sha.h>

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ids/resource_name.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/participant/domain/form.h"

namespace brygga::participant {
namespace {

constexpr int kOldestYear = 1890;
constexpr int kLatestYear = 2100;

std::string Sha256Hex(const std::string& text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

// Collects what is wrong.
class Findings {
 public:
  void Expect(bool fine, const std::string& field, const std::string& mend) {
    if (!fine) violations_.push_back({"participant." + field, mend});
  }
  void ExpectForm(const std::string& text, bool fine, const std::string& field, const std::string& mend) {
    Expect(text.empty() || fine, field, mend);
  }
  void ExpectLength(const std::string& text, size_t most, const std::string& field) {
    Expect(Length(text) <= most, field, absl::StrCat("is longer than ", most, " characters; shorten it"));
  }
  void ExpectRange(int value, int least, int most, const std::string& field) {
    Expect(value >= least && value <= most, field, absl::StrCat("must be from ", least, " to ", most));
  }
  // All items well formed, none twice, at most `most`.
  template <typename T, typename Form>
  void ExpectItems(const std::vector<T>& items, size_t most, const std::string& field, const std::string& mend,
                   Form form) {
    Expect(items.size() <= most, field, absl::StrCat("has more than ", most, " elements"));
    std::set<T> seen;
    for (size_t i = 0; i < items.size() && i < most; ++i) {
      const std::string path = absl::StrCat(field, "[", i, "]");
      Expect(form(items[i]), path, mend);
      Expect(seen.insert(items[i]).second, path, "is there twice; leave one out");
    }
  }

  std::vector<FieldViolation> Take() { return std::move(violations_); }

 private:
  std::vector<FieldViolation> violations_;
};

void CheckPerson(const Participant& person, Findings& findings) {
  if (person.external_ref) {
    findings.Expect(!person.external_ref->source.empty(), "external_ref.source", "must be set");
    findings.Expect(!person.external_ref->key.empty(), "external_ref.key", "must be set");
    findings.ExpectLength(person.external_ref->source, 40, "external_ref.source");
    findings.ExpectLength(person.external_ref->key, 80, "external_ref.key");
  }
  findings.Expect(!person.given_name.empty(), "given_name", "must be set");
  findings.ExpectLength(person.given_name, 100, "given_name");
  findings.ExpectLength(person.family_name, 100, "family_name");
  findings.ExpectForm(person.email, IsEmail(person.email), "email", "must be an e-mail address: name@example.org");
  if (person.birth_year != 0) findings.ExpectRange(person.birth_year, kOldestYear, kLatestYear, "birth_year");
  if (person.birth_date) {
    findings.Expect(person.birth_date->year() >= kOldestYear && person.birth_date->year() <= kLatestYear, "birth_date",
                    absl::StrCat("must lie from ", kOldestYear, " to ", kLatestYear));
    findings.Expect(person.birth_year == 0 || person.birth_year == person.birth_date->year(), "birth_year",
                    "contradicts birth_date; leave it out or give the year of the date");
  }
  findings.ExpectRange(person.capacity, 0, 100, "capacity");
}

void CheckProfile(const Profile& profile, Findings& findings) {
  findings.Expect(profile.languages.size() <= 20, "profile.languages", "has more than 20 elements");
  std::set<std::string> languages;
  for (size_t i = 0; i < profile.languages.size() && i < 20; ++i) {
    const LanguageSkill& skill = profile.languages[i];
    const std::string path = absl::StrCat("profile.languages[", i, "]");
    findings.Expect(IsLanguage(skill.language), path + ".language", "must be a language code such as sv or en");
    findings.Expect(skill.level != CefrLevel::kUnspecified, path + ".level",
                    "must be one of A1, A2, B1, B2, C1, C2, NATIVE");
    findings.Expect(languages.insert(skill.language).second, path + ".language", "is there twice; leave one out");
  }
  findings.ExpectForm(profile.sun_level, IsDigits(profile.sun_level, 1, 3), "profile.sun_level",
                      "must be a SUN 2020 level of one to three digits, such as 53");
  findings.ExpectForm(profile.sun_field, IsSunField(profile.sun_field), "profile.sun_field",
                      "must be a SUN 2020 field such as 345");
  findings.ExpectForm(profile.ssyk4, IsDigits(profile.ssyk4, 4, 4), "profile.ssyk4",
                      "must be an SSYK 2012 code of four digits, such as 2512");
  findings.ExpectForm(profile.target_ssyk4, IsDigits(profile.target_ssyk4, 4, 4), "profile.target_ssyk4",
                      "must be an SSYK 2012 code of four digits, such as 2512");
  findings.ExpectForm(profile.occupation_id, IsConcept(profile.occupation_id), "profile.occupation_id",
                      "must be a concept id such as iWoz_Qa7_UQC");
  findings.ExpectRange(profile.years_experience, 0, 80, "profile.years_experience");
  findings.ExpectRange(profile.rounds_before, 0, 1000, "profile.rounds_before");
  findings.ExpectItems(profile.skills, 50, "profile.skills", "must be a concept id such as QAaJ_QeY_Q6P", IsConcept);
  findings.ExpectForm(profile.municipality_code, IsDigits(profile.municipality_code, 4, 4), "profile.municipality_code",
                      "must be a municipality code of four digits, such as 0180");
  if (profile.max_distance_km) findings.ExpectRange(*profile.max_distance_km, 0, 2000, "profile.max_distance_km");
  findings.ExpectItems(profile.slots, 21, "profile.slots", "must be a slot such as MON_LUNCH",
                       [](Slot slot) { return slot != Slot::kUnspecified; });
  findings.ExpectForm(profile.employer, MatchesResourceName("organisations/*", profile.employer), "profile.employer",
                      "must name an organisation: organisations/{organisation}");
  findings.ExpectItems(profile.goals, 20, "profile.goals", "must be an upper-case code such as CV_FEEDBACK", IsCode);
}

void CheckBackground(const Background& background, Findings& findings) {
  findings.ExpectForm(background.origin_country, IsCountry(background.origin_country), "background.origin_country",
                      "must be a country code of two upper-case letters, such as SE");
  if (background.arrival_year != 0) {
    findings.ExpectRange(background.arrival_year, kOldestYear, kLatestYear, "background.arrival_year");
  }
}

}  // namespace

const list::Schema kParticipantSchema = {
    {.name = "external_source"},
    {.name = "external_key"},
    {.name = "municipality_code"},
    {.name = "availability", .kind = list::FieldKind::kEnum, .enum_values = AllWords<Availability>()},
    {.name = "employer"},
    {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes},
};

list::Value ParticipantField(const Participant& person, std::string_view field) {
  const ExternalRef ref = person.external_ref.value_or(ExternalRef());
  if (field == "external_source") return ref.source;
  if (field == "external_key") return ref.key;
  if (field == "municipality_code") return person.profile.municipality_code;
  if (field == "availability") return WordOf(person.availability);
  if (field == "employer") return person.profile.employer;
  if (field == "create_time") return absl::ToUnixMicros(person.created_at);
  return person.id.value();
}

std::vector<FieldViolation> CheckParticipant(const Participant& person, const Background& background) {
  Findings findings;
  CheckPerson(person, findings);
  CheckProfile(person.profile, findings);
  CheckBackground(background, findings);
  return findings.Take();
}

Participant Completed(Participant person) {
  if (person.birth_date) person.birth_year = static_cast<int>(person.birth_date->year());
  if (person.capacity == 0) person.capacity = 1;
  if (person.availability == Availability::kUnspecified) person.availability = Availability::kAvailable;
  if (person.profile.version == 0) person.profile.version = 1;
  return person;
}

absl::StatusOr<Participant> UpdateParticipant(const Participant& before, Participant wanted, std::string_view etag,
                                              absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, NameOf(before.id)));
  if (wanted.external_ref && wanted.external_ref != before.external_ref) {
    return InvalidFields({{"participant.external_ref", "cannot be changed; leave it out or repeat it"}});
  }
  wanted = Completed(std::move(wanted));
  wanted.id = before.id;
  wanted.revision = before.revision;
  wanted.created_at = before.created_at;
  wanted.updated_at = before.updated_at;
  wanted.external_ref = before.external_ref;
  wanted.profile.version = before.profile.version;
  if (wanted == before) return before;
  if (wanted.profile != before.profile) ++wanted.profile.version;
  wanted.revision = before.revision + 1;
  wanted.updated_at = now;
  return wanted;
}

std::string LikenessOf(const Participant& person) {
  if (person.birth_year == 0) return "";
  return Sha256Hex(absl::StrCat(Folded(person.given_name), "\n", Folded(person.family_name), "\n", person.birth_year));
}

std::string ComparableEmail(const Participant& person) { return Folded(person.email); }

AgeAnswer CheckAge(const Participant& person, Date on, std::optional<int> least, std::optional<int> most) {
  const auto inside = [&](int age) { return (!least || age >= *least) && (!most || age <= *most); };
  if (person.birth_date) return inside(AgeOn(*person.birth_date, on)) ? AgeAnswer::kYes : AgeAnswer::kNo;
  if (person.birth_year == 0) return AgeAnswer::kNeedsEvidence;
  const int oldest = static_cast<int>(on.year()) - person.birth_year;
  const bool before_birthday = inside(oldest - 1);
  if (before_birthday != inside(oldest)) return AgeAnswer::kNeedsEvidence;
  return before_birthday ? AgeAnswer::kYes : AgeAnswer::kNo;
}

std::string TieKeyOf(const Participant& person) {
  if (!person.external_ref) return Sha256Hex(NameOf(person.id));
  return Sha256Hex(absl::StrCat(person.external_ref->source, "/", person.external_ref->key));
}

}  // namespace brygga::participant
