package nsbox.e2e.machine;

/// Where systemd uses version 1 of cgroups for limits, and version 2 to know its processes.
final class HybridScopesTest extends Version1Scopes {
  HybridScopesTest() {
    super("hybrid");
  }
}
