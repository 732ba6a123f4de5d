package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Model;
import nsbox.network.Address;
import nsbox.network.Attachment;
import nsbox.network.Network;
import nsbox.network.NetworkOptions;
import nsbox.network.WantedPort;
import picocli.CommandLine.ParseResult;

/// Options about the networks that a container is on, and the ports that are published of it.
///
/// The modes that are no network, `none`, `host`, `container:NAME` and `ns:PATH`, are
/// [NamespaceFlags]'s.
public final class NetworkFlags {
  /// What a container without `--network` gets, where [#VARIABLE] is not set.
  static final String BUILT_IN = Network.DEFAULT_NAME;

  /// Says the default.
  static final String VARIABLE = "NSBOX_NETWORK";

  private NetworkFlags() {}

  public static void addTo(Flags flags) {
    flags
        .texts(
            "NAME[:ip=,alias=,mac=]|none|host|container:NAME|ns:PATH",
            "Network; several of them by further options ($NSBOX_NETWORK, else " + BUILT_IN + ")",
            "--network",
            "--net")
        .text("ADDRESS", "Its address on the network, of version 4", "--ip")
        .text("ADDRESS", "Its address on the network, of version 6", "--ip6")
        .text("ADDRESS", "Its hardware address on the network", "--mac-address")
        .texts("NAME", "A further name on the network", "--network-alias", "--net-alias")
        .texts(
            "[[ADDRESS:]PORT:]PORT[/PROTOCOL]",
            "Let a port of the host lead to one of the container; ranges too",
            "-p",
            "--publish")
        .flag("Publish all exposed ports on free ones of the host", "-P", "--publish-all")
        .texts("CONTAINER[:NAME]", "Refused: use a network with names", "--link")
        .texts("ADDRESS", "Refused: the kernel gives link-local addresses", "--link-local-ip");
  }

  public static NetworkOptions read(Asked asked) throws Failure {
    refuse(asked);
    List<String> words = words(asked);
    List<WantedPort> ports = Publish.parse(asked.texts("--publish"));
    boolean publishAll = asked.isSet("--publish-all");
    if (isMode(words.getFirst())) {
      NetworkConflicts.check(asked, words.getFirst(), !ports.isEmpty() || publishAll);
      return new NetworkOptions(List.of(), List.of(), false, List.of());
    }
    List<Attachment> attachments = new ArrayList<>();
    for (String word : words) {
      attachments.add(NetworkWord.parse(word));
    }
    if (attachments.size() == 1) {
      attachments.set(0, withOptions(asked, attachments.getFirst()));
    } else {
      NetworkConflicts.checkSeveral(asked, attachments);
    }
    for (Attachment attachment : attachments) {
      if (attachment.network().equals(Network.DEFAULT_NAME) && !attachment.aliases().isEmpty()) {
        throw new Failure(
            "network-scoped alias is supported only for containers in user defined networks: "
                + attachment.aliases().getFirst()
                + " on "
                + attachment.network());
      }
    }
    return new NetworkOptions(attachments, ports, publishAll, NameFlags.gatewayHosts(asked));
  }

  /// What docker calls the network mode: `none`, `host`, `container:NAME`, `ns:PATH`, or the name
  /// of the first network.
  ///
  /// @throws Failure if a mode that stands alone does not
  static String mode(Asked asked) throws Failure {
    String first = words(asked).getFirst();
    return isMode(first) ? first : NetworkWord.parse(first).network();
  }

  /// Whether it says where the container's namespace is from, and is no network.
  static boolean isMode(String word) {
    return word.equals("none")
        || word.equals("host")
        || word.startsWith("container:")
        || word.startsWith("ns:");
  }

  /* A mode stands alone. */
  private static List<String> words(Asked asked) throws Failure {
    List<String> words = asked.texts("--network");
    if (words.isEmpty()) {
      String variable = asked.invocation().environment().getOrDefault(VARIABLE, "");
      return List.of(variable.isEmpty() ? BUILT_IN : variable);
    }
    if (words.size() > 1) {
      NetworkConflicts.checkAlone(words);
    }
    return words;
  }

  private static void refuse(Asked asked) throws Failure {
    List<String> links = asked.texts("--link");
    if (!links.isEmpty()) {
      throw new Failure(
          "--link "
              + links.getFirst()
              + ": nsbox has no links; containers on one network find each other by name\n"
              + "  Use: nsbox network create NAME, and --network NAME for both");
    }
    List<String> local = asked.texts("--link-local-ip");
    if (!local.isEmpty()) {
      throw new Failure(
          "--link-local-ip "
              + local.getFirst()
              + ": the kernel gives link-local addresses; use --ip or --ip6");
    }
  }

  /// What `network connect` says of the container there.
  ///
  /// @param network by its name
  public static Attachment connection(ParseResult parsed, String network) throws Failure {
    List<String> aliases = new ArrayList<>();
    for (String alias : Model.values(parsed, "--alias")) {
      aliases.add(NetworkWord.alias("--alias " + alias, alias));
    }
    Optional<String> ip = Model.optional(parsed, "--ip");
    Optional<String> ip6 = Model.optional(parsed, "--ip6");
    Optional<String> mac = Model.optional(parsed, "--mac-address");
    return new Attachment(
        network,
        ip.isEmpty() ? Optional.empty() : Optional.of(address("--ip", ip.get(), false)),
        ip6.isEmpty() ? Optional.empty() : Optional.of(address("--ip6", ip6.get(), true)),
        mac.isEmpty() ? Optional.empty() : Optional.of(NetworkWord.mac("--mac-address", mac.get())),
        aliases);
  }

  /* What is said beside --network is meant for the only one. */
  private static Attachment withOptions(Asked asked, Attachment one) throws Failure {
    Optional<String> ip = asked.text("--ip");
    Optional<String> ip6 = asked.text("--ip6");
    Optional<String> mac = asked.text("--mac-address");
    List<String> aliases = asked.texts("--network-alias");
    NetworkConflicts.refuseTwice(ip.isPresent() && one.ip().isPresent(), "--ip", "IPv4 address");
    NetworkConflicts.refuseTwice(ip6.isPresent() && one.ip6().isPresent(), "--ip6", "IPv6 address");
    NetworkConflicts.refuseTwice(
        mac.isPresent() && one.mac().isPresent(), "--mac-address", "MAC address");
    NetworkConflicts.refuseTwice(
        !aliases.isEmpty() && !one.aliases().isEmpty(), "--network-alias", "alias");
    List<String> names = new ArrayList<>(one.aliases());
    for (String alias : aliases) {
      names.add(NetworkWord.alias("--network-alias " + alias, alias));
    }
    return new Attachment(
        one.network(),
        ip.isEmpty() ? one.ip() : Optional.of(address("--ip", ip.get(), false)),
        ip6.isEmpty() ? one.ip6() : Optional.of(address("--ip6", ip6.get(), true)),
        mac.isEmpty() ? one.mac() : Optional.of(NetworkWord.mac("--mac-address", mac.get())),
        names);
  }

  private static Address address(String option, String text, boolean version6) throws Failure {
    return NetworkWord.address(option, text, version6);
  }
}
