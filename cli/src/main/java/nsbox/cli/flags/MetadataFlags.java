package nsbox.cli.flags;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.bundle.options.MetadataOptions;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Signals;

/// Options about what is said of the container, and how it is stopped.
final class MetadataFlags {
  private MetadataFlags() {}

  static void addTo(Flags flags) {
    flags
        .texts("NAME[=VALUE]", "Label the container", "-l", "--label")
        .texts("FILE", "Label it with what a file says, a line each", "--label-file")
        .texts("NAME=VALUE", "Annotate the configuration", "--annotation")
        .texts("PORT[-PORT][/PROTOCOL]", "Say that it listens there, as the image may", "--expose")
        .text("SIGNAL", "Signal by which it is stopped", "--stop-signal")
        .text(
            "SECONDS", "How long a stop waits before it kills (10); -1 for ever", "--stop-timeout");
  }

  static MetadataOptions read(Asked asked) throws Failure {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String file : asked.texts("--label-file")) {
      for (String line : LineFile.read("--label-file", asked.path("--label-file", file))) {
        put(labels, line, "--label-file " + file);
      }
    }
    for (String label : asked.texts("--label")) {
      put(labels, label, "--label " + label);
    }
    ExposedPorts.of(Set.of(), asked.texts("--expose"));
    Optional<String> signal = asked.text("--stop-signal");
    if (signal.isPresent()) {
      Signals.number(signal.get());
    }
    return new MetadataOptions(
        labels,
        annotations(asked.texts("--annotation")),
        signal,
        asked.number("--stop-timeout", -1, Integer.MAX_VALUE));
  }

  private static void put(Map<String, String> labels, String text, String what) throws Failure {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    if (name.isEmpty()) {
      throw new Failure(what + ": no name before the equals sign");
    }
    labels.put(name, equals < 0 ? "" : text.substring(equals + 1));
  }

  private static Map<String, String> annotations(List<String> flags) throws Failure {
    Map<String, String> annotations = new LinkedHashMap<>();
    for (String flag : flags) {
      int equals = flag.indexOf('=');
      if (equals < 1) {
        throw new Failure("--annotation " + flag + ": expected NAME=VALUE");
      }
      annotations.put(flag.substring(0, equals), flag.substring(equals + 1));
    }
    return annotations;
  }
}
