#include "io/udp_port.hpp"

#include <gtest/gtest.h>
#include <poll.h>

namespace legroom::io {
namespace {

using Received = std::vector<std::pair<Path, ByteVector>>;

/// False: nothing came within two seconds.
bool receive_some(UdpPort& port, const std::function<void(const Path&, MutableBytes)>& take) {
    std::vector<pollfd> sources;
    for (const int socket : port.descriptors()) sources.push_back({socket, POLLIN, 0});
    return ::poll(sources.data(), sources.size(), 2000) > 0 && port.receive(take) > 0;
}

/// Waits, at most two seconds, until `count` datagrams have come.
Received receive(UdpPort& port, std::size_t count) {
    Received all;
    while (all.size() < count) {
        const bool some = receive_some(port, [&](const Path& path, MutableBytes bytes) {
            all.emplace_back(path, ByteVector(bytes.begin(), bytes.end()));
        });
        if (!some) break;
    }
    return all;
}

Path between(const char* ip, const UdpPort& from, const UdpPort& to) {
    return {{*IpAddress::parse(ip), from.number()}, {*IpAddress::parse(ip), to.number()}};
}

class UdpPortOn : public testing::TestWithParam<const char*> {};

TEST_P(UdpPortOn, TellsBothEndsOfADatagramAndAnswersFromTheRightOne) {
    auto here = UdpPort::open(0);
    auto there = UdpPort::open(0);
    ASSERT_TRUE(here && there);

    const Path path = between(GetParam(), *here, *there);
    here->send(std::vector<Transmit>{{path, {1, 2, 3}}});
    const Received received = receive(*there, 1);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].first, (Path{path.remote, path.local}));
    EXPECT_EQ(received[0].first.local.ip.scope(), 0U) << "no link-local address: bound to no interface";
    EXPECT_EQ(received[0].second, (ByteVector{1, 2, 3}));

    there->send(std::vector<Transmit>{{received[0].first, {4}}});
    const Received answer = receive(*here, 1);
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(answer[0].first, path);
}

INSTANTIATE_TEST_SUITE_P(Loopback, UdpPortOn, testing::Values("127.0.0.1", "127.0.0.2", "::1"));

TEST(UdpPort, SendsInTheMiddleOfABatchItReceives) {
    auto here = UdpPort::open(0);
    auto there = UdpPort::open(0);
    ASSERT_TRUE(here && there);
    const Path path = between("127.0.0.1", *here, *there);
    here->send(std::vector<Transmit>{{path, {1}}, {path, {2}}, {path, {3}}});

    ByteVector received;
    while (received.size() < 3) {
        const auto answer = [&](const Path& from, MutableBytes bytes) {
            received.insert(received.end(), bytes.begin(), bytes.end());
            there->send(std::vector<Transmit>{{from, {9, 9, 9}}});
        };
        ASSERT_TRUE(receive_some(*there, answer));
    }
    EXPECT_EQ(received, (ByteVector{1, 2, 3}));
    EXPECT_EQ(receive(*here, 3).size(), 3U);
}

TEST(UdpPort, SendsMoreThanOneBatchInOrder) {
    auto here = UdpPort::open(0);
    auto there = UdpPort::open(0);
    ASSERT_TRUE(here && there);
    const Path path = between("127.0.0.1", *here, *there);

    std::vector<Transmit> many;
    for (std::uint8_t i = 0; i < 100; ++i) many.push_back({path, {i}});
    here->send(many);
    const Received received = receive(*there, many.size());
    ASSERT_EQ(received.size(), many.size());
    for (std::size_t i = 0; i < many.size(); ++i) EXPECT_EQ(received[i].second, many[i].bytes);
    EXPECT_EQ(here->counters().sent, many.size());
}

TEST(UdpPort, DropsAndCountsWhatIsTooLong) {
    auto here = UdpPort::open(0);
    auto there = UdpPort::open(0);
    ASSERT_TRUE(here && there);
    const Path path = between("127.0.0.1", *here, *there);

    here->send(std::vector<Transmit>{{path, ByteVector(UdpPort::kMaxDatagram + 1)},
                                     {path, ByteVector(UdpPort::kMaxDatagram)}});
    const Received received = receive(*there, 1);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].second.size(), UdpPort::kMaxDatagram);
    EXPECT_EQ(there->counters().oversized, 1U);
}

TEST(UdpPort, WhatCannotBeSentDoesNotHoldUpTheRest) {
    auto here = UdpPort::open(0);
    auto there = UdpPort::open(0);
    ASSERT_TRUE(here && there);
    const Path path = between("127.0.0.1", *here, *there);
    const Path from_nowhere{{*IpAddress::parse("192.0.2.1"), here->number()}, path.remote};

    here->send(std::vector<Transmit>{{from_nowhere, {1}}, {path, {2}}});
    const Received received = receive(*there, 1);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].second, ByteVector{2});
    EXPECT_EQ(here->counters().unsent, 1U);
}

TEST(UdpPort, SaysThatAPortIsTaken) {
    auto here = UdpPort::open(0);
    ASSERT_TRUE(here);
    const auto again = UdpPort::open(here->number());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error(), boost::system::errc::address_in_use);
}

}  // namespace
}  // namespace legroom::io
