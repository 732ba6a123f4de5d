package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `BigDecimal` costs a JVM 21 ms before its first use: so the distribution's Jackson asks for it
/// late.
final class JacksonConstantsTest extends EndToEnd {
  private static final Path LIB = Nsbox.HOME.resolve("lib");

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @Test
  void runInitialisesNoBigDecimal() throws Exception {
    Path home = nsbox.folder.resolve("home");
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.copy(Nsbox.HOME.resolve("bin/nsbox"), home.resolve("bin/nsbox"));
    for (String name : Nsbox.entries(LIB)) {
      Files.createSymbolicLink(home.resolve("lib").resolve(name), LIB.resolve(name));
    }
    Path log = nsbox.folder.resolve("initialised");
    Path start = home.resolve("lib/planner.args");
    String main = "nsbox.cli.planner.Planner";
    String logging = "-Xlog:class+init=info:file=" + log + "\n" + main;
    String words = Files.readString(start).replace(main, logging);
    Files.delete(start);
    Files.writeString(start, words);
    assertEquals(
        new Nsbox.Result(0, "up\n", ""),
        nsbox.sh(home.resolve("bin/nsbox") + " run --rm " + ALPINE + " echo up"));
    String initialised = Files.readString(log);
    assertTrue(
        initialised.contains("'com/fasterxml/jackson/core/base/ParserMinimalBase'"), log::toString);
    assertFalse(initialised.contains("'java/math/BigDecimal'"), "BigDecimal is initialised");
  }

  /// What the constants are for: a number that has been read as a decimal, and is too great.
  @Test
  void numbersBeyondALongAreStillRefused() throws Exception {
    URL[] jar = {LIB.resolve("nsbox.jar").toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(jar, ClassLoader.getPlatformClassLoader())) {
      assertEquals(1000L, asLong(loader, "1e3"));
      assertEquals(Long.MIN_VALUE, asLong(loader, "-9223372036854775808.0"));
      for (String number : new String[] {"9223372036854775808.0", "1e30", "-1e30"}) {
        Throwable cause =
            assertThrows(InvocationTargetException.class, () -> asLong(loader, number)).getCause();
        assertInstanceOf(
            Class.forName("com.fasterxml.jackson.core.exc.InputCoercionException", false, loader),
            cause);
        assertTrue(cause.getMessage().contains("out of range of long"), cause.getMessage());
      }
    }
  }

  private static Object asLong(ClassLoader loader, String number)
      throws ReflectiveOperationException {
    Class<?> type = Class.forName("com.fasterxml.jackson.core.JsonFactory", true, loader);
    Class<?> parserType = Class.forName("com.fasterxml.jackson.core.JsonParser", true, loader);
    Object factory = type.getConstructor().newInstance();
    Object parser = type.getMethod("createParser", String.class).invoke(factory, number);
    parserType.getMethod("nextToken").invoke(parser);
    Object decimal = parserType.getMethod("getDecimalValue").invoke(parser);
    assertEquals(new BigDecimal(number), decimal);
    return parserType.getMethod("getLongValue").invoke(parser);
  }
}
