package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.NameOptions;
import nsbox.cli.Failure;
import nsbox.cli.Flags;

/// Options about names: the container's own, and how it finds others.
final class NameFlags {
  private static final int LONGEST = 64;

  /* Docker's word for the address by which containers reach the host. */
  private static final String GATEWAY = "host-gateway";

  private NameFlags() {}

  static void addTo(Flags flags) {
    flags
        .text("NAME", "Hostname of the container", "-h", "--hostname")
        .text("NAME", "NIS domain name of the container", "--domainname")
        .texts("NAME:ADDRESS", "Add a line to /etc/hosts", "--add-host")
        .texts("ADDRESS", "Ask this name server; none leaves the image's file", "--dns")
        .texts("DOMAIN", "Look for names in this domain; . for none", "--dns-search")
        .texts("OPTION", "Set an option of the resolver", "--dns-option", "--dns-opt")
        .flag("Leave the image's /etc/hosts", "--no-hosts")
        .flag("Leave the image's /etc/hostname", "--no-hostname");
  }

  static NameOptions read(Asked asked) throws Failure {
    boolean hostsFile = !asked.isSet("--no-hosts");
    List<String> hosts = new ArrayList<>();
    for (String flag : asked.texts("--add-host")) {
      if (isGateway(flag)) {
        refuseGateway(asked, flag);
      } else {
        hosts.add(host(flag));
      }
    }
    if (!hostsFile && !asked.texts("--add-host").isEmpty()) {
      throw new Failure("--no-hosts and --add-host exclude each other");
    }
    List<String> servers = asked.texts("--dns");
    boolean none = servers.equals(List.of("none"));
    for (String server : servers) {
      if (!none && !Addresses.isAddress(server)) {
        throw new Failure("--dns " + server + ": is not an ip address");
      }
    }
    NameOptions options =
        new NameOptions(
            name(asked, "--hostname"),
            name(asked, "--domainname"),
            hosts,
            none ? List.of() : servers,
            asked.texts("--dns-search"),
            asked.texts("--dns-option"),
            hostsFile,
            !asked.isSet("--no-hostname"),
            !none);
    refuseConflicts(asked, options, none);
    return options;
  }

  private static void refuseConflicts(Asked asked, NameOptions options, boolean none)
      throws Failure {
    boolean resolves =
        !options.nameServers().isEmpty()
            || !options.searchDomains().isEmpty()
            || !options.resolverOptions().isEmpty();
    if (none && resolves) {
      throw new Failure("--dns none excludes --dns-search and --dns-option");
    }
    String uts = asked.text("--uts").orElse("private");
    if (options.hostname().isPresent() && !uts.equals("private")) {
      throw new Failure(
          "conflicting options: hostname and the UTS mode: --hostname and --uts " + uts);
    }
    String network = NetworkFlags.mode(asked);
    if (!network.startsWith("container:")) {
      return;
    }
    String what = ": --network " + network;
    if (options.hostname().isPresent()) {
      throw new Failure("conflicting options: hostname and the network mode" + what);
    }
    if (resolves) {
      throw new Failure("conflicting options: dns and the network mode" + what);
    }
    if (!options.hosts().isEmpty()) {
      throw new Failure(
          "conflicting options: custom host-to-IP mapping and the network mode" + what);
    }
  }

  private static Optional<String> name(Asked asked, String option) throws Failure {
    Optional<String> name = asked.text(option);
    if (name.isPresent() && (name.get().isEmpty() || name.get().length() > LONGEST)) {
      throw new Failure(
          option
              + " "
              + name.get()
              + ": a "
              + option.substring(2)
              + " has 1 to 64 characters, not "
              + name.get().length());
    }
    return name;
  }

  /* Docker's colon or equals sign, podman's semicolon between several names. */
  private static String host(String flag) throws Failure {
    int equals = flag.indexOf('=');
    int end = equals > 0 ? equals : flag.indexOf(':');
    String address = end < 1 ? "" : flag.substring(end + 1);
    if (address.startsWith("[") && address.endsWith("]")) {
      address = address.substring(1, address.length() - 1);
    }
    if (end < 1 || !Addresses.isAddress(address)) {
      throw new Failure("--add-host " + flag + ": expected NAME:ADDRESS, as in db:10.0.0.5");
    }
    return address + "\t" + names(flag, end);
  }

  private static String names(String flag, int end) throws Failure {
    String names = flag.substring(0, end).replace(';', ' ');
    if (names.indexOf('\n') >= 0 || names.indexOf('\t') >= 0) {
      throw new Failure("--add-host " + flag + ": a name has no blanks");
    }
    return names;
  }

  /// The names that `--add-host NAME:host-gateway` gives to the gateway, which is known when the
  /// container starts; one text for each option.
  static List<String> gatewayHosts(Asked asked) throws Failure {
    List<String> hosts = new ArrayList<>();
    for (String flag : asked.texts("--add-host")) {
      if (isGateway(flag)) {
        hosts.add(names(flag, flag.length() - GATEWAY.length() - 1));
      }
    }
    return hosts;
  }

  private static boolean isGateway(String flag) {
    int before = flag.length() - GATEWAY.length() - 1;
    return before > 0
        && flag.endsWith(GATEWAY)
        && (flag.charAt(before) == ':' || flag.charAt(before) == '=');
  }

  private static void refuseGateway(Asked asked, String flag) throws Failure {
    if (NetworkFlags.isMode(NetworkFlags.mode(asked))) {
      throw new Failure(
          "--add-host " + flag + ": this container's network has no gateway; name an address");
    }
  }
}
