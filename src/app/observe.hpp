#pragma once

#include "app/config.hpp"
#include "app/observations.hpp"

namespace legroom::app {

/// Looks at this machine and asks every server of the configuration, and nobody else. Takes a few seconds at
/// most: as long as a server that does not answer is given. Opens the ports of the configuration where they
/// are free, and closes them again. For a program that does nothing else.
Observations observe(const Config& config);

}  // namespace legroom::app
