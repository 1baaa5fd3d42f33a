// CPU of the server for one call's set-up: the offer read and answered, ICE, DTLS, until media may flow. The
// client's part of the same process is not counted. Beside it, the cryptography no DTLS handshake can do
// without.
//
//   bench_setup [CALLS] [FILE]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <vector>

#include "scenario/world.hpp"

namespace {

using namespace legroom;
using namespace std::chrono_literals;

double thread_cpu_us() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double cost_us(const std::function<void()>& work) {
    const double begin = thread_cpu_us();
    work();
    return thread_cpu_us() - begin;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.at(values.size() / 2);
}

/// The server, with a clock on everything it does.
class Metered final : public sim::Node {
public:
    explicit Metered(scenario::Server& server) : server_(server) {}

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        spent += cost_us([&] { server_.on_datagram(now, path, datagram); });
    }
    void on_timeout(Instant now) override {
        spent += cost_us([&] { server_.on_timeout(now); });
    }
    std::optional<Transmit> poll() override {
        std::optional<Transmit> transmit;
        spent += cost_us([&] { transmit = server_.poll(); });
        return transmit;
    }
    [[nodiscard]] std::optional<Instant> deadline() const override { return server_.deadline(); }

    double spent = 0;

private:
    scenario::Server& server_;
};

/// Microseconds of the server for one call.
double set_up(SeededRandom& random, std::uint64_t seed) {
    sim::Network network(seed, {.delay = 5ms});
    scenario::Server server(scenario::shared_certificate(), random, false);
    Metered metered(server);
    network.attach(scenario::Server::address(), metered);
    scenario::ClientConfig config;
    config.certificate = scenario::shared_certificate();
    config.addresses = {*Endpoint::parse("10.0.1.1:5000")};
    config.listens = false;
    scenario::Browser browser(config, random);
    network.attach(config.addresses[0], browser);
    metered.on_timeout(network.now());

    const std::string offer = browser.client.offer();
    std::string answer;
    LegId leg;
    metered.spent = cost_us([&] {
        auto made = server.legs().create(network.now(), offer).value();
        answer = std::move(made.answer);
        leg = made.id;
    });
    browser.client.accept(network.now(), answer);
    network.pump(metered);
    network.pump(browser);
    const auto up = [&] {
        const call::Leg* made = server.legs().find(leg);
        return made != nullptr && made->transport_up && browser.client.connected();
    };
    if (!network.run_while_not(up, 10s)) std::abort();
    return metered.spent;
}

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key new_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

/// One ephemeral key, one shared secret, one signature made and one checked: our side of ECDHE-ECDSA with a
/// certificate of the peer's.
double bare_cryptography(const Key& own, const Key& peer) {
    return cost_us([&] {
        const Key ephemeral = new_key();
        std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> derive{
            EVP_PKEY_CTX_new(ephemeral.get(), nullptr), EVP_PKEY_CTX_free};
        unsigned char secret[64];
        std::size_t size = sizeof secret;
        EVP_PKEY_derive_init(derive.get());
        EVP_PKEY_derive_set_peer(derive.get(), peer.get());
        EVP_PKEY_derive(derive.get(), secret, &size);

        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest{EVP_MD_CTX_new(), EVP_MD_CTX_free};
        unsigned char signature[128];
        std::size_t length = sizeof signature;
        EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, own.get());
        EVP_DigestSign(digest.get(), signature, &length, secret, size);
        digest.reset(EVP_MD_CTX_new());
        EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, own.get());
        if (EVP_DigestVerify(digest.get(), signature, length, secret, size) != 1) std::abort();
    });
}

}  // namespace

int main(int argc, char** argv) {
    const int calls = argc > 1 ? std::max(1, std::atoi(argv[1])) : 500;
    SeededRandom random(1);
    const Key own = new_key();
    const Key peer = new_key();
    std::vector<double> ours;
    std::vector<double> bare;
    for (int i = 0; i < calls; ++i) {  // in turn, so that a busy machine is as busy for both
        ours.push_back(set_up(random, static_cast<std::uint64_t>(i + 1)));
        bare.push_back(bare_cryptography(own, peer));
    }
    const std::string line = fmt::format(
        "server CPU for one set-up: {:.2f} ms (median of {}), {:.1f} times the bare cryptography ({:.2f} "
        "ms)\n",
        median(ours) / 1e3, calls, median(ours) / median(bare), median(bare) / 1e3);
    std::fputs(line.c_str(), stdout);
    if (argc > 2) {
        if (std::FILE* file = std::fopen(argv[2], "w")) {
            std::fputs(line.c_str(), file);
            std::fclose(file);
        }
    }
}
