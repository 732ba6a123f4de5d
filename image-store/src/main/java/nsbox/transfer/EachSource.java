package nsbox.transfer;

import java.io.IOException;
import java.util.List;
import nsbox.registry.Repository;

/// Asks one source after the other until one answers.
///
/// A mirror may lack what the registry has, so any failure of one leads to the next. The last one's
/// failure counts, for it is the registry itself; the others' are attached to it.
final class EachSource {
  private final List<Source> sources;

  private EachSource(List<Source> sources) {
    this.sources = sources;
  }

  static EachSource of(List<Source> sources) {
    return new EachSource(sources);
  }

  /// A question to one repository.
  @FunctionalInterface
  interface Question<T> {
    T ask(Repository repository) throws IOException;
  }

  /// Asks those that may be asked what a tag stands for.
  <T> T resolving(Question<T> question) throws IOException {
    return first(question, true);
  }

  /// Asks those that may be asked for content by its digest.
  <T> T fetching(Question<T> question) throws IOException {
    return first(question, false);
  }

  private <T> T first(Question<T> question, boolean resolving) throws IOException {
    IOException failure = null;
    for (Source source : sources) {
      if (resolving ? !source.resolves() : !source.fetches()) {
        continue;
      }
      try {
        return question.ask(source.repository());
      } catch (IOException e) {
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
      }
    }
    if (failure == null) {
      throw new IOException(
          "no server is configured to be asked for " + (resolving ? "tags" : "content"));
    }
    throw failure;
  }
}
