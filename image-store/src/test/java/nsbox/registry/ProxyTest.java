package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.List;
import java.util.Optional;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.Test;

/// Registries that are reached through a proxy which wants a password of its own.
class ProxyTest {
  private final Samples samples = new Samples();

  private Repository through(ScriptedServer proxy, Protocol protocol) {
    String[] host = proxy.host().split(":");
    Connections.Route route =
        new Connections.Route(
            Optional.empty(),
            true,
            new Proxy(Proxy.Type.HTTP, new InetSocketAddress(host[0], Integer.parseInt(host[1]))),
            Optional.of("Basic cDpx"));
    return samples
        .client(target -> route)
        .open(
            DockerRegistry.endpoint(DockerRegistry.server("registry.test:5000", protocol), "a"),
            Credentials.NONE);
  }

  @Test
  void asksTheProxyForPlainHttp() throws IOException {
    try (ScriptedServer proxy =
        new ScriptedServer((request, out) -> ScriptedServer.reply(out, 200, "{\"tags\":[]}"))) {
      assertEquals(List.of(), through(proxy, Protocol.HTTP).tags());
      assertEquals(
          "http://registry.test:5000/v2/a/tags/list?n=1000", proxy.requests.getFirst().path());
      assertEquals("Basic cDpx", proxy.requests.getFirst().headers().get("proxy-authorization"));
    }
  }

  @Test
  void asksTheProxyForATunnelToTls() throws IOException {
    try (ScriptedServer proxy =
        new ScriptedServer((request, out) ->
            request.headers().containsKey("proxy-authorization")
                ? ScriptedServer.reply(out, 403, "")
                : ScriptedServer.reply(out, 407, "", "Proxy-Authenticate: Basic realm=\"p\""))) {
      UnreachableException e =
          assertThrows(
              UnreachableException.class, () -> through(proxy, Protocol.HTTPS).manifest("1"));
      assertEquals(
          "manifest 1 of registry.test:5000/a: the connection to registry.test:5000 was lost:"
              + " Unable to tunnel through proxy. Proxy returns \"HTTP/1.1 403 X\"",
          e.getMessage());
      assertEquals("CONNECT", proxy.requests.getFirst().method());
      assertEquals("registry.test:5000", proxy.requests.getFirst().path());
      assertEquals("Basic cDpx", proxy.requests.getLast().headers().get("proxy-authorization"));
    }
  }
}
