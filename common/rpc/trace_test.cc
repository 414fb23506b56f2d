#include "common/rpc/trace.h"

#include <gtest/gtest.h>

namespace brygga::rpc {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kSpan[] = "00f067aa0ba902b7";

std::string Header(const std::string& flags) { return std::string("00-") + kTrace + "-" + kSpan + "-" + flags; }

TEST(TraceTest, ASpanContinuesTheTraceItIsGiven) {
  const TraceContext span(Header("01"));

  EXPECT_EQ(span.trace_id(), kTrace);
  EXPECT_EQ(span.parent_id(), kSpan);
  EXPECT_NE(span.span_id(), kSpan);
  EXPECT_EQ(span.header(), "00-" + std::string(span.trace_id()) + "-" + std::string(span.span_id()) + "-01");
}

TEST(TraceTest, TheSamplingFlagIsCarriedOn) {
  EXPECT_FALSE(TraceContext(Header("00")).sampled());
  EXPECT_TRUE(TraceContext(Header("03")).sampled());
  EXPECT_FALSE(TraceContext(Header("0a")).sampled());
}

TEST(TraceTest, AMalformedHeaderStartsANewTrace) {
  const std::string zero_trace = "00-00000000000000000000000000000000-" + std::string(kSpan) + "-01";
  for (const std::string& header : {std::string(), std::string("x"), Header("0"), Header("0g"), Header("01-x"),
                                    "ff" + Header("01").substr(2), zero_trace, std::string(55, '-')}) {
    const TraceContext span(header);
    EXPECT_EQ(span.trace_id().size(), 32u) << header;
    EXPECT_NE(span.trace_id(), kTrace) << header;
    EXPECT_EQ(span.parent_id(), "") << header;
  }
}

TEST(TraceTest, ALaterVersionMayAddToTheHeader) {
  EXPECT_EQ(TraceContext("01" + Header("01").substr(2) + "-more").trace_id(), kTrace);
}

}  // namespace
}  // namespace brygga::rpc
