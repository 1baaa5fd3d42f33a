#include "ice/candidate.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace legroom::ice {
namespace {

struct Usable {
    const char* line;
    CandidateType type;
    const char* endpoint;
    std::uint32_t priority;
};

// Lines of real browsers and libraries among them.
const Usable kUsable[] = {
    {"candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host", CandidateType::host, "192.0.2.1:5000",
     2130706431},
    {"1 1 udp 2130706431 192.0.2.1 5000 typ host", CandidateType::host, "192.0.2.1:5000", 2130706431},
    {"candidate:0 1 UDP 2122252543 10.88.0.1 49582 typ host", CandidateType::host, "10.88.0.1:49582",
     2122252543},
    {"candidate:807363542 1 udp 2122260223 127.0.0.1 53913 typ host generation 0 network-id 1 network-cost "
     "50",
     CandidateType::host, "127.0.0.1:53913", 2122260223},
    {"candidate:6b599e7afefb8c8704e2f96224079c91 1 udp 1 10.88.0.1 3 typ host", CandidateType::host,
     "10.88.0.1:3", 1},
    {"candidate:4 1 UDP 2015363583 fe80::9cf0:95ff:fee8:b64d 48857 typ host", CandidateType::host,
     "[fe80::9cf0:95ff:fee8:b64d]:48857", 2015363583},
    {"candidate:4 1 UDP 7 fe80::1%eth0 8 typ host", CandidateType::host, "[fe80::1]:8", 7},
    {"candidate:84 1 udp 1677729535 203.0.113.7 51020 typ srflx raddr 10.0.0.4 rport 51020",
     CandidateType::server_reflexive, "203.0.113.7:51020", 1677729535},
    {"candidate:84 1 udp 1677729535 203.0.113.7 51020 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag x",
     CandidateType::server_reflexive, "203.0.113.7:51020", 1677729535},
    {"candidate:84 1 udp 5 203.0.113.7 51020 typ srflx raddr a.local rport 0",
     CandidateType::server_reflexive, "203.0.113.7:51020", 5},
    {"candidate:9 1 udp 4294967295 203.0.113.7 65535 typ relay raddr 1.2.3.4 rport 5", CandidateType::relayed,
     "203.0.113.7:65535", 4294967295},
    {"candidate:9 1 udp 5 203.0.113.7 1 typ prflx", CandidateType::peer_reflexive, "203.0.113.7:1", 5},
    {"candidate:a+/ 1 udp 5 203.0.113.7 1 typ host lonely", CandidateType::host, "203.0.113.7:1", 5},
    {"candidate:1  1 udp 5 203.0.113.7 1 typ host \r\n", CandidateType::host, "203.0.113.7:1", 5},
    {"candidate:1 1 udp 5 203.0.113.7 1 typ host generation tcptype", CandidateType::host, "203.0.113.7:1",
     5},
};

TEST(CandidateLine, ReadsWhatIsUsable) {
    for (const Usable& one : kUsable) {
        const auto parsed = parse_candidate(one.line);
        ASSERT_TRUE(parsed) << one.line << ": " << parsed.error().message();
        ASSERT_TRUE(parsed->candidate) << one.line;
        EXPECT_EQ(parsed->candidate->type, one.type) << one.line;
        EXPECT_EQ(parsed->candidate->endpoint.to_string(), one.endpoint) << one.line;
        EXPECT_EQ(parsed->candidate->priority, one.priority) << one.line;
        EXPECT_FALSE(parsed->end_of_candidates) << one.line;
    }
}

TEST(CandidateLine, ReadsTcp) {  // RFC 6544 §4.5
    struct Case {
        const char* line;
        TcpType type;
    };
    for (const Case& one :
         {Case{"candidate:1 1 tcp 5 192.0.2.1 9 typ host tcptype active", TcpType::active},
          Case{"candidate:1 1 TCP 5 192.0.2.1 9 typ host tcptype passive", TcpType::passive},
          Case{"candidate:1 1 tcp 5 192.0.2.1 9 typ host generation 0 tcptype so", TcpType::so},
          Case{"candidate:3468015426 1 tcp 1518280447 10.88.0.1 9 typ host tcptype active generation 0 "
               "network-id 1 network-cost 50",
               TcpType::active},
          Case{"candidate:1 1 TCP 5 fe80::1%2 9 typ srflx raddr 10.0.0.1 rport 9 tcptype active",
               TcpType::active}}) {
        const auto parsed = parse_candidate(one.line);
        ASSERT_TRUE(parsed && parsed->candidate) << one.line;
        EXPECT_EQ(parsed->candidate->transport, Transport::tcp) << one.line;
        EXPECT_EQ(parsed->candidate->tcp_type, one.type) << one.line;
    }
    const auto udp = parse_candidate("candidate:1 1 udp 5 192.0.2.1 9 typ host tcptype active");
    EXPECT_EQ(udp->candidate->tcp_type, std::nullopt) << "a word that means nothing there";
}

/// Contract 01: answered 200 and without further effect.
TEST(CandidateLine, IgnoresWhatItNeedNotUse) {
    for (const char* line : {
             "candidate:1 1 udp 5 8965a15a-2ab5-409e-8b7f-04211d36b59e.local 9 typ host",
             "candidate:1 1 udp 5 A.LOCAL 9 typ host",
             "candidate:1 1 udp 5 a.invalid 9 typ host",
             "candidate:1 2 tcp 5 192.0.2.1 9 typ host tcptype active",
             "candidate:1 1 tcp 5 8965a15a-2ab5-409e-8b7f-04211d36b59e.local 9 typ host tcptype active",
             "candidate:1 1 tls 5 192.0.2.1 9 typ host tcptype passive",
             "candidate:1 1 tcp 5 192.0.2.1 9 typ host",
             "candidate:1 1 sctp 5 192.0.2.1 9 typ host",
             "candidate:1 2 udp 5 192.0.2.1 9 typ host",
             "candidate:1 0 udp 5 192.0.2.1 9 typ host",
             "candidate:1 1 udp 5 192.0.2.1 9 typ satellite",
             "candidate:1 1 udp 5 nowhere 9 typ satellite",
             "candidate:1 1 udp 5 192.0.2.1 9 host",
             "candidate:1 1 udp 5 192.0.2.1 9 type host",
             "candidate:1 1 udp 5 192.0.2.1 9 generation 0 network-id 1",
         }) {
        const auto parsed = parse_candidate(line);
        ASSERT_TRUE(parsed) << line << ": " << parsed.error().message();
        EXPECT_FALSE(parsed->candidate) << line;
        EXPECT_FALSE(parsed->end_of_candidates) << line;
    }
}

TEST(CandidateLine, KnowsTheEnd) {
    for (const char* line : {"", "candidate:", "candidate: ", " ", "\r\n"}) {
        const auto parsed = parse_candidate(line);
        ASSERT_TRUE(parsed) << line;
        EXPECT_TRUE(parsed->end_of_candidates) << line;
        EXPECT_FALSE(parsed->candidate) << line;
    }
}

TEST(CandidateLine, TellsTheGeneration) {
    EXPECT_EQ(parse_candidate("1 1 udp 5 192.0.2.1 9 typ host generation 0 ufrag EsAw network-id 1")->ufrag,
              "EsAw");
    EXPECT_EQ(parse_candidate("1 1 udp 5 a.local 9 typ host ufrag EsAw")->ufrag, "EsAw");
    EXPECT_EQ(parse_candidate("1 1 udp 5 192.0.2.1 9 typ host")->ufrag, std::nullopt);
}

struct Bad {
    const char* line;
    Error error;
};

/// Contract 01: answered 500.
const Bad kBad[] = {
    {"a=candidate:1 1 udp 5 192.0.2.1 9 typ host", Error::bad_prefix},
    {"a=", Error::bad_prefix},
    {"candidate:a=1 1 udp 5 192.0.2.1 9 typ host", Error::bad_foundation},
    {"candidate:1_ 1 udp 5 192.0.2.1 9 typ host", Error::bad_foundation},
    {"candidate:\xc3\xa4 1 udp 5 192.0.2.1 9 typ host", Error::bad_foundation},
    {"candidate:012345678901234567890123456789012 1 udp 5 192.0.2.1 9 typ host", Error::bad_foundation},
    {"Candidate:1 1 udp 5 192.0.2.1 9 typ host", Error::bad_foundation},
    {"candidate:candidate:1 1 udp 5 192.0.2.1 9 typ host", Error::bad_foundation},
    {"not-a-candidate", Error::bad_foundation},
    {"garbage", Error::too_few_fields},
    {"candidate:1", Error::too_few_fields},
    {"candidate:1 1 udp 5 192.0.2.1", Error::too_few_fields},
    {"candidate:1 1 udp 5 192.0.2.1 9", Error::too_few_fields},
    {"candidate:1 1 udp 5 192.0.2.1 9 typ", Error::too_few_fields},
    {"candidate:1 one udp 5 192.0.2.1 9 typ host", Error::bad_number},
    {"candidate:1 -1 udp 5 192.0.2.1 9 typ host", Error::bad_number},
    {"candidate:1 1 udp five 192.0.2.1 9 typ host", Error::bad_number},
    {"candidate:1 1 udp 4294967296 192.0.2.1 9 typ host", Error::bad_number},
    {"candidate:1 1 udp 5 192.0.2.1 nine typ host", Error::bad_number},
    {"candidate:1 1 udp 5 192.0.2.1 65536 typ host", Error::bad_number},
    {"candidate:1 1 udp 5 192.0.2.1 9x typ host", Error::bad_number},
    {"candidate:1 1 udp 5 192.0.2.1 9 typ srflx raddr", Error::bad_related_address},
    {"candidate:1 1 udp 5 192.0.2.1 9 typ srflx raddr 10.0.0.1 rport", Error::bad_number},
    {"candidate:1 1 udp 5 192.0.2.1 9 typ srflx raddr 10.0.0.1 rport x", Error::bad_number},
    {"candidate:1 1 tcp 5 192.0.2.1 9 typ host tcptype sideways", Error::bad_tcp_type},
    {"candidate:1 1 tcp 5 192.0.2.1 9 typ host tcptype", Error::bad_tcp_type},
    {"candidate:1 1 udp 5 example.org 9 typ host", Error::bad_address},
    {"candidate:1 1 udp 5 256.0.0.1 9 typ host", Error::bad_address},
    {"candidate:1 1 udp 5 [::1] 9 typ host", Error::bad_address},
    {"candidate:1 1 udp 5 .local 9 typ host", Error::bad_address},
    {"candidate:1 1 sctp 5 nowhere 9 typ host", Error::bad_address},
};

TEST(CandidateLine, RefusesWhatIsMalformed) {
    for (const Bad& one : kBad) {
        const auto parsed = parse_candidate(one.line);
        ASSERT_TRUE(parsed.has_error()) << one.line;
        EXPECT_EQ(parsed.error(), one.error) << one.line << ": " << parsed.error().message();
    }
}

TEST(CandidateLine, ReadsWhatItWrites) {
    Candidate candidate = host_candidate(*Endpoint::parse("[2001:db8::1]:5000"), 65535);
    EXPECT_EQ(candidate.to_line().substr(0, 10), "candidate:");
    for (const auto type : {CandidateType::host, CandidateType::server_reflexive,
                            CandidateType::peer_reflexive, CandidateType::relayed}) {
        candidate.type = type;
        candidate.related = Endpoint::parse("10.0.0.4:51020");
        const auto parsed = parse_candidate(candidate.to_line());
        ASSERT_TRUE(parsed && parsed->candidate) << candidate.to_line();
        EXPECT_EQ(parsed->candidate->to_line(), candidate.to_line());
    }
}

TEST(CandidateLine, WritesTcp) {
    const Candidate candidate = tcp_host_candidate(*Endpoint::parse("192.0.2.1:443"), 65535);
    const std::string line = candidate.to_line();
    EXPECT_EQ(line, "candidate:" + candidate.foundation + " 1 tcp " + std::to_string(candidate.priority) +
                        " 192.0.2.1 443 typ host tcptype passive");
    const auto parsed = parse_candidate(line);
    ASSERT_TRUE(parsed && parsed->candidate);
    EXPECT_EQ(parsed->candidate->to_line(), line);
}

TEST(CandidateLine, SurvivesMutation) {
    SeededRandom random{3};
    for (int round = 0; round < 20'000; ++round) {
        std::string line = kUsable[random.below(std::size(kUsable))].line;
        for (std::uint32_t i = 0; i < 2 && !line.empty(); ++i) {
            const auto at = random.below(static_cast<std::uint32_t>(line.size()));
            if (random.below(2) == 0)
                line[at] = static_cast<char>(random.below(256));
            else
                line.erase(at, random.below(8));
        }
        const auto parsed = parse_candidate(line);
        if (!parsed || !parsed->candidate) continue;
        EXPECT_TRUE(parse_candidate(parsed->candidate->to_line())) << line;
    }
}

TEST(CandidatePriority, FollowsTheFormula) {  // RFC 8445 §5.1.2.1
    EXPECT_EQ(candidate_priority(CandidateType::host, 65535), 2130706431U);
    EXPECT_EQ(candidate_priority(CandidateType::host, 0), (126U << 24) + 255);
    EXPECT_EQ(candidate_priority(CandidateType::peer_reflexive, 1), (110U << 24) + 256 + 255);
    EXPECT_EQ(candidate_priority(CandidateType::server_reflexive, 65535), 1694498815U);
    EXPECT_EQ(candidate_priority(CandidateType::relayed, 65535), 16777215U);
}

TEST(CandidatePriority, PutsTcpBelowDirectUdpAndAboveRelays) {  // RFC 6544 §4.2
    const std::uint32_t tcp = tcp_host_candidate(*Endpoint::parse("192.0.2.1:443"), 65535).priority;
    EXPECT_EQ(tcp, (90U << 24) + (((4U << 13) + 8191) << 8) + 255);
    for (const auto type :
         {CandidateType::host, CandidateType::peer_reflexive, CandidateType::server_reflexive}) {
        EXPECT_LT(tcp, candidate_priority(type, 0));
        EXPECT_GT(candidate_priority(type, 0, Transport::tcp),
                  candidate_priority(CandidateType::relayed, 65535));
    }
    EXPECT_LT(candidate_priority(CandidateType::peer_reflexive, 65535, Transport::tcp), tcp);
}

TEST(CandidateFoundation, IsSharedByEqualsOnly) {  // RFC 8445 §5.1.1.3
    const auto a = *IpAddress::parse("192.0.2.1");
    const auto b = *IpAddress::parse("192.0.2.2");
    EXPECT_EQ(host_candidate({a, 1}, 1).foundation, host_candidate({a, 2}, 9).foundation);
    EXPECT_NE(host_candidate({a, 1}, 1).foundation, host_candidate({b, 1}, 1).foundation);
    EXPECT_NE(host_candidate({a, 1}, 1).foundation, tcp_host_candidate({a, 1}, 1).foundation);
    EXPECT_NE(candidate_foundation(CandidateType::server_reflexive, a, b),
              candidate_foundation(CandidateType::host, a));
    EXPECT_NE(candidate_foundation(CandidateType::server_reflexive, a, b),
              candidate_foundation(CandidateType::server_reflexive, a, a));
}

}  // namespace
}  // namespace legroom::ice
