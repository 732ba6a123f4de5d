package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.network.Address;
import nsbox.network.Attachment;
import nsbox.network.Network;

/// A value of `--network` that names a network: its name alone, docker's
/// `name=NAME,alias=A,ip=ADDRESS`, or podman's `NAME:alias=A,ip=ADDRESS`.
final class NetworkWord {
  private static final int MAC_BYTES = 6;

  private final String word;
  private String network = "";
  private Optional<Address> ip = Optional.empty();
  private Optional<Address> ip6 = Optional.empty();
  private Optional<String> mac = Optional.empty();
  private final List<String> aliases = new ArrayList<>();

  private NetworkWord(String word) {
    this.word = word;
  }

  static Attachment parse(String word) throws Failure {
    return new NetworkWord(word).parse();
  }

  private Attachment parse() throws Failure {
    int colon = word.indexOf(':');
    int equals = word.indexOf('=');
    if (colon >= 0 && (equals < 0 || colon < equals)) {
      network = word.substring(0, colon);
      for (String field : Csv.fields(word.substring(colon + 1), "--network")) {
        read(field);
      }
    } else if (equals >= 0) {
      for (String field : Csv.fields(word, "--network")) {
        read(field);
      }
    } else {
      network = word;
    }
    checkName();
    return new Attachment(network, ip, ip6, mac, aliases);
  }

  private void read(String field) throws Failure {
    int equals = field.indexOf('=');
    if (equals < 1) {
      throw failure("invalid field " + field + "; expected KEY=VALUE, as in ip=10.0.0.5");
    }
    String key = field.substring(0, equals);
    String value = field.substring(equals + 1);
    switch (key) {
      case "name" -> network = network.isEmpty() ? value : network;
      case "alias" -> aliases.add(alias("--network " + word, value));
      case "ip" -> address(value);
      case "ip6" -> ip6 = Optional.of(address("--network " + word, value, true));
      case "mac", "mac-address" -> mac = Optional.of(mac("--network " + word, value));
      case "driver-opt" ->
          throw failure("nsbox has no options of a driver for one container; see network create");
      default ->
          throw failure(
              "invalid field key " + key + "; there are name, alias, ip, ip6, mac and mac-address");
    }
  }

  /* Podman has one key for both versions. */
  private void address(String value) throws Failure {
    boolean version6 = value.indexOf(':') >= 0;
    Address address = address("--network " + word, value, version6);
    if (version6) {
      ip6 = Optional.of(address);
    } else {
      ip = Optional.of(address);
    }
  }

  private void checkName() throws Failure {
    if (network.isEmpty()) {
      throw failure("network name/id is not specified");
    }
    if (network.equals("default")) {
      network = Network.DEFAULT_NAME;
    }
    for (int i = 0; i < network.length(); i++) {
      char c = network.charAt(i);
      boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!plain && (i == 0 || c != '_' && c != '.' && c != '-')) {
        throw failure(
            "invalid network name " + network + "; it has letters, digits, '_', '.' and '-'");
      }
    }
  }

  private Failure failure(String what) {
    return new Failure("--network " + word + ": " + what);
  }

  static Address address(String option, String text, boolean version6) throws Failure {
    Optional<Address> address = Address.parse(text);
    if (address.isEmpty() || address.get().isVersion6() != version6 || address.get().isAny()) {
      throw new Failure(option + ": invalid IPv" + (version6 ? 6 : 4) + " address: " + text);
    }
    return address.get();
  }

  static String alias(String option, String alias) throws Failure {
    boolean bad = alias.isEmpty();
    for (int i = 0; i < alias.length(); i++) {
      bad |= alias.charAt(i) <= ' ' || alias.charAt(i) == '#';
    }
    if (bad) {
      throw new Failure(option + ": an alias is a name without blanks, not \"" + alias + "\"");
    }
    return alias;
  }

  /// In lower case, with colons.
  static String mac(String option, String text) throws Failure {
    String mac = text.toLowerCase(java.util.Locale.ROOT).replace('-', ':');
    boolean good = mac.length() == 3 * MAC_BYTES - 1;
    for (int i = 0; good && i < mac.length(); i++) {
      char c = mac.charAt(i);
      boolean digit = c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
      good = i % 3 == 2 ? c == ':' : digit;
    }
    if (!good || mac.equals("00:00:00:00:00:00")) {
      throw new Failure(
          option + ": invalid MAC address " + text + "; expected six bytes, as 02:42:0a:00:00:05");
    }
    if ((Character.digit(mac.charAt(1), 16) & 1) != 0) {
      throw new Failure(
          option
              + ": invalid MAC address "
              + text
              + ": it is one of a group, its first byte is odd");
    }
    return mac;
  }
}
