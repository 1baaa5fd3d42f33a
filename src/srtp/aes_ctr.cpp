#include "srtp/aes_ctr.hpp"

#include <cassert>

namespace legroom::srtp {

AesCtr::AesCtr(Bytes key) : context_(EVP_CIPHER_CTX_new()) {
    assert(key.size() == 16 || key.size() == 32);
    const EVP_CIPHER* cipher = key.size() == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
    // A failure here (no memory) shows again in apply(), whose caller refuses the packet.
    EVP_EncryptInit_ex(context_.get(), cipher, nullptr, key.data(), nullptr);
}

bool AesCtr::apply(const Counter& counter, MutableBytes data) {
    int written = 0;
    return EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, counter.data()) == 1 &&
           EVP_EncryptUpdate(context_.get(), data.data(), &written, data.data(),
                             static_cast<int>(data.size())) == 1;
}

}  // namespace legroom::srtp
