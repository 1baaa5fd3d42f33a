#pragma once

namespace legroom::ice {

/// Who nominates (RFC 8445 §6.1.1).
enum class Role { controlling, controlled };

}  // namespace legroom::ice
