package nsbox.runtime.systemd;

import java.util.List;

/// A property of a unit, as systemd takes it over D-Bus.
///
/// @param signature of its type; `value` is of the Java type that [Marshaller] has for it
/// @spec https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html
public record UnitProperty(String name, String signature, Object value) {
  static UnitProperty text(String name, String value) {
    return new UnitProperty(name, "s", value);
  }

  static UnitProperty flag(String name, boolean value) {
    return new UnitProperty(name, "b", value);
  }

  /// @param value of 64 bits without sign; all of them set is no limit
  static UnitProperty number(String name, long value) {
    return new UnitProperty(name, "t", value);
  }

  static UnitProperty bytes(String name, byte[] value) {
    return new UnitProperty(name, "ay", value);
  }

  /// @param pairs of two texts each
  static UnitProperty pairs(String name, List<List<String>> pairs) {
    return new UnitProperty(name, "a(ss)", pairs);
  }

  static UnitProperty processes(String name, List<Integer> pids) {
    return new UnitProperty(name, "au", pids);
  }
}
