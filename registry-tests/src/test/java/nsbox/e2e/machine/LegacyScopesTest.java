package nsbox.e2e.machine;

/// Where systemd uses version 1 of cgroups alone.
final class LegacyScopesTest extends Version1Scopes {
  LegacyScopesTest() {
    super("legacy");
  }
}
