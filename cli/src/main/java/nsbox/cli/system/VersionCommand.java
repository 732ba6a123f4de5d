package nsbox.cli.system;

import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.GoTemplate;
import nsbox.cli.output.JsonForm;
import nsbox.image.Platform;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox version`: docker's members. Client and server are one program here, and both are told,
/// for scripts ask for either.
public final class VersionCommand implements Command {
  private final String version;

  public VersionCommand(String version) {
    this.version = version;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("version", "[OPTIONS]", "Print the version.");
    spec.addOption(text("FORMAT", "json or a Go template", "-f", "--format"));
    return spec;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    JsonObject document = new JsonObject().put("Client", part()).put("Server", server());
    String format = optional(parsed, "--format").orElse("");
    if (format.strip().equals("json")) {
      session.front().out(JsonForm.compact(document) + "\n");
    } else if (!format.isEmpty()) {
      session.front().out(GoTemplate.parse(format).render(document) + "\n");
    } else {
      session.front().out(lines(part()));
    }
    return 0;
  }

  private JsonObject part() {
    Platform host = Platform.host();
    return new JsonObject()
        .put("Version", version)
        .put("ApiVersion", version)
        .put("APIVersion", version)
        .put("GitCommit", "")
        .put("Os", "linux")
        .put("Arch", host.architecture())
        .put("OsArch", "linux/" + host.architecture())
        .put("JavaVersion", System.getProperty("java.version"))
        .put("KernelVersion", System.getProperty("os.version"));
  }

  private JsonObject server() {
    JsonObject engine = new JsonObject().put("Name", "Engine").put("Version", version);
    JsonObject runtime = new JsonObject().put("Name", "nsbox-runtime").put("Version", version);
    return part()
        .put("Platform", new JsonObject().put("Name", "nsbox"))
        .put("Components", List.of(engine, runtime));
  }

  private static String lines(JsonObject part) throws Exception {
    return "nsbox "
        + part.string("Version")
        + "\n Runtime: nsbox-runtime "
        + part.string("Version")
        + "\n OS/Arch: "
        + part.string("OsArch")
        + "\n Kernel:  "
        + part.string("KernelVersion")
        + "\n Java:    "
        + part.string("JavaVersion")
        + "\n";
  }
}
