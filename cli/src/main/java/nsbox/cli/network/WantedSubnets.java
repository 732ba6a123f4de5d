package nsbox.cli.network;

import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.network.Address;
import nsbox.network.NetworkRequest;
import nsbox.network.Subnet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// Which subnets `--subnet` names, and which gateway and which range go with which.
final class WantedSubnets {
  private WantedSubnets() {}

  static void addTo(CommandSpec spec) {
    spec.addOption(texts("CIDR", "Its subnet, as 10.9.0.0/24; one of each version", "--subnet"));
    spec.addOption(texts("ADDRESS", "The host's address in a subnet (the first one)", "--gateway"));
    spec.addOption(
        texts("CIDR", "The part of a subnet from which containers get theirs", "--ip-range"));
  }

  static List<NetworkRequest.WantedSubnet> of(ParseResult parsed) throws Failure {
    List<Subnet> subnets = subnets(parsed, "--subnet");
    List<Address> gateways = new ArrayList<>();
    for (String text : words(parsed, "--gateway")) {
      gateways.add(
          Address.parse(text)
              .orElseThrow(() -> new Failure("--gateway " + text + ": this is no IP address")));
    }
    List<Subnet> ranges = subnets(parsed, "--ip-range");
    if (subnets.isEmpty() && !(gateways.isEmpty() && ranges.isEmpty())) {
      throw new Failure("every ip-range or gateway must have a corresponding subnet");
    }
    List<NetworkRequest.WantedSubnet> wanted = new ArrayList<>();
    for (Subnet subnet : subnets) {
      wanted.add(
          new NetworkRequest.WantedSubnet(
              subnet, gateway(subnet, gateways), range(subnet, ranges)));
    }
    if (!gateways.isEmpty()) {
      throw new Failure("no matching subnet for gateway " + gateways.getFirst());
    }
    if (!ranges.isEmpty()) {
      throw new Failure("no matching subnet for range " + ranges.getFirst());
    }
    return wanted;
  }

  /* What fits is taken out of the list, so what is left fits nowhere. */
  private static Optional<Address> gateway(Subnet subnet, List<Address> gateways) throws Failure {
    List<Address> fitting = gateways.stream().filter(subnet::contains).toList();
    if (fitting.size() > 1) {
      throw new Failure(
          "cannot configure multiple gateways ("
              + fitting.getFirst()
              + ", "
              + fitting.get(1)
              + ") for the same subnet "
              + subnet);
    }
    gateways.removeAll(fitting);
    return fitting.stream().findFirst();
  }

  private static Optional<Subnet> range(Subnet subnet, List<Subnet> ranges) throws Failure {
    List<Subnet> fitting =
        ranges.stream()
            .filter(it -> subnet.contains(it.base()) && it.length() >= subnet.length())
            .toList();
    if (fitting.size() > 1) {
      throw new Failure(
          "cannot configure multiple ranges ("
              + fitting.getFirst()
              + ", "
              + fitting.get(1)
              + ") on the same subnet "
              + subnet);
    }
    ranges.removeAll(fitting);
    return fitting.stream().findFirst();
  }

  private static List<Subnet> subnets(ParseResult parsed, String option) throws Failure {
    List<Subnet> subnets = new ArrayList<>();
    for (String text : words(parsed, option)) {
      Subnet subnet =
          Subnet.parse(text)
              .orElseThrow(() ->
                  new Failure(option + " " + text + ": invalid CIDR address; 10.9.0.0/24 is one"));
      String base = text.substring(0, text.indexOf('/'));
      if (!subnet.base().equals(Address.parse(base).orElseThrow())) {
        throw new Failure(option + " " + text + ": invalid subnet: it should be " + subnet);
      }
      subnets.add(subnet);
    }
    return subnets;
  }

  /* As docker has it, also several with commas between. */
  private static List<String> words(ParseResult parsed, String option) {
    List<String> words = new ArrayList<>();
    for (String text : values(parsed, option)) {
      words.addAll(List.of(text.split(",", -1)));
    }
    return words;
  }
}
