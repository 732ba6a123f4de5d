package nsbox.registry.config;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.registry.config.Endpoint.Use;
import nsbox.registry.config.Server.Protocol;
import nsbox.registry.config.Tls.Identity;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/// containerd's `hosts.toml` for one registry: which hosts are asked for it, in this order.
///
/// `dial_timeout` and `proxy` are told as not used.
///
/// @param hosts as the file has them, the default server last
/// @spec https://github.com/containerd/containerd/blob/v2.0.0/docs/hosts.md
record HostsToml(Path file, List<Host> hosts, List<String> notes) {
  private static final Set<String> HOST_KEYS =
      Set.of("capabilities", "ca", "client", "skip_verify", "header", "override_path");
  private static final Set<String> ROOT_KEYS =
      Set.of(
          "server",
          "host",
          "capabilities",
          "ca",
          "client",
          "skip_verify",
          "header",
          "override_path");

  /// @param address host and port; empty for the registry's own, where no `server` is given
  /// @param explicitTls whether the file says anything about certificates
  record Host(
      String address,
      String basePath,
      Protocol protocol,
      Set<Use> uses,
      Tls tls,
      boolean explicitTls,
      Map<String, String> headers,
      Origin origin) {}

  /// The folder that containerd would use for a registry, if there is one.
  static Optional<Path> folder(Places places, String registry) {
    Path certs = places.system("etc/containerd/certs.d");
    List<String> names = new ArrayList<>();
    int colon = registry.lastIndexOf(':');
    if (colon > registry.lastIndexOf(']')) {
      names.add(registry.substring(0, colon) + "_" + registry.substring(colon + 1) + "_");
    }
    names.add(registry);
    names.add("_default");
    for (String name : names) {
      if (Files.isDirectory(certs.resolve(name))) {
        return Optional.of(certs.resolve(name));
      }
    }
    return Optional.empty();
  }

  /// Reads the file that is meant for a registry, if there is one.
  static Optional<HostsToml> load(Places places, String registry) throws IOException {
    Optional<Path> folder = folder(places, registry);
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Path file = folder.get().resolve("hosts.toml");
    Optional<byte[]> bytes = Places.read(file);
    if (bytes.isEmpty() || TomlFile.saysNothing(bytes.get())) {
      return Optional.empty();
    }
    return Optional.of(new Reader(TomlFile.parse(file, bytes.get())).read());
  }

  private record Reader(TomlFile file) {

    HostsToml read() throws InvalidConfigurationException {
      TomlTable root = file.root();
      file.knows(root, ROOT_KEYS);
      List<Host> hosts = new ArrayList<>();
      Optional<TomlTable> table = file.table(root, "host");
      if (table.isPresent()) {
        List<String> urls = new ArrayList<>(table.get().keySet());
        /* TOML's tables have no order; people write them in the one they mean. */
        urls.sort(Comparator.comparingInt(url -> file.at(table.get(), url).line()));
        for (String url : urls) {
          Optional<TomlTable> host = file.table(table.get(), url);
          file.knows(host.get(), HOST_KEYS);
          hosts.add(host(url, host.get(), file.at(table.get(), url)));
        }
      }
      Optional<String> server = file.string(root, "server").filter(text -> !text.isEmpty());
      Origin origin = server.isPresent() ? file.at(root, "server") : Places.at(file.path(), 1);
      hosts.add(host(server.orElse(""), root, origin));
      return new HostsToml(file.path(), hosts, file.unknown());
    }

    private Host host(String url, TomlTable table, Origin origin)
        throws InvalidConfigurationException {
      List<Path> authorities = new ArrayList<>();
      for (String authority : file.oneOrMore(table, "ca")) {
        authorities.add(beside(authority));
      }
      List<Identity> identities = identities(table);
      Optional<Boolean> skip = file.flag(table, "skip_verify");
      boolean explicit = !authorities.isEmpty() || !identities.isEmpty() || skip.isPresent();
      Tls tls = new Tls(!skip.orElse(false), authorities, identities, origin);
      Map<String, String> headers = headers(table);
      Set<Use> uses = uses(table);
      if (url.isEmpty()) {
        return new Host(
            "", "/v2", Protocol.HTTPS, EnumSet.allOf(Use.class), tls, explicit, headers, origin);
      }
      URI uri = uri(url, origin);
      boolean http = uri.getScheme().equals("http");
      /* containerd: http beside settings for TLS means "whichever it speaks", except on port 80. */
      Protocol protocol =
          !http
              ? Protocol.HTTPS
              : explicit && uri.getPort() != 80 ? Protocol.HTTPS_THEN_HTTP : Protocol.HTTP;
      return new Host(
          uri.getRawAuthority(),
          basePath(uri, file.flag(table, "override_path").orElse(false)),
          protocol,
          uses,
          tls,
          explicit,
          headers,
          origin);
    }

    private Set<Use> uses(TomlTable table) throws InvalidConfigurationException {
      List<String> names = file.strings(table, "capabilities");
      if (names.isEmpty()) {
        return EnumSet.allOf(Use.class);
      }
      Set<Use> uses = EnumSet.noneOf(Use.class);
      for (String name : names) {
        switch (name.toLowerCase(Locale.ROOT)) {
          case "pull" -> uses.add(Use.PULL);
          case "resolve" -> uses.add(Use.RESOLVE);
          case "push" -> uses.add(Use.PUSH);
          default ->
              throw file.wrong(
                  table, "capabilities", "expected pull, resolve and push, found \"" + name + "\"");
        }
      }
      return uses;
    }

    private List<Identity> identities(TomlTable table) throws InvalidConfigurationException {
      List<Identity> identities = new ArrayList<>();
      if (table.get(List.of("client")) instanceof String both) {
        return List.of(new Identity(beside(both), beside(both)));
      }
      TomlArray array = file.array(table, "client").orElse(null);
      for (int i = 0; array != null && i < array.size(); i++) {
        Object element = array.get(i);
        if (element instanceof String both) {
          identities.add(new Identity(beside(both), beside(both)));
        } else if (element instanceof TomlArray pair
            && pair.size() == 2
            && pair.get(0) instanceof String certificate
            && pair.get(1) instanceof String key) {
          identities.add(
              new Identity(beside(certificate), beside(key.isEmpty() ? certificate : key)));
        } else {
          throw new InvalidConfigurationException(
              file.at(array, i), "client[" + i + "]: expected a file, or a pair of files");
        }
      }
      return identities;
    }

    private Map<String, String> headers(TomlTable table) throws InvalidConfigurationException {
      Map<String, String> headers = new LinkedHashMap<>();
      Optional<TomlTable> header = file.table(table, "header");
      for (String name : header.map(TomlTable::keySet).orElse(Set.of())) {
        String value = String.join(", ", file.oneOrMore(header.get(), name));
        /* The value may be a secret, so it is not shown. */
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
            || value.chars().anyMatch(c -> c < ' ' && c != '\t' || c >= 127)) {
          throw file.wrong(header.get(), name, "is not a header that http can carry");
        }
        headers.put(name, value);
      }
      return headers;
    }

    private URI uri(String url, Origin origin) throws InvalidConfigurationException {
      String full = url.indexOf("://") < 0 ? "https://" + url : url;
      try {
        URI uri = new URI(full);
        if (List.of("http", "https").contains(uri.getScheme())
            && uri.getHost() != null
            && uri.getRawUserInfo() == null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null) {
          return uri;
        }
      } catch (URISyntaxException e) {
        throw new InvalidConfigurationException(origin, "\"" + url + "\" is not a URL", e);
      }
      throw new InvalidConfigurationException(
          origin, "expected http:// or https://, a host, and nothing else but a port and a path");
    }

    private static String basePath(URI uri, boolean override) {
      String path =
          uri.getRawPath() == null ? "" : URI.create(uri.getRawPath()).normalize().toString();
      while (path.endsWith("/")) {
        path = path.substring(0, path.length() - 1);
      }
      return override || path.endsWith("/v2") ? path : path + "/v2";
    }

    private Path beside(String name) {
      return file.path().resolveSibling(name);
    }
  }
}
