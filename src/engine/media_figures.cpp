#include "engine/media_figures.hpp"

namespace legroom::engine {

StreamFigures& StreamFigures::operator+=(const StreamFigures& other) {
    sent += other.sent;
    received += other.received;
    lost += other.lost;
    late += other.late;
    duplicate += other.duplicate;
    overflowed += other.overflowed;
    malformed += other.malformed;
    recovered += other.recovered;
    concealed += other.concealed;
    return *this;
}

}  // namespace legroom::engine
