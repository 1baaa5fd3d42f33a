#include <algorithm>
#include <array>

#include "srtp/aes_ctr.hpp"
#include "srtp/big_endian.hpp"
#include "srtp/transform.hpp"

namespace legroom::srtp {
namespace {

constexpr std::size_t kGcmTagLength = 16;

class AesGcmTransform final : public Transform {
public:
    AesGcmTransform(const SessionKeys& keys, Flow flow) : context_(EVP_CIPHER_CTX_new()), flow_(flow) {
        const EVP_CIPHER* cipher = keys.cipher.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
        // A failure here (no memory) shows again in begin(), and the packet is refused.
        EVP_CipherInit_ex(context_.get(), cipher, nullptr, keys.cipher.data(), nullptr, 1);
        std::copy(keys.salt.begin(), keys.salt.end(), salt_.begin());
    }

    [[nodiscard]] std::size_t tag_length() const override { return kGcmTagLength; }
    [[nodiscard]] bool tag_precedes_index() const override { return true; }

    [[nodiscard]] bool seal(const PacketParts& packet) override {
        return begin(packet, 1) && crypt(packet.payload) && finish() &&
               EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagLength, packet.tag.data()) ==
                   1;
    }

    /// OpenSSL compares the tag in constant time, in finish().
    [[nodiscard]] bool open(const PacketParts& packet) override {
        return begin(packet, 0) && crypt(packet.payload) &&
               EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagLength, packet.tag.data()) ==
                   1 &&
               finish();
    }

private:
    using Nonce = std::array<std::uint8_t, 12>;

    [[nodiscard]] bool begin(const PacketParts& packet, int encrypt) {
        return EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce(packet).data(), encrypt) ==
                   1 &&
               authenticate(packet.header) && authenticate_index(packet.index);
    }

    /// salt xor (00 00, SSRC, ROC, SEQ) or (00 00, SSRC, 00 00, index): RFC 7714 §8.1, §9.1.
    [[nodiscard]] Nonce nonce(const PacketParts& packet) const {
        Nonce nonce = salt_;
        const MutableBytes bytes{nonce};
        xor_big_endian(bytes.subspan(2, 4), static_cast<std::uint32_t>(packet.ssrc));
        xor_big_endian(bytes.subspan(6, 6), packet.index);
        return nonce;
    }

    [[nodiscard]] bool authenticate(Bytes data) {
        int written = 0;
        return EVP_CipherUpdate(context_.get(), nullptr, &written, data.data(),
                                static_cast<int>(data.size())) == 1;
    }

    /// The E flag and index are associated data too (§9.2); an SRTP packet's whole index is in the nonce.
    [[nodiscard]] bool authenticate_index(std::uint64_t index) {
        if (flow_ == Flow::rtp) return true;
        std::array<std::uint8_t, 4> word{};
        store_big_endian(word, kEncryptedFlag | index);
        return authenticate(word);
    }

    [[nodiscard]] bool crypt(MutableBytes payload) {
        if (payload.empty()) return true;
        int written = 0;
        return EVP_CipherUpdate(context_.get(), payload.data(), &written, payload.data(),
                                static_cast<int>(payload.size())) == 1;
    }

    [[nodiscard]] bool finish() {
        std::array<std::uint8_t, EVP_MAX_BLOCK_LENGTH> none{};
        int written = 0;
        return EVP_CipherFinal_ex(context_.get(), none.data(), &written) == 1;
    }

    CipherContext context_;
    Nonce salt_{};
    Flow flow_;
};

}  // namespace

std::unique_ptr<Transform> make_aes_gcm_transform(const SessionKeys& keys, Flow flow) {
    return std::make_unique<AesGcmTransform>(keys, flow);
}

}  // namespace legroom::srtp
