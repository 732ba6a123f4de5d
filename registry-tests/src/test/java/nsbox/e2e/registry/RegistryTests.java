package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;

/// What all tests with a registry share: one that is plain, a proxy before it that can do wrong,
/// and a home folder in which nobody has configured anything.
///
/// They skip themselves where nsbox has no such commands yet.
abstract class RegistryTests extends EndToEnd {
  /// Quick, so that tests are; the user's default is longer.
  private static final List<String> IMPATIENT = List.of("--retry", "1", "--retry-delay", "100ms");

  /// Outside of nsbox's own folder, whose processes would count as left behind.
  Path scratch;

  Path home;
  DockerRegistry plain;
  Populated populated;
  FaultProxy proxy;
  Store store;
  private int repositories;

  /// What the class is about.
  String command() {
    return "pull";
  }

  @Override
  protected final void prepare() throws Exception {
    home = Files.createDirectory(nsbox.folder.resolve("home"));
    if (nsbox.run(command(), "--help").code() != 0) {
      return;
    }
    scratch = Files.createTempDirectory("nsbox-registry-");
    plain = DockerRegistry.start(scratch.resolve("storage"));
    populated = new Populated(plain);
    proxy = FaultProxy.before(plain);
    store = new Store(nsbox.root);
    nsbox.run("images").expect(0);
  }

  @BeforeEach
  final void nothingGoesWrongYet() {
    if (proxy == null) {
      /* Here and not for the class: who counts the tests hears of each one that is skipped. */
      abort("this nsbox has no " + command() + " yet");
    }
    proxy.reset();
  }

  @AfterAll
  final void closeRegistry() throws IOException {
    if (proxy != null) {
      proxy.close();
    }
    if (plain != null) {
      plain.close();
    }
    if (scratch != null) {
      Outside.removeTree(scratch);
    }
  }

  /// A result, and how long it took.
  record Timed(Result result, Duration took) {
    Timed within(Duration limit) {
      assertTrue(took.compareTo(limit) <= 0, () -> "took " + took + ": " + result);
      return this;
    }
  }

  /// Pushes an image under a name that no other test has; gives the name at the proxy.
  final String pushed(Crafted image) throws Exception {
    String repository = newRepository();
    populated.image(image, repository, "1");
    return proxy.host() + "/" + repository + ":1";
  }

  final String newRepository() {
    return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT) + "/" + ++repositories;
  }

  final Running start(String... arguments) throws Exception {
    return startAt(nsbox.root, arguments);
  }

  final Running startAt(Path root, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("nsbox"));
    command.addAll(List.of(arguments));
    return nsbox.start(Map.of("HOME", home.toString(), "NSBOX_ROOT", root.toString()), command);
  }

  final Result run(String... arguments) throws Exception {
    return start(arguments).finish();
  }

  /// A pull that tries again once, soon.
  final Timed pull(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("pull"));
    all.addAll(IMPATIENT);
    all.addAll(List.of(arguments));
    long start = System.nanoTime();
    Result result = start(all.toArray(new String[0])).finish();
    return new Timed(result, Duration.ofNanos(System.nanoTime() - start));
  }

  /// A pull that works prints the image's ID, and nothing else, on standard output.
  final void pulls(Crafted image, String... arguments) throws Exception {
    Result result = pull(arguments).result();
    assertEquals(0, result.code(), result::toString);
    assertEquals(image.imageId() + "\n", result.out(), result::toString);
    store.assertSound();
  }

  /// A pull that fails says so in time, names the object and the reason, and changes nothing.
  ///
  /// @param texts regular expressions, each found in what it says
  final void isRefused(Duration limit, List<String> arguments, String... texts) throws Exception {
    List<String> before = store.listing();
    Timed timed = pull(arguments.toArray(new String[0])).within(limit);
    saysWhy(timed.result(), texts);
    assertEquals(before, store.listing(), "the store's files");
  }

  static void saysWhy(Result result, String... texts) {
    assertEquals(125, result.code(), result::toString);
    assertEquals("", result.out(), result::toString);
    String said = result.err();
    assertTrue(Pattern.compile("^nsbox: cannot ", Pattern.MULTILINE).matcher(said).find(), said);
    for (String text : texts) {
      assertTrue(Pattern.compile(text).matcher(said).find(), () -> "no " + text + " in: " + said);
    }
    assertFalse(said.contains("internal error"), said);
    assertFalse(said.contains("\tat "), said);
  }

  /// How many bytes of a blob the proxy has handed out.
  final long fetched(Blob blob) {
    return proxy.requests("GET .*/blobs/" + blob.digest()).stream()
        .mapToLong(it -> it.answeredBytes().get())
        .sum();
  }

  final String digestPattern(Blob blob) {
    return blob.digest().substring(0, 19);
  }
}
