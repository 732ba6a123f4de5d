package nsbox.linux;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/// Inflates raw deflate data, from one direct buffer into another.
///
/// One thread at a time. Closing frees memory that the JVM does not count.
///
/// @spec https://www.rfc-editor.org/rfc/rfc1951
public sealed interface Inflate extends AutoCloseable permits IsalInflate, JdkInflate {
  /// How much of the input must still stand before what comes next.
  int HISTORY_BYTES = 8;

  /// ISA-L's, which is more than twice as fast, or the JDK's where there is no ISA-L.
  static Inflate create() {
    return IsalInflate.isThere() ? new IsalInflate() : jdk();
  }

  /// The JDK's, for comparing.
  static Inflate jdk() {
    return new JdkInflate();
  }

  /// Inflates from the input's position to the output's, and moves both.
  ///
  /// It stops when the output is full, the input is used up, or the data has ended. At its end the
  /// input's position is just behind it, which may be up to [#HISTORY_BYTES] before where it was:
  /// some engines read ahead.
  ///
  /// @param in direct; all of the input of one stream comes in order, in whatever parts. What comes
  ///   in another buffer, or at another place of it, has before it the last bytes of what came
  ///   before
  /// @param out direct
  void inflate(ByteBuffer in, ByteBuffer out) throws DataFormatException;

  /// Whether the data has ended, and all of it was given out.
  boolean finished();

  /// Begins a new stream of data.
  void reset();

  @Override
  void close();
}
