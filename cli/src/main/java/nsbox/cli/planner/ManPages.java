package nsbox.cli.planner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.cli.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Manual pages of section 1, made of what `--help` prints.
///
/// @spec https://man7.org/linux/man-pages/man7/man.7.html
final class ManPages {
  private ManPages() {}

  /// All pages by the names of their files.
  static Map<String, String> all() {
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("nsbox.1", overview("nsbox", "runs containers from OCI images", Help.NSBOX));
    for (String name : CommandNames.all()) {
      if (Catalog.isGroup(name)) {
        String group = Help.group(name);
        pages.put("nsbox-" + name + ".1", overview("nsbox-" + name, group.split("\n\n")[1], group));
        for (String member : CommandNames.of(name)) {
          add(pages, name + " " + member, Catalog.command(name, member));
        }
      } else {
        add(pages, name, Catalog.command(name));
      }
    }
    return pages;
  }

  private static void add(Map<String, String> pages, String name, Command command) {
    String page = "nsbox-" + name.replace(' ', '-');
    pages.put(page + ".1", page(page, name, command.spec()));
  }

  private static String overview(String page, String what, String text) {
    return head(page, what)
        + ".SH DESCRIPTION\n.nf\n"
        + escaped(text)
        + ".fi\n.SH FILES\n.I /var/lib/nsbox\n.br\n.I /run/nsbox\n";
  }

  private static String head(String page, String what) {
    String title = page.toUpperCase(java.util.Locale.ROOT);
    String plain = what.strip().replace("\n", " ").replaceFirst("\\.$", "");
    return ".TH "
        + escaped(title)
        + " 1 \"\" \"nsbox "
        + Commands.VERSION
        + "\" \"nsbox\"\n.SH NAME\n"
        + escaped(page)
        + " \\- "
        + escaped(plain)
        + "\n";
  }

  private static String page(String page, String name, CommandSpec spec) {
    String[] description = spec.usageMessage().description();
    StringBuilder text =
        new StringBuilder(head(page, description.length > 0 ? description[0] : name));
    text.append(".SH SYNOPSIS\n");
    for (String line : spec.usageMessage().customSynopsis()) {
      text.append(escaped(line)).append('\n');
    }
    text.append(".SH DESCRIPTION\n");
    for (String paragraph : description) {
      text.append(escaped(paragraph.replace("%n", "\n"))).append("\n.PP\n");
    }
    List<ArgSpec> shown = new ArrayList<>();
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      shown.add(parameter);
    }
    shown.addAll(spec.options());
    text.append(".SH OPTIONS\n");
    for (ArgSpec argument : shown) {
      text.append(".TP\n.B ").append(escaped(label(argument))).append('\n');
      text.append(escaped(String.join(" ", argument.description()).replace("%%", "%")))
          .append('\n');
    }
    return text.append(".SH SEE ALSO\n.BR nsbox (1)\n").toString();
  }

  private static String label(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return argument.paramLabel();
    }
    String names = String.join(", ", option.names());
    return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
  }

  /* A line that begins with a dot or a quote would be a request. */
  private static String escaped(String text) {
    String plain = text.replace("\\", "\\e").replace("-", "\\-");
    StringBuilder lines = new StringBuilder();
    for (String line : plain.split("(?<=\n)")) {
      lines.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "").append(line);
    }
    return lines.toString();
  }
}
