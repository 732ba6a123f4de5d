package nsbox.linux;

import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.LibraryLoader;

/// Finds C libraries that make something faster, and which may be missing.
///
/// Those that come with nsbox are taken before the system's: they are what was tested.
final class NativeLibrary {
  /// The folder of the libraries that come with nsbox; relative to where the JVM was started.
  private static final String FOLDER_PROPERTY = "nsbox.native";

  private NativeLibrary() {}

  /// @param fileName with its version: `libisal.so.2`
  /// @return null where there is no such library, or it does not fit this machine
  static <T> T find(Class<T> functions, String fileName) {
    // What binds functions to the C library must be set up first: it sets JNR-FFI's own switches.
    Kernel.prepare();
    String folder = System.getProperty(FOLDER_PROPERTY);
    if (folder != null) {
      Path own = Path.of(folder, fileName).toAbsolutePath();
      if (Files.exists(own)) {
        T bound = bind(functions, own.toString());
        if (bound != null) {
          return bound;
        }
      }
    }
    return bind(functions, fileName);
  }

  private static <T> T bind(Class<T> functions, String name) {
    try {
      return LibraryLoader.create(functions).failImmediately().load(name);
    } catch (UnsatisfiedLinkError e) {
      // Not an error: whoever asks has a slower way.
      return null;
    }
  }
}
