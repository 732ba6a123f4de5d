package nsbox.registry;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.Manifest;
import nsbox.jib.Grant;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// One registry as a whole: whether it is there and knows us, and what it has.
public final class Registry {
  private static final int MAX_REPOSITORIES = 100_000;
  private static final Grant IDENTITY = new Grant.Other("");

  private final Session session;

  Registry(Session session) {
    this.session = session;
  }

  /// Asks for nothing but to be let in: a wrong password fails here.
  ///
  /// A registry that wants no credentials lets everybody in, and then nothing was checked.
  ///
  /// @throws UnauthorizedException if the registry does not accept the credentials, or wants some
  public void ping() throws IOException {
    Call call = Call.of(target(host()), "GET", session.server().basePath() + "/");
    try (Answer answer = session.send(call, IDENTITY)) {
      if (answer.status() != 200) {
        throw ErrorAnswers.failure(answer);
      }
    }
  }

  /// All repositories, over all pages.
  ///
  /// @throws UnsupportedByRegistryException if the registry does not tell
  public List<String> catalog() throws IOException {
    Call call =
        Call.of(
            target("the repositories of " + host()),
            "GET",
            session.server().basePath() + "/_catalog?n=1000");
    Grant grant = new Grant.Other("registry:catalog:*");
    Answer first = session.send(call, grant);
    if (first.status() == 404 || first.status() == 405) {
      throw new UnsupportedByRegistryException(
          call.target(), "does not list its repositories", ErrorAnswers.said(first));
    }
    List<String> names = new ArrayList<>();
    Pages.read(
        session,
        call,
        grant,
        first,
        (page, json) -> {
          try {
            names.addAll(json.strings("repositories"));
          } catch (JsonException e) {
            throw new BadAnswerException(page.target(), VisibleText.of(e.getMessage()), e);
          }
          if (names.size() > MAX_REPOSITORIES) {
            throw new BadAnswerException(page.target(), "there are more than " + MAX_REPOSITORIES);
          }
          return false;
        });
    return names.stream().map(VisibleText::of).toList();
  }

  /// Looks for repositories by docker's first protocol, which some registries still answer.
  ///
  /// @param limit the most that are given
  /// @throws UnsupportedByRegistryException if the registry has no search
  public List<Found> search(String term, int limit) throws IOException {
    Call call =
        Call.of(
            target("search for \"" + VisibleText.of(term) + "\" at " + host()),
            "GET",
            "/v1/search?q=" + URLEncoder.encode(term, StandardCharsets.UTF_8) + "&n=" + limit);
    Answer answer = session.send(call, IDENTITY);
    if (answer.status() == 404 || answer.status() == 405 || answer.status() == 410) {
      throw new UnsupportedByRegistryException(
          call.target(), "has no search", ErrorAnswers.said(answer));
    }
    if (answer.status() != 200) {
      throw ErrorAnswers.failure(answer);
    }
    try (answer) {
      byte[] bytes = answer.bytes(Manifest.MAX_BYTES, "the list");
      List<Found> found = new ArrayList<>();
      for (JsonObject each : Json.parse(bytes, "the list").objects("results")) {
        if (found.size() < limit) {
          found.add(Found.read(each));
        }
      }
      return found;
    } catch (JsonException e) {
      throw new BadAnswerException(call.target(), VisibleText.of(e.getMessage()), e);
    }
  }

  private String host() {
    return session.server().host();
  }

  private Target target(String object) {
    return new Target(host(), object);
  }

  /// What a search has found; the texts are fit for a terminal.
  ///
  /// @param stars how many users like it
  /// @param official whether the registry itself vouches for it
  public record Found(String name, String description, long stars, boolean official) {
    static Found read(JsonObject json) throws JsonException {
      Optional<String> description = json.optionalString("description");
      return new Found(
          VisibleText.of(json.string("name")),
          description.map(text -> VisibleText.of(text.replaceAll("\\s+", " "))).orElse(""),
          json.optionalNumber("star_count").orElse(0L),
          json.flag("is_official"));
    }
  }
}
