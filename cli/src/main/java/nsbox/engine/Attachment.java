package nsbox.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// How the user's `nsbox` stays with a container whose monitor is another process.
///
/// @param input standard input is for the container
/// @param terminal the container has a terminal
/// @param signals signals sent to `nsbox` are for the container; else they end `nsbox` alone
/// @param out what the container writes to its standard output is for the user
/// @param error the same of its standard error
/// @param detachKeys bytes that, typed one after the other, leave the container alone; none:
///   nothing does
/// @param exitFile where the container's end is recorded
public record Attachment(
    boolean input,
    boolean terminal,
    boolean signals,
    boolean out,
    boolean error,
    byte[] detachKeys,
    Path exitFile) {

  /// As `read_attachment` in `attach.c` reads it.
  public byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    bytes.write(
        (input ? 1 : 0)
            | (terminal ? 2 : 0)
            | (signals ? 4 : 0)
            | (out ? 0 : 8)
            | (error ? 0 : 16));
    write(bytes, detachKeys);
    write(bytes, exitFile.toString().getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }

  private static void write(ByteArrayOutputStream bytes, byte[] value) {
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.write(value.length >> shift);
    }
    bytes.writeBytes(value);
  }
}
