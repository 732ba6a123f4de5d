package nsbox.network;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A network as it is asked for.
///
/// @param driver as of [Network]
/// @param link name of the host's interface; empty where it follows from the network's ID
/// @param subnets that are wanted
/// @param version4 whether to choose a subnet of version 4 where none is among them
/// @param version6 likewise, of version 6
/// @param options as of [Network], and `labels` likewise
public record NetworkRequest(
    String name,
    String driver,
    Optional<String> link,
    List<WantedSubnet> subnets,
    boolean version4,
    boolean version6,
    boolean internal,
    Map<String, String> options,
    Map<String, String> labels) {

  /// @param gateway the host's address in it; the first one if empty
  /// @param range of containers' addresses; all of the subnet if empty
  public record WantedSubnet(Subnet subnet, Optional<Address> gateway, Optional<Subnet> range) {}
}
