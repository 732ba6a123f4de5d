package nsbox.linux;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;

/// ISA-L's way.
///
/// Its state is a structure of fixed layout, alike on x86_64 and aarch64, in memory of ours. Only
/// its first fields and `block_state` are touched here.
///
/// @spec https://github.com/intel/isa-l/blob/v2.30.0/include/igzip_lib.h struct inflate_state
final class IsalInflate implements Inflate {
  /// The structure has 87,368; the rest is for newer versions, whose buffers may grow.
  private static final int STATE_BYTES = 128 * 1024;

  private static final int NEXT_OUT = 0;
  private static final int AVAILABLE_OUT = 8;
  private static final int NEXT_IN = 16;
  private static final int AVAILABLE_IN = 32;
  private static final int BITS_AHEAD = 36;
  private static final int BLOCK_STATE = 21160;
  private static final int BLOCK_FINISH = 5;

  /// `ISAL_END_INPUT` and `ISAL_OUT_OVERFLOW` are larger than 0, failures are negative.
  private static final int OK = 0;

  /// What JNR-FFI binds to libisal.
  public interface Functions {
    void isal_inflate_init(long state);

    int isal_inflate(long state);
  }

  private static final class Library {
    static final Functions FUNCTIONS = load();

    private static Functions load() {
      Functions functions = NativeLibrary.find(Functions.class, "libisal.so.2");
      return functions != null && worksRight(functions) ? functions : null;
    }

    /// A version whose structure is laid out differently is told by this.
    private static boolean worksRight(Functions functions) {
      // "abc" in a block of fixed codes, and a byte that does not belong to it.
      ByteBuffer in = ByteBuffer.allocateDirect(6);
      in.put(new byte[] {0x4b, 0x4c, 0x4a, 0x06, 0x00, 0x55}).flip();
      ByteBuffer out = ByteBuffer.allocateDirect(8);
      try (IsalInflate inflate = new IsalInflate(functions)) {
        inflate.inflate(in, out);
        return inflate.finished()
            && in.remaining() == 1
            && out.flip().equals(ByteBuffer.wrap(new byte[] {'a', 'b', 'c'}));
      } catch (DataFormatException e) {
        return false;
      }
    }
  }

  private final Functions functions;
  private final ByteBuffer state =
      ByteBuffer.allocateDirect(STATE_BYTES).order(ByteOrder.nativeOrder());
  private final long address = Kernel.address(state);

  IsalInflate() {
    this(Library.FUNCTIONS);
  }

  private IsalInflate(Functions functions) {
    this.functions = functions;
    reset();
  }

  static boolean isThere() {
    return Library.FUNCTIONS != null;
  }

  @Override
  public void inflate(ByteBuffer in, ByteBuffer out) throws DataFormatException {
    state.putLong(NEXT_IN, Kernel.address(in));
    state.putInt(AVAILABLE_IN, in.remaining());
    state.putLong(NEXT_OUT, Kernel.address(out));
    state.putInt(AVAILABLE_OUT, out.remaining());
    int answer = functions.isal_inflate(address);
    Reference.reachabilityFence(in);
    Reference.reachabilityFence(out);
    if (answer < OK) {
      throw new DataFormatException("ISA-L says " + answer);
    }
    // It reads up to 8 bytes ahead and keeps what it does not need.
    int ahead = finished() ? state.getInt(BITS_AHEAD) / Byte.SIZE : 0;
    in.position(in.limit() - state.getInt(AVAILABLE_IN) - ahead);
    out.position(out.limit() - state.getInt(AVAILABLE_OUT));
  }

  @Override
  public boolean finished() {
    return state.getInt(BLOCK_STATE) == BLOCK_FINISH;
  }

  @Override
  public void reset() {
    functions.isal_inflate_init(address);
  }

  /// The memory is the JVM's.
  @Override
  public void close() {}
}
