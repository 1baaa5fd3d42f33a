#include <algorithm>
#include <array>
#include <openssl/crypto.h>

#include "srtp/aes_ctr.hpp"
#include "srtp/big_endian.hpp"
#include "srtp/hmac_sha1.hpp"
#include "srtp/transform.hpp"

namespace legroom::srtp {
namespace {

constexpr std::size_t kHmacTagLength = 10;  // 80 of HMAC-SHA1's 160 bits

class AesCmTransform final : public Transform {
public:
    AesCmTransform(const SessionKeys& keys, Flow flow) : cipher_(keys.cipher), hmac_(keys.auth), flow_(flow) {
        std::copy(keys.salt.begin(), keys.salt.end(), salt_.begin());
    }

    [[nodiscard]] std::size_t tag_length() const override { return kHmacTagLength; }
    [[nodiscard]] bool tag_precedes_index() const override { return false; }

    [[nodiscard]] bool seal(const PacketParts& packet) override {
        if (!cipher_.apply(counter(packet), packet.payload)) return false;
        const HmacSha1::Digest digest = authenticate(packet);
        std::copy_n(digest.begin(), kHmacTagLength, packet.tag.begin());
        return true;
    }

    [[nodiscard]] bool open(const PacketParts& packet) override {
        const HmacSha1::Digest digest = authenticate(packet);
        if (CRYPTO_memcmp(digest.data(), packet.tag.data(), kHmacTagLength) != 0) return false;
        return cipher_.apply(counter(packet), packet.payload);
    }

private:
    /// IV = (salt * 2^16) xor (SSRC * 2^64) xor (index * 2^16), RFC 3711 §4.1.1.
    [[nodiscard]] AesCtr::Counter counter(const PacketParts& packet) const {
        AesCtr::Counter counter = salt_;
        const MutableBytes bytes{counter};
        xor_big_endian(bytes.subspan(4, 4), static_cast<std::uint32_t>(packet.ssrc));
        xor_big_endian(bytes.subspan(8, 6), packet.index);
        return counter;
    }

    /// Over the packet and what follows it: the ROC, which is not sent (§4.2), or E flag and index, which
    /// are (§3.4).
    [[nodiscard]] HmacSha1::Digest authenticate(const PacketParts& packet) const {
        std::array<std::uint8_t, 4> trailer{};
        store_big_endian(trailer, flow_ == Flow::rtp ? packet.index >> 16 : kEncryptedFlag | packet.index);
        return hmac_(packet.header, packet.payload, trailer);
    }

    AesCtr cipher_;
    HmacSha1 hmac_;
    AesCtr::Counter salt_{};
    Flow flow_;
};

}  // namespace

std::unique_ptr<Transform> make_aes_cm_transform(const SessionKeys& keys, Flow flow) {
    return std::make_unique<AesCmTransform>(keys, flow);
}

}  // namespace legroom::srtp
