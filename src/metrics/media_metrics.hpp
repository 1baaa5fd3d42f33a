#pragma once

#include "engine/media_figures.hpp"
#include "metrics/families.hpp"

namespace legroom::metrics {

/// What the media thread has counted.
void write(const engine::MediaFigures& figures, Families& families);

}  // namespace legroom::metrics
