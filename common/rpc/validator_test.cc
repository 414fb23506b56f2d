#include "common/rpc/validator.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "common/rpc/testing_proto/probe.pb.h"

namespace brygga::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::UpdateThingRequest;
using testing::ValidateRequest;

constexpr char kRequired[] = R"(
  required_text: "x" required_message { word: "w" name: "n" } required_colour: COLOUR_RED )";

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// The paths that are wrong in a request that holds `text` besides what is required.
std::vector<std::string> Wrong(const std::string& text) {
  std::vector<std::string> paths;
  for (const FieldViolation& violation : Validate(Parse<ValidateRequest>(kRequired + text))) {
    EXPECT_NE(violation.description, "");
    paths.push_back(violation.field);
  }
  return paths;
}

TEST(ValidatorTest, WhatIsRequiredIsNamedAllAtOnce) {
  EXPECT_THAT(Validate(ValidateRequest()), ElementsAre(FieldViolation{"required_text", "is required"},
                                                       FieldViolation{"required_message", "is required"},
                                                       FieldViolation{"required_colour", "is required"}));
}

TEST(ValidatorTest, AnEmptyFieldPassesEveryOtherRule) { EXPECT_THAT(Wrong(""), IsEmpty()); }

struct Rule {
  const char* field;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

class ValidatorRuleTest : public ::testing::TestWithParam<Rule> {};

TEST_P(ValidatorRuleTest, GoodValuesPassAndBadOnesAreNamed) {
  const Rule& rule = GetParam();
  for (const std::string& value : rule.good) {
    EXPECT_THAT(Wrong(std::string(rule.field) + ": " + value), IsEmpty()) << value;
  }
  for (const std::string& value : rule.bad) {
    EXPECT_THAT(Wrong(std::string(rule.field) + ": " + value), ElementsAre(rule.field)) << value;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rules, ValidatorRuleTest,
    ::testing::Values(
        Rule{"short_text", {"\"ab\"", "\"abcd\"", "\"åäöü\""}, {"\"a\"", "\"ö\"", "\"abcde\"", "\"åäöüé\""}},
        Rule{"short_bytes", {"\"abcd\"", "\"åä\""}, {"\"abcde\"", "\"åäö\""}},
        Rule{"uuid",
             {"\"018f0d3e-7b3a-7000-8000-0123456789ab\"", "\"018F0D3E-7B3A-7000-8000-0123456789AB\""},
             {"\"018f0d3e7b3a700080000123456789ab\"", "\"x18f0d3e-7b3a-7000-8000-0123456789ab\"", "\" \"",
              "\"{018f0d3e-7b3a-7000-8000-0123456789ab}\""}},
        Rule{"date", {"\"2024-02-29\""}, {"\"2023-02-29\"", "\"2024-2-9\"", "\"20240229\"", "\"2024-02-29T00:00\""}},
        Rule{"local_time",
             {"\"2024-02-29T23:59:59\""},
             {"\"2024-02-29T24:00:00\"", "\"2024-02-29 10:00:00\"", "\"2024-02-29T10:00:00Z\""}},
        Rule{"time_zone",
             {"\"Europe/Stockholm\"", "\"UTC\""},
             {"\"Stockholm\"", "\"/etc/passwd\"", "\"../x/y\"", "\"localtime\"", "\"Europe/Atlantis\""}},
        Rule{"email",
             {"\"a@b.se\"", "\"first.last+tag@sub.example.com\"", "\"åsa@exempel.se\""},
             {"\"a\"", "\"@b.se\"", "\"a@\"", "\"a@b\"", "\"a@@b.se\"", "\"a b@c.se\"", "\".a@b.se\"", "\"a..b@c.se\"",
              "\"a@-b.se\"", "\"a@b..se\"", "\"<a@b.se>\""}},
        Rule{"country", {"\"SE\""}, {"\"se\"", "\"S\"", "\"SWE\"", "\"S1\""}},
        Rule{"language", {"\"sv\"", "\"tig\""}, {"\"SV\"", "\"s\"", "\"sven\"", "\"sv-\""}},
        Rule{"municipality", {"\"0180\""}, {"\"180\"", "\"01800\"", "\"018a\""}},
        Rule{"ssyk4", {"\"2512\""}, {"\"251\"", "\"25121\"", "\"25.2\""}},
        Rule{"sun_level", {"\"5\"", "\"53\"", "\"536\""}, {"\"5366\"", "\"5a\"", "\"a\""}},
        Rule{"sun_field", {"\"4\"", "\"481\"", "\"481a\"", "\"48z\""}, {"\"4811\"", "\"a\"", "\"48aa\"", "\"481-\""}},
        Rule{"sni", {"\"A\"", "\"U\"", "\"62\""}, {"\"V\"", "\"a\"", "\"6\"", "\"620\"", "\"AB\""}},
        Rule{"organisation_number",
             {"\"556036-0793\"", "\"5560360793\"", "\"212000-0142\""},
             {"\"556036-0794\"", "\"5560360794\"", "\"55603-60793\"", "\"556036 0793\"", "\"165560360793\"",
              "\"55603607-3\""}},
        Rule{"code", {"\"PUBLIC\"", "\"A_1\""}, {"\"public\"", "\"_A\"", "\"1A\"", "\"A-B\""}},
        Rule{"concept_id",
             {"\"rQds_YGd_quU\"", "\"a-b\""},
             {"\"a b\"", "\"a.b\"", "\"å\"", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""}},
        Rule{"url",
             {"\"https://brygga.se\"", "\"http://x.se:8080/a?b#c\"", "\"https://localhost/\""},
             {"\"ftp://x.se\"", "\"https://\"", "\"javascript:alert(1)\"", "\"https://a b.se\"", "\"https://x.se/ b\"",
              "\"https://x.se:port\"", "\"https://user@x.se\""}},
        Rule{"phone",
             {"\"+46 11-12 34 56\"", "\"01112\""},
             {"\"1234\"", "\"+\"", "\"0701234567a\"", "\"-----\"", "\"012345678901234567890\""}},
        Rule{"resource",
             {"\"programmes/p/cohorts/c\"", "\"participants/018f0d3e-7b3a\""},
             {"\"programmes/p\"", "\"programmes/p/cohorts/\"", "\"programmes/p/cohorts/c/d\"", "\"participants/a b\"",
              "\"/participants/a\"", "\"Participants/a\""}},
        Rule{"small", {"1", "10", "0"}, {"-1", "11"}},
        Rule{"at_least", {"-5", "9223372036854775807"}, {"-6", "-9223372036854775808"}},
        Rule{"at_most", {"7"}, {"8", "18446744073709551615"}},
        Rule{"share", {"0.5", "1"}, {"-0.1", "1.01", "nan", "inf"}}, Rule{"present", {"1"}, {"0", "-1"}},
        Rule{"colour", {"COLOUR_RED", "COLOUR_UNSPECIFIED"}, {"3"}}, Rule{"mask", {"{ paths: \"word\" }", "{}"}, {}},
        Rule{
            "instant", {"{ seconds: 0 }", "{ seconds: 253402300799 }"}, {"{ seconds: 253402300800 }", "{ nanos: -1 }"}},
        Rule{"day",
             {"{ year: 2024 month: 2 day: 29 }"},
             {"{ year: 2023 month: 2 day: 29 }", "{ year: 2024 }", "{ month: 1 day: 1 }", "{}"}},
        Rule{"time", {"{}", "{ hours: 23 minutes: 59 seconds: 59 }"}, {"{ hours: 24 }", "{ minutes: 60 }"}}),
    [](const auto& info) { return std::string(info.param.field); });

TEST(ValidatorTest, ListsAreCountedAndComparedAndTheirElementsJudged) {
  EXPECT_THAT(Wrong("words: 'a' words: 'b'"), IsEmpty());
  EXPECT_THAT(Wrong("words: 'a'"), ElementsAre("words"));
  EXPECT_THAT(Wrong("words: ['a', 'b', 'c', 'd']"), ElementsAre("words"));
  EXPECT_THAT(Wrong("words: ['a', 'b', 'a']"), ElementsAre("words[2]"));
  EXPECT_THAT(Wrong("words: ['a', 'long']"), ElementsAre("words[1]"));
  EXPECT_THAT(Wrong("words: ['a', '']"), ElementsAre("words[1]"));
  EXPECT_THAT(Wrong("numbers: [1, 2, 10, 2]"), ElementsAre("numbers[3]", "numbers[2]"));
  EXPECT_THAT(Wrong("colours: [COLOUR_RED, COLOUR_UNSPECIFIED, 7]"), ElementsAre("colours[1]", "colours[2]"));
}

TEST(ValidatorTest, MessagesAreEnteredAndTheirFieldsNamedByPath) {
  EXPECT_THAT(Wrong("nested { word: 'toolong' name: 'n' more { name: 'n' } more { word: 'w' } }"),
              ElementsAre("nested.word", "nested.more[0].word", "nested.more[1].name"));
}

TEST(ValidatorTest, MessagesMarkedAnyValueAreNotEntered) { EXPECT_THAT(Wrong("rows { word: 'toolong' }"), IsEmpty()); }

TEST(ValidatorTest, ButTheirNumberIsCounted) {
  EXPECT_THAT(Wrong("rows {} rows {} rows {} rows {}"), ElementsAre("rows"));
}

TEST(ValidatorTest, APathOutsideTheMaskThatAMethodAcceptsIsNamed) {
  EXPECT_THAT(Wrong("mask { paths: 'word' paths: 'colour' }"), ElementsAre("mask.paths[1]"));
}

TEST(ValidatorTest, WhatTheServiceSetsIsNotLookedAt) { EXPECT_THAT(Wrong("output: 'too long'"), IsEmpty()); }

TEST(ValidatorTest, ValuesAreNeverRepeated) {
  for (const FieldViolation& violation :
       Validate(Parse<ValidateRequest>("uuid: 'secret' email: 'secret' small: 4711"))) {
    EXPECT_THAT(violation.description, Not(HasSubstr("secret")));
    EXPECT_THAT(violation.description, Not(HasSubstr("4711")));
  }
}

TEST(ValidatorTest, AnUpdateIsJudgedByWhatItsMaskNames) {
  const auto wrong = [](const std::string& text) { return Validate(Parse<UpdateThingRequest>(text)); };

  EXPECT_THAT(wrong("thing { size: 1 } update_mask { paths: 'size' }"), IsEmpty());
  EXPECT_THAT(wrong("thing { size: 1 } update_mask { paths: 'title' }"),
              ElementsAre(FieldViolation{"thing.title", "is required"}));
  EXPECT_THAT(wrong("thing { size: 1 }"), ElementsAre(FieldViolation{"thing.title", "is required"}));
  EXPECT_THAT(wrong("thing { nested {} } update_mask { paths: 'nested.word' }"),
              ElementsAre(FieldViolation{"thing.nested.word", "is required"}));
  EXPECT_THAT(wrong("update_mask { paths: 'size' }"), ElementsAre(FieldViolation{"thing", "is required"}));
}

TEST(ValidatorTest, AHundredWrongFieldsAreEnough) {
  ValidateRequest request = Parse<ValidateRequest>(kRequired);
  for (int i = 0; i < 1000; ++i) request.add_numbers(10 + i);

  EXPECT_EQ(Validate(request).size(), 100u);
}

}  // namespace
}  // namespace brygga::rpc
