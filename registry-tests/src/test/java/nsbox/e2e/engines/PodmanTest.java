package nsbox.e2e.engines;

/// podman, which is told that the runtime writes its log as JSON if it is asked to.
final class PodmanTest extends PodmanTests
    implements RunContract, LifecycleContract, SettingsContract {
  @Override
  boolean jsonLog() {
    return true;
  }
}
