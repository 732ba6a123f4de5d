package nsbox.linux;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Provider;
import java.security.Security;
import java.util.HexFormat;
import java.util.List;

/// SHA-256 by libcrypto, as a `MessageDigest`.
///
/// The JDK's own is as fast only when C2 compiles it; in a JVM that runs C1 alone it is twelve
/// times slower. Direct buffers are read where they lie; arrays are copied.
///
/// The plain `SHA256_*` functions are used and not `EVP_*`: they need no set-up of the library, no
/// configuration file of the host and nothing to be freed, because their state is memory of ours.
public final class Sha256 extends MessageDigest implements Cloneable {
  private static final int DIGEST_BYTES = 32;

  /// `SHA256_CTX` has 112.
  private static final int STATE_BYTES = 256;

  private static final int SCRATCH_BYTES = 32 * 1024;

  /// What JNR-FFI binds to libcrypto.
  public interface Functions {
    int SHA256_Init(long state);

    int SHA256_Update(long state, long bytes, long count);

    int SHA256_Final(long digest, long state);
  }

  private static final class Library {
    static final Functions FUNCTIONS = load();

    private static Functions load() {
      Functions functions = NativeLibrary.find(Functions.class, "libcrypto.so.3");
      return functions != null && worksRight(functions) ? functions : null;
    }

    /// A library that means something else by the same names must not be trusted with anything.
    private static boolean worksRight(Functions functions) {
      Sha256 digest = new Sha256(functions);
      digest.update(new byte[] {'a', 'b', 'c'});
      return HexFormat.of()
          .formatHex(digest.digest())
          .equals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
  }

  private final Functions functions;

  /// The state, then room for a digest.
  private final ByteBuffer memory = ByteBuffer.allocateDirect(STATE_BYTES + DIGEST_BYTES);

  private final long address = Kernel.address(memory);
  private ByteBuffer scratch;

  private Sha256(Functions functions) {
    super("SHA-256");
    this.functions = functions;
    engineReset();
  }

  /// A new digest: libcrypto's, or the JDK's where there is no libcrypto.
  public static MessageDigest create() {
    return isNative() ? new Sha256(Library.FUNCTIONS) : jdk();
  }

  /// Makes this the SHA-256 that `MessageDigest.getInstance` gives to everyone in this process from
  /// now on. Doing it twice does no harm.
  public static void serveAll() {
    Security.insertProviderAt(new Libcrypto(), 1);
  }

  /// The JDK's way to offer algorithms. The library is loaded with the first digest.
  private static final class Libcrypto extends Provider {
    private static final long serialVersionUID = 1;

    private Libcrypto() {
      super("nsbox-libcrypto", "1", "SHA-256 by libcrypto");
      putService(
          new Service(
              this, "MessageDigest", "SHA-256", Sha256.class.getName(), List.of("SHA256"), null) {
            @Override
            public Object newInstance(Object parameter) {
              return create();
            }
          });
    }
  }

  /// Whether libcrypto is there.
  public static boolean isNative() {
    return Library.FUNCTIONS != null;
  }

  /// The JDK's, for comparing.
  static MessageDigest jdk() {
    try {
      return MessageDigest.getInstance("SHA-256", "SUN");
    } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
      throw new IllegalStateException(e);
    }
  }

  /// TLS takes digests of what came so far, and goes on.
  @Override
  public Object clone() {
    Sha256 copy = new Sha256(functions);
    copy.memory.put(0, memory, 0, STATE_BYTES);
    return copy;
  }

  @Override
  protected int engineGetDigestLength() {
    return DIGEST_BYTES;
  }

  @Override
  protected void engineReset() {
    require(functions.SHA256_Init(address));
  }

  @Override
  protected void engineUpdate(byte input) {
    engineUpdate(new byte[] {input}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    if (scratch == null) {
      scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    }
    for (int done = 0; done < length; ) {
      int part = Math.min(length - done, SCRATCH_BYTES);
      scratch.clear().put(input, offset + done, part).flip();
      engineUpdate(scratch);
      done += part;
    }
  }

  @Override
  protected void engineUpdate(ByteBuffer input) {
    if (!input.isDirect()) {
      byte[] bytes = new byte[input.remaining()];
      input.get(bytes);
      engineUpdate(bytes, 0, bytes.length);
      return;
    }
    if (input.hasRemaining()) {
      long from = Kernel.address(input);
      require(functions.SHA256_Update(address, from, input.remaining()));
      Reference.reachabilityFence(input);
      input.position(input.limit());
    }
  }

  @Override
  protected byte[] engineDigest() {
    require(functions.SHA256_Final(address + STATE_BYTES, address));
    byte[] digest = new byte[DIGEST_BYTES];
    memory.get(STATE_BYTES, digest);
    engineReset();
    return digest;
  }

  private void require(int answer) {
    Reference.reachabilityFence(memory);
    if (answer != 1) {
      throw new IllegalStateException("libcrypto refuses to digest");
    }
  }
}
