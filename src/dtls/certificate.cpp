#include "dtls/certificate.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "dtls/error.hpp"
#include "dtls/fingerprint.hpp"
#include "dtls/material.hpp"

namespace legroom::dtls {
namespace {

using NumberPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;

constexpr int kSerialBits = 127;  // positive, and at most 20 bytes (RFC 5280 §4.1.2.2)

bool set_random_serial(X509& x509) {
    const NumberPtr serial{BN_new()};
    return serial != nullptr &&
           BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&x509)) != nullptr;
}

/// Peers look at the fingerprint and at nothing else, so the certificate neither names anyone nor ends
/// (RFC 5280 §4.1.2.5 has this date for that); and no clock is read.
bool set_validity(X509& x509) {
    return ASN1_TIME_set_string(X509_getm_notBefore(&x509), "20200101000000Z") == 1 &&
           ASN1_TIME_set_string(X509_getm_notAfter(&x509), "99991231235959Z") == 1;
}

bool set_names(X509& x509) {
    X509_NAME* const name = X509_get_subject_name(&x509);
    const Bytes common_name = as_bytes("WebRTC");
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name.data(),
                                      static_cast<int>(common_name.size()), -1, 0) == 1 &&
           X509_set_issuer_name(&x509, name) == 1;
}

X509Ptr self_sign(EVP_PKEY& key) {
    X509Ptr x509{X509_new()};
    const bool made = x509 != nullptr && X509_set_version(x509.get(), X509_VERSION_3) == 1 &&
                      set_random_serial(*x509) && set_validity(*x509) && set_names(*x509) &&
                      X509_set_pubkey(x509.get(), &key) == 1 && X509_sign(x509.get(), &key, EVP_sha256()) > 0;
    return made ? std::move(x509) : nullptr;
}

}  // namespace

Result<Certificate> Certificate::generate() {
    ERR_clear_error();
    auto material = std::make_shared<Material>();
    material->key.reset(EVP_EC_gen("P-256"));
    if (material->key == nullptr) return Error::certificate_failed;
    material->x509 = self_sign(*material->key);
    if (material->x509 == nullptr) return Error::certificate_failed;
    material->context = make_context(*material->x509, *material->key);
    if (material->context == nullptr) return Error::certificate_failed;

    Certificate certificate;
    certificate.material_ = std::move(material);
    return certificate;
}

Fingerprint Certificate::fingerprint(HashFunction hash) const {
    return fingerprint_of(*material_->x509, hash);
}

}  // namespace legroom::dtls
