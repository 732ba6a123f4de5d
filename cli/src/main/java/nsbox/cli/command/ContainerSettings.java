package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import nsbox.cli.Signals;
import nsbox.cli.output.Absent;
import nsbox.cli.output.TemplateMethod;
import nsbox.engine.ContainerRecord;
import nsbox.json.JsonObject;

/// A container's `Config`, docker's word for what it is wherever it runs: settings.json's, and what
/// that lacks from the configuration that it starts with.
final class ContainerSettings {
  private ContainerSettings() {}

  static JsonObject of(ContainerRecord record, ContainerDetails details) throws IOException {
    JsonObject config = details.config();
    JsonObject process = config.optionalObject("process").orElse(new JsonObject());
    JsonObject written = details.settings("Config");
    JsonObject settings =
        new JsonObject()
            .put("Hostname", config.optionalString("hostname").orElse(hostname()))
            .put("Domainname", config.optionalString("domainname").orElse(""))
            .put("User", user(process))
            .put("AttachStdin", record.keepInput())
            .put("AttachStdout", true)
            .put("AttachStderr", true)
            .put("ExposedPorts", Absent.MAP)
            .put("Tty", record.terminal())
            .put("OpenStdin", record.keepInput())
            .put("StdinOnce", record.keepInput())
            .put("Env", process.strings("env"))
            .put("Cmd", record.command())
            .put("Image", record.image())
            .put("Volumes", Absent.MAP)
            .put("WorkingDir", process.optionalString("cwd").orElse(""))
            .put("Entrypoint", Absent.LIST)
            .put("Healthcheck", TemplateMethod.of(Absent.MAP))
            .put("HealthcheckOnFailureAction", TemplateMethod.of(record.onUnhealthy()))
            .put("OnBuild", Absent.LIST)
            .put("Labels", new LinkedHashMap<>(record.labels()))
            .put("StopSignal", Signals.name(record.stopSignal()))
            .put("StopTimeout", record.stopSeconds());
    return HostSettings.overlaid(settings, written);
  }

  private static String hostname() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
  }

  /* The image's or the user's own text is in settings.json. */
  private static String user(JsonObject process) throws IOException {
    JsonObject user = process.optionalObject("user").orElse(new JsonObject());
    long id = user.optionalNumber("uid").orElse(0L);
    long group = user.optionalNumber("gid").orElse(0L);
    return id == 0 && group == 0 ? "" : id + ":" + group;
  }
}
