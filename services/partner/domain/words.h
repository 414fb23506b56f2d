// Enums and the words for them: the same words in SQL, filters, messages and,
// with the enum's prefix, in proto. The numbers are proto's too.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_WORDS_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_WORDS_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/check.h"

namespace brygga::partner {

enum class Sector { kPrivate = 1, kCivilSociety, kPublic };
enum class OrganisationKind { kCompany = 1, kMunicipality, kRegion, kAgency, kAssociation, kSocialEnterprise, kUnion };
enum class MembershipKind { kMember = 1, kJobPartner };
enum class AgreementKind { kMentorPartner = 1, kStrategicPartner, kNetwork };
enum class AgreementStatus { kUpcoming = 1, kActive, kEnded };
enum class ServiceKind {
  kStrategicGuidance = 1,
  kCompetenceDevelopment,
  kNetworkMeeting,
  kMentorship,
  kNewsletter,
  kMarketing,
  kConsulting,
  kRecruitment,
  kTraining
};
enum class ContactRole { kGeneral = 1, kProgramme, kRecruitment, kAgreement };
enum class OpeningKind {
  kInternship = 1,
  kWorkExperience,
  kHolidayJob,
  kSummerJob,
  kExtraJob,
  kMunicipalFixedTerm,
  kJobRotation,
  kEmployment,
  kVolunteer
};
enum class OpeningSubtype { kItHost = 1 };
enum class OpeningHost { kMunicipalUnit = 1, kContractor, kNonProfit };
enum class OpeningState { kDraft = 1, kOpen, kFull, kClosed, kCancelled };
enum class SeatState { kHeld = 1, kConfirmed, kReleased };

namespace internal {

// The words of an enum, the first for the value 1.
template <typename Enum>
inline constexpr std::array<std::string_view, 0> kWords = {};
template <>
inline constexpr auto kWords<Sector> = std::to_array<std::string_view>({"PRIVATE", "CIVIL_SOCIETY", "PUBLIC"});
template <>
inline constexpr auto kWords<OrganisationKind> = std::to_array<std::string_view>({"COMPANY", "MUNICIPALITY", "REGION",
                                                                                  "AGENCY", "ASSOCIATION",
                                                                                  "SOCIAL_ENTERPRISE", "UNION"});
template <>
inline constexpr auto kWords<MembershipKind> = std::to_array<std::string_view>({"MEMBER", "JOB_PARTNER"});
template <>
inline constexpr auto kWords<AgreementKind> = std::to_array<std::string_view>({"MENTOR_PARTNER", "STRATEGIC_PARTNER",
                                                                               "NETWORK"});
template <>
inline constexpr auto kWords<AgreementStatus> = std::to_array<std::string_view>({"UPCOMING", "ACTIVE", "ENDED"});
template <>
inline constexpr auto kWords<ServiceKind> =
    std::to_array<std::string_view>({"STRATEGIC_GUIDANCE", "COMPETENCE_DEVELOPMENT", "NETWORK_MEETING", "MENTORSHIP",
                                     "NEWSLETTER", "MARKETING", "CONSULTING", "RECRUITMENT", "TRAINING"});
template <>
inline constexpr auto kWords<ContactRole> = std::to_array<std::string_view>({"GENERAL", "PROGRAMME", "RECRUITMENT",
                                                                             "AGREEMENT"});
template <>
inline constexpr auto kWords<OpeningKind> = std::to_array<std::string_view>({"INTERNSHIP", "WORK_EXPERIENCE",
                                                                             "HOLIDAY_JOB", "SUMMER_JOB", "EXTRA_JOB",
                                                                             "MUNICIPAL_FIXED_TERM", "JOB_ROTATION",
                                                                             "EMPLOYMENT", "VOLUNTEER"});
template <>
inline constexpr auto kWords<OpeningSubtype> = std::to_array<std::string_view>({"IT_HOST"});
template <>
inline constexpr auto kWords<OpeningHost> = std::to_array<std::string_view>({"MUNICIPAL_UNIT", "CONTRACTOR",
                                                                             "NON_PROFIT"});
template <>
inline constexpr auto kWords<OpeningState> = std::to_array<std::string_view>({"DRAFT", "OPEN", "FULL", "CLOSED",
                                                                              "CANCELLED"});
template <>
inline constexpr auto kWords<SeatState> = std::to_array<std::string_view>({"HELD", "CONFIRMED", "RELEASED"});

}  // namespace internal

// The word for `value`.
template <typename Enum>
std::string NameOf(Enum value) {
  return std::string(internal::kWords<Enum>[static_cast<size_t>(value) - 1]);
}

// The value that `word` stands for. A word that stands for none is our bug:
// words come from our own tables.
template <typename Enum>
Enum FromName(std::string_view word) {
  const auto& words = internal::kWords<Enum>;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) return static_cast<Enum>(i + 1);
  }
  BRYGGA_CHECK(false);
}

// All words of an enum: what a filter may say.
template <typename Enum>
std::vector<std::string> AllNames() {
  return {internal::kWords<Enum>.begin(), internal::kWords<Enum>.end()};
}

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_WORDS_H_
