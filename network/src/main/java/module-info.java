/// Networks of containers: their addresses, links and filters, as data and as requests to the
/// kernel.
module nsbox.network {
  requires transitive nsbox.json;
  requires transitive nsbox.runtime;

  exports nsbox.network;
  exports nsbox.network.cni;
  exports nsbox.network.filter;
  exports nsbox.network.join;
  exports nsbox.network.link;
  exports nsbox.network.netlink;
}
