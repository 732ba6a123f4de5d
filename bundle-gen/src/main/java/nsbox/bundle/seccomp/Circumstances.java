package nsbox.bundle.seccomp;

import java.util.Set;

/// What the conditions of a profile ask about.
///
/// @param capabilities the bounding set of the container, as `CAP_CHOWN`
/// @param architecture as Go and OCI name it
record Circumstances(Set<String> capabilities, String architecture, KernelVersion kernel) {}
