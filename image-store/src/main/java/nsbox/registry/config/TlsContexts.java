package nsbox.registry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Makes what the JDK needs to secure connections as a [Tls] says.
///
/// Trusted are the authorities of the system (`SSL_CERT_FILE`, else the distribution's bundle, else
/// the JDK's own) and those that are configured. Making a context reads and parses them all, so
/// callers keep it for the servers with the same `Tls`.
public final class TlsContexts {
  private static final List<String> BUNDLES =
      List.of(
          "etc/ssl/certs/ca-certificates.crt",
          "etc/pki/tls/certs/ca-bundle.crt",
          "etc/ssl/ca-bundle.pem",
          "etc/ssl/cert.pem");

  private final Places places;
  private Optional<List<X509Certificate>> system = Optional.empty();

  public TlsContexts(Surroundings surroundings) {
    this.places = new Places(surroundings);
  }

  /// A context for a server, and whether its host name is to be checked.
  ///
  /// @param checksHostName false where nothing is verified: the caller must then set neither an
  ///   endpoint identification algorithm nor a strict `HostnameVerifier`
  public record Context(SSLContext ssl, boolean checksHostName) {}

  /// @throws InvalidConfigurationException if a file is missing or not what it must be; names it
  public Context context(Tls tls) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(tls), tls.verify() ? trust(tls) : AnyCertificate.managers(), null);
      return new Context(context, tls.verify());
    } catch (GeneralSecurityException e) {
      throw new InvalidConfigurationException(
          tls.origin(), "certificates and keys cannot be used: " + e.getMessage(), e);
    }
  }

  /// @return null for what the JDK trusts by itself
  private TrustManager[] trust(Tls tls) throws IOException, GeneralSecurityException {
    List<X509Certificate> trusted = new ArrayList<>(system());
    for (Path authority : tls.authorities()) {
      trusted.addAll(PemFile.read(authority, tls.origin()).certificates());
    }
    if (trusted.isEmpty()) {
      return null;
    }
    KeyStore store = emptyStore();
    for (int i = 0; i < trusted.size(); i++) {
      store.setCertificateEntry("authority " + i, trusted.get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  /// @return null for none
  private static KeyManager[] keys(Tls tls) throws IOException, GeneralSecurityException {
    if (tls.identities().isEmpty()) {
      return null;
    }
    KeyStore store = emptyStore();
    for (Tls.Identity identity : tls.identities()) {
      PemFile certificate = PemFile.read(identity.certificate(), tls.origin());
      PemFile key = PemFile.read(identity.key(), tls.origin());
      List<X509Certificate> chain = certificate.certificates();
      store.setKeyEntry(
          "identity " + store.size(),
          key.key(),
          new char[0],
          chain.toArray(X509Certificate[]::new));
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private List<X509Certificate> system() throws IOException {
    if (system.isEmpty()) {
      system = Optional.of(readSystem());
    }
    return system.get();
  }

  private List<X509Certificate> readSystem() throws IOException {
    Optional<Path> chosen = places.variablePath("SSL_CERT_FILE");
    if (chosen.isPresent()) {
      return PemFile.read(chosen.get(), new Origin("SSL_CERT_FILE", 0)).certificates();
    }
    for (String bundle : BUNDLES) {
      Path file = places.system(bundle);
      if (Files.isRegularFile(file) && Files.size(file) > 0) {
        return PemFile.read(file, Places.at(file)).certificates();
      }
    }
    return ofTheJdk();
  }

  private static List<X509Certificate> ofTheJdk() throws IOException {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      List<X509Certificate> certificates = new ArrayList<>();
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager trust) {
          certificates.addAll(List.of(trust.getAcceptedIssuers()));
        }
      }
      return certificates;
    } catch (GeneralSecurityException e) {
      throw new IOException("the JDK's own certificates cannot be read", e);
    }
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
