package nsbox.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/// Which chunks of a blob have arrived, in memory and in a file of one byte for each chunk.
///
/// A chunk is written from its beginning to its end by one thread at a time. It counts for a later
/// process when it is whole, for this one byte by byte. Guarded by the download it belongs to.
final class ChunkMap {
  static final int CHUNK_BYTES = 1 << 20;

  private final long sizeBytes;
  private final int[] filled;
  private final FileChannel file;
  private long arrived;
  private int firstOpen;

  /// @param file kept open, and as long as there are chunks that came in an earlier process
  ChunkMap(long sizeBytes, FileChannel file) throws IOException {
    this.sizeBytes = sizeBytes;
    this.file = file;
    this.filled = new int[(int) ((sizeBytes + CHUNK_BYTES - 1) / CHUNK_BYTES)];
    ByteBuffer marks = ByteBuffer.allocate(filled.length);
    while (marks.hasRemaining() && file.read(marks, marks.position()) > 0) {
      // Until all marks are there, or no more are.
    }
    for (int chunk = 0; chunk < marks.position(); chunk++) {
      if (marks.get(chunk) == 1) {
        filled[chunk] = length(chunk);
        arrived += filled[chunk];
      }
    }
    skipFull();
  }

  /// How many bytes have arrived, wherever they belong.
  long arrivedBytes() {
    return arrived;
  }

  /// How many bytes have arrived without a gap, from the first on.
  long contiguousBytes() {
    return firstOpen == filled.length
        ? sizeBytes
        : (long) firstOpen * CHUNK_BYTES + filled[firstOpen];
  }

  boolean isFull() {
    return arrived == sizeBytes;
  }

  /// The gaps, cut into pieces of at most so many bytes: pairs of first byte and end.
  List<long[]> missing(long pieceBytes) {
    List<long[]> missing = new ArrayList<>();
    for (int chunk = 0; chunk < filled.length; chunk++) {
      long from = (long) chunk * CHUNK_BYTES + filled[chunk];
      long to = (long) chunk * CHUNK_BYTES + length(chunk);
      if (from == to) {
        continue;
      }
      long[] last = missing.isEmpty() ? null : missing.getLast();
      if (last != null && last[1] == from && to - last[0] <= pieceBytes) {
        last[1] = to;
      } else {
        missing.add(new long[] {from, to});
      }
    }
    return missing;
  }

  /// Notes bytes that were written. They continue those of their chunk, or are there already.
  void add(long offset, int count) throws IOException {
    long position = offset;
    int left = count;
    while (left > 0) {
      int chunk = (int) (position / CHUNK_BYTES);
      int within = (int) (position % CHUNK_BYTES);
      int part = Math.min(left, length(chunk) - within);
      if (within > filled[chunk] || part <= 0) {
        throw new IllegalStateException("bytes at " + position + " do not continue their chunk");
      }
      int fresh = within + part - filled[chunk];
      if (fresh > 0) {
        filled[chunk] += fresh;
        arrived += fresh;
        if (filled[chunk] == length(chunk)) {
          file.write(ByteBuffer.wrap(new byte[] {1}), chunk);
        }
      }
      position += part;
      left -= part;
    }
    skipFull();
  }

  private void skipFull() {
    while (firstOpen < filled.length && filled[firstOpen] == length(firstOpen)) {
      firstOpen++;
    }
  }

  private int length(int chunk) {
    return (int) Math.min(CHUNK_BYTES, sizeBytes - (long) chunk * CHUNK_BYTES);
  }
}
