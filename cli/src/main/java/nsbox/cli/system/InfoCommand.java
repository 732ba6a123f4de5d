package nsbox.cli.system;

import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.util.List;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.GoTemplate;
import nsbox.cli.output.JsonForm;
import nsbox.cli.output.Visible;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox info`: the host and what nsbox keeps on it, with docker's members and podman's.
public final class InfoCommand implements Command {
  private static final int COLUMN = 24;

  private final String version;

  public InfoCommand(String version) {
    this.version = version;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "info",
            "[OPTIONS]",
            "Show the host, and what nsbox keeps on it.",
            "'nsbox doctor' says what the host can and cannot do.");
    spec.addOption(text("FORMAT", "json or a Go template", "-f", "--format"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String format = optional(parsed, "--format").orElse("");
    boolean json = format.strip().equals("json");
    GoTemplate template = format.isEmpty() || json ? null : GoTemplate.parse(format);
    session.prepare();
    JsonObject document = new InfoDocument(session, version).document();
    if (json) {
      session.front().out(JsonForm.pretty(document) + "\n");
    } else if (template != null) {
      session.front().out(template.render(document) + "\n");
    } else {
      session.front().out(lines(document));
    }
    return 0;
  }

  /* One member a line; what has members of its own is for templates and JSON. */
  private static String lines(JsonObject document) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Object> member : document.members().entrySet()) {
      String value =
          member.getValue() instanceof List<?> list
              ? String.join(", ", list.stream().map(String::valueOf).toList())
              : String.valueOf(member.getValue());
      if (!(member.getValue() instanceof JsonObject)
          && !(member.getValue() instanceof Map)
          && !(member.getValue() instanceof nsbox.cli.output.TemplateMethod)) {
        String name = member.getKey() + ":";
        text.append(name)
            .append(" ".repeat(Math.max(1, COLUMN - name.length())))
            .append(Visible.text(value))
            .append('\n');
      }
    }
    return text.toString();
  }
}
