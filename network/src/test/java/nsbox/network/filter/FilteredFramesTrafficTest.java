package nsbox.network.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.network.NetworkNamespace;

/// The same where frames within a bridge pass the filters, and are translated.
class FilteredFramesTrafficTest extends TrafficTest {
  @Override
  void framesAreFiltered(NetworkNamespace namespace) throws Exception {
    assumeTrue(
        Files.exists(Path.of("/proc/sys/net/bridge")), "the kernel has not loaded br_netfilter");
    assertEquals(
        "1\n1\n",
        namespace.script(
            "cd /proc/sys/net/bridge; cat bridge-nf-call-iptables bridge-nf-call-ip6tables"));
  }
}
