package nsbox.archive;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Fills or changes the `config` of an image by instructions of a Dockerfile, as `--change` of
/// `import` and `commit` takes them. Members that no instruction is about stay as they are.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#properties config
final class ConfigChanges {
  private static final int MAX_PORT = 65535;

  private final Map<String, String> environment = new LinkedHashMap<>();
  private final Map<String, String> labels = new LinkedHashMap<>();
  private final TreeMap<String, Object> ports = new TreeMap<>();
  private final TreeMap<String, Object> volumes = new TreeMap<>();
  private final List<String> triggers = new ArrayList<>();
  private final TreeMap<String, Object> others = new TreeMap<>();
  private boolean commandGiven;

  ConfigChanges() {}

  /// @param before what the instructions change; itself it stays as it is
  ConfigChanges(JsonObject before) throws JsonException {
    others.putAll(before.members());
    for (String assignment : before.strings("Env")) {
      int equals = assignment.indexOf('=');
      String name = equals < 0 ? assignment : assignment.substring(0, equals);
      environment.put(name, assignment.substring(equals < 0 ? name.length() : equals + 1));
    }
    labels.putAll(before.stringMap("Labels"));
    before.optionalObject("ExposedPorts").ifPresent(it -> ports.putAll(it.members()));
    before.optionalObject("Volumes").ifPresent(it -> volumes.putAll(it.members()));
    triggers.addAll(before.strings("OnBuild"));
  }

  /// Applies one instruction after those before.
  ///
  /// @throws InvalidChangeException if it is not one of those that only change the config
  void apply(String instruction) throws InvalidChangeException {
    String[] parts = instruction.strip().split("\\s+", 2);
    String rest = parts.length == 1 ? "" : parts[1];
    if (rest.isEmpty()) {
      throw new InvalidChangeException(instruction, "nothing stands after the instruction");
    }
    DockerfileText text = new DockerfileText(rest, environment);
    switch (parts[0].toUpperCase(Locale.ROOT)) {
      case "CMD" -> {
        others.put("Cmd", command(rest, text));
        commandGiven = true;
      }
      case "ENTRYPOINT" -> {
        others.put("Entrypoint", command(rest, text));
        if (!commandGiven) {
          // The command of the image before was meant for another entrypoint.
          others.remove("Cmd");
        }
      }
      case "ENV" -> assign(instruction, rest, text, environment);
      case "LABEL" -> assign(instruction, rest, text, labels);
      case "EXPOSE" -> expose(instruction, text);
      case "ONBUILD" -> triggers.add(trigger(instruction, rest));
      case "STOPSIGNAL" -> others.put("StopSignal", text.plain());
      case "USER" -> others.put("User", text.plain());
      case "VOLUME" -> {
        Optional<List<String>> list = text.list();
        for (String volume : list.isPresent() ? list.get() : text.words()) {
          volumes.put(volume, new JsonObject());
        }
      }
      case "WORKDIR" -> others.put("WorkingDir", directory(text.plain()));
      default ->
          throw new InvalidChangeException(
              instruction,
              "the instructions are CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, STOPSIGNAL, USER,"
                  + " VOLUME and WORKDIR");
    }
  }

  /// What all instructions came to, in the order of the members' names.
  JsonObject config() {
    TreeMap<String, Object> members = new TreeMap<>(others);
    if (!environment.isEmpty()) {
      List<String> assignments = new ArrayList<>();
      environment.forEach((name, value) -> assignments.add(name + "=" + value));
      members.put("Env", assignments);
    }
    putObject(members, "ExposedPorts", ports);
    putObject(members, "Labels", labels);
    putObject(members, "Volumes", volumes);
    if (!triggers.isEmpty()) {
      members.put("OnBuild", triggers);
    }
    JsonObject config = new JsonObject();
    members.forEach(config::put);
    return config;
  }

  private static void putObject(Map<String, Object> members, String name, Map<String, ?> values) {
    if (!values.isEmpty()) {
      JsonObject object = new JsonObject();
      values.forEach(object::put);
      members.put(name, object);
    }
  }

  private static List<String> command(String rest, DockerfileText text) {
    Optional<List<String>> list = text.list();
    return list.isPresent() ? list.get() : List.of("/bin/sh", "-c", rest);
  }

  /// `NAME=VALUE …`, or the older `NAME VALUE`, whose value is the whole rest.
  private static void assign(
      String instruction, String rest, DockerfileText text, Map<String, String> target)
      throws InvalidChangeException {
    List<String> words = text.rawWords();
    Map<String, String> assigned = new LinkedHashMap<>();
    if (words.getFirst().indexOf('=') < 0) {
      String[] parts = rest.split("\\s+", 2);
      if (parts.length == 1) {
        throw new InvalidChangeException(instruction, "a name without a value");
      }
      assigned.put(text.plain(parts[0]), text.plain(parts[1]));
    } else {
      for (String word : words) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? "" : text.plain(word.substring(0, equals));
        if (name.isEmpty()) {
          throw new InvalidChangeException(instruction, word + " is not NAME=VALUE");
        }
        assigned.put(name, text.plain(word.substring(equals + 1)));
      }
    }
    target.putAll(assigned);
  }

  /// `80`, `53/udp`, `8000-8010/tcp`.
  private void expose(String instruction, DockerfileText text) throws InvalidChangeException {
    for (String word : text.words()) {
      int slash = word.indexOf('/');
      String protocol = slash < 0 ? "tcp" : word.substring(slash + 1).toLowerCase(Locale.ROOT);
      String range = slash < 0 ? word : word.substring(0, slash);
      int dash = range.indexOf('-');
      int first = port(dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : port(range.substring(dash + 1));
      if (first < 0 || last < first || !List.of("tcp", "udp", "sctp").contains(protocol)) {
        throw new InvalidChangeException(instruction, word + " is no port");
      }
      for (int port = first; port <= last; port++) {
        ports.put(port + "/" + protocol, new JsonObject());
      }
    }
  }

  /// @return -1 if it is none
  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port <= MAX_PORT ? port : -1;
  }

  private static String trigger(String instruction, String rest) throws InvalidChangeException {
    String name = rest.split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
    if (List.of("ONBUILD", "FROM", "MAINTAINER").contains(name)) {
      throw new InvalidChangeException(instruction, name + " may not be a trigger");
    }
    return rest;
  }

  /// A relative folder is below the one before.
  private String directory(String text) {
    Object set = others.get("WorkingDir");
    String before = set == null || set.equals("") ? "/" : set.toString();
    return java.nio.file.Path.of(before).resolve(text).normalize().toString();
  }
}
