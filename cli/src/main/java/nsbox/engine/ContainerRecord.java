package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;
import nsbox.network.PublishedPort;

/// What was asked of a container, as container.json keeps it: what `ps` shows and what a start
/// needs. It changes only where a user changes it (`rename`, `update`); members that nobody here
/// knows are kept then.
///
/// All that only `inspect` shows is in another file, [ContainerFolder#settingsFile].
public final class ContainerRecord {
  private static final String[] NEEDED = {"id", "name", "image", "imageId"};

  /// The restart policy of a container that is not started again.
  public static final String NO_RESTART = "no";

  /// The log driver of a container that has its caller's streams.
  public static final String PASSTHROUGH = "passthrough";

  private final JsonObject json;

  /// @throws IOException if a member is missing that every container has
  public ContainerRecord(JsonObject json) throws IOException {
    this.json = json;
    for (String name : NEEDED) {
      if (!(json.members().get(name) instanceof String)) {
        json.string(name);
      }
    }
  }

  public String id() {
    return text("id");
  }

  public String shortId() {
    return id().substring(0, Math.min(12, id().length()));
  }

  public String name() {
    return text("name");
  }

  /// The image as the user named it.
  public String image() {
    return text("image");
  }

  public String imageId() {
    return text("imageId");
  }

  /// Chain IDs of the snapshots that it stands on, lowest first.
  public List<String> layers() throws IOException {
    return json.strings("layers");
  }

  /// What made its root file system: [nsbox.snapshot.Driver#name].
  public String driver() throws IOException {
    return json.optionalString("driver").orElse("overlay");
  }

  /// Program and arguments.
  public List<String> command() throws IOException {
    return json.strings("command");
  }

  /// Since the epoch.
  public long createdNanos() throws IOException {
    return json.number("createdNanos");
  }

  /// Since the epoch.
  public long createdSeconds() throws IOException {
    return createdNanos() / 1_000_000_000;
  }

  /// Number of the signal that `stop` sends first.
  public int stopSignal() throws IOException {
    return (int) json.number("stopSignal");
  }

  /// How long `stop` waits for the end before it kills; -1 for ever.
  public long stopSeconds() throws IOException {
    return json.optionalNumber("stopSeconds").orElse(10L);
  }

  /// How much its files may take up; 0 for no limit.
  public long storageBytes() throws IOException {
    return json.optionalNumber("storageBytes").orElse(0L);
  }

  /// The container goes with its process.
  public boolean autoRemove() throws IOException {
    return json.flag("autoRemove");
  }

  public boolean terminal() throws IOException {
    return json.flag("terminal");
  }

  /// Its standard input stays open, fed by whoever is attached.
  public boolean keepInput() throws IOException {
    return json.flag("keepInput");
  }

  /// It has the default system call filter, which the build has compiled.
  public boolean defaultFilter() throws IOException {
    return json.flag("defaultFilter");
  }

  /// File that gets the number of the process with every start.
  public Optional<String> pidFile() throws IOException {
    return json.optionalString("pidFile");
  }

  /// Gets the number of its monitor.
  public Optional<String> monitorPidFile() throws IOException {
    return json.optionalString("monitorPidFile");
  }

  /// The command that removes its image once it is gone; empty where that stays.
  public List<String> imageRemoval() throws IOException {
    return json.strings("imageRemoval");
  }

  /// IDs of the containers whose namespaces it shares, by the type of the namespace.
  public Map<String, String> joins() throws IOException {
    return json.stringMap("joins");
  }

  /// The networks that it is on, the first with its default route; none where it is on none, or has
  /// another's.
  public List<Attachment> networks() throws IOException {
    if (!json.has("networks")) {
      return List.of();
    }
    List<Attachment> networks = new ArrayList<>();
    for (JsonObject network : json.objects("networks")) {
      networks.add(Attachment.of(network));
    }
    return networks;
  }

  /// Ports of the host that lead to it.
  public List<PublishedPort> ports() throws IOException {
    if (!json.has("ports")) {
      return List.of();
    }
    List<PublishedPort> ports = new ArrayList<>();
    for (JsonObject port : json.objects("ports")) {
      ports.add(PublishedPort.of(port));
    }
    return ports;
  }

  /// Ports that it listens on, published or not, as `80/tcp`; none where it is on no network.
  public List<String> exposedPorts() throws IOException {
    return json.strings("exposed");
  }

  /// Names for the gateway's address in its /etc/hosts; one line for each text.
  public List<String> gatewayHosts() throws IOException {
    return json.strings("gatewayHosts");
  }

  /// `json-file`, `k8s-file`, `none` or [#PASSTHROUGH].
  public String logDriver() throws IOException {
    return json.optionalString("logDriver").orElse("json-file");
  }

  /// Who speaks to the manager of services that started its starter: `container`, `conmon`, which
  /// is its monitor, or `ignore`.
  public String serviceNotify() throws IOException {
    return json.optionalString("sdnotify").orElse("ignore");
  }

  /// It has the streams of whoever starts it, and no log.
  public boolean passesStreams() throws IOException {
    return logDriver().equals(PASSTHROUGH);
  }

  /// What each record of its log says, as JSON; empty for nothing.
  public String logAttributes() throws IOException {
    Optional<JsonObject> attributes = json.optionalObject("logAttributes");
    return attributes.isEmpty() ? "" : Json.text(attributes.get());
  }

  /// Above which a new log is begun; 0 for no limit.
  public long logMaxBytes() throws IOException {
    return json.optionalNumber("logMaxBytes").orElse(0L);
  }

  public int logMaxFiles() throws IOException {
    return (int) (long) json.optionalNumber("logMaxFiles").orElse(1L);
  }

  /// [#NO_RESTART], `on-failure`, `always` or `unless-stopped`.
  public String restartPolicy() throws IOException {
    String restart = json.optionalString("restart").orElse(NO_RESTART);
    int colon = restart.indexOf(':');
    return colon < 0 ? restart : restart.substring(0, colon);
  }

  /// How often at most; 0 for no limit.
  public long restartMost() throws IOException {
    String restart = json.optionalString("restart").orElse(NO_RESTART);
    int colon = restart.indexOf(':');
    return colon < 0 ? 0 : Long.parseLong(restart.substring(colon + 1));
  }

  /// What becomes of it when it is unhealthy: `none`, `kill`, `restart` or `stop`.
  public String onUnhealthy() throws IOException {
    return json.optionalString("onUnhealthy").orElse("none");
  }

  /// Its monitor may start it again after its end.
  public boolean mayRestart() throws IOException {
    return !restartPolicy().equals(NO_RESTART) || onUnhealthy().equals("restart");
  }

  /// How long it may run each time; 0 for ever.
  public long limitMilliseconds() throws IOException {
    return json.optionalNumber("limitMilliseconds").orElse(0L);
  }

  public Map<String, String> labels() throws IOException {
    return json.stringMap("labels");
  }

  /// The whole document, for what has no accessor here.
  public JsonObject json() {
    return json;
  }

  /* Looked at when the record was made. */
  private String text(String name) {
    return (String) json.members().get(name);
  }
}
