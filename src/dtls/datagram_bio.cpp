#include "dtls/datagram_bio.hpp"

#include <algorithm>
#include <memory>

#include "dtls/openssl_ptr.hpp"

namespace legroom::dtls {
namespace {

using MethodPtr = std::unique_ptr<BIO_METHOD, Deleter<BIO_meth_free>>;

DatagramQueue& queue_of(BIO* bio) { return *static_cast<DatagramQueue*>(BIO_get_data(bio)); }

int read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    const MutableBytes room{reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)};
    const std::size_t count = queue_of(bio).read(room);
    if (count > 0) return static_cast<int>(count);
    BIO_set_retry_read(bio);
    return -1;
}

int write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    queue_of(bio).write({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)});
    return size;
}

/// Writes need no flush, so that succeeds; of the datagram controls none is needed, because the MTU is set
/// by SSL_set_mtu and the timer is asked for with DTLSv1_get_timeout.
long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

MethodPtr make_method() {
    MethodPtr method{BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams in memory")};
    if (method == nullptr) return nullptr;
    BIO_meth_set_read(method.get(), read);
    BIO_meth_set_write(method.get(), write);
    BIO_meth_set_ctrl(method.get(), control);
    return method;
}

}  // namespace

std::size_t DatagramQueue::read(MutableBytes room) {
    const std::size_t count = std::min(room.size(), arrived_.size());
    std::copy_n(arrived_.begin(), count, room.begin());
    clear();
    return count;
}

BIO* make_datagram_bio(DatagramQueue& queue) {
    static const MethodPtr method = make_method();
    BIO* const bio = method == nullptr ? nullptr : BIO_new(method.get());
    if (bio == nullptr) return nullptr;
    BIO_set_data(bio, &queue);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace legroom::dtls
