package nsbox.registry;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Follows redirects by hand: ten at most, never in a circle, never to where secrets would be read.
final class Redirects {
  private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

  private final Transport transport;

  Redirects(Transport transport) {
    this.transport = transport;
  }

  /// @param secrets headers for the first server alone: they do not follow to another scheme, host
  ///   or port
  Answer follow(Call call, URI first, Map<String, String> secrets) throws IOException {
    Set<URI> seen = new HashSet<>();
    seen.add(first);
    URI uri = first;
    boolean home = true;
    while (true) {
      Map<String, String> headers = new LinkedHashMap<>(home ? secrets : Map.of());
      headers.putAll(call.headers());
      Answer answer = transport.exchange(call, uri, headers);
      if (!STATUSES.contains(answer.status()) || answer.header("location").isEmpty()) {
        return answer;
      }
      String location = answer.header("location").get();
      answer.body().skipSmall();
      answer.close();
      URI next = checked(call, uri, answer.status(), location);
      if (!seen.add(next)) {
        throw new RedirectRefusedException(call.target(), location, "it leads in a circle");
      }
      if (seen.size() > Limits.MAX_REDIRECTS + 1) {
        throw new RedirectRefusedException(
            call.target(), location, "there were " + Limits.MAX_REDIRECTS + " before it");
      }
      home = home && Addresses.origin(next).equals(Addresses.origin(uri));
      uri = next;
    }
  }

  private static URI checked(Call call, URI from, int status, String location)
      throws RedirectRefusedException {
    String refused = null;
    URI next = null;
    try {
      next = Addresses.resolved(from, location);
      String scheme = next.getScheme();
      if (!scheme.equalsIgnoreCase("https") && !scheme.equalsIgnoreCase("http")) {
        refused = "it is neither http nor https";
      } else if (from.getScheme().equalsIgnoreCase("https") && scheme.equalsIgnoreCase("http")) {
        refused = "it leads from https to http";
      } else if (next.getRawAuthority().indexOf('@') >= 0) {
        refused = "it names a user";
      } else if (!call.redirects()) {
        refused = "the request holds a secret";
      } else if (status < 307 && !call.method().equals("GET") && !call.method().equals("HEAD")) {
        refused = status + " would make another request of " + call.method();
      }
    } catch (URISyntaxException e) {
      refused = "it is no address";
    }
    if (refused != null) {
      throw new RedirectRefusedException(call.target(), location, refused);
    }
    return next;
  }
}
