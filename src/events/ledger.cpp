#include "events/ledger.hpp"

#include <cassert>
#include <utility>

namespace legroom::events {
namespace {

std::size_t size_of(const Record& record) { return record.app_id.size() + record.body.size(); }

}  // namespace

Ledger::Ledger(LedgerLimits limits, Seq first) : limits_(limits), first_(first), next_(first) {
    assert(limits.records > 0 && first > 0);
}

RecordPtr Ledger::append(Record record) {
    assert(record.seq == next_);
    auto kept = std::make_shared<const Record>(std::move(record));
    bytes_ += size_of(*kept);
    records_.push_back(kept);
    ++next_;
    while (records_.size() > limits_.records || (records_.size() > 1 && bytes_ > limits_.bytes)) {
        bytes_ -= size_of(*records_.front());
        records_.pop_front();
        ++dropped_;
    }
    return kept;
}

bool Ledger::reaches(Seq after) const {
    const Seq at = resume_at(after);
    return oldest() <= at && at <= next_;
}

RecordPtr Ledger::find(Seq seq) const {
    if (seq < oldest() || seq >= next_) return nullptr;
    return records_[seq - oldest()];
}

}  // namespace legroom::events
