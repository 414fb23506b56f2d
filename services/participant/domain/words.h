// The words of the domain that come from a fixed list, and how each is written
// in SQL, in messages and, behind its prefix, in proto. The order is proto's.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_WORDS_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_WORDS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace brygga::participant {

enum class Gender { kUnspecified, kFemale, kMale, kOther };
enum class CefrLevel { kUnspecified, kA1, kA2, kB1, kB2, kC1, kC2, kNative };
enum class MeetingFormat { kUnspecified, kOnsite, kDigital, kEither };
enum class Availability { kUnspecified, kAvailable, kPaused };
enum class ResidenceStatus { kUnspecified, kCitizen, kPermanent, kTemporary, kEuRight, kAsylumPending };
enum class Purpose { kUnspecified, kProgramme, kMatching, kStatistics, kPublication, kFollowUp };
enum class ConsentChannel { kUnspecified, kWeb, kEmail, kPaper, kPhone, kInPerson, kImport };
enum class ProgrammeKind {
  kUnspecified,
  kVocational,
  kLanguage,
  kYouth,
  kReverse,
  kMutual,
  kJobTrack,
  kPlacement,
  kCourse
};
enum class Role { kUnspecified, kAdept, kMentor, kSupervisor, kKeyPerson, kVolunteer, kJobseeker, kHost };
enum class LegalBasis { kUnspecified, kConsent, kPublicTask, kContract, kLegalObligation };
enum class RuleOperator { kUnspecified, kEquals, kNotEquals, kAtLeast, kAtMost, kIn, kNotIn };
enum class CohortState { kUnspecified, kDraft, kOpen, kClosed, kMatching, kRunning, kFollowUp, kCompleted, kCancelled };
enum class EnrolmentState {
  kUnspecified,
  kApplied,
  kUnderReview,
  kDenied,
  kWaitlisted,
  kEnrolled,
  kCompleted,
  kWithdrawn
};
enum class ReferralSource { kUnspecified, kArbetsformedlingen, kJobbtorg, kSfi, kSfx, kPartner, kSelf, kFriend };
enum class Verdict { kUnspecified, kEligible, kIneligible, kNeedsEvidence };
enum class CriterionOutcome { kUnspecified, kFailed, kUnknown };
enum class ScreeningKind { kUnspecified, kInterview, kReferences, kRecordExtract };
enum class ScreeningState { kUnspecified, kPending, kPassed, kFailed, kExpired };
enum class RowConsent { kUnspecified, kGiven, kRefused, kNotAsked };
enum class ImportOutcome { kUnspecified, kCreated, kUpdated, kUnchanged, kRefused, kNoConsent, kDuplicate, kAmbiguous };
enum class AgeAnswer { kUnspecified, kYes, kNo, kNeedsEvidence };
enum class EnquiryState { kUnspecified, kNew, kAnswered, kConverted, kDeleted };
enum class DataSubjectRequestKind { kUnspecified, kErasure };
enum class DataSubjectRequestState { kUnspecified, kOpen, kCompleted };
enum class HolderState { kUnspecified, kPending, kAcknowledged, kOverdue };

// A weekly time: seven days of lunch, afternoon and evening, from Monday's
// lunch, which is 1.
enum class Slot { kUnspecified = 0, kMonLunch = 1, kSunEvening = 21 };

template <typename E>
inline constexpr std::nullptr_t kWords = nullptr;

template <size_t N>
using Words = std::array<std::string_view, N>;

template <>
inline constexpr Words<4> kWords<Gender> = {"", "FEMALE", "MALE", "OTHER"};
template <>
inline constexpr Words<8> kWords<CefrLevel> = {"", "A1", "A2", "B1", "B2", "C1", "C2", "NATIVE"};
template <>
inline constexpr Words<4> kWords<MeetingFormat> = {"", "ONSITE", "DIGITAL", "EITHER"};
template <>
inline constexpr Words<3> kWords<Availability> = {"", "AVAILABLE", "PAUSED"};
template <>
inline constexpr Words<6> kWords<ResidenceStatus> = {"",          "CITIZEN",  "PERMANENT",
                                                     "TEMPORARY", "EU_RIGHT", "ASYLUM_PENDING"};
template <>
inline constexpr Words<6> kWords<Purpose> = {"", "PROGRAMME", "MATCHING", "STATISTICS", "PUBLICATION", "FOLLOW_UP"};
template <>
inline constexpr Words<7> kWords<ConsentChannel> = {"", "WEB", "EMAIL", "PAPER", "PHONE", "IN_PERSON", "IMPORT"};
template <>
inline constexpr Words<9> kWords<ProgrammeKind> = {"",       "VOCATIONAL", "LANGUAGE",  "YOUTH", "REVERSE",
                                                   "MUTUAL", "JOB_TRACK",  "PLACEMENT", "COURSE"};
template <>
inline constexpr Words<8> kWords<Role> = {"",           "ADEPT",     "MENTOR",    "SUPERVISOR",
                                          "KEY_PERSON", "VOLUNTEER", "JOBSEEKER", "HOST"};
template <>
inline constexpr Words<5> kWords<LegalBasis> = {"", "CONSENT", "PUBLIC_TASK", "CONTRACT", "LEGAL_OBLIGATION"};
template <>
inline constexpr Words<7> kWords<RuleOperator> = {"", "EQUALS", "NOT_EQUALS", "AT_LEAST", "AT_MOST", "IN", "NOT_IN"};
template <>
inline constexpr Words<9> kWords<CohortState> = {"",        "DRAFT",     "OPEN",      "CLOSED",   "MATCHING",
                                                 "RUNNING", "FOLLOW_UP", "COMPLETED", "CANCELLED"};
template <>
inline constexpr Words<8> kWords<EnrolmentState> = {"",           "APPLIED",  "UNDER_REVIEW", "DENIED",
                                                    "WAITLISTED", "ENROLLED", "COMPLETED",    "WITHDRAWN"};
template <>
inline constexpr Words<8> kWords<ReferralSource> = {
    "", "ARBETSFORMEDLINGEN", "JOBBTORG", "SFI", "SFX", "PARTNER", "SELF", "FRIEND"};
template <>
inline constexpr Words<4> kWords<Verdict> = {"", "ELIGIBLE", "INELIGIBLE", "NEEDS_EVIDENCE"};
template <>
inline constexpr Words<3> kWords<CriterionOutcome> = {"", "FAILED", "UNKNOWN"};
template <>
inline constexpr Words<4> kWords<ScreeningKind> = {"", "INTERVIEW", "REFERENCES", "RECORD_EXTRACT"};
template <>
inline constexpr Words<5> kWords<ScreeningState> = {"", "PENDING", "PASSED", "FAILED", "EXPIRED"};
template <>
inline constexpr Words<4> kWords<RowConsent> = {"", "GIVEN", "REFUSED", "NOT_ASKED"};
template <>
inline constexpr Words<8> kWords<ImportOutcome> = {"",        "CREATED",    "UPDATED",   "UNCHANGED",
                                                   "REFUSED", "NO_CONSENT", "DUPLICATE", "AMBIGUOUS"};
template <>
inline constexpr Words<4> kWords<AgeAnswer> = {"", "YES", "NO", "NEEDS_EVIDENCE"};
template <>
inline constexpr Words<5> kWords<EnquiryState> = {"", "NEW", "ANSWERED", "CONVERTED", "DELETED"};
template <>
inline constexpr Words<2> kWords<DataSubjectRequestKind> = {"", "ERASURE"};
template <>
inline constexpr Words<3> kWords<DataSubjectRequestState> = {"", "OPEN", "COMPLETED"};
template <>
inline constexpr Words<4> kWords<HolderState> = {"", "PENDING", "ACKNOWLEDGED", "OVERDUE"};
template <>
inline constexpr Words<22> kWords<Slot> = {"",
                                           "MON_LUNCH",
                                           "MON_AFTERNOON",
                                           "MON_EVENING",
                                           "TUE_LUNCH",
                                           "TUE_AFTERNOON",
                                           "TUE_EVENING",
                                           "WED_LUNCH",
                                           "WED_AFTERNOON",
                                           "WED_EVENING",
                                           "THU_LUNCH",
                                           "THU_AFTERNOON",
                                           "THU_EVENING",
                                           "FRI_LUNCH",
                                           "FRI_AFTERNOON",
                                           "FRI_EVENING",
                                           "SAT_LUNCH",
                                           "SAT_AFTERNOON",
                                           "SAT_EVENING",
                                           "SUN_LUNCH",
                                           "SUN_AFTERNOON",
                                           "SUN_EVENING"};

// The word of `value`: "ASYLUM_PENDING". Empty for kUnspecified.
template <typename E>
std::string WordOf(E value) {
  return std::string(kWords<E>.at(static_cast<size_t>(value)));
}

// The value whose word is `text`; kUnspecified where there is none.
template <typename E>
E FromWord(std::string_view text) {
  const auto found = std::find(kWords<E>.begin(), kWords<E>.end(), text);
  return found == kWords<E>.end() ? E{} : static_cast<E>(found - kWords<E>.begin());
}

// All words but the empty one.
template <typename E>
std::vector<std::string> AllWords() {
  return std::vector<std::string>(kWords<E>.begin() + 1, kWords<E>.end());
}

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_WORDS_H_
