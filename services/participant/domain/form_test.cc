#include "services/participant/domain/form.h"

#include <gtest/gtest.h>

namespace brygga::participant {
namespace {

TEST(FormTest, FoldingIgnoresCaseAndSpacingInEveryScript) {
  EXPECT_EQ(Folded("CHIH-HAO"), Folded("chih-hao"));
  EXPECT_EQ(Folded("LAZĂR Åström"), Folded("lazăr  åSTRÖM "));
  EXPECT_EQ(Folded("ΑΘΗΝΆ"), Folded("αθηνά"));
  EXPECT_EQ(Folded("ОКСАНА"), Folded("оксана"));
  EXPECT_NE(Folded("Åsa"), Folded("Asa"));
}

TEST(FormTest, FoldingSurvivesBytesThatAreNotText) { EXPECT_FALSE(Folded("\xff\xc3").empty()); }

TEST(FormTest, LengthCountsCodePoints) { EXPECT_EQ(Length("Åsa"), 3u); }

TEST(FormTest, FormsAreExact) {
  EXPECT_TRUE(IsLanguage("sv"));
  EXPECT_FALSE(IsLanguage("SV"));
  EXPECT_FALSE(IsLanguage("svenska"));
  EXPECT_TRUE(IsCode("CV_FEEDBACK"));
  EXPECT_FALSE(IsCode("cv_feedback"));
  EXPECT_TRUE(IsConcept("hVq9_mTt_xkv"));
  EXPECT_FALSE(IsConcept("hVq9 mTt"));
  EXPECT_TRUE(IsSunField("345"));
  EXPECT_TRUE(IsSunField("345a"));
  EXPECT_FALSE(IsSunField("a"));
  EXPECT_TRUE(IsEmail("a@b.example"));
  EXPECT_FALSE(IsEmail("a@b"));
  EXPECT_FALSE(IsEmail("@b.example"));
  EXPECT_FALSE(IsEmail("a@@b.example"));
  EXPECT_FALSE(IsEmail("a b@c.example"));
}

}  // namespace
}  // namespace brygga::participant
