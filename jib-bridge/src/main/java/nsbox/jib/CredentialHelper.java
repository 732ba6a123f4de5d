package nsbox.jib;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.registry.credentials.CredentialHelperNotFoundException;
import com.google.cloud.tools.jib.registry.credentials.CredentialHelperUnhandledServerUrlException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Talks to docker's credential helpers, `docker-credential-…`.
///
/// Jib asks for credentials; what Jib does not do, storing and erasing, is done here. A helper gets
/// the user's environment and nothing of this process, and is killed with all that it has started
/// when it takes too long.
///
/// @spec https://github.com/docker/docker-credential-helpers#development
public final class CredentialHelper {
  /// A helper may wait for a user who unlocks a key; not for ever.
  static final Duration LIMIT = Duration.ofSeconds(30);

  private static final int MAX_OUTPUT_BYTES = 1 << 20;
  private static final String NOT_FOUND = "credentials not found in native keychain";

  private CredentialHelper() {}

  /// Asks for the account at a server; empty if the helper has none.
  ///
  /// @param serverUrl as the helper knows it: what it was stored under
  public static Optional<Account> get(
      Path program, String serverUrl, Map<String, String> environment) throws IOException {
    return get(program, serverUrl, environment, LIMIT);
  }

  static Optional<Account> get(
      Path program, String serverUrl, Map<String, String> environment, Duration limit)
      throws IOException {
    return within(program, environment, limit, own -> retrieve(program, serverUrl, own));
  }

  /// Makes the helper do something: `store`, `erase` or `list`.
  ///
  /// @param input for its standard input
  /// @return what it printed, at most 1 MiB
  public static byte[] tell(
      Path program, String verb, byte[] input, Map<String, String> environment) throws IOException {
    return within(program, environment, LIMIT, own -> run(program, verb, input, own));
  }

  private static Optional<Account> retrieve(
      Path program, String serverUrl, Map<String, String> environment) throws IOException {
    try {
      Credential credential =
          JibInternals.helper(
                  serverUrl,
                  program,
                  command -> {
                    ProcessBuilder builder = new ProcessBuilder(command);
                    builder.environment().clear();
                    return builder;
                  },
                  environment)
              .retrieve();
      return Optional.of(new Account(credential.getUsername(), credential.getPassword()));
    } catch (CredentialHelperUnhandledServerUrlException e) {
      /* The message has all that the helper printed, so neither it nor the cause goes on. */
      if (e.getMessage() != null && e.getMessage().contains(NOT_FOUND)) {
        return Optional.empty();
      }
      throw new CredentialHelperException(program, "gave no credential for " + serverUrl);
    } catch (CredentialHelperNotFoundException e) {
      throw new CredentialHelperException(program, "is not there");
    }
  }

  private static byte[] run(
      Path program, String verb, byte[] input, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(program.toString(), verb).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (InputStream output = process.getInputStream()) {
      try (OutputStream in = process.getOutputStream()) {
        in.write(input);
      } catch (IOException e) {
        /* It ended without reading: its exit code says whether that was right. */
      }
      byte[] printed = output.readNBytes(MAX_OUTPUT_BYTES);
      int code = process.waitFor();
      if (code != 0) {
        boolean unknown = new String(printed, StandardCharsets.UTF_8).contains(NOT_FOUND);
        throw new CredentialHelperException(
            program,
            unknown ? "knows no such credential" : "failed to " + verb + " with code " + code);
      }
      return printed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + program + " was running");
    } finally {
      process.destroyForcibly();
    }
  }

  private static <T> T within(
      Path program, Map<String, String> environment, Duration limit, Task<T> task)
      throws IOException {
    Map<String, String> own = new HashMap<>(environment);
    HelperMark mark = HelperMark.make();
    own.put(HelperMark.VARIABLE, mark.value());
    FutureTask<T> future = new FutureTask<>(() -> task.run(own));
    Thread.ofPlatform().daemon().name("credential helper").start(future);
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      mark.kill();
      throw new CredentialHelperException(
          program, "did not answer within " + limit.toSeconds() + " s and was killed");
    } catch (InterruptedException e) {
      mark.kill();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + program + " was running");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CredentialHelperException known) {
        throw known;
      }
      if (e.getCause() instanceof IOException) {
        /* Of starting it or of talking to it; the message may have what it printed. */
        throw new CredentialHelperException(
            program, "could not be run, or ended before it had read what it was asked");
      }
      throw new IllegalStateException(program + " failed in an unforeseen way", e.getCause());
    }
  }

  private interface Task<T> {
    T run(Map<String, String> environment) throws IOException;
  }
}
