#pragma once

#include <openssl/x509.h>
#include <vector>

#include "dtls/certificate.hpp"

namespace legroom::dtls {

/// The fingerprint of any certificate. Its digest is empty when OpenSSL fails.
Fingerprint fingerprint_of(const X509& certificate, HashFunction hash);

/// Whether `fingerprints` are enough to tell a peer by: at least one, and not SHA-1 only, whose collisions
/// are within reach.
bool trustworthy(const std::vector<Fingerprint>& fingerprints);

/// Whether `certificate` has, of each hash function named, one of the fingerprints (RFC 8122 §5.1: an offer
/// may list several certificates under one hash). Takes as long for a near miss as for a far one.
bool matches_every_hash(const X509& certificate, const std::vector<Fingerprint>& fingerprints);

}  // namespace legroom::dtls
