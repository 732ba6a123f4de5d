package nsbox.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Optional;
import nsbox.jib.Grant;

/// What servers were shown, and will be shown again: by server, repository and scope.
final class TokenCache {
  private static final int MAX_ENTRIES = 1000;

  private final Cache<Key, Header> headers =
      Caffeine.newBuilder()
          .maximumSize(MAX_ENTRIES)
          .expireAfter(Expiry.<Key, Header>writing((key, header) -> header.lifetime()))
          .build();

  /// The `Authorization` header; empty where none was needed, or it has expired.
  Optional<String> find(String host, Grant grant) {
    return Optional.ofNullable(headers.getIfPresent(new Key(host, grant))).map(Header::text);
  }

  void put(String host, Grant grant, String header, Duration lifetime) {
    headers.put(new Key(host, grant), new Header(header, lifetime));
  }

  private record Key(String host, Grant grant) {}

  /// @param text a secret
  private record Header(String text, Duration lifetime) {
    @Override
    public String toString() {
      return "***";
    }
  }
}
