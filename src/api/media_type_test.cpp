#include "api/media_type.hpp"

#include <gtest/gtest.h>

#include "api/message.hpp"
#include "api/query.hpp"

namespace legroom::api {
namespace {

TEST(MediaType, IsComparedWithoutParametersAndCase) {
    EXPECT_TRUE(is_type("application/sdp", kSdpType));
    EXPECT_TRUE(is_type("Application/SDP; charset=utf-8", kSdpType));
    EXPECT_TRUE(is_type(" application/sdp ", kSdpType));
    for (const char* other :
         {"", "application/json", "application/sdpx", "application", "text/plain; application/sdp"}) {
        EXPECT_FALSE(is_type(other, kSdpType)) << other;
    }
}

struct AcceptCase {
    const char* accept;
    bool wanted;
};

TEST(MediaType, AcceptIsReadByTheMostParticularRange) {  // RFC 9110 §12.5.1
    const AcceptCase cases[] = {
        {"", true},
        {"*/*", true},
        {"application/*", true},
        {"application/sdp", true},
        {"APPLICATION/SDP", true},
        {"text/html, application/sdp;q=0.1", true},
        {"text/html;level=1 , */* ; q=0.5", true},
        {"*/*;q=0, application/sdp", true},
        {"application/json", false},
        {"text/*", false},
        {"appl*", false},
        {"*", false},
        {",;,", false},
        {"application/sdp;q=0", false},
        {"application/sdp; q=0.000, */*", false},
        {"application/*;Q=0, */*", false},
    };
    for (const AcceptCase& c : cases) EXPECT_EQ(accepts(c.accept, kSdpType), c.wanted) << c.accept;
}

TEST(Message, HeadersAreFoundByAnyCaseAndJoined) {
    const std::vector<Header> headers{{"Accept", "a"}, {"X", "y"}, {"ACCEPT", "b"}};
    EXPECT_EQ(header_value(headers, "accept"), "a, b");
    EXPECT_EQ(header_value(headers, "x"), "y");
    EXPECT_EQ(header_value(headers, "accep"), "");
}

TEST(Query, StandsBetweenTheMarks) {
    EXPECT_EQ(query_of("/v1/legs?a=1&b=2#c?d"), "a=1&b=2");
    EXPECT_EQ(query_of("/v1/legs"), "");
    EXPECT_EQ(query_of("/v1/legs#?a=1"), "");
    EXPECT_EQ(query_of("/v1/legs?a?b"), "a?b");
}

TEST(Query, MembersAreDecodedAndTheLastCounts) {
    EXPECT_EQ(query_member("wait=1&x=2&wait=3", "wait"), "3");
    EXPECT_EQ(query_member("w%61it=%32%30", "wait"), "20");
    EXPECT_EQ(query_member("wait", "wait"), "");
    EXPECT_EQ(query_member("wait=1=2", "wait"), "1=2");
    EXPECT_EQ(query_member("%zz=1&wait=%zz&", "wait"), std::nullopt) << "what cannot be decoded is not there";
    EXPECT_EQ(query_member("", "wait"), std::nullopt);
    EXPECT_EQ(query_member("&&=&waits=1", "wait"), std::nullopt);
}

}  // namespace
}  // namespace legroom::api
