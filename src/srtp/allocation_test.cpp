// Counts every allocation of C++ and of OpenSSL in this program: a packet must cost none.

#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>
#include <openssl/crypto.h>

#include "srtp/session.hpp"

#include "srtp/session_test_support.hpp"

namespace {

std::atomic<long> allocations{0};

void* count_malloc(std::size_t size, const char* /*file*/, int /*line*/) {
    ++allocations;
    return std::malloc(size);
}
void* count_realloc(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
    ++allocations;
    return std::realloc(memory, size);
}
void plain_free(void* memory, const char* /*file*/, int /*line*/) { std::free(memory); }

/// OpenSSL takes other allocators only before its first allocation.
const bool counting_openssl = CRYPTO_set_mem_functions(count_malloc, count_realloc, plain_free) == 1;

}  // namespace

// Not inlined, lest GCC take one half of a pair for mismatched with the other.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace legroom::srtp {
namespace {

TEST(Allocation, APacketCostsNoneInTheSteadyState) {
    ASSERT_TRUE(counting_openssl);
    for (const SrtpProfile profile : test::kProfiles) {
        SeededRandom random{31};
        const SrtpMasterKey master = test::master_key(profile, random);
        Sender sender = Sender::create(profile, master).value();
        Receiver receiver = Receiver::create(profile, master).value();
        const ByteVector rtp = test::rtp_packet(Ssrc{1}, 0, 160);
        const ByteVector rtcp = test::rtcp_packet(Ssrc{1});
        ByteVector packet;
        packet.reserve(1500);

        long before = 0;
        for (int i = 0; i < 1000; ++i) {
            if (i == 10) before = allocations;
            packet.assign(rtp.begin(), rtp.end());
            packet[2] = static_cast<std::uint8_t>(i >> 8);
            packet[3] = static_cast<std::uint8_t>(i);
            ASSERT_TRUE(sender.protect_rtp(packet));
            ASSERT_TRUE(receiver.unprotect_rtp(packet));
            packet.assign(rtcp.begin(), rtcp.end());
            ASSERT_TRUE(sender.protect_rtcp(packet));
            ASSERT_TRUE(receiver.unprotect_rtcp(packet));
        }
        EXPECT_EQ(allocations - before, 0) << "profile " << static_cast<int>(profile);
    }
}

}  // namespace
}  // namespace legroom::srtp
