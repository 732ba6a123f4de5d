package nsbox.e2e.registry;

import java.nio.file.Files;
import java.nio.file.Path;

/// A certificate authority of a test's own, and what it has signed, as PEM files in one folder.
///
/// @param authority certificate of the authority
/// @param server for `localhost` and `127.0.0.1`
/// @param client for whoever must prove who they are
record Certificates(Path authority, Pair server, Pair client) {
  /// A certificate and its key.
  record Pair(Path certificate, Path key) {}

  static Certificates in(Path folder) throws Exception {
    Files.createDirectories(folder);
    Pair root = pair(folder, "ca");
    Outside.run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=test authority",
        "-keyout",
        root.key().toString(),
        "-out",
        root.certificate().toString());
    Pair server =
        signed(folder, "server", root, "subjectAltName=DNS:localhost,IP:127.0.0.1", "serverAuth");
    Pair client = signed(folder, "client", root, "subjectAltName=DNS:client", "clientAuth");
    return new Certificates(root.certificate(), server, client);
  }

  /// A folder as `--cert-dir` and certs.d have it: the authority, and a client's pair where asked.
  Path certDir(Path folder, boolean withClient) throws Exception {
    Files.createDirectories(folder);
    Files.copy(authority, folder.resolve("ca.crt"));
    if (withClient) {
      Files.copy(client.certificate(), folder.resolve("client.cert"));
      Files.copy(client.key(), folder.resolve("client.key"));
    }
    return folder;
  }

  private static Pair signed(Path folder, String name, Pair root, String names, String usage)
      throws Exception {
    Pair pair = pair(folder, name);
    Path request = folder.resolve(name + ".csr");
    Path extensions = folder.resolve(name + ".ext");
    Files.writeString(extensions, names + "\nextendedKeyUsage=" + usage + "\n");
    Outside.run(
        "openssl",
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=" + name,
        "-keyout",
        pair.key().toString(),
        "-out",
        request.toString());
    Outside.run(
        "openssl",
        "x509",
        "-req",
        "-days",
        "2",
        "-CAcreateserial",
        "-in",
        request.toString(),
        "-CA",
        root.certificate().toString(),
        "-CAkey",
        root.key().toString(),
        "-extfile",
        extensions.toString(),
        "-out",
        pair.certificate().toString());
    return pair;
  }

  private static Pair pair(Path folder, String name) {
    return new Pair(folder.resolve(name + ".crt"), folder.resolve(name + ".key"));
  }
}
