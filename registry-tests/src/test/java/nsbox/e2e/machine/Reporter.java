package nsbox.e2e.machine;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs the test classes that it is given, and says of each test how it went, in a line:
/// `successful`, `aborted` or `failed`, the class, the method, and why it did not succeed.
public final class Reporter implements TestExecutionListener {
  private Reporter() {}

  public static void main(String[] classes) {
    LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
    for (String name : classes) {
      request.selectors(selectClass(name));
    }
    LauncherDiscoveryRequest all = request.build();
    LauncherFactory.create().execute(all, new Reporter());
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    print("aborted", test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    boolean succeeded = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    /* A class is of interest only where its own set-up went wrong. */
    if (test.isTest() || !succeeded) {
      String why = result.getThrowable().map(Throwable::toString).orElse("");
      print(result.getStatus().name().toLowerCase(java.util.Locale.ROOT), test, why);
    }
  }

  private static void print(String how, TestIdentifier test, String why) {
    String name =
        test.getSource()
            .filter(MethodSource.class::isInstance)
            .map(MethodSource.class::cast)
            .map(method -> method.getClassName() + " " + method.getMethodName())
            .orElse(test.getUniqueId() + " -");
    System.out.println(how + " " + name + " " + why.replaceAll("\\s+", " "));
  }
}
