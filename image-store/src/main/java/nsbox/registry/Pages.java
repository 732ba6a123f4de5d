package nsbox.registry;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import nsbox.image.Manifest;
import nsbox.jib.Grant;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// Lists that come in pages, each of which says where the next one is.
///
/// @spec https://www.rfc-editor.org/rfc/rfc8288 Link
final class Pages {
  /// More are not asked for.
  private static final int MAX_PAGES = 1000;

  private Pages() {}

  /// Takes one page, and says whether it has had enough.
  interface Reader {
    boolean enough(Answer answer, JsonObject page) throws IOException;
  }

  /// @param first the answer to `call`, not yet read; closed here
  static void read(Session session, Call call, Grant grant, Answer first, Reader reader)
      throws IOException {
    Set<URI> seen = new HashSet<>();
    Answer answer = first;
    while (true) {
      Optional<URI> next;
      try (Answer page = answer) {
        if (page.status() != 200) {
          throw ErrorAnswers.failure(page);
        }
        byte[] bytes = page.bytes(Manifest.MAX_BYTES, "a page of the list");
        if (reader.enough(page, parsed(page, bytes))) {
          return;
        }
        next = next(page);
      }
      if (next.isEmpty()) {
        return;
      }
      if (!seen.add(next.get()) || seen.size() > MAX_PAGES) {
        throw new BadAnswerException(call.target(), "the list has no end");
      }
      answer = session.send(call.at(next.get().toString()), grant);
    }
  }

  private static JsonObject parsed(Answer page, byte[] bytes) throws BadAnswerException {
    try {
      return Json.parse(bytes, "the list");
    } catch (IOException e) {
      throw new BadAnswerException(page.target(), VisibleText.of(e.getMessage()), e);
    }
  }

  /// Only on the same server: the next request shows who asks.
  private static Optional<URI> next(Answer page) throws BadAnswerException {
    for (String link : page.allOf("link")) {
      int start = link.indexOf('<');
      int end = link.indexOf('>');
      if (start < 0 || end < start || !link.substring(end).matches("(?i).*;\\s*rel=\"?next\"?.*")) {
        continue;
      }
      String text = link.substring(start + 1, end);
      try {
        URI next = Addresses.resolved(page.uri(), text);
        if (Addresses.origin(next).equals(Addresses.origin(page.uri()))) {
          return Optional.of(next);
        }
      } catch (URISyntaxException e) {
        throw badLink(page, text, e);
      }
      throw badLink(page, text, null);
    }
    return Optional.empty();
  }

  private static BadAnswerException badLink(Answer page, String text, Exception cause) {
    return new BadAnswerException(
        page.target(), "the next page is elsewhere: " + VisibleText.of(text), cause);
  }
}
