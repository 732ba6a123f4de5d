package nsbox.cli.command;

import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Invocation;
import nsbox.cli.Sizes;
import nsbox.cli.output.GoTemplate;
import nsbox.cli.output.TemplateException;
import nsbox.engine.ContainerRecord;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import picocli.CommandLine.ParseResult;

/// Where a container's output goes beside those who are attached, and what is said of it there.
///
/// @param driver `json-file`, `k8s-file`, `none` or `passthrough`
/// @param maxBytes of a log before the next is begun; 0 for no limit
/// @param labels names of labels that each record of the log shows
/// @param variables likewise of variables
/// @param tag a template of what each record shows as `tag`; empty for none
record LogFlags(
    String driver,
    long maxBytes,
    long maxFiles,
    List<String> labels,
    List<String> variables,
    String tag) {
  private static final List<String> DRIVERS =
      List.of("json-file", "k8s-file", "none", ContainerRecord.PASSTHROUGH);
  private static final long MOST_FILES = 1000;
  private static final int MOST_ATTRIBUTE_BYTES = 4096;
  private static final int SHORT = 12;

  static void addTo(Flags flags) {
    flags
        .text(
            "json-file|k8s-file|none|passthrough",
            "Where output is logged (json-file); passthrough: the container has the caller's streams",
            "--log-driver")
        .texts(
            "max-size=SIZE|max-file=N|tag=TEMPLATE|labels=NAMES|env=NAMES",
            "When a log is begun anew, how many there are, and what a record of json-file says besides",
            "--log-opt");
  }

  static LogFlags of(ParseResult parsed) throws Failure {
    String driver = parsed.matchedOptionValue("--log-driver", "json-file");
    if (!DRIVERS.contains(driver)) {
      throw new Failure(
          "--log-driver "
              + driver
              + ": this version of nsbox knows json-file, k8s-file, none and passthrough");
    }
    long maxBytes = 0;
    long maxFiles = 1;
    List<String> labels = new ArrayList<>();
    List<String> variables = new ArrayList<>();
    String tag = "";
    for (String option : values(parsed, "--log-opt")) {
      int equals = option.indexOf('=');
      String value = option.substring(equals + 1);
      switch (equals < 0 ? "" : option.substring(0, equals)) {
        case "max-size" -> maxBytes = maxBytes(option, value);
        case "max-file" -> maxFiles = WatchFlags.number("--log-opt", option, value, 1, MOST_FILES);
        case "labels" -> labels.addAll(List.of(value.split(",")));
        case "env" -> variables.addAll(List.of(value.split(",")));
        case "tag" -> tag = value;
        case "compress" -> refuseCompression(option, value);
        default ->
            throw new Failure(
                "--log-opt "
                    + option
                    + ": the options of logs are max-size, max-file, tag, labels and env");
      }
    }
    boolean attributes = !labels.isEmpty() || !variables.isEmpty() || !tag.isEmpty();
    if (attributes && !driver.equals("json-file")) {
      throw new Failure(
          "--log-opt tag, labels and env: only the records of the log driver json-file have room for them");
    }
    return new LogFlags(driver, maxBytes, maxFiles, labels, variables, tag);
  }

  private static void refuseCompression(String option, String value) throws Failure {
    if (!value.equals("false")) {
      throw new Failure("--log-opt " + option + ": nsbox does not compress logs");
    }
  }

  /* docker's -1 is no limit. */
  private static long maxBytes(String option, String size) throws Failure {
    long bytes = size.equals("-1") ? 0 : Sizes.parse(size, "--log-opt max-size");
    if (bytes == 0 && !size.equals("-1")) {
      throw new Failure("--log-opt " + option + ": a log needs some room, or -1 for no limit");
    }
    return bytes;
  }

  boolean passesStreams() {
    return driver.equals(ContainerRecord.PASSTHROUGH);
  }

  /// @throws Failure if a container would get a terminal that is not its own
  void check(ParseResult parsed, Invocation invocation) throws Failure {
    if (passesStreams()) {
      checkStreams(invocation);
      if (isSet(parsed, "--tty")) {
        throw new Failure("--log-driver passthrough and --tty exclude each other");
      }
    }
  }

  /// A terminal would be typed on by the container as well as by its user.
  ///
  /// @throws Failure if one of the caller's streams is a terminal
  static void checkStreams(Invocation invocation) throws Failure {
    if (invocation.inputIsTerminal()
        || invocation.outputIsTerminal()
        || invocation.errorIsTerminal()) {
      throw new Failure("the '--log-driver passthrough' option cannot be used on a TTY");
    }
  }

  /// Writes what differs from the default to a container's record.
  ///
  /// @param environment of its process
  void addTo(JsonObject record, List<String> environment) throws IOException, Failure {
    record.put("logDriver", driver);
    if (maxBytes > 0) {
      record.put("logMaxBytes", maxBytes);
    }
    record.put("logMaxFiles", maxFiles);
    if (passesStreams()) {
      record.put("keepInput", false); // nobody carries it
    }
    Map<String, String> attributes = attributes(record, environment);
    if (attributes.isEmpty()) {
      return;
    }
    JsonObject object = new JsonObject();
    attributes.forEach(object::put);
    int bytes = Json.bytes(object).length;
    if (bytes > MOST_ATTRIBUTE_BYTES) {
      throw new Failure(
          "--log-opt tag, labels and env: they would add "
              + bytes
              + " bytes to each record of the log; "
              + MOST_ATTRIBUTE_BYTES
              + " are allowed");
    }
    record.put("logAttributes", object);
    putOption(record, "env", String.join(",", variables));
    putOption(record, "labels", String.join(",", labels));
    putOption(record, "tag", tag);
  }

  /* For `inspect`. */
  private static void putOption(JsonObject record, String name, String value) {
    if (!value.isEmpty()) {
      record.put("log-" + name, value);
    }
  }

  /* As docker's, sorted by name; what is not there is left out. */
  private Map<String, String> attributes(JsonObject record, List<String> environment)
      throws IOException, Failure {
    if (labels.isEmpty() && variables.isEmpty() && tag.isEmpty()) {
      return Map.of();
    }
    Map<String, String> attributes = new TreeMap<>();
    Map<String, String> set = record.stringMap("labels");
    for (String label : labels) {
      if (set.containsKey(label)) {
        attributes.put(label, set.get(label));
      }
    }
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      if (equals > 0 && variables.contains(variable.substring(0, equals))) {
        attributes.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    if (!tag.isEmpty()) {
      attributes.put("tag", renderedTag(record));
    }
    return attributes;
  }

  private String renderedTag(JsonObject record) throws IOException, Failure {
    String id = record.string("id");
    String imageId = record.string("imageId");
    String hex = imageId.substring(imageId.indexOf(':') + 1);
    JsonObject fields =
        new JsonObject()
            .put("ID", id.substring(0, Math.min(SHORT, id.length())))
            .put("FullID", id)
            .put("Name", record.string("name"))
            .put("ImageID", hex.substring(0, Math.min(SHORT, hex.length())))
            .put("ImageFullID", imageId)
            .put("ImageName", record.string("image"))
            .put("Command", String.join(" ", record.strings("command")))
            .put("DaemonName", "nsbox");
    try {
      return GoTemplate.parse(tag).render(fields);
    } catch (TemplateException e) {
      throw new Failure("--log-opt tag=" + tag + ": " + e.getMessage(), e);
    }
  }
}
