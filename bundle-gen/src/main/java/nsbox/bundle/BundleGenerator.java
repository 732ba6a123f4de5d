package nsbox.bundle;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.NameOptions;
import nsbox.image.ImageConfig;
import nsbox.json.JsonObject;
import nsbox.json.JsonText;

/// Makes config.json from what the image says, what the user asks, and nsbox's default policy.
///
/// The user outranks the image, the image outranks the defaults. Every decision is noted with its
/// source, so that `--explain` can tell.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/conversion.md Conversion
public final class BundleGenerator {
  private static final String VERSION = "1.1.0";

  private final ImageConfig image;
  private final ContainerOptions options;
  private final Surroundings surroundings;
  private final Origins origins = new Origins();

  /// What comes from around the container.
  ///
  /// @param rootPath of the root file system, as config.json names it
  /// @param hostname where the user names none
  /// @param cgroupsPath of the container's cgroup
  /// @param pidsController the host can limit the number of processes
  /// @param seccomp the filter, `linux.seccomp`; empty for none
  /// @param etcFiles host files to show as /etc/hosts and its siblings, by destination
  public record Surroundings(
      RootFiles files,
      String rootPath,
      String hostname,
      Optional<String> cgroupsPath,
      boolean pidsController,
      Optional<JsonText> seccomp,
      Map<String, String> etcFiles) {}

  private BundleGenerator(ImageConfig image, ContainerOptions options, Surroundings surroundings) {
    this.image = image;
    this.options = options;
    this.surroundings = surroundings;
  }

  /// @throws BundleException if image and options do not make a container
  /// @throws IOException if the image's files cannot be read
  public static Bundle generate(
      ImageConfig image, ContainerOptions options, Surroundings surroundings)
      throws IOException, BundleException {
    BundleGenerator generator = new BundleGenerator(image, options, surroundings);
    JsonObject config = generator.config();
    return new Bundle(config, generator.origins.list());
  }

  private JsonObject config() throws IOException, BundleException {
    JsonObject config = new JsonObject().put("ociVersion", VERSION);
    config.put("process", new ProcessPart(image, options, surroundings, origins).make());
    boolean readonly = options.files().readonlyRoot();
    config.put(
        "root", new JsonObject().put("path", surroundings.rootPath()).put("readonly", readonly));
    origins.note("root.readonly", Boolean.toString(readonly), readonly ? "--read-only" : "default");
    names(config);
    config.put("mounts", new MountsPart(options, surroundings.etcFiles(), origins).make());
    config.put("linux", new LinuxPart(options, surroundings, origins).make());
    annotations(config);
    return config;
  }

  /* Names are of a uts namespace; one of somebody else's has its own. */
  private void names(JsonObject config) {
    if (!options.namespaces().uts().isPrivate()) {
      return;
    }
    NameOptions names = options.names();
    String hostname = names.hostname().orElse(surroundings.hostname());
    config.put("hostname", hostname);
    origins.note("hostname", hostname, names.hostname().isPresent() ? "--hostname" : "default");
    if (names.domainname().isPresent()) {
      config.put("domainname", names.domainname().get());
      origins.note("domainname", names.domainname().get(), "--domainname");
    }
  }

  /* The annotations that the image specification derives from an image's configuration. */
  private void annotations(JsonObject config) {
    JsonObject annotations = new JsonObject();
    image.stopSignal().ifPresent(it -> annotations.put("org.opencontainers.image.stopSignal", it));
    image.labels().forEach(annotations::put);
    options.metadata().labels().forEach(annotations::put);
    options.metadata().annotations().forEach(annotations::put);
    if (!annotations.isEmpty()) {
      config.put("annotations", annotations);
    }
  }
}
