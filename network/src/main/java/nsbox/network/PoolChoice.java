package nsbox.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The pools of a new network.
final class PoolChoice {
  private final SubnetChoice subnets;

  PoolChoice(SubnetChoice subnets) {
    this.subnets = subnets;
  }

  /// Of version 4 first.
  ///
  /// @param id of the network, of random digits
  List<Pool> pools(NetworkRequest request, String id) throws NetworkException {
    List<Pool> pools = new ArrayList<>();
    addWanted(pools, request, false);
    if (pools.isEmpty() && request.version4()) {
      pools.add(chosen(subnets.version4()));
    }
    int version4 = pools.size();
    addWanted(pools, request, true);
    if (pools.size() == version4 && request.version6()) {
      pools.add(chosen(subnets.version6(id)));
    }
    return pools;
  }

  private void addWanted(List<Pool> pools, NetworkRequest request, boolean version6)
      throws NetworkException {
    int before = pools.size();
    for (NetworkRequest.WantedSubnet wanted : request.subnets()) {
      if (wanted.subnet().isVersion6() != version6) {
        continue;
      }
      if (pools.size() > before) {
        throw new NetworkException(
            "a network has one subnet of version "
                + (version6 ? "6" : "4")
                + ", not both "
                + pools.getLast().subnet()
                + " and "
                + wanted.subnet());
      }
      Pool pool = Pool.of(wanted);
      subnets.check(pool.subnet(), request.driver().equals(Network.BRIDGE));
      pools.add(pool);
    }
  }

  private static Pool chosen(Subnet subnet) throws NetworkException {
    return Pool.of(new NetworkRequest.WantedSubnet(subnet, Optional.empty(), Optional.empty()));
  }
}
