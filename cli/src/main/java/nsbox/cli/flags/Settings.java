package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.EnvironmentOptions;
import nsbox.bundle.options.ProcessOptions;
import nsbox.cli.Failure;
import nsbox.image.ImageConfig;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.network.NetworkOptions;
import nsbox.network.WantedPort;

/// What was asked for, in docker's words and order: `Config`, which is of the container alone, and
/// `HostConfig`, which is of it on this host.
///
/// @spec
///   https://docs.docker.com/reference/api/engine/version/v1.48/#tag/Container/operation/ContainerInspect
public final class Settings {
  private final Asked asked;
  private final ContainerOptions options;
  private final ImageConfig image;
  private final NetworkOptions networks;

  public Settings(
      Asked asked, ContainerOptions options, ImageConfig image, NetworkOptions networks) {
    this.asked = asked;
    this.options = options;
    this.image = image;
    this.networks = networks;
  }

  /// @param imageName as the user named it
  /// @param configuration config.json
  /// @param labels the image's and the user's
  public JsonObject make(String imageName, JsonObject configuration, JsonObject labels)
      throws JsonException, Failure {
    return new JsonObject()
        .put("Config", config(imageName, configuration, labels))
        .put("HostConfig", new HostSettings(asked, options, networks).make(configuration));
  }

  private JsonObject config(String imageName, JsonObject configuration, JsonObject labels)
      throws JsonException, Failure {
    ProcessOptions process = options.process();
    boolean attached = !asked.isSet("--detach");
    boolean input = asked.isSet("--interactive");
    Optional<List<String>> entrypoint = process.entrypoint();
    List<String> command = process.arguments();
    if (command.isEmpty() && entrypoint.isEmpty()) {
      command = image.cmd();
    }
    JsonObject config =
        new JsonObject()
            .put("Hostname", configuration.optionalString("hostname").orElse(""))
            .put("Domainname", options.names().domainname().orElse(""))
            .put("User", process.user().orElse(image.user()))
            .put("AttachStdin", attached && input)
            .put("AttachStdout", attached)
            .put("AttachStderr", attached)
            .put("Tty", process.terminal().isPresent())
            .put("OpenStdin", input)
            .put("StdinOnce", attached && input)
            .put("Env", environment())
            .put("Cmd", command.isEmpty() ? null : command)
            .put("Image", imageName)
            .put("Volumes", null)
            .put("WorkingDir", process.workingDirectory().orElse(image.workingDir()))
            .put("Entrypoint", orNull(entrypoint.orElse(image.entrypoint())))
            .put("OnBuild", null)
            .put("Labels", labels);
    Set<String> ports = ExposedPorts.of(image.exposedPorts(), asked);
    for (WantedPort port : networks.ports()) {
      ports.add(port.containerPort() + "/" + port.protocol());
    }
    if (!ports.isEmpty()) {
      JsonObject exposed = new JsonObject();
      for (String port : ports) {
        exposed.put(port, new JsonObject());
      }
      config.put("ExposedPorts", exposed);
    }
    Optional<String> signal = options.metadata().stopSignal();
    if (signal.isPresent() || image.stopSignal().isPresent()) {
      config.put("StopSignal", signal.isPresent() ? signal.get() : image.stopSignal().get());
    }
    if (options.metadata().stopSeconds().isPresent()) {
      config.put("StopTimeout", options.metadata().stopSeconds().get());
    }
    return config;
  }

  /* Docker's order: the user's own, then what is left of the image's. */
  private List<String> environment() {
    EnvironmentOptions flags = options.environment();
    Map<String, String> all = new LinkedHashMap<>();
    addTo(all, flags.ofFiles());
    addTo(all, flags.assignments());
    if (!flags.unsetAll()) {
      Map<String, String> images = new LinkedHashMap<>();
      addTo(images, flags.ofHost());
      addTo(images, image.env());
      for (String name : flags.unset()) {
        images.remove(name);
      }
      for (Map.Entry<String, String> entry : images.entrySet()) {
        all.putIfAbsent(entry.getKey(), entry.getValue());
      }
    }
    return new ArrayList<>(all.values());
  }

  private static void addTo(Map<String, String> all, List<String> assignments) {
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      all.put(equals < 0 ? assignment : assignment.substring(0, equals), assignment);
    }
  }

  static List<String> orNull(List<String> list) {
    return list.isEmpty() ? null : list;
  }
}
