package nsbox.engine;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a container fares that runs and has a health check, as its monitor has written it down.
///
/// The first line of the file is "STATUS STREAK". Then come the last probes, the oldest first, each
/// "START END CODE LENGTH", a newline, so many bytes, and a newline.
///
/// @param status `starting`, `healthy` or `unhealthy`
/// @param failingStreak how many probes have failed one after the other
public record Health(String status, long failingStreak, List<Result> results) {
  private static final int LONGEST_STATUS = 16;

  /// What came of one probe. Times are nanoseconds since the epoch.
  ///
  /// @param exitCode -1 where the probe did not end by itself
  public record Result(long start, long end, long exitCode, String output) {}

  /// The status alone, cheaper; empty where nobody asks, or nobody has said so yet.
  public static String status(ContainerFolder folder) throws IOException {
    try (FileInputStream in = new FileInputStream(folder.running() + "/health")) {
      byte[] bytes = new byte[LONGEST_STATUS];
      int length = Math.max(in.read(bytes), 0);
      int end = 0;
      while (end < length && bytes[end] != ' ') {
        end++;
      }
      return new String(bytes, 0, end, StandardCharsets.US_ASCII);
    } catch (FileNotFoundException e) {
      return "";
    }
  }

  /// @throws IOException if the file is no such
  /// @throws NoSuchFileException if there is none
  static Health read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      Lines lines = new Lines(bytes);
      String[] first = lines.words(2);
      List<Result> results = new ArrayList<>();
      while (!lines.atEnd()) {
        String[] words = lines.words(4);
        results.add(
            new Result(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                lines.text(Integer.parseInt(words[3]))));
      }
      return new Health(first[0], Long.parseLong(first[1]), results);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IOException(file + " should say how the container fares", e);
    }
  }

  private static final class Lines {
    private final byte[] bytes;
    private int at;

    Lines(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean atEnd() {
      return at >= bytes.length;
    }

    String[] words(int count) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      while (bytes[at] != '\n') {
        line.write(bytes[at++]);
      }
      at++;
      String[] words = line.toString(StandardCharsets.US_ASCII).split(" ");
      if (words.length != count) {
        throw new IndexOutOfBoundsException(count);
      }
      return words;
    }

    /* A probe may write anything; what is no UTF-8 is replaced. */
    String text(int length) {
      if (length < 0 || length >= bytes.length - at) {
        throw new IndexOutOfBoundsException(length);
      }
      String text = new String(bytes, at, length, StandardCharsets.UTF_8);
      at += length + 1;
      return text;
    }
  }
}
