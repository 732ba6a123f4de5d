package nsbox.network.cni;

import java.util.List;

/// The versions of the protocol that are spoken here.
///
/// Before 0.3.0 there were no lists, and results had another form.
final class CniVersion {
  /// Oldest first.
  static final List<String> SPOKEN = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  private CniVersion() {}

  /// Whether a version that is spoken is this one or a later one.
  static boolean isAtLeast(String version, String least) {
    return SPOKEN.indexOf(version) >= SPOKEN.indexOf(least);
  }
}
