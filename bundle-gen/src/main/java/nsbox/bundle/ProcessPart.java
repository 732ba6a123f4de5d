package nsbox.bundle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nsbox.bundle.BundleGenerator.Surroundings;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.ProcessOptions;
import nsbox.bundle.options.SecurityOptions;
import nsbox.image.ImageConfig;
import nsbox.json.JsonObject;

/// `process` of config.json: what runs, as whom, where and with which rights.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/conversion.md Conversion
final class ProcessPart {
  private final ImageConfig image;
  private final ContainerOptions options;
  private final ProcessOptions asked;
  private final Surroundings surroundings;
  private final Origins origins;

  ProcessPart(
      ImageConfig image, ContainerOptions options, Surroundings surroundings, Origins origins) {
    this.image = image;
    this.options = options;
    this.asked = options.process();
    this.surroundings = surroundings;
    this.origins = origins;
  }

  JsonObject make() throws IOException, BundleException {
    JsonObject process = new JsonObject();
    process.put("terminal", asked.terminal().isPresent());
    origins.note(
        "process.terminal",
        Boolean.toString(asked.terminal().isPresent()),
        asked.terminal().isPresent() ? "--tty" : "default");
    asked
        .terminal()
        .ifPresent(size ->
            process.put(
                "consoleSize",
                new JsonObject().put("height", size.rows()).put("width", size.columns())));
    Account account = user(process);
    process.put("args", arguments());
    process.put(
        "env", new EnvironmentPart(options).make(image, account, surroundings.hostname(), origins));
    process.put("cwd", workingDirectory());
    capabilities(process, account);
    limits(process);
    process.put("noNewPrivileges", options.security().noNewPrivileges());
    options.security().apparmor().ifPresent(name -> process.put("apparmorProfile", name));
    return process;
  }

  private Account user(JsonObject process) throws IOException, BundleException {
    String text = asked.user().orElse(image.user());
    Account account = Account.resolve(text, asked.groups(), surroundings.files());
    JsonObject user =
        new JsonObject()
            .put("uid", account.uid())
            .put("gid", account.gid())
            .put("additionalGids", account.groups());
    asked.umask().ifPresent(umask -> user.put("umask", umask));
    process.put("user", user);
    origins.note(
        "process.user",
        account.uid() + ":" + account.gid() + " with groups " + account.groups(),
        asked.user().isPresent()
            ? "--user " + text
            : text.isEmpty() ? "default root" : "image " + text);
    return account;
  }

  /* Docker's rule: an entrypoint of the user's drops the image's command. */
  private List<String> arguments() throws BundleException {
    List<String> arguments = new ArrayList<>();
    Optional<List<String>> entrypoint = asked.entrypoint();
    String source = "image";
    arguments.addAll(entrypoint.isPresent() ? entrypoint.get() : image.entrypoint());
    if (!asked.arguments().isEmpty()) {
      source = arguments.isEmpty() ? "command line" : "image and command line";
      arguments.addAll(asked.arguments());
    } else if (entrypoint.isEmpty()) {
      arguments.addAll(image.cmd());
    }
    if (entrypoint.isPresent()) {
      source = asked.arguments().isEmpty() ? "--entrypoint" : "--entrypoint and command line";
    }
    if (arguments.isEmpty()) {
      throw new BundleException.NoCommand();
    }
    if (asked.init().isPresent()) {
      arguments.addFirst("--");
      arguments.addFirst(asked.init().get());
      source = source + " and --init";
    }
    origins.note("process.args", String.join(" ", arguments), source);
    return arguments;
  }

  private String workingDirectory() throws BundleException {
    String directory = asked.workingDirectory().orElse(image.workingDir());
    String source =
        asked.workingDirectory().isPresent()
            ? "--workdir"
            : directory.isEmpty() ? "default" : "image";
    if (directory.isEmpty()) {
      directory = "/";
    }
    if (!directory.startsWith("/")) {
      throw new BundleException.BadValue(
          "the working directory " + directory + " is not an absolute path");
    }
    origins.note("process.cwd", directory, source);
    return directory;
  }

  /* Inheritable or ambient only where a user asks for them by name: a program without file
   * capabilities would keep them for any user (CVE-2022-24769). */
  private void capabilities(JsonObject process, Account account) throws BundleException {
    SecurityOptions security = options.security();
    List<String> set = CapabilitySet.of(security);
    JsonObject capabilities = new JsonObject().put("bounding", set);
    if (account.uid() == 0 || !security.changesCapabilities() || security.privileged()) {
      capabilities.put("effective", set).put("permitted", set);
    } else {
      List<String> own = CapabilitySet.forAnyUser(security, set);
      capabilities.put("effective", own).put("permitted", own);
      capabilities.put("inheritable", own).put("ambient", own);
    }
    process.put("capabilities", capabilities);
    origins.note(
        "process.capabilities",
        String.join(" ", set),
        security.privileged()
            ? "--privileged"
            : security.changesCapabilities() ? "--cap-add and --cap-drop" : "default");
  }

  private void limits(JsonObject process) {
    if (!asked.ulimits().isEmpty()) {
      List<JsonObject> limits = new ArrayList<>();
      for (ProcessOptions.Ulimit ulimit : asked.ulimits()) {
        limits.add(
            new JsonObject()
                .put("type", "RLIMIT_" + ulimit.name().toUpperCase(Locale.ROOT))
                .put("soft", unsigned(ulimit.soft()))
                .put("hard", unsigned(ulimit.hard())));
        origins.note(
            "process.rlimits",
            ulimit.name() + " " + ulimit.soft() + ":" + ulimit.hard(),
            "--ulimit");
      }
      process.put("rlimits", limits);
    }
    asked.oomScoreAdjust().ifPresent(score -> process.put("oomScoreAdj", score));
  }

  /* No limit is the largest number. */
  private static Object unsigned(long limit) {
    return limit >= 0 ? (Object) limit : new java.math.BigInteger("18446744073709551615");
  }
}
