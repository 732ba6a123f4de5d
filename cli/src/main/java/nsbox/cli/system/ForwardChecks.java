package nsbox.cli.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Whether the host's own filter lets through what containers send and get.
///
/// A packet passes if all tables let it pass: so nsbox cannot allow what another one drops, and
/// only whoever rules there can say that it may pass.
final class ForwardChecks {
  private static final String WHAT = "forwarding by the host's filter";
  private static final String OWN = "nsbox";

  /* All bridges of nsbox, as the programs write it. */
  private static final String LINKS = "nsb+";
  private static final String LINKS_SHOWN = "\"nsb";
  private static final int LIMIT_SECONDS = 10;

  private ForwardChecks() {}

  /// Asks the programs of the host: this is no kernel's file, and they know all forms of rules.
  static List<Check> all(HostFiles host) throws IOException, InterruptedException {
    List<Check> checks = new ArrayList<>();
    Optional<String> nft = program(host, "nft");
    if (nft.isPresent()) {
      List<JsonObject> chains = chains(output(nft.get(), "-j", "list", "chains"));
      for (JsonObject table : dropping(chains)) {
        String family = table.string("family");
        String name = table.string("table");
        String rules = output(nft.get(), "list", "table", family, name);
        if (!rules.contains(LINKS_SHOWN)) {
          checks.add(dropped(family + " " + name, owner(chains, family, name), family));
        }
      }
    }
    boolean legacy = ("\n" + host.text("/proc/net/ip_tables_names") + "\n").contains("\nfilter\n");
    Optional<String> iptables =
        program(host, "iptables-legacy").or(() -> program(host, "iptables"));
    if (legacy && iptables.isPresent()) {
      addLegacy(checks, output(iptables.get(), "-S"));
    }
    if (checks.isEmpty()) {
      boolean told = nft.isPresent() || legacy && iptables.isPresent();
      checks.add(
          Check.ok(WHAT, told ? "not hindered" : "not known: nft and iptables are not installed"));
    }
    return checks;
  }

  private static void addLegacy(List<Check> checks, String rules) {
    if (!rules.contains("-P FORWARD DROP") || rules.contains(LINKS)) {
      return;
    }
    String owner =
        rules.contains("-N DOCKER-USER") ? "docker" : rules.contains("-N ufw-") ? "ufw" : "";
    checks.add(dropped("ip filter (iptables)", owner, "ip"));
  }

  /// The base chains of `nft -j list chains`, and all others.
  static List<JsonObject> chains(String json) throws JsonException {
    List<JsonObject> chains = new ArrayList<>();
    if (json.isBlank()) {
      return chains;
    }
    for (JsonObject object :
        Json.parse(json.getBytes(StandardCharsets.UTF_8), "nft").objects("nftables")) {
      Optional<JsonObject> chain = object.optionalObject("chain");
      if (chain.isPresent()) {
        chains.add(chain.get());
      }
    }
    return chains;
  }

  /// Those of other tables that drop what is forwarded, unless a rule says otherwise: by their
  /// policy, or, as firewalld's, by their last rule.
  static List<JsonObject> dropping(List<JsonObject> chains) throws JsonException {
    List<JsonObject> dropping = new ArrayList<>();
    for (JsonObject chain : chains) {
      boolean forward = chain.optionalString("hook").orElse("").equals("forward");
      String table = chain.string("table");
      boolean drops =
          chain.optionalString("policy").orElse("").equals("drop")
              || table.equals("firewalld") && chain.string("name").equals("filter_FORWARD");
      if (forward && drops && !table.equals(OWN)) {
        dropping.add(chain);
      }
    }
    return dropping;
  }

  private static String owner(List<JsonObject> chains, String family, String table)
      throws JsonException {
    if (table.equals("firewalld")) {
      return table;
    }
    for (JsonObject chain : chains) {
      if (!chain.string("family").equals(family) || !chain.string("table").equals(table)) {
        continue;
      }
      if (chain.string("name").equals("DOCKER-USER")) {
        return "docker";
      }
      if (chain.string("name").startsWith("ufw")) {
        return "ufw";
      }
    }
    return "";
  }

  private static Check dropped(String table, String owner, String family) {
    String iptables = family.equals("ip6") ? "ip6tables" : "iptables";
    return Check.warn(
        WHAT,
        "table " + table + (owner.isEmpty() ? "" : ", of " + owner + ",") + " drops it",
        "Containers reach nothing outside, and their published ports are reached from the host"
            + " alone: "
            + switch (owner) {
              case "docker" ->
                  iptables
                      + " -I DOCKER-USER -i "
                      + LINKS
                      + " -j ACCEPT; "
                      + iptables
                      + " -I DOCKER-USER -o "
                      + LINKS
                      + " -j ACCEPT";
              case "ufw" ->
                  "for each bridge of nsbox: ufw route allow in on nsbox0; ufw route allow out on"
                      + " nsbox0";
              case "firewalld" ->
                  "for each bridge of nsbox: firewall-cmd --permanent --zone=trusted"
                      + " --add-interface=nsbox0; firewall-cmd --reload";
              default ->
                  "accept in its chain at the hook forward what comes from, and what goes to,"
                      + " interfaces nsb*";
            });
  }

  private static Optional<String> program(HostFiles host, String name) {
    for (String folder : List.of("/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/")) {
      if (host.has(folder + name)) {
        return Optional.of(folder + name);
      }
    }
    return Optional.empty();
  }

  /* Empty where it fails: who may not ask, cannot be told. */
  private static String output(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return "";
    }
    return process.exitValue() == 0 ? text : "";
  }
}
