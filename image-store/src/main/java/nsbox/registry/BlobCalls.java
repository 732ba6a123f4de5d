package nsbox.registry;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nsbox.image.Descriptor;

/// Blobs of one repository, fetched whole or in parts.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9110#name-range-requests Range requests
final class BlobCalls {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

  private final RepositoryCalls calls;

  BlobCalls(RepositoryCalls calls) {
    this.calls = calls;
  }

  boolean exists(Descriptor blob) throws IOException {
    try (Answer answer = calls.send(call("HEAD", blob), calls.reading())) {
      if (answer.status() == 404) {
        return false;
      }
      if (answer.status() != 200) {
        throw ErrorAnswers.failure(answer);
      }
      return true;
    }
  }

  BlobRange open(Descriptor blob, long from, long to) throws IOException {
    if (from < 0 || to > blob.sizeBytes() || from > to) {
      throw new IllegalArgumentException(from + " to " + to + " of " + blob.sizeBytes());
    }
    boolean whole = from == 0 && to == blob.sizeBytes() || from == to;
    Call call = call("GET", blob);
    Answer answer =
        calls.send(
            whole ? call : call.with("Range", "bytes=" + from + "-" + (to - 1)), calls.reading());
    try {
      return switch (answer.status()) {
        case 200 -> fromStart(answer, blob, to);
        case 206 -> part(answer, blob, whole, from, to);
        case 416 ->
            throw new BadAnswerException(
                answer.target(),
                "the server has no bytes from " + from + " of " + blob.sizeBytes());
        default -> throw ErrorAnswers.failure(answer);
      };
    } catch (RegistryException e) {
      answer.close();
      throw e;
    }
  }

  private static BlobRange fromStart(Answer answer, Descriptor blob, long to)
      throws BadAnswerException {
    Optional<Long> announced = answer.announcedBytes();
    if (announced.isPresent() && announced.get() != blob.sizeBytes()) {
      throw new BadAnswerException(
          answer.target(),
          "it should have " + blob.sizeBytes() + " bytes, the server has " + announced.get());
    }
    return new BlobRange(0, false, new ExactStream(answer, to));
  }

  private static BlobRange part(Answer answer, Descriptor blob, boolean whole, long from, long to)
      throws BadAnswerException {
    String text = answer.header("content-range").orElse("");
    Matcher range = CONTENT_RANGE.matcher(text);
    boolean right =
        !whole
            && range.matches()
            && Long.parseLong(range.group(1)) == from
            && Long.parseLong(range.group(2)) == to - 1
            && (range.group(3).equals("*") || Long.parseLong(range.group(3)) == blob.sizeBytes());
    Optional<Long> announced = answer.announcedBytes();
    if (!right || announced.isPresent() && announced.get() != to - from) {
      throw new BadAnswerException(
          answer.target(),
          "asked for bytes "
              + from
              + "-"
              + (to - 1)
              + "/"
              + blob.sizeBytes()
              + ", the server sends "
              + (text.isEmpty() ? "a part that it does not name" : VisibleText.of(text)));
    }
    return new BlobRange(from, true, new ExactStream(answer, to - from));
  }

  private Call call(String method, Descriptor blob) {
    return calls.call("blob " + blob.digest(), method, "/blobs/" + blob.digest());
  }

  /// Exactly as many bytes as were asked for; what the server has beyond them is not read.
  private static final class ExactStream extends InputStream {
    private final Answer answer;
    private final long whole;
    private long left;

    ExactStream(Answer answer, long whole) {
      this.answer = answer;
      this.whole = whole;
      this.left = whole;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = answer.body().read(buffer, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw UnreachableException.shortBody(
            answer.target(), answer.uri(), whole - left, whole, null);
      }
      left -= count;
      return count;
    }

    @Override
    public void close() throws IOException {
      answer.close();
    }
  }
}
