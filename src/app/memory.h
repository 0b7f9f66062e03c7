// What is in memory, secrets and people's data among it, stays there.
#pragma once

namespace ordertail {

/// To be called first: a crash leaves no core file, and only root may look into the process by
/// ptrace or /proc.
void keep_memory_private();

}  // namespace ordertail
