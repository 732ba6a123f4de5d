package nsbox.runtime.plan;

import java.io.IOException;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.runtime.seccomp.Seccomp;
import nsbox.runtime.seccomp.SeccompCompiler;
import nsbox.runtime.spec.LinuxSpec;

/// Turns `linux.seccomp` into the filter that the kernel takes, or has it ready.
@FunctionalInterface
public interface FilterCompiler {
  /// @param flags of seccomp(2)
  /// @param instructions `struct sock_filter[]`
  record Filter(int flags, byte[] instructions) {}

  Filter compile(LinuxSpec linux) throws IOException;

  /// Who answers for the calls that the filter asks about, where it asks at all.
  default Optional<String> listenerPath(LinuxSpec linux) throws JsonException {
    if (!linux.hasSeccomp()) {
      return Optional.empty();
    }
    String path = linux.seccomp().optionalString("listenerPath").orElse("");
    boolean asks = !path.isEmpty() && Seccomp.parse(linux.seccomp()).notifies();
    return asks ? Optional.of(path) : Optional.empty();
  }

  /// Has the filter, which asks nobody, and does not look at what it was made of.
  static FilterCompiler ready(Filter filter) {
    return new FilterCompiler() {
      @Override
      public Filter compile(LinuxSpec linux) {
        return filter;
      }

      @Override
      public Optional<String> listenerPath(LinuxSpec linux) {
        return Optional.empty();
      }
    };
  }

  /// Compiles anew each time.
  static Filter direct(LinuxSpec linux) throws IOException {
    Seccomp parsed = Seccomp.parse(linux.seccomp());
    return new Filter(parsed.filterFlags(), SeccompCompiler.compile(parsed));
  }
}
